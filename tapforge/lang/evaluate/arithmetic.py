"""What Terraform's arithmetic operators come to."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tapforge.lang.value import Number, RefusedError, UnfoldedError, exact, number, simplest


def calculate(operator: str, *operands: Any) -> Number:
    """Apply an arithmetic operator to one or two known values.

    Raises:
        RefusedError: Terraform refuses it.
        UnfoldedError: the result has more digits than Python can be sure of.
    """
    values = [number(each) for each in operands]
    if len(values) == 1:
        return simplest(-exact(values[0])) if operator == "-" else values[0]
    left, right = values
    if left.__class__ is int and right.__class__ is int and operator in _WHOLE:
        return exact(_OPERATORS[operator](left, right))
    if operator in "/%" and right == 0:
        raise RefusedError("division by zero")
    return _decimal(_OPERATORS[operator](Fraction(exact(left)), Fraction(exact(right))))


def _decimal(value: Fraction) -> Number:
    """Give an exact result as a number, if its decimal notation ends."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        raise UnfoldedError
    return simplest(exact(Decimal(value.numerator) / Decimal(value.denominator)))


def _remainder(left: Fraction, right: Fraction) -> Fraction:
    # As Go has it: the sign is that of the dividend.
    return left - right * int(left / right)


_WHOLE = frozenset("+-*")
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": _remainder,
}
