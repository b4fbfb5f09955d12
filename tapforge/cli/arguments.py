"""What several commands take: a system and an environment, completed by the shell from the project."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from tapforge.lang.errors import TapforgeError
from tapforge.systems.project import Project, find


def _project(ctx: click.Context) -> Project | None:
    folder: Path = ctx.find_root().params.get("folder") or Path()
    try:
        return find(folder.absolute())
    except TapforgeError:
        return None  # Whoever runs the command is told; whoever presses Tab gets no completions.


def _systems(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    project = _project(ctx)
    found = project.systems.values() if project else ()
    return [
        CompletionItem(system.name, help=system.description)
        for system in found
        if system.name.startswith(incomplete)
    ]


def _environments(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    project, system = _project(ctx), ctx.params.get("system")
    if project is None:
        return []
    systems = [system] if system else list(project.systems)
    found = sorted({name for each in systems for name in project.environments(each)})
    return [CompletionItem(name) for name in found if name.startswith(incomplete)]


system_argument = click.argument("system", shell_complete=_systems)
environment_option = click.option(
    "--env",
    "environment",
    required=True,
    help="The environment, a folder below env/.",
    shell_complete=_environments,
)
