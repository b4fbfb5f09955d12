"""``tapforge cutover``."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from tapforge.cutover.phases import PAUSED, SERVED_BY_NEW, Phase
from tapforge.lang.errors import Problem, TapforgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.table import Table

    Ask = Callable[[Mapping[str, Any]], dict[str, Any]]

_SECONDS = 2.0


def _shared(function: Callable[..., None]) -> Callable[..., None]:
    options: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...] = (
        click.option(
            "--function",
            metavar="NAME",
            help="Name or ARN of the cutover function: the output cutover_function_name.",
        ),
        click.option("--region", help="Region of the function. [default: as boto3 finds it]"),
        click.option(
            "--local",
            is_flag=True,
            help="Run the function's code here, with its settings in the environment.",
        ),
        click.option(
            "--json", "as_json", is_flag=True, help="Print the answer as JSON, and nothing else."
        ),
    )
    for option in options:
        function = option(function)
    return function


@click.group(short_help="Drive the cutover of a migration.")
def command() -> None:
    """Drive the cutover of a migration: see how far it is, go on, or go back.

    The function does the work wherever the command runs: it is invoked by its name, or, with
    `--local`, its code runs in this process.
    """


@command.command(short_help="Show how far it is.")
@_shared
def status(*, function: str | None, region: str | None, local: bool, as_json: bool) -> None:
    """Show the checkpoint beside what both databases, both tasks and both names say."""
    shown = _asker(function, region, local=local)({"command": "status"})
    if as_json:
        click.echo(json.dumps(shown, indent=2))
        return
    if "problems" in shown:
        _finish(shown, as_json=False)
    for line in _lines(shown):
        click.echo(line)


@command.command(short_help="Take the next step, or all steps up to a phase.")
@click.option(
    "--to",
    type=click.Choice([str(phase) for phase in Phase], case_sensitive=False),
    help="Go on until this phase. SWITCHED is the cutover; COMMITTED gives up the way back.",
)
@_shared
def advance(
    *, to: str | None, function: str | None, region: str | None, local: bool, as_json: bool
) -> None:
    """Take the next step.

    A step that can't be taken is refused with the reason and changes nothing. What fails while
    applications can write nowhere is undone at once.
    """
    event = {"command": "advance", **({} if to is None else {"to": to.upper()})}
    _finish(_asker(function, region, local=local)(event), as_json=as_json)


@command.command(short_help="Go back to the last safe phase.")
@_shared
def rollback(*, function: str | None, region: str | None, local: bool, as_json: bool) -> None:
    """Go back, without losing a write.

    Before SWITCHED the old side takes writes again at once. After it, every write of the new side is
    brought back first.
    """
    _finish(_asker(function, region, local=local)({"command": "rollback"}), as_json=as_json)


@command.command(short_help="Put names back that somebody changed by hand.")
@_shared
def names(*, function: str | None, region: str | None, local: bool, as_json: bool) -> None:
    """Give both names the weights that the checkpoint says, in one batch, whoever changed them."""
    _finish(_asker(function, region, local=local)({"command": "names"}), as_json=as_json)


@command.command(short_help="Follow it live.")
@click.option(
    "--every",
    type=click.FloatRange(min=0.5),
    default=_SECONDS,
    show_default=True,
    help="Seconds between two looks.",
)
@click.option("--looks", type=click.IntRange(min=1), help="End after so many. [default: never]")
@_shared
def watch(
    *,
    every: float,
    looks: int | None,
    function: str | None,
    region: str | None,
    local: bool,
    as_json: bool,
) -> None:
    """Follow the cutover until it is COMMITTED or you press Ctrl-C; nothing is changed.

    With `--json`, or where the output is no terminal, each look is a line of its own.
    """
    ask = _asker(function, region, local=local)
    if as_json or not sys.stdout.isatty():
        _follow(
            ask,
            lambda shown: click.echo(json.dumps(shown) if as_json else " | ".join(_lines(shown))),
            every,
            looks,
        )
        return
    # Only a terminal needs rich, which takes time to import.
    from rich.live import Live  # noqa: PLC0415

    with Live(refresh_per_second=4) as live:
        _follow(ask, lambda shown: live.update(_picture(shown)), every, looks)


def _follow(
    ask: Ask, show: Callable[[dict[str, Any]], None], every: float, looks: int | None
) -> None:
    while True:
        shown = ask({"command": "status"})
        show(shown)
        looks = None if looks is None else looks - 1
        if looks == 0 or _phase(shown) == Phase.COMMITTED:
            return
        time.sleep(every)


def _asker(function: str | None, region: str | None, *, local: bool) -> Ask:
    """Return what hands an event to the function and gives its answer."""
    if local == bool(function):
        raise TapforgeError(
            Problem(
                "tapforge cutover",
                "needs to know where the function is",
                "name it: --function NAME; or run its code here: --local",
            )
        )
    return _here() if local else _invoking(str(function), region)


def _here() -> Ask:
    from tapforge.cutover.errors import RefusedError  # noqa: PLC0415 - needs boto3 and the driver
    from tapforge.cutover.handler import answer, connect  # noqa: PLC0415
    from tapforge.cutover.machine import Machine  # noqa: PLC0415
    from tapforge.cutover.settings import from_environment  # noqa: PLC0415

    def log(record: dict[str, Any]) -> None:
        click.echo(json.dumps(record, default=str), err=True)

    def ask(event: Mapping[str, Any]) -> dict[str, Any]:
        try:
            parts = connect(from_environment())
        except RefusedError as error:
            raise TapforgeError(
                Problem(each.place, each.message, each.fix) for each in error.problems
            ) from None
        try:
            return answer(Machine(parts, "an operator's command", log), dict(event))
        finally:
            parts.old.close()
            parts.new.close()

    return ask


def _invoking(function: str, region: str | None) -> Ask:
    import boto3  # noqa: PLC0415 - takes time to import
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    # A step may take minutes, and repeating the call would take it again.
    patient = Config(read_timeout=930, retries={"total_max_attempts": 1})

    def ask(event: Mapping[str, Any]) -> dict[str, Any]:
        place = f"function {function}"
        try:
            client = boto3.client("lambda", region_name=region, config=patient)
            told = client.invoke(FunctionName=function, Payload=json.dumps(dict(event)).encode())
            result = json.loads(told["Payload"].read())
        except (BotoCoreError, ClientError) as error:
            advice = "see its name, the region, and that you may invoke it"
            raise TapforgeError(Problem(place, str(error), advice)) from None
        if told.get("FunctionError") or not isinstance(result, dict):
            why = result.get("errorMessage", result) if isinstance(result, dict) else result
            advice = "see its log group; `tapforge cutover status` shows how far it came"
            raise TapforgeError(Problem(place, f"ended with an error: {why}", advice))
        return result

    return ask


def _finish(answer: dict[str, Any], *, as_json: bool) -> None:
    """Print an answer; leave with 1 where it is no."""
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    else:
        for line in answer["did"]:
            click.echo(line)
        for each in answer["problems"]:
            problem = Problem(each["place"], each["message"], each["fix"])
            click.echo(f"{click.style('refused:', fg='red', bold=True)} {problem}", err=True)
        click.echo(f"phase: {answer['phase']}")
    if not answer["ok"]:
        raise click.exceptions.Exit(1)


def _phase(shown: Mapping[str, Any]) -> str:
    return str(shown.get("checkpoint", {}).get("phase", "unknown"))


def _serves(shown: Mapping[str, Any]) -> str:
    sides = [side for side in ("old", "new") if shown[side].get("writable")]
    return " and ".join(sides) or "neither side"


def _lines(shown: Mapping[str, Any]) -> list[str]:
    """Say it as text, a line each."""
    checkpoint = shown.get("checkpoint", {})
    underway = checkpoint.get("underway")
    lag = checkpoint.get("lag")
    lines = [
        f"phase: {_phase(shown)}{f', underway: {underway}' if underway else ''}",
        f"accepts writes: {_serves(shown)}",
        *[f"{name}: {_weights(shown[name])}" for name in ("writer", "reader")],
        f"forward task: {_status(shown['forward'])}",
        f"reverse task: {_status(shown['reverse'])}",
        f"lag: {'not known' if lag is None else f'{lag:g} s'}",
    ]
    for part in shown.values():
        if isinstance(part, dict):
            lines += [
                f"problem: {Problem(each['place'], each['message'], each['fix'])}"
                for each in part.get("problems", [])
            ]
    return lines + [
        f"{line['at']} {line['phase']}: {line['what']}"
        for line in checkpoint.get("history", [])[-8:]
    ]


def _weights(found: Any) -> str:
    return "not known" if isinstance(found, dict) else f"old {found[0]}, new {found[1]}"


def _status(found: Any) -> str:
    return str(found.get("status", "not known")) if isinstance(found, dict) else str(found)


def _picture(shown: Mapping[str, Any]) -> Table:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    picture = Table.grid(padding=(0, 1))
    now = _phase(shown)
    order = list(Phase)
    reached = order.index(Phase(now)) if now in order else -1
    for place, phase in enumerate(order):
        sign = "●" if place == reached else "✓" if place < reached else "·"
        colour = "red" if phase in PAUSED else "cyan" if phase in SERVED_BY_NEW else "green"
        style = f"bold {colour}" if place == reached else "" if place < reached else "dim"
        picture.add_row(Text(sign, style), Text(str(phase), style))
    for line in _lines(shown):
        picture.add_row("", Text(line, "yellow" if line.startswith("problem") else ""))
    picture.add_row("", Text(f"{datetime.now(UTC):%H:%M:%S} UTC", "dim"))
    return picture
