"""What the shell completes, and what is said of a misspelt command."""

from pathlib import Path

import pytest

from tapforge.cli import main
from tapforge.systems.project import find

ROOT = Path(__file__).parents[3]


def complete(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """Give what bash would offer at the end of a line."""
    words = line.split(" ")
    monkeypatch.setenv("_TAPFORGE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    with pytest.raises(SystemExit):
        main([])
    return [offer.split(",")[1] for offer in capsys.readouterr().out.split()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("tapforge r", ["render", "resolve"]),
        (f"tapforge --chdir {ROOT} resolve aurora-demo --env d", ["dev"]),
        (f"tapforge --chdir {ROOT} plan aurora-d", ["aurora-demo"]),
        (f"tapforge --chdir {ROOT} up ", sorted(find(ROOT).systems)),
        (f"tapforge --chdir {ROOT} up aurora-demo --env ", ["dev", "prod"]),
        (f"tapforge --chdir {ROOT} down --env p", ["prod"]),
        ("tapforge --chdir / plan ", []),
        ("tapforge --chdir / plan x --env ", []),
    ],
)
def test_the_shell_completes_commands_systems_and_environments(
    line: str,
    offered: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Names come from the project at hand; without one there are none, and no error."""
    assert offered == complete(line, monkeypatch, capsys)


def test_a_misspelt_command_is_answered_with_the_closest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The exit code is that of bad input."""
    with pytest.raises(SystemExit) as ended:
        main(["rendr"])

    assert ended.value.code == 2
    assert 'there is no command "rendr"; did you mean "render"?' in capsys.readouterr().err
