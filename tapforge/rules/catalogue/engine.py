"""Database engines: versions that AWS creates and supports, and classes that run them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from tapforge.facts import deprecations, instance_classes, postgres
from tapforge.rules.databases import DATABASES, SERVERS, Database, databases, region
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_GLOBAL = "aws_rds_global_cluster"
_NO_EXTENDED = "open-source-rds-extended-support-disabled"
# So many generations behind, a class costs more than its successor does for the same work.
_OLD_GENERATIONS = 3


def _instance(**arguments: Any) -> dict[str, Any]:
    return {"resource": {"aws_db_instance": {"main": {"engine": "postgres", **arguments}}}}


def _cluster(**arguments: Any) -> dict[str, Any]:
    cluster = {"engine": "aurora-postgresql", **arguments}
    return {"resource": {"aws_rds_cluster": {"main": cluster}}}


def _read(resource: Resource, configuration: Configuration) -> Database:
    if resource.type == _GLOBAL:
        return Database(resource, resource.known("engine"), resource.known("engine_version"))
    return databases(configuration).get(resource)


def _offered(database: Database) -> bool:
    """Tell whether the database is of a major version of PostgreSQL that AWS offers."""
    return database.major is not None and database.major in postgres.majors(database.postgres)


@rule(
    "engine-name",
    on=(*DATABASES, _GLOBAL),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance.Engine, CreateDBCluster.Engine",
    fix="write postgres, or aurora-postgresql in a cluster",
    good=_cluster(),
    bad=_cluster(engine="aurora-postgres"),
)
def engine_name(resource: Resource) -> Iterator[Finding]:
    """An engine of PostgreSQL is called as RDS calls it, and Aurora lives in a cluster.

    Any other name is refused, and so is Aurora in an instance without a cluster.
    """
    engine = resource.known("engine")
    if not isinstance(engine, str) or "postgres" not in engine.lower():
        return
    if engine not in postgres.ENGINES and not engine.startswith("custom-"):
        yield resource.finding("engine", engine, " or ".join(postgres.ENGINES))
    elif engine == "aurora-postgresql" and resource.type == "aws_db_instance":
        expected = "postgres in an instance without a cluster"
        fix = "make an aws_rds_cluster with aws_rds_cluster_instance, or take the engine postgres"
        yield resource.finding("engine", engine, expected, fix)


@rule(
    "engine-version",
    on=(*DATABASES, _GLOBAL),
    severity="error",
    source=postgres.source(),
    fix="take a version that can be created, or the major version alone",
    good=_cluster(engine_version="15.19"),
    bad=_cluster(engine_version="15.7"),
)
def engine_version(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The engine's version is one that AWS still creates.

    A running database keeps a deprecated version for a while, and can be made anew with it no more:
    not after a disaster, and not in another environment.
    """
    database = _read(resource, configuration)
    version = resource.known("engine_version")
    if not database.postgres or not isinstance(version, str) or not version:
        return
    if database.cluster and database.cluster.known("engine_version"):
        return  # it is the cluster's, or another, which another rule says
    problem = _refusal(database.postgres, version)
    if problem:
        state, fix = problem
        yield Finding(resource, "engine_version", f'"{version}"{state}', _CREATED, fix)


_CREATED = "a version that AWS creates"


@functools.lru_cache(maxsize=1024)
def _refusal(engine: str, version: str) -> tuple[str, str] | None:
    """Give what is wrong with a version, and what to do."""
    problem = postgres.check_creation(engine, version)
    if problem is None:
        return None
    state, *_, fix = problem.split("; ")
    state = state.partition(f"{version} ")[2]
    return f", which {state}" if state else ", which is no version", fix


_BOTH = "endoflife.date, from the release calendars of the RDS and Aurora User Guides"


@rule(
    "engine-support",
    on=(*SERVERS, _GLOBAL),
    severity="warning",
    source=_BOTH,
    fix="upgrade to a newer major version",
    good=_cluster(engine_version="18.6"),
    bad=_cluster(engine_version="13.23"),
)
def engine_support(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The engine's major version is in standard support.

    After its end AWS bills Extended Support for every vCPU and hour, about as much as the database
    itself, and upgrades by force when that ends too.
    """
    database = _read(resource, configuration)
    if database.source or not _offered(database):
        return
    end = postgres.support(database.postgres, database.major or 0).end_of_standard_support
    if configuration.today > end and resource.known("engine_lifecycle_support", "") != _NO_EXTENDED:
        found = f"{_called(database)}, whose standard support ended on {end}"
        expected = "a major version in standard support"
        yield Finding(resource, "engine_version", found, expected, _upgrade(database))


def _called(database: Database) -> str:
    return f"{postgres.title(database.postgres)} {database.version}"


def _upgrade(database: Database) -> str:
    newest = postgres.majors(database.postgres)[-1]
    return f"upgrade, at best to {postgres.newest(database.postgres, newest)}"


@rule(
    "engine-end-of-life",
    on=(*SERVERS, _GLOBAL),
    severity="note",
    source=f"PostgreSQL: Versioning Policy; {_BOTH}",
    fix="plan the upgrade to a newer major version",
    good=_instance(engine_version="18.6"),
    bad=_instance(engine_version="14.24"),
)
def engine_end_of_life(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The PostgreSQL project still corrects the engine's major version.

    AWS goes on for some months, with fixes of its own alone, before it bills Extended Support.
    """
    database = _read(resource, configuration)
    if database.source or not _offered(database):
        return
    life = postgres.support(database.postgres, database.major or 0)
    if configuration.today > life.community_end_of_life:
        found = f"{_called(database)}, which ended on {life.community_end_of_life}"
        expected = "a major version that the PostgreSQL project still corrects"
        if configuration.today <= life.end_of_standard_support:
            expected += f", before standard support ends on {life.end_of_standard_support}"
        yield Finding(resource, "engine_version", found, expected, _upgrade(database))


@rule(
    "extended-support-disabled",
    on=(*SERVERS, _GLOBAL),
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance.EngineLifecycleSupport: creating the database fails "
    "if the major version is past its end of standard support date",
    fix="upgrade to a newer major version, or leave engine_lifecycle_support out",
    good=_instance(engine_version="18.6", engine_lifecycle_support=_NO_EXTENDED),
    bad=_instance(engine_version="13.23", engine_lifecycle_support=_NO_EXTENDED),
)
def extended_support_disabled(
    resource: Resource, configuration: Configuration
) -> Iterator[Finding]:
    """A database without Extended Support has a major version in standard support.

    AWS refuses to create or restore any other, and upgrades what runs by force.
    """
    if resource.known("engine_lifecycle_support", "") != _NO_EXTENDED:
        return
    database = _read(resource, configuration)
    if _offered(database):
        end = postgres.support(database.postgres, database.major or 0).end_of_standard_support
        if configuration.today > end:
            found = f"disabled for {_called(database)}, whose standard support ended on {end}"
            expected = "a major version in standard support"
            yield Finding(resource, "engine_lifecycle_support", found, expected)


_CLASS = {
    "aws_db_instance": "instance_class",
    "aws_rds_cluster": "db_cluster_instance_class",
    "aws_rds_cluster_instance": "instance_class",
}


def _class(resource: Resource) -> str | None:
    value = resource.known(_CLASS[resource.type])
    return value if isinstance(value, str) and value else None


@rule(
    "instance-class",
    on=_CLASS,
    severity="error",
    source=instance_classes.source(),
    fix="take a class that the engine runs on in the region",
    good=_instance(engine_version="16.9", instance_class="db.m6g.large"),
    bad=_instance(engine_version="16.9", instance_class="db.m4.large"),
)
def instance_class(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The class of an instance exists, and runs the engine and version in the region.

    AWS refuses any other when the instance is made, after the network and the keys. Aurora has no
    small burstable and no general-purpose classes, and old generations are no longer offered.
    """
    name, database = _class(resource), databases(configuration).get(resource)
    if name is None or not database.postgres or instance_classes.unheard_of(name):
        return
    if resource.type == "aws_rds_cluster":
        known = instance_classes.offered_multi_az_cluster()
        if name not in known:
            yield resource.finding(
                _CLASS[resource.type], name, f"a class of {', '.join(_families(known))}"
            )
        return
    problem = _unfit(database.postgres, database.version, name, region(resource, configuration))
    if problem:
        state, expected, fix = problem
        yield Finding(resource, _CLASS[resource.type], f'"{name}", which {state}', expected, fix)


def _families(names: tuple[str, ...]) -> list[str]:
    return sorted({each.rpartition(".")[0] or each for each in names})


@functools.lru_cache(maxsize=4096)
def _unfit(
    engine: str, version: str | None, name: str, place: str | None
) -> tuple[str, str, str] | None:
    """Give why an engine does not take a class, what it takes, and what to do."""
    problem = instance_classes.check(engine, version, name, place)
    if problem is None:
        return None
    state, _, choice = problem.partition("; ")
    near = instance_classes.closest(engine, name, version, place)
    families = choice.partition("the families ")[2]
    fix = f"take {near}" if near else ""
    return state.partition('" ')[2], f"a class of the families {families}", fix


@rule(
    "instance-class-generation",
    on=("aws_db_instance", "aws_rds_cluster_instance"),
    severity="note",
    source="Amazon RDS User Guide Concepts.DBInstanceClass.Types; " + instance_classes.source(),
    fix="take the newest generation that the region offers, of the same size",
    good=_instance(instance_class="db.r7g.large"),
    bad=_instance(instance_class="db.r5.large"),
)
def instance_class_generation(
    resource: Resource, configuration: Configuration
) -> Iterator[Finding]:
    """The class of an instance is not three generations or more behind.

    Newer generations do more work for the same price, and the old ones are withdrawn in the end.
    """
    name, database = _class(resource), databases(configuration).get(resource)
    if name is None or not database.postgres:
        return
    place = region(resource, configuration)
    newest = instance_classes.newest_generation(database.postgres, name, place)
    generation = instance_classes.generation(name)
    offered = name in instance_classes.offered(database.postgres)
    if offered and newest and generation and newest - generation >= _OLD_GENERATIONS:
        yield resource.finding("instance_class", name, f"a class of generation {newest}")


def _pinned(**arguments: Any) -> dict[str, Any]:
    return _instance(engine_version="16.9", **arguments)


@rule(
    "minor-version-upgrade",
    on=("aws_db_instance", "aws_rds_cluster_instance"),
    severity="warning",
    source="hashicorp/aws aws_db_instance, engine_version: a prefix where auto_minor_version_upgrade is "
    "on, which it is by default; RDS takes no downgrades",
    fix="set auto_minor_version_upgrade to false, or give the major version alone",
    good=_pinned(auto_minor_version_upgrade=False),
    bad=_pinned(),
)
def minor_version_upgrade(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A minor version that is written down is not upgraded by AWS on its own.

    After such an upgrade every plan wants the old version back, which RDS refuses, and the apply fails.
    """
    if resource.known("auto_minor_version_upgrade", default=True) is not True:
        return
    servers = databases(configuration)
    database = servers.get(resource)
    if not database.postgres or database.source:
        return
    holder = database.cluster or resource
    version = holder.known("engine_version")
    if not isinstance(version, str) or "." not in version:
        return
    if database.cluster and any(
        each.resource.known("auto_minor_version_upgrade", default=True) is not True
        for each in servers.instances(database.cluster)
    ):
        return  # Aurora upgrades a cluster only where every instance allows it
    found = resource.given("auto_minor_version_upgrade")
    yield resource.finding(
        "auto_minor_version_upgrade", found, f'false beside the engine version "{version}"'
    )


@rule(
    "deprecated-argument",
    on=(*deprecations.resources(), *deprecations.arguments()),
    severity="warning",
    source=deprecations.source(),
    fix="write what takes its place",
    good=_instance(db_name="orders"),
    bad=_instance(name="orders"),
)
def deprecated_argument(resource: Resource) -> Iterator[Finding]:
    """Nothing is written that the AWS provider has replaced.

    A newer provider refuses it, and then no plan of the whole configuration works.
    """
    whole = deprecations.resources().get(resource.type)
    if whole:
        found = f"{resource.type}, deprecated since the provider's {whole.since}"
        yield Finding(resource, "", found, whole.successor)
    for argument, each in deprecations.arguments().get(resource.type, {}).items():
        if resource.writes(argument):
            found = f"deprecated since the provider's {each.since}"
            yield Finding(resource, argument, found, each.successor)
