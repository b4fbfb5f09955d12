"""Which values Terraform takes for a type: what it converts without loss, and nothing else.

Terraform turns numbers and truth values into strings, and strings that spell one into numbers and
truth values; lists, sets and tuples into one another; objects into maps. A value that only Terraform
will know is refused only if its type could never be converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from tapforge.lang.errors import Problem, closest
from tapforge.lang.expression import (
    Expression,
    Type,
    describe,
    expression_type,
    known,
    parse,
    plain,
    reference,
)

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_BOOL = re.compile("true|false")
_SCALARS = (str, bool, int, float, Decimal)
_SETS = (set, frozenset)
_COLLECTIONS = (list, tuple, *_SETS)


# --- values that only Terraform will know -------------------------------------------------------------


def convertible(source: Type, target: Type) -> bool:
    """Tell whether Terraform may convert values of one type to another."""
    if source in (None, "dynamic") or target in (None, "dynamic"):
        return True
    if isinstance(source, str) or isinstance(target, str):
        return source == target or (
            isinstance(source, str) and isinstance(target, str) and "string" in (source, target)
        )
    convert = _CONVERSIONS.get((_family(source), _family(target)))
    return convert is not None and convert(source, target)


def _family(type_: Type) -> str:
    return "list" if type_[0] == "set" else str(type_[0])


def _tuples(source: Type, target: Type) -> bool:
    return len(source[1]) == len(target[1]) and all(map(convertible, source[1], target[1]))


def _objects(source: Type, target: Type) -> bool:
    optional = target[2] if len(target) > 2 else ()
    return all(
        convertible(source[1][name], member) if name in source[1] else name in optional
        for name, member in target[1].items()
    )


_CONVERSIONS: Final[Mapping[tuple[str, str], Callable[[Type, Type], bool]]] = {
    ("list", "list"): lambda source, target: convertible(source[1], target[1]),
    ("map", "map"): lambda source, target: convertible(source[1], target[1]),
    ("tuple", "list"): lambda source, target: all(convertible(e, target[1]) for e in source[1]),
    ("tuple", "tuple"): _tuples,
    ("object", "map"): lambda source, target: all(
        convertible(member, target[1]) for member in source[1].values()
    ),
    ("map", "object"): lambda source, target: all(
        convertible(source[1], member) for member in target[1].values()
    ),
    ("object", "object"): _objects,
}


def _expression_problems(place: str, type_: Type, value: Expression) -> Iterator[Problem]:
    source = expression_type(value)
    if not convertible(source, type_):
        found = f"{value!r}, {article(source)}"
        yield Problem(place, f"takes {article(type_)}, not {found}", _way(source, type_))


def _way(source: Type, target: Type) -> str:
    match source, target:
        case ["object", members, *_], str():
            name = next((n for n in ("arn", "id", "name") if n in members), None)
            return f"give one of its attributes{f', such as .{name}' if name else ''}"
        case ["list", _], str():
            return "give one element, such as [0]"
        case ["set", _], str():
            return "give one element, with one()"
        case str(), ["list" | "set", _]:
            return "give a list of it, [...]"
    return ""


# --- values that are known ----------------------------------------------------------------------------


def problems(place: str, type_: Type, value: Any, class_: type | None = None) -> Iterator[Problem]:
    """Say what is wrong with a value given where Terraform takes a type.

    Args:
        place: Where the value was given.
        type_: What is taken there.
        value: What was given; None, which leaves an argument unset, is always taken.
        class_: The class of the objects the type is made of, if they have one.
    """
    value = plain(parse(value))
    if value is None:
        return
    if hasattr(value, "_tf_reference"):
        value = reference(value)
    if isinstance(value, Expression):
        yield from _expression_problems(place, type_, value)
    elif type_ is None or type_ == "dynamic":
        yield from _dynamic_problems(place, value)
    elif isinstance(type_, str):
        yield from _scalar_problems(place, type_, value)
    elif type_[0] == "object" and class_ is not None:
        if not isinstance(value, class_):
            name = class_.__qualname__
            yield Problem(place, f"takes {name}(...), not {found(value)}", f"give {name}(...)")
    else:
        kinds, check = _CHECKS[type_[0]]
        if isinstance(value, kinds):
            yield from check(place, type_, value, class_)
        else:
            yield _wrong(place, type_, value)


def _wrong(place: str, type_: Type, value: Any) -> Problem:
    return Problem(place, f"takes {article(type_)}, not {found(value)}", _correction(type_, value))


def _correction(type_: Type, value: Any) -> str:
    if isinstance(value, type):
        return f"give {value.__qualname__}(...)"
    if isinstance(type_, str):
        return f"give {value[0]!r}" if isinstance(value, (list, tuple)) and len(value) == 1 else ""
    return (
        f"give [{value!r}]" if type_[0] in ("list", "set") and isinstance(value, _SCALARS) else ""
    )


def _scalar_problems(place: str, type_: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, _SCALARS):
        yield _wrong(place, type_, value)
        return
    if type_ == "string":
        fits = True
    elif isinstance(value, str):
        spelt = _NUMBER if type_ == "number" else _BOOL
        fits = spelt.fullmatch(value) is not None
    else:
        fits = isinstance(value, bool) == (type_ == "bool")
    if not fits:
        yield _wrong(place, type_, value)


def _collection_problems(
    place: str, type_: Type, value: Any, class_: type | None
) -> Iterator[Problem]:
    if isinstance(value, _SETS) and len(value) > 1 and not (type_[0] == "set" and known(value)):
        why = "has no order" if type_[0] == "list" else "of references has no order"
        yield Problem(place, f"takes {article(type_)}; a Python set {why}", "give a list")
    for index, item in enumerate(value):
        if item is None:
            yield Problem(f"{place}[{index}]", "an element can't be None", "leave it out")
        yield from problems(f"{place}[{index}]", type_[1], item, class_)


def _map_problems(place: str, type_: Type, value: Any, class_: type | None) -> Iterator[Problem]:
    for key, item in value.items():
        if not isinstance(parse(key), (str, Expression)):
            yield Problem(place, f"its keys are strings, and {key!r} is none")
        yield from problems(f"{place}[{key!r}]", type_[1], item, class_)


def _tuple_problems(place: str, type_: Type, value: Any, _: type | None) -> Iterator[Problem]:
    if len(value) != len(type_[1]):
        yield Problem(place, f"takes {len(type_[1])} elements, not {len(value)}")
    for index, (element, item) in enumerate(zip(type_[1], value, strict=False)):
        yield from problems(f"{place}[{index}]", element, item)


def _object_problems(place: str, type_: Type, value: Any, _: type | None) -> Iterator[Problem]:
    members, optional = type_[1], type_[2] if len(type_) > 2 else ()
    for name, member in members.items():
        if name in value:
            yield from problems(f"{place}.{name}", member, value[name])
        elif name not in optional:
            yield Problem(f"{place}.{name}", "is missing", f"give {article(member)}")
    for name in value:
        if name not in members:
            yield Problem(f"{place}.{name}", "is unknown", closest(str(name), members))


def _dynamic_problems(place: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        yield from _map_problems(place, ["map", "dynamic"], value, None)
    elif isinstance(value, _COLLECTIONS):
        yield from _collection_problems(place, ["set", "dynamic"], value, None)
    elif not isinstance(value, _SCALARS):
        yield _wrong(place, "dynamic", value)


_CHECKS: Final[Mapping[str, tuple[Any, Callable[..., Iterator[Problem]]]]] = {
    "list": (_COLLECTIONS, _collection_problems),
    "set": (_COLLECTIONS, _collection_problems),
    "map": (Mapping, _map_problems),
    "tuple": ((list, tuple), _tuple_problems),
    "object": (Mapping, _object_problems),
}


# --- words --------------------------------------------------------------------------------------------


def article(type_: Type) -> str:
    """Name a type as a message does: ``a string``, ``a list(string)``."""
    if type_ is None or type_ == "dynamic":
        return "a value of Terraform"
    if not isinstance(type_, str) and type_[0] in ("object", "tuple"):
        return "an object" if type_[0] == "object" else "a tuple"
    text = describe(type_)
    return f"a {text.partition('(')[0]} of objects" if "object(" in text else f"a {text}"


def found(value: Any) -> str:
    """Name what was given as a message does: ``the number 3``, ``a dict``."""
    if isinstance(value, bool):
        return repr(value)
    if isinstance(value, str):
        short = value if len(value) <= 40 else f"{value[:37]}..."
        return f"the text {short!r}"
    if isinstance(value, _SCALARS):
        return f"the number {value}"
    if isinstance(value, type):
        return f"the class {value.__qualname__} itself"
    name = type(value).__qualname__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
