"""The inputs of a system that take any text, and what becomes of it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tapforge.lang.bind import bind
from tapforge.lang.expression import Expression, Template, hcl
from tapforge.lang.inputs import Input, declared_inputs
from tapforge.lang.model import ProviderConfiguration
from tapforge.lang.resolve import resolve
from tapforge.systems.system import System
from tapforge.testing.strategies import holds

_SAMPLE = "Qq7"
"""Text that stands nowhere else, and that every input takes which takes any text."""

_Places = dict[str, set[str]]


@functools.cache
def fields(system: System[Any, Any]) -> tuple[Input, ...]:
    """Give the inputs of a system that take any text, alone or in a collection."""
    return tuple(
        field
        for field in declared_inputs(system.inputs).values()
        if (value := _shaped(field, _SAMPLE)) is not None and holds(field, value)
    )


def worded(system: System[Any, Any], variables: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Put a text into every input that takes it."""
    shaped = {field.name: _shaped(field, text) for field in fields(system) if text}
    taken = {f.name: shaped[f.name] for f in fields(system) if text and holds(f, shaped[f.name])}
    return dict(variables) | taken


def changes(system: System[Any, Any], variables: Mapping[str, Any]) -> Iterator[str]:
    """Say where a text that an environment gives comes out as another.

    The system is resolved with it and with a plain sample of text: wherever the sample comes out, the
    text must, alone or inside JSON.

    Args:
        system: The system.
        variables: The environment.
    """
    given: dict[str, str] = {}

    def sampled(text: str) -> str:
        sample = f"{_SAMPLE}{len(given)}x"
        given[sample] = text
        return sample

    samples = {
        f.name: _each(variables[f.name], sampled) for f in fields(system) if f.name in variables
    }
    if not given:
        return
    actual = _places(system, variables)
    for place, found in _places(system, {**variables, **samples}).items():
        for sample in sorted(found):
            if _SAMPLE not in sample:
                continue
            expected = _with(sample, given)
            came = actual.get(place, set())
            if expected not in came and not _in_json(sample, given, came):
                shown = ", ".join(map(json.dumps, sorted(came))) or "nothing"
                yield f"{place}: {shown}, expected {json.dumps(expected)}"


def _shaped(field: Input, text: str) -> Any:
    match field.type:
        case "string" | "dynamic":
            return text
        case ["map", "string"]:
            return {"note": text}
        case ["list" | "set", "string"]:
            return [text]
    return None


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text in a value, but for the keys of maps."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _each(item, change) for key, item in value.items()}
    return [_each(item, change) for item in value] if isinstance(value, list) else value


def _with(text: str, given: Mapping[str, str]) -> str:
    return re.sub(f"{_SAMPLE}[0-9]+x", lambda sample: given[sample[0]], text)


def _in_json(sample: str, given: Mapping[str, str], came: set[str]) -> bool:
    try:
        expected = _each(json.loads(sample), lambda text: _with(text, given))
        return any(json.loads(text) == expected for text in came)
    except ValueError:
        return False


def _places(system: System[Any, Any], variables: Mapping[str, Any]) -> _Places:
    """Give every text that a system makes, by where it stands, whatever instance it is."""
    resolution = resolve(system, variables)
    scope = {f"var.{name}": value for name, value in resolution.inputs.items()}
    found: _Places = {}
    for instance in resolution.instances:
        _collect(instance.values, _KEYS.sub("", instance.address), found)
    for block in system.body.document.of(ProviderConfiguration):
        for field, value in block._tf_given():  # noqa: SLF001
            _collect(bind(value, scope), f"provider.{field.name}", found)
    for name, value in resolution.outputs.items():
        _collect(value, f"output.{name}", found)
    return found


_KEYS = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")


def _collect(value: Any, place: str, found: _Places) -> None:
    if isinstance(value, Template):
        value = "".join(p if isinstance(p, str) else hcl(p) for p in value._pieces)  # noqa: SLF001
    if isinstance(value, str):
        found.setdefault(place, set()).add(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            found.setdefault(place, set()).add(key)
            _collect(item, f"{place}.{_with_no_sample(key)}", found)
    elif isinstance(value, (list, tuple, set, frozenset)) and not isinstance(value, Expression):
        for item in value:
            _collect(item, place, found)


def _with_no_sample(key: str) -> str:
    return "*" if _SAMPLE in key else key
