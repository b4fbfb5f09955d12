"""``tapforge render``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tapforge.handoff.render import attachments, tree
from tapforge.handoff.tree import differences, write
from tapforge.systems.project import find

_DONE = {"create": "created", "update": "updated", "delete": "deleted"}


@click.command(short_help="Write modules/ and terraform/ from the project's systems.")
@click.option(
    "--check", is_flag=True, help="Write nothing; say what differs, and exit 1 if it does."
)
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@click.pass_obj
def command(folder: Path, *, check: bool, as_json: bool) -> None:
    """Write modules/ and terraform/ from the project's systems.

    Files are written all or none. A file that was not generated is never touched.
    """
    project = find(folder)
    files: dict[str, str | bytes] = {**tree(project), **attachments(project)}
    changes = differences(project.root, files) if check else write(project.root, files)
    if as_json:
        found = [{"path": change.path, "change": change.kind} for change in changes]
        click.echo(json.dumps({"files": len(files), "changes": found}))
    else:
        for change in changes:
            verb = f"would {change.kind}" if check else _DONE[change.kind]
            click.echo(f"{verb} {change.path}")
            if check:
                click.echo(change.diff)
        click.echo(f"{len(files)} files, {len(changes)} {'differ' if check else 'changed'}")
    if check and changes:
        raise click.exceptions.Exit(1)
