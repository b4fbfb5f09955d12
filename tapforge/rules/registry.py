"""Finds the rules: those that come with tapforge, and those of other installed packages."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from types import ModuleType

from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.rules import catalogue
from tapforge.rules.rule import Rule

GROUP = "tapforge.rules"
"""The entry points by which other packages add modules of rules."""


class RuleError(TapforgeError):
    """A rule is not there, is there twice, or can't be loaded or run."""


@functools.cache
def rules() -> dict[str, Rule]:
    """Give all rules by id, in alphabetical order.

    Raises:
        RuleError: two rules have one id, or a package's rules can't be imported.
    """
    found: dict[str, tuple[Rule, str]] = {}
    problems = []
    for module in _modules():
        for rule in vars(module).values():
            if not isinstance(rule, Rule):
                continue
            other, place = found.setdefault(rule.id, (rule, module.__name__))
            if other is not rule:
                where = f"it is made in {place} and in {module.__name__}"
                problems.append(Problem(f"rule {rule.id}", where, "rename one of the two"))
    if problems:
        raise RuleError(problems)
    return {id_: found[id_][0] for id_ in sorted(found)}


def get(id_: str) -> Rule:
    """Give one rule.

    Raises:
        RuleError: there is none of that id.
    """
    known = rules()
    if id_ not in known:
        fix = closest(id_, known) or "`tapforge explain` lists them"
        raise RuleError(Problem(f'rule "{id_}"', "there is no such rule", fix))
    return known[id_]


def _modules() -> Iterator[ModuleType]:
    for each in pkgutil.iter_modules(catalogue.__path__, f"{catalogue.__name__}."):
        yield importlib.import_module(each.name)
    for point in entry_points(group=GROUP):
        try:
            yield importlib.import_module(point.module)
        except Exception as error:
            # Somebody else's code: whatever it raises is theirs to read.
            place = f"entry point {point.name} of {point.dist.name if point.dist else 'a package'}"
            problem = f"its rules can't be imported: {type(error).__name__}: {error}"
            raise RuleError(Problem(place, problem, "correct or uninstall the package")) from error
