"""Which values Terraform takes for a type: what it converts without loss, and nothing else.

Terraform turns numbers and truth values into strings, and strings that spell one into numbers and truth
values; lists, sets and tuples into one another; objects into maps. A value that only Terraform will
know is refused only if its type could never be converted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tapforge.lang.errors import Problem, closest
from tapforge.lang.expression import (
    Access,
    Expression,
    Template,
    Type,
    describe,
    parse,
    reference,
)

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_COLLECTIONS = (list, tuple, set, frozenset)


def expression_type(expression: Expression) -> Type:
    """Give the type of an expression's value."""
    if isinstance(expression, Template):
        return "string"
    step: Any = expression
    while isinstance(step, Access):
        if step._step is ...:
            # What follows a splat applies to each element.
            return ["list", expression._type]
        step = step._base
    return expression._type


def convertible(source: Type, target: Type) -> bool:
    """Tell whether Terraform may convert values of one type to another."""
    match source, target:
        case (None | "dynamic", _) | (_, None | "dynamic"):
            return True
        case str(), str():
            return source == target or "string" in (source, target)
        case ["list" | "set", element], ["list" | "set", wanted]:
            return convertible(element, wanted)
        case ["map", element], ["map", wanted]:
            return convertible(element, wanted)
        case ["tuple", elements], ["list" | "set", wanted]:
            return all(convertible(element, wanted) for element in elements)
        case ["tuple", elements], ["tuple", wanted]:
            return len(elements) == len(wanted) and all(map(convertible, elements, wanted))
        case ["object", members, *_], ["map", wanted]:
            return all(convertible(member, wanted) for member in members.values())
        case ["map", element], ["object", wanted, *_]:
            return all(convertible(element, member) for member in wanted.values())
        case ["object", members, *_], ["object", wanted, *rest]:
            optional = rest[0] if rest else ()
            return all(
                convertible(members[name], member) if name in members else name in optional
                for name, member in wanted.items()
            )
    return False


def problems(place: str, type_: Type, value: Any, class_: type | None = None) -> Iterator[Problem]:
    """Say what is wrong with a value given where Terraform takes a type.

    Args:
        place: Where the value was given.
        type_: What is taken there.
        value: What was given; None, which leaves an argument unset, is always taken.
        class_: The class of the objects the type is made of, if they have one.
    """
    value = parse(value)
    if value is None:
        return
    if hasattr(value, "_tf_reference"):
        value = _whole(value, type_)
    if isinstance(value, Expression):
        source = expression_type(value)
        if not convertible(source, type_):
            hint = _path_hint(value, type_)
            yield Problem(place, f"takes {article(type_)}, not {value!r}, {article(source)}", hint)
        return
    match type_:
        case None | "dynamic":
            yield from _any_problems(place, value)
        case ["list" | "set" as kind, element] if isinstance(value, _COLLECTIONS):
            if kind == "list" and isinstance(value, (set, frozenset)) and len(value) > 1:
                yield Problem(place, "takes a list, not a set, which has no order", "use sorted()")
            for index, item in enumerate(value):
                if item is None:
                    yield Problem(f"{place}[{index}]", "an element can't be None", "leave it out")
                yield from problems(f"{place}[{index}]", element, item, class_)
        case ["map", element] if isinstance(value, Mapping):
            for key, item in value.items():
                if not isinstance(parse(key), (str, Expression)):
                    yield Problem(place, f"the key {key!r} is no string")
                yield from problems(f'{place}["{key}"]', element, item, class_)
        case ["tuple", elements] if isinstance(value, (list, tuple)):
            if len(value) != len(elements):
                yield Problem(place, f"takes {len(elements)} elements, not {len(value)}")
            for index, (element, item) in enumerate(zip(elements, value, strict=False)):
                yield from problems(f"{place}[{index}]", element, item)
        case ["object", members, *rest]:
            yield from _object_problems(place, members, rest[0] if rest else (), value, class_)
        case str() if isinstance(value, (str, bool, int, float, Decimal)):
            if not _scalar_fits(type_, value):
                fix = "leave out the quotes" if isinstance(value, str) else ""
                yield Problem(place, f"takes {article(type_)}, not {value!r}", fix)
        case _:
            yield Problem(place, f"takes {article(type_)}, not {found(value)}", _hint(type_, value))


def _scalar_fits(type_: str, value: Any) -> bool:
    if type_ == "number":
        if isinstance(value, str):
            return _NUMBER.fullmatch(value) is not None
        return not isinstance(value, bool)
    if type_ == "bool":
        return isinstance(value, bool) or value in ("true", "false")
    return True


def _object_problems(
    place: str, members: Mapping[str, Type], optional: Any, value: Any, class_: type | None
) -> Iterator[Problem]:
    if class_ is not None:
        if not isinstance(value, class_):
            fix = f"give {class_.__qualname__}(...)"
            yield Problem(place, f"takes a {class_.__qualname__}, not {found(value)}", fix)
        return
    if not isinstance(value, Mapping):
        yield Problem(place, f"takes an object, not {found(value)}")
        return
    for name, member in members.items():
        if name in value:
            yield from problems(f"{place}.{name}", member, value[name])
        elif name not in optional:
            yield Problem(f"{place}.{name}", "is missing", f"give {article(member)}")
    for name in value:
        if name not in members:
            yield Problem(f"{place}.{name}", "is unknown", closest(str(name), members))


def _any_problems(place: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        yield from problems(place, ["map", "dynamic"], value)
    elif isinstance(value, _COLLECTIONS):
        for index, item in enumerate(value):
            yield from problems(f"{place}[{index}]", "dynamic", item)
    elif not isinstance(value, (str, bool, int, float, Decimal)):
        yield Problem(place, f"takes a value of Terraform, not {found(value)}")


def _whole(block: Any, type_: Type) -> Expression:
    """Take a block for its value where an object may stand, else for what it is: an object."""
    del type_
    return reference(block)


def found(value: Any) -> str:
    """Say what kind of value was given, as a message names it."""
    match value:
        case bool():
            return repr(value)
        case str():
            return f"the text {_short(value)}"
        case int() | float() | Decimal():
            return f"the number {value}"
        case list() | tuple():
            return f"a {type(value).__name__}"
        case Mapping():
            return "a dict"
        case type():
            return f"the class {value.__qualname__} itself"
    name = type(value).__qualname__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def article(type_: Type) -> str:
    """Name a type as a message does: ``a string``, ``a list(string)``."""
    if type_ is None or type_ == "dynamic":
        return "any value"
    if isinstance(type_, str):
        return f"a {type_}"
    kind = type_[0]
    return (
        "an object" if kind == "object" else f"a {describe(type_)}" if _flat(type_) else f"a {kind}"
    )


def _flat(type_: Type) -> bool:
    return isinstance(type_, str) or (type_[0] != "object" and _flat(type_[1]))


def _hint(type_: Type, value: Any) -> str:
    if isinstance(value, type):
        return f"give {value.__qualname__}(...)"
    match type_:
        case ["list" | "set", _] if isinstance(value, (str, int, float)):
            return f"give [{_short(value) if isinstance(value, str) else value}]"
        case str() if isinstance(value, (list, tuple)) and len(value) == 1:
            return f"give {value[0]!r}"
    return ""


def _path_hint(value: Expression, type_: Type) -> str:
    source = expression_type(value)
    match source, type_:
        case ["object", members, *_], str():
            name = next((n for n in ("arn", "id", "name") if n in members), None)
            return f"give one of its attributes, such as .{name}" if name else "give an attribute"
        case ["list", _], str():
            return "give one element, such as [0]"
        case ["set", _], str():
            return "give one element with one()"
        case str(), ["list" | "set", _]:
            return "give a list of it: [...]"
    return ""
