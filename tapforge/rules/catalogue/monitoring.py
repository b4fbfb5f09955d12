"""What a database tells of itself: Enhanced Monitoring, Performance Insights, and its log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapforge.facts import limits
from tapforge.rules.databases import (
    DATABASES,
    INSTANCES,
    SERVERS,
    advice,
    databases,
    limit,
    present,
)
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_INTERVAL = "monitoring_interval"
_ROLE = "monitoring_role_arn"
_INSIGHTS = "performance_insights_enabled"
_RETENTION = "performance_insights_retention_period"
_EXPORTS = "enabled_cloudwatch_logs_exports"


def _example(**arguments: Any) -> dict[str, Any]:
    return {"resource": {"aws_db_instance": {"main": {"engine": "postgres", **arguments}}}}


_ROLE_ARN = "arn:aws:iam::123456789012:role/rds-monitoring-dev"


@rule(
    "enhanced-monitoring",
    on=DATABASES,
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance: MonitoringInterval, MonitoringRoleArn",
    fix="set monitoring_interval to 60 and monitoring_role_arn to the role, or neither",
    good=_example(monitoring_interval=60, monitoring_role_arn=_ROLE_ARN),
    bad=_example(monitoring_interval=45, monitoring_role_arn=_ROLE_ARN),
)
def enhanced_monitoring(resource: Resource) -> Iterator[Finding]:
    """Enhanced Monitoring has an interval that RDS knows, and a role.

    RDS refuses one without the other, and any interval but 1, 5, 10, 15, 30 and 60 seconds.
    """
    yield from limit(resource, resource, _INTERVAL, "monitoring_interval")
    interval = resource.known(_INTERVAL, default=0)
    if interval is None:
        return
    if interval and not present(resource, _ROLE):
        expected = f"the role that may write the metrics, as {_INTERVAL} is {interval}"
        yield resource.finding(_ROLE, None, expected)
    elif not interval and present(resource, _ROLE):
        found = resource.given(_INTERVAL)
        yield resource.finding(_INTERVAL, found, f"a number of seconds beside {_ROLE}")


@rule(
    "performance-insights",
    on=DATABASES,
    severity="error",
    source=limits.get("performance_insights_retention_period").source
    + "; "
    + limits.get("database_insights_advanced_retention_period").source,
    fix="set the retention to 7, to 465 with Database Insights advanced, or leave it out",
    good=_example(performance_insights_enabled=True, performance_insights_retention_period=7),
    bad=_example(performance_insights_enabled=True, performance_insights_retention_period=30),
)
def performance_insights(resource: Resource) -> Iterator[Finding]:
    """Performance Insights keeps its data for a time that RDS offers, long enough for its mode.

    RDS refuses others: 7 days, months of 31 days, or 731; and the advanced mode asks for 15 months.
    """
    yield from limit(resource, resource, "database_insights_mode", "database_insights_mode")
    days = resource.known(_RETENTION, default=0)
    if resource.known("database_insights_mode") != "advanced":
        problem = limits.check("performance_insights_retention_period", days) if days else None
        if problem:
            yield resource.finding(_RETENTION, days, _OFFERED, advice(problem)[1])
        return
    if resource.known(_INSIGHTS, default=False) is False:
        expected = "true with Database Insights advanced"
        yield resource.finding(_INSIGHTS, resource.given(_INSIGHTS), expected)
    elif days is not None:
        problem = limits.check("database_insights_advanced_retention_period", days)
        if problem:
            least = limits.least("database_insights_advanced_retention_period")
            expected = (
                f"{least} or more in months of 31 days, or 731, with Database Insights advanced"
            )
            found = resource.given(_RETENTION)
            yield resource.finding(_RETENTION, found, expected, advice(problem)[1])


_OFFERED = "7 days, 731, or up to 23 months of 31 days"


@rule(
    "performance-insights-off",
    on=INSTANCES,
    severity="note",
    source="Amazon RDS User Guide USER_PerfInsights: seven days are free",
    fix="set performance_insights_enabled to true with a retention of 7 days",
    good=_example(performance_insights_enabled=True),
    bad=_example(performance_insights_enabled=False),
)
def performance_insights_off(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """What a database waits for is recorded.

    Without it nobody can say after a bad night which statements it was.
    """
    database = databases(configuration).get(resource)
    cluster = database.cluster
    if not database.postgres or resource.known(_INSIGHTS, default=False) is not False:
        return
    if cluster is None or cluster.known(_INSIGHTS, default=False) is False:
        yield resource.finding(_INSIGHTS, resource.given(_INSIGHTS), "true")


def _exports(resource: Resource) -> list[str] | None:
    """Give the logs that are exported; None where some are not known."""
    value = resource.known(_EXPORTS, default=())
    if value is None or not all(isinstance(each, str) for each in value):
        return None
    return list(value)


@rule(
    "log-export",
    on=SERVERS,
    severity="warning",
    source="Amazon RDS User Guide: Publishing PostgreSQL logs to CloudWatch Logs; AWS Security Hub "
    "RDS.9, RDS.36, RDS.37",
    fix='set enabled_cloudwatch_logs_exports to ["postgresql"]',
    good=_example(enabled_cloudwatch_logs_exports=["postgresql"]),
    bad=_example(enabled_cloudwatch_logs_exports=["upgrade"]),
)
def log_export(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The log of the server goes to CloudWatch Logs.

    On the server it is kept for three days, goes with the server, and nobody is alarmed by it.
    """
    exports = _exports(resource)
    if exports is None or "postgresql" in exports:
        return
    if databases(configuration).get(resource).postgres:
        yield resource.finding(_EXPORTS, resource.given(_EXPORTS), '"postgresql" among them')


@rule(
    "log-export-name",
    on=SERVERS,
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance, CreateDBCluster: EnableCloudwatchLogsExports",
    fix="name logs that the engine has",
    good=_example(enabled_cloudwatch_logs_exports=["postgresql"]),
    bad=_example(enabled_cloudwatch_logs_exports=["postgres"]),
)
def log_export_name(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The logs that are exported are ones that the engine has.

    RDS refuses others when the database is made.
    """
    engine = databases(configuration).get(resource).postgres
    if not engine:
        return
    name = "postgres_log_exports" if engine == "postgres" else "aurora_postgresql_log_exports"
    for export in _exports(resource) or ():
        problem = limits.check(name, export)
        if problem:
            yield resource.finding(_EXPORTS, export, *advice(problem))


def _log_group(**arguments: Any) -> dict[str, Any]:
    return {"resource": {"aws_cloudwatch_log_group": {"main": {"name": "/shop/dev", **arguments}}}}


_KEPT = "retention_in_days"
_KEPT_CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "")


@rule(
    "log-retention",
    on=("aws_cloudwatch_log_group",),
    severity="error",
    source=limits.get("log_retention_in_days").source,
    fix="take a number of days that CloudWatch Logs knows",
    good=_log_group(retention_in_days=14),
    bad=_log_group(retention_in_days=11),
)
def log_retention(group: Resource) -> Iterator[Finding]:
    """A log group is kept for a number of days that CloudWatch Logs knows.

    It refuses all others, at apply.
    """
    yield from limit(group, group, _KEPT, "log_retention_in_days")


@rule(
    "log-retention-unset",
    on=("aws_cloudwatch_log_group",),
    severity="warning",
    source="Amazon CloudWatch Logs User Guide: Change log data retention; AWS Security Hub CloudWatch.16",
    fix="set retention_in_days",
    good=_log_group(retention_in_days=14),
    bad=_log_group(),
)
def log_retention_unset(group: Resource) -> Iterator[Finding]:
    """A log group says for how long it is kept.

    CloudWatch Logs keeps what is left out for ever, and bills each month for all of it.
    """
    # Of the class for deliveries CloudWatch Logs keeps two days, whatever is said.
    chosen = group.known("log_group_class", default="STANDARD") in _KEPT_CLASSES
    if chosen and group.known(_KEPT, default=0) == 0:
        yield group.finding(_KEPT, group.given(_KEPT), "a number of days")
