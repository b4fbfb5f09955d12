"""Runs rules over a configuration, and sorts what they find."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable, Sequence

import attrs

from tapforge.lang.errors import Problem
from tapforge.rules.registry import RuleError
from tapforge.rules.resource import Configuration, Finding
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
    found = []
    for rule in _concerned(tuple(rules), configuration.kinds):
        try:
            findings = rule.findings(configuration)
        except Exception as error:
            place = f"rule {rule.id} on {configuration.name}"
            problem = f"failed: {type(error).__name__}: {error}"
            raise RuleError(
                Problem(place, problem, "leave it out with ignore, and report it")
            ) from error
        for finding in findings:
            violation = Violation(rule, finding, configuration.name)
            found.append(attrs.evolve(violation, accepted=_reason(violation, acceptances)))
    return found


# The environments of a system have resources of the same few types.
@functools.lru_cache(maxsize=64)
def _concerned(rules: tuple[Rule, ...], kinds: frozenset[str]) -> tuple[Rule, ...]:
    return tuple(each for each in rules if each.concerns(kinds))


def _reason(violation: Violation, acceptances: Sequence[Acceptance]) -> str:
    resource = violation.finding.resource
    if resource and violation.rule.id in resource.accepted:
        return resource.accepted[violation.rule.id]
    return next((each.reason for each in acceptances if each.covers(violation)), "")
