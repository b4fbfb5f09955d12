"""A project to run systems in, and their life on the embedded AWS."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tapforge.cli import main
from tapforge.local.emulator import Emulator
from tapforge.local.run_directory import RunDirectory

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project with the systems of this one; the provider is unpacked once for all."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "env", tmp_path / "env")
    (ROOT / ".tapforge/provider").mkdir(parents=True, exist_ok=True)
    (tmp_path / ".tapforge").mkdir()
    (tmp_path / ".tapforge/provider").symlink_to(ROOT / ".tapforge/provider")
    return tmp_path


class Life:
    """The environment dev of a system, from `up` to `down`."""

    def __init__(self, folder: Path, system: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.variables = folder / "env/dev" / f"{system}.tfvars.json"
        self._folder, self._system, self._capsys = folder, system, capsys

    def run(self, command: str) -> dict[str, Any]:
        """Run a command that succeeds, and give what it prints as JSON."""
        with pytest.raises(SystemExit) as ended:
            main(["--chdir", str(self._folder), command, self._system, "--env", "dev", "--json"])
        out, err = self._capsys.readouterr()
        assert err == ""
        found: dict[str, Any] = json.loads(out)
        assert [check for check in found.get("checks", ()) if not check["ok"]] == []
        assert (ended.value.code or 0, found.get("errors", [])) == (0, [])
        return found

    def up(self, **changed: object) -> dict[str, Any]:
        """Apply, with other values of some variables; all is as required, and nothing drifts."""
        given = json.loads(self.variables.read_text("utf-8"))
        self.variables.write_text(json.dumps(given | changed), "utf-8")
        result = self.run("up")
        assert result["drift"] == []
        return result

    def down(self) -> None:
        """Destroy; nothing is left."""
        assert self.run("down")["left"] == []
        assert self.emulator is None

    @property
    def emulator(self) -> Emulator | None:
        """The AWS that it runs on, if it runs."""
        return Emulator.running(RunDirectory.of(self._folder, "dev", self._system).path)


@pytest.fixture
def life(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], Life]]:
    """Return what begins the life of a system; its AWS ends with the test, whatever becomes of it."""
    begun: list[Life] = []

    def begin(system: str) -> Life:
        begun.append(Life(folder, system, capsys))
        return begun[-1]

    yield begin
    for each in begun:
        if left := each.emulator:
            left.stop()
