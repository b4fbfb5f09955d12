"""How the function says no: nothing was changed, this is why, and this is the way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        place: Where: a database, a table, a task, a record, the checkpoint.
        message: What was found there and what was expected.
        fix: What to do about it.
    """

    place: str
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}; {self.fix}"


class RefusedError(Exception):
    """A guard does not hold; carries every problem found, so that none hides another."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class BusyError(RefusedError):
    """Another invocation is at work on this version of the checkpoint.

    Args:
        brief: It ends within seconds: an operator's command waits for it.
    """

    def __init__(self, *problems: Problem, brief: bool = False) -> None:
        self.brief = brief
        super().__init__(*problems)


class SupersededError(RefusedError):
    """Another invocation took over while this one slept: it must not touch anything any more."""


class UnreachableError(RefusedError):
    """A database or service did not answer; what was asked may or may not have happened."""


class StoppedError(RefusedError):
    """A step was begun and can't end well: before the switch it is undone."""
