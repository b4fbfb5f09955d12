"""aurora-demo on the embedded AWS, from `up` to `down`, with the real Terraform and provider."""

import json
import platform
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tapforge.cli import main
from tapforge.live.verify import verify
from tapforge.local.emulator import Emulator
from tapforge.local.program import find_terraform
from tapforge.local.run import _plan_again, _Run
from tapforge.local.run_directory import RunDirectory
from tapforge.systems import environment, project

STATE = {"Bucket": "iac-rlhf-tf-states", "Key": "dev/aurora-demo/terraform.tfstate"}
NAME = ("aurora-demo", "--env", "dev")
REQUIREMENTS = {f"A{number}" for number in range(1, 12)}

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="the packaged provider is for Linux on x86-64",
    ),
]


def run(folder: Path, *arguments: str) -> int:
    """Run a command and give its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["--chdir", str(folder), *arguments])
    return int(ended.value.code or 0)


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    program = "from tapforge.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, "--chdir", str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_lock(directory: RunDirectory) -> dict[str, Any]:
    """Wait until Terraform has locked the state in the emulator, and give the lock."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        time.sleep(0.2)
        emulator = Emulator.running(directory.path)
        if emulator is None:
            continue
        s3 = emulator.boto3_client("s3")
        try:
            lock = s3.get_object(Bucket=STATE["Bucket"], Key=f"{STATE['Key']}.tflock")
        except s3.exceptions.ClientError:
            continue
        return dict(json.loads(lock["Body"].read()))
    pytest.fail("Terraform took no lock")


def test_a_system_comes_up_stays_and_goes_without_a_trace(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it in one run, since the provider's own waits take minutes."""
    directory = RunDirectory.of(folder, "dev", "aurora-demo")
    first = start(folder, "up", *NAME)
    try:
        emulator = interrupt(first, directory, folder, capsys)
        outputs = go_on(folder, emulator, capsys)
        look_at_the_state(emulator)
        # Nothing is written beside the run's directory.
        assert sorted(path.name for path in folder.iterdir()) == [
            ".tapforge",
            "env",
            "flat-outputs.json",
            "pyproject.toml",
        ]
        check_what_is_otherwise(folder, outputs, emulator)
        drift(directory, emulator, outputs["vpc_id"])
        come_up_again(folder, capsys)
        go_down(folder, emulator, capsys)
        assert Emulator.running(directory.path) is None
        assert not (folder / ".tapforge/run").exists()
    finally:
        first.kill()
        first.communicate()
        if left := Emulator.running(directory.path):
            left.stop()


def interrupt(
    first: subprocess.Popen[str],
    directory: RunDirectory,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> Emulator:
    """Terraform ends in good order, and nobody else gets in before that."""
    lock = wait_for_lock(directory)
    assert lock["Operation"] == "OperationTypeApply"
    emulator = Emulator.running(directory.path)
    assert emulator is not None
    assert run(folder, "up", *NAME) == 2
    assert f"another tapforge (pid {first.pid}) works on it" in capsys.readouterr().err
    while not emulator.boto3_client("rds").describe_db_parameter_groups()["DBParameterGroups"]:
        time.sleep(0.5)
    first.terminate()
    _, err = first.communicate(timeout=120)
    assert first.returncode == 130, err
    assert "interrupted: Terraform finishes what it has begun" in err
    assert "`up` goes on, `down` removes it" in err
    return emulator


def go_on(folder: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What was interrupted is completed, and all is as required."""
    outputs_file = folder / "flat-outputs.json"
    assert run(folder, "up", *NAME, "--json", "--outputs-file", str(outputs_file)) == 0
    out, err = capsys.readouterr()
    assert err == ""
    result = json.loads(out)
    assert result["ok"] is True
    assert result["drift"] == []
    assert result["changes"]["created"] > 10
    assert {check["requirement"] for check in result["checks"]} >= REQUIREMENTS
    assert [check for check in result["checks"] if not check["ok"]] == []
    assert result["emulator"]["url"] == emulator.url
    assert any("master_user" in change["argument"] for change in result["lowering"])
    outputs: dict[str, Any] = json.loads(outputs_file.read_text())
    assert outputs == result["outputs"]
    assert stat.S_IMODE(outputs_file.stat().st_mode) == 0o600
    return outputs


def look_at_the_state(emulator: Emulator) -> None:
    """It is in the emulator: encrypted, in versions, and no longer locked."""
    s3 = emulator.boto3_client("s3")
    assert s3.head_object(**STATE)["ServerSideEncryption"] == "AES256"
    versions = s3.list_object_versions(Bucket=STATE["Bucket"], Prefix=STATE["Key"])["Versions"]
    assert [version["Key"] for version in versions if version["IsLatest"]] == [STATE["Key"]]
    assert len(versions) > 1


def check_what_is_otherwise(folder: Path, outputs: dict[str, Any], emulator: Emulator) -> None:
    """The checks fail, those and no others, when something is not as required or not there."""
    found = project.find(folder)
    system = found.system("aurora-demo")
    values = environment.load(found, system, "dev").variables
    client = emulator.boto3_client

    other = system.inputs(**values, backup_retention_days=8)
    failed = [each for each in verify(system.name, other, outputs, client) if not each.ok]
    assert [each.what for each in failed] == ["cluster: days of backups"]

    gone = outputs | {"bucket_name": "no-such-bucket", "vpc_id": "vpc-00000000"}
    results = verify(system.name, system.inputs(**values), gone, client)
    failed = [each for each in results if not each.ok]
    assert {each.requirement for each in failed} == {"A1", "A2", "A10", "X5", "X6"}


def drift(directory: RunDirectory, emulator: Emulator, vpc: str) -> None:
    """What somebody changes by hand is what a plan would change back."""
    emulator.boto3_client("ec2").delete_tags(Resources=[vpc], Tags=[{"Key": "Name"}])
    terraform = _Run(directory, "packaged", find_terraform(), directory.path.parents[3]).terraform(
        emulator
    )
    found = _plan_again(directory, terraform)
    place = "module.network.aws_vpc.main"
    assert [(each.address, each.attribute) for each in found] == [
        (place, "tags"),
        (place, "tags_all"),
    ]
    assert (found[0].found, found[0].expected) == ({}, {"Name": "aurora-vpc-dev"})


def come_up_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what is otherwise changes, and a person is told so."""
    assert run(folder, "up", *NAME, "--verbose") == 0
    out, err = capsys.readouterr()
    assert "0 created, 1 changed, 0 destroyed" in out
    assert "checks passed; nothing drifts." in out
    assert "aws_s3_bucket_versioning.main rewritten" in out
    assert "plan again" in err


def go_down(folder: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody else made is found when all of ours is gone; then nothing is left."""
    sqs = emulator.boto3_client("sqs")
    queue = sqs.create_queue(QueueName="stray")["QueueUrl"]
    assert run(folder, "down", *NAME, "--json") == 1
    result = json.loads(capsys.readouterr().out)
    assert result["left"] == [{"kind": "queue", "name": queue}]
    sqs.delete_queue(QueueUrl=queue)
    assert run(folder, "down", *NAME) == 0
    assert "none left of " in capsys.readouterr().out
