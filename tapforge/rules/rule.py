"""What a rule is, and how one is written."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, get_args

import attrs

from tapforge.rules.resource import Configuration, Finding, Resource

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the worst down. Errors and warnings are violations; a note is no more than that."""

Example = Mapping[str, Any]
"""A configuration in Terraform's JSON syntax: ``resource``, ``data`` and ``variable`` (its default is
its value). A string that is one reference, ``"${aws_vpc.main.id}"``, is unknown; others are plain."""

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@attrs.frozen(eq=False)
class Rule:
    """One check.

    Attributes:
        id: Its name, in words with hyphens between them.
        severity: How bad it is to break it.
        title: What must hold, in one sentence.
        description: What it protects from.
        source: Where the rule comes from: the page or file of AWS, PostgreSQL or the provider.
        fix: What to do about a finding.
        on: The types of resources it looks at; ``("*",)`` for all, empty for the configuration itself.
        good: A configuration that holds it.
        bad: The same with one change, which breaks it.
        check: Gives the findings of one resource, or of the configuration itself.
        alone: Whether it looks at a resource alone, and not at the configuration that it is in.
    """

    id: str
    severity: Severity
    title: str
    description: str = attrs.field(repr=False)
    source: str = attrs.field(repr=False)
    fix: str = attrs.field(repr=False)
    on: tuple[str, ...] = attrs.field(repr=False)
    good: Example = attrs.field(repr=False)
    bad: Example = attrs.field(repr=False)
    check: Callable[..., Iterable[Finding]] = attrs.field(repr=False)
    alone: bool = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(lambda self: _looks_at_one(self.on, self.check), takes_self=True),
    )
    _types: frozenset[str] = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(lambda self: frozenset(self.on), takes_self=True),
    )

    def concerns(self, kinds: frozenset[str]) -> bool:
        """Tell whether it has anything to look at in a configuration with resources of some types."""
        return not self.on or self.on == ("*",) or not kinds.isdisjoint(self._types)

    def findings(self, configuration: Configuration) -> list[Finding]:
        """Give every place of a configuration that breaks the rule."""
        if not self.on:
            return list(self.check(configuration))
        if self.on == ("*",):
            resources: Iterable[Resource] = configuration.resources
        else:
            resources = configuration.of(*self.on)
        within = () if self.alone else (configuration,)
        return [found for resource in resources for found in self.check(resource, *within)]


def _looks_at_one(on: tuple[str, ...], check: Callable[..., Any]) -> bool:
    kinds = [each.kind for each in inspect.signature(check).parameters.values()]
    return bool(on) and len(kinds) == 1 and kinds[0] in _POSITIONAL


def rule(
    id_: str,
    *,
    severity: Severity,
    source: str,
    fix: str,
    good: Example,
    bad: Example,
    on: Iterable[str] = (),
) -> Callable[[Callable[..., Iterable[Finding]]], Rule]:
    """Make a function a rule. Its docstring is the rule's title and, after a blank line, its description.

    The function takes a resource, and the configuration it is in if it looks at that too, and yields
    findings. Without `on` it is called once, with the configuration alone.

    Args:
        id_: The rule's name, in lower-case words with hyphens between them.
        severity: See `Rule`.
        source: See `Rule`.
        fix: See `Rule`.
        good: See `Rule`.
        bad: See `Rule`.
        on: See `Rule`.

    Raises:
        TypeError: the function has no docstring.
    """

    def decorate(function: Callable[..., Iterable[Finding]]) -> Rule:
        title, _, description = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
        if not title:
            raise TypeError(f"rule {id_}: the function's docstring says what must hold; write one")
        return Rule(
            id=id_,
            severity=severity,
            title=" ".join(title.split()),
            description=description.strip(),
            source=source,
            fix=fix,
            on=tuple(on),
            good=good,
            bad=bad,
            check=function,
        )

    return decorate
