"""Endpoints of SNS subscriptions."""

import re

import pytest

from tapforge.facts import subscriptions


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("oncall@example.com", True),
        ("on+call@mail.example.co.uk", True),
        ("oncall", False),
        ("oncall@example", False),
        ("oncall@example.", False),
        ("on call@example.com", False),
        ("a@b@example.com", False),
        ("oncall@example.com\n", False),
    ],
)
def test_addresses(text: str, right: bool) -> None:
    """One at sign, and a domain with a full stop."""
    assert (re.fullmatch(subscriptions.EMAIL_PATTERN, text) is not None) is right
