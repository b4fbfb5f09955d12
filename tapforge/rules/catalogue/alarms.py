"""Alarms on databases and migrations: they have data, can fire, do not always, and reach somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tapforge.facts import instance_classes, limits, metrics, subscriptions
from tapforge.facts.metrics import Metric
from tapforge.lang.expression import Expression
from tapforge.rules import alarms
from tapforge.rules.alarms import ALARM, DMS, RDS, Watched
from tapforge.rules.databases import (
    INSTANCES,
    Database,
    attribute,
    databases,
    limit,
    present,
)
from tapforge.rules.resource import Block, Configuration, Finding, Resource
from tapforge.rules.rule import rule

_PUT = "botocore 1.44.5 cloudwatch PutMetricAlarm"
_MONITORING = "Amazon RDS and Aurora User Guides, AWS DMS User Guide: CloudWatch metrics"
_OPERATOR, _THRESHOLD = "comparison_operator", "threshold"
_SHORT = limits.get("alarm_high_resolution_period").numbers
_PERIOD = limits.get("alarm_period")
_PERIODS = f"{', '.join(map(str, _SHORT))} or a multiple of {_PERIOD.step:g}"
_HOURLY = limits.least("alarm_hourly_period")
_MIB = 1024**2


def _alarm(**arguments: Any) -> dict[str, Any]:
    alarm = {
        "namespace": RDS,
        "metric_name": "CPUUtilization",
        "dimensions": {"DBInstanceIdentifier": "orders-dev"},
        "statistic": "Average",
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 80,
        "period": 300,
        "evaluation_periods": 3,
        "alarm_actions": ["arn:aws:sns:us-east-1:123456789012:alarms-dev"],
        **arguments,
    }
    return {"resource": {ALARM: {"main": {k: v for k, v in alarm.items() if v is not None}}}}


def _cluster(alarm: dict[str, Any], class_: str = "db.t3.medium") -> dict[str, Any]:
    cluster = {"engine": "aurora-postgresql", "cluster_identifier": "orders-dev"}
    member = {
        "cluster_identifier": "${aws_rds_cluster.main.id}",
        "identifier": "orders-dev-1",
        "instance_class": class_,
    }
    dimensions = {"DBInstanceIdentifier": "${aws_rds_cluster_instance.writer.identifier}"}
    return {
        "resource": {
            "aws_rds_cluster": {"main": cluster},
            "aws_rds_cluster_instance": {"writer": member},
            **_alarm(**{"dimensions": dimensions, **alarm})["resource"],
        }
    }


def _place(metric: Watched, argument: str) -> str:
    return f"{metric.block.place}{argument}"


# --- the metric -----------------------------------------------------------------------------------------


@rule(
    "alarm-metric",
    on=(ALARM,),
    severity="error",
    source=_MONITORING,
    fix="write the name as the namespace has it: names of metrics have upper and lower case",
    good=_alarm(metric_name="CPUUtilization"),
    bad=_alarm(metric_name="CPUUtilisation"),
)
def alarm_metric(alarm: Resource) -> Iterator[Finding]:
    """An alarm looks at a metric that its namespace has.

    CloudWatch takes any name, and the alarm waits for data for ever.
    """
    for metric in alarms.watched(alarm):
        if not metric.namespace or not metric.name:
            continue
        spelt = _NAMESPACES.get(metric.namespace.lower(), metric.namespace)
        if spelt != metric.namespace:
            yield alarm.finding(_place(metric, "namespace"), metric.namespace, f'"{spelt}"')
        problem = metrics.check(metric.namespace, metric.name)
        if problem:
            question = problem.partition("; ")[2]
            expected = f"a metric of {metric.namespace}"
            yield alarm.finding(_place(metric, "metric_name"), metric.name, expected, question)


_NAMESPACES = {each.lower(): each for each in metrics.namespaces()}


@rule(
    "alarm-metric-engine",
    on=(ALARM,),
    severity="error",
    source=_MONITORING,
    fix="take the metric that this database publishes",
    good=_cluster({"metric_name": "FreeLocalStorage", "threshold": 10**9}),
    bad=_cluster({"metric_name": "FreeStorageSpace", "threshold": 10**9}),
)
def alarm_metric_engine(alarm: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An alarm looks at a metric that the database publishes.

    The storage of Aurora grows, so it has no FreeStorageSpace; a lag is published by replicas alone,
    credits by burstable classes, capacity by serverless ones. Elsewhere the alarm has no data.
    """
    for metric in alarms.watched(alarm):
        known = metric.metric
        found = alarms.servers(metric, configuration) if known else []
        reasons = [_silence(known, each, configuration) for each in found if known]
        if reasons and all(reasons):
            expected = f"a metric that {found[0].resource.address} publishes: {reasons[0]}"
            yield alarm.finding(_place(metric, "metric_name"), metric.name, expected)


def _silence(metric: Metric, database: Database, configuration: Configuration) -> str:
    """Say why a database does not publish a metric; "" where it may."""
    if not database.postgres:
        return ""
    if metric.engines is not None and database.postgres not in metric.engines:
        return f"it is of the engine {database.postgres}"
    name = database.instance_class
    known = instance_classes.get(name or "")
    if metric.needs == "burstable" and known and not known.burstable:
        return f"{name} has no credits"
    if metric.needs == "serverless" and name and name != instance_classes.SERVERLESS:
        return f"{name} is not serverless"
    type_ = database.resource.known("storage_type")
    if metric.needs == "gp2" and type_ and type_ != "gp2":
        return f"its storage is {type_}"
    if metric.of != "replica":
        return ""
    if database.resource.type == "aws_db_instance":
        unsure = database.replica or present(database.resource, "replicate_source_db")
        return "" if unsure else "it is no read replica"
    servers = databases(configuration)
    alone = database.cluster is not None and len(servers.instances(database.cluster)) == 1
    return "it has no reader" if alone and servers.instances_are_known else ""


@rule(
    "alarm-dimension",
    on=(ALARM,),
    severity="error",
    source=f"{_MONITORING} and their dimensions",
    fix="give the dimensions that the metric is published with",
    good=_alarm(),
    bad=_alarm(dimensions={"DBInstanceId": "orders-dev"}),
)
def alarm_dimension(alarm: Resource) -> Iterator[Finding]:
    """An alarm names its metric's dimensions, all of them and no others.

    CloudWatch finds a metric by exactly its dimensions; with others the alarm has no data.
    """
    for metric in alarms.watched(alarm):
        known = metric.metric
        if metric.dimensions is None or metric.namespace not in metrics.namespaces():
            continue
        place = _place(metric, "dimensions")
        wrong = False
        for name in metric.dimensions:
            problem = metrics.check_dimension(metric.namespace, name)
            if problem:
                wrong = True
                expected = f"a dimension of {metric.namespace}"
                yield alarm.finding(f"{place}.{name}", name, expected, problem.partition("; ")[2])
        missing = _missing(metric, known) if known and not wrong else ""
        if missing:
            names = ", ".join(metric.dimensions) or "no dimension"
            yield Finding(alarm, place, names, f"{missing} for {metric.name}")


_TASK = "ReplicationTaskIdentifier"
_REPLICATION = "ReplicationInstanceIdentifier"


def _missing(metric: Watched, known: Metric) -> str:
    """Say which dimensions a metric should have; "" where it has them."""
    given = set(metric.dimensions or ())
    if metric.namespace == DMS:
        if "ReplicationConfigIdentifier" in given:
            return ""  # a replication without servers publishes all of them with it
        if _REPLICATION in given and _TASK in given:
            return f"{_REPLICATION} alone" if known.level == "instance" else ""
        if known.level == "task":
            return f"{_REPLICATION} and {_TASK}"
        return "" if _REPLICATION in given else _REPLICATION
    if known.level == "cluster" and "DBInstanceIdentifier" in given:
        return "DBClusterIdentifier"
    if known.level == "proxy" and "ProxyName" not in given:
        return "ProxyName"
    return ""


_OTHER_KINDS = {
    "DBInstanceIdentifier": (INSTANCES, ("aws_rds_cluster",), "an instance", "a cluster"),
    "DBClusterIdentifier": (("aws_rds_cluster",), INSTANCES, "a cluster", "an instance"),
}
_NO_NAMES = ("address", "arn", "endpoint", "reader_endpoint", "resource_id", "dbi_resource_id")


@rule(
    "alarm-dimension-value",
    on=(ALARM,),
    severity="error",
    source=f"{_MONITORING}; hashicorp/aws version 5 upgrade guide: id of aws_db_instance",
    fix="give the identifier: identifier of an instance, cluster_identifier of a cluster, the last part "
    "of the ARN of a replication task",
    good=_cluster({}),
    bad=_cluster({"dimensions": {"DBInstanceIdentifier": "${aws_rds_cluster.main.id}"}}),
)
def alarm_dimension_value(alarm: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An alarm's dimension is the identifier of what it is called after.

    With an ARN, an endpoint, the resource id that aws_db_instance has for its id, or with a cluster's
    name for an instance's, it has no data.
    """
    for metric in alarms.watched(alarm):
        for name, value in (metric.dimensions or {}).items():
            expected = _identifier(metric, name, value, configuration)
            if expected:
                place = f"{_place(metric, 'dimensions')}.{name}"
                step = attribute(value)
                if step:
                    yield Finding(alarm, place, f"the attribute {step}", expected)
                else:
                    yield alarm.finding(place, value, expected)


def _identifier(metric: Watched, name: str, value: Any, configuration: Configuration) -> str:
    """Say what the value of a dimension should be; "" where it may be right."""
    if metric.namespace == RDS and name in _OTHER_KINDS:
        own, other, right, wrong = _OTHER_KINDS[name]
        if _leads_elsewhere(value, configuration, own, other):
            return f"the identifier of {right}, and not of {wrong}"
        if attribute(value) == "id" and configuration.targets(value, "aws_db_instance"):
            return "its identifier, as id is the resource id since the provider's version 5"
        if attribute(value) in _NO_NAMES or (isinstance(value, str) and re.search("[.:]", value)):
            return f"the identifier of {right}"
    if metric.namespace == DMS and name in (_TASK, _REPLICATION):
        tasks = configuration.targets(value, "aws_dms_replication_task")
        if name == _TASK and tasks and attribute(value) in ("id", "replication_task_id"):
            return "the last part of the task's ARN"
        if attribute(value).endswith("arn") or (isinstance(value, str) and ":" in value):
            return "an identifier, and no ARN"
    return ""


def _leads_elsewhere(
    value: Any, configuration: Configuration, own: tuple[str, ...], other: tuple[str, ...]
) -> bool:
    if isinstance(value, Expression):
        # An instance's cluster_identifier is the name of its cluster.
        if attribute(value) == "cluster_identifier" and "aws_rds_cluster" in own:
            return False
        return bool(
            configuration.traced(value)
            and configuration.targets(value, *other)
            and not configuration.targets(value, *own)
        )
    elsewhere = alarms.named(value, configuration, *other)
    return bool(elsewhere) and not alarms.named(value, configuration, *own)


@rule(
    "alarm-unit",
    on=(ALARM,),
    severity="error",
    source=f"{_PUT}.Unit: an incorrect unit leaves the alarm in INSUFFICIENT DATA",
    fix="leave unit out: it converts nothing",
    good=_alarm(unit="Percent"),
    bad=_alarm(unit="Count"),
)
def alarm_unit(alarm: Resource) -> Iterator[Finding]:
    """An alarm that names a unit names the one that the metric is published in.

    The unit selects data, and there is none in another unit.
    """
    for metric in alarms.watched(alarm):
        known, unit = metric.metric, metric.block.known("unit", default="")
        # What is no unit at all is told by another rule.
        if known and unit and unit != known.unit and not limits.check("alarm_unit", unit):
            expected = f'"{known.unit}", in which {metric.name} is published'
            yield alarm.finding(_place(metric, "unit"), unit, expected)


# --- the threshold --------------------------------------------------------------------------------------


def _threshold(metric: Watched) -> tuple[str, float] | None:
    """Give the operator and the threshold that the metric's own values are compared with."""
    alarm = metric.alarm
    operator, threshold = alarm.known(_OPERATOR), alarm.known(_THRESHOLD)
    # Sums and counts of values, and what is computed from several metrics, have other ranges.
    if metric.block is not alarm or alarm.known("statistic", default="") in ("Sum", "SampleCount"):
        return None
    if alarm.unknown("statistic") or not isinstance(operator, str):
        return None
    if isinstance(threshold, bool) or not isinstance(threshold, (int, float)):
        return None
    return operator, threshold


@rule(
    "alarm-threshold",
    on=(ALARM,),
    severity="error",
    source=f"{_MONITORING}: units and ranges",
    fix="take a threshold inside the range of the metric, and look at the direction",
    good=_alarm(threshold=90),
    bad=_alarm(threshold=150),
)
def alarm_threshold(alarm: Resource) -> Iterator[Finding]:
    """An alarm's threshold lies where the metric's values do.

    A percentage above 100 is never reached, and one that is always reached is soon ignored.
    """
    for metric in alarms.watched(alarm):
        known, compared = metric.metric, _threshold(metric)
        if not known or not compared:
            continue
        operator, threshold = compared
        fires = alarms.fires(operator, threshold, known.min, known.max)
        if fires is not None:
            top = f" to {known.max:g}" if known.max is not None else " on"
            expected = (
                f"a threshold that {metric.name}, from {known.min:g}{top}, can be on both sides of"
            )
            yield _verdict(alarm, operator, alarms.size(threshold, known.unit), expected, fires)


def _verdict(alarm: Resource, operator: str, threshold: str, expected: str, fires: bool) -> Finding:
    sign = _SIGNS.get(operator, operator)
    found = f"{threshold}, and {sign} that holds {'always' if fires else 'never'}"
    return Finding(alarm, _THRESHOLD, found, expected)


_SIGNS = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


@rule(
    "alarm-capacity",
    on=(ALARM,),
    severity="error",
    source="Amazon Aurora User Guide: Temporary storage limits, Maximum connections; Amazon RDS User "
    "Guide: DB instance classes, Storage",
    fix="take a share of what the machine has, such as a tenth",
    good=_cluster(
        {
            "metric_name": "FreeLocalStorage",
            "comparison_operator": "LessThanThreshold",
            "threshold": 10**9,
        }
    ),
    bad=_cluster(
        {
            "metric_name": "FreeLocalStorage",
            "comparison_operator": "LessThanThreshold",
            "threshold": 10 * 1024**3,
        }
    ),
)
def alarm_capacity(alarm: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An alarm's threshold fits the machine: its memory, storage and connections.

    An alarm on less free memory than a class has at all is on from the first minute; one on more
    connections than the class takes is never.
    """
    for metric in alarms.watched(alarm):
        known, compared = metric.metric, _threshold(metric)
        found = alarms.servers(metric, configuration) if known and compared else []
        if not known or not compared or not found:
            continue
        most = [alarms.capacity(known, each, configuration) for each in found]
        verdicts = [alarms.fires(*compared, 0, each.most) if each else None for each in most]
        # 0 is told by another rule, which knows no machine.
        if verdicts[0] is None or alarms.fires(*compared, known.min, known.max) is not None:
            continue
        if len(set(verdicts)) == 1 and most[0]:
            text = alarms.size(most[0].most, known.unit)
            expected = f"less than {text}, as {most[0].why}"
            shown = alarms.size(compared[1], known.unit)
            yield _verdict(alarm, compared[0], shown, expected, verdicts[0])


# Below or above these a threshold is meant in another unit.
_LEAST_BYTES = _MIB
_MOST_LATENCY = 5
_MOST_LAG = 10_000
_LEAST_MILLISECONDS = 5


@rule(
    "alarm-scale",
    on=(ALARM,),
    severity="warning",
    source=f"{_MONITORING}: units",
    fix="write the threshold in the unit of the metric",
    good=_alarm(
        metric_name="FreeStorageSpace",
        comparison_operator="LessThanThreshold",
        threshold=10 * 1024**3,
    ),
    bad=_alarm(
        metric_name="FreeStorageSpace", comparison_operator="LessThanThreshold", threshold=10
    ),
)
def alarm_scale(alarm: Resource) -> Iterator[Finding]:
    """An alarm's threshold is in the unit of its metric.

    Free storage and memory are counted in bytes, latencies in seconds, the lag of RDS in seconds and that
    of Aurora in milliseconds.
    """
    for metric in alarms.watched(alarm):
        known, compared = metric.metric, _threshold(metric)
        meant = _meant(known, compared[1]) if known and compared else ""
        if known and compared and meant:
            shown = alarms.size(compared[1], known.unit)
            yield Finding(alarm, _THRESHOLD, shown, f"a number of {known.unit.lower()}{meant}")


def _meant(metric: Metric, threshold: float) -> str:
    """Say in which unit a threshold was meant; "" where it may be right."""
    if metric.unit == "Bytes" and metric.worse == "low" and 0 < threshold < _LEAST_BYTES:
        return f", {threshold:g} GiB being {threshold * 1024**3:.0f}"
    latency = metric.name.startswith(("Read", "Write")) and "Latency" in metric.name
    if metric.unit == "Seconds" and threshold >= (_MOST_LATENCY if latency else _MOST_LAG):
        return f", {threshold:g} ms being {threshold / 1000:g}" if metric.worse == "high" else ""
    lag = metric.name.startswith("AuroraReplicaLag")
    if lag and 0 < threshold < _LEAST_MILLISECONDS:
        return f", {threshold:g} s being {threshold * 1000:g}"
    return ""


# --- the evaluation -------------------------------------------------------------------------------------


@rule(
    "alarm-period",
    on=(ALARM,),
    severity="error",
    source=f"{_PUT}: Period, EvaluationPeriods",
    fix="take 60 or 300 seconds",
    good=_alarm(period=300),
    bad=_alarm(period=90),
)
def alarm_period(alarm: Resource) -> Iterator[Finding]:
    """An alarm's period is one that CloudWatch has, and not shorter than the metric's own.

    It is 10, 20, 30 or a multiple of 60 seconds, and all periods together are a day at most, or a week
    with periods of an hour. Between two values of the metric a shorter period has no data.
    """
    blocks: list[tuple[Block, Metric | None]] = [(m.block, m.metric) for m in alarms.watched(alarm)]
    for block, metric in blocks or [(alarm, None)]:
        period = block.known("period")
        if not isinstance(period, (int, float)) or not period:
            continue
        place = f"{block.place}period"
        if period not in _SHORT and _PERIOD.problem(period):
            yield alarm.finding(place, period, _PERIODS)
        elif metric and period < metric.every:
            expected = (
                f"{metric.every} or more, as {metric.name} has a value every {metric.every} s"
            )
            yield alarm.finding(place, period, expected)
    period, number = alarm.known("period"), alarm.known("evaluation_periods")
    if not isinstance(period, (int, float)) or not isinstance(number, (int, float)):
        return
    most = limits.most("alarm_hourly_time" if period >= _HOURLY else "alarm_time")
    if period * number > most:
        found = f"{number:g} x {period:g} s = {period * number:g} s"
        yield Finding(alarm, "evaluation_periods", found, f"{most} s at most")


_WORDS = {
    "comparison_operator": "alarm_comparison_operator",
    "statistic": "alarm_statistic",
    "treat_missing_data": "alarm_treat_missing_data",
    "unit": "alarm_unit",
    "evaluation_periods": "alarm_evaluation_periods",
    "datapoints_to_alarm": "alarm_datapoints_to_alarm",
}


@rule(
    "alarm-word",
    on=(ALARM,),
    severity="error",
    source=_PUT,
    fix="write a value that CloudWatch knows",
    good=_alarm(treat_missing_data="breaching"),
    bad=_alarm(treat_missing_data="bad"),
)
def alarm_word(alarm: Resource) -> Iterator[Finding]:
    """The arguments of an alarm have values that CloudWatch knows.

    Operators, statistics, units and the treatment of missing data are words, in their own case; of the
    periods that are looked at no more can be bad than there are.
    """
    for argument, name in _WORDS.items():
        # The provider writes 0 and "" for what was left out.
        if alarm.known(argument):
            yield from limit(alarm, alarm, argument, name)
    bad, all_ = alarm.known("datapoints_to_alarm"), alarm.known("evaluation_periods")
    if isinstance(bad, int) and isinstance(all_, int) and bad > all_ > 0:
        expected = f"at most evaluation_periods, which is {all_}"
        yield alarm.finding("datapoints_to_alarm", bad, expected)


_EXTENDED = re.compile(
    r"p(100|[0-9]{1,2}(\.[0-9]{1,10})?)|(tm|tc|ts|wm)(100|[0-9]{1,2}(\.[0-9]{1,10})?)|IQM|"
    r"(PR|TC|TM|TS|WM)\([0-9.]*%?:[0-9.]*%?\)",
    re.IGNORECASE,
)


@rule(
    "alarm-statistic",
    on=(ALARM,),
    severity="error",
    source=f"{_PUT}: Statistic, ExtendedStatistic",
    fix="give statistic, or extended_statistic with a percentile such as p99",
    good=_alarm(),
    bad=_alarm(extended_statistic="p99"),
)
def alarm_statistic(alarm: Resource) -> Iterator[Finding]:
    """An alarm on a metric has one statistic: a plain one or an extended one.

    CloudWatch refuses none, and both.
    """
    plain, extended = present(alarm, "statistic"), present(alarm, "extended_statistic")
    # Terraform alone may know that one of the two is null.
    known = not alarm.unknown("statistic") and not alarm.unknown("extended_statistic")
    if present(alarm, "metric_name"):
        if plain and extended and known:
            found = alarm.given("extended_statistic")
            yield alarm.finding("extended_statistic", found, "none beside statistic")
        elif not plain and not extended:
            yield alarm.finding("statistic", None, "Average, Maximum or another")
    value = alarm.known("extended_statistic")
    if isinstance(value, str) and value and not _EXTENDED.fullmatch(value):
        yield alarm.finding(
            "extended_statistic", value, "a percentile such as p99, or a trimmed mean"
        )


@rule(
    "alarm-missing-data",
    on=(ALARM,),
    severity="warning",
    source="AWS DMS User Guide CHAP_Monitoring; Amazon CloudWatch User Guide: How alarms treat missing "
    "data",
    fix="set treat_missing_data to breaching",
    good=_alarm(
        namespace=DMS,
        metric_name="CDCLatencyTarget",
        dimensions={_REPLICATION: "migration-dev", _TASK: "ABC"},
        treat_missing_data="breaching",
    ),
    bad=_alarm(
        namespace=DMS,
        metric_name="CDCLatencyTarget",
        dimensions={_REPLICATION: "migration-dev", _TASK: "ABC"},
        treat_missing_data="notBreaching",
    ),
)
def alarm_missing_data(alarm: Resource) -> Iterator[Finding]:
    """The alarm on a task's lag is on when there is no lag any more to look at.

    A task that has stopped or died publishes nothing, which is the worst of all lags.
    """
    value = alarm.known("treat_missing_data", default="missing") or "missing"
    if value == "breaching" or alarm.unknown("treat_missing_data"):
        return
    if value == "missing" and present(alarm, "insufficient_data_actions"):
        return
    if any(each.namespace == DMS and "Latency" in each.name for each in _of_tasks(alarm)):
        yield alarm.finding("treat_missing_data", alarm.given("treat_missing_data"), '"breaching"')


def _of_tasks(alarm: Resource) -> Iterator[Watched]:
    for each in alarms.watched(alarm):
        if each.metric and each.metric.level == "task":
            yield each


_ACTIONS = ("alarm_actions", "ok_actions", "insufficient_data_actions")
_COMPOSITE = "aws_cloudwatch_composite_alarm"


@rule(
    "alarm-without-action",
    on=(ALARM, _COMPOSITE),
    severity="warning",
    source="AWS Security Hub CloudWatch.15, CloudWatch.17",
    fix="set alarm_actions to the ARN of a topic that somebody reads",
    good=_alarm(),
    bad=_alarm(alarm_actions=[]),
)
def alarm_without_action(alarm: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An alarm tells somebody.

    Without an action it turns red where nobody looks. One that a composite alarm is made of needs none.
    """
    if not configuration.all_traced("alarm_rule", _COMPOSITE):
        return
    rules, name = configuration.once(_composed), alarm.known("alarm_name")
    part_of_one = bool(configuration.users(alarm, "alarm_rule", _COMPOSITE))
    if part_of_one or (rules and (name is None or str(name) in rules)):
        return
    if alarm.known("actions_enabled", default=True) is False:
        yield alarm.finding("actions_enabled", False, "true")
    elif not any(present(alarm, each) for each in _ACTIONS):
        yield alarm.finding("alarm_actions", None, "an action")


def _composed(configuration: Configuration) -> str:
    """Put the rules of all composite alarms together."""
    rules = (each.known("alarm_rule") for each in configuration.of(_COMPOSITE))
    return "\n".join(each for each in rules if isinstance(each, str))


# --- subscriptions --------------------------------------------------------------------------------------

_SUBSCRIPTION = "aws_sns_topic_subscription"
_EMAIL = (re.compile(subscriptions.EMAIL_PATTERN), "an e-mail address")
_ENDPOINTS = {
    "email": _EMAIL,
    "email-json": _EMAIL,
    "http": (re.compile(r"http://\S+"), "a URL that begins with http://"),
    "https": (re.compile(r"https://\S+"), "a URL that begins with https://"),
    "sms": (re.compile(r"\+?[0-9][0-9() -]{3,20}"), "a phone number such as +12065550100"),
    "sqs": (re.compile(r"arn:[^:]+:sqs:\S+"), "the ARN of a queue"),
    "lambda": (re.compile(r"arn:[^:]+:lambda:\S+"), "the ARN of a function"),
    "firehose": (re.compile(r"arn:[^:]+:firehose:\S+"), "the ARN of a delivery stream"),
    "application": (re.compile(r"arn:[^:]+:sns:\S+"), "the ARN of a mobile app and device"),
}


def _subscription(protocol: str, endpoint: str) -> dict[str, Any]:
    body = {
        "topic_arn": "arn:aws:sns:us-east-1:123456789012:alarms-dev",
        "protocol": protocol,
        "endpoint": endpoint,
    }
    return {"resource": {_SUBSCRIPTION: {"main": body}}}


@rule(
    "sns-endpoint",
    on=(_SUBSCRIPTION,),
    severity="error",
    source="botocore 1.44.5 sns Subscribe: Protocol, Endpoint",
    fix="give the endpoint that the protocol asks for",
    good=_subscription("email", "oncall@example.com"),
    bad=_subscription("email", "oncall"),
)
def sns_endpoint(subscription: Resource) -> Iterator[Finding]:
    """A subscription has a protocol of SNS, and the endpoint that goes with it.

    SNS refuses others; a wrong address is subscribed and never confirmed, and no alarm arrives.
    """
    yield from limit(subscription, subscription, "protocol", "sns_protocol")
    protocol, endpoint = subscription.known("protocol"), subscription.known("endpoint")
    if protocol in _ENDPOINTS and isinstance(endpoint, str) and endpoint:
        pattern, expected = _ENDPOINTS[protocol]
        if not pattern.fullmatch(endpoint):
            yield subscription.finding("endpoint", endpoint, expected)


@rule(
    "sns-plain-http",
    on=(_SUBSCRIPTION,),
    severity="warning",
    source="Amazon SNS Developer Guide: Security best practices, encryption in transit",
    fix="take https",
    good=_subscription("https", "https://hooks.example.com/alarms"),
    bad=_subscription("http", "http://hooks.example.com/alarms"),
)
def sns_plain_http(subscription: Resource) -> Iterator[Finding]:
    """Messages are sent with TLS.

    Over plain HTTP everybody on the way can read an alarm, or forge one.
    """
    if subscription.known("protocol") == "http":
        yield subscription.finding("protocol", "http", '"https"')
