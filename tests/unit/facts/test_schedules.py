"""Schedule expressions."""

import pytest

from tapforge.facts import schedules


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(12 hours)",
        "rate(1 day)",
        "cron(0 5 ? * * *)",
        "cron(0 5 * * ? *)",
        "cron(0/15 * * * ? *)",
        "cron(15 12 ? * MON-FRI 2026-2030)",
        "cron(0 8 1 JAN,JUL ? *)",
        "cron(0 8 L * ? *)",
        "cron(0 8 3W * ? *)",
        "cron(0 8 ? * 6L *)",
        "cron(0 8 ? * 3#2 *)",
        "cron(*/10 0-5 ? * 2,4,6 *)",
    ],
)
def test_valid_schedule_passes(expression: str) -> None:
    """The forms of the user guide are right."""
    assert schedules.check(expression) is None


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("rate(1 minutes)", "singular: rate(1 minute)"),
        ("rate(5 minute)", "plural: rate(5 minutes)"),
        ("rate(0 days)", "not a positive whole number"),
        ("rate(1.5 hours)", "not a positive whole number"),
        ("rate(1 week)", "one of minutes, hours, days"),
        ("cron(0 5 * * *)", "has 5 fields and not 6"),
        ("cron(0 5 * * * *)", 'needs "?" in one of'),
        ("cron(0 5 ? * ? *)", 'needs "?" in one of'),
        ("cron(60 5 ? * * *)", '"60" for the minutes'),
        ("cron(0 24 ? * * *)", '"24" for the hours'),
        ("cron(0 5 0 * ? *)", '"0" for the day of the month'),
        ("cron(0 5 ? * 0 *)", '"0" for the day of the week'),
        ("cron(0 5 ? FOO * *)", '"FOO" for the month'),
        ("cron(0/0 5 ? * * *)", '"0/0" for the minutes'),
        ("cron(? 5 ? * * *)", '"?" for the minutes'),
        ("0 5 * * *", "none of rate(...), cron(...)"),
        ("at(2027-01-31T12:00:00)", "none of rate(...), cron(...)"),
        ("", "none of"),
    ],
)
def test_wrong_schedule_is_explained(expression: str, words: str) -> None:
    """The message says what is wrong with it."""
    assert words in (schedules.check(expression) or "")


def test_kinds_depend_on_the_service() -> None:
    """AWS Backup takes cron alone; EventBridge Scheduler knows single times."""
    assert schedules.check("rate(1 day)", ("cron",))
    assert schedules.check("at(2027-01-31T12:00:00)", ("at",)) is None
    assert "not a time" in (schedules.check("at(tomorrow)", ("at",)) or "")


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [("rate(4 hours)", 240), ("rate(1 day)", 1440), ("cron(0 5 ? * * *)", None), ("x", None)],
)
def test_rates_are_counted_in_minutes(expression: str, minutes: int | None) -> None:
    """Only a rate says how often it runs."""
    assert schedules.rate_minutes(expression) == minutes
