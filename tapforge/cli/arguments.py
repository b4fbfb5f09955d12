"""What commands take: systems, environments and rules, completed by the shell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from tapforge.lang.errors import TapforgeError

if TYPE_CHECKING:
    from tapforge.systems.project import Project


def _project(ctx: click.Context) -> Project | None:
    from tapforge.systems.project import find  # noqa: PLC0415 - it imports the systems

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


def _rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tapforge.rules import registry  # noqa: PLC0415 - other commands start without the rules

    try:
        rules = registry.rules()
    except TapforgeError:
        return []
    return [
        CompletionItem(rule.id, help=rule.title)
        for rule in rules.values()
        if rule.id.startswith(incomplete)
    ]


system_argument = click.argument("system", shell_complete=_systems)
environment_option = click.option(
    "--env",
    "environment",
    required=True,
    help="The environment, a folder below env/.",
    shell_complete=_environments,
)
any_system_argument = click.argument("system", required=False, shell_complete=_systems)
any_environment_option = click.option(
    "--env",
    "environment",
    help="The environment, a folder below env/. [default: all]",
    shell_complete=_environments,
)
rule_argument = click.argument("rule", required=False, shell_complete=_rules)
