"""Verifying after an apply that what stands in the account is what the system requires."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from tapforge.live.checks import Result, run
from tapforge.live.deployed import Client, Deployed

_SYSTEMS = {
    "aurora-demo": "tapforge.live.aurora_demo",
    "aurora-migration": "tapforge.live.aurora_migration",
    "ecommerce-rds": "tapforge.live.ecommerce_rds",
    "ha-postgres": "tapforge.live.ha_postgres",
    "payment-aurora": "tapforge.live.payment_aurora",
}
"""The module with the checks of each system, its `CHECKS`."""


def verify(system: str, inputs: Any, outputs: Mapping[str, Any], client: Client) -> list[Result]:
    """Check a deployed system, requirement by requirement.

    Args:
        system: The system's name.
        inputs: The values of its inputs.
        outputs: The values of its outputs.
        client: Gives boto3 clients of the account, whichever it is.

    Returns:
        The results of all checks; none if no checks are written for the system.
    """
    if system not in _SYSTEMS:
        return []
    module = importlib.import_module(_SYSTEMS[system])
    return run(module.CHECKS, Deployed(inputs, outputs, client))


__all__ = ["Result", "verify"]
