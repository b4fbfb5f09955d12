"""Storage of databases, beyond the examples of the rules."""

from typing import Any

import pytest

from tapforge.rules.catalogue import volumes as catalogue

UNKNOWN = "${random_id.main.hex}"
AURORA = {"engine": "aurora-postgresql"}


def instance(**arguments: Any) -> dict[str, Any]:
    """Return an RDS instance."""
    return {"aws_db_instance": {"main": {"engine": "postgres", **arguments}}}


def cluster(**arguments: Any) -> dict[str, Any]:
    """Return a cluster of Aurora."""
    return {"aws_rds_cluster": {"main": {**AURORA, **arguments}}}


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (instance(storage_type="gp3"), False),
        (instance(storage_type="io2"), False),
        (instance(storage_type="aurora"), True),
        (instance(storage_type=""), False),
        (instance(storage_type=UNKNOWN), False),
        (instance(engine="mysql", storage_type="x"), False),
        (cluster(storage_type="aurora-iopt1"), False),
        (cluster(storage_type="gp3"), True),
        (cluster(engine="postgres", storage_type="gp3"), False),
        (cluster(engine="postgres", storage_type="gp2"), True),
    ],
    ids=str,
)
def test_storage_type(findings, resources: dict[str, Any], wrong: bool) -> None:
    """Instances, Aurora and Multi-AZ clusters have types of their own."""
    assert bool(findings(catalogue.storage_type, resources)) is wrong


@pytest.mark.parametrize(
    ("type_", "wrong"),
    [("gp2", True), ("standard", True), ("gp3", False), ("io1", False), (None, False)],
)
def test_storage_generation(findings, type_: str | None, wrong: bool) -> None:
    """Only what was chosen is old: nothing is said where nothing is."""
    assert bool(findings(catalogue.storage_generation, instance(storage_type=type_))) is wrong


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"allocated_storage": 20}, None),
        ({"allocated_storage": 19}, "expected a number from 20 to 65536"),
        ({"allocated_storage": 65537}, "from 20 to 65536"),
        ({"allocated_storage": 99, "storage_type": "io1"}, "from 100 to 65536"),
        ({"allocated_storage": 99, "iops": 1000}, "from 100 to 65536"),
        ({"allocated_storage": 100, "storage_type": "io2"}, None),
        ({"allocated_storage": 5, "storage_type": "standard"}, None),
        ({"allocated_storage": 4, "storage_type": "standard"}, "from 5 to 3072"),
        ({"allocated_storage": 10, "storage_type": UNKNOWN}, None),
        ({"allocated_storage": UNKNOWN}, None),
        ({}, "allocated_storage is not set, expected a size in GiB"),
        ({"snapshot_identifier": "yesterday"}, None),
        ({"replicate_source_db": UNKNOWN}, None),
        ({"restore_to_point_in_time": [{"use_latest_restorable_time": True}]}, None),
        ({"allocated_storage": 0, "snapshot_identifier": "yesterday"}, None),
        ({"engine": "mysql"}, None),
        ({"engine": UNKNOWN}, None),
    ],
    ids=str,
)
def test_storage_size(findings, arguments: dict[str, Any], words: str | None) -> None:
    """Each type has a range of its own; what is restored has the size of its origin."""
    messages = findings(catalogue.storage_size, instance(**arguments))
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("size", "most", "words"),
    [
        *[(100, 110, None), (100, 109, "expected 110 GiB or more"), (100, 100, "110 GiB")],
        *[(20, 21, "expected 22 GiB"), (20, 22, None), (100, 0, None), (100, UNKNOWN, None)],
        *[(UNKNOWN, 10, None), (None, 10, None)],
    ],
)
def test_storage_autoscaling(findings, size: Any, most: Any, words: str | None) -> None:
    """A tenth more is the least; 0 turns it off."""
    resources = instance(allocated_storage=size, max_allocated_storage=most)
    messages = findings(catalogue.storage_autoscaling, resources)
    assert (words in messages[0]) if words else not messages


GP3 = {"storage_type": "gp3"}
IO1 = {"storage_type": "io1", "allocated_storage": 100}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {**GP3, "allocated_storage": 399, "iops": 12000},
            "none with 399 GiB, which is less than 400",
        ),
        ({**GP3, "allocated_storage": 399, "iops": 3000, "storage_throughput": 125}, None),
        ({**GP3, "allocated_storage": 399, "storage_throughput": 500}, "storage_throughput is 500"),
        ({**GP3, "allocated_storage": 400, "iops": 12000, "storage_throughput": 500}, None),
        ({**GP3, "allocated_storage": 400, "iops": 11999}, "expected a number from 12000 to 64000"),
        ({**GP3, "allocated_storage": 400, "storage_throughput": 4001}, "from 500 to 4000"),
        (
            {**GP3, "allocated_storage": 400, "iops": 12000, "storage_throughput": 3001},
            "expected at most 3000, a quarter of the IOPS",
        ),
        ({**GP3, "allocated_storage": 400, "iops": 12000, "storage_throughput": 3000}, None),
        ({**GP3, "allocated_storage": UNKNOWN, "iops": 12000}, None),
        ({"storage_type": "gp2", "allocated_storage": 100, "iops": 1000}, "none with gp2"),
        ({"storage_type": "gp2", "allocated_storage": 100, "iops": 0}, None),
        ({"storage_type": "io2", "storage_throughput": 500, "iops": 1000}, "none with io2"),
        (IO1, "iops is not set, expected a number with io1"),
        ({**IO1, "snapshot_identifier": "yesterday"}, None),
        ({**IO1, "iops": UNKNOWN}, None),
        ({**IO1, "iops": 999}, "expected a number from 1000"),
        ({**IO1, "iops": 5000}, None),
        ({**IO1, "iops": 5001}, "expected at most 5000, 50 for each of 100 GiB"),
        ({**IO1, "storage_type": "io2", "iops": 5001}, None),
        ({"storage_type": UNKNOWN, "allocated_storage": 100, "iops": 12000}, None),
        ({"engine": "mysql", **GP3, "allocated_storage": 100, "iops": 12000}, None),
    ],
    ids=str,
)
def test_storage_performance(findings, arguments: dict[str, Any], words: str | None) -> None:
    """What a running database has at the least may also be read back."""
    messages = findings(catalogue.storage_performance, instance(**arguments))
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (instance(), True),
        (instance(storage_encrypted=False), True),
        (instance(storage_encrypted=True), False),
        (instance(storage_encrypted=UNKNOWN), False),
        (instance(replicate_source_db="orders"), False),
        (instance(snapshot_identifier="yesterday"), False),
        (instance(snapshot_identifier="yesterday", storage_encrypted=False), True),
        (cluster(), True),
        (cluster(engine_mode="serverless"), False),
        (cluster(global_cluster_identifier="orders"), False),
        (cluster(replication_source_identifier=UNKNOWN), False),
        ({"aws_rds_global_cluster": {"main": {"global_cluster_identifier": "orders"}}}, True),
        ({"aws_rds_global_cluster": {"main": {"source_db_cluster_identifier": "a"}}}, False),
    ],
    ids=str,
)
def test_storage_encryption(findings, resources: dict[str, Any], wrong: bool) -> None:
    """It is off by default; a copy is as its origin."""
    assert bool(findings(catalogue.storage_encryption, resources)) is wrong


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({}, 0),
        ({"allocated_storage": 1, "iops": 0}, 0),
        ({"allocated_storage": 100, "db_cluster_instance_class": "db.m6gd.large"}, 2),
        ({"engine": "postgres"}, 2),
        ({"engine": "postgres", "snapshot_identifier": "yesterday"}, 0),
        ({"engine": "postgres", "allocated_storage": UNKNOWN}, 1),
        ({"engine": "mysql"}, 0),
        ({"engine": UNKNOWN}, 0),
    ],
    ids=str,
)
def test_cluster_kind(findings, arguments: dict[str, Any], found: int) -> None:
    """Aurora has no storage of a size, and a Multi-AZ cluster has."""
    assert len(findings(catalogue.cluster_kind, cluster(**arguments))) == found
