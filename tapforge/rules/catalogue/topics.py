"""Topics: services that write to them need the topic's policy and the key's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tapforge.facts import iam
from tapforge.rules import policies
from tapforge.rules.policies import Policy, Statement
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_TOPIC = "${aws_sns_topic.main.arn}"
_EVENTS = "events.amazonaws.com"


def _policy(action: str, service: str) -> str:
    principal = {"Principal": {"Service": service}}
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _target(service: str) -> dict[str, Any]:
    policy = {"arn": _TOPIC, "policy": _policy("sns:Publish", service)}
    return {
        "resource": {
            "aws_sns_topic": {"main": {"name": "orders-dev"}},
            "aws_cloudwatch_event_target": {"main": {"rule": "orders-dev", "arn": _TOPIC}},
            "aws_sns_topic_policy": {"main": policy},
        }
    }


@rule(
    "event-target-topic",
    on=("aws_cloudwatch_event_target",),
    severity="error",
    source="Amazon EventBridge User Guide: Using resource-based policies for Amazon EventBridge, Amazon "
    "SNS permissions; AWS re:Post knowledge center: sns-not-getting-eventbridge-notification",
    fix="allow sns:Publish to events.amazonaws.com in an aws_sns_topic_policy",
    good=_target(_EVENTS),
    bad=_target("cloudwatch.amazonaws.com"),
)
def event_target_topic(target: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A topic that a rule of EventBridge writes to lets EventBridge in.

    The policy that SNS gives a topic is for the account and not for EventBridge: the rule matches, and no
    message is ever sent.
    """
    if not target.left_out("role_arn"):
        return
    for topic in configuration.targets(target.given("arn"), "aws_sns_topic"):
        policy = _policy_of(topic, "arn", "aws_sns_topic_policy", configuration)
        if not _admits(policy, _EVENTS, "sns:Publish"):
            found = f"{topic.address}, whose policy does not let {_EVENTS} in"
            yield Finding(target, "arn", found, "a topic that it may publish to")


def _encrypted(service: str) -> dict[str, Any]:
    key = {"enable_key_rotation": True, "policy": _policy("kms:*", service)}
    return {
        "resource": {
            "aws_kms_key": {"main": key},
            "aws_sns_topic": {"main": {"kms_master_key_id": "${aws_kms_key.main.id}"}},
            "aws_cloudwatch_metric_alarm": {"main": {"alarm_actions": [_TOPIC]}},
        }
    }


def _encrypted_on_the_way(*statements: dict[str, Any]) -> dict[str, Any]:
    allow = {"Effect": "Allow", "Principal": {"Service": _EVENTS}, **_PUBLISH}
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow, *statements]})
    return {
        "resource": {
            "aws_sns_topic": {"main": {"name": "orders-dev"}},
            "aws_sns_topic_policy": {"main": {"arn": _TOPIC, "policy": text}},
        }
    }


_PUBLISH = {"Action": "sns:Publish", "Resource": "*"}
_PLAIN_TEXT = {"Bool": {"aws:SecureTransport": "false"}}


@rule(
    "topic-tls-only",
    on=("aws_sns_topic",),
    severity="warning",
    source="Amazon SNS Developer Guide: Security best practices, Enforce encryption of data in transit",
    fix='deny sns:Publish to everybody where "aws:SecureTransport" is "false"',
    good=_encrypted_on_the_way(
        {"Effect": "Deny", "Principal": "*", "Condition": _PLAIN_TEXT, **_PUBLISH}
    ),
    bad=_encrypted_on_the_way(),
)
def topic_tls_only(topic: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A topic with a policy takes no message without TLS.

    SNS answers plain HTTP too, and then messages and signatures can be read on the way. A topic without
    a policy of its own is left alone: whoever writes one thinks of who may publish, and how.
    """
    policy = _policy_of(topic, "arn", "aws_sns_topic_policy", configuration)
    known = policy.complete and policy.statements
    if known and not policies.denies_plain_text(policy, "sns:publish"):
        found = "no statement that denies messages without TLS"
        yield Finding(topic, "policy", found, "one for sns:Publish")


_AWS_KEY = "alias/aws/sns"
_WRITE = "kms:GenerateDataKey*"


@rule(
    "topic-key",
    severity="error",
    source="Amazon SNS Developer Guide: Key management; compatibility between event sources from AWS "
    "services and encrypted topics",
    fix="encrypt with an aws_kms_key whose policy allows the service kms:Decrypt and "
    "kms:GenerateDataKey*",
    good=_encrypted("cloudwatch.amazonaws.com"),
    bad=_encrypted("events.amazonaws.com"),
)
def topic_key(configuration: Configuration) -> Iterator[Finding]:
    """A service that writes to an encrypted topic may use the topic's key.

    The key of AWS, alias/aws/sns, is for users and roles only, as is a key without a policy of its own:
    alarms and events change their state, and nobody is told.
    """
    topics = [t for t in configuration.of("aws_sns_topic") if not t.left_out("kms_master_key_id")]
    seen = set[tuple[str, str]]()
    for type_, (service, arguments) in iam.topic_writers().items() if topics else ():
        for writer in configuration.of(type_):
            reached = configuration.targets(
                [writer.given(each) for each in arguments], "aws_sns_topic"
            )
            for topic in reached:
                found = _closed(topic, service, configuration) if topic in topics else ""
                if found and (topic.address, service) not in seen:
                    seen.add((topic.address, service))
                    expected = f"a key that {service} may use, for {writer.address}"
                    yield Finding(topic, "kms_master_key_id", found, expected)


def _closed(topic: Resource, service: str, configuration: Configuration) -> str:
    """Say what key of a topic a service can't use; "" if it can, or that is not known."""
    value = topic.given("kms_master_key_id")
    if isinstance(value, str) and value.endswith(_AWS_KEY):
        return f'"{value}", a key of AWS'
    for key in _keys(value, configuration):
        if key.mode == "data":
            if _AWS_KEY in (key.known("name"), key.known("key_id")):
                return f"{_AWS_KEY}, a key of AWS"
            continue
        policy = _policy_of(key, "key_id", "aws_kms_key_policy", configuration)
        if not _admits(policy, service, _WRITE):
            return f"{key.address}, whose policy does not let {service} in"
    return ""


def _keys(value: Any, configuration: Configuration) -> Iterator[Resource]:
    """Give the keys that a topic's argument leads to, through an alias too."""
    yield from configuration.targets(value, "aws_kms_key", "data.aws_kms_alias", "data.aws_kms_key")
    for alias in configuration.targets(value, "aws_kms_alias"):
        yield from configuration.targets(alias.given("target_key_id"), "aws_kms_key")


def _policy_of(
    resource: Resource, argument: str, type_: str, configuration: Configuration
) -> Policy:
    """Give what the policy of a resource says, in itself or in a resource of its own."""
    holders = [resource, *configuration.users(resource, argument, type_)]
    known = [policies.read(configuration, each, "policy") for each in holders]
    sure = len(holders) > 1 or not configuration.may_be_used(resource, argument, type_)
    return Policy(
        tuple(statement for each in known for statement in each.statements),
        complete=sure and all(each.complete for each in known),
    )


def _admits(policy: Policy, service: str, action: str) -> bool:
    """Tell whether a policy may let a service do something."""
    return not policy.complete or any(_fits(each, service, action) for each in policy.allowing)


def _fits(statement: Statement, service: str, action: str) -> bool:
    who = statement.anyone or not statement.principals_are_known or service in statement.services
    prefix = action.lower().rstrip("*")
    named = policies.texts(statement.actions)
    return who and (
        bool(statement.not_actions)
        or len(named) < len(statement.actions)
        or any(prefix.startswith(each.lower().split("*")[0]) for each in named if "*" in each)
        or any(each.lower().startswith(prefix) for each in named)
    )
