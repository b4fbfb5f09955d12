"""Functions and EventBridge, beyond the examples of their rules."""

import json
from typing import Any

import pytest

from tapforge.lang.expression import Call
from tapforge.rules import run
from tapforge.rules.catalogue import functions as catalogue
from tapforge.rules.example import configuration
from tapforge.rules.resource import Configuration, Resource, Unknown
from tapforge.rules.rule import Rule

UNKNOWN = "${random_id.main.hex}"


def found(rule: Rule, **resources: dict[str, Any]) -> str:
    """Return what a rule finds, in one text."""
    violations = run.check(configuration({"resource": resources}), [rule])
    return "\n".join(f"{each.address} {each.message}" for each in violations)


def holds(text: str, words: str | None) -> bool:
    """Return whether a text has words; None stands for no text at all."""
    return (words in text) if words else not text


def function(**arguments: Any) -> dict[str, Any]:
    """Return a function that is right but for the arguments."""
    body = {"runtime": "python3.14", "handler": "a.b", "filename": "a.zip", **arguments}
    return {"aws_lambda_function": {"main": body}}


IMAGE = {"package_type": "Image", "image_uri": "repo:1", "filename": None}
PATH = "reserved_concurrent_executions"


@pytest.mark.parametrize(
    ("rule", "arguments", "words"),
    [
        (catalogue.runtime_support, {"runtime": "python3.7"}, "refused for new ones"),
        (catalogue.runtime_support, {"runtime": "provided.al2023"}, None),
        (catalogue.runtime_support, {"runtime": "python9.9"}, None),
        (catalogue.runtime_support, {"runtime": UNKNOWN}, None),
        (catalogue.runtime_support, {"runtime": None}, None),
        (catalogue.function_size, {}, None),
        (catalogue.function_size, {"timeout": 1, "memory_size": 128}, None),
        (catalogue.function_size, {"timeout": 900, "memory_size": 10240}, None),
        (catalogue.function_size, {"timeout": 0}, "expected a number from 1 to 900"),
        (catalogue.function_size, {"memory_size": 127}, "from 128 to 10240"),
        (catalogue.function_size, {"memory_size": 10241}, "from 128 to 10240"),
        (catalogue.function_size, {"timeout": UNKNOWN, "memory_size": UNKNOWN}, None),
        (
            catalogue.function_size,
            {"timeout": 5400, "memory_size": 32768, "capacity_provider_config": [{"a": 1}]},
            None,
        ),
        (catalogue.function_size, {"ephemeral_storage": [{"size": 10240}]}, None),
        (catalogue.function_size, {"ephemeral_storage": [{"size": 511}]}, "ephemeral_storage[0]"),
        (catalogue.function_package, {"handler": "", "runtime": ""}, "a value for a .zip file"),
        (catalogue.function_package, {"handler": UNKNOWN, "runtime": UNKNOWN}, None),
        (catalogue.function_package, {"package_type": UNKNOWN, "handler": None}, None),
        (catalogue.function_package, {"s3_bucket": "a"}, "none beside filename"),
        (catalogue.function_package, {"s3_bucket": UNKNOWN}, None),
        (catalogue.function_package, IMAGE, "none with package_type Image"),
        (
            catalogue.function_package,
            # The provider writes these for what was left out.
            {**IMAGE, "handler": "", "runtime": "", "layers": []},
            None,
        ),
        (catalogue.function_handler, {"handler": "src/lib/a.main"}, None),
        (catalogue.function_handler, {"handler": "a.b.main", "runtime": "ruby3.4"}, None),
        (catalogue.function_handler, {"handler": "a."}, "expected file.function for python3.14"),
        (catalogue.function_handler, {"handler": "bootstrap", "runtime": "provided.al2023"}, None),
        (catalogue.function_handler, {"handler": "A::B", "runtime": "java21"}, None),
        (catalogue.function_handler, {"handler": "main", "runtime": UNKNOWN}, None),
        (catalogue.function_handler, {"handler": "a b.c"}, "no spaces"),
        (catalogue.function_handler, {"handler": f"a.{'b' * 126}"}, None),
        (catalogue.function_handler, {"handler": f"a.{'b' * 127}"}, "at most 128"),
        (catalogue.function_handler, {"handler": UNKNOWN}, None),
        (catalogue.function_concurrency, {}, None),
        (catalogue.function_concurrency, {PATH: -1}, None),
        (catalogue.function_concurrency, {PATH: 5}, None),
        (catalogue.function_concurrency, {PATH: 0}, "expected a number from 1 to 5"),
        (catalogue.function_concurrency, {PATH: 6}, "expected a number from 1 to 5"),
        (catalogue.function_concurrency, {PATH: UNKNOWN}, None),
    ],
)
def test_functions(rule: Rule, arguments: dict[str, Any], words: str | None) -> None:
    """Runtimes, sizes, packages, handlers and concurrency of one function."""
    assert holds(found(rule, **function(**arguments)), words)


@pytest.mark.parametrize(
    ("version", "wrong"),
    [("syn-nodejs-2.0", True), ("syn-python-selenium-99.0", False), (UNKNOWN, False)],
)
def test_canaries(version: str, wrong: bool) -> None:
    """A canary's runtime ends like a function's."""
    resources = {"aws_synthetics_canary": {"main": {"runtime_version": version}}}
    assert bool(found(catalogue.runtime_support, **resources)) is wrong


DMS = {"source": ["aws.dms"]}


@pytest.mark.parametrize(
    ("rule", "arguments", "words"),
    [
        (catalogue.event_rule_trigger, {"event_pattern": "", "schedule_expression": ""}, "not set"),
        (catalogue.event_rule_trigger, {"event_pattern": UNKNOWN}, None),
        (catalogue.event_pattern, {"event_pattern": UNKNOWN}, None),
        (catalogue.event_pattern, {"event_pattern": ""}, None),
        (catalogue.event_pattern, {"event_pattern": "{"}, "event_pattern is no JSON"),
        (catalogue.event_pattern, {"event_pattern": "[]"}, "event_pattern is no object"),
        (catalogue.event_pattern, {"event_pattern": "{}"}, "event_pattern is an empty object"),
        (catalogue.event_pattern, {"event_pattern": json.dumps(DMS)}, None),
        (
            catalogue.event_pattern,
            {"event_pattern": json.dumps({**DMS, "detail": {"ReplicationTaskState": ["a"]}})},
            "detail.ReplicationTaskState is no field of events of aws.dms",
        ),
        (
            catalogue.event_pattern,
            {"event_pattern": json.dumps({"source": ["a" * 4096]})},
            "expected at most 4096",
        ),
        (catalogue.schedule_expression, {"schedule_expression": ""}, None),
        (catalogue.schedule_expression, {"schedule_expression": UNKNOWN}, None),
        (catalogue.schedule_expression, {"schedule_expression": "rate(1 minutes)"}, "singular"),
        (
            catalogue.schedule_expression,
            {"schedule_expression": "at(2027-01-31T12:00:00)"},
            "none of rate(...), cron(...)",
        ),
    ],
)
def test_rules(rule: Rule, arguments: dict[str, Any], words: str | None) -> None:
    """Triggers, patterns and schedules of a rule of EventBridge."""
    assert holds(found(rule, aws_cloudwatch_event_rule={"main": arguments}), words)


def test_patterns_with_unknown_parts() -> None:
    """A pattern of jsonencode() is read as far as it is known."""
    pattern = {"source": ["aws.dms"], "resources": [Unknown()], "detail": {"eventTyp": ["A"]}}
    resource = Resource(
        {"event_pattern": Call("jsonencode", (pattern,))},
        address="aws_cloudwatch_event_rule.main",
        type="aws_cloudwatch_event_rule",
        name="main",
    )
    (violation,) = run.check(Configuration((resource,)), [catalogue.event_pattern])
    assert violation.finding.attribute == "event_pattern.detail.eventTyp"


def test_schedules_of_the_scheduler_may_be_a_time() -> None:
    """EventBridge Scheduler runs once, too."""
    schedule = {"schedule_expression": "at(2027-01-31T12:00:00)"}
    text = found(catalogue.schedule_expression, aws_scheduler_schedule={"main": schedule})
    assert not text


@pytest.mark.parametrize(
    ("rule_name", "wrong"),
    [
        ("${aws_cloudwatch_event_rule.main.name}", False),
        ("shop-dev", False),
        ("${aws_cloudwatch_event_rule.other.name}", False),
        ("other", True),
    ],
)
def test_targets_of_rules(rule_name: str, wrong: bool) -> None:
    """A target that names its rule by what is not known may be of any rule."""
    resources = {
        "aws_cloudwatch_event_rule": {"main": {"name": "shop-dev"}},
        "aws_cloudwatch_event_target": {"main": {"rule": rule_name}},
    }
    assert bool(found(catalogue.event_rule_target, **resources)) is wrong


ARN = "${aws_lambda_function.main.arn}"


@pytest.mark.parametrize(
    ("target", "permission", "wrong"),
    [
        ({"arn": ARN}, {}, True),
        ({"arn": ARN}, {"function_name": ARN, "principal": "events.amazonaws.com"}, False),
        ({"arn": ARN}, {"function_name": ARN, "principal": UNKNOWN}, False),
        ({"arn": ARN}, {"function_name": UNKNOWN, "principal": "s3.amazonaws.com"}, False),
        ({"arn": ARN}, {"function_name": "other", "principal": "events.amazonaws.com"}, True),
        ({"arn": ARN, "role_arn": "arn:role"}, {}, False),
        ({"arn": UNKNOWN}, {}, False),
    ],
)
def test_permissions_of_targets(
    target: dict[str, Any], permission: dict[str, Any], wrong: bool
) -> None:
    """A function that is made here and called by a rule lets EventBridge call it."""
    resources = {
        **function(),
        "aws_cloudwatch_event_target": {"main": target},
        "aws_lambda_permission": {"main": permission} if permission else {},
    }
    assert bool(found(catalogue.event_target_permission, **resources)) is wrong
