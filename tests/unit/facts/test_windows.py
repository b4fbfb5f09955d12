"""Backup and maintenance windows."""

import re

import pytest

from tapforge.facts import windows


def test_parsed_windows() -> None:
    """A window is its start and its length, over midnight and over the week's end too."""
    assert windows.parse_backup("03:00-04:00") == windows.Window("03:00-04:00", 180, 60, 1440)
    assert windows.parse_backup("23:30-00:30").minutes == 60
    assert windows.parse_maintenance("tue:00:00-tue:01:00").start == 1440
    assert windows.parse_maintenance("sun:23:45-mon:00:15").minutes == 30


@pytest.mark.parametrize(
    "text", ["3:00-04:00", "03:00-24:00", "03:60-04:00", "03:00 - 04:00", "03:00-04:00\n", ""]
)
def test_malformed_backup_window(text: str) -> None:
    """The message shows the form."""
    assert "must be written hh24:mi-hh24:mi" in (windows.check_backup(text) or "")


@pytest.mark.parametrize("text", ["04:00-05:00", "monday:04:00-monday:05:00", "mon:4:00-mon:5:00"])
def test_malformed_maintenance_window(text: str) -> None:
    """The message shows the form."""
    assert "must be written ddd:hh24:mi-ddd:hh24:mi" in (windows.check_maintenance(text) or "")


def test_capital_days_are_written_small() -> None:
    """RDS gives the days back in lower case, so capitals would always differ."""
    message = windows.check_maintenance("Sun:04:00-Sun:06:00") or ""
    assert message.endswith('write "sun:04:00-sun:06:00"')
    assert windows.parse_maintenance("Sun:04:00-Sun:06:00").start == 6 * 1440 + 240


@pytest.mark.parametrize(
    ("check", "text", "minutes"),
    [
        (windows.check_backup, "03:00-03:29", 29),
        (windows.check_backup, "03:00-03:00", 0),
        (windows.check_maintenance, "mon:04:00-mon:04:10", 10),
    ],
)
def test_short_window(check: object, text: str, minutes: int) -> None:
    """Less than half an hour is refused, with the length that was found."""
    assert f"is {minutes} minutes long; expected at least 30" in check(text)


@pytest.mark.parametrize(
    ("backup", "maintenance"),
    [
        ("03:00-04:00", "mon:04:00-mon:05:00"),
        ("05:00-06:00", "mon:04:00-mon:05:00"),
        ("00:00-02:00", "sun:04:00-sun:06:00"),
        ("23:00-00:00", "mon:00:00-mon:01:00"),
    ],
)
def test_touching_and_separate_windows_do_not_overlap(backup: str, maintenance: str) -> None:
    """The end of one may be the start of the other."""
    assert windows.overlap(backup, maintenance) == 0
    assert windows.check_overlap(backup, maintenance) is None


@pytest.mark.parametrize(
    ("backup", "maintenance", "minutes", "place"),
    [
        ("03:00-04:30", "mon:04:00-mon:05:00", 30, "mon:04:00-mon:04:30"),
        ("03:00-06:00", "mon:04:00-mon:05:00", 60, "mon:04:00-mon:05:00"),
        ("23:30-00:30", "tue:00:00-tue:01:00", 30, "tue:00:00-tue:00:30"),
        ("23:30-00:30", "sun:23:45-mon:00:15", 30, "sun:23:45-mon:00:15"),
        ("00:00-01:00", "sun:23:30-mon:00:30", 30, "mon:00:00-mon:00:30"),
        ("23:30-00:30", "mon:00:00-mon:01:00", 30, "mon:00:00-mon:00:30"),
    ],
)
def test_overlap_shows_the_arithmetic(
    backup: str, maintenance: str, minutes: int, place: str
) -> None:
    """The message says how many minutes, and which."""
    assert windows.overlap(backup, maintenance) == minutes
    message = windows.check_overlap(backup, maintenance) or ""
    assert f"share {minutes} minutes: {place}; they must not overlap" in message


def test_overlap_on_several_days() -> None:
    """A long maintenance window meets the daily backup more than once."""
    assert windows.overlap("03:00-04:00", "mon:00:00-wed:00:00") == 120
    message = windows.check_overlap("03:00-04:00", "mon:00:00-wed:00:00") or ""
    assert "mon:03:00-mon:04:00, tue:03:00-tue:04:00" in message
    assert message.endswith("shorten one so that both fit in a day")


def test_advice_is_free_of_overlap() -> None:
    """The start that the message proposes is right."""
    message = windows.check_overlap("03:30-04:30", "mon:04:00-mon:05:00") or ""
    start = re.search("start the backup at ([0-9:]+)", message)
    assert start is not None
    assert start[1] == "05:00"
    assert windows.overlap("05:00-06:00", "mon:04:00-mon:05:00") == 0


def test_malformed_windows_are_not_repeated() -> None:
    """A malformed window is reported by its own check alone."""
    assert windows.check_overlap("3-4", "mon:04:00-mon:05:00") is None
    assert windows.check_overlap("03:00-04:00", "Mon") is None
    with pytest.raises(ValueError, match="must be written"):
        windows.overlap("3-4", "mon:04:00-mon:05:00")


def test_patterns_are_whole_and_valid_in_re2() -> None:
    """A rendered module can check the same text."""
    for pattern in (windows.BACKUP_PATTERN, windows.MAINTENANCE_PATTERN):
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert "(?" not in pattern
