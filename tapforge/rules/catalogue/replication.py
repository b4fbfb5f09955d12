"""Copies of databases: read replicas, readers, zones, global clusters and blue/green deployments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapforge.facts import instance_classes, limits
from tapforge.rules.databases import (
    Database,
    arn_region,
    attribute,
    databases,
    limit,
    present,
    region,
    same,
)
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_INSTANCE = "aws_db_instance"
_CLUSTER = "aws_rds_cluster"
_MEMBER = "aws_rds_cluster_instance"
_BACKUPS = "backup_retention_period"
_SOURCE = {_INSTANCE: "replicate_source_db", _CLUSTER: "replication_source_identifier"}
# From this version on a replica can have replicas of its own.
_CASCADE = (14, 1)
_ZONES = 3


def _replicas(
    count: int = 1, source: dict[str, Any] | None = None, **replica: Any
) -> dict[str, Any]:
    primary = {
        "engine": "postgres",
        "engine_version": "17.5",
        "identifier": "orders",
        _BACKUPS: 7,
        **(source or {}),
    }
    copy = {"replicate_source_db": "${aws_db_instance.main.identifier}", **replica}
    copies = {f"replica_{number}": copy for number in range(1, count + 1)}
    return {"resource": {_INSTANCE: {"main": primary, **copies}}}


def _members(
    *members: dict[str, Any], engine: str = "aurora-postgresql", **cluster: Any
) -> dict[str, Any]:
    whole = {"engine": engine, "engine_version": "16.9", **cluster}
    base = {"cluster_identifier": f"${{{_CLUSTER}.main.id}}", "engine": "aurora-postgresql"}
    each = {f"instance_{number}": {**base, **own} for number, own in enumerate(members, 1)}
    return {"resource": {_CLUSTER: {"main": whole}, _MEMBER: each}}


@rule(
    "replica-count",
    on=(_INSTANCE, _CLUSTER),
    severity="error",
    source=f"{limits.get('rds_read_replicas').source}; {limits.get('aurora_reader_count').source}",
    fix="make fewer",
    good=_replicas(15),
    bad=_replicas(16),
)
def replica_count(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database has no more than 15 read replicas, a cluster of Aurora no more than 15 readers.

    AWS refuses the sixteenth.
    """
    servers = databases(configuration)
    if resource.type == _CLUSTER:
        name, found = "aurora_reader_count", len(servers.instances(resource)) - 1
    else:
        name, found = "rds_read_replicas", len(servers.replicas(resource))
    known = limits.get(name)
    if found > (known.max or 0) and servers.get(resource).postgres:
        yield Finding(resource, "", f"{found} {known.what}", f"at most {known.max:g}")


@rule(
    "replica-chain",
    on=(_INSTANCE,),
    severity="error",
    source=limits.get("rds_replica_levels").source,
    fix="replicate from the database itself",
    good=_replicas(),
    bad=_replicas(source={"engine_version": "13.23", "replicate_source_db": "orders-primary"}),
)
def replica_chain(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A replica of a replica is of PostgreSQL 14.1 or newer, and three levels deep at most.

    RDS refuses others.
    """
    database = databases(configuration).get(resource)
    chain = list(_chain(database, configuration))
    if not chain or database.postgres != "postgres":
        return
    most = int(limits.get("rds_replica_levels").max or 0)
    address = chain[0].resource.address
    version = _numbers(database.version)
    if version and version < _CASCADE and chain[0].replica:
        expected = f"a source that is no replica, as {address} is one of version {database.version}"
        yield resource.finding(_SOURCE[_INSTANCE], resource.given(_SOURCE[_INSTANCE]), expected)
    elif len(chain) > most or (len(chain) == most and chain[-1].replica):
        expected = f"at most {most} levels of replicas"
        yield resource.finding(_SOURCE[_INSTANCE], resource.given(_SOURCE[_INSTANCE]), expected)


def _chain(database: Database, configuration: Configuration) -> Iterator[Database]:
    """Give the databases that lead to a replica, the nearest first."""
    seen = {database.resource.address}
    while database.source and database.source.address not in seen:
        database = databases(configuration).get(database.source)
        seen.add(database.resource.address)
        yield database


def _numbers(version: str | None) -> tuple[int, ...]:
    parts = (version or "").partition("-")[0].split(".")
    if len(parts) == 1:
        parts.append("99")  # AWS takes a recent minor version where none is named
    return tuple(map(int, parts)) if all(each.isdigit() for each in parts) else ()


_PASSWORDS = ("password", "password_wo_version")
_OWN = (*_PASSWORDS, "manage_master_user_password", "snapshot_identifier")
_COPIED = ("username", "db_name", "name")


@rule(
    "replica-argument",
    on=(_INSTANCE,),
    severity="error",
    source="hashicorp/aws aws_db_instance, replicate_source_db; botocore 1.44.5 rds "
    "CreateDBInstanceReadReplica, which has no such parameters",
    fix="leave it out: a replica has what its source has",
    good=_replicas(),
    bad=_replicas(username="reader"),
)
def replica_argument(replica: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A read replica has no user, password, database or snapshot of its own.

    It holds what its source holds; the provider refuses to be told otherwise.
    """
    database = databases(configuration).get(replica)
    if not database.replica or replica.unknown(_SOURCE[_INSTANCE]) > bool(database.source):
        return
    for argument in _OWN:
        # What Terraform alone will know may be none; a password never is.
        sure = argument in _PASSWORDS or not replica.unknown(argument)
        if present(replica, argument) and sure and replica.given(argument) is not False:
            yield replica.finding(argument, replica.given(argument), "none at a replica")
    for argument in _COPIED:
        # The provider writes down what it reads of the replica, which is the source's.
        own = replica.known(argument)
        if own and database.source and same(own, database.source.given(argument)) is False:
            yield replica.finding(argument, own, "none at a replica")


@rule(
    "replica-source-backups",
    on=(_INSTANCE,),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstanceReadReplica: the source's backup retention period must "
    "be greater than 0, which is what the provider takes",
    fix="set backup_retention_period of the source to 1 or more",
    good=_replicas(),
    bad=_replicas(source={_BACKUPS: 0}),
)
def replica_source_backups(source: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database that has read replicas has automated backups.

    RDS makes no replica of one that has none. The provider turns backups off where nothing is said.
    """
    if source.known(_BACKUPS, default=0) != 0:
        return
    replicas = databases(configuration).replicas(source)
    # A replica of PostgreSQL that has replicas needs no backups of its own.
    if replicas and not databases(configuration).get(source).replica:
        expected = f"1 or more, as {replicas[0].resource.address} is a replica of it"
        yield source.finding(_BACKUPS, source.given(_BACKUPS), expected)


_REMOTE = "arn:aws:rds:us-east-1:123456789012:db:orders"


@rule(
    "replica-region",
    on=tuple(_SOURCE),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstanceReadReplica: SourceDBInstanceIdentifier, KmsKeyId",
    fix="name the source by its ARN, and set kms_key_id to a key in the replica's region",
    good=_replicas(
        replicate_source_db=_REMOTE,
        region="eu-west-1",
        storage_encrypted=True,
        kms_key_id="arn:aws:kms:eu-west-1:123456789012:key/a",
    ),
    bad=_replicas(replicate_source_db=_REMOTE, region="eu-west-1", storage_encrypted=True),
)
def replica_region(replica: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A replica in another region names its source by ARN, and has a key of its own region.

    Keys do not leave their region: RDS can't encrypt the copy with the source's.
    """
    argument = _SOURCE[replica.type]
    value = replica.given(argument)
    here = region(replica, configuration)
    origins = configuration.targets(value, replica.type)
    source = origins[0] if len(origins) == 1 else None
    there = arn_region(value) or (region(source, configuration) if source else None)
    if here is None or there is None or here == there:
        return
    by_name = isinstance(value, str) and value in _names(source)
    if by_name or attribute(value) in ("id", "identifier", "cluster_identifier"):
        yield replica.finding(argument, value, f"the ARN of the source, which is in {there}")
    encrypted = replica.known("storage_encrypted") is True or (
        source is not None and source.known("storage_encrypted") is True
    )
    if encrypted and not present(replica, "kms_key_id"):
        yield replica.finding("kms_key_id", None, f"a key in {here}, as the source is in {there}")


def _names(source: Resource | None) -> tuple[Any, ...]:
    if source is None:
        return ()
    known = (source.known("identifier"), source.known("cluster_identifier"))
    return tuple(each for each in known if each)


@rule(
    "replica-encryption",
    on=(_INSTANCE,),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstanceReadReplica.KmsKeyId: no encrypted replica of a database "
    "that is not encrypted",
    fix="encrypt the source, by way of a copied snapshot",
    good=_replicas(source={"storage_encrypted": True}, storage_encrypted=True),
    bad=_replicas(source={"storage_encrypted": False}, storage_encrypted=True),
)
def replica_encryption(replica: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A replica is not encrypted where its source is not.

    RDS refuses to make it: it can't encrypt on the way.
    """
    source = databases(configuration).get(replica).source
    asked = replica.known("storage_encrypted") is True or (
        bool(replica.known("kms_key_id")) and replica.unset("storage_encrypted")
    )
    if not asked or source is None or source.known("storage_encrypted", default=False) is not False:
        return
    if not any(present(source, each) for each in ("snapshot_identifier", _SOURCE[_INSTANCE])):
        expected = f"no encryption, as {source.address} has none"
        yield replica.finding("storage_encrypted", replica.given("storage_encrypted"), expected)


@rule(
    "promotion-tier",
    on=(_MEMBER,),
    severity="error",
    source=limits.get("promotion_tier").source,
    fix="take 0 for who is promoted first, up to 15",
    good=_members({"promotion_tier": 1}),
    bad=_members({"promotion_tier": 16}),
)
def promotion_tier(instance: Resource) -> Iterator[Finding]:
    """The promotion tier of a reader is a number from 0 to 15.

    RDS refuses others.
    """
    yield from limit(instance, instance, "promotion_tier", "promotion_tier")


@rule(
    "cluster-instance-engine",
    on=(_MEMBER,),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance: Engine and EngineVersion of an instance in a cluster",
    fix="refer to the engine and engine_version of the cluster",
    good=_members({"engine": "aurora-postgresql", "engine_version": "16.9"}),
    bad=_members({"engine": "aurora-postgresql", "engine_version": "15.19"}),
)
def cluster_instance_engine(instance: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An instance has the engine and the version of its cluster.

    RDS refuses another one, and a version that was raised at the instance alone is never reached.
    """
    cluster = databases(configuration).get(instance).cluster
    if cluster is None:
        return
    for argument in ("engine", "engine_version"):
        own, whole = instance.known(argument), cluster.known(argument)
        # The provider takes the start of a version for the whole: 16 for 16.9.
        agree = own == whole or f"{own}".startswith(f"{whole}.") or f"{whole}".startswith(f"{own}.")
        if own and whole and not agree:
            expected = f'"{whole}", as {cluster.address} has'
            yield instance.finding(argument, own, expected)


@rule(
    "multi-az-zone",
    on=(_INSTANCE,),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance: MultiAZ, AvailabilityZone",
    fix="leave availability_zone out, or multi_az",
    good={"resource": {_INSTANCE: {"main": {"engine": "postgres", "multi_az": True}}}},
    bad={
        "resource": {
            _INSTANCE: {
                "main": {
                    "engine": "postgres",
                    "multi_az": True,
                    "availability_zone": "us-east-1a",
                }
            }
        }
    },
)
def multi_az_zone(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database in two zones is not tied to one.

    RDS refuses a zone together with Multi-AZ.
    """
    zone = database.known("availability_zone")
    # What the provider has read back of a running database lies in one of the subnets' zones.
    if database.known("multi_az") is not True or not zone or database.known("status"):
        return
    if databases(configuration).get(database).postgres:
        yield database.finding("availability_zone", zone, "none beside multi_az")


@rule(
    "high-availability",
    on=(_INSTANCE, _CLUSTER),
    severity="note",
    source="Amazon RDS User Guide: Multi-AZ deployments; Amazon Aurora User Guide: High availability; "
    "AWS Security Hub RDS.5, RDS.15",
    fix="set multi_az, or give the cluster a second instance in another zone",
    good={"resource": {_INSTANCE: {"main": {"engine": "postgres", "multi_az": True}}}},
    bad={"resource": {_INSTANCE: {"main": {"engine": "postgres", "multi_az": False}}}},
)
def high_availability(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database that must stay goes on when a zone fails.

    Without a second server the first must be made anew, with minutes or hours of downtime; a
    configuration that says by a variable destroyable that all may go is left alone.
    """
    servers = databases(configuration)
    database = servers.get(resource)
    if configuration.destroyable or not database.postgres or database.replica:
        return
    if resource.type == _INSTANCE:
        if resource.known("multi_az", default=False) is False:
            yield resource.finding("multi_az", resource.given("multi_az"), "true")
        return
    alone = len(servers.instances(resource)) == 1 and servers.instances_are_known
    if alone and database.postgres == "aurora-postgresql":
        yield Finding(resource, "", "one instance alone", "a reader beside the writer")


@rule(
    "cluster-zones",
    on=(_CLUSTER,),
    severity="warning",
    source="hashicorp/aws aws_rds_cluster, availability_zones; hashicorp/terraform-provider-aws#29149",
    fix="leave availability_zones out: the subnet group says where",
    good=_members({}),
    bad=_members({}, availability_zones=["us-east-1a", "us-east-1b"]),
)
def cluster_zones(cluster: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A cluster of Aurora names no zones, or three.

    Aurora always takes three, and Terraform then wants to destroy the cluster and to make it anew with
    fewer, at each plan.
    """
    zones = cluster.known("availability_zones")
    if databases(configuration).get(cluster).postgres != "aurora-postgresql":
        return
    if isinstance(zones, (list, tuple, set)) and 0 < len(zones) < _ZONES:
        found = f"{len(zones)} zone{'s' if len(zones) > 1 else ''}"
        yield Finding(cluster, "availability_zones", found, f"{_ZONES} zones, or none")


@rule(
    "reader-zones",
    on=(_CLUSTER,),
    severity="warning",
    source="Amazon Aurora User Guide: High availability for Aurora DB instances",
    fix="put one into another zone, or leave availability_zone out",
    good=_members({"availability_zone": "us-east-1a"}, {"availability_zone": "us-east-1b"}),
    bad=_members({"availability_zone": "us-east-1a"}, {"availability_zone": "us-east-1a"}),
)
def reader_zones(cluster: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The instances of a cluster are not all in one zone.

    A reader beside its writer is lost together with it.
    """
    servers = databases(configuration)
    members = servers.instances(cluster)
    zones = {each.resource.known("availability_zone") for each in members}
    if len(members) > 1 and len(zones) == 1 and servers.instances_are_known and all(zones):
        found = f"{len(members)} instances in {zones.pop()}"
        yield Finding(cluster, "", found, "instances in two zones or more")


@rule(
    "global-cluster-class",
    on=(_MEMBER,),
    severity="error",
    source="Amazon Aurora User Guide aurora-global-database-getting-started: requirements",
    fix="take a memory-optimized class, such as db.r6g.large",
    good=_members({"instance_class": "db.r6g.large"}, global_cluster_identifier="orders"),
    bad=_members({"instance_class": "db.t4g.medium"}, global_cluster_identifier="orders"),
)
def global_cluster_class(instance: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An instance of a global cluster has no burstable class.

    Aurora refuses burstable classes in a global database.
    """
    database = databases(configuration).get(instance)
    if database.cluster is None or not present(database.cluster, "global_cluster_identifier"):
        return
    known = instance_classes.get(database.instance_class or "")
    if known and known.burstable:
        expected = (
            f"a class that does not burst, as {database.cluster.address} is of a global cluster"
        )
        yield instance.finding("instance_class", known.name, expected)


@rule(
    "blue-green-update",
    on=(_INSTANCE,),
    severity="error",
    source="Amazon RDS User Guide blue-green-deployments-considerations; "
    "hashicorp/terraform-provider-aws#33702, #49593",
    fix="leave blue_green_update out, and make the deployment by hand or without replicas",
    good=_replicas(0, {"blue_green_update": [{"enabled": True}]}),
    bad=_replicas(1, {"blue_green_update": [{"enabled": True}]}),
)
def blue_green_update(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database that is updated by blue/green has backups and no replicas in the configuration.

    The provider deletes the old side after the switch, and its replicas, which Terraform still counts
    as its own, are left without a source. Without backups RDS makes no copy.
    """
    servers = databases(configuration)
    for block in database.blocks("blue_green_update"):
        if block.known("enabled") is not True:
            continue
        place = f"{block.place}enabled"
        replicas = servers.replicas(database)
        if replicas:
            expected = f"false, as {replicas[0].resource.address} is a replica of it"
            yield database.finding(place, True, expected)
        elif servers.get(database).replica:
            yield database.finding(place, True, "false at a replica")
        if database.known(_BACKUPS, default=0) == 0:
            expected = "1 or more beside blue_green_update"
            yield database.finding(_BACKUPS, database.given(_BACKUPS), expected)


@rule(
    "aurora-backtrack",
    on=(_CLUSTER,),
    severity="error",
    source="botocore 1.44.5 rds CreateDBCluster.BacktrackWindow: Aurora MySQL DB clusters only",
    fix="leave backtrack_window out; go back by point-in-time restore or a clone",
    good=_members({}),
    bad=_members({}, backtrack_window=86400),
)
def aurora_backtrack(cluster: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Nobody counts on backtrack with PostgreSQL.

    It is of Aurora MySQL alone, and RDS refuses it elsewhere.
    """
    window = cluster.known("backtrack_window")
    if window and databases(configuration).get(cluster).postgres:
        yield cluster.finding("backtrack_window", window, "none with PostgreSQL")
