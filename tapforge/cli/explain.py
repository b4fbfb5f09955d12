"""``tapforge explain``."""

from __future__ import annotations

import json

import click

from tapforge.cli.arguments import rule_argument
from tapforge.rules import explanation, registry
from tapforge.rules.rule import Rule, Severity

_COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "blue"}


@click.command(short_help="Show what the rules demand, why, and how to follow them.")
@rule_argument
@click.option("--json", "as_json", is_flag=True, help="Print what is shown as JSON.")
@click.option("--markdown", is_flag=True, help="Print it as a page in Markdown, all rules in full.")
def command(*, rule: str | None, as_json: bool, markdown: bool) -> None:
    """Show RULE in full: what it demands and protects from, its source, what to do, and examples.

    Without RULE, list all rules.
    """
    if as_json and markdown:
        raise click.UsageError("--json and --markdown ask for different things")
    rules = [registry.get(rule)] if rule else list(registry.rules().values())
    if markdown:
        click.echo(explanation.markdown(rules), nl=False)
    elif as_json:
        found = [explanation.data(each) for each in rules]
        click.echo(json.dumps(found[0] if rule else found))
    elif rule:
        click.echo(explanation.text(rules[0], click.style))
    else:
        _list(rules)


def _list(rules: list[Rule]) -> None:
    width = max((len(each.id) for each in rules), default=0)
    for each in rules:
        severity = click.style(f"{each.severity:7}", fg=_COLOURS[each.severity])
        click.echo(f"{severity} {click.style(f'{each.id:{width}}', bold=True)}  {each.title}")
