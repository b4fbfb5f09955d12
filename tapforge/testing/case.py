"""What a proof looks at: one environment of a system, and what it comes to."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import attrs

from tapforge.facts import names
from tapforge.handoff.render import tree
from tapforge.lang.errors import Problem
from tapforge.lang.expression import Access, Expression, Symbol, Template, hcl
from tapforge.lang.inputs import problems
from tapforge.lang.resolve import Resolution, ResolveError, resolve
from tapforge.rules import registry, run, settings
from tapforge.rules.resource import Block, Configuration, Resource
from tapforge.rules.rule import Rule
from tapforge.rules.run import Acceptance, Violation
from tapforge.systems.project import Project
from tapforge.systems.resolve import configuration
from tapforge.systems.system import System

SUFFIX = "environment_suffix"


class NoEnvironmentError(Exception):
    """What was drawn is no environment: the system itself says that it can't be."""


@attrs.frozen(eq=False, slots=False)
class Subject:
    """A system that is to be proven.

    Attributes:
        project: The project it is in.
        system: The system.
        rules: The rules it is held to.
        acceptances: Where it may break them, beside what its resources say themselves.
    """

    project: Project
    system: System[Any, Any]
    rules: tuple[Rule, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        # Hypothesis writes down what it draws from: all rules in full would take it a second.
        printer.text(f"the system {self.system.name}")

    @functools.cached_property
    def rendered(self) -> dict[str, str]:
        """The text of each rendered file of the system and its modules, by path."""
        return rendered(self.project, self.system)


def subject(project: Project, name: str) -> Subject:
    """Give a system of a project, with the rules that the project is held to.

    Raises:
        TapforgeError: there is no such system, or the project's settings of rules are wrong.
    """
    chosen = settings.find(project.root, registry.rules())
    rules = tuple(chosen.choose(registry.rules()))
    return Subject(project, project.system(name), rules, chosen.acceptances)


def rendered(project: Project, system: System[Any, Any]) -> dict[str, str]:
    """Render a system and its modules.

    Returns:
        The text of each file, by its path from the project's root.
    """
    alone = attrs.evolve(project, systems={system.name: system})
    return tree(alone)


@attrs.define(eq=False, slots=False)
class Case:
    """An environment of a system.

    Attributes:
        subject: The system.
        variables: What the environment gives for its variables.
        beside: Another environment: the same with another suffix, of the greatest length.
    """

    subject: Subject = attrs.field(repr=False)
    variables: dict[str, Any]
    beside: dict[str, Any]

    @functools.cached_property
    def resolution(self) -> Resolution:
        """What the environment comes to, in Terraform's words."""
        return self._resolve(self.variables)

    @functools.cached_property
    def configuration(self) -> Configuration:
        """What the environment comes to, as rules read it."""
        return configuration(self.subject.system, self.resolution)

    @functools.cached_property
    def configuration_beside(self) -> Configuration:
        """What the environment beside it comes to."""
        return configuration(self.subject.system, self._resolve(self.beside))

    @functools.cached_property
    def names(self) -> list[Name]:
        """The names that the environment makes."""
        return list(names_in(self.configuration))

    @functools.cached_property
    def names_beside(self) -> list[Name]:
        """The names that the environment beside it makes."""
        return list(names_in(self.configuration_beside))

    @functools.cached_property
    def violations(self) -> list[Violation]:
        """Every rule that is broken without being accepted."""
        found = run.check(self.configuration, self.subject.rules, self.subject.acceptances)
        return [each for each in found if each.fails]

    def _resolve(self, variables: Mapping[str, Any]) -> Resolution:
        system = self.subject.system
        try:
            return resolve(system, variables)
        except ResolveError as error:
            if any(_is_condition(each) for each in error.problems):
                raise NoEnvironmentError from None
            if problems(system.inputs, variables):
                raise NoEnvironmentError from None
            raise


# A problem with an argument has a further part, one with a module's input a colon.
_OBJECT = re.compile(
    r"(?:module\.[^.\[]+(?:\[[^\]]*\])?\.)*(?:(?:data|ephemeral)\.)?\w+\.[\w-]+(?:\[.*\])?"
)


def _is_condition(problem: Problem) -> bool:
    """Tell whether a problem is a precondition's: a rule between inputs that the system declares."""
    return _OBJECT.fullmatch(problem.place) is not None


# --- names ------------------------------------------------------------------------------------------


class Name(NamedTuple):
    """A name that a configuration gives.

    Attributes:
        text: The name; of one that holds the account, region or partition, with the reference to it.
        rule: What names of the kind may be.
        resource: The resource that is called so.
        place: The argument.
        block: The block that the argument is in.
    """

    text: str
    rule: names.NameRule
    resource: Resource
    place: str
    block: Block


def names_in(configuration: Configuration) -> Iterator[Name]:
    """Give every name that a configuration makes, as far as it is known."""
    return (name for resource in configuration.resources for name in resource.once(_names_of))


def _names_of(resource: Resource) -> list[Name]:
    return list(_names(resource)) if resource.mode == "resource" else []


def _names(resource: Resource) -> Iterator[Name]:
    for path, rule in names.by_type().get(resource.type, ()):
        within, _, argument = path.rpartition(".")
        for block in resource.blocks(within) if within else (resource,):
            text = _text(block.given(argument))
            if text:
                yield Name(text, rule, resource, f"{block.place}{argument}", block)


_SHARED = re.compile(r"(^|\.)data\.(aws_caller_identity|aws_partition|aws_region)\.[\w-]+$")


def _text(value: Any) -> str:
    """Give the text of a name that is the same whenever its environment is applied; or nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, Template) and all(
        isinstance(piece, str) or _is_shared(piece)
        for piece in value._pieces  # noqa: SLF001
    ):
        return hcl(value)[1:-1]
    return ""


def _is_shared(expression: Expression) -> bool:
    """Tell whether a value is the same in all environments of one account and region."""
    match expression:
        case Access(_base=Symbol(_address=address)):
            return _SHARED.search(address) is not None
    return False


def scope_of(name: Name) -> tuple[str, ...] | None:
    """Give within what a name must be unique; None if that is the environment's own."""
    if not name.rule.scope:
        return None
    if (f"{name.resource.type}.{name.place}", name.text) in names.account_wide():
        return None  # AWS fixes it
    given = [name.block.given(each) for each in name.rule.within]
    narrowed = ["" if value is None else _text(value) for value in given]
    # What is unknown, such as the id of a network, is the environment's own.
    own = any(
        isinstance(value, Expression) and not text
        for value, text in zip(given, narrowed, strict=True)
    )
    return None if own else (name.rule.kind, *narrowed)
