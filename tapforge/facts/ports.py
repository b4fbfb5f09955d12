"""Ports of databases and of administration, which nobody means to open to the internet.

Example:
    >>> [port.what for port in between(5432, 5432)]
    ['PostgreSQL']
"""

from __future__ import annotations

import functools
from typing import Literal, NamedTuple

from tapforge.facts._data import load

HTTP, HTTPS = 80, 443
"""The ports of web servers, which are open to everybody."""


class Port(NamedTuple):
    """A well-known TCP port.

    Attributes:
        number: Its number.
        what: What listens there.
        kind: Whether that is a database, or serves administration.
    """

    number: int
    what: str
    kind: Literal["database", "admin"]

    def __str__(self) -> str:
        return f"{self.what} ({self.number})"


@functools.lru_cache(maxsize=4096)
def between(
    first: int, last: int, kind: Literal["database", "admin"] | None = None
) -> tuple[Port, ...]:
    """Give the ports of databases and administration in a range, in order.

    Args:
        first: The first port.
        last: The last port.
        kind: Which ports; both kinds if it is left out.
    """
    return tuple(p for p in _ports() if first <= p.number <= last and kind in (None, p.kind))


def source() -> str:
    """Return where the ports come from."""
    return str(load("ports")["source"])


@functools.cache
def number(what: str) -> int:
    """Return the port at which `what` listens.

    Raises:
        KeyError: If there is no such port, or more than one.
    """
    found = [port.number for port in _ports() if port.what == what]
    if len(found) != 1:
        raise KeyError(what)
    return found[0]


@functools.cache
def _ports() -> tuple[Port, ...]:
    return tuple(Port(int(number), **entry) for number, entry in load("ports")["ports"].items())
