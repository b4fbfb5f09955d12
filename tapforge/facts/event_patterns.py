"""Patterns that EventBridge matches events by.

A pattern is an object of the fields that it is about, each with a list of the values that match. A
value may be a filter: an object such as ``{"prefix": "aws."}``. Source: Amazon EventBridge User Guide,
Event patterns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tapforge.facts._data import any_of, load, nearest


class PatternProblem(NamedTuple):
    """What is wrong with a pattern.

    Attributes:
        path: Where, such as ``detail.eventType``.
        found: What is there, in words.
        expected: What should be, in words.
    """

    path: str
    found: str
    expected: str


def problems(pattern: Mapping[str, Any]) -> Iterator[PatternProblem]:
    """Find what EventBridge refuses in a pattern, and what keeps it from ever matching.

    What is neither an object, a list nor plain is a value that is not known yet, and not judged.

    Args:
        pattern: The pattern.
    """
    if not pattern:
        yield PatternProblem("", "an empty object", "a field with the values that match")
    fields = load("event_patterns")["fields"]
    for field in pattern:
        if field not in fields:
            yield PatternProblem(
                field, "no field of any event", any_of(nearest(field, fields) or fields)
            )
    yield from _details(pattern)
    yield from _objects(pattern, "")


def source() -> str:
    """Return where the form of patterns comes from."""
    return str(load("event_patterns")["source"])


def _details(pattern: Mapping[str, Any]) -> Iterator[PatternProblem]:
    """Find fields of the detail that events of the source do not have."""
    sources, detail = pattern.get("source"), pattern.get("detail")
    if not isinstance(sources, (list, tuple)) or not isinstance(detail, Mapping):
        return
    known = [load("event_patterns")["details"].get(s) for s in sources if isinstance(s, str)]
    if len(known) != len(sources) or None in known:
        return
    fields = sorted({"$or", *(field for each in known for field in each or ())})
    for field in detail:
        if field not in fields:
            found = f"no field of events of {any_of(sources)}"
            yield PatternProblem(f"detail.{field}", found, f"one of {', '.join(fields[1:])}")


def _objects(pattern: Mapping[str, Any], place: str) -> Iterator[PatternProblem]:
    for field, value in pattern.items():
        path = f"{place}{field}"
        if field == "$or" and isinstance(value, (list, tuple)):
            for index, each in enumerate(value):
                if isinstance(each, Mapping):
                    yield from _objects(each, f"{path}[{index}].")
        elif isinstance(value, Mapping):
            yield from _objects(value, f"{path}.")
        elif isinstance(value, (list, tuple)):
            yield from _values(value, path)
        elif value is None or isinstance(value, (str, int, float)):
            yield PatternProblem(path, f"{value!r}", "a list of the values that match")


def _values(values: list[Any] | tuple[Any, ...], path: str) -> Iterator[PatternProblem]:
    if not values:
        yield PatternProblem(path, "an empty list", "a value that matches")
    filters = load("event_patterns")["filters"]
    for value in values:
        for name in value if isinstance(value, Mapping) else ():
            if name not in filters:
                yield PatternProblem(path, f'the filter "{name}"', f"one of {', '.join(filters)}")
