"""Functions that look at no element of a list or map, and work where some element is unknown.

Each gives ``NotImplemented`` where it is not sure: the call is one for `tapforge.lang.call` then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _length(value: Any) -> Any:
    return len(value) if value.__class__ is list or value.__class__ is dict else NotImplemented


def _keys(value: Any) -> Any:
    return sorted(value) if value.__class__ is dict else NotImplemented


def _merge(*values: Any) -> Any:
    if any(value.__class__ is not dict for value in values):
        return NotImplemented
    return {key: item for value in values for key, item in value.items()}


def _concat(*values: Any) -> Any:
    if any(value.__class__ is not list for value in values):
        return NotImplemented
    return [item for value in values for item in value]


def _coalescelist(*values: Any) -> Any:
    if any(value.__class__ is not list for value in values):
        return NotImplemented
    return next(filter(None, values), NotImplemented)


def _element_at(value: Any, index: Any) -> Any:
    if value.__class__ is list and value and index.__class__ is int and index >= 0:
        return value[index % len(value)]
    return NotImplemented


def _one(value: Any) -> Any:
    if value.__class__ is list and len(value) < 2:
        return value[0] if value else None
    return NotImplemented


def _toset(value: Any) -> Any:
    # Of other elements the type must be found first.
    if value.__class__ is list and all(item.__class__ is str for item in value):
        return set(value)
    return NotImplemented


REARRANGING: dict[str, Callable[..., Any]] = {
    "coalescelist": _coalescelist,
    "concat": _concat,
    "element": _element_at,
    "keys": _keys,
    "length": _length,
    "merge": _merge,
    "one": _one,
    "toset": _toset,
}
