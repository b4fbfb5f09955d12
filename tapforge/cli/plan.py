"""``tapforge plan``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tapforge.cli.arguments import environment_option, system_argument
from tapforge.systems.environment import load
from tapforge.systems.project import find

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNS = {
    ("create",): ("+", "green", "create"),
    ("update",): ("~", "yellow", "update"),
    ("delete",): ("-", "red", "delete"),
    ("delete", "create"): ("-/+", "red", "replace"),
    ("create", "delete"): ("+/-", "red", "replace"),
}


@click.command(short_help="Plan a system with Terraform, without credentials or network.")
@system_argument
@environment_option
@click.option(
    "--offline",
    is_flag=True,
    required=True,
    help="Plan against the provider's schema: no credentials, network or provider. A plan of a real"
    " account is `terraform plan` in the rendered folder.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path, allow_dash=True),
    help="Write the plan as `terraform show -json` does; - for standard output.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write Terraform's own plan file.",
)
@click.pass_obj
def command(
    folder: Path,
    system: str,
    environment: str,
    json_file: Path | None,
    out: Path | None,
    *,
    offline: bool,
) -> None:
    """Plan SYSTEM as it is rendered, with the stock Terraform."""
    from tapforge.local.offline import offline_plan  # noqa: PLC0415 - only this command needs it

    assert offline  # noqa: S101 - click requires the flag
    project = find(folder)
    chosen = project.system(system)
    values = load(project, chosen, environment)
    root = project.root / "terraform" / chosen.name
    plan = offline_plan(root, var_files=[values.variables_file], out=out)
    for warning in plan.warnings:
        click.echo(f"{click.style('warning:', fg='yellow', bold=True)} {warning}", err=True)
    if json_file is None:
        _show(plan.document)
    elif str(json_file) == "-":
        click.echo(json.dumps(plan.document))
    else:
        json_file.write_text(json.dumps(plan.document), "utf-8")
        _show(plan.document)


def _show(plan: Mapping[str, Any]) -> None:
    counts: dict[str, int] = {}
    for change in plan.get("resource_changes", ()):
        actions = tuple(change["change"]["actions"])
        if actions in _SIGNS:
            sign, colour, verb = _SIGNS[actions]
            counts[verb] = counts.get(verb, 0) + 1
            click.echo(f"  {click.style(sign, fg=colour)} {change['address']}")
    total = ", ".join(f"{number} to {verb}" for verb, number in counts.items())
    click.echo(f"Plan: {total or 'no changes'}")
