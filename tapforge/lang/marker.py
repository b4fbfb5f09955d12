"""How an expression survives an f-string.

An f-string can only make a ``str``, so an expression formats to a marker that rendering turns back
into a template part. Every marker begins and ends with a lone surrogate, which no text that Terraform
can hold contains, carries letters of both cases, and is signed with a secret of this process: a user's
text can't forge one, and a marker that was sliced or changed in case is found out.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

from tapforge.lang.errors import Problem, TapforgeError

if TYPE_CHECKING:
    from tapforge.lang.expression import Expression

_START, _END = "\udc54", "\udc46"
_SECRET = secrets.token_bytes(16)
_MARKER = re.compile(f"{_START}tF([0-9a-f]+)\\.([0-9a-f]{{16}}){_END}")
_SURROGATE = re.compile("[\ud800-\udfff]")

_expressions: list[Expression] = []
_markers: dict[str, str] = {}


class DamagedReferenceError(TapforgeError, ValueError):
    """A string that held a reference was cut or changed after it was formatted."""


def _signature(index: str) -> str:
    return hashlib.blake2b(index.encode(), key=_SECRET, digest_size=8).hexdigest()


def mark(expression: Expression, text: str) -> str:
    """Give the marker that stands for an expression, one for each text it renders to."""
    marker = _markers.get(text)
    if marker is None:
        index = f"{len(_expressions):x}"
        _expressions.append(expression)
        marker = _markers[text] = f"{_START}tF{index}.{_signature(index)}{_END}"
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
        index, signature = match.groups()
        if signature != _signature(index):
            raise _damaged(text)
        parts += [text[end : match.start()], _expressions[int(index, 16)]]
        end = match.end()
    parts.append(text[end:])
    if any(isinstance(part, str) and _SURROGATE.search(part) for part in parts):
        raise _damaged(text)
    return [part for part in parts if not (isinstance(part, str) and not part)]


def _damaged(text: str) -> DamagedReferenceError:
    index = re.search("tf([0-9a-f]+)", text, re.IGNORECASE)
    number = int(index[1], 16) if index else -1
    named = f" to {_expressions[number]!r}" if 0 <= number < len(_expressions) else ""
    readable = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return DamagedReferenceError(
        Problem(
            "",
            f"the text {readable!r} holds a damaged reference{named}, or is not valid Unicode",
            "format a reference into a string whole; cut or change its case with Terraform's"
            " functions (substr, upper, lower, replace) before formatting it",
        )
    )
