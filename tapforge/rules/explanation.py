"""Explains rules: one on a terminal, all of them as a page."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tapforge.rules.native import native
from tapforge.rules.rule import Rule

Style = Callable[..., str]
"""Gives a text a colour, as ``click.style`` does."""

_WIDTH = 100
_INTRODUCTION = """\
# Rules

What `tapforge check` looks for, in systems made with tapforge and in the plan of any Terraform
configuration. `tapforge explain RULE` shows one of them on a terminal. [Checking](checking.md) tells how
to choose rules, accept violations, and add rules.

This page is made of the rules by `make render`.
"""


def text(rule: Rule, style: Style) -> str:
    """Explain a rule on a terminal.

    Args:
        rule: The rule.
        style: Colours a part of it.
    """
    head = f"{style(rule.id, bold=True)} ({rule.severity})"
    parts = [
        "\n".join((head, *textwrap.wrap(rule.title, _WIDTH))),
        *(textwrap.fill(part, _WIDTH) for part in rule.description.split("\n\n") if part),
        _field("Fix", rule.fix, style),
        _field("Source", rule.source, style),
        _field("Looks at", _looks_at(rule), style),
        *(
            f"{style(label, fg=colour, bold=True)}\n{textwrap.indent(native(example), '  ')}"
            for label, colour, example in (("Good", "green", rule.good), ("Bad", "red", rule.bad))
        ),
    ]
    return "\n\n".join(parts)


def _field(label: str, value: str, style: Style) -> str:
    wrapped = textwrap.fill(value, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return f"{style(label, bold=True)}\n{wrapped}"


def _looks_at(rule: Rule) -> str:
    return "every resource" if rule.on == ("*",) else ", ".join(rule.on) or "the configuration"


def data(rule: Rule) -> dict[str, Any]:
    """Give all that is known of a rule, for programs."""
    return {
        "id": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "description": rule.description,
        "fix": rule.fix,
        "source": rule.source,
        "on": list(rule.on),
        "good": rule.good,
        "bad": rule.bad,
    }


def markdown(rules: Iterable[Rule]) -> str:
    """Write a page about rules, by topic: the modules that they are in."""
    topics: dict[str, list[Rule]] = {}
    for rule in rules:
        topics.setdefault(_topic(rule), []).append(rule)
    pages = [page for topic in sorted(topics) for page in _page(topic, topics[topic])]
    index = [line for topic in sorted(topics) for line in _index(topic, topics[topic])]
    return "\n".join((_INTRODUCTION, *index, *pages))


def _topic(rule: Rule) -> str:
    """Give the first line of the docstring of the rule's module."""
    module = rule.check.__module__
    lines = (sys.modules[module].__doc__ or "").strip().splitlines()
    return lines[0].removesuffix(".") if lines else module


def _index(topic: str, rules: list[Rule]) -> Iterator[str]:
    yield f"**{topic}**"
    yield ""
    yield "| rule | severity | what must hold |"
    yield "|---|---|---|"
    for rule in rules:
        title = rule.title.replace("|", "\\|")
        yield f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {title} |"
    yield ""


def _page(topic: str, rules: list[Rule]) -> Iterator[str]:
    yield f"## {topic}\n"
    for rule in rules:
        yield f"### {rule.id}\n"
        yield f"{rule.title}\n"
        if rule.description:
            yield f"{rule.description}\n"
        looks_at = ", ".join(f"`{each}`" for each in rule.on) if rule.on else _looks_at(rule)
        yield f"- Severity: {rule.severity}"
        yield f"- Fix: {rule.fix}."
        yield f"- Source: {rule.source}"
        yield f"- Looks at: {_looks_at(rule) if rule.on == ('*',) else looks_at}\n"
        for label, example in (("Good", rule.good), ("Bad", rule.bad)):
            yield f"{label}:\n\n```hcl\n{native(example)}\n```\n"
