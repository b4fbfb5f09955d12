"""A project: the folder that holds systems, what they render to, and their environments."""

from __future__ import annotations

import importlib
import sys
import tomllib
from pathlib import Path
from typing import Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.lang.module import Module
from tapforge.systems.system import System, called

_EXAMPLE = '[tool.tapforge]\nsystems = ["mypackage.systems"]'


class ProjectError(TapforgeError):
    """The project, or something asked of it, is not there."""


@attrs.frozen
class Project:
    """A folder with a ``pyproject.toml`` that names the Python modules of its systems.

    Attributes:
        root: The folder.
        systems: The systems by name, in alphabetical order.
    """

    root: Path
    systems: dict[str, System[Any, Any]]

    def system(self, name: str) -> System[Any, Any]:
        """Give a system by name.

        Raises:
            ProjectError: there is none of that name.
        """
        if name in self.systems:
            return self.systems[name]
        hint = closest(name, self.systems) or f"there are: {', '.join(self.systems) or 'none'}"
        raise ProjectError(Problem(f'system "{name}"', "there is no such system", hint))

    def modules(self) -> dict[str, Module[Any, Any]]:
        """Give every module that a system calls, by name.

        Raises:
            DocumentError: two modules have one name.
        """
        return called(*(system.body for system in self.systems.values()))

    def environments(self, system: str) -> list[str]:
        """Give the environments that have a file for a system."""
        found = (self.root / "env").glob(f"*/{system}.tfvars.json")
        return sorted(path.parent.name for path in found)


def find(start: Path) -> Project:
    """Find the project that a folder belongs to.

    Args:
        start: The folder; its parents are searched too.

    Raises:
        ProjectError: no ``pyproject.toml`` with a table ``tool.tapforge`` is found, or what it names
            can't be imported or holds no system.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            table = _table(file)
            if table is not None:
                return Project(folder, _systems(file, table))
    raise ProjectError(
        Problem(
            str(start),
            "neither it nor a folder above it has a pyproject.toml with a table [tool.tapforge]",
            f"go to a tapforge project, or write one:\n{_EXAMPLE}",
        )
    )


def _table(file: Path) -> dict[str, Any] | None:
    try:
        table = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("tapforge")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(Problem(str(file), f"is no TOML: {error}")) from None
    if table is not None and not (
        isinstance(table, dict)
        and isinstance(table.get("systems"), list)
        and all(isinstance(name, str) for name in table["systems"])
    ):
        raise ProjectError(
            Problem(f"{file}: tool.tapforge", "has no list of systems", f"write:\n{_EXAMPLE}")
        )
    return table


def _systems(file: Path, table: dict[str, Any]) -> dict[str, System[Any, Any]]:
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    found: dict[str, System[Any, Any]] = {}
    for name in table["systems"]:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            raise ProjectError(
                Problem(
                    f"{file}: tool.tapforge.systems",
                    f'there is no Python module "{error.name}"',
                    "correct the name, or install the package it is in",
                )
            ) from None
        for value in vars(module).values():
            if isinstance(value, System) and found.setdefault(value.name, value) is not value:
                raise ProjectError(
                    Problem(f'system "{value.name}"', "is declared twice", "rename one of them")
                )
    return dict(sorted(found.items()))
