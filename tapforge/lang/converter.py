"""Conversion of values of which some are unknown to a type of the schema, made once for each type."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tapforge.lang.expression import Expression, Failure, Type, hcl
from tapforge.lang.value import RefusedError, convert, mapping, sequence

Converter = Callable[[Any], Any]

_made: dict[str, Converter] = {}


def converter(type_: Type) -> Converter:
    """Give the function that converts values to a type, and leaves alone what is unknown.

    It raises `RefusedError` where Terraform would refuse the value.
    """
    key = json.dumps(type_)
    if key not in _made:
        _made[key] = _make(type_)
    return _made[key]


def _make(type_: Type) -> Converter:
    if type_ is None or isinstance(type_, str):
        return _scalar(type_, _CLASSES[type_]) if type_ in _CLASSES else _anything
    kind, member, *_ = type_
    if kind == "tuple":
        return _anything
    if kind == "object":
        members = {name: converter(each) for name, each in member.items()}
        return _open(lambda value: _object(value, members))
    each, class_ = converter(member), plain_class(member)
    if kind == "map":
        return _open(lambda value: _map(value, each, class_))
    if kind == "list":
        return _open(lambda value: [each(item) for item in sequence(value)])
    return _open(lambda value: _set(map(each, _sequence(value))))


_CLASSES = {"string": str, "bool": bool, "number": int}


def plain_class(type_: Type) -> type | None:
    """Give the class of most values of a type, which need no conversion; None if there is none."""
    return _CLASSES.get(type_) if isinstance(type_, str) else None


def _scalar(type_: str, class_: type) -> Converter:
    def to_scalar(value: Any) -> Any:
        if value.__class__ is class_ or value is None:
            return value
        return _anything(value) if isinstance(value, Expression) else convert(value, type_)

    return to_scalar


def _open(make: Converter) -> Converter:
    def to_collection(value: Any) -> Any:
        return _anything(value) if value is None or isinstance(value, Expression) else make(value)

    return to_collection


def _anything(value: Any) -> Any:
    if isinstance(value, Failure):
        raise RefusedError(value._reason)
    return value


def _map(value: Any, each: Converter, class_: type | None) -> Mapping[str, Any]:
    items = mapping(value)
    for item in items.values():
        if item.__class__ is not class_:
            return {key: each(item) for key, item in items.items()}
    return items


def _sequence(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else sequence(value)


def _object(value: Any, members: Mapping[str, Converter]) -> dict[str, Any]:
    items = mapping(value)
    return {name: make(items.get(name)) for name, make in members.items()}


def _set(items: Iterable[Any]) -> list[Any]:
    """Put a set in Terraform's order as a list; what is unknown comes last."""
    values = list(items)
    if all(each.__class__ is str for each in values):
        return sorted(set(values))
    unknown = [each for each in values if isinstance(each, Expression)]
    known = [each for each in values if not isinstance(each, Expression)]
    distinct = {json.dumps(each, sort_keys=True, default=hcl): each for each in known}
    try:
        ordered = sorted(distinct.values())
    except TypeError:
        ordered = [distinct[key] for key in sorted(distinct)]
    return [*ordered, *{hcl(each): each for each in unknown}.values()]
