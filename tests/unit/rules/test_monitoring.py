"""Monitoring and logs of databases, beyond the examples of the rules."""

from typing import Any

import pytest

from tapforge.rules.catalogue import monitoring as catalogue

UNKNOWN = "${random_id.main.hex}"
ROLE = "${aws_iam_role.monitoring.arn}"
PI, DAYS = "performance_insights_enabled", "performance_insights_retention_period"
MODE = "database_insights_mode"
EXPORTS = "enabled_cloudwatch_logs_exports"


def server(type_: str = "aws_db_instance", /, **arguments: Any) -> dict[str, Any]:
    """Return a database of PostgreSQL."""
    engine = "postgres" if type_ == "aws_db_instance" else "aurora-postgresql"
    return {type_: {"main": {"engine": engine, **arguments}}}


@pytest.mark.parametrize(
    ("interval", "role", "words"),
    [
        (60, ROLE, None),
        (1, "arn:aws:iam::123456789012:role/a", None),
        (45, ROLE, "expected 0, 1, 5, 10, 15, 30 or 60; take 30"),
        (60, None, "monitoring_role_arn is not set, expected the role"),
        (60, "", "monitoring_role_arn is not set"),
        (0, ROLE, "monitoring_interval is 0, expected a number of seconds beside"),
        (None, ROLE, "monitoring_interval is not set"),
        *[(0, None, None), (None, None, None), (0, "", None)],
        *[(UNKNOWN, None, None), (UNKNOWN, ROLE, None)],
    ],
    ids=str,
)
@pytest.mark.parametrize("type_", ["aws_db_instance", "aws_rds_cluster_instance"])
def test_enhanced_monitoring(findings, type_: str, interval: Any, role: Any, words: Any) -> None:
    """It takes both, or neither."""
    resources = server(type_, monitoring_interval=interval, monitoring_role_arn=role)
    messages = findings(catalogue.enhanced_monitoring, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({PI: True, DAYS: 7}, None),
        ({PI: True, DAYS: 731}, None),
        ({PI: True, DAYS: 93}, None),
        ({PI: True, DAYS: 94}, "expected 7 days, 731, or up to 23 months of 31 days; take 93"),
        ({PI: True}, None),
        ({PI: False, DAYS: 0}, None),
        ({PI: True, DAYS: UNKNOWN}, None),
        ({MODE: "advance"}, "expected standard or advanced; take advanced"),
        ({MODE: "standard", PI: True, DAYS: 7}, None),
        ({MODE: "advanced", PI: True, DAYS: 465}, None),
        ({MODE: "advanced", PI: True, DAYS: 7}, "with Database Insights advanced; take 465"),
        ({MODE: "advanced", PI: True}, f"{DAYS} is not set, expected 465 or more"),
        ({MODE: "advanced"}, f"{PI} is not set, expected true"),
        ({MODE: "advanced", PI: UNKNOWN, DAYS: UNKNOWN}, None),
        ({MODE: UNKNOWN, PI: True, DAYS: 7}, None),
    ],
    ids=str,
)
def test_performance_insights(findings, arguments: dict[str, Any], words: str | None) -> None:
    """The advanced mode needs fifteen months, the standard one takes months of 31 days."""
    messages = findings(catalogue.performance_insights, server(**arguments))
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("cluster", "member", "wrong"),
    [
        *[({}, {}, True), ({}, {PI: False}, True), ({}, {PI: True}, False)],
        *[({PI: True}, {}, False), ({PI: UNKNOWN}, {}, False), ({}, {PI: UNKNOWN}, False)],
        ({"engine": "aurora-mysql"}, {}, False),
    ],
    ids=str,
)
def test_performance_insights_off(findings, cluster, member, wrong: bool) -> None:
    """A cluster may turn it on for its instances."""
    resources = server("aws_rds_cluster", **cluster)
    base = {"cluster_identifier": "${aws_rds_cluster.main.id}"}
    resources["aws_rds_cluster_instance"] = {"main": {**base, **member}}
    assert bool(findings(catalogue.performance_insights_off, resources)) is wrong


@pytest.mark.parametrize(
    ("resources", "missing", "misnamed"),
    [
        (server(), True, False),
        (server(**{EXPORTS: []}), True, False),
        (server(**{EXPORTS: ["postgresql", "upgrade"]}), False, False),
        (server(**{EXPORTS: ["postgres"]}), True, True),
        (server(**{EXPORTS: [UNKNOWN]}), False, False),
        (server(**{EXPORTS: UNKNOWN}), False, False),
        (server(engine="mysql", **{EXPORTS: ["error"]}), False, False),
        (server("aws_rds_cluster", **{EXPORTS: ["postgresql"]}), False, False),
        (server("aws_rds_cluster", **{EXPORTS: ["postgresql", "upgrade"]}), False, True),
        (server("aws_rds_cluster", engine="postgres", **{EXPORTS: ["upgrade"]}), True, False),
    ],
    ids=str,
)
def test_log_exports(findings, resources, missing: bool, misnamed: bool) -> None:
    """The log of the server is among those that the engine has."""
    assert bool(findings(catalogue.log_export, resources)) is missing
    assert bool(findings(catalogue.log_export_name, resources)) is misnamed


@pytest.mark.parametrize(
    ("arguments", "refused", "for_ever"),
    [
        ({"retention_in_days": 14}, False, False),
        ({"retention_in_days": 11}, True, False),
        ({"retention_in_days": 0}, False, True),
        ({}, False, True),
        ({"log_group_class": ""}, False, True),
        ({"log_group_class": "INFREQUENT_ACCESS"}, False, True),
        ({"log_group_class": "DELIVERY"}, False, False),
        ({"log_group_class": UNKNOWN}, False, False),
        ({"retention_in_days": UNKNOWN}, False, False),
    ],
    ids=str,
)
def test_log_retention(findings, arguments: dict[str, Any], refused: bool, for_ever: bool) -> None:
    """What is kept for ever is not meant to be; of deliveries AWS keeps two days."""
    resources = {"aws_cloudwatch_log_group": {"main": {"name": "/shop", **arguments}}}
    assert bool(findings(catalogue.log_retention, resources)) is refused
    assert bool(findings(catalogue.log_retention_unset, resources)) is for_ever
