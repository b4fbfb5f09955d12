"""Values of parameters: what RDS accepts, and how a size or a time is written for it.

PostgreSQL reads `1GB`; a parameter group takes the number alone, in the parameter's own unit, which
may be 8 kB. Source of the units: `pg_settings.unit` of running servers, equal to the tables in the
RDS user guide.
"""

from __future__ import annotations

import ast
import functools
import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tapforge.facts._data import any_of, did_you_mean

if TYPE_CHECKING:
    from tapforge.facts.parameters import Parameter

_BYTES = {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_MICROSECONDS = {
    "us": 1,
    "ms": 10**3,
    "s": 10**6,
    "min": 60 * 10**6,
    "h": 3600 * 10**6,
    "d": 86400 * 10**6,
}
_UNIT_BYTES = _BYTES | {"8kB": 8 * 1024}
UNITS = _BYTES | _MICROSECONDS
"""The units that a value may have: bytes of each, or microseconds."""
OWN_UNITS = _UNIT_BYTES | _MICROSECONDS
"""The units that a parameter may count in, likewise."""
_TRUE = frozenset({"1", "on", "true", "yes"})
_FALSE = frozenset({"0", "off", "false", "no"})
# RDS computes these from the instance: {DBInstanceClassMemory/32768}, LEAST({...},5000).
_FORMULA = (
    r"[^{}]*(?:\{[^{}]*(?:AllocatedStorage|DBInstanceClassMemory|DBInstanceVCPU|EndPointPort)"
    r"[^{}]*\}[^{}]*)+"
)
_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "GREATEST": max,
    "LEAST": min,
    "SUM": lambda *terms: sum(terms),
}
_QUANTITY = r"(-?[0-9]+)(?:\.([0-9]+))?\s*([A-Za-z]*)"


def check_value(parameter: Parameter, value: str) -> str | None:
    """Return what is wrong with `value` as RDS would read it, or None."""
    if parameter.type in ("integer", "real"):
        return _check_number(parameter, value)
    if parameter.type == "bool":
        if value in ("0", "1"):
            return None
        advice = _boolean(value)
        return f'{parameter.name} is "{value}"; expected 0 or 1' + (
            f"; write {advice}" if advice else ""
        )
    if not parameter.values:
        return None
    given = [part.strip() for part in value.split(",")] if parameter.type == "list" else [value]
    known = {each.lower() for each in parameter.values}
    wrong = [each for each in given if each.lower() not in known]
    if not wrong:
        return None
    near = did_you_mean(wrong[0].lower(), parameter.values)
    kind = "elements out of" if parameter.type == "list" else "one of"
    advice = f"; {near}" if near else ""
    return (
        f'{parameter.name} has "{wrong[0]}"; expected {kind} '
        f"{', '.join(each or '(empty)' for each in parameter.values)}{advice}"
    )


def convert(value: float | str, parameter: Parameter) -> int:
    """Return a size or a time in the parameter's own unit: `1GB` of shared_buffers is 131072.

    Args:
        value: A number with a unit, such as `16MB` or `5min`; a number without one is in the
            parameter's unit already.
        parameter: An integer parameter.

    Raises:
        ValueError: If the value is malformed, has a unit of another kind, or is not a whole number
            of the parameter's unit.
    """
    text = str(value).strip()
    match = re.fullmatch(_QUANTITY, text)
    if match is None:
        raise ValueError(
            f'{parameter.name} is "{value}"; expected a number such as {_example(parameter)}'
        )
    whole, fraction, unit = match[1], match[2] or "", match[3]
    scale: int = 10 ** len(fraction)
    digits = int(whole + fraction)
    if not unit:
        factor, own = 1, 1
    else:
        factor, own = _factors(parameter, unit, text)
    amount = digits * factor
    result, rest = divmod(amount, own * scale)
    if rest:
        step = f" of {parameter.unit}" if unit else ""
        raise ValueError(
            f"{parameter.name} is {text}, which is not a whole number{step}; "
            f"take {result} or {result + 1}" + (f", counted in {parameter.unit}" if unit else "")
        )
    return result


def write(value: float | str, parameter: Parameter) -> str:
    """Return `value` as a parameter group must have it.

    Sizes and times with units are converted, True and `on` become 1 (or `on` in an enum, `all` in
    the list of log_connections), and formulas such as `{DBInstanceClassMemory/32768}` stay.

    Raises:
        ValueError: If the parameter cannot have that value.
    """
    text = _written(value, parameter)
    problem = check_value(parameter, text)
    if problem:
        raise ValueError(problem)
    return text


def in_bytes(parameter: Parameter, value: str) -> int | None:
    """Return how many bytes `value` (in the parameter's unit) means; None when it is no size.

    Formulas and the special values below zero are no sizes.
    """
    factor = _UNIT_BYTES.get(parameter.unit or "")
    if factor is None or not re.fullmatch("[0-9]+", value):
        return None
    return int(value) * factor


@functools.lru_cache(maxsize=1024)
def evaluate(value: str, memory: int) -> float | None:
    """Return the number that `value` comes to on an instance; None where that can't be told.

    RDS keeps some of an instance's memory for itself, so that the true number may be smaller.

    Args:
        value: A number, or a formula such as `LEAST({DBInstanceClassMemory/9531392},5000)`.
        memory: Memory of the instance's class, in bytes.
    """
    try:
        tree = ast.parse(value.translate({ord("{"): "(", ord("}"): ")"}), mode="eval")
        return _number(tree.body, memory)
    except (SyntaxError, ValueError, ZeroDivisionError):
        return None


def _number(node: ast.expr, memory: int) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id="DBInstanceClassMemory"):
            return memory
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(operand, memory)
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_number(left, memory), _number(right, memory))
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as terms) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_number(term, memory) for term in terms))
    raise ValueError(ast.dump(node))


def _check_number(parameter: Parameter, value: str) -> str | None:
    if re.fullmatch(_FORMULA, value):
        return None
    unit = f" (counted in {parameter.unit})" if parameter.unit else ""
    shape = "-?[0-9]+" if parameter.type == "integer" else r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
    if re.fullmatch(shape, value) is None:
        kind = "an integer" if parameter.type == "integer" else "a number"
        advice = ""
        if parameter.type == "integer":
            try:
                advice = f"; write {convert(value, parameter)}"
            except ValueError:
                advice = ""
        return f'{parameter.name} is "{value}"; expected {kind}{unit}{advice}'
    number = float(value)
    low, high = parameter.min, parameter.max
    if (low is None or number >= low) and (high is None or number <= high):
        return None
    lower = "" if low is None else f" from {low:.17g}"
    upper = "" if high is None else f" to {high:.17g}"
    return f"{parameter.name} is {value}{unit}; expected a number{lower}{upper}"


def _written(value: float | str, parameter: Parameter) -> str:
    text = str(value)
    if parameter.type == "integer" and not isinstance(value, bool):
        return text if re.fullmatch(_FORMULA, text) else str(convert(value, parameter))
    switch = _boolean(text)
    if parameter.type == "bool":
        return switch or text
    if parameter.values and (isinstance(value, bool) or text not in parameter.values):
        word = {"1": "on", "0": "off"}.get(switch or "")
        if switch == "1" and "all" in parameter.values and parameter.type == "list":
            word = "all"
        return word if word in parameter.values and word else text
    return text


def _boolean(text: str) -> str | None:
    word = text.lower()
    return "1" if word in _TRUE else "0" if word in _FALSE else None


def _factors(parameter: Parameter, unit: str, text: str) -> tuple[int, int]:
    own = parameter.unit
    kind = _BYTES if own in _UNIT_BYTES else _MICROSECONDS
    if own is None:
        raise ValueError(f'{parameter.name} has no unit; found "{text}"; write the number alone')
    if unit not in kind:
        same = next((known for known in kind if known.lower() == unit.lower()), None)
        advice = f"; write {same}" if same else ""
        raise ValueError(
            f'{parameter.name} is "{text}"; "{unit}" is not one of {any_of(kind)}{advice}'
        )
    return kind[unit], (_UNIT_BYTES | _MICROSECONDS)[own]


def _example(parameter: Parameter) -> str:
    if parameter.unit in _UNIT_BYTES:
        return "64MB"
    return "30s" if parameter.unit in _MICROSECONDS else "10"
