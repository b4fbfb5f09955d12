"""`tapforge explain`: one rule in full, or all of them."""

from collections.abc import Callable
from typing import Any

from tapforge.rules import explanation
from tapforge.rules.registry import rules

Run = Callable[..., Any]


def test_a_rule_is_shown(run: Run) -> None:
    """What it demands, what to do, and examples."""
    ran = run("explain", "publicly-accessible")

    assert ran.code == 0
    assert ran.out.startswith("publicly-accessible (error)\nNo database has a public address.\n")
    assert "\nFix\n  set publicly_accessible to false" in ran.out
    assert "\nBad\n  resource " in ran.out


def test_all_rules_are_listed(run: Run) -> None:
    """A line for each, with its severity and title."""
    ran = run("explain")

    assert [line.split()[1] for line in ran.out.splitlines()] == list(rules())
    assert "error   publicly-accessible " in ran.out


def test_rules_are_given_as_json(run: Run) -> None:
    """One as an object, all as a list of them."""
    one = run("explain", "publicly-accessible", "--json").json()
    every = run("explain", "--json").json()

    assert one["severity"] == "error"
    assert one in every
    assert [each["id"] for each in every] == list(rules())


def test_a_page_is_printed(run: Run) -> None:
    """As it is written to docs/rules.md."""
    assert run("explain", "--markdown").out == explanation.markdown(rules().values())


def test_an_unknown_rule_ends_with_2(run: Run) -> None:
    """With the closest one."""
    ran = run("explain", "publicly-accesible")

    assert (ran.code, ran.out) == (2, "")
    assert 'did you mean "publicly-accessible"?' in ran.err


def test_two_forms_at_once_end_with_2(run: Run) -> None:
    """One has to be chosen."""
    ran = run("explain", "--json", "--markdown")

    assert ran.code == 2
    assert "ask for different things" in ran.err
