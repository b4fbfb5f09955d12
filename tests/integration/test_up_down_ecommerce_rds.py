"""ecommerce-rds on the embedded AWS: protected at first, changed in place, and gone again."""

import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tapforge.live.verify import verify
from tapforge.systems import environment, project

SYSTEM = "ecommerce-rds"
REQUIREMENTS = {f"B{number}" for number in range(1, 13)} | {
    *("X4", "X5", "X6", "X7", "X8", "X9", "X10", "X11")
}
# What an operator changes while the database runs.
CHANGED: dict[str, Any] = {
    "destroyable": True,
    "client_cidrs": ["172.16.0.0/12"],
    "parameters": {"work_mem": "32MB", "effective_cache_size": "4GB"},
    "backup_retention_days": 14,
    "rotation_days": 60,
    "cpu_alarm_percent": 70,
    "storage_alarm_gib": 20,
    "replica_lag_alarm_seconds": 30,
    "alarm_emails": ["shop-oncall@example.com"],
}

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="the packaged provider is for Linux on x86-64",
    ),
]


def test_it_comes_up_protected_changes_in_place_and_goes_without_a_trace(
    folder: Path, life: Callable[[str], Any]
) -> None:
    """All of it in one run, since the provider's own waits take minutes."""
    system = life(SYSTEM)
    made = system.up(destroyable=False)
    assert {check["requirement"] for check in made["checks"]} >= REQUIREMENTS
    assert made["changes"]["created"] > 70

    client = system.emulator.boto3_client
    what_is_otherwise_is_found(folder, made["outputs"], client)
    what_is_protected_stays(made["outputs"], client("rds", "us-east-2"))

    changed = system.up(**CHANGED)
    # The subscription of the address that is told, and the rule of who may connect.
    assert (changed["changes"]["created"], changed["changes"]["destroyed"]) == (2, 0)
    assert changed["changes"]["changed"] > 10
    system.down()


def what_is_otherwise_is_found(folder: Path, outputs: dict[str, Any], client: Any) -> None:
    """The checks fail, those and no others, when something is not as required."""
    found = project.find(folder)
    made = found.system(SYSTEM)
    values = environment.load(found, made, "dev").variables

    def failing(**more: Any) -> list[str]:
        given = made.inputs(**values | more)
        there = lambda service: client(service, "us-east-2")  # noqa: E731
        return [each.what for each in verify(SYSTEM, given, outputs, there) if not each.ok]

    assert failing() == []
    assert failing(nat_gateways="one") == [
        "private subnets: zones of their NAT gateways",
        "NAT gateways: zones",
    ]
    assert failing(client_cidrs=["10.1.0.0/16"]) == ["database security group: ingress"]
    assert failing(connections_alarm=200, rotation_days=31) == [
        "secret: rotation",
        "alarm tap-primary-connections: threshold",
    ]
    assert failing(alarm_emails=["x@example.com"], replica_lag_alarm_seconds=61) == [
        "alarms on replicas: whose lag, and how much",
        "topic: listeners",
    ]
    assert failing(destroyable=True) == ["primary and replicas: protected from deletion"]


def what_is_protected_stays(outputs: dict[str, Any], rds: Any) -> None:
    """Whoever deletes a database by hand is refused."""
    for name in (outputs["database_identifier"], *outputs["replica_identifiers"]):
        with pytest.raises(ClientError, match="deletion protection"):
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
