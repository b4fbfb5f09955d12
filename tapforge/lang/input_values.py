"""Values given for inputs, converted to their types as Terraform converts the values of variables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from tapforge.lang import conversion
from tapforge.lang.errors import Problem, TapforgeError
from tapforge.lang.expression import Expression, Type, describe, known, parse
from tapforge.lang.value import (
    RefusedError,
    UnfoldedError,
    as_set,
    boolean,
    exact,
    is_small,
    normalized,
    number,
    simplest,
    string,
)


def is_plain(value: Any, type_: Type) -> bool:
    """Tell quickly of most values that they are as their input takes them: there is no reference in them.

    Args:
        value: The value.
        type_: The Terraform type of an input.
    """
    kind = value.__class__
    if kind is str:
        return bool(type_ == "string" and value.isascii())
    if kind is bool:
        return bool(type_ == "bool")
    return type_ == "number" and is_small(value)


def convert(place: str, value: Any, type_: Type, found: list[Problem]) -> Any:
    """Convert a value to the type of an input; of an expression, tell what its type can tell.

    Args:
        place: Where the value was given.
        value: The value.
        type_: The Terraform type of an input.
        found: Where problems are added.
    """
    try:
        value = parse(value)
    except TapforgeError as error:
        found.extend(attrs.evolve(problem, place=place) for problem in error.problems)
        return value
    if isinstance(value, Expression) or hasattr(value, "_tf_reference"):
        found.extend(conversion.problems(place, type_, value))
        return value
    if value is None:
        return value
    if isinstance(type_, str):
        return _scalar(place, value, type_, found)
    kind, element = type_
    if kind == "map" and isinstance(value, Mapping):
        return _map(place, value, element, found)
    if (
        kind == "list"
        and value.__class__ is list
        and all(is_plain(item, element) for item in value)
    ):
        return value
    if kind != "map" and isinstance(value, (list, tuple, set, frozenset)):
        items = [
            item if is_plain(item, element) else convert(f"{place}[{index}]", item, element, found)
            for index, item in enumerate(value)
        ]
        return _set(items) if kind == "set" and known(items) else items
    found.append(_mismatch(place, value, type_))
    return value


def _scalar(place: str, value: Any, type_: str, found: list[Problem]) -> Any:
    try:
        match type_:
            case "string":
                return normalized(string(value))
            case "number":
                return simplest(exact(number(value)))
            case "bool":
                return boolean(value)
        return normalized(value) if isinstance(value, str) else value
    except (RefusedError, TypeError):
        found.append(_mismatch(place, value, type_))
    except UnfoldedError:
        found.append(Problem(place, f"{value} has more digits than are kept here, or is no number"))
    return value


def _map(place: str, value: Mapping[Any, Any], element: Type, found: list[Problem]) -> Any:
    converted = {}
    for key, item in value.items():
        at = f'{place}["{key}"]'
        composed = key if is_plain(key, "string") else convert(at, key, "string", found)
        if composed in converted:
            found.append(Problem(at, f'the key "{composed}" is there twice'))
        plain = is_plain(item, element)
        converted[composed] = item if plain else convert(at, item, element, found)
    return converted


def _set(items: list[Any]) -> Any:
    try:
        return as_set(items)
    except UnfoldedError:
        return items


def _mismatch(place: str, value: Any, type_: Type) -> Problem:
    return Problem(place, f"{json.dumps(value, default=repr)} is no {describe(type_)}")
