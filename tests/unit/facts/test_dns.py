"""Domains for private use."""

import pytest

from tapforge.facts import dns


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("shop.internal", "internal"),
        ("Shop.Internal.", "internal"),
        ("a.home.arpa", "home.arpa"),
        ("internal", "internal"),
        ("internal.shop.com", ""),
        ("0.10.in-addr.arpa", ""),
        ("shopinternal", ""),
        ("", ""),
    ],
)
def test_domains_for_private_use(name: str, domain: str) -> None:
    """What counts is the last label, or the last two."""
    assert dns.private_domain(name) == domain
    assert dns.source()
