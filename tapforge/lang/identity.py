"""What was computed of values, remembered by their identity: environments have most values in common.

Identity is quick to tell, for a table of a thousand rows as for a number. `same` gives equal values one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_KEPT = 50_000
"""How many values are known to `same`."""
_RESULTS = 250
"""How many results each memory has."""
_ATOMS = frozenset((bool, float, type(None)))


class Memory:
    """Results by the identity of what they were computed from."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._kept: dict[tuple[int, ...], tuple[Any, ...]] = {}

    def get(self, values: Iterable[Any]) -> tuple[Any, ...] | None:
        """Give what was computed of some values, and more behind it; None if nothing was yet."""
        return self._kept.get(tuple(map(id, values)))

    def put(self, values: Iterable[Any], *results: Any) -> None:
        """Remember what was computed of some values.

        Args:
            values: The values, which nobody changes any more.
            results: What was computed.
        """
        if len(self._kept) == _RESULTS:
            self._kept.clear()
        # The values stand behind the results: another one could have the identity of one later.
        self._kept[tuple(map(id, values))] = (*results, *values)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()


_values: dict[Any, Any] = {}


def same(value: Any) -> Any:
    """Give the one value that stands for all that are equal to a value and of its type.

    Args:
        value: A value of Terraform. What may be changed, lists, sets and maps, is copied; expressions
            are themselves.
    """
    kind = value.__class__
    if kind is str:
        return _one(value, value)
    if kind is int:
        return _one((int, value), value)
    if kind in _ATOMS:
        return value
    if isinstance(value, (list, tuple)):
        items = [same(item) for item in value]
        return _one((list, *map(id, items)), items)
    if isinstance(value, (set, frozenset)):
        members = set(map(_same_key, value))
        return _one((set, frozenset(map(id, members))), members)
    if isinstance(value, Mapping):
        table = {_same_key(key): same(item) for key, item in value.items()}
        return _one((dict, *map(id, table), *map(id, table.values())), table)
    return value


def _same_key(value: Any) -> Any:
    # What else can be looked up can't be changed.
    return _one(value, value) if value.__class__ is str else value


def apart(value: Any) -> Any:
    """Give a copy of a value that may be changed."""
    if value.__class__ is list:
        return [apart(item) for item in value]
    if value.__class__ is dict:
        return {key: apart(item) for key, item in value.items()}
    return value.copy() if value.__class__ is set else value


def _one(mark: Any, value: Any) -> Any:
    """Give the first value that had a mark; the identities in it stay those of what the value holds."""
    known = _values.get(mark)
    if known is None:
        if len(_values) == _KEPT:
            _values.clear()
        known = _values[mark] = value
    return known
