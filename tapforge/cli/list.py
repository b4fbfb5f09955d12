"""``tapforge list``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tapforge.systems.project import find


@click.command(short_help="Show the project's systems, their modules and environments.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.pass_obj
def command(folder: Path, *, as_json: bool) -> None:
    """Show the project's systems, their modules and environments."""
    project = find(folder)
    found = {
        name: {
            "description": system.description,
            "modules": list(system.modules()),
            "environments": project.environments(name),
        }
        for name, system in project.systems.items()
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, facts in found.items():
        click.echo(click.style(name, bold=True))
        click.echo(f"  {facts['description']}")
        click.echo(f"  modules:      {', '.join(facts['modules'])}")
        click.echo(f"  environments: {', '.join(facts['environments']) or 'none'}")
