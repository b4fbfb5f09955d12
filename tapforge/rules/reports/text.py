"""A report for people: by rule, with what several configurations have in common said once."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator

from tapforge.rules.report import Report
from tapforge.rules.rule import SEVERITIES, Severity
from tapforge.rules.run import Violation

Style = Callable[..., str]
"""Gives a text a colour, as ``click.style`` does."""

_COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "blue"}
_WIDTH = 100


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
    counted += [(len(report.accepted), "accepted")] if report.accepted else []
    words = [
        f"{number} {word}" if word == "accepted" else count(number, word)
        for number, word in counted
    ]
    resources = count(sum(each.resources for each in report.checked), "resource")
    where = f"{count(len(report.checked), 'configuration')}, {resources}"
    rules = count(len(report.rules), "rule")
    return f"{', '.join(words) or 'no violations'} ({where}, {rules})"


def count(number: int, noun: str) -> str:
    """Give a number with its noun: ``1 rule``, ``2 rules``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _lines(report: Report, style: Style) -> Iterator[str]:
    everywhere = [each.name for each in report.checked]
    left = [each for each in report.violations if not each.accepted]
    for severity in SEVERITIES:
        colour = _COLOURS[severity]
        for group in _groups((v for v in left if v.rule.severity == severity), lambda v: v.rule.id):
            rule = group[0].rule
            label = style(severity, fg=colour, bold=True)
            yield f"{label} {style(rule.id, bold=True)}: {rule.title}"
            yield from _places(group, everywhere, style)
            yield ""
    if report.accepted:
        yield style("accepted", fg="green", bold=True)
        for same in _groups(report.accepted, _where):
            first = same[0]
            place = first.address or "the configuration"
            yield f"  {style(place, fg='cyan')} {first.rule.id}{_in(same, everywhere)}"
            yield from _wrapped(f"because: {first.accepted}")
        yield ""
    for remark in report.remarks:
        yield f"{style('remark:', fg='yellow', bold=True)} {remark}"
    colour = "red" if report.failing else "green"
    yield style(summary(report), fg=colour, bold=True)


def _places(group: Iterable[Violation], everywhere: list[str], style: Style) -> Iterator[str]:
    for same in _groups(group, _where):
        place = same[0].address or "the configuration"
        yield f"  {style(place, fg='cyan')}{_in(same, everywhere)}"
        yield from _wrapped(same[0].message)


def _where(violation: Violation) -> tuple[str, ...]:
    return (violation.rule.id, violation.address, violation.message, violation.accepted)


def _in(same: list[Violation], everywhere: list[str]) -> str:
    names = list(dict.fromkeys(each.configuration for each in same))
    return f" in {', '.join(names)}" if names != everywhere or len(names) > 1 else ""


def _wrapped(text: str) -> list[str]:
    # A name or a path that is broken can't be searched for.
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="    ",
        subsequent_indent="    ",
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
