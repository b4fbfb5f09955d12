"""CloudWatch metrics of RDS, Aurora and DMS: their units, their range, and who publishes them.

An alarm on a metric that its dimensions do not have is never refused: it waits for data for ever.
Source: the namespaces' records name the pages of the user guides.
"""

from __future__ import annotations

import functools
from typing import Literal, NamedTuple

from tapforge.facts._data import did_you_mean, load

Level = Literal[
    "cluster", "instance", "instance or task", "instances", "proxy", "shard_group", "task"
]
Need = Literal["burstable", "gp2", "local_storage", "log_volume", "nvme", "serverless"]


class Metric(NamedTuple):
    """One metric of one namespace.

    Attributes:
        name: Its name.
        namespace: Its namespace, such as `AWS/RDS`.
        unit: The unit that AWS publishes it in, as CloudWatch writes units.
        level: Whose it is. `instances` is an instance's, and of a cluster all its instances'.
        engines: The PostgreSQL engines that publish it; None where every engine does.
        of: `replica` where only an instance that others are copied to has it.
        needs: What the instance must have to publish it.
        every: Seconds between two values.
        min: The smallest value.
        max: The largest value, None when there is none or the instance decides it.
        worse: The side on which it says that something is wrong; None where that depends.
    """

    name: str
    namespace: str
    unit: str
    level: Level = "instances"
    engines: tuple[str, ...] | None = None
    of: Literal["replica"] | None = None
    needs: Need | None = None
    every: int = 60
    min: float = 0
    max: float | None = None
    worse: Literal["high", "low"] | None = None


@functools.cache
def namespaces() -> tuple[str, ...]:
    """Return the namespaces whose metrics are known."""
    return tuple(load("metrics")["namespaces"])


@functools.cache
def names(namespace: str, engine: str | None = None) -> tuple[str, ...]:
    """Return the metrics of a namespace, sorted.

    Args:
        namespace: One of `namespaces()`.
        engine: Only those that this engine publishes.

    Raises:
        KeyError: If the namespace is not known.
    """
    table = load("metrics")["namespaces"][namespace]["metrics"]
    return tuple(
        name for name, entry in table.items() if engine in (None, *entry.get("engines", (engine,)))
    )


@functools.cache
def get(namespace: str, name: str) -> Metric | None:
    """Return the metric of that name, or None where the namespace or the metric is not known."""
    known = load("metrics")["namespaces"].get(namespace)
    entry = known["metrics"].get(name) if known else None
    if entry is None:
        return None
    engines = entry.get("engines")
    facts = entry | {"engines": None if engines is None else tuple(engines)}
    return Metric(name=name, namespace=namespace, **facts)


def check(namespace: str, name: str) -> str | None:
    """Return what is wrong with the name of a metric, or None: other namespaces are not judged."""
    if namespace not in namespaces() or name in names(namespace):
        return None
    near = did_you_mean(name, names(namespace))
    return f"{namespace} has no metric {name} in AWS's documents" + (f"; {near}" if near else "")


@functools.cache
def dimensions(namespace: str) -> tuple[str, ...]:
    """Return the dimensions of a namespace.

    Raises:
        KeyError: If the namespace is not known.
    """
    return tuple(load("metrics")["namespaces"][namespace]["dimensions"])


def check_dimension(namespace: str, name: str) -> str | None:
    """Return what is wrong with the name of a dimension, or None: other namespaces are not judged."""
    if namespace not in namespaces() or name in dimensions(namespace):
        return None
    near = did_you_mean(name, dimensions(namespace))
    return f"{namespace} has no dimension {name}" + (f"; {near}" if near else "")


def source(namespace: str) -> str:
    """Return where the metrics of a namespace come from.

    Raises:
        KeyError: If the namespace is not known.
    """
    return str(load("metrics")["namespaces"][namespace]["source"])
