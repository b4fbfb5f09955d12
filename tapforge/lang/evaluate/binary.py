"""Numbers as Terraform holds them: binary, with a mantissa of 512 bits."""

from __future__ import annotations

from fractions import Fraction

from tapforge.lang.value import PRECISION, Number, exact


def _rounded(value: Fraction) -> Fraction:
    """Round to the precision of Terraform's numbers, half to even."""
    if not value:
        return value
    numerator, denominator = abs(value.numerator), value.denominator
    shift = PRECISION - (numerator.bit_length() - denominator.bit_length())
    scaled = Fraction(numerator, denominator) * Fraction(2) ** shift
    if scaled >= 1 << PRECISION:
        scaled, shift = scaled / 2, shift - 1
    result = Fraction(round(scaled)) / Fraction(2) ** shift
    return -result if value < 0 else result


def binary(value: Number | Fraction) -> Fraction:
    """Give the binary number that Terraform holds for a decimal one, or for the result of a sum."""
    return _rounded(value if isinstance(value, Fraction) else Fraction(exact(value)))
