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
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import attrs
from hypothesis import assume
from hypothesis import strategies as st

from tapforge.lang.errors import ArgumentError, Problem, closest
from tapforge.lang.expression import Failure
from tapforge.lang.inputs import Input, Valid, declared_inputs, problems
from tapforge.lang.json_syntax import Json
from tapforge.lang.value import normalized
from tapforge.systems.system import System
from tapforge.testing import values as drawn
from tapforge.testing.values import Drawn

_PLAIN = st.characters(codec="ascii", categories=("L", "N"), include_characters=" _.:/=+-@")


def environments(system: System[Any, Any], **given: Drawn) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what an environment may give for the variables of a system.

    Args:
        system: The system.
        given: Strategies for some of its inputs, for rules that can't be read off a declaration.
    """
    return inputs_of(system.inputs, **given)


def inputs_of(class_: type, **given: Drawn) -> st.SearchStrategy[dict[str, Any]]:
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


def inputs_beside(draw: st.DrawFn, class_: type, fixed: Mapping[str, Any]) -> dict[str, Any]:
    """Draw values of the inputs beside some that are known to be right.

    Args:
        draw: Given by hypothesis: a strategy of its own for every draw would take it time.
        class_: A class made with `tapforge.lang.inputs.inputs`.
        fixed: Values of inputs whose rules ask no other input.
    """
    return _drawn(draw, class_, {}, fixed)


@st.composite
def _inputs(draw: st.DrawFn, /, class_: type, given: Mapping[str, Drawn]) -> dict[str, Any]:
    return _drawn(draw, class_, given, {})


def _drawn(
    draw: st.DrawFn, class_: type, given: Mapping[str, Drawn], fixed: Mapping[str, Any]
) -> dict[str, Any]:
    values: dict[str, Any] = dict(fixed)
    defaults = _defaults(class_)
    whole = defaults | values
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
            or not _suits(plan, whole)
        ):
            values[name] = draw(plan.make(*[whole[each] for each in plan.asks]))
        if name in values:
            whole[name] = values[name]
    if given:
        assume(not problems(class_, values))
        return values
    if not _agree(plans, whole):
        for plan in plans:
            is_free = not plan.required and plan.name not in fixed
            if is_free and not _agree([plan], whole):
                # It is left out instead.
                values.pop(plan.name, None)
                whole[plan.name] = defaults[plan.name]
        assume(_agree(plans, whole))
    return values


def _suits(plan: _Plan, whole: Mapping[str, Any]) -> bool:
    """Tell whether an input may be left out beside the values of others that were drawn before."""
    view = SimpleNamespace(**whole)
    return all(_holds(rule, whole[plan.name], view) for rule in plan.of_default)


def _agree(plans: Iterable[_Plan], whole: Mapping[str, Any]) -> bool:
    """Tell whether the rules hold that ask other inputs."""
    view = SimpleNamespace(**whole)
    return all(
        whole[plan.name] is None or _holds(rule, whole[plan.name], view)
        for plan in plans
        for rule in plan.open
    )


def of_input(field: Input) -> Drawn:
    """Draw values of one input, whatever the others are."""
    return _plan(field, frozenset()).make()


def holds(field: Input, value: Any) -> bool:
    """Tell whether a value passes the rules of its input, but for those that ask other inputs."""
    return value is None or all(_holds(rule, value, None) for rule in field.valid)


def asks_others(field: Input, value: Any) -> bool:
    """Tell whether the rules of an input ask other inputs about a value, so that `holds` is not all."""
    return any(_asks(rule, value) for rule in field.valid)


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
        of_default: Of one whose value fits others: the rules that ask more inputs about its default.
    """

    name: str
    required: bool
    asks: tuple[str, ...]
    make: Callable[..., Drawn]
    open: tuple[Valid, ...] = ()
    of_default: tuple[Valid, ...] = ()


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
    for known in drawn.known():
        if all(rule in field.valid for rule in known.rules) and others.issuperset(known.asks):
            rest = tuple(rule for rule in field.valid if rule not in known.rules)
            if known.asks:
                asking = _asking_more(field, known.asks)
                return _Plan(field.name, field.required, known.asks, known.make, rest, asking)
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


def _always(field: Input, strategy: Drawn, rules: Sequence[Valid]) -> Callable[[], Drawn]:
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


def _asking_more(field: Input, asked: Iterable[str]) -> tuple[Valid, ...]:
    """Give the rules that ask about the default of an input for other inputs than some."""
    if field.required or field.default is None:
        return ()
    view = SimpleNamespace(**dict.fromkeys(asked, ""))
    return tuple(rule for rule in field.valid if _asks(rule, field.default, view))


def _asks(rule: Valid, value: Any, inputs: Any = None) -> bool:
    try:
        rule.condition(value, inputs)
    except AttributeError:
        return True
    return False


def _single(field: Input) -> Drawn:
    """Draw values by the type, and by what the rules say of themselves."""
    schema = _merged(field)
    others = _asking(field, field.valid)
    by_code = (
        any(not rule.schema for rule in field.valid if rule not in others)
        and not {"enum", "pattern"} & schema.keys()
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
            # Of digits nobody writes, and of a zero with a sign, Terraform keeps other numbers.
            bounds = (_LEAST if least is None else least, _MOST if most is None else most)
            return st.floats(*bounds).map(lambda number: round(number, 6) + 0.0)
        case "string":
            return _texts(schema)
        case ["map", element]:
            return st.dictionaries(st.text(_PLAIN, min_size=1), _of_type(element, {}), max_size=4)
        case [_, element]:
            least, most = schema.get("minItems", 0), schema.get("maxItems", 4)
            of_element = _of_type(element, schema.get("items", {}))
            return st.lists(of_element, min_size=least, max_size=most)
    raise TypeError(f"{type_!r} is no type of an input")


def _texts(schema: Mapping[str, Json]) -> st.SearchStrategy[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" not in schema:
        return st.text(_PLAIN, min_size=least, max_size=40 if most is None else most)
    pattern: re.Pattern[str] = re.compile(schema["pattern"])
    # Cut short, it may match no more.
    return st.from_regex(pattern, fullmatch=True).map(lambda text: normalized(text)[:most])
