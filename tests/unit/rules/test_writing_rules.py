"""`docs/writing-rules.md`: every block of code in it, run as its reader would."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tapforge.rules import settings

ROOT = Path(__file__).parents[3]
BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$",
    (ROOT / "docs/writing-rules.md").read_text("utf-8"),
    re.DOTALL | re.MULTILINE,
)
FILES = {
    match[1]: text for _, text in BLOCKS if (match := re.match(r"# ([\w/]+\.(?:py|toml))\n", text))
}
COMMANDS = [text for language, text in BLOCKS if language == "console"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the page, installed in a folder, in a project with a system."""
    root = tmp_path_factory.mktemp("acme")
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    info = root / "acme_rules-1.0.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head)
    entries = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("".join(entries))
    (root / "pyproject.toml").write_text(
        '[tool.tapforge]\nsystems = ["tapforge.systems.shipped"]\n'
    )
    (root / "env").symlink_to(ROOT / "env")
    return root


def run(package: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program of this Python in the package's folder."""
    program, *arguments = command
    return subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=package,
        env={"PYTHONPATH": f"{package}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_block_is_run() -> None:
    """Each is a file with a name, or a command."""
    assert len(FILES) + len(COMMANDS) == len(BLOCKS)


@pytest.mark.parametrize("file", [each for each in FILES if each.endswith(".py")])
def test_a_file_does_what_the_page_says(package: Path, file: str) -> None:
    """What it asserts is true."""
    ran = run(package, "python", file)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_tests_of_the_page_pass(package: Path) -> None:
    """Rules of both modules are found by the entry points."""
    ran = run(package, "pytest", "-v", "-p", "no:cacheprovider", "tests")
    assert ran.returncode == 0, ran.stdout
    for id_ in ("acme-log-retention", "acme-ingress-description", "acme-own-key"):
        assert f"test_the_examples_are_true[{id_}] PASSED" in ran.stdout


def test_the_settings_of_the_page_are_taken() -> None:
    """Rules of the page can be ignored, weighed and accepted."""
    known = {"acme-log-retention", "acme-ingress-description", "acme-own-key"}
    table = tomllib.loads(FILES["rules.toml"])["tool"]["tapforge"]["rules"]
    found = settings.read(table, "rules.toml", dict.fromkeys(known))
    assert found.ignore == ("acme-ingress-description",)
    assert found.acceptances[0].rule == "acme-own-key"


def test_the_acceptance_of_the_page_is_one(package: Path) -> None:
    """The violation is there, with its reason."""
    script = (
        "from accepted import logs; from acme.rules import log_retention\n"
        "from tapforge.rules import run; from tapforge.testing import resolve\n"
        "print(*[v.accepted for v in run.check(resolve(logs, {}).configuration, [log_retention])])"
    )
    ran = run(package, "python", "-c", script)
    assert (ran.stdout, ran.stderr) == ("the audit trail goes to S3\n", "")


@pytest.mark.parametrize("text", COMMANDS, ids=[text.split("\n", 1)[0] for text in COMMANDS])
def test_a_command_says_what_the_page_says(package: Path, text: str) -> None:
    """To the letter."""
    command, _, expected = text.partition("\n")
    ran = run(package, *command.removeprefix("$ ").split())
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == expected
