"""What an instance class has, as tables that travel in the modules that ask them."""

from __future__ import annotations

import functools
from typing import cast

from tapforge.facts import instance_classes
from tapforge.lang import functions as fn
from tapforge.lang.expression import Named

MIB = 1024**2
GIB = 1024**3


@functools.cache
def _memory() -> dict[str, float]:
    known = map(instance_classes.get, instance_classes.names())
    table = {c.name: c.memory_mib * MIB for c in known if c and c.engines and c.memory_mib}
    return cast("dict[str, float]", Named("local.memory_bytes", table))


@functools.cache
def _local_storage() -> dict[str, float]:
    known = map(instance_classes.get, instance_classes.offered("aurora-postgresql"))
    table = {
        c.name: c.aurora_temp_storage_gib * GIB for c in known if c and c.aurora_temp_storage_gib
    }
    return cast("dict[str, float]", Named("local.local_storage_bytes", table))


def memory(instance_class: str) -> float:
    """Give the memory of a class in bytes; 0 where it has no fixed memory, as `db.serverless`."""
    return fn.lookup(_memory(), instance_class, 0)


def local_storage(instance_class: str) -> float:
    """Give what Aurora PostgreSQL has for temporary files in bytes, or the least that it has.

    AWS gives no figure for newer classes. All that it gives are nearly twice the memory, so that the
    memory stands for what is not known.
    """
    return fn.lookup(_local_storage(), instance_class, memory(instance_class))


BYTES_PER_CONNECTION, _MOST_CONNECTIONS = 9_531_392, 5000


def connections(instance_class: str) -> float:
    """Give RDS's default of `max_connections` for a class: a formula of its memory."""
    return fn.min(_quotient(memory(instance_class), BYTES_PER_CONNECTION), _MOST_CONNECTIONS)


def share(whole: float, percent: float) -> float:
    """Give so many percent of a whole number, rounded down."""
    return _quotient(whole * percent, 100)


def _quotient(dividend: float, divisor: float) -> float:
    """Divide whole numbers without a remainder: exact, so that Python computes it like Terraform."""
    return (dividend - dividend % divisor) / divisor
