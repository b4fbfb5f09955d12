"""Runtimes of Lambda functions and Synthetics canaries, and images of Amazon Linux, with their ends.

Example:
    >>> lambda_runtime("python3.7").successor
    'python3.14'
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import NamedTuple

from tapforge.facts._data import load


class Runtime(NamedTuple):
    """What AWS says about the end of a runtime or an image.

    Attributes:
        name: Its identifier, such as ``python3.9``; of an image, what its name begins with.
        deprecated: The day from which AWS no longer patches or supports it.
        creation_blocked: The day from which AWS refuses to make anything with it, None if unset.
        update_blocked: The day from which AWS refuses to change what has it, None if unset.
        successor: The newest of the same kind, or an empty text if it is that itself.
        title: What people call it, or an empty text.
    """

    name: str
    deprecated: dt.date
    creation_blocked: dt.date | None = None
    update_blocked: dt.date | None = None
    successor: str = ""
    title: str = ""

    def ended(self, day: dt.date) -> bool:
        """Tell whether it is deprecated on a day."""
        return self.deprecated <= day

    def blocked(self, day: dt.date) -> bool:
        """Tell whether AWS refuses to make anything with it on a day."""
        return self.creation_blocked is not None and self.creation_blocked <= day


@functools.cache
def lambda_runtime(name: str) -> Runtime | None:
    """Give a runtime of Lambda by its identifier, None for one that is not known."""
    return _runtime("lambda", name)


@functools.cache
def synthetics_runtime(name: str) -> Runtime | None:
    """Give a runtime of CloudWatch Synthetics that has an end; None for all others."""
    return _runtime("synthetics", name)


@functools.cache
def image(name: str) -> Runtime | None:
    """Give the generation of Amazon Linux that an image's name or public SSM parameter tells of.

    Args:
        name: ``amzn2-ami-hvm-*-x86_64-gp2``, or the path of a parameter that ends so.

    Returns:
        The generation, if its end is known.
    """
    last = name.rsplit("/", 1)[-1]
    return next(
        (_runtime("images", p) for p in load("runtimes")["images"] if last.startswith(p)), None
    )


def as_of() -> dt.date:
    """Return the day of the newest of the tables."""
    return dt.date.fromisoformat(load("runtimes")["as_of"])


def source() -> str:
    """Return where the dates come from."""
    return str(load("runtimes")["source"])


def _runtime(table: str, name: str) -> Runtime | None:
    entry: dict[str, str] | None = load("runtimes")[table].get(name)
    if entry is None:
        return None
    return Runtime(
        name,
        deprecated=dt.date.fromisoformat(entry["deprecated"]),
        creation_blocked=_day(entry.get("creation_blocked")),
        update_blocked=_day(entry.get("update_blocked")),
        successor=entry.get("successor", ""),
        title=entry.get("title", ""),
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
