"""Resources that an account, or an account and region, has once at most."""

from __future__ import annotations

from collections.abc import Mapping

from tapforge.facts._data import load


def types() -> Mapping[str, str]:
    """Return what each type is, in words, by resource type."""
    found: dict[str, str] = load("singletons")["types"]
    return found


def source() -> str:
    """Return where that comes from."""
    return str(load("singletons")["source"])
