"""Checks of what stands in an account."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, NoRegionError

from tapforge.live.checks import Check, run
from tapforge.live.deployed import Deployed
from tapforge.live.verify import verify

DEPLOYED = Deployed({"size": 2}, {"id": "x"}, lambda service: service)


def failing(error: Exception) -> Any:
    """Give a function that can't read anything."""

    def read(_: Deployed) -> None:
        raise error

    return read


def test_found_is_compared_with_expected() -> None:
    """The inputs say what is expected, and each result keeps both."""
    same = Check("A1", "size", lambda _: 2, lambda each: each.inputs["size"])
    other = Check("A2", "id", lambda each: each.outputs["id"], lambda _: "y")

    results = run([same, other], DEPLOYED)

    assert [(each.requirement, each.ok) for each in results] == [("A1", True), ("A2", False)]
    assert (results[1].found, results[1].expected) == ("x", "y")


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "NotFound", "Message": "no such VPC"}}, "DescribeVpcs"),
        NoRegionError(),
        KeyError("Vpcs"),
        IndexError("none"),
        TypeError("None"),
        AttributeError("none"),
    ],
)
def test_what_cannot_be_read_has_failed_and_stops_nothing(error: Exception) -> None:
    """The reason stands where the value would."""
    broken = Check("A1", "VPC", failing(error), lambda _: 1)
    fine = Check("A2", "size", lambda _: 2, lambda _: 2)

    first, second = run([broken, fine], DEPLOYED)

    assert not first.ok
    assert first.found.startswith(f"can't be read: {type(error).__name__}: ")
    assert first.expected == 1
    assert second.ok


def test_an_account_that_is_asked_what_to_expect_may_fail_too() -> None:
    """A check may compare two things of the account."""
    (result,) = run([Check("A1", "group", lambda _: 1, failing(LookupError("0 found")))], DEPLOYED)

    assert (result.ok, result.expected) == (False, None)
    assert result.found == "can't be read: LookupError: 0 found"


def test_a_system_without_checks_has_no_results() -> None:
    """Somebody else's system is not held to requirements of ours."""
    assert verify("theirs", None, {}, lambda service: service) == []
