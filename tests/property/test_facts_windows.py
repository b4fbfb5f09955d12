"""Overlap of windows, against counting minutes one by one."""

from hypothesis import given
from hypothesis import strategies as st

from tapforge.facts import windows

DAY, WEEK = 24 * 60, 7 * 24 * 60


def clock(minute: int) -> str:
    """Return a minute of a day as text."""
    return f"{minute % DAY // 60:02}:{minute % 60:02}"


def moment(minute: int) -> str:
    """Return a minute of a week as text."""
    return f"{windows.DAYS[minute % WEEK // DAY]}:{clock(minute)}"


minute = st.integers(0, WEEK - 1)
short = st.integers(30, DAY - 1)


@given(backup=minute, backup_length=short, maintenance=minute, maintenance_length=short)
def test_the_arithmetic_agrees_with_counting(
    backup: int, backup_length: int, maintenance: int, maintenance_length: int
) -> None:
    """Lengths and overlap are those of the minutes that lie in the windows, one by one."""
    daily = {(backup + each) % DAY for each in range(backup_length)}
    weekly = {(maintenance + each) % WEEK for each in range(maintenance_length)}
    first = f"{clock(backup)}-{clock(backup + backup_length)}"
    second = f"{moment(maintenance)}-{moment(maintenance + maintenance_length)}"
    assert windows.backup_minutes(first) == backup_length
    assert windows.maintenance_minutes(second) == maintenance_length
    assert windows.overlap(first, second) is any(each % DAY in daily for each in weekly)
