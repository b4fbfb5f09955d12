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

Check = Callable[[Resource, Configuration], Iterable[Finding]]


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
        check: Gives the findings of one resource.
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
    _types: frozenset[str] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        # As attrs itself fills what is frozen.
        object.__setattr__(self, "_types", frozenset(self.on))

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
        return [found for resource in resources for found in self.check(resource, configuration)]


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

    The function takes a resource and the configuration it is in, and yields findings. Without `on` it
    is called once, with the configuration alone.

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
