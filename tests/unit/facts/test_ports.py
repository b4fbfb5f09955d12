"""Ports of databases and of administration."""

import pytest

from tapforge.facts import ports


@pytest.mark.parametrize(
    ("first", "last", "kind", "found"),
    [
        (5432, 5432, None, ["PostgreSQL (5432)"]),
        (5432, 5432, "admin", []),
        (22, 22, None, ["SSH (22)"]),
        (80, 443, None, ["Windows RPC (135)"]),
        (443, 443, None, []),
        (6379, 6432, "database", ["Redis (6379)", "PgBouncer (6432)"]),
        (10, 1, None, []),
    ],
)
def test_ports_lie_in_a_range(first: int, last: int, kind, found: list[str]) -> None:
    """Both ends count."""
    assert list(map(str, ports.between(first, last, kind))) == found


def test_the_port_of_one_service() -> None:
    """By its name; one that listens at several ports, or at none that is known, has no port."""
    assert ports.number("PostgreSQL") == 5432
    for what in ("Docker", "Gopher"):
        with pytest.raises(KeyError, match=what):
            ports.number(what)
