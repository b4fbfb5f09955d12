"""payment-aurora on the embedded AWS: bare, then with every enhancement, and gone again."""

import platform
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tapforge.live.verify import verify
from tapforge.systems.payment_aurora import PaymentAuroraInputs

SYSTEM = "payment-aurora"
REQUIREMENTS = {f"C{number}" for number in range(1, 10)} | {"X4", "X6", "X8", "X9", "X10"}
ENHANCED: dict[str, Any] = {
    "monitoring_interval": 30,
    "alarm_topic": True,
    "alarm_emails": ["payments-oncall@example.com"],
    "flow_log_retention_days": 30,
    "backup_copy_region": "us-west-2",
    "reader_maximum": 5,
    "connection_proxy": True,
    "memory_alarm": True,
    "metrics_dashboard": True,
}

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="the packaged provider is for Linux on x86-64",
    ),
]


def what_is_otherwise_is_found(outputs: dict[str, Any], client: Callable[[str], Any]) -> None:
    """The checks fail, those and no others, when something is not as required."""
    inputs = PaymentAuroraInputs(
        **ENHANCED
        | {
            "rotation_days": 31,
            "cpu_alarm_percent": 70,
            "flow_log_retention_days": 90,
            "backup_copy_region": "eu-west-1",
            "reader_maximum": 6,
        }
    )
    results = verify(SYSTEM, inputs, outputs, client)
    assert [each.what for each in results if not each.ok] == [
        "secret: days between rotations",
        "alarm payment-db-cpu-alarm: metric, threshold and action",
        "flow logs: days and key of the log group",
        "AWS Backup: copies",
        "auto scaling: readers",
    ]


def test_it_comes_up_takes_every_enhancement_and_goes_without_a_trace(
    life: Callable[[str], Any],
) -> None:
    """All of it in one run, since the provider's own waits take minutes."""
    system = life(SYSTEM)
    bare = system.up()
    assert {check["requirement"] for check in bare["checks"]} >= REQUIREMENTS
    assert bare["changes"]["created"] > 50
    assert "proxy_name" not in bare["outputs"]

    enhanced = system.up(**ENHANCED)
    # Nothing is made anew for them.
    assert (enhanced["changes"]["created"], enhanced["changes"]["destroyed"]) == (32, 0)
    assert enhanced["outputs"]["proxy_name"] == "payment-db-proxy-dev"
    what_is_otherwise_is_found(enhanced["outputs"], system.emulator.boto3_client)

    system.down()
