"""What tapforge says when it is given something wrong: every problem at once, each with its way out."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable


@attrs.frozen
class Problem:
    """One thing that is wrong.

    Attributes:
        place: Where: an argument's address, a file and key, an option.
        message: What was found there and what was expected.
        fix: What to do about it; empty when the message says it all.
    """

    place: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text.removesuffix('.')}; {self.fix}" if self.fix else text


class TapforgeError(Exception):
    """Bad input. Carries every problem found, so that none hides another."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ArgumentError(TapforgeError, TypeError):
    """Arguments that a block does not take, lacks, or takes in another type."""


class ValueNotAllowedError(TapforgeError, ValueError):
    """A value that can't stand at this position of the language."""


class UnknownValueError(TapforgeError, TypeError):
    """Python asked for a value that only Terraform will know."""


def closest(name: str, names: Iterable[str]) -> str:
    """Say which of the valid names was probably meant: ``did you mean "x"?``, or nothing."""
    match = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f'did you mean "{match[0]}"?' if match else ""
