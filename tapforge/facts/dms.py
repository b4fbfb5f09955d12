"""Classes of AWS DMS replication instances, with their processors and memory."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from tapforge.facts._data import did_you_mean, load


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


def _smallest(names: tuple[str, ...]) -> str:
    classes = load("dms_classes")["classes"]
    # Of equals the last in the table: families stand there from the oldest to the newest.
    return min(
        reversed(names), key=lambda name: (classes[name]["memory_mib"], classes[name]["vcpu"])
    )
