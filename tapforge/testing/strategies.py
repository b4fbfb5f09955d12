"""Hypothesis strategies for the inputs of systems and modules, derived from their declarations.

A property of a system holds in every environment that its inputs allow::

    @given(environments(shop))
    def test_names_are_legal(variables): ...

Values are right by construction wherever a declaration says enough, so that drawing is cheap; what
only code can tell is tried afterwards, and drawn anew if it does not hold.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import attrs
from hypothesis import assume
from hypothesis import strategies as st

from tapforge.facts import instance_classes, postgres
from tapforge.lang.errors import ArgumentError, Problem, closest
from tapforge.lang.expression import Failure
from tapforge.lang.inputs import Input, Valid, declared_inputs, problems
from tapforge.lang.json_syntax import Json
from tapforge.modules import valid
from tapforge.systems.system import System

_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLAIN = st.characters(codec="ascii", categories=("L", "N"), include_characters=" _.:/=+-@")
_Drawn = st.SearchStrategy[Any]


def environments(system: System[Any, Any], **given: _Drawn) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what an environment may give for the variables of a system.

    Args:
        system: The system.
        given: Strategies for some of its inputs, for rules that can't be read off a declaration.
    """
    return inputs_of(system.inputs, **given)


def inputs_of(class_: type, **given: _Drawn) -> st.SearchStrategy[dict[str, Any]]:
    """Draw values of inputs that hold together; inputs with a default are sometimes left out.

    Args:
        class_: A class made with `tapforge.lang.inputs.inputs`.
        given: Strategies for some of the inputs.

    Raises:
        ArgumentError: a strategy is given for what is no input.
    """
    if strangers := given.keys() - declared_inputs(class_).keys():
        place, known = f"strategies of {class_.__name__}", declared_inputs(class_)
        raise ArgumentError(
            Problem(f"{place}: {name}", "there is no such input", closest(name, known))
            for name in sorted(strangers)
        )
    return _inputs(class_, given)


def inputs_beside(class_: type, fixed: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw values of the inputs beside some that are known to be right.

    Args:
        class_: A class made with `tapforge.lang.inputs.inputs`.
        fixed: Values of inputs whose rules ask no other input.
    """
    return _inputs(class_, {}, fixed)


@st.composite
def _inputs(
    draw: st.DrawFn,
    /,
    class_: type,
    given: Mapping[str, _Drawn],
    fixed: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    values: dict[str, Any] = dict(fixed or {})
    whole = _defaults(class_) | values
    plans = _plans(class_)
    # One number instead of a flag for each input: it is what is drawn that takes the time.
    masks = [draw(_MASK) for _ in range(0, len(plans), _BITS)]
    for index, plan in enumerate(plans):
        name = plan.name
        if name in given:
            values[name] = draw(given[name])
        elif name not in values and (
            plan.required
            or masks[index // _BITS] >> index % _BITS & 1
            or any(each in values for each in plan.asks)
        ):
            values[name] = draw(plan.make(*[whole[each] for each in plan.asks]))
        if name in values:
            whole[name] = values[name]
    if given:
        assume(not problems(class_, values))
        return values
    view = SimpleNamespace(**whole)
    for plan in plans:
        value = whole[plan.name]
        if plan.open and value is not None:
            assume(all(_holds(rule, value, view) for rule in plan.open))
    return values


def of_input(field: Input) -> _Drawn:
    """Draw values of one input, whatever the others are."""
    return _plan(field, frozenset()).make()


def holds(field: Input, value: Any) -> bool:
    """Tell whether a value passes the rules of its input, but for those that ask other inputs."""
    return value is None or all(_holds(rule, value, None) for rule in field.valid)


# --- how the inputs of a class are drawn ------------------------------------------------------------

_BITS = 16
_MASK = st.integers(0, 2**_BITS - 1)
_LEAST, _MOST = -1e9, 1e9


@attrs.frozen(eq=False)
class _Plan:
    """How an input is drawn.

    Attributes:
        name: The input.
        required: Whether it must be given.
        asks: The inputs whose values its own must fit.
        make: Gives the strategy for the values of those.
        open: The rules that ask other inputs and are not known to hold.
    """

    name: str
    required: bool
    asks: tuple[str, ...]
    make: Callable[..., _Drawn]
    open: tuple[Valid, ...] = ()


@functools.cache
def _plans(class_: type) -> tuple[_Plan, ...]:
    declared = declared_inputs(class_)
    plans = [_plan(field, frozenset(declared)) for field in declared.values()]
    # What others are compared with is drawn first.
    return tuple(sorted(plans, key=lambda plan: len(plan.asks)))


@functools.cache
def _defaults(class_: type) -> dict[str, Any]:
    declared = declared_inputs(class_).values()
    return {field.name: None if field.required else field.default for field in declared}


@functools.cache
def _plan(field: Input, others: frozenset[str]) -> _Plan:
    for known in _known():
        if all(rule in field.valid for rule in known.rules) and others.issuperset(known.asks):
            rest = tuple(rule for rule in field.valid if rule not in known.rules)
            if known.asks:
                return _Plan(field.name, field.required, known.asks, known.make, rest)
            make = _always(field, known.make(), rest)
            return _Plan(field.name, field.required, (), make, _asking(field, rest))
    make = _always(field, _single(field), _left(field))
    return _Plan(field.name, field.required, (), make, _asking(field, field.valid))


def _left(field: Input) -> list[Valid]:
    """Give the rules of an input that do not hold already by the way its values are drawn."""
    schema = _merged(field)
    made = (
        {"minimum", "maximum", "type"} if field.type == "number" and "enum" not in schema else set()
    )
    return [
        rule
        for rule in field.valid
        if not (
            rule.schema and rule.schema.keys() <= made and rule.schema.items() <= schema.items()
        )
    ]


def _merged(field: Input) -> dict[str, Json]:
    """Give what the rules of an input say of themselves."""
    schema: dict[str, Json] = {}
    for rule in field.valid:
        schema |= rule.schema
    return schema


def _always(field: Input, strategy: _Drawn, rules: Sequence[Valid]) -> Callable[[], _Drawn]:
    if rules:
        strategy = strategy.filter(lambda value: all(_holds(rule, value, None) for rule in rules))
    if field.nullable:
        strategy = st.none() | strategy
    return lambda: strategy


def _holds(rule: Valid, value: Any, inputs: Any) -> bool:
    try:
        held = rule.condition(value, inputs)
    except AttributeError:
        return True  # it asks an input that is not there
    return held is not False and not isinstance(held, Failure)


def _asking(field: Input, rules: Sequence[Valid]) -> tuple[Valid, ...]:
    """Give the rules that ask other inputs; all of them where there is no value to try them with."""
    shown = field.example if field.required else field.default
    if shown is None:
        return tuple(rules)
    return tuple(rule for rule in rules if _asks(rule, shown))


def _asks(rule: Valid, value: Any) -> bool:
    try:
        rule.condition(value, None)
    except AttributeError:
        return True
    return False


def _single(field: Input) -> _Drawn:
    """Draw values by the type, and by what the rules say of themselves."""
    schema = _merged(field)
    by_code = (
        any(not rule.schema for rule in field.valid) and not {"enum", "pattern"} & schema.keys()
    )
    if by_code or (field.example is not None and not field.valid):
        # What only code can tell, or nobody: what is known to be right must do; of what has few forms,
        # more is drawn.
        shown = json.loads(json.dumps(field.example if field.required else field.default))
        if not isinstance(field.type, str) or field.type not in {"bool", "number"}:
            return st.just(shown)
        return _of_type(field.type, schema).map(
            lambda drawn: drawn if holds(field, drawn) else shown
        )
    strategy = _of_type(field.type, schema)
    if field.type == "string" and "pattern" in schema:
        # A pattern may allow capitals that a finer rule refuses.
        strategy = strategy.map(lambda text: text if holds(field, text) else text.lower())
    if "pattern" in json.dumps(schema):
        # A pattern says less than its rule may: what is known to be right stands in.
        sure = json.loads(json.dumps(field.example if field.required else field.default))
        if not isinstance(field.type, str):
            return st.just(sure)
        return strategy.map(lambda drawn: drawn if holds(field, drawn) else sure)
    return strategy


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
            # Of digits nobody writes, Terraform and Python keep different numbers.
            bounds = (_LEAST if least is None else least, _MOST if most is None else most)
            return st.floats(*bounds).map(lambda number: round(number, 6))
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
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
    return st.text(letters, min_size=1, max_size=valid.SUFFIX_LENGTH).map(_suffix)


def _suffix(text: str) -> str:
    joined = re.sub("-+", "-", text).strip("-") or "a"
    # S3 reserves the endings -an and -s3alias.
    return re.sub("(^|-)(an|s3alias)$", r"\1a", joined)


_ADDRESS = st.integers(0, 2**32 - 1)


@st.composite
def networks(draw: st.DrawFn, /, minimum: int = 16, maximum: int = 28) -> str:
    """Draw IPv4 blocks by their network addresses.

    Args:
        draw: Given by hypothesis.
        minimum: The shortest prefix, of the largest block.
        maximum: The longest prefix.
    """
    prefix = draw(st.integers(minimum, maximum))
    address = draw(_ADDRESS) >> (32 - prefix) << (32 - prefix)
    return f"{_dotted(address)}/{prefix}"


@st.composite
def subnets_of(draw: st.DrawFn, /, network: str, minimum: int = 2, maximum: int = 6) -> list[str]:
    """Draw blocks inside a block that do not overlap.

    Args:
        draw: Given by hypothesis.
        network: The block; at least two /28 fit into it.
        minimum: How many at least.
        maximum: How many at most.
    """
    address, _, length = network.partition("/")
    room = 28 - int(length)
    count = draw(st.integers(minimum, min(maximum, 2**room)))
    bits = draw(st.integers((count - 1).bit_length(), min(room, 8)))
    prefix = int(length) + bits
    first = int.from_bytes(map(int, address.split(".")))
    return [
        f"{_dotted(first + (place << (32 - prefix)))}/{prefix}"
        for place in draw(_different(count, 2**bits - 1))
    ]


@functools.cache
def _different(count: int, most: int) -> st.SearchStrategy[list[int]]:
    """Draw so many numbers up to one; a strategy that is there already is quicker than another."""
    return st.lists(st.integers(0, most), min_size=count, max_size=count, unique=True)


def _dotted(address: int) -> str:
    return ".".join(map(str, address.to_bytes(4)))


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
    start, length = draw(_MINUTE), draw(_HALF_A_DAY)
    return f"{_clock(start)}-{_clock(start + length)}"


_MINUTE, _HALF_A_DAY = st.integers(0, _DAY - 1), st.integers(30, _DAY // 2)
_DAY_OF_WEEK = st.integers(0, 6)


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
    begin = draw(st.integers(0, free - length)) + end + draw(_DAY_OF_WEEK) * _DAY
    return f"{_moment(begin)}-{_moment(begin + length)}"


_HEX = st.text("0123456789abcdef", min_size=17, max_size=17)
_TAIL = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=6, max_size=6)


def secrets(region: str) -> st.SearchStrategy[str]:
    """Draw full ARNs of secrets in a region."""
    arn = f"arn:aws:secretsmanager:{region}:123456789012:secret:"
    return _TAIL.map(lambda tail: f"{arn}shop-{tail}")


def _ids_of(vpc: str | None, prefix: str) -> st.SearchStrategy[list[str]]:
    """Draw ids of what a VPC has; none where there is no VPC."""
    if vpc is None:
        return st.just([])
    return st.lists(_HEX.map(lambda text: f"{prefix}-{text}"), min_size=1, max_size=3, unique=True)


def route_tables(vpc: str | None) -> st.SearchStrategy[list[str]]:
    """Draw ids of the route tables of a VPC; none where there is no VPC."""
    return _ids_of(vpc, "rtb")


def security_groups(vpc: str | None) -> st.SearchStrategy[dict[str, str]]:
    """Draw ids of security groups of a VPC, by names; none where there is no VPC."""
    return _ids_of(vpc, "sg").map(
        lambda ids: {f"application-{number}": id_ for number, id_ in enumerate(ids)}
    )


def _clock(minute: int) -> str:
    return f"{minute % _DAY // 60:02}:{minute % 60:02}"


def _moment(minute: int) -> str:
    return f"{_DAYS[minute % _WEEK // _DAY]}:{_clock(minute)}"


_VPC = "production_vpc_id"
_of_vpc = valid.of_vpc(_VPC)


@attrs.frozen(eq=False)
class _Known:
    """Rules, and the strategy whose values hold them all.

    Attributes:
        rules: The rules.
        make: Gives the strategy, for the values of the inputs that are asked.
        asks: Those inputs.
    """

    rules: tuple[Valid, ...]
    make: Callable[..., _Drawn]
    asks: tuple[str, ...] = ()


@functools.cache
def _known() -> list[_Known]:
    """Give what is known of this project's rules; of two that fit an input, the first counts."""
    return [
        _Known(valid.suffix, suffixes),
        _Known((valid.tags,), tags),
        _Known((valid.vpc_cidr,), lambda: networks(maximum=26)),
        _Known(
            valid.client_cidrs,
            lambda: st.lists(networks(minimum=1, maximum=32), min_size=1, max_size=4),
        ),
        _Known(
            valid.named_clients,
            lambda: st.lists(networks(minimum=24, maximum=32), max_size=4),
        ),
        _Known(valid.zone_subnets, subnets_of, ("vpc_cidr",)),
        _Known(valid.subnet_cidrs, subnets_of, ("vpc_cidr",)),
        _Known((valid.secret_arn, valid.secret_of_region), secrets, ("aws_region",)),
        _Known((valid.secret_arn,), lambda: secrets("eu-central-1")),
        _Known((_of_vpc, valid.route_table_ids), route_tables, (_VPC,)),
        _Known((_of_vpc, *valid.client_security_groups), security_groups, (_VPC,)),
        _Known(valid.backup_window, backup_windows),
        _Known(valid.maintenance_window, maintenance_windows, ("backup_window",)),
        *(
            _Known(
                valid.offered(engine),
                functools.partial(_classes, engine),
                ("engine_version",),
            )
            for engine in postgres.ENGINES
        ),
    ]


@functools.cache
def _classes(engine: str, version: str) -> _Drawn:
    classes = instance_classes.offered(engine, version)
    return st.sampled_from([each for each in classes if each != instance_classes.SERVERLESS])
