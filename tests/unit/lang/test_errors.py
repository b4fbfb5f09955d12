"""What is said when something is wrong."""

import pytest

from tapforge.lang.errors import (
    ArgumentError,
    Problem,
    TapforgeError,
    UnknownValueError,
    ValueNotAllowedError,
    closest,
)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            Problem("main.cidr", "is no CIDR block", "give one"),
            "main.cidr: is no CIDR block; give one",
        ),
        (Problem("", "is no CIDR block", "give one"), "is no CIDR block; give one"),
        (Problem("main.cidr", "is no CIDR block"), "main.cidr: is no CIDR block"),
        (Problem("a", "ends in a full stop.", "go on"), "a: ends in a full stop; go on"),
        (Problem("a", "ends in a full stop."), "a: ends in a full stop."),
    ],
)
def test_a_problem_says_where_what_and_what_to_do(problem, text):
    """In one line, without what is not there."""
    assert str(problem) == text


def test_an_error_carries_every_problem():
    """One after the other, so that none hides another."""
    one, two = Problem("a", "is wrong"), Problem("b", "is missing")
    assert TapforgeError(one).problems == (one,)
    error = TapforgeError(problem for problem in (one, two))
    assert error.problems == (one, two)
    assert str(error) == "a: is wrong\nb: is missing"


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (ArgumentError, TypeError),
        (UnknownValueError, TypeError),
        (ValueNotAllowedError, ValueError),
    ],
)
def test_errors_are_of_pythons_kinds_too(kind, builtin):
    """A caller that knows nothing of tapforge may catch them."""
    assert issubclass(kind, TapforgeError)
    assert issubclass(kind, builtin)


def test_the_closest_name_is_suggested():
    """If any is close."""
    assert (
        closest("instnce_class", ["instance_class", "engine"]) == 'did you mean "instance_class"?'
    )
    assert closest("zzz", iter(["instance_class", "engine"])) == ""
