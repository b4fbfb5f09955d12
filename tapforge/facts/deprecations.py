"""Resources and arguments that the AWS provider has replaced by others."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

from tapforge.facts._data import load


class Deprecation(NamedTuple):
    """What takes the place of a resource or an argument.

    Attributes:
        successor: What to write instead.
        since: The version of the provider that deprecated or removed it.
    """

    successor: str
    since: str


@functools.cache
def resources() -> Mapping[str, Deprecation]:
    """Return the deprecated types of resources."""
    return {
        type_: Deprecation(**entry) for type_, entry in load("deprecations")["resources"].items()
    }


@functools.cache
def arguments() -> Mapping[str, Mapping[str, Deprecation]]:
    """Return the deprecated arguments, by type of resource and name."""
    found: dict[str, dict[str, Deprecation]] = {}
    for path, entry in load("deprecations")["arguments"].items():
        type_, _, argument = path.partition(".")
        found.setdefault(type_, {})[argument] = Deprecation(**entry)
    return found


def source() -> str:
    """Return where the deprecations come from."""
    return str(load("deprecations")["source"])
