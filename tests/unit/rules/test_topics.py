"""Topics, beyond the examples of their rules."""

import json
from typing import Any

import pytest

from tapforge.rules import run
from tapforge.rules.catalogue import topics
from tapforge.rules.example import configuration
from tapforge.rules.rule import Rule

UNKNOWN = "${aws_unknown.main.value}"
TOPIC = "${aws_sns_topic.main.arn}"
KEY = "${aws_kms_key.main.arn}"


def found(rule: Rule, resources: dict[str, Any], data: dict[str, Any] | None = None) -> list[str]:
    """Return what a rule finds, place by place."""
    made = configuration({"resource": resources, "data": data or {}})
    return [f"{each.address} {each.message}" for each in run.check(made, [rule])]


def check(messages: list[str], words: str | None) -> None:
    """Assert that there is one message with some words, or none."""
    assert len(messages) == (words is not None), messages
    assert not words or words in messages[0]


def policy(action: Any, *services: str, **change: Any) -> str:
    """Return a policy that allows an action to services."""
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Resource": "*"}
    return json.dumps({"Statement": [{**statement, "Action": action, **change}]})


ROOT = policy("kms:*", Principal={"AWS": "arn:aws:iam::123456789012:root"})
EVENTS = "events.amazonaws.com"
CLOUDWATCH = "cloudwatch.amazonaws.com"


@pytest.mark.parametrize(
    ("topic", "own", "wrong"),
    [
        ({}, None, True),
        ({}, policy("sns:Publish", EVENTS), False),
        ({}, policy("SNS:*", EVENTS), False),
        ({}, policy("sns:Subscribe", EVENTS), True),
        ({}, policy("sns:Publish", CLOUDWATCH), True),
        ({}, policy("sns:Publish", Principal="*"), False),
        ({}, UNKNOWN, False),
        ({"policy": policy(["sns:Publish"], CLOUDWATCH, EVENTS)}, None, False),
        ({"policy": UNKNOWN}, None, False),
    ],
    ids=[
        *("no policy", "policy", "all actions", "another action", "another service", "everybody"),
        *("unknown policy", "argument", "unknown argument"),
    ],
)
def test_topics_of_event_rules(topic: dict[str, Any], own: str | None, wrong: bool) -> None:
    """What SNS writes itself is not for EventBridge."""
    resources = {
        "aws_sns_topic": {"main": topic},
        "aws_cloudwatch_event_target": {"a": {"arn": TOPIC}},
    }
    if own:
        resources["aws_sns_topic_policy"] = {"a": {"arn": TOPIC, "policy": own}}
    assert bool(found(topics.event_target_topic, resources)) is wrong


PLAIN = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def denied(action: str, **change: Any) -> str:
    """Return a policy that lets EventBridge in, and denies everybody an action."""
    allow = json.loads(policy("sns:Publish", EVENTS))["Statement"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*", **change}
    return json.dumps({"Statement": [*allow, deny]})


@pytest.mark.parametrize(
    ("topic", "own", "wrong"),
    [
        ({}, None, False),
        ({}, policy("sns:Publish", EVENTS), True),
        ({"policy": policy("sns:Publish", EVENTS)}, None, True),
        ({}, denied("sns:Publish", **PLAIN), False),
        ({}, denied("SNS:Publish", **PLAIN), False),
        ({}, denied("sns:Subscribe", **PLAIN), True),
        ({}, denied("sns:Publish"), True),
        ({}, UNKNOWN, False),
    ],
    ids=[
        *("no policy", "allowed", "argument", "denied", "denied in capitals", "another action"),
        *("denied for another reason", "unknown"),
    ],
)
def test_topics_without_tls(topic: dict[str, Any], own: str | None, wrong: bool) -> None:
    """Who writes a policy denies messages in plain text in it."""
    resources = {"aws_sns_topic": {"main": topic}}
    if own:
        resources["aws_sns_topic_policy"] = {"a": {"arn": TOPIC, "policy": own}}
    assert bool(found(topics.topic_tls_only, resources)) is wrong


@pytest.mark.parametrize(
    "change",
    [
        {"aws_cloudwatch_event_target": {"a": {"arn": TOPIC, "role_arn": UNKNOWN}}},
        {"aws_cloudwatch_event_target": {"a": {"arn": "arn:aws:sns:us-east-1:123456789012:x"}}},
        {"aws_sns_topic_policy": {"a": {"arn": UNKNOWN, "policy": policy("sns:Publish", EVENTS)}}},
    ],
    ids=["by a role", "a topic made elsewhere", "a policy of an unknown topic"],
)
def test_topics_that_may_be_open_to_event_rules(change: dict[str, Any]) -> None:
    """Nothing is found where there may be another way."""
    target = {"aws_cloudwatch_event_target": {"a": {"arn": TOPIC}}}
    assert (
        found(topics.event_target_topic, {"aws_sns_topic": {"main": {}}, **target, **change}) == []
    )


@pytest.mark.parametrize(
    ("topic_key", "key", "words"),
    [
        (None, {}, None),
        ("", {}, None),
        ("alias/aws/sns", {}, '"alias/aws/sns", a key of AWS'),
        ("arn:aws:kms:us-east-1:123456789012:alias/aws/sns", {}, "a key of AWS"),
        ("alias/own", {}, None),
        (UNKNOWN, {}, None),
        (KEY, {}, "aws_kms_key.main, whose policy does not let cloudwatch.amazonaws.com in"),
        (KEY, {"policy": ROOT}, "whose policy does not let"),
        (KEY, {"policy": policy("kms:*", CLOUDWATCH)}, None),
        (KEY, {"policy": policy(["kms:Decrypt", "kms:GenerateDataKey*"], CLOUDWATCH)}, None),
        (KEY, {"policy": policy("kms:Decrypt", CLOUDWATCH)}, "whose policy does not let"),
        (KEY, {"policy": policy(None, CLOUDWATCH, NotAction="kms:Delete*")}, None),
        (KEY, {"policy": UNKNOWN}, None),
        ("${aws_kms_alias.main.name}", {}, "aws_kms_key.main, whose policy"),
        ("${data.aws_kms_alias.sns.target_key_arn}", {}, "alias/aws/sns, a key of AWS"),
        ("${data.aws_kms_key.own.arn}", {}, None),
    ],
    ids=[
        *("none", "filled in", "AWS's", "AWS's by ARN", "own alias", "unknown", "no policy"),
        *("default policy", "all actions", "the actions", "too few actions", "all but some"),
        *("unknown policy", "through an alias", "AWS's by reference", "made elsewhere"),
    ],
)
def test_keys_of_topics(topic_key: Any, key: dict[str, Any], words: str | None) -> None:
    """An alarm needs a key whose policy names CloudWatch."""
    resources = {
        "aws_sns_topic": {"main": {"kms_master_key_id": topic_key}, "other": {}},
        "aws_kms_key": {"main": key},
        "aws_kms_alias": {"main": {"name": "alias/own-2", "target_key_id": KEY}},
        "aws_cloudwatch_metric_alarm": {
            "a": {"alarm_actions": [TOPIC, "${aws_sns_topic.other.arn}"], "ok_actions": [TOPIC]},
            "b": {"alarm_actions": [TOPIC]},
        },
    }
    data = {
        "aws_kms_alias": {"sns": {"name": "alias/aws/sns"}},
        "aws_kms_key": {"own": {"key_id": "alias/own"}},
    }
    check(found(topics.topic_key, resources, data), words)


@pytest.mark.parametrize(
    ("writer", "service"),
    [
        ({"aws_db_event_subscription": {"a": {"sns_topic": TOPIC}}}, "events.rds.amazonaws.com"),
        ({"aws_cloudwatch_event_target": {"a": {"arn": TOPIC}}}, "events.amazonaws.com"),
        ({"aws_lambda_function": {"a": {}}}, None),
    ],
    ids=["events of RDS", "EventBridge", "nobody"],
)
def test_writers_of_encrypted_topics(writer: dict[str, Any], service: str | None) -> None:
    """Each is told by its service, and a policy of its own resource counts."""
    resources = {"aws_sns_topic": {"main": {"kms_master_key_id": KEY}}, "aws_kms_key": {"main": {}}}
    check(found(topics.topic_key, {**resources, **writer}), service)
    if service:
        own = {"key_id": KEY, "policy": policy("kms:*", service)}
        resources["aws_kms_key_policy"] = {"a": own}
        assert found(topics.topic_key, {**resources, **writer}) == []
