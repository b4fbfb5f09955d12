"""`tapforge check`: systems and plans, in every format, with exit codes that a pipeline can use."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tapforge.rules.registry import rules
from tapforge.systems.project import find

Run = Callable[..., Any]
SYSTEMS = sorted(find(Path(__file__).parents[3]).systems)
PROGRAM = (sys.executable, "-c", "from tapforge.cli import main; main()")


def written(path: Path, **values: Any) -> str:
    """Write a plan of one database."""
    address = "aws_db_instance.main"
    record = {
        "address": address,
        "mode": "managed",
        "type": "aws_db_instance",
        "name": "main",
        "change": {"actions": ["create"], "after": {"engine": "postgres", **values}},
    }
    root = {"resources": [{"address": address, "expressions": {}}]}
    document = {
        "format_version": "1.2",
        "planned_values": {},
        "resource_changes": [record],
        "configuration": {"root_module": root},
    }
    path.write_text(json.dumps(document))
    return str(path)


@pytest.fixture
def public(tmp_path: Path) -> str:
    """The plan of a database with a public address."""
    return written(tmp_path / "public.json", publicly_accessible=True, storage_encrypted=True)


def toml(value: Any) -> str:
    """Write a value in TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    return f"[{', '.join(map(toml, value))}]" if isinstance(value, list) else json.dumps(value)


def settings(project: Path, **table: Any) -> None:
    """Write the project's settings of rules in the place of its own."""
    lines = (f"{name} = {toml(value)}" for name, value in table.items())
    file = project / "pyproject.toml"
    start = '[tool.tapforge]\nsystems = ["tapforge.systems.shipped"]\n'
    file.write_text("\n".join((start, "[tool.tapforge.rules]", *lines, "")))


def test_all_systems_are_checked_in_all_environments(run: Run) -> None:
    """Without arguments; the project's own systems hold every rule, but for what one may note."""
    ran = run("check", "--json")

    assert (ran.code, ran.err) == (0, "")
    report = ran.json()
    assert [name for name in ("error", "warning") if report["counts"].get(name)] == []
    checked = {each["name"] for each in report["configurations"]}
    assert {f"{name} ({each})" for name in SYSTEMS for each in ("dev", "prod")} == checked


def test_one_system_is_checked_in_one_environment(run: Run) -> None:
    """Named as for other commands."""
    report = run("check", "aurora-demo", "--env", "prod", "--json").json()

    assert report["ok"] is True
    assert [(each["name"], each["file"]) for each in report["configurations"]] == [
        ("aurora-demo (prod)", "terraform/aurora-demo/main.tf.json")
    ]


def test_an_environment_of_all_systems_is_checked(run: Run) -> None:
    """Of those that have it."""
    report = run("check", "--env", "dev", "--json").json()

    assert [each["name"] for each in report["configurations"]] == [
        f"{name} (dev)" for name in SYSTEMS
    ]


def test_a_violation_is_told_and_fails(run: Run, project: Path, public: str) -> None:
    """Where, what was found, what was expected, what to do."""
    settings(project, select=["publicly-accessible"])

    ran = run("check", "--plan", public)

    assert ran.code == 1
    assert ran.out == (
        f"""\
error publicly-accessible: No database has a public address.
  aws_db_instance.main
    publicly_accessible is true, expected false
  fix: {rules()["publicly-accessible"].fix}

More on a rule, with an example: tapforge explain publicly-accessible
1 error; checked 1 resource of {public} against 1 rule
"""
    )


@pytest.mark.parametrize(
    ("table", "outcome"),
    [
        pytest.param({}, (1, {"error": 1}), id="select"),
        pytest.param({"ignore": ["public*"]}, (0, {}), id="ignore"),
        pytest.param({"severity": {"publicly-*": "warning"}}, (1, {"warning": 1}), id="warning"),
        pytest.param({"severity": {"publicly-*": "note"}}, (0, {"note": 1}), id="note"),
        pytest.param(
            {"accept": [{"rule": "publicly-accessible", "address": "*", "reason": "a demo"}]},
            (0, {"accepted": 1}),
            id="accept",
        ),
    ],
)
def test_the_settings_count(
    run: Run, project: Path, public: str, table: dict[str, Any], outcome: tuple[int, dict[str, int]]
) -> None:
    """Those of the project, or of the folder above the plan."""
    settings(project, select=["publicly-accessible"], **table)

    ran = run("check", "--plan", public, "--json")

    counts = {name: number for name, number in ran.json()["counts"].items() if number}
    assert (ran.code, counts) == outcome


def test_several_plans_are_one_report(run: Run, tmp_path: Path, public: str) -> None:
    """Each is said once, however often it is given."""
    other = written(tmp_path / "private.json", publicly_accessible=False)

    report = run("check", "--plan", public, "--plan", other, "--plan", public, "--json").json()

    assert [each["name"] for each in report["configurations"]] == [public, other]


def test_a_plan_is_read_from_standard_input(
    run: Run, public: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nothing needs to be written to a disk."""
    given = SimpleNamespace(buffer=io.BytesIO(Path(public).read_bytes()))
    monkeypatch.setattr(sys, "stdin", given)

    report = run("check", "--plan", "-", "--json").json()

    assert report["configurations"] == [{"name": "standard input", "file": "", "resources": 1}]


@pytest.mark.parametrize(
    ("format_", "start"),
    [("json", "{\n"), ("sarif", '{\n  "$schema"'), ("junit", "<?xml "), ("text", "error ")],
)
def test_a_report_is_written_in_every_format(
    run: Run, public: str, tmp_path: Path, format_: str, start: str
) -> None:
    """To the terminal, or to a file beside the text."""
    printed = run("check", "--plan", public, "--format", format_)
    file = tmp_path / "report"
    kept = run("check", "--plan", public, "--format", format_, "--output", str(file))

    assert (printed.code, kept.code) == (1, 1)
    assert printed.out.startswith(start)
    assert file.read_text("utf-8") == printed.out
    assert kept.out.startswith("error ")


def test_text_that_is_no_unicode_is_escaped(run: Run, tmp_path: Path) -> None:
    """JSON may hold half a character."""
    file = tmp_path / "plan.json"
    written(file, publicly_accessible=True)
    file.write_text(file.read_text().replace("aws_db_instance.main", r"aws_db_instance.m\ud800"))

    ran = run("check", "--plan", str(file))

    assert ran.code == 1
    assert r"aws_db_instance.m\ud800" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("aurora-dem",), 'did you mean "aurora-demo"?', id="system"),
        pytest.param(("aurora-demo", "--env", "dve"), 'did you mean "dev"?', id="environment"),
        pytest.param(("--env", "dve"), 'did you mean "dev"?', id="environment-of-all"),
        pytest.param(("--env", "zzz"), "there are: dev, prod", id="no-such-environment"),
        pytest.param(("--plan", "gone.json"), "gone.json: No such file", id="no-file"),
        pytest.param(
            ("--plan", "x", "--env", "dev"), "--plan takes the place of", id="plan-and-env"
        ),
        pytest.param(
            ("--plan", "x", "aurora-demo"), "--plan takes the place", id="plan-and-system"
        ),
        pytest.param(("--json", "--format", "junit"), "ask for different things", id="formats"),
        pytest.param(("--format", "yaml"), "'yaml' is not one of", id="format"),
        pytest.param(("--output", "gone/report"), "gone/report: No such file", id="output"),
    ],
)
def test_bad_input_ends_with_2(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """And nothing is reported."""
    ran = run("check", *arguments)

    assert ran.code == 2
    assert message in ran.err
    assert ran.out == ""


def test_a_file_that_is_no_plan_ends_with_2(run: Run, tmp_path: Path) -> None:
    """The message says how to make one."""
    file = tmp_path / "plan.json"
    file.write_bytes(b"PK\x03\x04")

    ran = run("check", "--plan", str(file))

    assert ran.code == 2
    assert f"error: {file}: is Terraform's own plan file; give its JSON: terraform show" in ran.err


def test_wrong_settings_end_with_2(run: Run, project: Path) -> None:
    """All that is wrong is said."""
    settings(project, select=["publicly-accesible"], ignore="x")

    ran = run("check")

    assert ran.code == 2
    assert 'did you mean "publicly-accessible"?' in ran.err
    assert "ignore: is no list of ids" in ran.err


def test_wrong_environments_end_with_2(run: Run, project: Path) -> None:
    """A system can't be checked in them; all problems are said."""
    for name in ("dev", "prod"):
        file = project / f"env/{name}/aurora-demo.tfvars.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"no_such_input": 1}))

    ran = run("check")

    assert ran.code == 2
    assert ran.err.count("no_such_input") == 2


@pytest.mark.parametrize("arguments", [(), ("aurora-demo",)], ids=["all", "one"])
def test_a_project_without_environments_ends_with_2(
    run: Run, project: Path, arguments: tuple[str, ...]
) -> None:
    """The message says which file to write."""
    for file in project.glob("env/*/*.tfvars.json"):
        file.unlink()

    ran = run("check", *arguments)

    assert ran.code == 2
    assert "has no environment that could be checked; write " in ran.err


def test_a_plan_needs_no_project(tmp_path: Path, public: str) -> None:
    """Anybody's configuration is checked, anywhere."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    ran = subprocess.run(
        [*PROGRAM, "check", "--plan", public],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (1, "")
    assert "\x1b" not in ran.stdout
    assert "error publicly-accessible" in ran.stdout


def test_a_terminal_gets_colours(public: str) -> None:
    """And nothing else does: pipes and files stay plain."""
    terminal, end = pty.openpty()
    command = [*PROGRAM, "check", "--plan", public]

    with subprocess.Popen(command, stdout=end, stderr=end) as process:
        os.close(end)
        shown = b""
        try:
            while part := os.read(terminal, 4096):
                shown += part
        except OSError:
            pass  # the other end is closed
    os.close(terminal)

    assert process.returncode == 1
    assert b"\x1b[31m\x1b[1merror\x1b[0m \x1b[1mpublicly-accessible\x1b[0m" in shown
