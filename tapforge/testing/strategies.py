"""Hypothesis strategies for the inputs of systems and modules, derived from their declarations.

A property of a system holds in every environment that its inputs allow::

    @given(environments(shop))
    def test_names_are_legal(variables): ...
"""

from __future__ import annotations

import functools
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tapforge.lang.inputs import Input, Valid, declared_inputs, problems
from tapforge.lang.json_syntax import Json
from tapforge.modules import valid
from tapforge.systems.system import System

_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLAIN = st.characters(codec="ascii", categories=("L", "N"), include_characters=" _.:/=+-@")
_Values = Mapping[str, Any]


def environments(
    system: System[Any, Any], **given: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what an environment may give for the variables of a system.

    Args:
        system: The system.
        given: Strategies for some of its inputs, for rules that can't be read off a declaration.
    """
    return inputs_of(system.inputs, **given)


@st.composite
def inputs_of(draw: st.DrawFn, /, class_: type, **given: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Draw values of inputs that hold together; inputs with a default are sometimes left out.

    Args:
        draw: Given by hypothesis.
        class_: A class made with `tapforge.lang.inputs.inputs`.
        given: Strategies for some of the inputs.
    """
    declared = declared_inputs(class_)
    values: dict[str, Any] = {}
    # What others are compared with is drawn first.
    for field in sorted(declared.values(), key=lambda field: _compared(field) is not None):
        compared = _compared(field)
        if field.name in given:
            values[field.name] = draw(given[field.name])
        elif compared is not None:
            defaults = {name: other.default for name, other in declared.items()}
            values[field.name] = draw(compared(defaults | values))
        elif field.required or draw(st.booleans()):
            values[field.name] = draw(_single(field))
    assume(not problems(class_, values))
    return values


@functools.cache
def _single(field: Input) -> st.SearchStrategy[Any]:
    """Draw a value of an input that is compared with no other."""
    for rule, strategy in _STRATEGIES:
        if rule in field.valid:
            return strategy
    schema: dict[str, Json] = {}
    for rule in field.valid:
        schema |= rule.schema
    fixed = field.example if field.required else field.default
    by_code = (
        any(not rule.schema for rule in field.valid) and not {"enum", "pattern"} & schema.keys()
    )
    if by_code or (field.example is not None and not field.valid):
        # What only code can tell, or nobody: what is known to be right must do.
        return st.just(json.loads(json.dumps(fixed)))
    strategy = _of_type(field.type, schema)
    if field.type == "string" and "pattern" in schema:
        # A pattern may allow capitals that a finer rule refuses.
        strategy = strategy.map(lambda text: text if _holds(field, text) else text.lower())
    strategy = strategy.filter(lambda value: _holds(field, value))
    return st.none() | strategy if field.nullable else strategy


def _holds(field: Input, value: Any) -> bool:
    """Tell whether a value passes the rules of its input, but for those that ask other inputs."""
    try:
        return all(rule.condition(value, None) is not False for rule in field.valid)
    except AttributeError:
        return True


def _of_type(type_: Any, schema: Mapping[str, Json]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match type_:
        case "dynamic":
            return st.none() | st.booleans() | st.integers() | st.text(_PLAIN)
        case "bool":
            return st.booleans()
        case "number":
            least, most = schema.get("minimum"), schema.get("maximum")
            if schema.get("type") == "integer":
                return st.integers(least, most)
            return st.floats(least, most, allow_nan=False, allow_infinity=False)
        case "string":
            return _texts(schema)
        case ["map", element]:
            return st.dictionaries(st.text(_PLAIN, min_size=1), _of_type(element, {}), max_size=4)
        case [_, element]:
            least, most = schema.get("minItems", 0), schema.get("maxItems", 4)
            return st.lists(_of_type(element, {}), min_size=least, max_size=most)
    raise TypeError(f"{type_!r} is no type of an input")


def _texts(schema: Mapping[str, Json]) -> st.SearchStrategy[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 40)
    if "pattern" not in schema:
        return st.text(_PLAIN, min_size=least, max_size=most)
    pattern: re.Pattern[str] = re.compile(schema["pattern"])
    return st.from_regex(pattern, fullmatch=True).map(lambda text: text[:most])


# --- values that rules of this project ask for ------------------------------------------------------


def suffixes() -> st.SearchStrategy[str]:
    """Draw environment suffixes, up to the longest."""
    group = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
    joined = st.lists(group, min_size=1, max_size=3).map("-".join)
    texts = joined.map(lambda text: text[: valid.SUFFIX_LENGTH].strip("-"))
    return texts.filter(lambda text: not text.endswith(("-an", "-s3alias")) and text not in _ALONE)


_ALONE = ("an", "s3alias")


@st.composite
def networks(draw: st.DrawFn, /, minimum: int = 16, maximum: int = 28) -> str:
    """Draw IPv4 blocks by their network addresses.

    Args:
        draw: Given by hypothesis.
        minimum: The shortest prefix, of the largest block.
        maximum: The longest prefix.
    """
    prefix = draw(st.integers(minimum, maximum))
    address = draw(st.integers(0, 2**32 - 1)) >> (32 - prefix) << (32 - prefix)
    return str(ipaddress.IPv4Network((address, prefix)))


@st.composite
def subnets_of(draw: st.DrawFn, /, network: str, minimum: int = 2, maximum: int = 6) -> list[str]:
    """Draw blocks inside a block that do not overlap.

    Args:
        draw: Given by hypothesis.
        network: The block; at least two /28 fit into it.
        minimum: How many at least.
        maximum: How many at most.
    """
    whole = ipaddress.IPv4Network(network)
    room = 28 - whole.prefixlen
    count = draw(st.integers(minimum, min(maximum, 2**room)))
    bits = draw(st.integers((count - 1).bit_length(), min(room, 8)))
    places = st.lists(st.integers(0, 2**bits - 1), min_size=count, max_size=count, unique=True)
    blocks = list(whole.subnets(prefixlen_diff=bits))
    return [str(blocks[place]) for place in draw(places)]


def tags() -> st.SearchStrategy[dict[str, str]]:
    """Draw tags, in any alphabet that AWS takes."""
    letters = st.characters(
        categories=("L", "N"), include_characters=" _.:/=+-@", max_codepoint=0x2FF
    )
    keys = st.text(letters, min_size=1, max_size=127).filter(lambda k: k[:4].lower() != "aws:")
    return st.dictionaries(keys, st.text(letters, max_size=256), max_size=4)


@st.composite
def backup_windows(draw: st.DrawFn, /) -> str:
    """Draw daily windows of half an hour to half a day."""
    start, length = draw(st.integers(0, _DAY - 1)), draw(st.integers(30, _DAY // 2))
    return f"{_clock(start)}-{_clock(start + length)}"


@st.composite
def maintenance_windows(draw: st.DrawFn, /, backup: str) -> str:
    """Draw weekly windows that leave a daily one alone.

    Args:
        draw: Given by hypothesis.
        backup: The daily window.
    """
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in backup.split("-"))
    free = (start - end) % _DAY
    assume(free >= 30)
    length = draw(st.integers(30, free))
    begin = draw(st.integers(0, free - length)) + end + draw(st.integers(0, 6)) * _DAY
    return f"{_moment(begin)}-{_moment(begin + length)}"


def _clock(minute: int) -> str:
    return f"{minute % _DAY // 60:02}:{minute % 60:02}"


def _moment(minute: int) -> str:
    return f"{_DAYS[minute % _WEEK // _DAY]}:{_clock(minute)}"


_STRATEGIES: list[tuple[Valid, st.SearchStrategy[Any]]] = [
    (valid.suffix[-1], suffixes()),
    (valid.tags, tags()),
    (valid.vpc_cidr, networks(maximum=26)),
    (valid.client_cidrs, st.lists(networks(minimum=1, maximum=32), min_size=1, max_size=4)),
    (valid.backup_window[0], backup_windows()),
]


def _compared(field: Input) -> Callable[[_Values], st.SearchStrategy[Any]] | None:
    """Give how an input is drawn when others are known, if it is compared with them."""
    if valid.subnet_cidrs[0] in field.valid:
        return lambda values: subnets_of(values["vpc_cidr"])
    if valid.maintenance_window[0] in field.valid:
        return lambda values: maintenance_windows(values["backup_window"])
    return None
