"""Lambda functions, canaries, and the rules and schedules of EventBridge that call them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tapforge.facts import event_patterns, limits, runtimes, schedules
from tapforge.lang.expression import Expression
from tapforge.rules import documents
from tapforge.rules.databases import limit, present
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import Example, rule

_FUNCTION = "aws_lambda_function"
_RULE, _TARGET = "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"
_CANARY = "aws_synthetics_canary"
_RUNTIMES = {
    _FUNCTION: ("runtime", runtimes.lambda_runtime),
    _CANARY: ("runtime_version", runtimes.synthetics_runtime),
}


def _function(**arguments: Any) -> Example:
    body = {"runtime": "python3.14", "handler": "cutover.handler", "filename": "cutover.zip"}
    body |= arguments
    return {
        "resource": {_FUNCTION: {"main": {k: v for k, v in body.items() if v is not None}}},
    }


# --- functions ----------------------------------------------------------------------------------------


@rule(
    "runtime-support",
    on=_RUNTIMES,
    severity="error",
    source=runtimes.source(),
    fix="move to the runtime that AWS supports the longest",
    good=_function(),
    bad=_function(runtime="python3.9"),
)
def runtime_support(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A function or canary has a runtime that still gets security updates.

    Some time after the end of one AWS refuses to make anything with it, so that the environment can't
    be made again, and later every change of what has it.
    """
    argument, known = _RUNTIMES[resource.type]
    name = resource.known(argument)
    runtime = known(name) if isinstance(name, str) else None
    # AWS ends runtimes by the date alone, so that the rule looks at the calendar.
    if runtime and runtime.ended(configuration.today):
        refused = ", refused for new ones" if runtime.blocked(configuration.today) else ""
        found = f'"{runtime.name}" (ended {runtime.deprecated}{refused})'
        yield Finding(resource, argument, found, runtime.successor or "a newer one")


_SIZES = {"timeout": "timeout", "memory_size": "memory_size"}


@rule(
    "function-size",
    on=(_FUNCTION,),
    severity="error",
    source="; ".join(
        dict.fromkeys(
            limits.get(f"lambda_{each}").source for each in (*_SIZES, "ephemeral_storage")
        )
    ),
    fix="choose a number that Lambda accepts; what takes longer belongs into steps",
    good=_function(timeout=900),
    bad=_function(timeout=901),
)
def function_size(function: Resource) -> Iterator[Finding]:
    """The timeout, memory and temporary storage of a function are ones that Lambda accepts.

    A timeout is at most 15 minutes: a cutover that waits longer is cut off in the middle.
    """
    managed = "managed_" if present(function, "capacity_provider_config") else ""
    for argument in _SIZES:
        yield from limit(function, function, argument, f"lambda_{managed}{argument}")
    for storage in function.blocks("ephemeral_storage"):
        yield from limit(function, storage, "size", "lambda_ephemeral_storage")


_CODE = ("filename", "s3_bucket", "image_uri")
_NEEDED, _OF_ZIP = ("handler", "runtime"), ("handler", "runtime", "layers")


@rule(
    "function-package",
    on=(_FUNCTION,),
    severity="error",
    source="botocore 1.44.5 lambda CreateFunction.PackageType, Handler and Runtime",
    fix="give a .zip file with handler and runtime, or package_type Image with image_uri",
    good=_function(),
    bad=_function(handler=None),
)
def function_package(function: Resource) -> Iterator[Finding]:
    """A function of a .zip file has a handler and a runtime, one of an image has neither.

    Lambda refuses it otherwise; the code comes from one place.
    """
    places = [each for each in _CODE if function.known(each)]
    if len(places) > 1:
        given = function.given(places[1])
        yield function.finding(places[1], given, f"none beside {places[0]}")
    kind = function.known("package_type", "Zip")
    if kind == "Zip":
        for argument in _NEEDED:
            if function.left_out(argument):
                yield function.finding(argument, None, "a value for a .zip file")
    elif kind == "Image":
        for argument in _OF_ZIP:
            if function.known(argument):
                given = function.given(argument)
                yield function.finding(argument, given, "none with package_type Image")


# Of these runtimes the handler is a file, a full stop and a function.
_FILE_AND_NAME = ("python", "nodejs", "ruby")
_HANDLER_LENGTH = 128


@rule(
    "function-handler",
    on=(_FUNCTION,),
    severity="error",
    source="botocore 1.44.5 lambda CreateFunction.Handler; AWS Lambda Developer Guide: handlers",
    fix="write file.function, without the file's ending",
    good=_function(handler="cutover.handler"),
    bad=_function(handler="handler"),
)
def function_handler(function: Resource) -> Iterator[Finding]:
    """A handler has the form that its runtime looks it up by.

    A wrong one is found at the first call: every one of them fails.
    """
    handler, runtime = function.known("handler"), function.known("runtime")
    if not isinstance(handler, str) or not handler:
        return
    if len(handler) > _HANDLER_LENGTH or any(map(str.isspace, handler)):
        expected = f"at most {_HANDLER_LENGTH} characters and no spaces"
        yield function.finding("handler", handler, expected)
    elif isinstance(runtime, str) and runtime.startswith(_FILE_AND_NAME):
        file, _stop, name = handler.rpartition(".")
        if not file or not name:
            yield function.finding("handler", handler, f"file.function for {runtime}")


@rule(
    "function-concurrency",
    on=(_FUNCTION,),
    severity="warning",
    source=limits.get("lambda_reserved_concurrency").source,
    fix="leave reserved_concurrent_executions out, or reserve 1 to 5",
    good=_function(reserved_concurrent_executions=1),
    bad=_function(reserved_concurrent_executions=100),
)
def function_concurrency(function: Resource) -> Iterator[Finding]:
    """A function reserves no concurrency, or little.

    It is taken from what all functions of the account share; 0 keeps the function from ever running.
    """
    argument = "reserved_concurrent_executions"
    # -1 stands for none.
    if function.known(argument) != -1:
        yield from limit(function, function, argument, "lambda_reserved_concurrency")


# --- rules and schedules ------------------------------------------------------------------------------


def _event_rule(**arguments: Any) -> Example:
    return {"resource": {_RULE: {"main": {"name": "shop-task-dev", **arguments}}}}


@rule(
    "event-rule-trigger",
    on=(_RULE,),
    severity="error",
    source="botocore 1.44.5 events PutRule: EventPattern or ScheduleExpression is required",
    fix="give event_pattern or schedule_expression",
    good=_event_rule(schedule_expression="rate(5 minutes)"),
    bad=_event_rule(),
)
def event_rule_trigger(rule_: Resource) -> Iterator[Finding]:
    """A rule has a pattern of events or a schedule.

    EventBridge refuses one with neither.
    """
    if rule_.left_out("event_pattern") and rule_.left_out("schedule_expression"):
        yield Finding(rule_, "event_pattern", "not set", "a pattern, or a schedule_expression")


_TASK_EVENT = {"source": ["aws.dms"], "detail": {"eventType": ["REPLICATION_TASK_FAILED"]}}
_OTHER_EVENT = {"source": ["aws.dms"], "detail": {"eventType": "REPLICATION_TASK_FAILED"}}
_PATTERN_LENGTH = 4096


@rule(
    "event-pattern",
    on=(_RULE,),
    severity="error",
    source=event_patterns.source(),
    fix="write a list of values for each field, with the names that the events have",
    good=_event_rule(event_pattern=json.dumps(_TASK_EVENT)),
    bad=_event_rule(event_pattern=json.dumps(_OTHER_EVENT)),
)
def event_pattern(rule_: Resource) -> Iterator[Finding]:
    """A pattern is one that EventBridge accepts, of fields that the events have.

    A field that no event has is accepted, and the rule never matches: a failed task is told to nobody.
    """
    argument = "event_pattern"
    yield from documents.faults(rule_, argument)
    text = rule_.known(argument)
    if isinstance(text, str) and len(text) > _PATTERN_LENGTH:
        found = f"{len(text)} characters"
        yield Finding(rule_, argument, found, f"at most {_PATTERN_LENGTH}")
    pattern = documents.content(rule_.given(argument))
    if isinstance(pattern, Mapping):
        for problem in event_patterns.problems(pattern):
            path = f"{argument}.{problem.path}".rstrip(".")
            yield Finding(rule_, path, problem.found, problem.expected)


_SCHEDULES = {
    _RULE: ("rate", "cron"),
    "aws_scheduler_schedule": ("rate", "cron", "at"),
}


@rule(
    "schedule-expression",
    on=_SCHEDULES,
    severity="error",
    source="Amazon EventBridge User Guide: Creating a rule that runs on a schedule",
    fix="write rate(5 minutes) or cron(0 3 * * ? *)",
    good=_event_rule(schedule_expression="cron(0 3 * * ? *)"),
    bad=_event_rule(schedule_expression="cron(0 3 * * *)"),
)
def schedule_expression(resource: Resource) -> Iterator[Finding]:
    """A schedule is one that EventBridge can read.

    Its cron has six fields and a question mark, which that of Unix has not.
    """
    text = resource.known("schedule_expression")
    problem = (
        schedules.check(text, _SCHEDULES[resource.type]) if isinstance(text, str) and text else None
    )
    if problem:
        expected = "a schedule of EventBridge"
        yield resource.finding("schedule_expression", text, f"{expected}: {problem}")


_ON_RULE = {"rule": "${aws_cloudwatch_event_rule.main.name}", "arn": "arn:aws:sns:::shop-dev"}


@rule(
    "event-rule-target",
    on=(_RULE,),
    severity="warning",
    source="Amazon EventBridge User Guide: Event bus targets",
    fix="add an aws_cloudwatch_event_target for it",
    good={
        "resource": {
            _RULE: {"main": {"schedule_expression": "rate(1 day)"}},
            _TARGET: {"main": _ON_RULE},
        }
    },
    bad=_event_rule(schedule_expression="rate(1 day)"),
)
def event_rule_target(rule_: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A rule has a target.

    Without one whatever it matches is told to nobody.
    """
    if not configuration.may_be_used(rule_, "rule", _TARGET):
        yield Finding(rule_, "", "a rule without a target", "a target for what it matches")


def _permitted(*principals: str) -> Example:
    function = "${aws_lambda_function.main.arn}"
    permissions = {
        each.partition(".")[0]: {"function_name": function, "principal": each}
        for each in principals
    }
    return {
        "resource": {
            **_function()["resource"],
            _TARGET: {"main": {"rule": "shop-dev", "arn": function}},
            "aws_lambda_permission": permissions,
        }
    }


@rule(
    "event-target-permission",
    on=(_TARGET,),
    severity="error",
    source="Amazon EventBridge User Guide: Using resource-based policies, Lambda permissions",
    fix="add an aws_lambda_permission for events.amazonaws.com, with the rule's ARN as source_arn",
    good=_permitted("events.amazonaws.com"),
    bad=_permitted("sns.amazonaws.com"),
)
def event_target_permission(target: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A function that a rule calls lets EventBridge call it.

    The call fails without a word otherwise: only a metric of the rule tells of it.
    """
    kind = "aws_lambda_permission"
    # A target with a role calls the function by that.
    if not target.left_out("role_arn"):
        return
    for function in configuration.targets(target.given("arn"), _FUNCTION):
        permissions = configuration.users(function, "function_name", kind)
        callers = [each.given("principal") for each in permissions]
        traced = configuration.all_traced("function_name", kind)
        if traced and not any(
            isinstance(who, Expression) or who in ("events.amazonaws.com", "*") for who in callers
        ):
            expected = f"a permission for events.amazonaws.com to call {function.address}"
            yield Finding(target, "arn", function.address, expected)
