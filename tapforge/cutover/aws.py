"""What AWS answers, as refusals: what passes by itself, and what a person must see to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tapforge.cutover.errors import Problem, RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSING = ("Throttl", "TooMany", "RequestLimit", "ServiceUnavailable", "Internal", "PriorRequest")
_CHANGED = "InvalidChangeBatch"


@contextmanager
def aws_errors() -> Iterator[None]:
    """Turn errors of AWS into refusals.

    Raises:
        UnreachableError: AWS did not answer, or asked for patience.
        RefusedError: AWS said no.
    """
    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        code, message = told.get("Code", ""), told.get("Message", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        place = f"AWS {error.operation_name}"
        if code.startswith(_PASSING) or status >= 500:
            raise UnreachableError(Problem(place, f"{code}: {message}", "try again")) from None
        fix = (
            "somebody else changed the records: compare them with the checkpoint"
            if code == _CHANGED
            else "see that the function's role allows it, and that what it names exists"
        )
        raise RefusedError(Problem(place, f"{code}: {message}", fix)) from None
    except BotoCoreError as error:
        raise UnreachableError(
            Problem(
                "AWS", f"does not answer: {error}", "see that the function reaches its endpoint"
            )
        ) from None
