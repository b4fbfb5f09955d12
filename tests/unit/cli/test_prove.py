"""``tapforge prove``."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tapforge.cli import main
from tapforge.cli.prove import _progress

DATA = Path(__file__).parents[2] / "data/store"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with systems that are right and systems that are wrong."""
    root = tmp_path / "store"
    shutil.copytree(DATA, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_a_good_system_is_proven(run) -> None:
    """Nothing is printed but what was looked at."""
    ran = run("prove", "store", "--examples", "30", "--seed", "5")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("store: all proofs hold in 30 environments (")
    assert ran.err.endswith(" s, seed 5)\n")


def test_a_counterexample_is_a_file_that_can_be_proven_again(run, project: Path) -> None:
    """The command for it is printed; standard output is the file."""
    ran = run("prove", "opens", "--examples", "200", "--seed", "5")
    assert ran.code == 1
    assert ran.json() == {"shelf_count": 13}
    assert "opens: rules does not hold: No rule is broken that nobody accepted." in ran.err
    assert "[ingress-from-anywhere]" in ran.err
    assert "opens: 1 counterexample in " in ran.err
    file = project / "opens.rules.1.tfvars.json"
    file.write_text(ran.out)
    [again] = [line for line in ran.err.splitlines() if line.startswith("  again: tapforge ")]
    arguments = shlex.split(again)[2:]
    assert arguments == ["prove", "opens", "--env-file", file.name, "--proof", "rules"]
    command = [sys.executable, "-c", "from tapforge.cli import main; main()", *arguments]
    shown = subprocess.run(command, cwd=project, capture_output=True, check=False, text=True)
    assert shown.returncode == 1
    assert json.loads(shown.stdout) == {"shelf_count": 13}
    assert "opens: 1 counterexample in 1 environment (" in shown.stderr
    file.write_text('{"shelf_count": 12}')
    assert run("prove", "opens", "--env-file", str(file)).code == 0


def test_counterexamples_are_saved(run, project: Path) -> None:
    """Each in a file of its own."""
    options = ("--examples", "60", "--seed", "5", "--save", str(project / "found"))
    ran = run("prove", "misnames", "--proof", "rules", *options)
    files = sorted((project / "found").iterdir())
    assert len(files) > 2
    assert files[0].name == "misnames.rules.1.tfvars.json"
    assert all(str(file) in ran.err for file in files)
    assert ran.json() == json.loads(files[0].read_text())


def test_the_outcome_as_json(run) -> None:
    """With everything that is needed to see it again."""
    ran = run("prove", "leaks", "--examples", "20", "--seed", "5", "--json")
    assert ran.code == 1
    data = ran.json()
    assert data["holds"] is False
    [system] = data["systems"]
    assert (system["system"], system["seed"], system["environments"]) == ("leaks", 5, 20)
    assert system["proofs"]["rules"] == 20
    rendered, drawn = system["counterexamples"]
    assert rendered["proof"] == "no-secrets-rendered"
    assert rendered["again"] == "tapforge prove leaks --proof no-secrets-rendered"
    assert "variables" not in rendered
    assert drawn["variables"] == {}
    assert drawn["suffix"] is None
    assert run("prove", "store", "--examples", "5", "--json").json()["holds"] is True


def test_a_suffix_that_matters_is_in_the_command(project: Path) -> None:
    """As it was found with."""
    (project / "store_proofs.py").write_text(
        "from tapforge.testing.proof import proof\n"
        "@proof('odd-one', over='pair')\n"
        "def odd_one(case):\n"
        "    'No suffix ends in an m.'\n"
        "    if case.beside['environment_suffix'].endswith('m'):\n"
        "        yield 'it does'\n"
    )
    code = "from tapforge.cli import main; main()"
    prove = [sys.executable, "-c", code, "prove", "store", "--proof", "odd-one"]

    def ran(*more: str) -> subprocess.CompletedProcess[str]:
        command = [*prove, *more]
        return subprocess.run(command, cwd=project, capture_output=True, check=False, text=True)

    found = ran("--seed", "1", "--examples", "500")
    assert found.returncode == 1
    [again] = [line for line in found.stderr.splitlines() if "again: " in line]
    suffix = shlex.split(again)[-1]
    assert suffix.endswith("m")
    (project / "a.json").write_text(found.stdout)
    assert ran("--env-file", "a.json", "--suffix", suffix).returncode == 1
    assert ran("--env-file", "a.json").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--env-file", "x.json"], "--env-file needs SYSTEM"),
        (["store", "--env-file", "x.json", "--seed", "1"], "--env-file gives the environment"),
        (["store", "--suffix", "a"], "--suffix belongs to --env-file"),
        (["stroe"], 'did you mean "store"?'),
        (["store", "--proof", "rulse"], 'did you mean "rules"?'),
        (["store", "--examples", "0"], "x>=1"),
        (["store", "--env-file", "no-such.json"], "no-such.json: there is no such file"),
        (["impossible"], "leave no environment that could be drawn"),
    ],
    ids=["no-system", "seed", "suffix", "system", "proof", "examples", "file", "impossible"],
)
def test_what_can_not_be_proven_is_told(run, arguments: list[str], message: str) -> None:
    """With exit code 2."""
    ran = run("prove", *arguments)
    assert ran.code == 2
    assert message in ran.err


def test_a_wrong_environment_is_told(run, project: Path) -> None:
    """Everything that is wrong with the file."""
    (project / "a.json").write_text('{"shelf_count": 99, "nothing": 1}')
    ran = run("prove", "store", "--env-file", str(project / "a.json"))
    assert ran.code == 2
    assert "shelf_count" in ran.err
    assert "nothing" in ran.err


def test_without_hypothesis_it_says_how_to_get_it(run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes with an extra."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    ran = run("prove", "store")
    assert ran.code == 2
    assert "pip install 'tapforge[testing]'" in ran.err


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It counts the environments; elsewhere there is none."""
    with _progress("store", 3) as tick:
        tick()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with _progress("store", 3) as tick:
        tick()
        tick()
    shown = capsys.readouterr()
    assert "store" in shown.err
    assert "2/3" in shown.err
    assert shown.out == ""


def test_all_systems_are_proven(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When none is named; the folder may be one below the project's."""
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace(', "faulty_systems"', ""))
    with pytest.raises(SystemExit) as ended:
        main(["--chdir", str(project / "env"), "prove", "--examples", "5", "--proof", "rules"])
    assert ended.value.code == 0
    assert capsys.readouterr().err.startswith("store: all proofs hold in 5 environments")
