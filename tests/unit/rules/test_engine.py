"""Engines, their versions and classes, beyond the examples of the rules."""

import datetime as dt
from typing import Any

import pytest

from tapforge.rules.catalogue import engine as catalogue
from tapforge.rules.resource import Configuration, Resource

AURORA = {"engine": "aurora-postgresql"}
UNKNOWN = "${random_id.main.hex}"
MEMBER = {"cluster_identifier": "${aws_rds_cluster.main.id}"}


def instance(**arguments: Any) -> dict[str, Any]:
    """Return an RDS instance."""
    return {"aws_db_instance": {"main": {"engine": "postgres", **arguments}}}


def cluster(member: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
    """Return a cluster of Aurora, and an instance in it."""
    resources: dict[str, Any] = {"aws_rds_cluster": {"main": {**AURORA, **arguments}}}
    if member is not None:
        resources["aws_rds_cluster_instance"] = {"one": {**MEMBER, **member}}
    return resources


@pytest.mark.parametrize(
    ("type_", "engine", "words"),
    [
        ("aws_rds_cluster", "postgresql", "expected aurora-postgresql or postgres; write"),
        ("aws_rds_cluster", "Postgres", "expected aurora-postgresql or postgres"),
        ("aws_db_instance", "aurora-postgresql", "make an aws_rds_cluster"),
        ("aws_rds_cluster", "postgres", None),
        ("aws_rds_cluster_instance", "aurora-postgresql", None),
        ("aws_rds_global_cluster", "aurora-postgresql", None),
        ("aws_db_instance", "custom-postgres", None),
        ("aws_db_instance", "mysql", None),
        ("aws_db_instance", UNKNOWN, None),
        ("aws_db_instance", None, None),
    ],
)
def test_engine_name(findings, type_: str, engine: str | None, words: str | None) -> None:
    """Only names that mean PostgreSQL and are none of its engines are wrong."""
    messages = findings(catalogue.engine_name, {type_: {"main": {"engine": engine}}})
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (
            cluster(engine_version="15.7"),
            "deprecated and can no longer be created, expected a version",
        ),
        (cluster(engine_version="12.9"), "expected a version that AWS creates; take 13.23"),
        (cluster(engine_version="banana"), '"banana", which is no version, expected'),
        (instance(engine_version="17.4"), "take 17.11, the newest 17"),
        (instance(engine_version="17"), None),
        (instance(engine_version="17.99"), None),
        (instance(engine_version="19.1"), None),
        (instance(engine_version=""), None),
        (instance(engine_version=UNKNOWN), None),
        (instance(engine="mysql", engine_version="5.7"), None),
        (cluster({"engine_version": "15.7"}), "aws_rds_cluster_instance.one engine_version"),
        (cluster({"engine_version": "15.7"}, engine_version="15.19"), None),
        (
            {"aws_rds_global_cluster": {"main": {**AURORA, "engine_version": "15.7"}}},
            "aws_rds_global_cluster.main engine_version",
        ),
    ],
    ids=str,
)
def test_engine_version(findings, resources: dict[str, Any], words: str | None) -> None:
    """A major version alone and what is newer than the list pass; an instance may have its own."""
    messages = findings(catalogue.engine_version, resources)
    assert (words in messages[0]) if words else not messages


DAYS = {
    "standard": dt.date(2026, 2, 28),
    "extended": dt.date(2026, 3, 1),
    "community": dt.date(2025, 11, 13),
    "after community": dt.date(2025, 11, 14),
}


@pytest.fixture
def at_day(findings, monkeypatch):
    """Hold resources to a rule on a certain day."""

    def at(day: dt.date):
        monkeypatch.setattr(catalogue, "_today", lambda: day)
        return findings

    return at


OFF = {"engine_lifecycle_support": "open-source-rds-extended-support-disabled"}


@pytest.mark.parametrize(
    ("rule", "day", "arguments", "wrong"),
    [
        (catalogue.engine_support, "standard", {}, False),
        (catalogue.engine_support, "extended", {}, True),
        (catalogue.engine_support, "extended", OFF, False),
        (catalogue.engine_support, "extended", {"engine_version": "99"}, False),
        (catalogue.engine_support, "extended", {"engine_version": UNKNOWN}, False),
        (catalogue.engine_end_of_life, "community", {}, False),
        (catalogue.engine_end_of_life, "after community", {}, True),
        (catalogue.engine_end_of_life, "extended", {}, True),
        (catalogue.engine_end_of_life, "extended", {"engine": "mysql"}, False),
        (catalogue.extended_support_disabled, "standard", OFF, False),
        (catalogue.extended_support_disabled, "extended", OFF, True),
        (catalogue.extended_support_disabled, "extended", {}, False),
    ],
    ids=str,
)
def test_ends_of_support(at_day, rule, day: str, arguments, wrong: bool) -> None:
    """The last day of support is supported."""
    findings = at_day(DAYS[day])
    messages = findings(rule, instance(**{"engine_version": "13.23", **arguments}))
    assert bool(messages) is wrong


def test_before_the_end_of_standard_support_its_day_is_told(at_day) -> None:
    """Whoever plans the upgrade learns until when."""
    findings = at_day(DAYS["after community"])
    (message,) = findings(catalogue.engine_end_of_life, instance(engine_version="13.23"))
    assert "before standard support ends on 2026-02-28" in message


def test_a_replica_is_told_about_at_its_source(at_day) -> None:
    """One server of an old version is enough to say so."""
    findings = at_day(DAYS["extended"])
    source = instance(engine_version="13.23", identifier="orders")["aws_db_instance"]["main"]
    replica = {"replicate_source_db": "${aws_db_instance.main.identifier}"}
    resources = {"aws_db_instance": {"main": source, "replica": replica}}
    assert len(findings(catalogue.engine_support, resources)) == 1


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (instance(instance_class="db.t3.micro"), None),
        (instance(instance_class="db.m5.large"), None),
        (instance(instance_class="m5.large"), '"m5.large", which is not a DB instance class'),
        (instance(instance_class="db.m6g.lrge"), "take db.m6g.large"),
        (instance(instance_class="db.t2.micro"), "take db.t"),
        (instance(instance_class="db.m99g.large"), None),
        (
            instance(instance_class="db.serverless"),
            "is not offered for RDS for PostgreSQL, expected",
        ),
        (instance(instance_class=UNKNOWN), None),
        (instance(engine="oracle-ee", instance_class="db.m5.large.tpc1.mem2x"), None),
        (cluster({"instance_class": "db.t3.medium"}), None),
        (cluster({"instance_class": "db.t3.small"}), "is not offered for Aurora PostgreSQL"),
        (cluster({"instance_class": "db.m6g.large"}), "is not offered for Aurora PostgreSQL"),
        (cluster({"instance_class": "db.serverless"}), None),
        (cluster({"instance_class": "db.r7g.large"}, engine_version="14.6"), "PostgreSQL 14.6"),
        (cluster({"instance_class": "db.r7g.large"}, engine_version="14.24"), None),
        (cluster(engine="postgres", db_cluster_instance_class="db.m6gd.large"), None),
        (
            cluster(engine="postgres", db_cluster_instance_class="db.m6g.large"),
            "aws_rds_cluster.main db_cluster_instance_class",
        ),
    ],
    ids=str,
)
def test_instance_class(findings, resources: dict[str, Any], words: str | None) -> None:
    """Each engine has classes of its own, and a family that is newer than the list passes."""
    messages = findings(catalogue.instance_class, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("variables", "own", "wrong"),
    [
        ({"aws_region": "af-south-1"}, {}, True),
        ({"aws_region": "us-east-1"}, {}, False),
        ({"aws_region": "us-east-1"}, {"region": "af-south-1"}, True),
        ({"aws_region": "nowhere-1"}, {}, False),
        ({}, {}, False),
    ],
    ids=str,
)
def test_instance_class_in_a_region(findings, variables, own, wrong: bool) -> None:
    """The region is the resource's own, or that of the root's variable."""
    resources = instance(instance_class="db.m7g.large", **own)
    assert bool(findings(catalogue.instance_class, resources, **variables)) is wrong


@pytest.mark.parametrize(
    ("class_", "wrong"),
    [
        *[("db.r5.large", True), ("db.r6g.large", False), ("db.t3.medium", False)],
        *[("db.serverless", False), ("db.r4.large", False), (UNKNOWN, False)],
    ],
)
def test_instance_class_generation(findings, class_: str, wrong: bool) -> None:
    """Two generations behind is recent enough; what is not offered at all is told elsewhere."""
    messages = findings(catalogue.instance_class_generation, cluster({"instance_class": class_}))
    assert bool(messages) is wrong


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (instance(engine_version="16.9"), True),
        (instance(engine_version="16"), False),
        (instance(), False),
        (instance(engine_version="16.9", auto_minor_version_upgrade=False), False),
        (instance(engine_version="16.9", auto_minor_version_upgrade=UNKNOWN), False),
        (instance(engine_version=UNKNOWN), False),
        (instance(engine="mysql", engine_version="8.0.36"), False),
        (cluster({}, engine_version="16.9"), True),
        (cluster({}, engine_version="16"), False),
        (cluster({"auto_minor_version_upgrade": False}, engine_version="16.9"), False),
    ],
    ids=str,
)
def test_minor_version_upgrade(findings, resources: dict[str, Any], wrong: bool) -> None:
    """It is on by default, and bad where a minor version is written down."""
    assert bool(findings(catalogue.minor_version_upgrade, resources)) is wrong


def test_one_instance_that_refuses_keeps_the_whole_cluster(findings) -> None:
    """Aurora upgrades a cluster only where all instances allow it."""
    resources = cluster({}, engine_version="16.9")
    held = {**MEMBER, "auto_minor_version_upgrade": False}
    resources["aws_rds_cluster_instance"]["two"] = held
    assert findings(catalogue.minor_version_upgrade, resources) == []


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({"aws_s3_bucket_object": {"main": {"key": "a"}}}, "expected aws_s3_object"),
        (instance(name="orders"), "name is deprecated since the provider's 4.0, expected db_name"),
        (instance(name=None), None),
        ({"aws_vpc": {"main": {"enable_classiclink": False}}}, "as AWS has ended it"),
        (
            {"aws_s3_bucket": {"main": {"acl": "public-read"}}},
            "expected the resource aws_s3_bucket_",
        ),
        (
            {"aws_s3_bucket": {"main": {"versioning": [{"enabled": True}]}}},
            "expected the resource aws_s3_bucket_versioning",
        ),
        ({"aws_dms_endpoint": {"main": {"s3_settings": [{"bucket_name": "a"}]}}}, "aws_dms_s3_end"),
    ],
    ids=str,
)
def test_deprecated_argument(findings, resources: dict[str, Any], words: str | None) -> None:
    """Whatever is written is found, with what takes its place; null is not written."""
    messages = findings(catalogue.deprecated_argument, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize("written", [(), ("versioning",)], ids=["filled in", "written"])
def test_what_the_provider_fills_in_is_not_deprecated(written: tuple[str, ...]) -> None:
    """A bucket that is there has all of the old arguments in a plan, whoever made them."""
    bucket = Resource(
        {"versioning": [{"enabled": True}], "acl": "private"},
        address="aws_s3_bucket.main",
        type="aws_s3_bucket",
        name="main",
        written=frozenset(written),
    )
    found = catalogue.deprecated_argument.findings(Configuration((bucket,)))
    assert [each.attribute for each in found] == list(written)
