"""Checks of what stands in an account, each with the requirement that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

import attrs

V = TypeVar("V", bound="Deployed")

Client = Callable[[str], Any]
"""Gives the boto3 client of a service, such as `rds`: of a real account, or of an emulator."""


class Deployed:
    """A deployed system, read through boto3; systems add to it what their checks look at.

    Args:
        inputs: The values of the system's inputs.
        outputs: The values of its outputs.
        client: Gives the clients of the account.
    """

    def __init__(self, inputs: Any, outputs: Mapping[str, Any], client: Client) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.client = client


@attrs.frozen
class Check(Generic[V]):
    """One thing that must be as required.

    Attributes:
        requirement: The requirement's id, such as `A1`.
        what: What is looked at.
        found: Reads it.
        expected: What it must be: from the inputs where it is an input.
    """

    requirement: str
    what: str
    found: Callable[[V], Any]
    expected: Callable[[V], Any]

    def run(self, deployed: V) -> Result:
        """Look, and compare; what is not there at all has failed."""
        # Only who looks at an account needs boto3.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        expected = self.expected(deployed)
        try:
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


def run(checks: Iterable[Check[V]], deployed: V) -> list[Result]:
    """Run checks one after the other; none stops the others."""
    return [check.run(deployed) for check in checks]


def _text(error: Exception) -> str:
    return f"can't be read: {type(error).__name__}: {error}"
