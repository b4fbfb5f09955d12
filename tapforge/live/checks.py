"""Checks of what stands in an account, each with the requirement that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from tapforge.live.deployed import Deployed


@attrs.frozen
class Check:
    """One thing that must be as required.

    Attributes:
        requirement: The requirement's id, such as `A1`.
        what: What is looked at.
        found: Reads it.
        expected: What it must be: from the inputs where it is an input.
    """

    requirement: str
    what: str
    found: Callable[[Deployed], Any]
    expected: Callable[[Deployed], Any]

    def run(self, deployed: Deployed) -> Result:
        """Look, and compare; what is not there at all has failed."""
        # Only who looks at an account needs boto3.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        expected = None
        try:
            expected = self.expected(deployed)
            found = self.found(deployed)
        except (BotoCoreError, ClientError, LookupError, TypeError, AttributeError) as error:
            return Result(self.requirement, self.what, False, _text(error), expected)
        return Result(self.requirement, self.what, found == expected, found, expected)


@attrs.frozen
class Result:
    """What a check found.

    Attributes:
        requirement: The requirement's id.
        what: What was looked at.
        ok: Whether it is as required.
        found: What it is, or why it could not be read.
        expected: What it must be.
    """

    requirement: str
    what: str
    ok: bool
    found: Any
    expected: Any


def run(checks: Iterable[Check], deployed: Deployed) -> list[Result]:
    """Run checks one after the other; none stops the others."""
    return [check.run(deployed) for check in checks]


def _text(error: Exception) -> str:
    return f"can't be read: {type(error).__name__}: {error}"
