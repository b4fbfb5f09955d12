"""What `up` and `down` have to say when they are done."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from tapforge.live.verify import Result
from tapforge.local.run import Applied
from tapforge.local.terraform import TerraformFailedError

_DONE = {"add": "created", "change": "changed", "remove": "destroyed"}
_LOCKED = "Error acquiring the state lock"


def flat(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Give the value of each output by its name."""
    return {name: output["value"] for name, output in outputs.items()}


def as_json(
    applied: Applied,
    results: Sequence[Result],
    seconds: Mapping[str, float],
    counts: Mapping[str, int],
) -> str:
    """Write the result of `up` as one JSON document."""
    record = applied.directory.record
    return json.dumps(
        {
            "ok": is_well(applied, results),
            "system": applied.directory.system,
            "environment": applied.directory.environment,
            "outputs": flat(applied.outputs),
            "changes": {_DONE[name]: counts.get(name, 0) for name in _DONE},
            "drift": [attrs.asdict(drift) for drift in applied.drift],
            "checks": [attrs.asdict(result) for result in results],
            "lowering": [attrs.asdict(change) for change in applied.changes],
            "emulator": {"url": applied.emulator.url, "pid": applied.emulator.record.pid},
            "state": record.state if record else "",
            "directory": str(applied.directory.path),
            "seconds": {phase: round(spent, 1) for phase, spent in seconds.items()},
        },
        default=str,
    )


def is_well(applied: Applied, results: Sequence[Result]) -> bool:
    """Whether nothing drifts and all checks passed."""
    return not applied.drift and all(result.ok for result in results)


def as_text(
    applied: Applied,
    results: Sequence[Result],
    seconds: Mapping[str, float],
    counts: Mapping[str, int],
    *,
    verbose: bool,
) -> Iterator[str]:
    """Write the result of `up` for a person, line by line.

    Args:
        applied: What was done.
        results: What the checks found.
        seconds: How long each phase took.
        counts: What Terraform changed.
        verbose: Whether to list what the lowering did.
    """
    directory = applied.directory
    yield from _checks(results)
    yield from _drift(applied)
    yield _title("Outputs")
    yield from _columns(
        {
            name: "(sensitive)" if output["sensitive"] else _value(output["value"])
            for name, output in applied.outputs.items()
        }
    )
    record = directory.record
    yield _title("Look around")
    yield from _columns(
        {
            "AWS": applied.emulator.url,
            "aws, boto3": f"export {' '.join(_settings(applied))}",
            "Terraform": f"{_launcher(directory.path)} state list",
            "State": f"{record.state if record else ''} in that AWS",
        }
    )
    yield from _lowering(applied, verbose=verbose)
    yield _title("Time")
    yield "  " + ", ".join(f"{phase} {spent:.1f} s" for phase, spent in seconds.items())
    passed = sum(result.ok for result in results)
    verdict = [
        ", ".join(f"{counts.get(name, 0)} {done}" for name, done in _DONE.items()),
        f"{passed} of {len(results)} checks passed" if results else "no checks are written for it",
        f"{len(applied.drift)} drift" if applied.drift else "nothing drifts",
    ]
    place = f"{directory.system} in {directory.environment}"
    well = is_well(applied, results)
    yield ""
    yield click.style(
        f"{place} is up: {'; '.join(verdict)}.", fg="green" if well else "red", bold=True
    )
    yield f"Take it down with: tapforge down {directory.system} --env {directory.environment}"


def tell_failure(error: TerraformFailedError, path: Path, *, as_json: bool) -> None:
    """Say what Terraform said when it failed.

    Args:
        error: What it said.
        path: The run's directory.
        as_json: Whether to print it as JSON too.
    """
    if as_json:
        click.echo(json.dumps({"ok": False, "errors": [str(each) for each in error.problems]}))
    for problem in error.problems:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {problem}", err=True)
    log = path / "emulator.log"
    if log.exists() and log.stat().st_size:
        click.echo(f"  what the emulator says to it: {_short(log)}", err=True)
    if _LOCKED in str(error):
        click.echo(
            "  If no Terraform of this run is alive, an interrupted one left the lock:"
            f" `{_launcher(path)} force-unlock ID` removes it",
            err=True,
        )


def _checks(results: Sequence[Result]) -> Iterator[str]:
    if not results:
        return
    yield _title("Checks")
    for requirement in dict.fromkeys(result.requirement for result in results):
        passed = [r.what for r in results if r.requirement == requirement and r.ok]
        if passed:
            yield f"  {requirement:<4}{click.style('ok', fg='green')}      {_grouped(passed)}"
        for result in results:
            if result.requirement == requirement and not result.ok:
                yield f"  {requirement:<4}{click.style('failed', fg='red', bold=True)}  {result.what}"
                yield f"              found    {_value(result.found)}"
                yield f"              expected {_value(result.expected)}"


def _grouped(whats: Sequence[str]) -> str:
    """Write `VPC: block, name; subnets: blocks` for things that have their subject in front."""
    groups: dict[str, list[str]] = {}
    for what in whats:
        subject, _, rest = what.partition(": ")
        groups.setdefault(subject, []).append(rest)
    return "; ".join(
        f"{subject}: {', '.join(rests)}" if any(rests) else subject
        for subject, rests in groups.items()
    )


def _drift(applied: Applied) -> Iterator[str]:
    if applied.drift:
        yield _title("A second plan would change")
        for drift in applied.drift:
            yield click.style(f"  {drift}", fg="red")


def _lowering(applied: Applied, *, verbose: bool) -> Iterator[str]:
    if not applied.changes:
        return
    left_out = sum(change.done == "left out" for change in applied.changes)
    yield _title("Lowered to the packaged provider")
    yield (
        f"  {len(applied.changes) - left_out} rewritten, {left_out} left out: "
        f"{'' if verbose else '--verbose lists them, '}{_short(applied.directory.changes_file)}"
    )
    if verbose:
        for change in applied.changes:
            yield f"  {change}"


def _settings(applied: Applied) -> Iterator[str]:
    """Give the variables by which AWS's own tools find the emulator."""
    emulator, record = applied.emulator, applied.directory.record
    yield f"AWS_ENDPOINT_URL={emulator.url}"
    yield f"AWS_REGION={record.region if record else ''}"
    yield f"AWS_ACCESS_KEY_ID={emulator.access_key}"
    yield f"AWS_SECRET_ACCESS_KEY={emulator.secret_key}"


def _launcher(path: Path) -> str:
    """Write how Terraform is called by hand in a run's directory."""
    return f"{_short(path)}/terraform -chdir={_short(path)}/lowered/terraform/{path.name}"


def _title(text: str) -> str:
    return f"\n{click.style(text, bold=True)}"


def _columns(rows: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, rows), default=0)
    for name, value in rows.items():
        yield f"  {name:<{width}}  {value}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _short(path: Path) -> str:
    """Write a path as it is shortest from the current folder."""
    return min(str(path), os.path.relpath(path), key=len)
