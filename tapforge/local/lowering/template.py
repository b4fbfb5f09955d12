"""References inside the text of Terraform's templates, found token by token.

A string at an expression's position is a template: text, `${...}` and `%{...}`, each of which may hold
strings that are templates again. Only there is `aws_vpc.main` a reference; in text it is text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import attrs

_IDENTIFIER = re.compile(r"[^\W\d][\w-]*(?:::[^\W\d][\w-]*)*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BLANK = re.compile(r"(?:\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_OPERAND = re.compile(r'[\w.]+|"[^"]*"')
_OPENING = {"(": ")", "[": "]", "{": "}"}


@attrs.frozen
class Traversal:
    """A name and the steps taken from it: `aws_subnet.main[count.index].id`.

    Attributes:
        root: The name, such as `aws_subnet`, `data` or `provider::aws::arn_parse`.
        steps: Each step as it is written: `.main`, `[count.index]`, `[*]`, `.id`.
    """

    root: str
    steps: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.root + "".join(self.steps)


Replace = Callable[[Traversal], str | None]
"""Gives the text that replaces a traversal; None leaves it as it is."""


class TemplateError(ValueError):
    """The text is no template of Terraform."""


def rewrite_template(text: str, replace: Replace) -> str:
    """Rewrite the references in a string that stands where an expression may.

    Raises:
        TemplateError: It is no template.
    """
    if "${" not in text and "%{" not in text:
        return text
    return _Rewriter(text, replace).template("")


def rewrite_expression(text: str, replace: Replace) -> str:
    """Rewrite the references in a bare expression, as `depends_on` holds them.

    Raises:
        TemplateError: It is no expression.
    """
    return _Rewriter(text, replace).expression("")


def sole_expression(text: str) -> str | None:
    """Give the expression of a string that is exactly one `${...}`; None for every other string."""
    if not text.startswith("${"):
        return None
    rewriter = _Rewriter(text, _unchanged)
    rewriter.position = 2
    inner = rewriter.expression("}")
    whole = rewriter.position == len(text) - 1
    return inner.strip("~").strip() if whole else None


def as_operand(value: Any) -> str:
    """Write a value like `as_expression`, in brackets where an operator could tear it apart."""
    expression = as_expression(value)
    simple = _OPERAND.fullmatch(expression) or not isinstance(value, str) or "${" not in value
    return expression if simple else f"({expression})"


def as_expression(value: Any) -> str:
    """Write a value of Terraform's JSON, at an expression's position, in the native syntax.

    Raises:
        TemplateError: A string in it is no template.
    """
    if isinstance(value, str):
        return sole_expression(value) or f'"{_Rewriter(value, _unchanged, _quoted).template("")}"'
    if isinstance(value, list):
        return f"[{', '.join(map(as_expression, value))}]"
    if isinstance(value, dict):
        items = (f"({as_expression(key)}) = {as_expression(item)}" for key, item in value.items())
        return f"{{{', '.join(items)}}}"
    return json.dumps(value)


def _unchanged(_: Traversal) -> None:
    return None


def _quoted(character: str) -> str:
    return json.dumps(character, ensure_ascii=False)[1:-1]


class _Rewriter:
    """One pass over a text, from left to right; `literal` writes the characters outside of `${}`."""

    def __init__(
        self, text: str, replace: Replace, literal: Callable[[str], str] = lambda text: text
    ) -> None:
        self.text = text
        self.replace = replace
        self.literal = literal
        self.position = 0

    def template(self, end: str) -> str:
        """Rewrite up to `end`, a quote or the end of the text; the position is then at it."""
        out: list[str] = []
        while self.position < len(self.text):
            if self._at("$${", "%%{"):
                out.append(self._take(3))
            elif self._at("${", "%{"):
                out += [self._take(2), self.expression("}"), self._take(1)]
            elif end and self._at(end):
                return "".join(out)
            elif end and self._at("\\"):
                out.append(self._take(2))
            else:
                out.append(self._take(1) if end else self.literal(self._take(1)))
        if end:
            raise TemplateError(f"a string does not end in: {self.text}")
        return "".join(out)

    def expression(self, end: str) -> str:
        """Rewrite up to `end`, a closing bracket or the end of the text."""
        out: list[str] = []
        while self.position < len(self.text):
            character = self.text[self.position]
            if character == end:
                return "".join(out)
            if character == '"':
                out += [self._take(1), self.template('"'), self._take(1)]
            elif character in _OPENING:
                closing = _OPENING[character]
                out += [self._take(1), self.expression(closing), self._take(1)]
            elif blank := _BLANK.match(self.text, self.position):
                out.append(self._take(len(blank[0])))
            elif number := _NUMBER.match(self.text, self.position):
                out.append(self._take(len(number[0])))
            elif name := _IDENTIFIER.match(self.text, self.position):
                # After a full stop it is an attribute of something in brackets, and no reference.
                attribute = out[-1:] == ["."]
                out.append(self._take(len(name[0])) if attribute else self._traversal(name[0]))
            else:
                out.append(self._take(1))
        if end:
            raise TemplateError(f"`{end}` is missing in: {self.text}")
        return "".join(out)

    def _traversal(self, root: str) -> str:
        self._take(len(root))
        steps: list[str] = []
        while True:
            if self._at(".") and (
                name := _IDENTIFIER.match(self.text, self.position + 1)
                or _NUMBER.match(self.text, self.position + 1)
            ):
                steps.append(self._take(1 + len(name[0])))
            elif self._at(".*"):
                steps.append(self._take(2))
            elif self._at("["):
                steps.append(self._take(1) + self.expression("]") + self._take(1))
            else:
                break
        traversal = Traversal(root, tuple(steps))
        replacement = self.replace(traversal)
        return str(traversal) if replacement is None else replacement

    def _at(self, *texts: str) -> bool:
        return self.text.startswith(texts, self.position)

    def _take(self, length: int) -> str:
        taken = self.text[self.position : self.position + length]
        self.position += length
        return taken
