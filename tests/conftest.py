"""Hypothesis profiles: seeded in CI, random and long in `make prove`."""

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

from tapforge.lang.marker import has_marker

_slow = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.function_scoped_fixture,
]
settings.register_profile(
    "ci", derandomize=True, max_examples=100, deadline=None, suppress_health_check=_slow
)
settings.register_profile("dev", deadline=timedelta(seconds=2), suppress_health_check=_slow)
settings.register_profile("prove", max_examples=5000, deadline=None, suppress_health_check=_slow)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_make_parametrize_id(val, argname):
    """Name a text that holds a reference alike in every process: the marker in it is random."""
    return f"{argname}-reference" if isinstance(val, str) and has_marker(val) else None
