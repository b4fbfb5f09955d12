"""Finding a project and what is in it."""

import sys
from pathlib import Path

import pytest

from tapforge.lang.document import DocumentError
from tapforge.systems.project import Project, ProjectError, find
from tapforge.systems.system import System

SYSTEM = '''
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.systems.system import SystemInputs, system

@inputs
class Inputs(SystemInputs):
    """Inputs."""

@inputs
class NoInputs:
    """Nothing."""

@outputs
class Outputs:
    """Nothing."""

@module("inner")
def inner(m: Body, v: NoInputs) -> Outputs:
    """Inside."""
    return Outputs()

@module("outer")
def outer(m: Body, v: NoInputs) -> Outputs:
    """Outside."""
    m.call("inner", inner, NoInputs())
    m.call("again", inner, NoInputs())
    return Outputs()

@system("{name}")
def made(s: Body, v: Inputs) -> Outputs:
    """A system."""
    s.call("outer", outer, NoInputs())
    return Outputs()
'''


def project(root: Path, *packages: str, **files: str) -> Path:
    """Write a project whose systems are in some modules."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text(f"[tool.tapforge]\nsystems = {list(packages)}\n")
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    return root


@pytest.fixture(autouse=True)
def imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget afterwards what was imported."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


def test_a_project_is_found_from_below(tmp_path: Path) -> None:
    """From its folder, from one below it, by a path with dots, through a link."""
    root = project(
        tmp_path / "here", "found_systems", found_systems=SYSTEM.replace("{name}", "shop")
    )
    (root / "deep/er").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root / "deep")
    for start in (root, root / "deep/er", root / "deep/er/..", tmp_path / "link"):
        found = find(start)
        assert found.root == root
        assert list(found.systems) == ["shop"]
        assert isinstance(found.systems["shop"], System)


def test_a_way_out_of_a_project_is_no_way_into_it(tmp_path: Path) -> None:
    """`project/..` is the folder above."""
    project(tmp_path / "here")
    with pytest.raises(ProjectError, match=f"{tmp_path}: neither it nor a folder above it"):
        find(tmp_path / "here" / "..")


def test_a_pyproject_of_something_else_is_passed_over(tmp_path: Path) -> None:
    """The project may lie around it."""
    root = project(tmp_path)
    (root / "inner").mkdir()
    (root / "inner/pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert find(root / "inner").root == root
    assert find(root).systems == {}


def test_modules_are_found_however_deep(tmp_path: Path) -> None:
    """Each once, in alphabetical order."""
    root = project(tmp_path, "deep_systems", deep_systems=SYSTEM.replace("{name}", "shop"))
    found = find(root)
    assert list(found.modules()) == list(found.system("shop").modules()) == ["inner", "outer"]


def test_two_modules_of_one_name_are_told(tmp_path: Path) -> None:
    """From whatever systems; they would share a folder."""
    root = project(
        tmp_path,
        *("one_systems", "two_systems"),
        one_systems=SYSTEM.replace("{name}", "one"),
        two_systems=SYSTEM.replace("{name}", "two"),
    )
    with pytest.raises(DocumentError) as caught:
        find(root).modules()
    assert str(caught.value) == (
        "modules/outer: is made in one_systems and two_systems; rename one of the two"
    )


def test_two_systems_of_one_name_are_told(tmp_path: Path) -> None:
    """One of them would not be rendered; the same one twice is no harm."""
    text = SYSTEM.replace("{name}", "shop")
    root = project(
        tmp_path, "first_systems", "other_systems", first_systems=text, other_systems=text
    )
    with pytest.raises(ProjectError, match='system "shop": is declared twice; rename one of them'):
        find(root)
    (root / "other_systems.py").write_text("from first_systems import made\n")
    sys.modules.pop("other_systems")
    assert list(find(root).systems) == ["shop"]


def test_an_unknown_system_is_told_with_the_closest() -> None:
    """Or with all there are."""
    with pytest.raises(
        ProjectError, match='system "shp": there is no such system; there are: none'
    ):
        Project(Path(), {}).system("shp")
    with pytest.raises(ProjectError, match='did you mean "shop"'):
        Project(Path(), {"shop": None}).system("shp")  # type: ignore[dict-item]


def test_environments_are_the_folders_with_a_file_of_the_system(tmp_path: Path) -> None:
    """In alphabetical order."""
    for name in ("prod", "dev", "other"):
        (tmp_path / "env" / name).mkdir(parents=True)
    (tmp_path / "env/prod/shop.tfvars.json").touch()
    (tmp_path / "env/dev/shop.tfvars.json").touch()
    (tmp_path / "env/other/else.tfvars.json").touch()
    found = Project(tmp_path, {})
    assert found.environments("shop") == ["dev", "prod"]
    assert found.environments("none") == []


@pytest.mark.parametrize(
    "text",
    [
        "[tool]\ntapforge = 1",
        "[tool.tapforge]",
        "[tool.tapforge]\nsystems = 'x'",
        "[tool.tapforge]\nsystems = [1]",
    ],
)
def test_a_table_without_systems_is_told(tmp_path: Path, text: str) -> None:
    """With an example."""
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ProjectError) as caught:
        find(tmp_path)
    assert "tool.tapforge: has no list of systems; write:\n[tool.tapforge]" in str(caught.value)


def test_a_file_that_cant_be_read_is_told(tmp_path: Path) -> None:
    """No TOML, or no text."""
    file = tmp_path / "pyproject.toml"
    for content in (b"[", b"\xff"):
        file.write_bytes(content)
        with pytest.raises(ProjectError, match=r"pyproject\.toml: is no TOML: "):
            find(tmp_path)


def test_a_module_that_is_not_there_is_told(tmp_path: Path) -> None:
    """That of the table, as a mistake in the table; one that it imports, as Python says it."""
    root = project(tmp_path, "nowhere_at.all")
    with pytest.raises(ProjectError) as caught:
        find(root)
    assert str(caught.value) == (
        f'{root}/pyproject.toml: tool.tapforge.systems: there is no Python module "nowhere_at";'
        " correct the name, or install the package it is in"
    )
    project(root, "broken_systems", broken_systems="import nowhere_else\n")
    with pytest.raises(ModuleNotFoundError, match="nowhere_else"):
        find(root)
