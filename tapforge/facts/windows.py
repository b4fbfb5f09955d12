"""Backup and maintenance windows of RDS: their text, their length, and whether they overlap.

A backup window is `hh24:mi-hh24:mi` every day, a maintenance window is `ddd:hh24:mi-ddd:hh24:mi`
once a week. Both are in UTC, take at least 30 minutes and must not conflict with each other.
Source: botocore 1.44.5, rds CreateDBInstance and CreateDBCluster, PreferredBackupWindow and
PreferredMaintenanceWindow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINIMUM_MINUTES = 30

_CLOCK = "([01][0-9]|2[0-3]):([0-5][0-9])"
_DAY = f"({'|'.join(DAYS)})"

# Both are valid in RE2, so that a rendered module can check the same text.
BACKUP_PATTERN = f"^{_CLOCK}-{_CLOCK}$"
MAINTENANCE_PATTERN = f"^{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}$"

_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES


@frozen
class Window:
    """A span of time that comes back every `period` minutes.

    Attributes:
        text: The window as it was written.
        start: Minutes from the beginning of the period, which is midnight or Monday's midnight.
        minutes: Its length; it may run over the end of the period.
        period: 1440 for a daily window, 10080 for a weekly one.
    """

    text: str
    start: int
    minutes: int
    period: int


def parse_backup(text: str) -> Window:
    """Return the daily window that `text` writes, such as `03:00-04:00`.

    Raises:
        ValueError: If the text has another form or the window is shorter than 30 minutes.
    """
    match = re.fullmatch(BACKUP_PATTERN, text)
    if match is None:
        raise ValueError(f'backup window "{text}" must be written hh24:mi-hh24:mi, as 03:00-04:00')
    start, end = (_minute(match[i], match[i + 1]) for i in (1, 3))
    return _window("backup", text, start, end, _DAY_MINUTES)


def parse_maintenance(text: str) -> Window:
    """Return the weekly window that `text` writes, such as `mon:04:00-mon:05:00`.

    Raises:
        ValueError: If the text has another form or the window is shorter than 30 minutes.
    """
    match = re.fullmatch(MAINTENANCE_PATTERN, text.lower())
    if match is None:
        raise ValueError(
            f'maintenance window "{text}" must be written ddd:hh24:mi-ddd:hh24:mi, '
            "as mon:04:00-mon:05:00"
        )
    start, end = (
        DAYS.index(match[i]) * _DAY_MINUTES + _minute(match[i + 1], match[i + 2]) for i in (1, 4)
    )
    return _window("maintenance", text, start, end, _WEEK_MINUTES)


def check_backup(text: str) -> str | None:
    """Return what is wrong with the backup window `text`, or None."""
    return _message(parse_backup, text)


def check_maintenance(text: str) -> str | None:
    """Return what is wrong with the maintenance window `text`, or None.

    RDS writes days in lower case; with capitals every plan would show a difference.
    """
    if text != text.lower() and re.fullmatch(MAINTENANCE_PATTERN, text.lower()):
        return f'maintenance window "{text}" must be in lower case; write "{text.lower()}"'
    return _message(parse_maintenance, text)


def overlap(backup: str, maintenance: str) -> int:
    """Return how many minutes of the weekly window the daily one takes; 0 when they only touch.

    Raises:
        ValueError: If a window is malformed or too short.
    """
    return sum(minutes for _, minutes in _overlaps(backup, maintenance))


def check_overlap(backup: str, maintenance: str) -> str | None:
    """Return where the two windows overlap, or None when both are right and they do not.

    A malformed window is not repeated here: `check_backup` and `check_maintenance` say so.
    """
    if check_backup(backup) or check_maintenance(maintenance):
        return None
    shared = _overlaps(backup, maintenance)
    if not shared:
        return None
    places = ", ".join(
        f"{_moment(start)}-{_moment((start + minutes) % _WEEK_MINUTES)}"
        for start, minutes in shared
    )
    total = sum(minutes for _, minutes in shared)
    daily, weekly = parse_backup(backup), parse_maintenance(maintenance)
    free = _moment((weekly.start + weekly.minutes) % _WEEK_MINUTES)[4:]
    advice = (
        f"start the backup at {free}, for one"
        if daily.minutes + weekly.minutes <= _DAY_MINUTES
        else "shorten one so that both fit in a day"
    )
    return (
        f"backup window {backup} (every day) and maintenance window {maintenance} share "
        f"{total} minutes: {places}; they must not overlap; {advice}"
    )


def _overlaps(backup: str, maintenance: str) -> list[tuple[int, int]]:
    daily, weekly = parse_backup(backup), parse_maintenance(maintenance)
    shared = []
    # Two days more on both sides cover windows that run over midnight and over the week's end.
    first, last = weekly.start, weekly.start + weekly.minutes
    for day in range(-2, 16):
        begin = day * _DAY_MINUTES + daily.start
        start, end = max(first, begin), min(last, begin + daily.minutes)
        if start < end:
            shared.append((start % _WEEK_MINUTES, end - start))
    return shared


def _window(kind: str, text: str, start: int, end: int, period: int) -> Window:
    minutes = (end - start) % period
    if minutes < MINIMUM_MINUTES:
        raise ValueError(
            f'{kind} window "{text}" is {minutes} minutes long; expected at least {MINIMUM_MINUTES}'
        )
    return Window(text=text, start=start, minutes=minutes, period=period)


def _message(parse: Callable[[str], Window], text: str) -> str | None:
    try:
        parse(text)
    except ValueError as error:
        return str(error)
    return None


def _minute(hours: str, minutes: str) -> int:
    return int(hours) * 60 + int(minutes)


def _moment(minute: int) -> str:
    day, rest = divmod(minute, _DAY_MINUTES)
    return f"{DAYS[day]}:{rest // 60:02}:{rest % 60:02}"
