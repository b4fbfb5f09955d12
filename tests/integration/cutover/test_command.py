"""`tapforge cutover`, here and by a function that is packed as for Lambda."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tapforge import cutover as package
from tapforge.cli import main
from tapforge.cutover.settings import Settings
from tapforge.modules.cutover import PINS, SERVICES
from tapforge.modules.parts.bundle import bundle
from tests.integration.cutover.rig import Rig

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: its code, its output and its errors."""

    def ran(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["cutover", *arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(str(ended.value.code)), out, err

    return ran


@pytest.fixture
def environment(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set the environment as the function has it."""
    settings: Settings = replace(rig.settings, forward_slot="forward")
    values = settings.to_environment()
    for name, value in {
        **values,
        "AWS_ENDPOINT_URL": rig.aws.url,
        "AWS_ACCESS_KEY_ID": rig.aws.access_key,
        "AWS_SECRET_ACCESS_KEY": rig.aws.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def where(request: pytest.FixtureRequest, rig: Rig, environment: dict[str, str]) -> list[str]:
    """Say where the function is: in this process, or packed and invoked."""
    if request.param == "local":
        return ["--local"]
    role = rig.aws.boto3_client("iam").create_role(
        RoleName=f"cutover-{rig.settings.state_parameter.split('/')[2]}",
        AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}',
    )["Role"]["Arn"]
    code = bundle("of a test", Path(package.__file__).parent, PINS, SERVICES, extra="cutover")
    name = f"cutover-{rig.settings.state_parameter.split('/')[2]}"
    rig.aws.boto3_client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=role,
        Handler="tapforge.cutover.handler.handle",
        Timeout=60,
        Code={"ZipFile": code},
        Environment={"Variables": environment},
    )
    return ["--function", name, "--region", "us-east-1"]


@pytest.mark.parametrize("where", ["local", "function"], indirect=True)
def test_the_command_shows_goes_on_refuses_and_goes_back(run: Run, where: list[str]) -> None:
    """Here and by invocation alike."""
    code, out, _ = run("status", *where)
    assert code == 0
    assert "phase: PREPARED" in out
    assert "writer: old 100, new 0" in out

    code, out, _ = run("advance", *where, "--json")
    assert (code, json.loads(out)["phase"]) == (0, "FULL_LOAD")

    code, _, err = run("advance", "--to", "PREPARED", *where)
    assert code == 1
    assert "refused: advance: PREPARED is behind" in err

    code, out, _ = run("watch", "--looks", "2", "--every", "0.5", *where)
    assert code == 0
    assert [line.partition(",")[0] for line in out.splitlines()] == [
        out.splitlines()[0].partition(",")[0]
    ] * 2
    assert "accepts writes: old" in out

    code, out, _ = run("rollback", *where)
    assert (code, out.splitlines()) == (0, ["load given up", "phase: PREPARED"])

    code, out, _ = run("status", "--json", *where)
    shown: dict[str, Any] = json.loads(out)
    assert [line["what"] for line in shown["checkpoint"]["history"]] == [
        "load started, new side fenced",
        "load given up",
    ]


def test_the_command_says_what_is_missing(run: Run, environment: dict[str, str]) -> None:
    """The function's place, its name, its settings."""
    assert environment
    code, _, err = run("status")
    assert code == 2
    assert "--function NAME" in err

    code, _, err = run("status", "--function", "absent", "--region", "us-east-1")
    assert code == 2
    assert "function absent" in err


def test_settings_that_are_wrong_are_named(
    run: Run, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every one of them, with what was expected."""
    assert environment
    monkeypatch.delenv("CUTOVER_ZONE_ID")
    monkeypatch.setenv("CUTOVER_SEQUENCE_MARGIN", "many")

    code, _, err = run("status", "--local")

    assert code == 2
    assert "CUTOVER_ZONE_ID: is not set" in err
    assert "CUTOVER_SEQUENCE_MARGIN: is 'many'; expected a whole number" in err
