"""JSON that stands in an argument: as text, or as a call of ``jsonencode()`` whose parts are known."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tapforge.lang.expression import Call
from tapforge.rules.resource import Finding, Resource


def content(value: Any) -> Any:
    """Give what a JSON text holds, with expressions in it where a value is not known.

    Returns:
        The value, which nobody may change; None if it is not known, was left out, or is no JSON.
    """
    if isinstance(value, str):
        return _parse(value)[0]
    if isinstance(value, Call) and value._function == "jsonencode":  # noqa: SLF001 - reads its value
        return value._arguments[0]  # noqa: SLF001
    return None


def faults(resource: Resource, argument: str) -> Iterator[Finding]:
    """Find an argument that should hold an object of JSON, and holds something else."""
    value = resource.given(argument)
    if isinstance(value, str) and value:
        read, error = _parse(value)
        if error or not isinstance(read, dict):
            found = f"no JSON: {error}" if error else "no object"
            yield Finding(resource, argument, found, "a JSON object")


def part(value: Any, *keys: str, default: Any = None) -> Any:
    """Give a part of the content of a document.

    Args:
        value: The content, as `content` gives it.
        keys: The keys that lead to the part.
        default: What stands for a part that is not there.
    """
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
        if value is None:
            return default
    return value


@functools.lru_cache(maxsize=1024)
def _parse(text: str) -> tuple[Any, str]:
    try:
        return json.loads(text), ""
    except ValueError as error:
        return None, str(error)
    except RecursionError:
        return None, "too deeply nested"
