"""``tapforge check``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import click

from tapforge.cli.arguments import any_environment_option, any_system_argument
from tapforge.rules import plan, registry, report, settings
from tapforge.rules.reports import Format, text, write
from tapforge.rules.resource import Configuration

_STANDARD_INPUT = "standard input"


@click.command(short_help="Hold systems, or the plan of any configuration, to the rules.")
@any_system_argument
@any_environment_option
@click.option(
    "--plan",
    "plans",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Check a plan instead, of any configuration: the output of `terraform show -json PLANFILE`,"
    " - for standard input. May be repeated.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(get_args(Format)),
    help="How the report is written. [default: text]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the report to a file; the terminal shows it as text.",
)
@click.pass_obj
def command(
    folder: Path,
    *,
    system: str | None,
    environment: str | None,
    plans: Sequence[Path],
    format_: Format | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Hold SYSTEM to the rules, or all systems, in all their environments.

    With --plan hold any Terraform configuration to them, with no project at hand.

    Exit code 0: no violations; 1: some; 2: there is nothing that could be checked.
    """
    if plans and (system or environment):
        raise click.UsageError("--plan takes the place of SYSTEM and --env")
    if as_json and format_ not in (None, "json"):
        raise click.UsageError(f"--json and --format {format_} ask for different things")
    known = registry.rules()
    chosen = settings.find(folder, known)
    done = report.check(
        _plans(plans) if plans else _systems(folder, system, environment),
        chosen.choose(known),
        chosen.acceptances,
        known=known,
        whole=not (system or environment),
    )
    format_ = "json" if as_json else format_ or "text"
    if output:
        output.write_text(_encodable(write(done, format_)), "utf-8")
    if output or format_ == "text":
        click.echo(_encodable(text.write(done, click.style)), nl=False)
    else:
        click.echo(_encodable(write(done, format_)), nl=False)
    if done.failing:
        raise click.exceptions.Exit(1)


def _encodable(written: str) -> str:
    # JSON can hold halves of characters that no text in UTF-8 can.
    return written.encode("utf-8", "backslashreplace").decode()


def _plans(files: Sequence[Path]) -> Iterator[tuple[Configuration, str]]:
    for file in dict.fromkeys(files):
        if str(file) == "-":
            yield plan.parse(sys.stdin.buffer.read(), _STANDARD_INPUT), ""
        else:
            yield plan.parse(file.read_bytes(), str(file)), _relative(file)


def _relative(file: Path) -> str:
    path = file.absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _systems(
    folder: Path, system: str | None, environment: str | None
) -> list[tuple[Configuration, str]]:
    from tapforge.cli.resolved import resolved  # noqa: PLC0415 - it imports the systems

    return resolved(folder, system, environment)
