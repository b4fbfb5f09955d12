"""Copies of databases, beyond the examples of the rules."""

from typing import Any

import pytest

from tapforge.rules.catalogue import replication as catalogue

UNKNOWN = "${random_id.main.hex}"
AURORA = {"engine": "aurora-postgresql", "engine_version": "16.9"}
ARN = "arn:aws:rds:us-east-1:123456789012:db:orders"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/a"


def chain(*replicas: dict[str, Any], **source: Any) -> dict[str, Any]:
    """Return an RDS instance, a replica of it, a replica of that, and so on."""
    names = ["main", *(f"level_{number}" for number in range(1, len(replicas) + 1))]
    base = {"engine": "postgres", "engine_version": "17.5", "identifier": "orders"}
    found = {"main": {**base, "backup_retention_period": 7, **source}}
    for name, before, own in zip(names[1:], names, replicas, strict=False):
        above = f"${{aws_db_instance.{before}.identifier}}"
        found[name] = {"identifier": name, "replicate_source_db": above, **own}
    return {"aws_db_instance": found}


def cluster(*members: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    """Return a cluster of Aurora and its instances."""
    base = {"cluster_identifier": "${aws_rds_cluster.main.id}"}
    return {
        "aws_rds_cluster": {"main": {**AURORA, **arguments}},
        "aws_rds_cluster_instance": {f"n{i}": {**base, **own} for i, own in enumerate(members)},
    }


@pytest.mark.parametrize(
    ("members", "wrong"), [(1, False), (16, False), (17, True)], ids=["one", "most", "too many"]
)
def test_replica_count_of_a_cluster(findings, members: int, wrong: bool) -> None:
    """A writer and fifteen readers are a full cluster."""
    assert bool(findings(catalogue.replica_count, cluster(*[{}] * members))) is wrong


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (chain({}, {}, {}), []),
        (chain({}, {}, {}, {}), ["level_4"]),
        (chain({}, {}, {}, replicate_source_db=ARN), ["level_3"]),
        (chain({}, {}, replicate_source_db=ARN), []),
        (chain({}, {}, engine_version="13.23"), ["level_2"]),
        (chain({}, {}, engine_version="14"), []),
        (chain({}, {}, engine_version=UNKNOWN), []),
        (chain({}, {}, {}, {}, engine="mysql"), []),
    ],
    ids=str,
)
def test_replica_chain(findings, resources: dict[str, Any], wrong: list[str]) -> None:
    """Three levels are the most, and 14.1 is the first version with two."""
    messages = findings(catalogue.replica_chain, resources)
    assert [each.split()[0] for each in messages] == [f"aws_db_instance.{name}" for name in wrong]


def test_a_replica_of_itself_ends(findings) -> None:
    """A mistake in a reference is no reason to run for ever."""
    loop = {"engine": "postgres", "replicate_source_db": "${aws_db_instance.main.identifier}"}
    assert findings(catalogue.replica_chain, {"aws_db_instance": {"main": loop}}) == []


@pytest.mark.parametrize(
    ("own", "source", "found"),
    [
        ({}, {}, 0),
        ({"username": "reader"}, {"username": "admin1"}, 1),
        (
            {"username": "admin1", "db_name": "orders"},
            {"username": "admin1", "db_name": "orders"},
            0,
        ),
        ({"username": UNKNOWN}, {"username": "admin1"}, 0),
        ({"password": "x", "manage_master_user_password": True}, {}, 2),
        ({"manage_master_user_password": False, "password": ""}, {}, 0),
        ({"snapshot_identifier": "yesterday"}, {}, 1),
        ({"snapshot_identifier": UNKNOWN, "manage_master_user_password": UNKNOWN}, {}, 0),
        ({"password": UNKNOWN}, {}, 1),
    ],
    ids=str,
)
def test_replica_argument(findings, own, source, found: int) -> None:
    """What the provider reads of a replica is its source's, and no fault."""
    assert len(findings(catalogue.replica_argument, chain(own, **source))) == found


@pytest.mark.parametrize(("source", "found"), [(ARN, 1), (UNKNOWN, 0), ("", 0), (None, 0)], ids=str)
def test_replica_argument_of_another_source(findings, source: Any, found: int) -> None:
    """An unknown source may be none at all."""
    resources = {"aws_db_instance": {"copy": {"replicate_source_db": source, "password": "x"}}}
    assert len(findings(catalogue.replica_argument, resources)) == found


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        (chain({}, backup_retention_period=None), 1),
        (chain({}, backup_retention_period=1), 0),
        (chain({}, backup_retention_period=UNKNOWN), 0),
        (chain(backup_retention_period=0), 0),
        (chain({}, {}), 0),
    ],
    ids=str,
)
def test_replica_source_backups(findings, resources: dict[str, Any], found: int) -> None:
    """The provider turns backups off where nothing is said; replicas need none of their own."""
    assert len(findings(catalogue.replica_source_backups, resources)) == found


ABROAD = {"region": "eu-west-1", "storage_encrypted": True}
BY_ARN = {"replicate_source_db": "${aws_db_instance.main.arn}"}


@pytest.mark.parametrize(
    ("resources", "arguments"),
    [
        (chain({**ABROAD, **BY_ARN, "kms_key_id": KEY}, region="us-east-1"), []),
        (chain({**ABROAD, **BY_ARN}, region="us-east-1"), ["kms_key_id"]),
        (chain({**ABROAD, "kms_key_id": KEY}, region="us-east-1"), ["replicate_source_db"]),
        (
            chain({**ABROAD, "replicate_source_db": "orders"}, region="us-east-1"),
            ["replicate_source_db", "kms_key_id"],
        ),
        (
            chain({"region": "eu-west-1", **BY_ARN}, region="us-east-1", storage_encrypted=True),
            ["kms_key_id"],
        ),
        (chain({**ABROAD, **BY_ARN}, region="eu-west-1"), []),
        (chain({**ABROAD, **BY_ARN}), []),
        (chain({"storage_encrypted": True}), []),
        (chain({**ABROAD, "replicate_source_db": ARN}), ["kms_key_id"]),
        (chain({"region": "eu-west-1", "replicate_source_db": ARN}), []),
        (
            {"aws_rds_cluster": {"main": {**ABROAD, "replication_source_identifier": ARN}}},
            ["kms_key_id"],
        ),
    ],
    ids=str,
)
def test_replica_region(findings, resources: dict[str, Any], arguments: list[str]) -> None:
    """Another region is reached by ARN, and encrypted with a key of its own."""
    messages = findings(catalogue.replica_region, resources)
    assert [each.split()[1] for each in messages] == arguments


@pytest.mark.parametrize(
    ("own", "source", "wrong"),
    [
        ({"storage_encrypted": True}, {}, True),
        ({"kms_key_id": KEY}, {"storage_encrypted": False}, True),
        ({"storage_encrypted": True}, {"storage_encrypted": True}, False),
        ({"storage_encrypted": True}, {"storage_encrypted": UNKNOWN}, False),
        ({"storage_encrypted": True}, {"snapshot_identifier": "yesterday"}, False),
        ({}, {}, False),
    ],
    ids=str,
)
def test_replica_encryption(findings, own, source, wrong: bool) -> None:
    """What is restored may be encrypted without saying so."""
    assert bool(findings(catalogue.replica_encryption, chain(own, **source))) is wrong


@pytest.mark.parametrize(
    ("tier", "wrong"), [(0, False), (15, False), (16, True), (-1, True), (UNKNOWN, False)], ids=str
)
def test_promotion_tier(findings, tier: Any, wrong: bool) -> None:
    """Both ends pass."""
    assert bool(findings(catalogue.promotion_tier, cluster({"promotion_tier": tier}))) is wrong


@pytest.mark.parametrize(
    ("member", "wrong"),
    [
        *[({}, 0), ({"engine_version": "16.9"}, 0), ({"engine_version": "16"}, 0)],
        *[({"engine_version": "16.10"}, 1), ({"engine_version": "1"}, 1)],
        *[({"engine": "aurora-mysql"}, 1), ({"engine_version": UNKNOWN}, 0)],
        ({"engine": "aurora-mysql", "engine_version": "5.7"}, 2),
    ],
    ids=str,
)
def test_cluster_instance_engine(findings, member: dict[str, Any], wrong: int) -> None:
    """The start of a version stands for it, and ends at a dot."""
    assert len(findings(catalogue.cluster_instance_engine, cluster(member))) == wrong
    resources = cluster(member, engine_version="16")
    assert bool(findings(catalogue.cluster_instance_engine, resources)) is (
        not str(member.get("engine_version", "16")).startswith(("16", "$")) or "engine" in member
    )


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"multi_az": True, "availability_zone": "us-east-1a"}, True),
        ({"multi_az": True, "availability_zone": "us-east-1a", "status": "available"}, False),
        ({"multi_az": True, "availability_zone": UNKNOWN}, False),
        ({"multi_az": True}, False),
        ({"multi_az": False, "availability_zone": "us-east-1a"}, False),
        ({"multi_az": UNKNOWN, "availability_zone": "us-east-1a"}, False),
    ],
    ids=str,
)
def test_multi_az_zone(findings, arguments: dict[str, Any], wrong: bool) -> None:
    """A running database tells in which zone it happens to be."""
    assert bool(findings(catalogue.multi_az_zone, chain(**arguments))) is wrong


@pytest.mark.parametrize(
    ("resources", "variables", "found"),
    [
        (chain(), {}, 1),
        (chain(), {"destroyable": True}, 0),
        (chain(), {"destroyable": False}, 1),
        (chain({}), {}, 1),
        (chain(multi_az=True), {}, 0),
        (chain(multi_az=UNKNOWN), {}, 0),
        (cluster({}), {}, 1),
        (cluster({}, {}), {}, 0),
        (cluster(), {}, 0),
        (cluster({}, {"cluster_identifier": "${local.cluster.name}"}), {}, 0),
        (cluster({}, engine="aurora-mysql"), {}, 0),
    ],
    ids=str,
)
def test_high_availability(findings, resources, variables, found: int) -> None:
    """One server is none, but a replica is one already, and what may go may stand still."""
    assert len(findings(catalogue.high_availability, resources, **variables)) == found


@pytest.mark.parametrize(
    ("zones", "words"),
    [
        (["us-east-1a"], "availability_zones is 1 zone, expected 3 zones, or none"),
        (["us-east-1a", "us-east-1b"], "is 2 zones"),
        (["us-east-1a", "us-east-1b", "us-east-1c"], None),
        *[([], None), (None, None), (UNKNOWN, None)],
    ],
    ids=str,
)
def test_cluster_zones(findings, zones: Any, words: str | None) -> None:
    """Aurora adds what is missing of three, and Terraform takes it away again."""
    messages = findings(catalogue.cluster_zones, cluster(availability_zones=zones))
    assert (words in messages[0]) if words else not messages


A, B = {"availability_zone": "us-east-1a"}, {"availability_zone": "us-east-1b"}


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        *[([A, A], True), ([A, B], False), ([A], False), ([A, {}], False), ([{}, {}], False)],
        ([A, {"availability_zone": UNKNOWN}], False),
        ([A, A, {**B, "cluster_identifier": "${local.cluster.name}"}], False),
    ],
    ids=str,
)
def test_reader_zones(findings, members: list[dict[str, Any]], wrong: bool) -> None:
    """One instance elsewhere is enough, and one that may be."""
    assert bool(findings(catalogue.reader_zones, cluster(*members))) is wrong


@pytest.mark.parametrize(
    ("class_", "joined", "wrong"),
    [
        *[("db.t4g.medium", "orders", True), ("db.r6g.large", "orders", False)],
        *[("db.t4g.medium", None, False), (UNKNOWN, "orders", False)],
        ("db.serverless", UNKNOWN, False),
    ],
)
def test_global_cluster_class(findings, class_: str, joined: Any, wrong: bool) -> None:
    """Only a global cluster minds."""
    resources = cluster({"instance_class": class_}, global_cluster_identifier=joined)
    assert bool(findings(catalogue.global_cluster_class, resources)) is wrong


SWITCH = {"blue_green_update": [{"enabled": True}]}


@pytest.mark.parametrize(
    ("resources", "places"),
    [
        (chain(**SWITCH), []),
        (chain({}, **SWITCH), ["blue_green_update[0].enabled"]),
        (chain({**SWITCH, "backup_retention_period": 1}), ["blue_green_update[0].enabled"]),
        (chain(**SWITCH, backup_retention_period=0), ["backup_retention_period"]),
        (chain({}, blue_green_update=[{"enabled": False}]), []),
        (chain({}, blue_green_update=[{"enabled": UNKNOWN}]), []),
    ],
    ids=str,
)
def test_blue_green_update(findings, resources: dict[str, Any], places: list[str]) -> None:
    """Replicas on either side, and missing backups, rule it out."""
    messages = findings(catalogue.blue_green_update, resources)
    assert [each.split()[1] for each in messages] == places


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"backtrack_window": 3600}, True),
        ({"backtrack_window": 0}, False),
        ({"backtrack_window": UNKNOWN}, False),
        ({"backtrack_window": 3600, "engine": "aurora-mysql"}, False),
    ],
    ids=str,
)
def test_aurora_backtrack(findings, arguments: dict[str, Any], wrong: bool) -> None:
    """MySQL has it."""
    assert bool(findings(catalogue.aurora_backtrack, cluster(**arguments))) is wrong


def test_an_instance_of_another_cluster_is_not_judged(findings) -> None:
    """What is not in the configuration may have any engine, and be of a global cluster."""
    member = {
        "cluster_identifier": "orders",
        "engine": "aurora-mysql",
        "instance_class": "db.t3.medium",
    }
    resources = {"aws_rds_cluster_instance": {"main": member}}
    for rule in (catalogue.cluster_instance_engine, catalogue.global_cluster_class):
        assert findings(rule, resources) == []


def test_zones_are_no_matter_of_other_engines(findings) -> None:
    """MySQL has its own rules."""
    resources = cluster(availability_zones=["us-east-1a"], engine="aurora-mysql")
    assert findings(catalogue.cluster_zones, resources) == []
    mysql = chain(multi_az=True, availability_zone="us-east-1a", engine="mysql")
    assert findings(catalogue.multi_az_zone, mysql) == []
