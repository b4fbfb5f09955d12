"""Functions of points in time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from tapforge.lang.value import RefusedError, UnfoldedError, string

_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_DURATION = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_TOKEN = re.compile(r"''|'((?:[^']|'')*)'|(([A-Za-z])\3*)|[^A-Za-z']")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


class _Instant(NamedTuple):
    moment: datetime
    nanosecond: int


def _instant(timestamp: Any) -> _Instant:
    text = string(timestamp)
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        raise RefusedError("not a valid RFC3339 timestamp")
    fraction = match[7] or ""
    if match[1] == "0000" or len(fraction) > 9:
        raise UnfoldedError
    offset = timedelta(hours=int(match[9] or 0), minutes=int(match[10] or 0))
    if int(match[9] or 0) > 23 or int(match[10] or 0) > 59:
        raise RefusedError("not a valid RFC3339 timestamp: UTC offset out of range")
    zone = timezone(-offset if match[8] == "-" else offset)
    try:
        moment = datetime(*map(int, match.groups()[:6]), tzinfo=zone)  # type: ignore[misc,arg-type]
    except ValueError as error:
        raise RefusedError(f"not a valid RFC3339 timestamp: {error}") from None
    return _Instant(moment, int(fraction.ljust(9, "0")))


def _duration(value: Any) -> int:
    """Read a duration of Go, in nanoseconds."""
    text = string(value)
    digits = text[1:] if text[:1] in ("+", "-") else text
    if digits == "0":
        return 0
    total, end = 0, 0
    while end < len(digits) and (match := _DURATION.match(digits, end)):
        whole, fraction, unit = match[1], match[2] or "", _NANOSECONDS[match[3]]
        if not whole and not fraction:
            break
        if len(fraction) > 15 or int(fraction or 0) * unit % 10 ** len(fraction):
            raise UnfoldedError
        total += int(whole or 0) * unit + int(fraction or 0) * unit // 10 ** len(fraction)
        end = match.end()
    if end < len(digits) or not digits or total >= 1 << 63:
        raise RefusedError(f'invalid duration "{text}"')
    return -total if text[0] == "-" else total


def _timeadd(timestamp: Any, duration: Any) -> str:
    instant = _instant(timestamp)
    seconds = (instant.nanosecond + _duration(duration)) // 1_000_000_000
    try:
        moment = instant.moment + timedelta(seconds=seconds)
    except OverflowError:
        raise UnfoldedError from None
    text = moment.isoformat()
    return text.removesuffix("+00:00") + "Z" if not moment.utcoffset() else text


def _timecmp(left: Any, right: Any) -> int:
    first, second = _instant(left), _instant(right)
    return (first > second) - (first < second)


def _formatdate(layout: Any, timestamp: Any) -> str:
    layout, moment = string(layout), _instant(timestamp).moment
    out, end = [], 0
    for match in _TOKEN.finditer(layout):
        if match.start() != end:
            break
        end = match.end()
        if match[1] is not None:
            out.append(match[1].replace("''", "'"))
        else:
            out.append(_verb(match[2], moment) if match[2] else match[0][:1])
    if end < len(layout):
        # An unterminated literal; Terraform takes some of them.
        raise UnfoldedError
    return "".join(out)


def _verb(verb: str, moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    offset = f"{moment:%z}"
    utc = not moment.utcoffset()
    colon = f"{offset[:3]}:{offset[3:]}"
    values = {
        "YYYY": f"{moment.year:04}",
        "YY": f"{moment.year % 100:02}",
        "MMMM": _MONTHS[moment.month - 1],
        "MMM": _MONTHS[moment.month - 1][:3],
        "MM": f"{moment.month:02}",
        "M": str(moment.month),
        "DD": f"{moment.day:02}",
        "D": str(moment.day),
        "EEEE": _DAYS[moment.weekday()],
        "EEE": _DAYS[moment.weekday()][:3],
        "hh": f"{moment.hour:02}",
        "h": str(moment.hour),
        "HH": f"{hour:02}",
        "H": str(hour),
        "AA": "AM" if moment.hour < 12 else "PM",
        "aa": "am" if moment.hour < 12 else "pm",
        "mm": f"{moment.minute:02}",
        "m": str(moment.minute),
        "ss": f"{moment.second:02}",
        "s": str(moment.second),
        "ZZZZZ": colon,
        "ZZZZ": offset,
        "ZZZ": "UTC" if utc else offset,
        "Z": "Z" if utc else colon,
    }
    if verb not in values:
        raise RefusedError(f'invalid date format verb "{verb}"')
    return values[verb]


FUNCTIONS = {"formatdate": _formatdate, "timeadd": _timeadd, "timecmp": _timecmp}
