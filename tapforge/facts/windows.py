"""Backup and maintenance windows of RDS: their text, their length, and whether they overlap.

A backup window is `hh24:mi-hh24:mi` every day, a maintenance window is `ddd:hh24:mi-ddd:hh24:mi`
once a week. Both are in UTC, take at least 30 minutes and must not conflict with each other.
Source: botocore 1.44.5, rds CreateDBInstance and CreateDBCluster, PreferredBackupWindow and
PreferredMaintenanceWindow.

Every function takes well-formed text, or an expression that will be, and answers in the same world.
"""

from __future__ import annotations

from tapforge.lang import functions as fn
from tapforge.lang.call import remembered
from tapforge.lang.expression import let, lt, or_

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MINIMUM_MINUTES = 30
DAY_MINUTES = 24 * 60

_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = f"({'|'.join(DAYS)})"

BACKUP_PATTERN = f"^{_CLOCK}-{_CLOCK}$"
MAINTENANCE_PATTERN = f"^{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}$"


def backup_minutes(window: str) -> float:
    """Give the length of a daily window."""
    return _after(_minutes(window, 6), _minutes(window, 0))


def maintenance_minutes(window: str) -> float:
    """Give the length of a weekly window."""
    days = fn.index(DAYS, fn.substr(window, 10, 3)) - fn.index(DAYS, fn.substr(window, 0, 3))
    minutes = _minutes(window, 14) - _minutes(window, 4)
    return (days * DAY_MINUTES + minutes + 7 * DAY_MINUTES) % (7 * DAY_MINUTES)


def overlap(backup: str, maintenance: str) -> bool:
    """Tell whether a daily window meets a weekly one of less than a day.

    Backups run every day, so that only the time of the day counts, whatever the day of the week.
    """
    return let(
        {
            "backup": _minutes(backup, 0),
            "backup_end": _minutes(backup, 6),
            "maintenance": _minutes(maintenance, 4),
            "maintenance_end": _minutes(maintenance, 14),
        },
        lambda at: or_(
            lt(_after(at.maintenance, at.backup), _after(at.backup_end, at.backup)),
            lt(_after(at.backup, at.maintenance), _after(at.maintenance_end, at.maintenance)),
        ),
    )


@remembered
def _minutes(window: str, start: int) -> float:
    """Give the minute of the day of the clock that begins at a character of a window."""
    hours, minutes = fn.substr(window, start, 2), fn.substr(window, start + 3, 2)
    return fn.tonumber(hours) * 60 + fn.tonumber(minutes)


def _after(end: float, start: float) -> float:
    """Give the minutes from one time of the day to the next that another comes."""
    return (end - start + DAY_MINUTES) % DAY_MINUTES
