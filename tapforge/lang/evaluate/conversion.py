"""Functions that convert between types."""

from __future__ import annotations

from typing import Any

from tapforge.lang.value import boolean, convert, number, string


def _tostring(value: Any) -> str | None:
    return None if value is None else string(value)


def _tonumber(value: Any) -> Any:
    return None if value is None else number(value)


def _tobool(value: Any) -> bool | None:
    return None if value is None else boolean(value)


def _tolist(value: Any) -> Any:
    return convert(value, ["list", "dynamic"])


def _toset(value: Any) -> Any:
    return convert(value, ["set", "dynamic"])


def _tomap(value: Any) -> Any:
    return convert(value, ["map", "dynamic"])


def _nonsensitive(value: Any) -> Any:
    return value


FUNCTIONS = {
    "convert": convert,
    "nonsensitive": _nonsensitive,
    "tobool": _tobool,
    "tolist": _tolist,
    "tomap": _tomap,
    "tonumber": _tonumber,
    "toset": _toset,
    "tostring": _tostring,
}
