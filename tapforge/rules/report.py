"""What a check comes to: everything that reports tell of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from tapforge.lang.errors import closest
from tapforge.rules import run
from tapforge.rules.resource import Configuration
from tapforge.rules.rule import SEVERITIES, Rule
from tapforge.rules.run import Acceptance, Violation

_KEY = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
_OTHER_TOOL = ":"
"""Is in the ids of other tools' rules, such as `checkov:CKV_AWS_18`: these tools look at them."""


@attrs.frozen
class Checked:
    """A configuration that was checked.

    Attributes:
        name: What reports call it.
        file: The file it is read from, relative to where programs look for the report's files; ""
            if there is none.
        resources: How many resources and data sources it has.
    """

    name: str
    file: str
    resources: int


@attrs.frozen(eq=False)
class Report:
    """The result of a check.

    Attributes:
        checked: The configurations.
        rules: The rules they were held to.
        violations: What was found, accepted ones and notes among them, by configuration and rule.
        remarks: What is to be said besides: acceptances that are of no use.
    """

    checked: tuple[Checked, ...]
    rules: tuple[Rule, ...]
    violations: tuple[Violation, ...]
    remarks: tuple[str, ...] = ()

    @property
    def failing(self) -> list[Violation]:
        """The violations that nobody accepted, without mere notes."""
        return [each for each in self.violations if each.fails]

    @property
    def accepted(self) -> list[Violation]:
        """The violations that somebody accepted."""
        return [each for each in self.violations if each.accepted]

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each severity, without those accepted."""
        left = [each.rule.severity for each in self.violations if not each.accepted]
        return {severity: left.count(severity) for severity in SEVERITIES}


def check(
    configurations: Iterable[tuple[Configuration, str]],
    rules: Sequence[Rule],
    acceptances: Sequence[Acceptance] = (),
    *,
    known: Iterable[str] = (),
    whole: bool = True,
) -> Report:
    """Hold configurations to rules.

    Args:
        configurations: The configurations, each with the file it is read from.
        rules: The rules.
        acceptances: Where rules may be broken, beside what resources themselves say.
        known: The ids of all rules there are, these and others.
        whole: Whether these are all configurations that acceptances may be about.

    Raises:
        RuleError: a rule itself failed.
    """
    checked, violations = [], []
    said: dict[tuple[str, str], None] = {}
    for configuration, file in configurations:
        checked.append(Checked(configuration.name, file, len(configuration.resources)))
        violations += run.check(configuration, rules, acceptances)
        said |= {
            (rule, _KEY.sub("", resource.address)): None
            for resource in configuration.resources
            for rule in resource.accepted
        }
    ids = {rule.id for rule in rules}
    remarks = _misspelt(said, {*ids, *known})
    if whole:
        remarks += _unused(acceptances, violations, ids)
    return Report(tuple(checked), tuple(rules), tuple(violations), tuple(remarks))


def _misspelt(said: Mapping[tuple[str, str], None], known: set[str]) -> list[str]:
    return [
        f"{address} accepts {rule}: there is no such rule; {closest(rule, known) or 'take it out'}"
        for rule, address in said
        if rule not in known and _OTHER_TOOL not in rule
    ]


def _unused(
    acceptances: Sequence[Acceptance], violations: Sequence[Violation], ids: set[str]
) -> list[str]:
    """Say which acceptances of rules that were checked are about nothing.

    What code accepts is about every environment that there could be: that none of those there are
    breaks the rule says nothing about it.
    """
    return [
        f"{each.rule} is accepted at {each.address or 'no resource'}, and nothing there breaks it;"
        " take it out"
        for each in acceptances
        if each.rule in ids and not any(each.covers(violation) for violation in violations)
    ]
