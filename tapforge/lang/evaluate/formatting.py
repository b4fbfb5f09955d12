"""``format`` and ``formatlist``: verbs in the manner of Go's fmt, over Terraform's values."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from tapforge.lang.evaluate.binary import binary
from tapforge.lang.evaluate.encoding import encode_json
from tapforge.lang.evaluate.text import graphemes
from tapforge.lang.value import (
    RefusedError,
    UnfoldedError,
    boolean,
    exact,
    is_number,
    normalized,
    number,
    sequence,
    string,
)

_VERB = re.compile(
    r"%(?:(?P<percent>%)|(?P<flags>[ +\-0#]*)(?P<width>[1-9][0-9]*)?(?P<precision>\.[0-9]*)?"
    r"(?:\[(?P<index>[1-9][0-9]*)\])?(?P<mode>[vtbdoxXeEfgGsq]))"
)
_BASES = {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}
_PREFIXES = {"b": "0b", "d": "", "o": "0", "x": "0x", "X": "0X"}
_MAX_SIZE = 200  # of a width or a precision


class _Verb(NamedTuple):
    mode: str
    flags: str
    width: int
    precision: int | None

    def cut(self, text: str) -> str:
        """Cut a text to the precision; Terraform takes 0 for none."""
        return "".join(graphemes(text)[: self.precision]) if self.precision else text

    def pad(self, text: str) -> str:
        """Pad a text to the width."""
        if not self.width:
            return text
        padding = self.width - len(graphemes(text))
        if "-" in self.flags:
            if "0" in self.flags:
                raise UnfoldedError
            return text + " " * padding
        return ("0" if "0" in self.flags else " ") * padding + text

    def numeral(self, numeral: str, *, zeros: bool) -> str:
        """Give a numeral its sign and pad it."""
        sign = numeral[:1] if numeral[:1] == "-" else ""
        digits = numeral[len(sign) :]
        if not sign:
            sign = "+" if "+" in self.flags else " " if " " in self.flags else ""
        padding = self.width - len(sign) - len(digits)
        if zeros:
            return sign + "0" * padding + digits
        return digits and (
            sign + digits + " " * padding if "-" in self.flags else " " * padding + sign + digits
        )


def _format(template: Any, *arguments: Any) -> str:
    template = string(template)
    out, end, following, highest = [], 0, 0, 0
    for match in _VERB.finditer(template):
        out.append(_plain(template[end : match.start()]))
        end = match.end()
        if match["percent"]:
            out.append("%")
            continue
        index = int(match["index"]) - 1 if match["index"] else following
        if index >= len(arguments):
            raise RefusedError(f'not enough arguments for "{match[0]}"')
        following = index + 1
        highest = max(highest, following)
        out.append(_formatted(_verb(match), arguments[index]))
    if highest < len(arguments):
        raise RefusedError(f"too many arguments; only {highest} used by format string")
    return "".join(out) + _plain(template[end:])


def _plain(text: str) -> str:
    if "%" in text:
        raise UnfoldedError
    return text


def _verb(match: re.Match[str]) -> _Verb:
    width = int(match["width"] or 0)
    precision = None if match["precision"] is None else int(match["precision"][1:] or 0)
    if max(width, precision or 0) > _MAX_SIZE:
        raise UnfoldedError
    return _Verb(match["mode"], match["flags"], width, precision)


def _formatted(verb: _Verb, value: Any) -> str:
    if verb.mode == "v":
        return _default(verb, value)
    if value is None:
        raise RefusedError(f'unsupported value for "%{verb.mode}": null value cannot be formatted')
    match verb.mode:
        case "s":
            return verb.pad(verb.cut(string(value)))
        case "q":
            return verb.pad(encode_json(verb.cut(string(value))))
        case "t":
            return "true" if boolean(value) else "false"
        case "e" | "E" | "f" | "g" | "G":
            return _float(verb, exact(number(value)))
    return _integer(verb, exact(number(value)))


def _default(verb: _Verb, value: Any) -> str:
    as_json = "#" in verb.flags
    if isinstance(value, str) and not verb.flags and verb.precision is None:
        return verb.pad(value)
    if verb.flags.strip("#") or verb.precision is not None:
        raise UnfoldedError
    if is_number(value) and not as_json:
        if verb.width:
            raise UnfoldedError
        return _shortest(exact(value))
    return verb.pad(encode_json(value))


def _integer(verb: _Verb, value: int | Decimal) -> str:
    if value != int(value):
        raise RefusedError("an integer is required")
    value = int(value)
    digits = format(abs(value), _BASES[verb.mode])
    if verb.precision is not None:
        if not value and not verb.precision:
            return ""
        digits = digits.rjust(verb.precision, "0")
    prefix = _PREFIXES[verb.mode] if "#" in verb.flags else ""
    zeros = "0" in verb.flags and "-" not in verb.flags and verb.precision is None
    if zeros and prefix:
        raise UnfoldedError
    return verb.numeral(("-" if value < 0 else "") + prefix + digits, zeros=zeros)


def _float(verb: _Verb, value: int | Decimal) -> str:
    if not value and Decimal(value).is_signed():
        raise UnfoldedError
    mode = verb.mode.lower()
    magnitude = abs(binary(value))
    if mode == "f":
        places = 6 if verb.precision is None else verb.precision
        text = _fixed(round(magnitude * 10**places), places)
    elif mode == "e":
        text = _scientific(
            *_significant(magnitude, 7 if verb.precision is None else verb.precision + 1)
        )
    elif verb.precision is None:
        text = _shortest(Decimal(value).copy_abs())
    else:
        text = _general(*_significant(magnitude, verb.precision or 1), verb.precision or 1)
    if value < 0:
        text = "-" + text
    text = text.upper() if verb.mode.isupper() else text
    return verb.numeral(text, zeros="0" in verb.flags)


def _fixed(units: int, places: int) -> str:
    digits = str(units).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def _significant(value: Fraction, count: int) -> tuple[str, int]:
    """Round to `count` digits; give them and the exponent of the first."""
    if not value:
        return "0" * count, 0
    exponent = len(str(value.numerator)) - len(str(value.denominator))
    if value < Fraction(10) ** exponent:
        exponent -= 1
    digits = str(round(value / Fraction(10) ** (exponent - count + 1)))
    return digits[:count], exponent + len(digits) - count


def _scientific(digits: str, exponent: int) -> str:
    mantissa = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def _general(digits: str, exponent: int, precision: int) -> str:
    """Write digits as ``%g`` does: with an exponent if it is small, or `precision` or more."""
    digits = digits.rstrip("0") or "0"
    if precision > len(digits) > exponent:
        precision = len(digits)
    if not -5 < exponent < precision:
        return _scientific(digits, exponent)
    if exponent < 0:
        return f"0.{'0' * (-exponent - 1)}{digits}"
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    fraction = digits[exponent + 1 :]
    return f"{whole}.{fraction}" if fraction else whole


def _shortest(value: int | Decimal) -> str:
    """Write all digits of a number as ``%g`` does without a precision."""
    decimal = Decimal(value)
    digits = "".join(map(str, decimal.as_tuple().digits)).lstrip("0") or "0"
    exponent = decimal.adjusted() if decimal else 0
    digits = digits.rstrip("0") or "0"
    text = (
        _general(digits, exponent, 6)
        if -5 < exponent < 6 and len(digits) <= 6
        else _wide(digits, exponent)
    )
    return "-" + text if decimal < 0 else text


def _wide(digits: str, exponent: int) -> str:
    """Write more digits than the six that decide whether there is an exponent."""
    if not -5 < exponent < 6:
        return _scientific(digits, exponent)
    if exponent < 0:
        return f"0.{'0' * (-exponent - 1)}{digits}"
    return f"{digits[: exponent + 1]}.{digits[exponent + 1 :]}"


def _formatlist(template: Any, *arguments: Any) -> list[str]:
    template = string(template)
    lists = [_row(argument) for argument in arguments]
    lengths = {len(items) for items in lists if items is not None}
    if len(lengths) > 1:
        raise RefusedError("arguments have lists of different lengths")
    count = lengths.pop() if lengths else 1
    rows = (
        [
            argument if items is None else items[row]
            for argument, items in zip(arguments, lists, strict=True)
        ]
        for row in range(count)
    )
    return [normalized(_format(template, *row)) for row in rows]


def _row(argument: Any) -> list[Any] | None:
    """Give the elements to walk through, or None for a value that stands in every row."""
    return sequence(argument) if isinstance(argument, (list, tuple, set, frozenset)) else None


FUNCTIONS = {"format": _format, "formatlist": _formatlist}
