"""How an expression survives an f-string.

An f-string can only make a ``str``, so an expression formats to a marker that rendering turns back
into a template part. Every marker begins and ends with a lone surrogate, which no text that Terraform
can hold contains, carries letters of both cases, and names its expression by a random token of this
process: a user's text can't forge one, and a marker that was sliced or changed in case is found out.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from tapforge.lang.errors import Problem, TapforgeError

if TYPE_CHECKING:
    from tapforge.lang.expression import Expression

_START, _END = "\udc54", "\udc46"
_MARKER = re.compile(f"{_START}tF([0-9a-f]{{16}}){_END}")
_SURROGATE = re.compile("[\ud800-\udfff]")

_expressions: dict[str, Expression] = {}
_markers: dict[tuple[str, bool], str] = {}


class DamagedReferenceError(TapforgeError, ValueError):
    """A string that held a reference was cut or changed after it was formatted."""


def mark(expression: Expression, text: str) -> str:
    """Give the marker that stands for an expression, one for each text it renders to."""
    # Two modules may have variables of one name, of which one is a number and one a string.
    key = (text, expression._type == "number")
    marker = _markers.get(key)
    if marker is None:
        token = os.urandom(8).hex()
        _expressions[token] = expression
        marker = _markers[key] = f"{_START}tF{token}{_END}"
    return marker


def has_marker(text: str) -> bool:
    """Tell whether text holds a marker, whole or damaged."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def split(text: str) -> list[str | Expression]:
    """Take text apart into its non-empty plain strings and the expressions formatted into it.

    Raises:
        DamagedReferenceError: a marker was sliced, changed in case or otherwise altered.
    """
    parts: list[str | Expression] = []
    end = 0
    for match in _MARKER.finditer(text):
        if match[1] not in _expressions:
            raise _damaged(text)
        parts += [text[end : match.start()], _expressions[match[1]]]
        end = match.end()
    parts.append(text[end:])
    if any(isinstance(part, str) and _SURROGATE.search(part) for part in parts):
        raise _damaged(text)
    return [part for part in parts if not (isinstance(part, str) and not part)]


def _damaged(text: str) -> DamagedReferenceError:
    # What is left of the token, in whatever case, tells which reference it was.
    rest = re.search("tf([0-9a-f]{4,16})", text.lower())
    meant = next(
        (e for token, e in _expressions.items() if rest and token.startswith(rest[1])), None
    )
    named = "" if meant is None else f" to {meant!r}"
    readable = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return DamagedReferenceError(
        Problem(
            "",
            f"the text {readable!r} holds a damaged reference{named}, or is not valid Unicode",
            "format a reference into a string whole; cut or change its case with Terraform's"
            " functions (substr, upper, lower, replace) before formatting it",
        )
    )
