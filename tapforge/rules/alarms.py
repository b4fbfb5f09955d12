"""Alarms of a configuration: the metrics they look at, and the machines behind those."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import attrs

from tapforge.facts import instance_classes, metrics, parameter_values
from tapforge.facts.metrics import Metric
from tapforge.lang.expression import Expression
from tapforge.rules.databases import INSTANCES, Database, databases, present
from tapforge.rules.resource import Block, Configuration, Resource

ALARM = "aws_cloudwatch_metric_alarm"
RDS, DMS = "AWS/RDS", "AWS/DMS"
_IDENTIFIER = {
    "aws_db_instance": "identifier",
    "aws_rds_cluster": "cluster_identifier",
    "aws_rds_cluster_instance": "identifier",
}
_GIB = 1024**3


@attrs.frozen(eq=False)
class Watched:
    """A metric that an alarm looks at.

    Attributes:
        alarm: The alarm.
        block: Where the metric is written: the alarm itself, or a block of it.
        namespace: Its namespace; "" where that is not known.
        name: Its name; "" where that is not known.
        dimensions: Its dimensions; None where they are not known.
    """

    alarm: Resource
    block: Block
    namespace: str
    name: str
    dimensions: Mapping[str, Any] | None

    @property
    def metric(self) -> Metric | None:
        """What is known of the metric."""
        return metrics.get(self.namespace, self.name)

    def dimension(self, name: str) -> Any:
        """Give the value of a dimension; None where it has none."""
        return (self.dimensions or {}).get(name)


@functools.lru_cache(maxsize=256)
def watched(alarm: Resource) -> tuple[Watched, ...]:
    """Give the metrics of an alarm: its own, or those that it computes with."""
    blocks: list[Block] = [alarm] if present(alarm, "metric_name") else []
    for query in alarm.blocks("metric_query"):
        blocks += query.blocks("metric")
    return tuple(_read(alarm, block) for block in blocks)


def _read(alarm: Resource, block: Block) -> Watched:
    dimensions = block.known("dimensions", default={})
    return Watched(
        alarm,
        block,
        str(block.known("namespace", default="") or ""),
        str(block.known("metric_name", default="") or ""),
        dimensions if isinstance(dimensions, Mapping) else None,
    )


def named(value: Any, configuration: Configuration, *types: str) -> list[Resource]:
    """Find the databases that a dimension's value names.

    Args:
        value: The identifier, or an expression that leads to it.
        configuration: Where they are looked up.
        types: The types of database that are looked for.
    """
    if isinstance(value, Expression):
        return configuration.targets(value, *types)
    known = configuration.once(_identified)
    return [each for type_ in types for each in known.get((type_, value), ())]


def _identified(configuration: Configuration) -> dict[tuple[str, Any], list[Resource]]:
    """Give the databases by their type and identifier."""
    found: dict[tuple[str, Any], list[Resource]] = {}
    for each in configuration.of(*_IDENTIFIER):
        found.setdefault((each.type, each.known(_IDENTIFIER[each.type])), []).append(each)
    return found


def servers(metric: Watched, configuration: Configuration) -> list[Database]:
    """Give the instances whose values a metric of RDS has, where all of them are known."""
    if metric.namespace != RDS:
        return []
    known = databases(configuration)
    instance = metric.dimension("DBInstanceIdentifier")
    if instance is not None:
        return [known.get(each) for each in named(instance, configuration, *INSTANCES)]
    cluster = metric.dimension("DBClusterIdentifier")
    if cluster is None or not known.instances_are_known:
        return []
    clusters = named(cluster, configuration, "aws_rds_cluster")
    return [each for whole in clusters for each in known.instances(whole)]


@attrs.frozen
class Capacity:
    """The most that a metric can be on a machine.

    Attributes:
        most: The largest value.
        why: Where it comes from, in words.
    """

    most: float
    why: str


def capacity(metric: Metric, database: Database, configuration: Configuration) -> Capacity | None:
    """Give the most that a metric can be on a machine; None where that is not known."""
    known = instance_classes.get(database.instance_class or "")
    if metric.name == "FreeStorageSpace":
        return _storage(database)
    if known is None or known.memory_mib is None or not database.postgres:
        return None
    if metric.name == "FreeableMemory":
        size = known.memory_mib * 1024**2
        return Capacity(size, f"{known.name} has {size / _GIB:g} GiB of memory")
    if metric.name == "FreeLocalStorage" and database.postgres == "aurora-postgresql":
        local = known.aurora_temp_storage_gib
        why = f"{known.name} has {local:g} GiB of local storage" if local else ""
        return Capacity(local * _GIB, why) if local else None
    if metric.name == "DatabaseConnections":
        return _connections(database, known.name, known.memory_mib, configuration)
    return None


def _storage(database: Database) -> Capacity | None:
    sizes = [
        database.resource.known(each) for each in ("allocated_storage", "max_allocated_storage")
    ]
    numbers = [each for each in sizes if isinstance(each, (int, float))]
    uncertain = database.resource.unknown("max_allocated_storage")
    most = max(numbers, default=0)
    if uncertain or not isinstance(sizes[0], (int, float)) or not most:
        return None
    grown = " at most" if most > sizes[0] else ""
    return Capacity(most * _GIB, f"{database.resource.address} has {most:g} GiB of storage{grown}")


def _connections(
    database: Database, class_: str, memory_mib: int, configuration: Configuration
) -> Capacity | None:
    value = databases(configuration).parameter(database, "max_connections")
    if isinstance(value, str):
        number = parameter_values.evaluate(value, memory_mib * 1024**2)
        return None if number is None else Capacity(int(number), f"max_connections is {number:.0f}")
    usual = instance_classes.max_connections(database.postgres, class_)
    if value is not None or usual is None:
        return None
    return Capacity(usual, f"max_connections of {class_} is {usual} by default")


def size(number: float, unit: str) -> str:
    """Write a threshold with its unit: ``10737418240 (10 GiB)``, ``60 seconds``."""
    if unit != "Bytes":
        return f"{number:g}{_UNITS.get(unit, '')}"
    for name, step in (("GiB", _GIB), ("MiB", 1024**2), ("kB", 1024)):
        if abs(number) >= step:
            return f"{number:.0f} bytes = {number / step:.4g} {name}"
    return f"{number:g} bytes"


_UNITS = {"Percent": " %", "Seconds": " s", "Milliseconds": " ms", "Microseconds": " us"}


def fires(operator: str, threshold: float, least: float, most: float | None) -> bool | None:
    """Tell whether an alarm fires for every value from `least` to `most`, or for none.

    Args:
        operator: The comparison operator.
        threshold: The threshold.
        least: The smallest value.
        most: The largest value; None where there is none.

    Returns:
        True for always, False for never, None for sometimes.
    """
    above = float("inf") if most is None else most
    match operator:
        case "GreaterThanThreshold":
            always, never = threshold < least, threshold >= above
        case "GreaterThanOrEqualToThreshold":
            always, never = threshold <= least, threshold > above
        case "LessThanThreshold":
            always, never = threshold > above, threshold <= least
        case "LessThanOrEqualToThreshold":
            always, never = threshold >= above, threshold < least
        case _:
            return None
    return always if always or never else None
