"""The inputs of a system that take any text, and what becomes of it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tapforge.facts.parameter_values import UNITS
from tapforge.lang.bind import Bound, always
from tapforge.lang.expression import Template, hcl
from tapforge.lang.inputs import Input, declared_inputs
from tapforge.lang.model import ProviderConfiguration
from tapforge.lang.resolve import Resolution, resolve
from tapforge.systems.system import System
from tapforge.testing.strategies import asks_others, holds

SECRET = "Zz5-a-secret-Zz5"  # noqa: S105 - it opens nothing
"""Text that is given as a secret: where it comes out, it is no accident."""

_SAMPLE, _FOUND = "Qq7", "qq7"
"""Text that stands nowhere else in any case, and that inputs take only if they take any text."""

_SAMPLES = re.compile(f"{_SAMPLE}[0-9]+x", re.IGNORECASE)

_QUANTITY = re.compile(rf"-?[0-9]+([.][0-9]+)?({'|'.join(UNITS)})")
"""A size or a time: the parameter that it is given for may count in another unit."""

_Places = dict[str, set[str]]


@functools.cache
def fields(system: System[Any, Any]) -> tuple[Input, ...]:
    """Give the inputs of a system that take any text, alone or in a collection."""
    return tuple(
        field
        for field in declared_inputs(system.inputs).values()
        if (value := _shaped(field, _SAMPLE)) is not None and holds(field, value)
    )


def worded(system: System[Any, Any], text: str) -> dict[str, Any]:
    """Give a text to every input that takes it, whatever the others are, and is no secret."""
    if not text:
        return {}
    given = {each: _shaped(each, text) for each in fields(system) if not each.sensitive}
    return {
        each.name: value
        for each, value in given.items()
        if holds(each, value) and not asks_others(each, value)
    }


def secreted(system: System[Any, Any], variables: dict[str, Any]) -> dict[str, Any]:
    """Give an unmistakable text to the inputs of an environment that are secret."""
    for each in fields(system):
        if each.sensitive and variables.get(each.name) is not None:
            variables[each.name] = _shaped(each, SECRET)
    return variables


def changes(
    system: System[Any, Any], variables: Mapping[str, Any], resolution: Resolution
) -> Iterator[str]:
    """Say where a text that an environment gives comes out as another.

    The system is resolved with a plain sample of text instead: wherever the sample comes out, the text
    must, alone or inside JSON.

    Args:
        system: The system.
        variables: The environment.
        resolution: What it comes to.
    """
    given: dict[str, str] = {}

    def sampled(text: str) -> str:
        if _QUANTITY.fullmatch(text):
            return text
        sample = f"{_SAMPLE}{len(given)}x"
        given[sample.lower()] = text
        return sample

    samples = {
        f.name: _each(variables[f.name], sampled) for f in fields(system) if f.name in variables
    }
    if not given:
        return
    if any(_reaches(system, name) for name in samples):
        # A sample holds every rule that the text does: that it is taken is known.
        sampling = resolve(system, {**variables, **samples}, validate=False)
    else:
        sampling = Resolution([], {**resolution.inputs, **samples}, {})
        resolution = Resolution([], resolution.inputs, {})
    shown = _places(system, sampling, _FOUND)
    actual = _places(system, resolution) if shown else {}
    for place, found in shown.items():
        for sample in sorted(found):
            expected = _with(sample, given)
            came = actual.get(place, set())
            if expected not in came and not _in_json(sample, given, came):
                shown_as = ", ".join(map(json.dumps, sorted(came))) or "nothing"
                yield f"{place}: {shown_as}, expected {json.dumps(expected)}"


@functools.cache
def _reaches(system: System[Any, Any], name: str) -> bool:
    """Tell whether an input is used by anything but the configuration of providers."""
    address = f"var.{name}"
    return any(
        root._address == address  # noqa: SLF001
        for entry in system.body.document.entries
        if entry.block._tf_path[0] not in ("provider", "variable")  # noqa: SLF001
        for root in entry.roots
    )


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
    return _SAMPLES.sub(lambda found: given[found[0].lower()], text)


def _in_json(sample: str, given: Mapping[str, str], came: set[str]) -> bool:
    try:
        expected = _each(json.loads(sample), lambda text: _with(text, given))
        return any(json.loads(text) == expected for text in came)
    except ValueError:
        return False


def _places(system: System[Any, Any], resolution: Resolution, part: str = "") -> _Places:
    """Give the texts that a system makes, by where they stand, whatever instance it is.

    Args:
        system: The system.
        resolution: What it comes to.
        part: What the texts must hold, in small letters; they may have capitals.
    """
    found: _Places = {}
    for instance in resolution.instances:
        _collect(instance.values, _KEYS.sub("", instance.address), part, found)
    scope = {f"var.{name}": value for name, value in resolution.inputs.items()}
    for name, make in _provider_arguments(system):
        _collect(make(scope), f"provider.{name}", part, found)
    for name, value in resolution.outputs.items():
        _collect(value, f"output.{name}", part, found)
    return found


@functools.cache
def _provider_arguments(system: System[Any, Any]) -> list[tuple[str, Bound]]:
    return [
        (field.name, always(value))
        for block in system.body.document.of(ProviderConfiguration)
        for field, value in block._tf_given()  # noqa: SLF001
    ]


_KEYS = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")


def _collect(value: Any, place: str, part: str, found: _Places) -> None:
    if isinstance(value, Template):
        value = "".join(p if isinstance(p, str) else hcl(p) for p in value._pieces)  # noqa: SLF001
    kind = value.__class__
    if kind is str:
        if part in value.lower():
            found.setdefault(place, set()).add(value)
    elif kind is dict:
        for key, item in value.items():
            if part in key.lower():
                found.setdefault(place, set()).add(key)
            _collect(item, f"{place}.{_with_no_sample(key)}", part, found)
    elif kind in _COLLECTIONS:
        for item in value:
            _collect(item, place, part, found)


_COLLECTIONS = (list, tuple, set, frozenset)


def _with_no_sample(key: str) -> str:
    return "*" if _FOUND in key.lower() else key
