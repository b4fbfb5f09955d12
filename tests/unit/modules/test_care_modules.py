"""What watches and keeps: alarms, dashboards, notifications, backups."""

import json
from typing import Any

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.inputs import problems
from tapforge.lang.module import Module
from tapforge.lang.resolve import resolve
from tapforge.modules import classes
from tapforge.modules.alarm import AlarmInputs, alarm
from tapforge.modules.backup import backup
from tapforge.modules.dashboard import dashboard
from tapforge.modules.notifications import NotificationsInputs, notifications

KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
GIB = 1024**3


def resolved(module: Module[Any, Any], **given: Any) -> dict[str, dict[str, Any]]:
    """Give the values of each resource by its address."""
    found = resolve(module, {"environment_suffix": "dev", **given})
    return {each.address: each.values for each in found.instances}


# --- alarms -----------------------------------------------------------------------------------------


def watch(**more: Any) -> dict[str, Any]:
    """Give inputs of an alarm that are right."""
    return {
        "name": "shop-db-storage",
        "environment_suffix": "dev",
        "description": "The disk is nearly full.",
        "metric_name": "FreeLocalStorage",
        "dimensions": {"DBClusterIdentifier": "shop-db-dev"},
        "threshold": GIB,
        "breach": "below",
        **more,
    }


def test_an_alarm_tells_when_it_fires_and_when_it_is_over() -> None:
    """Both go to whoever is told."""
    made = resolved(alarm, **watch(action_arns=["arn:aws:sns:us-east-1:123456789012:a-dev"]))
    values = made["aws_cloudwatch_metric_alarm.main"]
    assert values["alarm_name"] == "shop-db-storage-dev"
    assert values["comparison_operator"] == "LessThanThreshold"
    assert values["alarm_actions"] == values["ok_actions"] != []


@pytest.mark.parametrize(
    ("threshold", "capacity", "right"),
    [
        (10 * GIB, 7.5 * GIB, False),
        (7.5 * GIB, 7.5 * GIB, False),
        (GIB, 7.5 * GIB, True),
        (0, 7.5 * GIB, False),
        (10 * GIB, 0, True),
    ],
    ids=["always", "at-most", "sometimes", "never", "unknown"],
)
def test_a_threshold_lies_within_what_can_be(
    threshold: float, capacity: float, right: bool
) -> None:
    """An alarm that always or never fires is refused, with the figures."""
    found = problems(AlarmInputs, watch(threshold=threshold, capacity=capacity))
    assert found == [] if right else "8053063680" in str(found[0])


@pytest.mark.parametrize("period", [0, 45, 61, -60])
def test_a_period_is_one_that_cloudwatch_knows(period: int) -> None:
    """Ten, twenty, thirty, or whole minutes."""
    (found,) = problems(AlarmInputs, watch(period=period))
    assert "multiple of 60" in str(found)


def test_all_periods_fit_in_a_day() -> None:
    """CloudWatch looks back no further."""
    (found,) = problems(AlarmInputs, watch(period=86400, evaluation_periods=2))
    assert "a day at most" in str(found)


def test_what_a_class_has_is_known() -> None:
    """In bytes; 0 where nobody says, and the memory for local storage that nobody gives a figure of."""
    assert classes.memory("db.t3.medium") == 4 * GIB
    assert classes.local_storage("db.t3.medium") == 7.5 * GIB
    assert classes.local_storage("db.r7g.large") == classes.memory("db.r7g.large") == 16 * GIB
    assert classes.memory("db.serverless") == classes.local_storage("db.serverless") == 0


# --- dashboard --------------------------------------------------------------------------------------


def test_a_dashboard_has_two_graphs_in_a_row_below_the_alarms() -> None:
    """No two lie over each other; without alarms there is no widget for them."""
    lines = [["AWS/RDS", "CPUUtilization", "DBClusterIdentifier", "shop-db-dev"]]
    graphs = dict.fromkeys(("A", "B", "C"), lines)
    given = {"name": "shop-db", "region": "us-east-1", "graphs": graphs}
    (made,) = resolved(dashboard, **given, alarm_arns=["arn:x"]).values()
    assert made["dashboard_name"] == "shop-db-dev"
    alarms, *others = json.loads(made["dashboard_body"])["widgets"]
    assert (alarms["type"], alarms["y"] + alarms["height"]) == ("alarm", 2)
    places = [(each["properties"]["title"], each["x"], each["y"]) for each in others]
    assert places == [("A", 0, 2), ("B", 12, 2), ("C", 0, 8)]
    (bare,) = resolved(dashboard, **given).values()
    assert {w["type"] for w in json.loads(bare["dashboard_body"])["widgets"]} == {"metric"}


# --- notifications ----------------------------------------------------------------------------------


def test_services_of_the_account_publish_over_tls() -> None:
    """Everybody else is kept out by the policy; the topic is encrypted."""
    document = notifications.body.document.json()
    publish, deny = document["data"]["aws_iam_policy_document"]["main"]["statement"]
    assert publish["condition"][0]["variable"] == "aws:SourceAccount"
    assert deny["effect"] == "Deny"
    assert deny["condition"][0] == {
        "test": "Bool",
        "variable": "aws:SecureTransport",
        "values": ["false"],
    }
    assert (
        document["resource"]["aws_sns_topic"]["main"]["kms_master_key_id"] == "${var.kms_key_arn}"
    )


def test_each_address_is_told() -> None:
    """One subscription for each."""
    made = resolved(notifications, name="a", kms_key_arn=KEY, emails=["a@example.com", "b@x.org"])
    endpoints = [v["endpoint"] for v in made.values() if v.get("protocol") == "email"]
    assert endpoints == ["a@example.com", "b@x.org"]


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@example.com", "@example.com", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    """SNS would take the apply down."""
    with pytest.raises(ArgumentError, match="e-mail addresses"):
        NotificationsInputs(name="a", environment_suffix="dev", kms_key_arn=KEY, emails=[address])


# --- backup -----------------------------------------------------------------------------------------


def test_backups_are_copied_only_if_a_region_is_named() -> None:
    """The vault there has the same name; the plan copies each backup to it."""
    given = {"name": "shop", "kms_key_arn": KEY, "resource_arns": ["arn:x"]}
    alone = resolved(backup, **given)
    assert "aws_backup_vault.copy[0]" not in alone
    assert not alone["aws_backup_plan.main"]["rule"][0].get("copy_action")
    copied = resolved(backup, **given, copy_region="eu-west-1", copy_retention_days=7)
    assert copied["aws_backup_vault.copy[0]"]["region"] == "eu-west-1"
    (action,) = copied["aws_backup_plan.main"]["rule"][0]["copy_action"]
    assert action["lifecycle"][0]["delete_after"] == 7


def test_a_destroy_takes_what_is_kept_only_if_that_is_wanted() -> None:
    """A protected vault with backups in it refuses to go."""
    given = {"name": "shop", "kms_key_arn": KEY, "resource_arns": ["arn:x"]}
    for destroyable in (True, False):
        made = resolved(backup, **given, destroyable=destroyable, copy_region="eu-west-1")
        vaults = [v for a, v in made.items() if "aws_backup_vault." in a]
        assert [v["force_destroy"] for v in vaults] == [destroyable] * 2


def test_the_region_of_copies_exists() -> None:
    """And the message says so where it does not."""
    (found,) = problems(
        backup.inputs,
        {
            "name": "shop",
            "environment_suffix": "dev",
            "kms_key_arn": KEY,
            "resource_arns": [],
            "copy_region": "eu-west-9",
        },
    )
    assert "no region" in json.dumps(str(found))
