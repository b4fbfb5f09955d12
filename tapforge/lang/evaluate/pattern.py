"""Functions of regular expressions: Terraform's are RE2, of which Python's ``re`` does a part alike.

A pattern is taken apart and written anew for ``re``; one that holds anything the two might read in
different ways stays with Terraform.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tapforge.lang.value import RefusedError, UnfoldedError, string

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_REPEAT = 1000
_FLAGS = re.compile(r"\(\?([ims]+)\)")
_GROUP = re.compile(r"\((?:\?(?::|P?<([A-Za-z_][A-Za-z0-9_]*)>))?")
_REPEAT = re.compile(r"([*+?])|\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}")
_HEXADECIMAL = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_REFERENCE = re.compile(r"\$(?:(\$)|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})")
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SPACE = r"\t\n\f\r "  # without the \v of Python
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}


class _Piece(NamedTuple):
    """A part of a pattern, written for Python.

    Attributes:
        python: The pattern.
        nullable: Whether it can match the empty string.
        repeat: How many times a counted repetition in it repeats at most.
    """

    python: str
    nullable: bool
    repeat: int = 1


class _Translation:
    """Writes an RE2 pattern for Python, from the left to the right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._names: set[str] = set()
        flags = _FLAGS.match(pattern)
        self.flags = set(flags[1]) if flags else set()
        self._at = flags.end() if flags else 0
        self.python = self._alternatives().python
        if self._at < len(pattern):
            raise UnfoldedError

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self, expected: str = "") -> str:
        character = self._next()
        if not character or (expected and character != expected):
            raise UnfoldedError
        self._at += 1
        return character

    def _match(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        match = expression.match(self._pattern, self._at)
        if match:
            self._at = match.end()
        return match

    def _alternatives(self) -> _Piece:
        pieces = [self._sequence()]
        while self._next() == "|":
            self._take()
            pieces.append(self._sequence())
        return _Piece(
            "|".join(piece.python for piece in pieces),
            any(piece.nullable for piece in pieces),
            max(piece.repeat for piece in pieces),
        )

    def _sequence(self) -> _Piece:
        pieces = []
        while self._next() not in ("", "|", ")"):
            pieces.append(self._repeated(self._atom()))
        return _Piece(
            "".join(piece.python for piece in pieces),
            all(piece.nullable for piece in pieces),
            max((piece.repeat for piece in pieces), default=1),
        )

    def _repeated(self, piece: _Piece) -> _Piece:
        match = self._match(_REPEAT)
        if not match:
            return piece
        symbol, least, comma, most = match.groups()
        lazy = "?" if self._next() == "?" else ""
        self._at += len(lazy)
        if piece.nullable or _REPEAT.match(self._pattern, self._at):
            # What an empty turn of a loop captures is a matter of the engine.
            raise UnfoldedError
        counts = [int(count) for count in (least, most) if count]
        repeat = piece.repeat * max(counts, default=1)
        if repeat > _MAX_REPEAT or counts != sorted(counts):
            raise UnfoldedError
        nullable = symbol in ("*", "?") or least == "0"
        written = symbol or "{" + least + (comma or "") + "}"
        return _Piece(piece.python + written + lazy, nullable, repeat)

    def _atom(self) -> _Piece:
        character = self._next()
        if character == "(":
            return self._group()
        self._take()
        match character:
            case "[":
                return _Piece(self._class(), nullable=False)
            case "\\":
                return self._escape()
            case "^":
                return _Piece("^", nullable=True)
            case "$":
                return _Piece("$" if "m" in self.flags else r"\Z", nullable=True)
            case ".":
                return _Piece(".", nullable=False)
            case "*" | "+" | "?":
                raise UnfoldedError
        return _Piece(re.escape(character), nullable=False)

    def _group(self) -> _Piece:
        match = self._match(_GROUP)
        if not match or self._next() == "?":
            raise UnfoldedError
        if name := match[1]:
            if name in self._names:
                raise UnfoldedError
            self._names.add(name)
        inner = self._alternatives()
        self._take(")")
        opening = f"(?P<{name}>" if name else match[0]
        return inner._replace(python=f"{opening}{inner.python})")

    def _escape(self) -> _Piece:
        match self._next():
            case "d" | "D" | "w" | "W" as letter:
                self._take()
                return _Piece(f"\\{letter}", nullable=False)
            case "s" | "S" as letter:
                self._take()
                return _Piece(f"[{'^' if letter == 'S' else ''}{_SPACE}]", nullable=False)
            case "b" | "B" | "A" | "z" as letter:
                self._take()
                return _Piece(r"\Z" if letter == "z" else f"\\{letter}", nullable=True)
        return _Piece(re.escape(self._escaped_character()), nullable=False)

    def _escaped_character(self) -> str:
        """Read what stands for one character after a backslash."""
        if hexadecimal := self._match(_HEXADECIMAL):
            code = int(hexadecimal[1] or hexadecimal[2], 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise UnfoldedError
            return chr(code)
        character = self._take()
        if character in _CONTROLS:
            return _CONTROLS[character]
        if not character.isascii() or character.isalnum():
            raise UnfoldedError
        return character

    def _class(self) -> str:
        out = ["["]
        if self._next() == "^":
            out.append(self._take())
        first = True
        while self._next() != "]" or first:
            first = False
            out.append(self._class_item())
        self._take("]")
        return "".join(out) + "]"

    def _class_item(self) -> str:
        if self._pattern.startswith("[:", self._at):
            end = self._pattern.find(":]", self._at)
            name = self._pattern[self._at + 2 : end]
            if end < 0 or name not in _POSIX:
                raise UnfoldedError
            self._at = end + 2
            return _POSIX[name]
        following = self._pattern[self._at : self._at + 2]
        if following in (r"\d", r"\D", r"\w", r"\W", r"\s"):
            self._at += 2
            return _SPACE if following == r"\s" else following
        low = self._class_character()
        after = self._pattern[self._at : self._at + 2]
        if after[:1] != "-" or after == "-]":
            return re.escape(low)
        self._take("-")
        high = self._class_character()
        if high < low:
            raise UnfoldedError
        return f"{re.escape(low)}-{re.escape(high)}"

    def _class_character(self) -> str:
        character = self._take()
        return self._escaped_character() if character == "\\" else character


@functools.lru_cache(maxsize=256)
def _compile(pattern: str) -> tuple[re.Pattern[str], bool]:
    """Give the pattern for Python and whether it ignores case.

    Raises:
        UnfoldedError: Python might read it otherwise than Terraform.
    """
    translation = _Translation(pattern)
    flags = re.ASCII
    for letter in translation.flags:
        flags |= {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}[letter]
    if "i" in translation.flags and not pattern.isascii():
        raise UnfoldedError
    return re.compile(translation.python, flags), "i" in translation.flags


def _matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    """Give all matches: an empty one directly after another match is none in RE2."""
    compiled, ignores_case = _compile(pattern)
    if ignores_case and not text.isascii():
        raise UnfoldedError
    position, previous_end = 0, -1
    while position <= len(text) and (match := compiled.search(text, position)):
        empty = match.end() == position
        if not (empty and match.start() == previous_end):
            yield match
        position = match.end() + empty
        previous_end = match.end()


def _captured(match: re.Match[str]) -> Any:
    names, groups = match.re.groupindex, match.groups()
    if not groups:
        return match[0]
    if not names:
        return list(groups)
    return match.groupdict()


def _captures(pattern: str, text: str) -> Iterator[Any]:
    compiled, _ = _compile(pattern)
    if compiled.groupindex and len(compiled.groupindex) < compiled.groups:
        raise RefusedError("cannot mix both named and unnamed capture groups")
    return map(_captured, _matches(pattern, text))


def _regex(pattern: Any, text: Any) -> Any:
    for captured in _captures(string(pattern), string(text)):
        return captured
    raise RefusedError("pattern did not match any part of the given string")


def _regexall(pattern: Any, text: Any) -> list[Any]:
    return list(_captures(string(pattern), string(text)))


def _replace(text: Any, searched: Any, replacement: Any) -> str:
    text, searched, replacement = string(text), string(searched), string(replacement)
    if len(searched) < 2 or searched[0] != "/" or searched[-1] != "/":
        return text.replace(searched, replacement)  # type: ignore[no-any-return]
    if not replacement.isascii():
        raise UnfoldedError
    out, end = [], 0
    for match in _matches(searched[1:-1], text):
        out += [text[end : match.start()], _expanded(replacement, match)]
        end = match.end()
    return "".join(out) + str(text[end:])


def _expanded(replacement: str, match: re.Match[str]) -> str:
    def group(reference: re.Match[str]) -> str:
        if reference[1]:
            return "$"
        name = reference[2] or reference[3]
        if name.isdigit() and (name == "0" or name[0] != "0"):
            return match[int(name)] or "" if int(name) <= match.re.groups else ""
        return match[name] or "" if name in match.re.groupindex else ""

    return _REFERENCE.sub(group, replacement)


FUNCTIONS = {"regex": _regex, "regexall": _regexall, "replace": _replace}
