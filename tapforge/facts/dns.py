"""Names of DNS that no public server ever answers for."""

from __future__ import annotations

from tapforge.facts._data import load


def private_domain(name: str) -> str:
    """Return the domain for private use that `name` lies in, or an empty text.

    Args:
        name: The name of a zone or record, such as `shop.internal`.
    """
    labels = name.lower().rstrip(".").split(".")
    ends = {".".join(labels[-1:]), ".".join(labels[-2:])}
    return next((each for each in load("dns")["private_domains"] if each in ends), "")


def source() -> str:
    """Return where the domains come from."""
    return str(load("dns")["source"])
