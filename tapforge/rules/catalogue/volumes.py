"""Storage of databases: its type, size and speed, and its encryption."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapforge.facts import limits
from tapforge.rules.databases import advice, databases, is_copy, limit, present
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_INSTANCE = "aws_db_instance"
_CLUSTER = "aws_rds_cluster"
_GP3_FROM = limits.least("gp3_provisioned_allocated_storage")
_IO = ("io1", "io2")
_SIZE = {
    "gp2": "rds_allocated_storage",
    "gp3": "rds_allocated_storage",
    "io1": "rds_provisioned_allocated_storage",
    "io2": "rds_provisioned_allocated_storage",
    "standard": "rds_magnetic_allocated_storage",
}
# More than that many IOPS for a GiB are refused.
_IOPS_PER_GIB = 50
_IOPS_PER_THROUGHPUT = limits.least("gp3_iops_per_throughput")
_ORIGINS = ("snapshot_identifier", "restore_to_point_in_time", "s3_import", "replicate_source_db")


def _example(**arguments: Any) -> dict[str, Any]:
    return {"resource": {_INSTANCE: {"main": {"engine": "postgres", **arguments}}}}


def _number(resource: Resource, argument: str) -> float | None:
    """Give a plain number other than zero, which the provider writes for what was left out."""
    value = resource.known(argument)
    return value if isinstance(value, (int, float)) and value else None


@rule(
    "storage-type",
    on=(_INSTANCE, _CLUSTER),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance.StorageType, CreateDBCluster.StorageType",
    fix="take gp3 for an instance, aurora or aurora-iopt1 for a cluster of Aurora",
    good=_example(storage_type="gp3", allocated_storage=100),
    bad=_example(storage_type="ssd", allocated_storage=100),
)
def storage_type(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The type of storage is one that the engine has.

    Aurora has types of its own, and a Multi-AZ cluster takes none of the old ones.
    """
    database = databases(configuration).get(resource)
    if not present(resource, "storage_type") or not database.postgres:
        return
    if resource.type == _INSTANCE:
        name = "rds_storage_type"
    elif database.postgres == "postgres":
        name = "multi_az_cluster_storage_type"
    else:
        name = "aurora_storage_type"
    yield from limit(resource, resource, "storage_type", name)


@rule(
    "storage-generation",
    on=(_INSTANCE,),
    severity="note",
    source="Amazon RDS User Guide CHAP_Storage.md: General Purpose SSD and magnetic storage",
    fix="set storage_type to gp3, which RDS changes without a stop",
    good=_example(storage_type="gp3", allocated_storage=100),
    bad=_example(storage_type="gp2", allocated_storage=100),
)
def storage_generation(resource: Resource) -> Iterator[Finding]:
    """Storage is gp3 and not an older type.

    gp2 has as few IOPS as it is small and lives on credits, magnetic storage has hardly any; gp3 has
    3,000 at the least, for no more money.
    """
    value = resource.known("storage_type")
    if value in ("gp2", "standard"):
        yield resource.finding("storage_type", value, "gp3")


@rule(
    "storage-size",
    on=(_INSTANCE,),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance.AllocatedStorage, for PostgreSQL",
    fix="give a size within the limits of the storage type",
    good=_example(storage_type="gp3", allocated_storage=20),
    bad=_example(storage_type="gp3", allocated_storage=10),
)
def storage_size(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database has storage, of a size that its type can have.

    RDS refuses less than 20 GiB, for provisioned IOPS less than 100, and a new database without a size.
    """
    if databases(configuration).get(resource).postgres != "postgres":
        return
    if resource.unset("allocated_storage"):
        if not any(present(resource, each) for each in _ORIGINS):
            yield resource.finding("allocated_storage", None, "a size in GiB")
        return
    if resource.known("allocated_storage") == 0:
        return  # restored or copied: the provider writes 0 for what was left out
    default = "io1" if _number(resource, "iops") else "gp3"
    name = _SIZE.get(resource.known("storage_type") or default)
    if name and not resource.unknown("storage_type"):
        yield from limit(resource, resource, "allocated_storage", name)


@rule(
    "storage-autoscaling",
    on=(_INSTANCE,),
    severity="error",
    source="Amazon RDS User Guide USER_PIOPS.Autoscaling: the maximum storage threshold must be at least "
    "10% more than the allocated storage",
    fix="raise max_allocated_storage, at best to a quarter more or above, or leave it out",
    good=_example(allocated_storage=100, max_allocated_storage=200),
    bad=_example(allocated_storage=100, max_allocated_storage=50),
)
def storage_autoscaling(resource: Resource) -> Iterator[Finding]:
    """Storage that may grow has room to grow: a tenth at least.

    RDS refuses a smaller maximum when the database is made or changed.
    """
    most, size = _number(resource, "max_allocated_storage"), _number(resource, "allocated_storage")
    if most and size and most * 10 < size * 11:
        least = -(-size * 11 // 10)
        expected = f"{least:.0f} GiB or more, as allocated_storage is {size:g}"
        yield resource.finding("max_allocated_storage", most, expected)


@rule(
    "storage-performance",
    on=(_INSTANCE,),
    severity="error",
    source="Amazon RDS User Guide CHAP_Storage.md: gp3 and Provisioned IOPS storage of PostgreSQL; "
    "botocore 1.44.5 rds CreateDBInstance.Iops",
    fix="leave iops and storage_throughput out, or give the storage the size and type for them",
    good=_example(storage_type="gp3", allocated_storage=400, iops=12000),
    bad=_example(storage_type="gp3", allocated_storage=100, iops=12000),
)
def storage_performance(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """IOPS and throughput are ones that storage of this type and size can have.

    gp3 takes them from 400 GiB on; below it has 3,000 IOPS and 125 MiB/s, and RDS refuses to be told.
    """
    if databases(configuration).get(resource).postgres != "postgres":
        return
    type_, size = resource.known("storage_type"), _number(resource, "allocated_storage")
    iops, throughput = _number(resource, "iops"), _number(resource, "storage_throughput")
    if throughput and type_ in ("gp2", "standard", *_IO):
        yield resource.finding("storage_throughput", throughput, f"none with {type_}")
    if iops and type_ in ("gp2", "standard"):
        yield resource.finding("iops", iops, f"none with {type_}")
    elif type_ in _IO:
        yield from _provisioned(resource, iops, size)
    elif type_ == "gp3" and size:
        yield from _gp3(resource, iops, throughput, size)


def _provisioned(resource: Resource, iops: float | None, size: float | None) -> Iterator[Finding]:
    if iops is None:
        copied = any(present(resource, each) for each in _ORIGINS)
        if not resource.unknown("iops") and not copied:
            type_ = resource.known("storage_type")
            yield resource.finding("iops", resource.given("iops"), f"a number with {type_}")
        return
    yield from limit(resource, resource, "iops", "rds_provisioned_iops")
    if size and iops > size * _IOPS_PER_GIB and resource.known("storage_type") == "io1":
        expected = f"at most {size * _IOPS_PER_GIB:g}, {_IOPS_PER_GIB} for each of {size:g} GiB"
        yield resource.finding("iops", iops, expected)


def _gp3(
    resource: Resource, iops: float | None, throughput: float | None, size: float
) -> Iterator[Finding]:
    baseline = "gp3_baseline_" if size < _GP3_FROM else "gp3_"
    for argument in ("iops", "storage_throughput"):
        value = _number(resource, argument)
        problem = limits.check(f"{baseline}{argument}", value) if value else None
        if problem and size < _GP3_FROM:
            expected = f"none with {size:g} GiB, which is less than {_GP3_FROM}"
            yield resource.finding(argument, value, expected)
        elif problem:
            yield resource.finding(argument, value, *advice(problem))
    if iops and throughput and size >= _GP3_FROM and throughput * _IOPS_PER_THROUGHPUT > iops:
        expected = f"at most {iops / _IOPS_PER_THROUGHPUT:g}, a quarter of the IOPS"
        yield resource.finding("storage_throughput", throughput, expected)


@rule(
    "storage-encryption",
    on=(_INSTANCE, _CLUSTER, "aws_rds_global_cluster"),
    severity="error",
    source="Amazon RDS User Guide: Encrypting Amazon RDS resources; AWS Security Hub RDS.3, RDS.27",
    fix="set storage_encrypted to true",
    good=_example(storage_encrypted=True),
    bad=_example(storage_encrypted=False),
)
def storage_encryption(resource: Resource) -> Iterator[Finding]:
    """A database is encrypted.

    Its snapshots and replicas are as it is, and it can't be encrypted later but by way of a copy.
    """
    value = resource.known("storage_encrypted", default=False)
    if value is not False or is_copy(resource):
        return
    # What is restored or joins a global cluster is as its origin, unless something else is said.
    joined = (
        "global_cluster_identifier" if resource.type == _CLUSTER else "source_db_cluster_identifier"
    )
    inherits = any(present(resource, each) for each in (*_ORIGINS, joined))
    serverless = resource.known("engine_mode") == "serverless"
    if resource.given("storage_encrypted") is None and (inherits or serverless):
        return
    yield resource.finding("storage_encrypted", resource.given("storage_encrypted"), "true")


def _multi_az(**arguments: Any) -> dict[str, Any]:
    cluster = {
        "engine": "postgres",
        "db_cluster_instance_class": "db.m6gd.large",
        "storage_type": "io1",
        "allocated_storage": 100,
        "iops": 1000,
    }
    return {"resource": {_CLUSTER: {"main": {**cluster, **arguments}}}}


_OF_MULTI_AZ = ("db_cluster_instance_class", "allocated_storage")


@rule(
    "cluster-kind",
    on=(_CLUSTER,),
    severity="error",
    source="botocore 1.44.5 rds CreateDBCluster: AllocatedStorage, DBClusterInstanceClass, Iops for "
    "Multi-AZ DB clusters only",
    fix="give class and storage to a Multi-AZ cluster, and to Aurora none",
    good=_multi_az(),
    bad=_multi_az(allocated_storage=None),
)
def cluster_kind(cluster: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A cluster is one of Aurora, or a Multi-AZ cluster with a class and storage of its own.

    A cluster of the engine postgres needs both; Aurora grows by itself, has the class at its instances,
    and refuses them.
    """
    engine = databases(configuration).get(cluster).postgres
    if engine == "postgres":
        for argument in _OF_MULTI_AZ:
            restored = any(present(cluster, each) for each in _ORIGINS)
            if not present(cluster, argument) and not restored:
                yield cluster.finding(argument, None, "one in a Multi-AZ cluster of postgres")
    elif engine == "aurora-postgresql":
        for argument in ("db_cluster_instance_class", "allocated_storage", "iops"):
            value = cluster.known(argument)
            # The provider reads back what Aurora reports: one GiB, and no IOPS.
            if value and not (argument == "allocated_storage" and value == 1):
                yield cluster.finding(argument, value, "none in a cluster of Aurora")
