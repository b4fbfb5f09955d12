"""Hard-coded values, tags and what accounts have once, beyond the examples of their rules."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tapforge.rules import example, run, texts
from tapforge.rules.catalogue import style as catalogue
from tapforge.rules.rule import Rule

Findings = Callable[..., list[str]]
UNKNOWN = "${random_id.main.hex}"
ARN = "arn:aws:sns:us-east-1:123456789012:alarms"


def alarm(*actions: Any, **others: Any) -> dict[str, Any]:
    """Return an alarm with actions, beside other resources."""
    return {"aws_cloudwatch_metric_alarm": {"main": {"alarm_actions": list(actions)}}, **others}


@pytest.mark.parametrize(
    ("resources", "variables", "wrong"),
    [
        (alarm(ARN), {"environment_suffix": "dev"}, True),
        (alarm(ARN), {}, False),
        (alarm(UNKNOWN), {"environment_suffix": "dev"}, False),
        (alarm(ARN), {"environment_suffix": "dev", "account": "123456789012"}, False),
        (alarm(ARN), {"environment_suffix": "dev", "topics": [ARN]}, False),
        # A state tells ARNs of what is made already.
        (
            alarm(ARN, aws_sns_topic={"main": {"arn": ARN}}),
            {"environment_suffix": "dev"},
            False,
        ),
        (
            {"aws_lambda_permission": {"main": {"source_account": "123456789012"}}},
            {"environment_suffix": "dev"},
            True,
        ),
        (
            {
                "aws_lambda_function": {
                    "main": {"layers": ["arn:aws:lambda:us-east-1:580247275435:layer:Insights:1"]}
                }
            },
            {"environment_suffix": "dev"},
            False,
        ),
        (
            {"aws_s3_bucket": {"main": {"bucket": "logs-20260103000000"}}},
            {"environment_suffix": "dev"},
            False,
        ),
    ],
)
def test_accounts(
    findings: Findings, resources: dict[str, Any], variables: dict[str, Any], wrong: bool
) -> None:
    """An account that a variable or AWS has told is not hard-coded."""
    assert bool(findings(catalogue.hard_coded_account, resources, **variables)) is wrong


def test_the_account_of_a_data_source_is_ones_own() -> None:
    """A plan shows what was looked up as plain text."""
    identity = {"aws_caller_identity": {"current": {"account_id": "123456789012"}}}
    made = {
        "variable": {"environment_suffix": {"default": "dev"}},
        "resource": alarm(ARN),
        "data": identity,
    }
    rule = catalogue.hard_coded_account
    assert not run.check(example.configuration(made), [rule])
    assert run.check(example.configuration({**made, "data": {}}), [rule])


def endpoint(name: str, **others: Any) -> dict[str, Any]:
    """Return a VPC endpoint of a service."""
    return {"aws_vpc_endpoint": {"main": {"service_name": name, **others}}}


@pytest.mark.parametrize(
    ("resources", "variables", "wrong"),
    [
        (endpoint("com.amazonaws.us-east-1.s3"), {"aws_region": "us-east-1"}, False),
        (endpoint("com.amazonaws.us-east-1.s3"), {"aws_region": "us-east-2"}, True),
        (endpoint("com.amazonaws.us-east-1.s3"), {"region": "us-east-2"}, True),
        (endpoint("com.amazonaws.us-east-1.s3"), {}, False),
        (endpoint("com.amazonaws.us-east-1.s3"), {"aws_region": "nowhere"}, False),
        (
            endpoint("com.amazonaws.us-east-1.s3"),
            {"aws_region": "us-east-2", "state_bucket_region": "us-east-1"},
            False,
        ),
        (
            endpoint("com.amazonaws.us-east-1.s3", region="us-east-1"),
            {"aws_region": "us-east-2"},
            False,
        ),
        (
            endpoint("com.amazonaws.us-east-1.s3", service_region="us-east-1"),
            {"aws_region": "us-east-1"},
            False,
        ),
        (
            {"aws_s3_bucket": {"main": {"bucket": "shop-us-east-1-logs"}}},
            {"aws_region": "us-east-2"},
            False,
        ),
        (
            {"aws_backup_plan": {"main": {"copy": [{"destination_vault_arn": ARN}]}}},
            {"aws_region": "us-east-2"},
            False,
        ),
        (
            {"aws_subnet": {"main": {"availability_zone": "us-east-1a"}}},
            {"aws_region": "us-east-2"},
            True,
        ),
    ],
)
def test_regions(
    findings: Findings, resources: dict[str, Any], variables: dict[str, Any], wrong: bool
) -> None:
    """Another region than the variable's is meant only where the argument says so."""
    assert bool(findings(catalogue.hard_coded_region, resources, **variables)) is wrong


def test_another_provider_may_be_of_another_region() -> None:
    """Its resources are where it is."""
    made = example.configuration(catalogue.hard_coded_region.bad)
    moved = [attrs.evolve(each, provider="aws.replica") for each in made.resources]
    there = attrs.evolve(made, resources=tuple(moved))
    assert not run.check(there, [catalogue.hard_coded_region])


@pytest.mark.parametrize(
    ("region", "arn", "wrong"),
    [
        ("us-east-1", ARN, False),
        ("us-gov-west-1", ARN, True),
        ("us-gov-west-1", "arn:aws-us-gov:iam::aws:policy/A", False),
        ("us-east-1", "arn:aws-cn:iam::aws:policy/A", True),
        ("nowhere", "arn:aws-cn:iam::aws:policy/A", False),
        ("cn-north-1", "arn:awesome:thing", False),
        ("cn-north-1", UNKNOWN, False),
    ],
)
def test_partitions(findings: Findings, region: str, arn: str, wrong: bool) -> None:
    """The region's partition is in every ARN."""
    found = findings(catalogue.hard_coded_partition, alarm(arn), aws_region=region)
    assert bool(found) is wrong


def topic(name: Any, **tags: str) -> dict[str, Any]:
    """Return a topic with a name and tags."""
    return {"aws_sns_topic": {"main": {"name": name, "tags": tags}}}


@pytest.mark.parametrize(
    ("resources", "variables", "wrong"),
    [
        (topic("shop-prod"), {"environment_suffix": "dev"}, True),
        (topic("shop-PROD-dev"), {"environment_suffix": "dev"}, True),
        (topic("shop-product-dev"), {"environment_suffix": "dev"}, False),
        (topic("shop-prod"), {}, False),
        (topic("shop-dev"), {"environment_suffix": "pr12"}, True),
        (topic("shop-dev-pr12"), {"environment_suffix": "pr12", "stage": "dev"}, False),
        (topic("shop-prod-eu"), {"environment_suffix": "prod-eu"}, False),
        (topic(UNKNOWN), {"environment_suffix": "dev"}, False),
        (topic("shop", Environment="prod"), {"environment_suffix": "dev"}, True),
        (topic("shop", Name="shop staging"), {"environment_suffix": "dev"}, True),
        (topic("shop", Note="as in prod"), {"environment_suffix": "dev"}, False),
        ({"aws_sns_topic": {"main": {"tags": UNKNOWN}}}, {"environment_suffix": "dev"}, False),
    ],
)
def test_environments(
    findings: Findings, resources: dict[str, Any], variables: dict[str, Any], wrong: bool
) -> None:
    """A word for an environment stands in a name only if a variable brought it."""
    assert bool(findings(catalogue.hard_coded_environment, resources, **variables)) is wrong


@pytest.mark.parametrize(
    ("rule", "resources", "words"),
    [
        (catalogue.required_tags, topic("a"), None),
        (catalogue.required_tags, {"aws_sns_topic": {"main": {"tags_all": UNKNOWN}}}, None),
        (
            catalogue.required_tags,
            {"aws_sns_topic": {"main": {"tags_all": {"Environment": "a", "System": "b"}}}},
            "without ManagedBy, Repository",
        ),
        (catalogue.name_tag, {"aws_vpc": {"main": {}}}, 'tags["Name"] is not set'),
        (catalogue.name_tag, {"aws_vpc": {"main": {"tags": UNKNOWN}}}, None),
        (catalogue.name_tag, {"aws_vpc": {"main": {"tags_all": {"Name": "a"}}}}, None),
        (catalogue.name_tag, {"aws_db_instance": {"main": {}}}, None),
    ],
)
def test_tags(findings: Findings, rule: Rule, resources: dict[str, Any], words: str | None) -> None:
    """Tags are asked for where they are known, and where there are environments."""
    found = findings(rule, resources, environment_suffix="dev")
    assert (words in found[0]) if words else not found
    assert not findings(rule, resources)


@pytest.mark.parametrize(
    ("ignored", "wrong"),
    [("all", True), (["all"], True), (["tags"], False), ([], False), ((), False)],
)
def test_ignored_changes(findings: Findings, ignored: Any, wrong: bool) -> None:
    """Some arguments may be left to others."""
    resources = {"aws_db_instance": {"main": {"lifecycle": {"ignore_changes": ignored}}}}
    assert bool(findings(catalogue.ignore_all_changes, resources)) is wrong


def test_texts_wherever_they_stand() -> None:
    """In lists, sets, maps and blocks, each with its path."""
    values = {"a": "1", "b": [{"c": "2"}, 3, None], "d": {"e": ("4", {"5"})}}
    assert sorted(texts.joined(values.values()).split()) == ["1", "2", "4", "5"]
    assert list(texts.leaves(values)) == [
        ("a", "1"),
        ("b[0].c", "2"),
        ("d.e[0]", "4"),
        ("d.e[1][0]", "5"),
    ]
