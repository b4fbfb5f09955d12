"""ha-postgres on the embedded AWS: made, changed in place, and gone again."""

import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tapforge.live.verify import verify
from tapforge.systems import environment, project

SYSTEM = "ha-postgres"
REQUIREMENTS = {f"E{number}" for number in range(1, 7)} | {
    *("X4", "X5", "X6", "X8", "X9", "X11", "X14")
}
# What an operator changes while the database runs.
CHANGED = {
    "key_rotation": True,
    "allocated_storage_gb": 200,
    "backup_retention_days": 14,
    "cpu_alarm_percent": 70,
    "flow_log_retention_days": 30,
    "alarm_emails": ["database-oncall@example.com"],
    "parameters": {"work_mem": "16MB", "max_connections": "1000"},
    "apply_immediately": True,
}

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="the packaged provider is for Linux on x86-64",
    ),
]


def test_it_comes_up_changes_in_place_and_goes_without_a_trace(
    folder: Path, life: Callable[[str], Any]
) -> None:
    """All of it in one run, since the provider's own waits take minutes."""
    system = life(SYSTEM)
    made = system.up()
    assert {check["requirement"] for check in made["checks"]} >= REQUIREMENTS
    assert made["changes"]["created"] > 50

    what_is_otherwise_is_found(folder, made["outputs"], system.emulator.boto3_client)

    changed = system.up(**CHANGED)
    # The subscription of the address that is told.
    assert (changed["changes"]["created"], changed["changes"]["destroyed"]) == (1, 0)
    assert changed["changes"]["changed"] > 4
    system.down()


def what_is_otherwise_is_found(folder: Path, outputs: dict[str, Any], client: Any) -> None:
    """The checks fail, those and no others, when something is not as required."""
    found = project.find(folder)
    made = found.system(SYSTEM)
    values = environment.load(found, made, "dev").variables

    def failing(**more: Any) -> list[str]:
        given = made.inputs(**values | more)
        return [each.what for each in verify(SYSTEM, given, outputs, client) if not each.ok]

    assert failing() == []
    assert failing(backup_retention_days=8) == ["database: days back to any point in time"]
    assert failing(key_rotation=True) == ["key: rotates"]
    assert failing(instance_class="db.r6g.large") == [
        "database: class",
        "alarm ha-postgres-connections: threshold",
        "alarm ha-postgres-memory: threshold",
    ]
