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
long = st.one_of(st.integers(30, 180), st.integers(30, WEEK - 1))


@given(backup=minute, backup_length=short, maintenance=minute, maintenance_length=long)
def test_overlap_counts_shared_minutes(
    backup: int, backup_length: int, maintenance: int, maintenance_length: int
) -> None:
    """The arithmetic gives the number of minutes that lie in both windows."""
    daily = {(backup + each) % DAY for each in range(backup_length)}
    weekly = {(maintenance + each) % WEEK for each in range(maintenance_length)}
    shared = sum(each % DAY in daily for each in weekly)
    first = f"{clock(backup)}-{clock(backup + backup_length)}"
    second = f"{moment(maintenance)}-{moment(maintenance + maintenance_length)}"
    assert windows.overlap(first, second) == shared
    message = windows.check_overlap(first, second)
    assert (message is None) is (shared == 0)
    if message and "start the backup at " in message:
        start = message.split("start the backup at ")[1][:5]
        hours, minutes = map(int, start.split(":"))
        moved = f"{start}-{clock(hours * 60 + minutes + backup_length)}"
        assert windows.overlap(moved, second) == 0


@given(text=st.text(max_size=25))
def test_any_text_is_judged_without_failing(text: str) -> None:
    """A wrong window is a message and never an exception."""
    assert windows.check_backup(text)
    assert windows.check_maintenance(text)
