"""DB instance classes: what they have, and which engines, versions and regions take them."""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

from tapforge.facts import parameters, postgres
from tapforge.facts._data import load, nearest
from tapforge.facts.parameter_values import evaluate

SERVERLESS = "db.serverless"


class InstanceClass(NamedTuple):
    """A DB instance class.

    Attributes:
        name: Its name, such as `db.r6g.large`.
        vcpu: Number of virtual processors; None for `db.serverless`.
        memory_mib: Memory in MiB; None for `db.serverless`.
        architecture: `arm64` or `x86_64`; None for `db.serverless`.
        engines: The engines of which a version that can be created takes it.
        multi_az_cluster: Whether a Multi-AZ DB cluster of RDS for PostgreSQL takes it.
        burstable: Whether its processors work on credits.
        aurora_max_connections: Default `max_connections` on Aurora PostgreSQL, where documented.
        aurora_temp_storage_gib: Local storage in GiB on Aurora PostgreSQL, where documented.
    """

    name: str
    vcpu: int | None
    memory_mib: int | None
    architecture: str | None
    engines: tuple[str, ...]
    multi_az_cluster: bool = False
    burstable: bool = False
    aurora_max_connections: int | None = None
    aurora_temp_storage_gib: float | None = None

    @property
    def memory_bytes(self) -> int | None:
        """The memory in bytes; None for `db.serverless`."""
        return None if self.memory_mib is None else self.memory_mib * 1024**2

    @property
    def family(self) -> str:
        """The name without the size, such as `db.r6g`."""
        return _family(self.name)


@functools.cache
def get(name: str) -> InstanceClass | None:
    """Return the class of that name, or None when there is none."""
    entry = load("instance_classes")["classes"].get(name)
    if entry is None:
        return None
    return InstanceClass(name=name, **entry | {"engines": tuple(entry["engines"])})


@functools.cache
def names() -> tuple[str, ...]:
    """Return all classes that ever were, by family and size."""
    return tuple(load("instance_classes")["classes"])


@functools.cache
def offered(engine: str, version: str | None = None, region: str | None = None) -> tuple[str, ...]:
    """Return the classes that `engine` takes, by family and size.

    Args:
        engine: The engine.
        version: Only those that this version takes.
        region: Only those sold in this region. A region that is not in the table (the isolated
            partitions) removes nothing.

    Raises:
        ValueError: If there is no such engine.
    """
    postgres.title(engine)
    limit = {} if version is None else _limit(engine, version)
    if not limit and region is None:
        return _takers(engine)
    return tuple(
        name
        for name in _takers(engine)
        if name in limit.get("only", (name,))
        and _family(name) not in limit.get("without_families", ())
        and (region is None or _sold(engine, region, name))
    )


@functools.cache
def _takers(engine: str) -> tuple[str, ...]:
    classes = load("instance_classes")["classes"]
    return tuple(name for name, entry in classes.items() if engine in entry["engines"])


def absent(engine: str) -> dict[str, tuple[str, ...]]:
    """Return, by region, the families and single classes that it does not sell for `engine`."""
    regions = load("instance_class_regions")["absent"]
    return {region: tuple(found[engine]) for region, found in regions.items() if engine in found}


@functools.cache
def offered_multi_az_cluster() -> tuple[str, ...]:
    """Return the classes for a Multi-AZ DB cluster of RDS for PostgreSQL, by family and size."""
    classes = load("instance_classes")["classes"]
    return tuple(name for name, entry in classes.items() if entry.get("multi_az_cluster"))


def check(engine: str, version: str | None, name: str, region: str | None = None) -> str | None:
    """Return why `engine` does not take the class `name`, or None when it does.

    Args:
        engine: The engine.
        version: The engine's version, or None when it is not known.
        name: The class.
        region: The region, or None when it is not known.

    Raises:
        ValueError: If there is no such engine.
    """
    scope = postgres.title(engine)
    choice = offered(engine, version, region)
    if name in choice:
        return None
    if name in offered(engine):
        scope += f" {version}" if version and name not in offered(engine, version) else ""
        scope += f" in {region}" if region and name not in offered(engine, None, region) else ""
    reason = f"is not offered for {scope}" if name in names() else "is not a DB instance class"
    families = ", ".join(sorted({_family(each) for each in choice}))
    near = closest(engine, name, version, region)
    advice = f"take {near}, or another of" if near else "take one of"
    return f'"{name}" {reason}; {advice} the families {families}'


def closest(
    engine: str, name: str, version: str | None = None, region: str | None = None
) -> str | None:
    """Return the offered class nearest to `name`, or None when nothing is near.

    A class that exists is matched by its processors, kind, memory, architecture and generation, in
    that order; another text is matched as a misspelling.

    Raises:
        ValueError: If there is no such engine.
    """
    choice = offered(engine, version, region)
    wanted = get(name)
    if wanted is None:
        return next(iter(nearest(name.strip().lower(), choice)), None)
    if wanted.vcpu is None or wanted.memory_mib is None:
        return None
    vcpu, memory = wanted.vcpu, wanted.memory_mib

    def distance(other: InstanceClass) -> tuple[float, ...]:
        return (
            abs((other.vcpu or 0) - vcpu),
            other.burstable is not wanted.burstable,
            abs((other.memory_mib or 0) - memory),
            other.architecture != wanted.architecture,
            abs(_generation(other.name) - _generation(name)),
        )

    found = [each for each in map(get, choice) if each and each.name != SERVERLESS]
    best = min(found, key=distance, default=None)
    return None if best is None else best.name


@functools.lru_cache(maxsize=1024)
def unheard_of(name: str) -> bool:
    """Tell whether `name` reads like a class of a family that is newer than the table."""
    if re.fullmatch(r"db\.[a-z]+[0-9]+[a-z-]*\.(micro|small|medium|([0-9]*x)?large)", name) is None:
        return False
    alike = (_generation(each) for each in names() if _kind(each) == _kind(name))
    known = {_family(each) for each in names()}
    return _family(name) not in known and _generation(name) >= max(alike, default=0)


@functools.cache
def newest_generation(engine: str, name: str, region: str | None = None) -> int | None:
    """Return the newest generation of the kind of `name` (`db.m`, `db.r`) that `engine` takes.

    Args:
        engine: The engine.
        name: A class.
        region: Only generations sold in this region.

    Returns:
        The generation: 8 for `db.m8g`; None where the engine takes no class of that kind.

    Raises:
        ValueError: If there is no such engine.
    """
    kind = _kind(name)
    alike = (each for each in offered(engine, None, region) if kind and _kind(each) == kind)
    return max(map(_generation, alike), default=None)


@functools.lru_cache(maxsize=1024)
def generation(name: str) -> int | None:
    """Return the generation of a class: 5 for `db.m5.large`; None for what has none."""
    return _generation(name) if get(name) and name != SERVERLESS else None


def max_connections(engine: str, name: str) -> int | None:
    """Return the most connections that the class `name` takes by default, or None where unknown.

    Where AWS documents no figure for the class it is computed from its whole memory, some of which
    RDS keeps for itself: the true figure is no larger.

    Raises:
        ValueError: If there is no such engine.
    """
    postgres.title(engine)
    found = get(name)
    if found is None or found.memory_bytes is None:
        return None
    if engine == "aurora-postgresql" and found.aurora_max_connections is not None:
        return found.aurora_max_connections
    number = evaluate(_connections_formula(engine), found.memory_bytes)
    return None if number is None else int(number)


@functools.cache
def connection_memory(engine: str) -> tuple[int, int]:
    """Return the bytes of memory for each connection of the default `max_connections`, and the most.

    Raises:
        ValueError: If there is no such engine, or its default is computed in another way.
    """
    formula = _connections_formula(engine)
    match = re.fullmatch(r"LEAST\(\{DBInstanceClassMemory/([0-9]+)\},([0-9]+)\)", formula)
    if match is None:
        raise ValueError(f"max_connections of {engine} is {formula}")
    return int(match[1]), int(match[2])


def source() -> str:
    """Return where the classes come from."""
    return str(load("instance_classes")["source"])


def _connections_formula(engine: str) -> str:
    parameter = parameters.get(engine, postgres.majors(engine)[-1], "max_connections")
    return (parameter and parameter.default) or ""


def _family(name: str) -> str:
    return name if name == SERVERLESS else name.rpartition(".")[0]


def _kind(name: str) -> str:
    """Return a family without its generation: `db.m` for `db.m6gd.large`."""
    return re.match(r"db\.[a-z]+(?=[0-9])|", name)[0]  # type: ignore[index] # the empty text matches


def _generation(name: str) -> int:
    return int("".join(filter(str.isdigit, _family(name))))


def _limit(engine: str, version: str) -> dict[str, Any]:
    """Return what keeps a version from some of its engine's classes; empty when nothing does."""
    for limit in load("instance_classes")["version_limits"]:
        if limit["engine"] == engine and version in limit["versions"]:
            found: dict[str, Any] = limit
            return found
    return {}


def _sold(engine: str, region: str, name: str) -> bool:
    absent = load("instance_class_regions")["absent"].get(region, {}).get(engine, ())
    return name not in absent and _family(name) not in absent
