"""Schedule expressions of EventBridge, AWS Backup and Secrets Manager: ``rate(...)``, ``cron(...)``.

A cron expression has six fields, in UTC: minutes, hours, day of the month, month, day of the week,
year. A day is given in one of its two fields, and ``?`` stands in the other. A rate is a positive whole
number with a unit, in the singular for 1. Source: Amazon EventBridge User Guide, Creating a rule that
runs on a schedule (eb-create-rule-schedule.md).

Example:
    >>> check("rate(1 minutes)")
    'rate(1 minutes) needs the unit in the singular: rate(1 minute)'
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

_UNITS = ("minute", "hour", "day")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


class _Field(NamedTuple):
    what: str
    min: int
    max: int
    names: Sequence[str] = ()
    # What may stand for a whole value beside numbers, names, ranges and steps.
    special: str = r"\*"


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of the month", 1, 31, special=r"\*|\?|L|LW|[0-9]{1,2}W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 1, 7, _DAYS, special=r"\*|\?|L|[1-7]L|[1-7]#[1-5]"),
    _Field("year", 1970, 2199),
)
_SHAPE = re.compile(r"(rate|cron|at)\((.*)\)")
_RATE = re.compile(r"([0-9]+) (minute|hour|day)(s?)")


@functools.lru_cache(maxsize=1024)
def check(expression: str, kinds: tuple[str, ...] = ("rate", "cron")) -> str | None:
    """Return what is wrong with a schedule, or None.

    Args:
        expression: The schedule.
        kinds: The kinds that the service takes: ``rate``, ``cron`` and ``at``.
    """
    shape = _SHAPE.fullmatch(expression)
    if shape is None or shape[1] not in kinds:
        return f'"{expression}" is none of {", ".join(f"{kind}(...)" for kind in kinds)}'
    kind, body = shape.groups()
    if kind == "rate":
        return _check_rate(body)
    return _check_at(body) if kind == "at" else _check_cron(body)


def rate_minutes(expression: str) -> int | None:
    """Return the minutes between two runs of a valid rate, None for any other expression."""
    shape = _SHAPE.fullmatch(expression)
    rate = _RATE.fullmatch(shape[2]) if shape and shape[1] == "rate" else None
    return int(rate[1]) * _MINUTES[rate[2]] if rate else None


def _check_rate(body: str) -> str | None:
    rate = _RATE.fullmatch(body)
    if rate is None or int(rate[1]) == 0:
        units = ", ".join(f"{unit}s" for unit in _UNITS)
        return f"rate({body}) is not a positive whole number and one of {units}"
    number, unit, plural = int(rate[1]), rate[2], rate[3]
    if number == 1 and plural:
        return f"rate({body}) needs the unit in the singular: rate(1 {unit})"
    if number > 1 and not plural:
        return f"rate({body}) needs the unit in the plural: rate({number} {unit}s)"
    return None


def _check_at(body: str) -> str | None:
    try:
        dt.datetime.strptime(body, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - it has no zone of its own
    except ValueError:
        return f"at({body}) is not a time such as at(2027-01-31T12:00:00)"
    return None


def _check_cron(body: str) -> str | None:
    parts = body.split()
    if len(parts) != len(_FIELDS):
        names = ", ".join(field.what for field in _FIELDS)
        return f"cron({body}) has {len(parts)} fields and not {len(_FIELDS)}: {names}"
    for field, part in zip(_FIELDS, parts, strict=True):
        if not all(_fits(field, item) for item in part.upper().split(",")):
            return f'cron({body}) has "{part}" for the {field.what}'
    days = (parts[2], parts[4])
    if days.count("?") != 1:
        return f'cron({body}) needs "?" in one of day of the month and day of the week'
    return None


def _fits(field: _Field, item: str) -> bool:
    """Tell whether one item of a list may stand in a field."""
    item, _, step = item.partition("/")
    if step and not (step.isdigit() and int(step)):
        return False
    if re.fullmatch(field.special, item):
        return not step or item == "*"
    first, dash, last = item.partition("-")
    return _value(field, first) and (not dash or _value(field, last))


def _value(field: _Field, text: str) -> bool:
    return text in field.names or (text.isdigit() and field.min <= int(text) <= field.max)
