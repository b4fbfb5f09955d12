"""What holds for every command: exit codes, and messages instead of tracebacks."""

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tapforge
from tapforge.cli import _COMMANDS, main

PROGRAM = Path(sysconfig.get_path("scripts")) / "tapforge"
BROKEN = {
    "an error of Python": ("1 / 0\n", "ZeroDivisionError: division by zero"),
    "a wrong argument": (
        "from tapforge import builtin\n\nbuiltin.Data('x', inputs=1)\n",
        'terraform_data.x.inputs: is unknown; did you mean "input"?',
    ),
    "no Python": ("def\n", "SyntaxError: "),
    "an import of nothing": (
        "import nowhere_to_be_found\n",
        "No module named 'nowhere_to_be_found'",
    ),
}


def test_help_lists_the_commands(run: Callable[..., Any]) -> None:
    """As every command's help says what it does."""
    done = run("--help")
    assert done.code == 0
    for name, text in _COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(text[:20])}", done.out, re.MULTILINE)
        assert run(name, "-h").code == 0


def test_the_version_is_told(run: Callable[..., Any]) -> None:
    """Which is that of the package."""
    assert run("--version").out == f"tapforge, version {tapforge.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "Usage: tapforge"),
        (("nonesuch",), 'there is no command "nonesuch"'),
        (("rendr",), 'did you mean "render"?'),
        (("render", "--nope"), "No such option"),
        (("render", "extra"), "Got unexpected extra argument"),
        (("plan",), "Missing argument"),
        (("plan", "aurora-demo", "--env", "dev"), "Missing option '--offline'"),
        (("generate", "--schema", "/nowhere", "--into", "x"), "does not exist"),
    ],
)
def test_a_wrong_call_exits_with_2(
    run: Callable[..., Any], arguments: tuple[str, ...], expected: str
) -> None:
    """And says how it is meant."""
    done = run(*arguments)
    assert done.code == 2
    assert expected in done.err


def test_a_folder_that_is_not_there_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    """Rather than to search above it."""
    with pytest.raises(SystemExit, match="2"):
        main(["--chdir", "/nowhere/at/all", "list"])
    assert "does not exist" in capsys.readouterr().err


def test_no_project_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And says what one is."""
    with pytest.raises(SystemExit, match="2"):
        main(["--chdir", str(tmp_path), "list"])
    error = capsys.readouterr().err
    assert error.startswith(
        f"error: {tmp_path}: neither it nor a folder above it has a pyproject.toml"
    )
    assert '[tool.tapforge]\nsystems = ["mypackage.systems"]' in error


@pytest.mark.parametrize("kind", BROKEN)
def test_a_system_that_is_broken_is_told_with_its_line(tmp_path: Path, kind: str) -> None:
    """In one line and the place; the traceback on demand."""
    text, expected = BROKEN[kind]
    name = f"broken_{kind.replace(' ', '_')}"
    (tmp_path / "pyproject.toml").write_text(f'[tool.tapforge]\nsystems = ["{name}"]\n')
    (tmp_path / f"{name}.py").write_text(text)
    for command in (["list"], ["render"]):
        done = program(tmp_path, *command)
        assert done.returncode == 2
        assert expected in done.stderr
        assert "Traceback" not in done.stderr
        assert kind == "no Python" or f"{name}.py:{text.count(chr(10))}" in done.stderr
    if "TAPFORGE_TRACEBACK=1" in done.stderr:
        done = program(tmp_path, "list", TAPFORGE_TRACEBACK="1")
        assert "Traceback" in done.stderr


def program(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program in a folder."""
    return subprocess.run(
        [PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_message_may_hold_anything(run: Callable[..., Any]) -> None:
    """Half a character does not break it."""
    done = run("plan", "\udcff", "--env", "dev", "--offline")
    assert done.code == 2
    assert 'system "\\udcff": there is no such system; there are: aurora-demo' in done.err


def test_a_reader_who_leaves_is_no_error(project: Path) -> None:
    """A closed pipe ends the command quietly."""
    script = f"'{PROGRAM}' list --json | true; '{PROGRAM}' --help | true"
    done = subprocess.run(
        ["sh", "-c", script], cwd=project, capture_output=True, text=True, check=True
    )
    assert "Traceback" not in done.stderr


def test_a_start_imports_what_it_needs() -> None:
    """Neither boto3 nor rich, neither the models nor what draws tables."""
    heavy = {"boto3", "rich", "grpc", "jsonschema", "hypothesis", "moto", "tapforge.aws"}
    script = (
        "import sys; from tapforge.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        f"print(*({heavy!r} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == ""


def test_an_interrupt_exits_with_130(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a shell expects it."""
    import tapforge.cli.list

    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tapforge.cli.list, "find", interrupt)
    done = run("list")
    assert (done.code, done.err.strip()) == (130, "interrupted")
