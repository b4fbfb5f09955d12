"""The texts in the arguments of resources, wherever they stand."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tapforge.rules.resource import Configuration

_LISTS = frozenset((list, tuple, set, frozenset))


def joined(values: Iterable[Any]) -> str:
    """Put all texts in some values together, one a line: most rules find nothing at one look."""
    found: list[str] = []
    pending: list[Iterable[Any]] = [values]
    for each in pending:  # which grows meanwhile
        for value in each:
            kind = value.__class__
            if kind is str:
                found.append(value)
            elif kind is dict:
                pending.append(value.values())
            elif kind in _LISTS:
                pending.append(value)
    return "\n".join(found)


@functools.lru_cache(maxsize=4)
def everywhere(configuration: Configuration) -> str:
    """Put all texts of a configuration's resources and data sources together."""
    return joined(each.values for each in configuration.resources)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give each text in a value with the path that leads to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple, set)):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
