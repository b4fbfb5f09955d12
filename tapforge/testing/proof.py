"""What a proof is, and where proofs are found."""

from __future__ import annotations

import importlib
import inspect
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import attrs

from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.testing.case import Case

Over = Literal["system", "environment", "pair"]
"""What a proof looks at: the system as it is written, once; or each environment that is drawn, alone or
with the one beside it."""


class ProofError(TapforgeError):
    """A proof is not there, is there twice, or can't be loaded or run."""


@attrs.frozen(eq=False)
class Proof:
    """One thing that holds of a system.

    Attributes:
        name: Its name, in words with hyphens between them.
        statement: What holds, in one sentence.
        over: What it looks at.
        check: Says what does not hold, a line each.
        when: Tells whether an environment is one that the proof is about.
    """

    name: str
    statement: str
    over: Over
    check: Callable[[Any], Iterable[str]] = attrs.field(repr=False)
    when: Callable[[Case], bool] = attrs.field(repr=False)


def proof(
    name: str, *, over: Over = "environment", when: Callable[[Case], bool] = lambda _: True
) -> Callable[[Callable[[Any], Iterable[str]]], Proof]:
    """Make a function a proof. The first paragraph of its docstring is what the proof states.

    The function takes a `Case` (over a system, a `Subject`) and gives a line of text for everything
    that does not hold; nothing if all is well.

    Args:
        name: The proof's name, in lower-case words with hyphens between them.
        over: See `Over`.
        when: Tells whether an environment is one that the proof is about.

    Raises:
        TypeError: the function has no docstring.
    """

    def decorate(function: Callable[[Any], Iterable[str]]) -> Proof:
        statement = inspect.cleandoc(function.__doc__ or "").partition("\n\n")[0]
        if not statement:
            raise TypeError(f"proof {name}: the function's docstring says what holds; write one")
        return Proof(name, " ".join(statement.split()), over, function, when)

    return decorate


def proofs(root: Path) -> dict[str, Proof]:
    """Give the proofs that come with tapforge, and those of a project, by name.

    A project names the Python modules of its own in ``pyproject.toml``::

        [tool.tapforge]
        proofs = ["infra.proofs"]

    Args:
        root: The project's folder.

    Raises:
        ProofError: the modules are not there, or two proofs have one name.
    """
    found: dict[str, Proof] = {}
    for module in ("tapforge.testing.proofs", *_modules(root / "pyproject.toml")):
        for value in vars(_imported(module, root)).values():
            if isinstance(value, Proof) and found.setdefault(value.name, value) is not value:
                place = f'proof "{value.name}" of {module}'
                raise ProofError(Problem(place, "there is another of that name", "rename it"))
    return found


def chosen(known: dict[str, Proof], names: Iterable[str]) -> list[Proof]:
    """Give some proofs by their names; all if none is named.

    Raises:
        ProofError: there is none of a name.
    """
    names = list(names)
    problems = [
        Problem(
            f'proof "{name}"',
            "there is no such proof",
            closest(name, known) or f"there are: {', '.join(known)}",
        )
        for name in names
        if name not in known
    ]
    if problems:
        raise ProofError(problems)
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


def _modules(file: Path) -> list[str]:
    table = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("tapforge", {})
    modules = table.get("proofs", [])
    if not isinstance(modules, list) or not all(isinstance(each, str) for each in modules):
        fix = 'write proofs = ["mypackage.proofs"]'
        raise ProofError(Problem(f"{file}: tool.tapforge.proofs", "is no list of modules", fix))
    return modules


def _imported(module: str, root: Path) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise ProofError(
            Problem(
                f"{root / 'pyproject.toml'}: tool.tapforge.proofs",
                f'there is no Python module "{error.name}"',
                "correct the name, or install the package it is in",
            )
        ) from None
