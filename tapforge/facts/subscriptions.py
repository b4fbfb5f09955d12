"""Endpoints of SNS subscriptions."""

from __future__ import annotations

EMAIL_PATTERN = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"
"""An e-mail address, as far as its form tells."""
