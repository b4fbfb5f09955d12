"""Values that an argument may have: lists and ranges out of AWS's service models.

Example:
    >>> check("monitoring_interval", 20)
    'Enhanced Monitoring interval is 20 s; expected 0, 1, 5, 10, 15, 30 or 60; take 15'
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from tapforge.facts._data import any_of, load, nearest


class Limit(NamedTuple):
    """What one argument may be: one of `values`, or a number from `min` to `max`.

    Attributes:
        name: The key of the limit.
        what: What it limits, in words.
        values: The allowed values; empty for a range.
        min: The smallest number, None when there is none.
        max: The largest number, None when there is none.
        step: The distance of allowed numbers, counted from zero.
        unit: The unit of the numbers.
        source: Where the limit comes from.
    """

    name: str
    what: str
    source: str
    values: tuple[int | str, ...] = ()
    min: float | None = None
    max: float | None = None
    step: float = 1
    unit: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers among the allowed values."""
        return tuple(known for known in self.values if isinstance(known, int))

    @property
    def choice(self) -> str:
        """The allowed values as words of a message: `a, b or c`."""
        return any_of(self.values)

    def problem(self, value: float | str) -> str | None:
        """Return what is wrong with `value`, or None."""
        unit = f" {self.unit}" if self.unit else ""
        if self.values:
            if value in self.values and not isinstance(value, bool):
                return None
            take = self._nearest(value)
            advice = f"; take {take}" if take is not None else ""
            return f"{self.what} is {value}{unit}; expected {self.choice}{advice}"
        if isinstance(value, (str, bool)):
            return f"{self.what} is {value!r}; expected a number{self._range()}"
        if (self.min is not None and value < self.min) or (
            self.max is not None and value > self.max
        ):
            return f"{self.what} is {value}{unit}; expected a number{self._range()}"
        if value % self.step:
            return f"{self.what} is {value}{unit}; expected a multiple of {self.step:g}"
        return None

    def _range(self) -> str:
        lower = "" if self.min is None else f" from {self.min:g}"
        return lower if self.max is None else f"{lower} to {self.max:g}"

    def _nearest(self, value: float | str) -> int | str | None:
        if isinstance(value, str):
            return next(iter(nearest(value, map(str, self.values))), None)
        return min(self.numbers, key=lambda known: abs(known - value), default=None)


@functools.cache
def names() -> tuple[str, ...]:
    """Return the names of all limits, sorted."""
    return tuple(sorted(load("limits")["limits"]))


@functools.cache
def get(name: str) -> Limit:
    """Return the limit of that name.

    Raises:
        KeyError: If there is no such limit.
    """
    entry = dict(load("limits")["limits"][name])
    entry["values"] = tuple(entry.get("values", ()))
    return Limit(name=name, **entry)


def check(name: str, value: float | str) -> str | None:
    """Return what is wrong with `value` for the limit `name`, or None.

    Raises:
        KeyError: If there is no such limit.
    """
    return get(name).problem(value)


def least(name: str) -> float:
    """Return the smallest number that the limit `name` allows.

    Raises:
        KeyError: If there is no such limit.
        ValueError: If no number is the smallest.
    """
    limit = get(name)
    return _known(name, min(limit.numbers, default=limit.min))


def most(name: str) -> float:
    """Return the largest number that the limit `name` allows.

    Raises:
        KeyError: If there is no such limit.
        ValueError: If no number is the largest.
    """
    limit = get(name)
    return _known(name, max(limit.numbers, default=limit.max))


def text(name: str) -> str:
    """Return a fixed text, such as `secret_password_exclude_characters`.

    Raises:
        KeyError: If there is no such text.
    """
    return str(load("limits")["strings"][name]["value"])


def _known(name: str, end: float | None) -> float:
    if end is None:
        raise ValueError(f"the limit {name} has no such end")
    return end
