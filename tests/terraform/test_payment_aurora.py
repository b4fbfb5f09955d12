"""What an environment of payment-aurora gets for what it asks, and what it is refused."""

import functools
from typing import Any

import pytest

from tapforge.lang.inputs import problems
from tapforge.local.many import Planned, judge, plan_many
from tapforge.systems.payment_aurora import PaymentAuroraInputs, payment_aurora

pytestmark = pytest.mark.terraform

Values = dict[str, Any]

ENHANCEMENTS: dict[str, tuple[Values, dict[str, int]]] = {
    "Enhanced Monitoring": (
        {"monitoring_interval": 30},
        {"aws_iam_role": 1, "aws_iam_role_policy_attachment": 1},
    ),
    "SNS": (
        {"alarm_topic": True, "alarm_emails": ["oncall@example.com"]},
        {"aws_sns_topic": 1, "aws_sns_topic_policy": 1, "aws_sns_topic_subscription": 1},
    ),
    "flow logs": (
        {"flow_log_retention_days": 30},
        {
            "aws_cloudwatch_log_group": 1,
            "aws_flow_log": 1,
            "aws_iam_role": 1,
            "aws_iam_role_policy": 1,
        },
    ),
    "AWS Backup": (
        {"backup_copy_region": "us-west-2"},
        {
            "aws_backup_plan": 1,
            "aws_backup_selection": 1,
            "aws_backup_vault": 2,
            "aws_iam_role": 1,
            "aws_iam_role_policy_attachment": 2,
        },
    ),
    "reader auto scaling": (
        {"reader_maximum": 5},
        {"aws_appautoscaling_policy": 1, "aws_appautoscaling_target": 1},
    ),
    "RDS Proxy": (
        {"connection_proxy": True},
        {
            "aws_cloudwatch_log_group": 1,
            "aws_db_proxy": 1,
            "aws_db_proxy_default_target_group": 1,
            "aws_db_proxy_target": 1,
            "aws_iam_role": 1,
            "aws_iam_role_policy": 1,
            "aws_security_group": 1,
            # Three private subnets, and the cluster's own group.
            "aws_vpc_security_group_ingress_rule": 4,
            "aws_vpc_security_group_egress_rule": 1,
        },
    ),
    "memory alarm": ({"memory_alarm": True}, {"aws_cloudwatch_metric_alarm": 1}),
    "dashboard": ({"metrics_dashboard": True}, {"aws_cloudwatch_dashboard": 1}),
}
"""What is asked for, and how many resources of which types that makes."""

ALL: Values = {name: value for asked, _ in ENHANCEMENTS.values() for name, value in asked.items()}
MANAGED: Values = {"credentials": "managed", "rotation_days": 30}


@functools.cache
def _plans() -> dict[str, Planned]:
    alone = {name: asked for name, (asked, _) in ENHANCEMENTS.items()}
    cases = {"none": {}, **alone, "all": ALL, "managed": MANAGED}
    return dict(zip(cases, plan_many(payment_aurora, cases.values()), strict=True))


def _plan(name: str) -> Planned:
    found = _plans()[name]
    assert found.problems == ()
    return found


def _added(name: str) -> dict[str, int]:
    """How many resources of each type there are more than without any enhancement."""
    before = _plan("none").resources.keys()
    assert before <= _plan(name).resources.keys()
    added: dict[str, int] = {}
    for address in _plan(name).resources.keys() - before:
        if ".data." not in address:
            type_ = next(each for each in address.split(".") if each.startswith("aws_"))
            added[type_] = added.get(type_, 0) + 1
    return added


@pytest.mark.parametrize("name", ENHANCEMENTS)
def test_an_enhancement_alone_adds_what_it_needs(name: str) -> None:
    """And nothing else; what is there without it stays."""
    assert _added(name) == ENHANCEMENTS[name][1]


def test_all_enhancements_together_add_what_each_does() -> None:
    """None gets into another's way."""
    together: dict[str, int] = {}
    for _, adds in ENHANCEMENTS.values():
        for type_, number in adds.items():
            together[type_] = together.get(type_, 0) + number
    assert _added("all") == together


def test_no_enhancement_is_on_by_default() -> None:
    """The outputs of what is not there are null."""
    outputs = _plan("none").outputs
    absent = ("proxy_name", "topic_arn", "dashboard_name", "memory_alarm_name", "backup_plan_id")
    assert [outputs[name] for name in absent] == [None] * len(absent)


def test_each_copy_of_a_backup_is_in_the_other_region() -> None:
    """A vault of the same name is there."""
    resources = _plan("AWS Backup").resources
    here, there = (
        resources[f"module.backup[0].aws_backup_vault.{name}"] for name in ("main", "copy[0]")
    )
    assert there["region"] == "us-west-2"
    assert here["name"] == there["name"] == "payment-db-backup-dev"


def test_a_managed_password_is_rotated_by_rds() -> None:
    """Every 30 days, without a function, and without a secret of our own."""
    addresses = _plan("managed").resources
    assert not [each for each in addresses if each.startswith("module.rotation")]
    assert not [each for each in addresses if "aws_secretsmanager_secret.master" in each]
    rotation = addresses["module.aurora.aws_secretsmanager_secret_rotation.managed[0]"]
    assert rotation["rotation_rules"][0]["automatically_after_days"] == 30
    assert addresses["module.aurora.aws_rds_cluster.main"]["manage_master_user_password"] is True


BAD: dict[str, tuple[Values, str]] = {
    "one zone": ({"zone_count": 1}, "1 zones: expected 2 to 6"),
    "everybody": ({"client_cidrs": ["0.0.0.0/0"]}, "never the whole internet"),
    "version that is no longer created": ({"engine_version": "15.7"}, "Take 15.19."),
    "class that Aurora has not": ({"instance_class": "db.m5.large"}, "AWS does not offer db.m5"),
    "class that the region has not": (
        {"aws_region": "il-central-1", "instance_class": "db.r6g.large"},
        "AWS does not sell db.r6g.large for aurora-postgresql in il-central-1",
    ),
    "unknown parameter": (
        {"instance_parameters": {"work_men": "1"}},
        "no instance parameter work_men",
    ),
    "parameter at the wrong level": (
        {"instance_parameters": {"rds.logical_replication": "1"}},
        "no instance parameter rds.logical_replication",
    ),
    "parameter larger than the memory": (
        {"instance_parameters": {"shared_buffers": "4GB"}},
        "that is too much of the 4096 MiB of db.t3.medium",
    ),
    "protected with a day of backups": (
        {"destroyable": False, "backup_retention_days": 1},
        "1 days of backups are too few",
    ),
    "backup over maintenance": (
        {"backup_window": "05:30-06:30", "maintenance_window": "sun:05:00-sun:06:00"},
        "overlaps the daily backup window",
    ),
    "threshold that nothing reaches": ({"storage_alarm_percent": 100}, "100 is out of range"),
    "address that is none": (
        {"alarm_topic": True, "alarm_emails": ["oncall"]},
        "expected e-mail addresses",
    ),
    "somebody to tell and no topic": (
        {"alarm_emails": ["oncall@example.com"]},
        "give alarm_topic = true",
    ),
    "copy where the backup is": ({"backup_copy_region": "us-east-1"}, "name another region"),
    "copy in no region": ({"backup_copy_region": "mars-1"}, 'AWS has no region "mars-1"'),
    "copy in another partition": (
        {"backup_copy_region": "cn-north-1"},
        "cn-north-1 is in the partition aws-cn, us-east-1 in aws",
    ),
    "fewer readers than there are": (
        {"reader_count": 3, "reader_maximum": 2},
        "at most 2 readers, and 3 to begin with",
    ),
    "rotation never": ({"rotation_days": 0}, "0 is out of range: expected 1 to 1000"),
    "credentials of somebody else": ({"credentials": "existing"}, '"existing" is none of'),
}


@functools.cache
def _verdicts() -> dict[str, dict[str, list[str]]]:
    return dict(
        zip(BAD, judge(payment_aurora, (values for values, _ in BAD.values())), strict=True)
    )


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_alike_by_python_and_terraform(name: str) -> None:
    """With the value and the way out."""
    values, expected = BAD[name]
    said = {problem.message for problem in problems(PaymentAuroraInputs, values)}
    of_terraform = {message for each in _verdicts()[name].values() for message in each}
    assert any(expected in message for message in said)
    assert said <= of_terraform


def test_everything_wrong_is_told_at_once() -> None:
    """Not one mistake after the other."""
    values = BAD["everybody"][0] | BAD["one zone"][0] | BAD["rotation never"][0]
    assert len(problems(PaymentAuroraInputs, values)) == 3
