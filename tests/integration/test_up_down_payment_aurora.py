"""payment-aurora on the embedded AWS: bare, then with every enhancement, and gone again."""

import json
import platform
import sys
from pathlib import Path
from typing import Any

import pytest

from tapforge.cli import main
from tapforge.live.verify import verify
from tapforge.local.emulator import Emulator
from tapforge.local.run_directory import RunDirectory
from tapforge.systems.payment_aurora import PaymentAuroraInputs

NAME = ("payment-aurora", "--env", "dev")
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


def run(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Run a command that succeeds, and give what it prints as JSON."""
    with pytest.raises(SystemExit) as ended:
        main(["--chdir", str(folder), *arguments, "--json"])
    out, err = capsys.readouterr()
    assert (ended.value.code or 0, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def up(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Apply; all is as required, and nothing drifts."""
    result = run(folder, capsys, "up", *NAME)
    assert [check for check in result["checks"] if not check["ok"]] == []
    assert {check["requirement"] for check in result["checks"]} >= REQUIREMENTS
    assert result["drift"] == []
    return result


def check_what_is_otherwise(outputs: dict[str, Any], emulator: Emulator | None) -> None:
    """The checks fail, those and no others, when something is not as required."""
    assert emulator is not None
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
    results = verify("payment-aurora", inputs, outputs, emulator.boto3_client)
    assert [each.what for each in results if not each.ok] == [
        "secret: days between rotations",
        "alarm payment-db-cpu-alarm: metric, threshold and action",
        "flow logs: days and key of the log group",
        "AWS Backup: copies",
        "auto scaling: readers",
    ]


def test_it_comes_up_takes_every_enhancement_and_goes_without_a_trace(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it in one run, since the provider's own waits take minutes."""
    directory = RunDirectory.of(folder, "dev", "payment-aurora")
    try:
        bare = up(folder, capsys)
        assert bare["changes"]["created"] > 50
        assert "proxy_name" not in bare["outputs"]

        file = folder / "env/dev/payment-aurora.tfvars.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | ENHANCED), "utf-8")
        enhanced = up(folder, capsys)
        # Nothing is made anew for them.
        assert (enhanced["changes"]["created"], enhanced["changes"]["destroyed"]) == (32, 0)
        assert enhanced["outputs"]["proxy_name"] == "payment-db-proxy-dev"
        check_what_is_otherwise(enhanced["outputs"], Emulator.running(directory.path))

        gone = run(folder, capsys, "down", *NAME)
        assert gone["left"] == []
        assert Emulator.running(directory.path) is None
    finally:
        if left := Emulator.running(directory.path):
            left.stop()
