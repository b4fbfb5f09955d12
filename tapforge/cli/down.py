"""``tapforge down``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tapforge.cli import summary
from tapforge.cli.arguments import environment_option, system_argument
from tapforge.cli.interrupt import interruptible
from tapforge.cli.progress import watcher
from tapforge.live.inventory import KINDS, inventory
from tapforge.local.run import Destroyed, discard, down
from tapforge.local.run_directory import RunDirectory
from tapforge.local.terraform import TerraformFailedError
from tapforge.systems.environment import load
from tapforge.systems.project import find

_WAYS_OUT = """\
  What is protected can go after an `up` with `destroyable` true in the environment's file;
  --force forgets the AWS with all that is left in it"""


@click.command(short_help="Destroy what `up` applied, and prove that nothing is left.")
@system_argument
@environment_option
@click.option("--force", is_flag=True, help="Forget the AWS with all in it, without Terraform.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and nothing else.")
@click.pass_obj
def command(folder: Path, *, system: str, environment: str, force: bool, as_json: bool) -> None:
    """Destroy SYSTEM with Terraform, and see in that AWS that nothing is left.

    Then the state, the AWS and the run's directory go too.
    """
    project = find(folder.absolute())

    directory = RunDirectory.of(project.root, environment, system)
    place = f"{system} in {environment}"
    if not directory.exists():
        found = project.system(system)
        if environment not in project.environments(system):
            load(project, found, environment)
    elif force:
        discard(directory)
        _tell(Destroyed("run"), f"{place}: forgotten, emulator stopped", {}, as_json=as_json)
        return
    advice = "What is not yet destroyed is in the state: `down` goes on."
    with watcher(silent=as_json) as watch, interruptible(watch.note, advice):
        try:
            destroyed = down(directory, root=project.root, watcher=watch, leftovers=inventory)
        except TerraformFailedError as error:
            summary.tell_failure(error, directory.path, as_json=as_json)
            click.echo(_WAYS_OUT, err=True)
            raise click.exceptions.Exit(1) from None
    removed = watch.summary.get("remove", 0)
    text = {
        "nothing": "nothing is up",
        "unapplied": "nothing was applied; removed what the attempt left here",
        "ended": "its emulator had ended with all in it; removed what it left here",
        "run": f"{removed} destroyed, none left of {len(KINDS)} kinds of things; emulator stopped",
    }[destroyed.found]
    _tell(destroyed, f"{place}: {text}", watch.seconds, as_json=as_json)
    if destroyed.left:
        raise click.exceptions.Exit(1)


def _tell(destroyed: Destroyed, text: str, seconds: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps(
                {
                    "ok": not destroyed.left,
                    "found": destroyed.found,
                    "left": [{"kind": kind, "name": name} for kind, name in destroyed.left],
                    "seconds": {phase: round(spent, 1) for phase, spent in seconds.items()},
                }
            )
        )
    elif destroyed.left:
        click.echo(click.style("Terraform destroyed all it knows of, and this is left:", fg="red"))
        for kind, name in destroyed.left:
            click.echo(f"  {kind} {name}")
        click.echo("The emulator still runs; --force forgets it.")
    else:
        click.echo(click.style(text, fg="green"))
