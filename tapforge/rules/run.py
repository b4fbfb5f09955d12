"""Runs rules over a configuration, and sorts what they find."""

from __future__ import annotations

import fnmatch
import functools
import operator
from collections.abc import Iterable, Mapping, Sequence

import attrs

from tapforge.lang.errors import Problem
from tapforge.rules.registry import RuleError
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import Rule


@attrs.frozen
class Acceptance:
    """A place where a rule may be broken.

    Attributes:
        rule: The rule's id.
        address: The resource's address; ``*`` stands for any text.
        reason: Why.
    """

    rule: str
    address: str
    reason: str

    def covers(self, violation: Violation) -> bool:
        """Tell whether it is about a violation."""
        # Brackets are keys of instances here, and no classes of characters.
        pattern = self.address.replace("[", "[[]")
        return self.rule == violation.rule.id and fnmatch.fnmatchcase(violation.address, pattern)


@attrs.frozen(eq=False)
class Violation:
    """A finding with the rule it breaks.

    Attributes:
        rule: The rule.
        finding: Where, and what.
        configuration: The configuration's name.
        accepted: Why it may be so; "" if nobody accepted it.
    """

    rule: Rule
    finding: Finding
    configuration: str
    accepted: str = ""

    @property
    def address(self) -> str:
        """The resource's address; "" where the whole configuration is meant."""
        return self.finding.resource.address if self.finding.resource else ""

    @property
    def fails(self) -> bool:
        """Whether it is a violation: neither accepted nor a mere note."""
        return not self.accepted and self.rule.severity != "note"

    @property
    def problem(self) -> str:
        """What was found and what was expected, in one line."""
        finding = self.finding
        got = f"{finding.attribute} is {finding.found}" if finding.attribute else finding.found
        return f"{got}, expected {finding.expected}"

    @property
    def fix(self) -> str:
        """What to do about it."""
        return self.finding.fix or self.rule.fix

    @property
    def message(self) -> str:
        """The problem and the fix, in one line."""
        return f"{self.problem}; {self.fix}"


def check(
    configuration: Configuration, rules: Iterable[Rule], acceptances: Sequence[Acceptance] = ()
) -> list[Violation]:
    """Run rules over a configuration.

    Args:
        configuration: What is checked.
        rules: The rules.
        acceptances: Where rules may be broken, beside what the resources themselves say.

    Returns:
        Every violation, accepted ones and notes among them, by rule and in the order of the resources.

    Raises:
        RuleError: a rule itself failed.
    """
    held = _held(tuple(rules), configuration.kinds)
    found: list[tuple[int, Finding]] = []
    try:
        for resource in configuration.resources:
            found += resource.once(held.findings_of)
        for place, rule in held.others:
            found += [(place, finding) for finding in _findings(rule, configuration)]
    except _FailedError as failed:
        where = f"rule {failed.rule.id} on {configuration.name}"
        problem = f"failed: {type(failed.error).__name__}: {failed.error}"
        fix = "leave it out with ignore, and report it"
        raise RuleError(Problem(where, problem, fix)) from failed.error
    found.sort(key=operator.itemgetter(0))
    violations = [
        Violation(held.rules[place], finding, configuration.name) for place, finding in found
    ]
    return [attrs.evolve(each, accepted=_reason(each, acceptances)) for each in violations]


class _FailedError(Exception):
    """A rule itself failed."""

    def __init__(self, rule: Rule, error: Exception) -> None:
        self.rule, self.error = rule, error


@attrs.frozen(eq=False)
class _Held:
    """Rules that have something to look at in a configuration.

    Attributes:
        rules: All of them.
        alone: By the type of resources, those that look at one alone, with their places among all.
        others: The others, with their places.
    """

    rules: Sequence[Rule]
    alone: Mapping[str, Sequence[tuple[int, Rule]]]
    others: Sequence[tuple[int, Rule]]

    def findings_of(self, resource: Resource) -> list[tuple[int, Finding]]:
        """Give what the rules that look at a resource alone find there, with the rules' places."""
        rules = self.alone.get(resource.kind, ())
        return [(place, each) for place, rule in rules for each in _findings(rule, resource)]


def _findings(rule: Rule, of: Configuration | Resource) -> list[Finding]:
    try:
        return rule.findings(of) if isinstance(of, Configuration) else list(rule.check(of))
    except Exception as error:
        raise _FailedError(rule, error) from error


# The environments of a system have resources of the same few types.
@functools.lru_cache(maxsize=64)
def _held(rules: tuple[Rule, ...], kinds: frozenset[str]) -> _Held:
    concerned = [each for each in rules if each.concerns(kinds)]
    places = list(enumerate(concerned))
    alone = {
        kind: [
            (place, rule)
            for place, rule in places
            if rule.alone and rule.concerns(frozenset([kind]))
        ]
        for kind in kinds
    }
    return _Held(concerned, alone, [each for each in places if not each[1].alone])


def _reason(violation: Violation, acceptances: Sequence[Acceptance]) -> str:
    resource = violation.finding.resource
    if resource and violation.rule.id in resource.accepted:
        return resource.accepted[violation.rule.id]
    return next((each.reason for each in acceptances if each.covers(violation)), "")
