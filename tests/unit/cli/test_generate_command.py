"""`tapforge generate`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def schema(tmp_path: Path, box_schema: dict[str, Any]) -> Path:
    """The schema of a small provider, in a file."""
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(box_schema))
    return file


def test_models_are_written_below_the_project(run: Run, project: Path, schema: Path) -> None:
    """With a line on what was made."""
    done = run("generate", "--schema", str(schema), "--into", "my.box", "--version", "1.0.0")
    assert done.code == 0, done.err
    assert (project / "my/box/__init__.py").is_file()
    assert done.out.startswith("registry.terraform.io/example/box: 6 resource")
    assert done.out.endswith(f" -> {project}/my/box\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--into", "1x"), "1x"),
        (("--into", "my.box", "--provider", "nope"), "nope"),
        (("--into", "my.box", "--opaque", "nope.block"), "nope"),
    ],
)
def test_wrong_arguments_exit_with_2(
    run: Run, project: Path, schema: Path, arguments: tuple[str, ...], expected: str
) -> None:
    """And nothing is written."""
    done = run("generate", "--schema", str(schema), *arguments)
    assert done.code == 2
    assert done.err.startswith("error: ")
    assert expected in done.err
    assert not (project / "my").exists()


def test_a_file_that_is_no_schema_exits_with_2(run: Run, tmp_path: Path) -> None:
    """And says how to get one."""
    file = tmp_path / "wrong.json"
    file.write_text("[]")
    done = run("generate", "--schema", str(file), "--into", "my.box")
    assert done.code == 2
    assert "wrong.json" in done.err


def test_a_place_that_cant_be_written_exits_with_2(run: Run, project: Path, schema: Path) -> None:
    """With its name and the system's words."""
    (project / "my").write_text("mine")
    done = run("generate", "--schema", str(schema), "--into", "my.box")
    assert done.code == 2
    assert done.err.startswith(f"error: {project}/my")
    assert (project / "my").read_text() == "mine"
