"""What AWS DMS takes: classes and versions of its instances, engines of endpoints, settings of tasks."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tapforge.facts._data import any_of, did_you_mean, load, nearest


class ReplicationClass(NamedTuple):
    """A class of replication instances.

    Attributes:
        name: Its name, such as `dms.r6i.large`.
        vcpu: Number of virtual processors.
        memory_mib: Memory in MiB.
    """

    name: str
    vcpu: int
    memory_mib: int


class EndpointEngine(NamedTuple):
    """What DMS calls the engine of an endpoint.

    Attributes:
        name: Its name, such as `aurora-postgresql`.
        types: Whether it may be `source`, `target` or both.
        database: Whether it is a relational database, whose rows can be validated.
        tls: Whether `ssl_mode` decides on TLS.
        rds: The engines of RDS that it connects to.
    """

    name: str
    types: tuple[str, ...]
    database: bool = False
    tls: bool = False
    rds: tuple[str, ...] = ()


@functools.cache
def endpoint_engines() -> tuple[str, ...]:
    """Return the engines of endpoints, sorted."""
    return tuple(load("dms_endpoints")["engines"])


@functools.cache
def endpoint_engine(name: str) -> EndpointEngine | None:
    """Return the engine of that name, or None when it is not known."""
    entry = load("dms_endpoints")["engines"].get(name)
    if entry is None:
        return None
    types, rds = tuple(entry["types"]), tuple(entry.get("rds", ()))
    return EndpointEngine(name=name, **entry | {"types": types, "rds": rds})


def check_endpoint_engine(name: str) -> str | None:
    """Return what is wrong with the name of an endpoint's engine, or None."""
    known = endpoint_engines()
    if name in known:
        return None
    advice = did_you_mean(name, known) or "expected a name such as aurora-postgresql"
    return f'DMS has no endpoint engine "{name}"; {advice}'


@functools.cache
def offered(min_vcpu: int = 0, min_memory_mib: int = 0) -> tuple[str, ...]:
    """Return the known classes with at least that many processors and that much memory (MiB)."""
    return tuple(
        name
        for name, entry in load("dms_classes")["classes"].items()
        if entry["vcpu"] >= min_vcpu and entry["memory_mib"] >= min_memory_mib
    )


def get(name: str) -> ReplicationClass | None:
    """Return the class of that name, or None when it is not known."""
    entry = load("dms_classes")["classes"].get(name)
    return None if entry is None else ReplicationClass(name=name, **entry)


def check(name: str, min_vcpu: int = 0, min_memory_mib: int = 0) -> str | None:
    """Return what is wrong with the class `name`, or None.

    The table ends with the sixth generation, so a well-formed name of another family is not judged.

    Args:
        name: The class.
        min_vcpu: Processors that are needed.
        min_memory_mib: Memory that is needed, in MiB.
    """
    found = get(name)
    fitting = offered(min_vcpu, min_memory_mib)
    if found is None:
        shape = re.fullmatch(r"(dms\.[a-z][0-9][a-z]*)\.[0-9a-z]+", name)
        families = {known.rpartition(".")[0] for known in offered()}
        if shape and shape[1] not in families:
            return None
        advice = did_you_mean(name, fitting) or "expected a name such as dms.r6i.large"
        return f'DMS has no replication instance class "{name}"; {advice}'
    if name in fitting:
        return None
    return (
        f"{name} has {found.vcpu} vCPU and {found.memory_mib} MiB; at least {min_vcpu} vCPU and "
        f"{min_memory_mib} MiB are needed; take {_smallest(fitting)}"
    )


def source() -> str:
    """Return where the classes come from."""
    return str(load("dms_classes")["source"])


class SettingProblem(NamedTuple):
    """What is wrong with a setting of a task.

    Attributes:
        path: Where it stands: `TargetMetadata.LobMaxSize`.
        found: Its value, or None where its name is wrong.
        expected: What should be, in words.
    """

    path: str
    found: object
    expected: str


def setting_problems(settings: Mapping[str, Any]) -> Iterator[SettingProblem]:
    """Find what DMS refuses in the settings of a task.

    DMS takes more settings from version to version, so that an unknown name is wrong only where it
    reads like a known one. A value that is neither a text nor a number is not judged.

    Args:
        settings: The settings, by group.
    """
    known = load("dms_settings")["groups"]
    for group, content in settings.items():
        yield from _misspelt(group, group, known)
        if not isinstance(content, Mapping):
            continue
        keys = known.get(group) or {}
        for key, value in content.items():
            path = f"{group}.{key}"
            if key in load("dms_settings")["refused"].get(group, ()):
                yield SettingProblem(path, value, "nothing: DMS sets it itself")
                continue
            yield from _misspelt(path, key, keys)
            expected = _refused(value, keys.get(key))
            if expected:
                yield SettingProblem(path, value, expected)


def _misspelt(path: str, name: str, known: Mapping[str, object]) -> Iterator[SettingProblem]:
    near = () if name in known else nearest(name, known)
    if near:
        yield SettingProblem(path, None, any_of(near))


def _refused(value: object, allowed: Any) -> str:
    if isinstance(allowed, list) and isinstance(value, str) and value not in allowed:
        return any_of(allowed)
    if not isinstance(allowed, dict) or isinstance(value, bool) or not isinstance(value, int):
        return ""
    if value > allowed.get("max", value):
        return f"at most {allowed['max']}"
    return f"at least {allowed['min']}" if value < allowed["min"] else ""


def mapping_types() -> tuple[str, ...]:
    """Return the types of the rules of a table mapping."""
    return tuple(load("dms_settings")["mapping_types"])


def selection_actions() -> tuple[str, ...]:
    """Return what a selection rule may do."""
    return tuple(load("dms_settings")["selection_actions"])


class EngineVersion(NamedTuple):
    """A version of the replication engine that has an end.

    Attributes:
        name: Its number, such as `3.5.3`.
        creation_blocked: The day from which no instance is made with it.
        deprecated: The day from which DMS upgrades instances that have it.
    """

    name: str
    creation_blocked: dt.date
    deprecated: dt.date

    def blocked(self, day: dt.date) -> bool:
        """Tell whether DMS refuses to make an instance with it on a day."""
        return self.creation_blocked <= day


@functools.cache
def engine_version(name: str) -> EngineVersion | None:
    """Return the version of the replication engine of that number, or None when no end is known.

    What is older than all of the table ended with its oldest.
    """
    table = load("dms_settings")
    entry = table["versions"].get(name)
    if entry is None and (number := _number(name)):
        oldest = table["oldest_version"]
        entry = table["versions"][oldest] if number < _number(oldest) else None
    if entry is None:
        return None
    return EngineVersion(name, *map(dt.date.fromisoformat, entry.values()))


def settings_source() -> str:
    """Return where the settings of tasks and the versions come from."""
    return str(load("dms_settings")["source"])


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d+\.\d+\.\d+", version) else ()


def _smallest(names: tuple[str, ...]) -> str:
    classes = load("dms_classes")["classes"]
    # Of equals the last in the table: families stand there from the oldest to the newest.
    return min(
        reversed(names), key=lambda name: (classes[name]["memory_mib"], classes[name]["vcpu"])
    )
