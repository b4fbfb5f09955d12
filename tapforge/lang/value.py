"""Known values as Terraform's type system sees them: types, conversion, equality, numbers.

A Python list stands for a list as well as for a tuple, a dict for a map as well as for an object. What
Terraform makes of the one and of the other is mostly the same; where it is not, nothing is said about
the value and the question is left to Terraform (`UnfoldedError`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeGuard

Type = Any
"""A type as Terraform's schema JSON writes it: ``"string"``, ``["list", "string"]``."""
Number = int | float | Decimal

PRECISION = 512
"""Bits of the mantissa of Terraform's numbers."""
_SMALL = 1 << 63
_MAX_DIGITS = 150  # decimal digits that such a mantissa holds in any case
_NUMERAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_ODD_NUMERAL = re.compile(r"[+-]?(?:inf(?:inity)?|[0-9.]+[eEpP].*)", re.IGNORECASE)


class RefusedError(Exception):
    """Terraform refuses this; the text says why."""


class UnfoldedError(Exception):
    """Only Terraform itself can say what comes of this."""


# --- numbers ----------------------------------------------------------------------------------------


def is_number(value: object) -> TypeGuard[Number]:
    """Tell whether a value is a number to Terraform; a Python bool is none."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def is_small(value: Any) -> bool:
    """Tell of most whole numbers that they are exact in any case, and so are their sums."""
    return value.__class__ is int and bool(-_SMALL < value < _SMALL)


def exact(value: Number) -> int | Decimal:
    """Give the number that the value's decimal text denotes: a float 0.1 is one tenth."""
    if isinstance(value, int):
        if value.bit_length() > PRECISION:
            raise UnfoldedError
        return int(value)
    result = Decimal(repr(value)) if isinstance(value, float) else value
    if not result.is_finite():
        raise RefusedError(f"Terraform has no number {value}")
    if len(result.as_tuple().digits) > _MAX_DIGITS or not -400 < result.adjusted() < _MAX_DIGITS:
        raise UnfoldedError
    return result


def simplest(value: Decimal | int) -> Number:
    """Give a number as an int if it is whole, else as a float if that is the same decimal."""
    if not value and isinstance(value, Decimal) and value.is_signed():
        return -0.0  # which Terraform writes as -0
    if value == int(value):
        return exact(int(value))
    as_float = float(value)
    return as_float if Decimal(repr(as_float)) == value else value


def number_text(value: Number) -> str:
    """Write a number the way Terraform converts it to a string: all digits, no exponent."""
    decimal = exact(value)
    if isinstance(decimal, int):
        return str(decimal)
    text = format(decimal, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_number(text: str) -> Number:
    """Read a number the way Terraform converts a string to one."""
    if len(text) < _MAX_DIGITS and text.isascii() and text.isdigit():
        return int(text)
    if _NUMERAL.fullmatch(text):
        return simplest(Decimal(exact(Decimal(text))))
    if _ODD_NUMERAL.fullmatch(text):
        raise UnfoldedError
    raise RefusedError("a number is required")


def normalized(text: str) -> str:
    """Give text in Unicode's form NFC, as Terraform keeps all its strings."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


# --- primitive types --------------------------------------------------------------------------------


def string(value: Any) -> str:
    """Convert to a string."""
    if type(value) is str:
        return value
    if value is None:
        raise RefusedError("argument must not be null")
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return number_text(value)
    if isinstance(value, str):
        return str(value)
    type_of(value)
    raise RefusedError("string required")


def number(value: Any) -> Number:
    """Convert to a number."""
    if type(value) is int or type(value) is float:
        return value
    if value is None:
        raise RefusedError("argument must not be null")
    if isinstance(value, str):
        return parse_number(value)
    if is_number(value):
        return value
    type_of(value)
    raise RefusedError("number required")


def whole(value: Any) -> int:
    """Convert to a whole number of 64 bits, as functions take for sizes and positions."""
    result = exact(number(value))
    if result != int(result) or not -(1 << 63) <= result < 1 << 63:
        raise RefusedError("value must be a whole number, between -2^63 and 2^63 - 1")
    return int(result)


def boolean(value: Any) -> bool:
    """Convert to a bool."""
    if isinstance(value, bool):
        return value
    if value is None:
        raise RefusedError("argument must not be null")
    if isinstance(value, str):
        if value in ("true", "1"):
            return True
        if value in ("false", "0"):
            return False
        raise RefusedError("a bool is required")
    type_of(value)
    raise RefusedError("bool required")


_PRIMITIVES = {"string": string, "number": number, "bool": boolean}


# --- types ------------------------------------------------------------------------------------------


def type_of(value: Any) -> Type:
    """Give the type that a value has when it is written out: lists are tuples, dicts objects.

    Raises:
        TypeError: Terraform has no value like this.
    """
    if value is None:
        return "dynamic"
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "bool"
    if is_number(value):
        return "number"
    if isinstance(value, (list, tuple)):
        return ["tuple", [type_of(item) for item in value]]
    if isinstance(value, (set, frozenset)):
        return ["set", unify([type_of(item) for item in value])]
    if isinstance(value, Mapping):
        return ["object", {str(key): type_of(item) for key, item in value.items()}]
    raise TypeError(f"Terraform has no value for the Python {type(value).__name__} {value!r}")


def unify(types: Iterable[Type]) -> Type:
    """Find the one type that all types convert to, as the elements of a list need it.

    Raises:
        RefusedError: there is none.
    """
    given, distinct = list(types), []
    for type_ in given:
        if type_ != "dynamic" and type_ not in distinct:
            distinct.append(type_)
    if not distinct:
        return "dynamic"
    if "dynamic" in given and not isinstance(distinct[0], str):
        # A null written out among structures keeps Terraform from finding their type.
        raise UnfoldedError
    try:
        return distinct[0] if len(distinct) == 1 else _unify(distinct)
    except RefusedError:
        if "dynamic" in given:
            # A null written out makes do without a common type, one that has a type does not.
            raise UnfoldedError from None
        raise


def _unify(distinct: Sequence[Type]) -> Type:
    if all(isinstance(type_, str) for type_ in distinct):
        if "string" not in distinct:
            raise RefusedError("all elements must have the same type")
        return "string"
    kinds = {type_[0] for type_ in distinct if not isinstance(type_, str)}
    if any(isinstance(type_, str) for type_ in distinct) or kinds == {"object", "tuple"}:
        raise RefusedError("all elements must have the same type")
    if kinds == {"list", "tuple"}:
        elements = [t[1] if t[0] == "list" else unify(t[1]) for t in distinct]
        return ["list", unify(elements)]
    if kinds == {"map", "object"}:
        elements = [t[1] if t[0] == "map" else unify(t[1].values()) for t in distinct]
        return ["map", unify(elements)]
    if len(kinds) > 1:
        raise UnfoldedError
    return _unify_structures(kinds.pop(), [type_[1] for type_ in distinct])


def _unify_structures(kind: str, members: Sequence[Any]) -> Type:
    if kind == "tuple":
        if len({len(elements) for elements in members}) == 1:
            return ["tuple", [unify(column) for column in zip(*members, strict=True)]]
        return ["list", unify(element for elements in members for element in elements)]
    if kind == "object":
        if len({frozenset(attributes) for attributes in members}) == 1:
            return ["object", {name: unify(m[name] for m in members) for name in members[0]}]
        return ["map", unify(type_ for attributes in members for type_ in attributes.values())]
    return [kind, unify(members)]


def convert(value: Any, type_: Type) -> Any:
    """Convert a value to a type, as Terraform does for arguments and variables.

    Raises:
        RefusedError: it does not convert.
    """
    if value is None or type_ == "dynamic":
        return value
    if isinstance(type_, str):
        return _PRIMITIVES[type_](value)
    kind, member, *optional = type_
    match kind:
        case "list":
            return _elements(value, member)
        case "set":
            return as_set(_elements(value, member))
        case "map":
            return _entries(value, member)
        case "tuple":
            return _tuple(value, member)
        case _:
            return _object(value, member, optional[0] if optional else ())


def _elements(value: Any, member: Type) -> list[Any]:
    items = sequence(value)
    if member in ("dynamic", "string") and all(item.__class__ is str for item in items):
        return items  # as most are
    if member == "dynamic":
        member = unify(map(type_of, items))
    return [convert(item, member) for item in items]


def _entries(value: Any, member: Type) -> dict[str, Any]:
    items = mapping(value)
    if member == "dynamic":
        member = unify(map(type_of, items.values()))
    return {key: convert(item, member) for key, item in items.items()}


def _tuple(value: Any, members: Sequence[Type]) -> list[Any]:
    items = sequence(value)
    if len(items) != len(members) or isinstance(value, (set, frozenset)):
        raise RefusedError(f"tuple of {len(members)} elements required")
    return [convert(item, member) for item, member in zip(items, members, strict=True)]


def _object(value: Any, members: Mapping[str, Type], optional: Iterable[str]) -> dict[str, Any]:
    items = mapping(value)
    if missing := sorted(set(members) - set(items) - set(optional)):
        raise RefusedError(f"attributes required: {', '.join(missing)}")
    return {name: convert(items.get(name), member) for name, member in members.items()}


def sequence(value: Any) -> list[Any]:
    """Give the elements of a list, tuple or set in Terraform's order."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, (set, frozenset)):
        return in_order(value)
    if value is None:
        raise RefusedError("argument must not be null")
    type_of(value)
    raise RefusedError("list, set or tuple required")


def unified(value: Any) -> list[Any]:
    """Give the elements of a list, tuple or set, all converted to the type of a list's elements."""
    return _elements(value, "dynamic")


def strings(value: Any) -> list[str | None]:
    """Convert to a list of strings; an element may be null."""
    items = sequence(value)
    return [item if item is None else string(item) for item in items]


def mapping(value: Any) -> Mapping[str, Any]:
    """Give a map or an object."""
    if isinstance(value, (dict, Mapping)):
        return value
    if value is None:
        raise RefusedError("argument must not be null")
    type_of(value)
    raise RefusedError("map or object required")


def as_set(items: Iterable[Any]) -> set[Any]:
    """Make a set of the converted elements of a list.

    Raises:
        UnfoldedError: Python can't hold them in a set, or not in Terraform's order.
    """
    items = list(items)
    if any(
        item is None or isinstance(item, (list, tuple, Mapping, set, frozenset)) for item in items
    ):
        raise UnfoldedError
    return set(items)


def in_order(items: Iterable[Any]) -> list[Any]:
    """Put the elements of a set in the order in which Terraform walks through them."""
    items = list(items)
    if all(item.__class__ is str for item in items):
        return sorted(set(items))
    items = unified(items)
    if any(
        item is None or isinstance(item, (list, tuple, Mapping, set, frozenset)) for item in items
    ):
        raise UnfoldedError
    return sorted(set(items))


def equal(left: Any, right: Any) -> bool:
    """Compare as ``==`` does: type and value, so true is not 1 and "1" is not 1, while 1 is 1.0."""
    if left.__class__ is str and right.__class__ is str:
        return bool(left == right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, float) or isinstance(right, float):
        return is_number(left) and is_number(right) and exact(left) == exact(right)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return bool(left == right)
