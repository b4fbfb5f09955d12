"""Workload: the package alone."""

import tapforge  # noqa: F401
