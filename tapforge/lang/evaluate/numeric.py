"""Functions of numbers and of bools."""

from __future__ import annotations

import math
import string as characters
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from tapforge.lang.evaluate.binary import binary
from tapforge.lang.value import (
    Number,
    RefusedError,
    UnfoldedError,
    boolean,
    exact,
    number,
    sequence,
    simplest,
    whole,
)

_FLOAT_INTEGERS = 1 << 53  # to here a float64, in which Terraform takes powers, holds every integer
_POWERS = {base: [base**power for power in range(16)] for base in (2, 10)}
_MAX_RANGE = 1024
_DIGITS = characters.digits + characters.ascii_lowercase + characters.ascii_uppercase


def _abs(value: Any) -> Number:
    return simplest(Decimal(exact(number(value))).copy_abs())


def _ceil(value: Any) -> Number:
    return exact(int(Decimal(exact(number(value))).to_integral_value(ROUND_CEILING)))


def _floor(value: Any) -> Number:
    return exact(int(Decimal(exact(number(value))).to_integral_value(ROUND_FLOOR)))


def _signum(value: Any) -> int:
    integer = whole(value)
    return (integer > 0) - (integer < 0)


def _max(*values: Any) -> Number:
    return _extreme(max, values)


def _min(*values: Any) -> Number:
    return _extreme(min, values)


def _extreme(choose: Any, values: tuple[Any, ...]) -> Number:
    if not values:
        raise RefusedError("must pass at least one number")
    return simplest(choose(exact(number(value)) for value in values))


def _sum(values: Any) -> Number:
    if isinstance(values, dict):
        raise UnfoldedError
    items = sequence(values)
    if not items:
        raise RefusedError("cannot sum an empty list")
    numbers = [exact(number(item)) for item in items]
    total = sum(numbers)
    if not isinstance(total, int):
        held = Fraction(0)
        for item in numbers:
            held = binary(held + binary(item)) if held else binary(item)
        if held != binary(total):
            raise UnfoldedError
    return simplest(total)


def _pow(base: Any, power: Any) -> Number:
    base, power = exact(number(base)), exact(number(power))
    if base != int(base) or power != int(power) or power < 0:
        raise UnfoldedError
    base, power = int(base), int(power)
    if abs(base) > 1 and power * math.log2(abs(base)) > math.log2(_FLOAT_INTEGERS):
        raise UnfoldedError
    result: int = base**power
    return result


def _log(value: Any, base: Any) -> Number:
    value, base = exact(number(value)), exact(number(base))
    if base not in (2, 10) or value not in _POWERS[int(base)]:
        # The last digit of a logarithm depends on who computes it.
        raise UnfoldedError
    return simplest(Decimal(repr(math.log(value) / math.log(base))))


def _parseint(text: Any, base: Any) -> int:
    base = whole(base)
    if not isinstance(text, str):
        raise RefusedError("first argument must be a string")
    if not 2 <= base <= len(_DIGITS):
        raise RefusedError("base must be a whole number between 2 and 62 inclusive")
    if base <= 36:
        text = text.lower()
    digits = text[1:] if text[:1] in ("+", "-") else text
    value = 0
    for digit in digits:
        place = _DIGITS.find(digit)
        if not 0 <= place < base:
            break
        value = value * base + place
    else:
        if digits:
            return int(exact(-value if text[0] == "-" else value))
    raise RefusedError(f'cannot parse "{text}" as a base {base} integer')


def _range(*parameters: Any) -> list[Number]:
    if not 1 <= len(parameters) <= 3:
        raise RefusedError("must have one, two, or three arguments")
    numbers = [exact(number(parameter)) for parameter in parameters]
    if any(Fraction(item) != binary(item) for item in numbers):
        raise UnfoldedError
    start, end = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else (1 if start <= end else -1)
    if start != end and (step == 0 or (start < end) != (step > 0)):
        raise RefusedError("the step must lead from start to end")
    result: list[Number] = []
    while start < end if step > 0 else start > end:
        if len(result) == _MAX_RANGE:
            raise RefusedError(f"more than {_MAX_RANGE} values were generated")
        result.append(simplest(start))
        start += step
    return result


def _alltrue(values: Any) -> bool:
    decisions = [item is not None and boolean(item) for item in sequence(values)]
    return all(decisions)


def _anytrue(values: Any) -> bool:
    decisions = [item is not None and boolean(item) for item in sequence(values)]
    return any(decisions)


FUNCTIONS = {
    "abs": _abs,
    "alltrue": _alltrue,
    "anytrue": _anytrue,
    "ceil": _ceil,
    "floor": _floor,
    "log": _log,
    "max": _max,
    "min": _min,
    "parseint": _parseint,
    "pow": _pow,
    "range": _range,
    "signum": _signum,
    "sum": _sum,
}
