"""Tags: what each service takes as a key and a value, and which ones the systems carry."""

from __future__ import annotations

import functools
import re

from tapforge.facts._data import load


def source() -> str:
    """Return where the limits come from."""
    return str(load("tags")["source"])


def maximum() -> int:
    """Return how many tags a resource may have."""
    return int(load("tags")["maximum"])


def service(resource_type: str) -> str:
    """Return the service of a type whose tags take few characters; "" for all others.

    Args:
        resource_type: A resource type, such as `aws_rds_cluster`.
    """
    services: dict[str, str] = load("tags")["strict"]["services"]
    return next((name for start, name in services.items() if resource_type.startswith(start)), "")


def refused_character(resource_type: str, text: str) -> str:
    """Return the first character of a tag's key or value that a type's service refuses; "" for none.

    Letters of all alphabets, digits, spaces and _.:/=+-@ are accepted everywhere.
    """
    match = _strange().search(text) if service(resource_type) else None
    return match[0] if match else ""


def required() -> tuple[str, ...]:
    """Return the keys of the tags that every resource of a system has."""
    return tuple(load("tags")["house"]["required"])


@functools.cache
def titled() -> tuple[str, ...]:
    """Return the types that consoles show by their Name tag alone."""
    return tuple(load("tags")["house"]["titled"])


@functools.cache
def _strange() -> re.Pattern[str]:
    return re.compile(load("tags")["strict"]["pattern"])
