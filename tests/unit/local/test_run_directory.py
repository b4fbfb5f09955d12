"""The directory of a run."""

import fcntl
import json
import os
import stat
from pathlib import Path

import pytest

from tapforge.local.run_directory import Record, RunDirectory, RunError

RECORD = Record("packaged", "us-east-1", {"bucket": "b", "key": "k"}, "token", applied=True)


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    """Return the directory of a run that has not begun."""
    return RunDirectory.of(tmp_path, "dev", "demo")


def test_each_run_has_its_own(tmp_path: Path) -> None:
    """By environment and system, below the project's own hidden folder."""
    run = RunDirectory.of(tmp_path, "dev", "demo")

    assert run.path == tmp_path / ".tapforge/run/dev/demo"
    assert run.root == run.path / "lowered/terraform/demo"
    assert not run.exists()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../../x"])
def test_no_environment_leads_out_of_it(tmp_path: Path, name: str) -> None:
    """The name is that of one folder."""
    with pytest.raises(RunError, match="is no name of a folder below env/"):
        RunDirectory.of(tmp_path, name, "demo")


def test_two_do_not_work_in_one(directory: RunDirectory) -> None:
    """The second is told who the first is, and can come back later."""
    # Another opening of the file is what another process has.
    with (
        directory.locked(),
        pytest.raises(RunError, match=rf"dev/demo: another tapforge \(pid {os.getpid()}\) works"),
        directory.locked(),
    ):
        pytest.fail("both are in")
    with directory.locked():
        assert directory.exists()


def test_who_holds_the_lock_may_not_have_said_who_it_is(directory: RunDirectory) -> None:
    """Between taking the lock and writing the number nothing is known."""
    directory.path.mkdir(parents=True)
    with (directory.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunError, match=r"pid unknown"), directory.locked():
            pytest.fail("both are in")


def test_a_record_is_kept(directory: RunDirectory) -> None:
    """For the next command, and for its owner only."""
    assert directory.record is None
    with directory.locked():
        directory.keep(RECORD)

    assert directory.record == RECORD
    assert RECORD.state == "s3://b/k"
    mode = (directory.path / "run.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"provider": "packaged"}'])
def test_a_damaged_record_is_none(directory: RunDirectory, text: str) -> None:
    """The run is then treated as one that left nothing."""
    directory.path.mkdir(parents=True)
    (directory.path / "run.json").write_text(text)

    assert directory.record is None


def test_modules_take_the_place_of_the_last_ones(directory: RunDirectory) -> None:
    """A file that is no longer rendered is gone."""
    directory.write_modules({"modules/a": {"main.tf.json": {"locals": {"x": 1}}}})
    directory.write_modules({"terraform/demo": {"main.tf.json": {"locals": {"y": "ä"}}}})

    files = [path for path in directory.modules.rglob("*") if path.is_file()]
    assert files == [directory.root / "main.tf.json"]
    assert json.loads(files[0].read_text("utf-8")) == {"locals": {"y": "ä"}}


def test_what_a_module_lays_beside_its_files_is_written_too(directory: RunDirectory) -> None:
    """Byte for byte."""
    files = {"modules/a": {"main.tf.json": {"locals": {"x": 1}}}}
    directory.write_modules(files, {"modules/a/function.zip": b"\x00\r\n"})
    assert (directory.modules / "modules/a/function.zip").read_bytes() == b"\x00\r\n"


def test_removing_takes_empty_folders_along(tmp_path: Path, directory: RunDirectory) -> None:
    """But no folder of another run."""
    other = RunDirectory.of(tmp_path, "dev", "other")
    for each in (directory, other):
        each.path.mkdir(parents=True)

    directory.remove()
    assert other.exists()
    other.remove()
    assert not (tmp_path / ".tapforge/run").exists()


def test_what_cannot_be_removed_is_told(directory: RunDirectory) -> None:
    """It may be gone already."""
    with pytest.raises(RunError, match=r"demo: can't be written: No such file"):
        directory.remove()


def test_a_file_in_the_way_is_told(tmp_path: Path, directory: RunDirectory) -> None:
    """Before anything is started, with what to do."""
    (tmp_path / ".tapforge").write_text("mine")

    with (
        pytest.raises(RunError, match=r"can't be written: .*; make the folder writable"),
        directory.locked(),
    ):
        pytest.fail("it is in")


def test_a_folder_that_turns_read_only_is_told(directory: RunDirectory) -> None:
    """While somebody works in it."""
    with (
        pytest.raises(RunError, match=r"x: can't be written: Permission denied"),
        directory.locked(),
    ):
        raise PermissionError(13, "Permission denied", "x")
