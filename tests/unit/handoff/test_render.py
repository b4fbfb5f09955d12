"""The rendered tree as a value."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tapforge.handoff.render import MARKER, tree
from tapforge.systems.project import Project, find

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def project() -> Project:
    """This project."""
    return find(ROOT)


@pytest.fixture(scope="module")
def files(project: Project) -> dict[str, str]:
    """What it renders to."""
    return tree(project)


def test_every_system_and_module_has_its_folder(project: Project, files: dict[str, str]) -> None:
    """In the standard structure; a system has the schemas of its environment files too."""
    folders = {path.rpartition("/")[0] for path in files}
    systems = {f"terraform/{name}" for name in project.systems}
    assert folders == systems | {f"modules/{name}" for name in project.modules()}
    for folder in folders:
        names = {path.removeprefix(f"{folder}/") for path in files if path.startswith(f"{folder}/")}
        assert {"main.tf.json", "variables.tf.json", "outputs.tf.json", "versions.tf.json"} <= names
        assert "README.md" in names
        assert ("providers.tf.json" in names) == (folder in systems)
        assert ({"environment.schema.json", "backend.schema.json"} <= names) == (folder in systems)


def test_every_file_says_where_it_comes_from(files: dict[str, str]) -> None:
    """Near its start, and in a way that its format passes over."""
    for path, text in files.items():
        assert MARKER in text[:100], path
        if path.endswith(".tf.json"):
            assert next(iter(json.loads(text))) == "//"
        elif path.endswith(".json"):
            assert next(iter(json.loads(text))) == "$comment"
        else:
            assert text.startswith("<!-- ")


def test_the_text_is_made_for_readers(files: dict[str, str]) -> None:
    """Two spaces, one construct a line, a newline at the end, nothing escaped that need not be."""
    assert list(files) == sorted(files)
    for path, text in files.items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert not re.search(r"[ \t]\n", text), path
        if path.endswith(".json"):
            assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def empties(value: object, path: str = "") -> list[str]:
    """Give the paths of what is null or empty."""
    if isinstance(value, dict):
        found = [] if value else [path]
        return found + [e for k, v in value.items() for e in empties(v, f"{path}.{k}")]
    if isinstance(value, list):
        found = [] if value else [path]
        return found + [e for i, v in enumerate(value) for e in empties(v, f"{path}[{i}]")]
    return [path] if value is None else []


def test_no_block_is_empty_and_nothing_is_null(files: dict[str, str]) -> None:
    """But a default, a whole object that needs no argument, and what a call says on purpose."""
    allowed = re.compile(r"\.variable\.\w+\.default|\.(resource|data|module)\.\w+\.\w+")
    for path, text in files.items():
        if path.endswith(".tf.json"):
            assert [e for e in empties(json.loads(text)) if not allowed.fullmatch(e)] == [], path


def test_every_variable_and_output_is_described(files: dict[str, str]) -> None:
    """And in alphabetical order, as is the custom."""
    for path, text in files.items():
        for kind in ("variable", "output"):
            blocks = json.loads(text).get(kind, {}) if path.endswith(".tf.json") else {}
            assert list(blocks) == sorted(blocks)
            for name, body in blocks.items():
                assert body["description"].endswith("."), f"{path}: {name}"
                assert kind == "output" or "type" in body


def test_two_processes_render_the_same_bytes(files: dict[str, str]) -> None:
    """Whatever the seed of their hashes."""
    script = (
        "import json, sys; from pathlib import Path; from tapforge.handoff.render import tree;"
        " from tapforge.systems.project import find;"
        " sys.stdout.write(json.dumps(tree(find(Path(sys.argv[1])))))"
    )
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", script, str(ROOT)],
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == files
