"""Parameter groups: family, parameters, their levels, values and ways to apply."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tapforge.facts import postgres
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_GROUP = {
    "aws_rds_cluster": ("db_cluster_parameter_group_name", "aws_rds_cluster_parameter_group"),
    "aws_db_instance": ("parameter_group_name", "aws_db_parameter_group"),
}
_CLUSTER = {
    "engine": "aurora-postgresql",
    "engine_version": "16.9",
    "db_cluster_parameter_group_name": "${aws_rds_cluster_parameter_group.main.name}",
}


@rule(
    "parameter-group-family",
    on=_GROUP,
    severity="error",
    source="Amazon RDS User Guide: Parameter groups; a group fits one engine and one major version",
    fix="derive the family from the engine and the major version of its version",
    good={
        "resource": {
            "aws_rds_cluster": {"main": _CLUSTER},
            "aws_rds_cluster_parameter_group": {"main": {"family": "aurora-postgresql16"}},
        }
    },
    bad={
        "resource": {
            "aws_rds_cluster": {"main": _CLUSTER},
            "aws_rds_cluster_parameter_group": {"main": {"family": "aurora-postgresql15"}},
        }
    },
)
def parameter_group_family(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A parameter group's family is that of the engine and major version that use it.

    RDS refuses a group of another family when the database is made or upgraded, halfway through an
    apply.
    """
    engine, version = database.known("engine"), database.known("engine_version")
    if engine not in postgres.ENGINES or version is None:
        return
    expected = postgres.family(engine, version)
    argument, type_ = _GROUP[database.type]
    for group in configuration.targets(database.given(argument), type_):
        family = group.known("family")
        if family is not None and family != expected:
            why = f"{expected}, as {database.address} runs {engine} {version}"
            yield group.finding("family", family, why)
    default = re.fullmatch(r"default\.([a-z-]+\d+)", str(database.known(argument, "")))
    if default and default[1] != expected:
        yield database.finding(argument, database.known(argument), f"default.{expected}")
