"""Backup and maintenance windows."""

import re

import pytest

from tapforge.facts import windows


@pytest.mark.parametrize(
    ("window", "minutes"), [("03:00-04:00", 60), ("23:30-00:30", 60), ("00:00-00:00", 0)]
)
def test_length_of_a_daily_window(window: str, minutes: int) -> None:
    """A window may run over midnight."""
    assert windows.backup_minutes(window) == minutes


@pytest.mark.parametrize(
    ("window", "minutes"),
    [
        ("mon:04:00-mon:05:00", 60),
        ("tue:22:00-wed:00:30", 150),
        ("sun:23:45-mon:00:15", 30),
        ("mon:05:00-mon:04:00", 7 * 1440 - 60),
    ],
)
def test_length_of_a_weekly_window(window: str, minutes: int) -> None:
    """A window may run over midnight and over the week's end."""
    assert windows.maintenance_minutes(window) == minutes


@pytest.mark.parametrize(
    ("backup", "maintenance", "together"),
    [
        ("03:00-04:00", "mon:04:00-mon:05:00", False),
        ("05:00-06:00", "mon:04:00-mon:05:00", False),
        ("23:00-00:00", "mon:00:00-mon:01:00", False),
        ("03:00-04:30", "mon:04:00-mon:05:00", True),
        ("03:00-06:00", "mon:04:00-mon:05:00", True),
        ("04:10-04:50", "mon:04:00-mon:05:00", True),
        ("23:30-00:30", "tue:00:00-tue:01:00", True),
        ("00:00-01:00", "sun:23:30-mon:00:30", True),
    ],
)
def test_overlap(backup: str, maintenance: str, together: bool) -> None:
    """The end of one may be the start of the other; the day does not count."""
    assert windows.overlap(backup, maintenance) is together


@pytest.mark.parametrize("text", ["3:00-04:00", "03:00-24:00", "03:60-04:00", "03:00 - 04:00", ""])
def test_malformed_daily_windows(text: str) -> None:
    """The pattern takes two full clocks."""
    assert not re.fullmatch(windows.BACKUP_PATTERN, text)


@pytest.mark.parametrize(
    "text", ["04:00-05:00", "monday:04:00-monday:05:00", "Mon:04:00-Mon:05:00", ""]
)
def test_malformed_weekly_windows(text: str) -> None:
    """The pattern takes days in lower case: RDS gives them back so, and capitals always differ."""
    assert not re.fullmatch(windows.MAINTENANCE_PATTERN, text)
