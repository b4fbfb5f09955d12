"""`tapforge render` and `tapforge list`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_render_writes_the_tree_once(run: Run, project: Path) -> None:
    """And says what it did; a second time there is nothing to do."""
    first = run("render")
    assert first.code == 0
    assert "created modules/network/main.tf.json\n" in first.out
    assert (project / "terraform/aurora-demo/main.tf.json").is_file()
    count = first.out.splitlines()[-1].partition(" ")[0]
    assert first.out.endswith(f"{count} files, {int(count) + 1} changed\n")  # and the manifest
    again = run("render")
    assert (again.code, again.out) == (0, f"{count} files, 0 changed\n")


def test_check_says_what_differs_and_writes_nothing(run: Run, project: Path) -> None:
    """With a diff, and exit code 1; 0 when all is as it should be."""
    assert run("render", "--check").code == 1
    assert not (project / "modules").exists()
    run("render")
    assert run("render", "--check").code == 0
    file = project / "modules/network/README.md"
    text = file.read_text()
    file.write_text(text.replace("# network", "# Network"))
    stale = project / "modules/network/stale.tf.json"
    done = run("render", "--check")
    assert done.code == 1
    assert "would update modules/network/README.md\n" in done.out
    assert "\n-# Network\n+# network\n" in done.out
    assert done.out.endswith(" files, 1 differ\n")
    assert "# Network" in file.read_text()
    assert not stale.exists()
    assert "updated modules/network/README.md\n" in run("render").out
    assert file.read_text() == text


def test_render_speaks_json(run: Run, project: Path) -> None:
    """For programs: what is there, and what changed."""
    checked = run("render", "--check", "--json")
    assert checked.code == 1
    assert {"path": "modules/network/main.tf.json", "change": "create"} in checked.json()["changes"]
    assert run("render", "--json").json() == checked.json()
    (project / "modules/network/README.md").unlink()
    assert run("render", "--json").json() == {
        "files": checked.json()["files"],
        "changes": [{"path": "modules/network/README.md", "change": "create"}],
    }


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_somebody_s_file_in_the_way_exits_with_2(
    run: Run, project: Path, check: tuple[str, ...]
) -> None:
    """All of them are told; nothing is written."""
    for name in ("modules/network", "terraform/aurora-demo"):
        (project / name).mkdir(parents=True)
        (project / name / "main.tf.json").write_text("{}")
    done = run("render", *check)
    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[:2] for line in done.err.splitlines()] == [
        ["error", "modules/network/main.tf.json"],
        ["error", "terraform/aurora-demo/main.tf.json"],
    ]
    assert not (project / "modules/aurora").exists()


def test_a_place_that_cant_be_written_exits_with_2(run: Run, project: Path) -> None:
    """With its name."""
    (project / "modules").write_text("mine")
    done = run("render")
    assert (done.code, done.out) == (2, "")
    assert f"error: {project}/modules/" in done.err
    assert "Not a directory; move away what stands there" in done.err


def test_list_shows_systems_modules_and_environments(run: Run) -> None:
    """For people and for programs."""
    done = run("list")
    assert done.code == 0
    assert done.out.splitlines()[:4] == [
        "aurora-demo",
        "  An Aurora PostgreSQL cluster with parameter groups, monitoring, logs and a private bucket.",
        "  modules:      aurora, network, private-bucket",
        "  environments: dev, prod",
    ]
    found = run("list", "--json").json()["aurora-demo"]
    assert found["modules"] == ["aurora", "network", "private-bucket"]
    assert found["environments"] == ["dev", "prod"]


def test_list_of_a_system_without_environments_says_so(run: Run, project: Path) -> None:
    """Rather than nothing."""
    for file in project.glob("env/*/aurora-demo.tfvars.json"):
        file.unlink()
    assert "  environments: none\n" in run("list").out
