"""``tapforge prove``."""

from __future__ import annotations

import json
import random
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tapforge.cli.arguments import any_system_argument
from tapforge.lang.errors import Problem, TapforgeError

if TYPE_CHECKING:
    from tapforge.testing.prover import Counterexample, Outcome

_REFRESH_SECONDS = 0.25


@click.command(short_help="Hold systems to what must hold in every environment there could be.")
@any_system_argument
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Hold SYSTEM to the proofs in one environment: a counterexample that was saved, or any file"
    " of its variables.",
)
@click.option(
    "--suffix",
    help="With --env-file: the suffix of the environment beside it. [default: any other]",
)
@click.option("--proof", "names", multiple=True, help="A proof; may be repeated. [default: all]")
@click.option(
    "--seed", type=click.IntRange(0, 2**64 - 1), help="Draw the environments of a seed again."
)
@click.option(
    "--examples",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="How many environments to draw for each system.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="How many processes share the work; they find the same, however many. [default: one for each"
    " core]",
)
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write each counterexample into a folder, as a file of variables.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@click.pass_obj
def command(
    folder: Path,
    *,
    system: str | None,
    env_file: Path | None,
    suffix: str | None,
    names: Sequence[str],
    seed: int | None,
    examples: int,
    jobs: int | None,
    save: Path | None,
    as_json: bool,
) -> None:
    """Hold SYSTEM, or all systems, to the proofs, in environments that are drawn at random.

    What does not hold is shown with the smallest environment that shows it. Standard output holds the
    first of these alone, as a file of variables that Terraform reads too; the rest is on standard
    error.

    Exit code 0: everything holds; 1: something does not; 2: nothing could be proven.
    """
    if env_file and not system:
        raise click.UsageError("--env-file needs SYSTEM, to say whose environment it is")
    if env_file and seed is not None:
        raise click.UsageError("--env-file gives the environment, --seed draws some")
    if suffix is not None and not env_file:
        raise click.UsageError("--suffix belongs to --env-file")
    _need_hypothesis()
    # Importing hypothesis takes a third of a second.
    from tapforge.systems.environment import load_variables  # noqa: PLC0415
    from tapforge.systems.project import find  # noqa: PLC0415
    from tapforge.testing.case import subject  # noqa: PLC0415
    from tapforge.testing.processes import cores  # noqa: PLC0415
    from tapforge.testing.proof import chosen, proofs  # noqa: PLC0415
    from tapforge.testing.prover import prove, recheck  # noqa: PLC0415

    project = find(folder)
    wanted = chosen(proofs(project.root), names)
    subjects = [subject(project, name) for name in ([system] if system else project.systems)]
    number = random.SystemRandom().getrandbits(32) if seed is None else seed
    outcomes = []
    for each in subjects:
        if env_file:
            variables = load_variables(project, each.system, env_file.absolute())
            outcomes.append(recheck(each, wanted, variables, suffix))
        else:
            with _progress(each.system.name, examples) as tick:
                outcomes.append(
                    prove(
                        each,
                        wanted,
                        examples=examples,
                        number=number,
                        jobs=jobs or cores(),
                        tick=tick,
                    )
                )
    shown = [_data(outcome, None if env_file else number, save) for outcome in outcomes]
    for outcome, data in zip(outcomes, shown, strict=True):
        _explain(outcome, data)
    if as_json:
        click.echo(
            json.dumps({"holds": not any(o.counterexamples for o in outcomes), "systems": shown})
        )
    else:
        _print_first(outcomes)
    if any(outcome.counterexamples for outcome in outcomes):
        raise click.exceptions.Exit(1)


def _need_hypothesis() -> None:
    try:
        import hypothesis  # noqa: F401, PLC0415
    except ModuleNotFoundError as error:
        fix = "install it with `pip install 'tapforge[testing]'`"
        raise TapforgeError(Problem("package hypothesis", f"is missing ({error})", fix)) from None


@contextmanager
def _progress(name: str, examples: int) -> Iterator[Callable[[], object]]:
    if not sys.stderr.isatty():
        yield lambda: None
        return
    # Only a terminal needs rich, which takes time to import.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # A thread that draws the bar would not go well with processes that are forked.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task(name, total=examples)
        shown = time.monotonic()

        def tick() -> None:
            nonlocal shown
            bar.advance(task)
            if time.monotonic() - shown > _REFRESH_SECONDS:
                bar.refresh()
                shown = time.monotonic()

        yield tick


def _data(outcome: Outcome, seed: int | None, save: Path | None) -> dict[str, Any]:
    name = outcome.subject.system.name
    return {
        "system": name,
        "seed": seed,
        "environments": outcome.examples,
        "seconds": round(outcome.seconds, 3),
        "proofs": dict(outcome.looked_at),
        "counterexamples": [
            _counterexample(each, name, save, place)
            for place, each in enumerate(outcome.counterexamples, 1)
        ],
    }


def _counterexample(
    found: Counterexample, system: str, save: Path | None, place: int
) -> dict[str, Any]:
    data: dict[str, Any] = {"proof": found.proof.name, "found": list(found.found)}
    again = ["tapforge", "prove", system]
    if found.variables is None:
        return data | {"again": shlex.join([*again, "--proof", found.proof.name])}
    file = Path(f"{system}.{found.proof.name}.{place}.tfvars.json")
    if save:
        save.mkdir(parents=True, exist_ok=True)
        file = save / file
        file.write_text(_text(found), "utf-8")
        data["file"] = str(file)
    again += ["--env-file", str(file), "--proof", found.proof.name]
    if found.suffix is not None:
        again += ["--suffix", found.suffix]
    return data | {"variables": found.variables, "suffix": found.suffix, "again": shlex.join(again)}


def _text(found: Counterexample) -> str:
    # Numbers of a file that was read keep all their digits.
    return json.dumps(found.variables, indent=2, default=float) + "\n"


def _explain(outcome: Outcome, data: dict[str, Any]) -> None:
    name = data["system"]
    for found, each in zip(outcome.counterexamples, data["counterexamples"], strict=True):
        title = click.style(f"{name}: {found.proof.name} does not hold", fg="red", bold=True)
        click.echo(f"{title}: {found.proof.statement}", err=True)
        for line in found.found:
            click.echo(f"  {line}", err=True)
        if found.variables is not None:
            click.echo(
                f"  in the environment {json.dumps(found.variables, default=float)}", err=True
            )
        click.echo(f"  again: {each['again']}", err=True)
    count = len(outcome.counterexamples)
    verdict = "all proofs hold" if not count else f"{count} counterexample{'s' * (count > 1)}"
    seed = "" if data["seed"] is None else f", seed {data['seed']}"
    environments = f"{outcome.examples:,} environment{'s' * (outcome.examples != 1)}"
    click.echo(f"{name}: {verdict} in {environments} ({outcome.seconds:.1f} s{seed})", err=True)


def _print_first(outcomes: Sequence[Outcome]) -> None:
    every = [each for outcome in outcomes for each in outcome.counterexamples]
    shown = [each for each in every if each.variables is not None]
    if shown:
        click.echo(_text(shown[0]), nl=False)
