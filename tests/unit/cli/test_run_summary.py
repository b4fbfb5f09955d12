"""What `up` says when it is done."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapforge.cli import summary
from tapforge.lang.errors import Problem
from tapforge.live.checks import Result
from tapforge.local.drift import Drift
from tapforge.local.emulator import Emulator
from tapforge.local.emulator.record import Record as EmulatorRecord
from tapforge.local.lowering import Change
from tapforge.local.run import Applied
from tapforge.local.run_directory import Record, RunDirectory
from tapforge.local.terraform import TerraformFailedError

GOOD = Result("A1", "VPC: name", ok=True, found="a", expected="a")
ALSO_GOOD = Result("A1", "VPC: block", ok=True, found="a", expected="a")
WHOLE = Result("A2", "route", ok=True, found=1, expected=1)
BAD = Result("A2", "subnets: zones", ok=False, found=[1], expected=[1, 2])
COUNTS = {"add": 3, "change": 0, "remove": 1}
SECONDS = {"apply": 12.34}


@pytest.fixture
def applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Applied:
    """Return what a run did."""
    monkeypatch.chdir(tmp_path)
    directory = RunDirectory.of(tmp_path, "dev", "demo")
    directory.path.mkdir(parents=True)
    backend = {"bucket": "states", "key": "dev.tfstate"}
    directory.keep(Record("packaged", "us-east-1", backend, "t", applied=True))
    record = EmulatorRecord(1, 4566, "t", "now", "0", "5")
    return Applied(
        directory,
        Emulator(directory.path, record),
        lambda service: service,
        {
            "endpoint": {"value": "db.example", "type": "string", "sensitive": False},
            "ids": {"value": ["a", "b"], "type": ["list", "string"], "sensitive": False},
            "password": {"value": "hush", "type": "string", "sensitive": True},
        },
        (
            Change("modules/x", "aws_eip.a", "domain", "rewritten", "it was a truth value"),
            Change("modules/x", "aws_vpc.a", "region", "left out", "unknown"),
        ),
        [],
    )


def text(applied: Applied, *results: Result, verbose: bool = False) -> str:
    """Write the result for a person."""
    lines = summary.as_text(applied, results, SECONDS, COUNTS, verbose=verbose)
    return "\n".join(lines)


def test_a_person_reads_all_that_matters(applied: Applied) -> None:
    """Checks, outputs, where to look, what was lowered, the time and the verdict."""
    said = text(applied, GOOD, ALSO_GOOD, WHOLE)

    for line in (
        "VPC: name, block",
        "  endpoint  db.example\n",
        '  ids       ["a", "b"]\n',
        "  password  (sensitive)",
        "export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test",
        "s3://states/dev.tfstate in that AWS",
        ".tapforge/run/dev/demo/terraform -chdir=.tapforge/run/dev/demo/lowered/terraform/demo state",
        "1 rewritten, 1 left out: --verbose lists them, .tapforge/run/dev/demo/lowering.json",
        "apply 12.3 s",
        "demo in dev is up: 3 created, 0 changed, 1 destroyed; 3 of 3 checks passed; nothing drifts.",
        "tapforge down demo --env dev",
    ):
        assert line in said
    assert "hush" not in said
    assert "aws_eip.a" not in said
    assert summary.is_well(applied, [GOOD])


def test_what_is_wrong_is_told_with_what_was_expected(applied: Applied) -> None:
    """A check that failed, and an attribute that drifts."""
    applied.drift.append(Drift("aws_vpc.x", "tags", {}, {"a": "b"}))
    said = text(applied, GOOD, WHOLE, BAD)

    assert "subnets: zones" in said
    assert "found    [1]\n" in said
    assert "expected [1, 2]\n" in said
    assert "aws_vpc.x.tags: found {}, expected {'a': 'b'}" in said
    assert "2 of 3 checks passed; 1 drift." in said
    assert not summary.is_well(applied, [GOOD])


def test_verbose_lists_what_was_lowered(applied: Applied) -> None:
    """Each change with its reason."""
    assert "modules/x: aws_eip.a.domain rewritten: it was a truth value" in text(
        applied, verbose=True
    )


def test_a_system_without_checks_says_so(applied: Applied) -> None:
    """And a provider of today needs no lowering."""
    import attrs

    said = text(attrs.evolve(applied, changes=()))

    assert "no checks are written for it" in said
    assert "Lowered" not in said


def test_a_program_reads_the_same(applied: Applied) -> None:
    """As one JSON document."""
    document = json.loads(summary.as_json(applied, [GOOD, BAD], SECONDS, COUNTS))

    assert document["ok"] is False
    assert document["outputs"] == {"endpoint": "db.example", "ids": ["a", "b"], "password": "hush"}
    assert document["changes"] == {"created": 3, "changed": 0, "destroyed": 1}
    assert [check["ok"] for check in document["checks"]] == [True, False]
    assert document["lowering"][0]["reason"] == "it was a truth value"
    assert document["emulator"] == {"url": "http://127.0.0.1:4566", "pid": 1}
    assert document["state"] == "s3://states/dev.tfstate"
    assert document["seconds"] == {"apply": 12.3}


@pytest.mark.parametrize("as_json", [False, True])
def test_a_failure_of_terraform_is_told(
    applied: Applied, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    """All its errors, and with JSON on standard output too; a lock with how it is removed."""
    problems = [Problem("terraform apply", "one"), Problem("", "Error acquiring the state lock")]

    summary.tell_failure(TerraformFailedError(problems), applied.directory.path, as_json=as_json)

    out, err = capsys.readouterr()
    assert "error: terraform apply: one\n" in err
    assert "lowered/terraform/demo force-unlock ID` removes it" in err
    expected: dict[str, Any] = {
        "ok": False,
        "errors": ["terraform apply: one", "Error acquiring the state lock"],
    }
    assert (json.loads(out) if as_json else out) == (expected if as_json else "")


def test_another_failure_says_nothing_of_a_lock(
    applied: Applied, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what it is about, and where the emulator's own errors are, if it wrote any."""
    error = TerraformFailedError(Problem("terraform plan", "one"))
    path = applied.directory.path

    summary.tell_failure(error, path, as_json=False)
    assert capsys.readouterr().err == "error: terraform plan: one\n"
    (path / "emulator.log").touch()
    summary.tell_failure(error, path, as_json=False)
    assert capsys.readouterr().err == "error: terraform plan: one\n"
    (path / "emulator.log").write_text("NotImplementedError")
    summary.tell_failure(error, path, as_json=False)
    assert "says to it: .tapforge/run/dev/demo/emulator.log" in capsys.readouterr().err
