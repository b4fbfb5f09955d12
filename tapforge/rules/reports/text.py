"""A report for people: by rule, with what several configurations have in common said once."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator

from tapforge.rules.report import Report
from tapforge.rules.rule import SEVERITIES, Severity
from tapforge.rules.run import Violation

Style = Callable[..., str]
"""Gives a text a colour, as ``click.style`` does."""

_COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "blue"}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_WIDTH = 100
_NAMED = 4  # more configurations than these are counted in the last line, and not named


def _plain(text: str, **_: object) -> str:
    return text


def write(report: Report, style: Style = _plain) -> str:
    """Write a report as text.

    Args:
        report: The report.
        style: Colours a part of it.
    """
    return "\n".join((*_lines(report, style), ""))


def summary(report: Report) -> str:
    """Give the outcome in one line."""
    counted = [(number, severity) for severity, number in report.counts.items() if number]
    words = [count(number, severity) for number, severity in counted]
    words += [f"{len(report.accepted)} accepted"] if report.accepted else []
    outcome = ", ".join(words) or "no violations"
    resources = count(sum(each.resources for each in report.checked), "resource")
    where = _visible(", ".join(each.name for each in report.checked))
    if len(report.checked) > _NAMED:
        where = count(len(report.checked), "configuration")
    rules = count(len(report.rules), "rule")
    return f"{outcome}; checked {resources} of {where} against {rules}"


def count(number: int, noun: str) -> str:
    """Give a number with its noun: ``1 rule``, ``2 rules``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _lines(report: Report, style: Style) -> Iterator[str]:
    everywhere = [each.name for each in report.checked]
    left = [each for each in report.violations if not each.accepted]
    for severity in SEVERITIES:
        colour = _COLOURS[severity]
        for group in _groups((v for v in left if v.rule.severity == severity), _rule):
            rule = group[0].rule
            label = style(severity, fg=colour, bold=True)
            yield f"{label} {style(rule.id, bold=True)}: {rule.title}"
            yield from _places(group, everywhere, style)
            yield ""
    if report.accepted:
        yield style("accepted", fg="green", bold=True)
        for same in _groups(report.accepted, lambda v: (v.rule.id, v.address, v.accepted)):
            place = _place(same[0], style)
            yield f"  {place} {same[0].rule.id}{_in(same, everywhere)}"
            yield from _wrapped(f"because: {same[0].accepted}", 4)
        yield ""
    for remark in report.remarks:
        yield f"{style('remark:', fg='yellow', bold=True)} {_visible(remark)}"
    if left:
        yield f"More on a rule, with an example: tapforge explain {left[0].rule.id}"
    colour = "red" if report.failing else "green"
    yield style(summary(report), fg=colour, bold=True)


def _places(group: list[Violation], everywhere: list[str], style: Style) -> Iterator[str]:
    """Say where a rule is broken: the places of one problem together, a fix of all of them once."""
    fixes = list({each.fix: None for each in group})
    for alike in _groups(group, lambda v: (v.problem, v.fix)):
        for same in _groups(alike, lambda v: v.address):
            yield f"  {_place(same[0], style)}{_in(same, everywhere)}"
        yield from _wrapped(alike[0].problem, 4)
        if len(fixes) > 1:
            yield from _fix(alike[0].fix, 4, style)
    if len(fixes) == 1:
        yield from _fix(fixes[0], 2, style)


def _place(violation: Violation, style: Style) -> str:
    return style(_visible(violation.address) or "the configuration", fg="cyan")


def _visible(text: str) -> str:
    """Write control characters as escapes: a plan's names must not command the terminal."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _fix(fix: str, indent: int, style: Style) -> Iterator[str]:
    first, *rest = _wrapped(f"fix: {fix}", indent)
    yield first.replace("fix:", style("fix:", bold=True), 1)
    yield from rest


def _rule(violation: Violation) -> str:
    return violation.rule.id


def _in(same: list[Violation], everywhere: list[str]) -> str:
    names = list(dict.fromkeys(each.configuration for each in same))
    return f" in {_visible(', '.join(names))}" if len(everywhere) > 1 else ""


def _wrapped(text: str, indent: int) -> list[str]:
    # A name or a path that is broken can't be searched for.
    return textwrap.wrap(
        _visible(text),
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _groups(
    violations: Iterable[Violation], key: Callable[[Violation], object]
) -> Iterable[list[Violation]]:
    groups: dict[object, list[Violation]] = {}
    for each in violations:
        groups.setdefault(key(each), []).append(each)
    return groups.values()
