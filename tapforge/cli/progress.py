"""Showing a run while it works: a live display on a terminal, plain lines elsewhere, or nothing.

All of it goes to standard error: standard output holds the result alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import click

from tapforge.local.progress import Event, Work

_STILL = 30.0
"""Seconds after which a line says that a resource is still being worked on."""


class Silent:
    """Follows a run and shows nothing.

    Attributes:
        seconds: How long each phase took.
        work: The state of the Terraform command of the present phase.
        phase: The present phase.
        began: When it began, on `time.monotonic`'s clock.
        summary: What the last Terraform command changed: `add`, `change` and `remove`.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.work = Work()
        self.summary: dict[str, int] = {}
        self.phase = ""
        self.began = time.monotonic()

    def begin(self, phase: str) -> None:
        """A phase begins, and the one before it is done."""
        self._end()
        self.phase, self.began, self.work = phase, time.monotonic(), Work()
        self.show_phase(phase)

    def message(self, message: Mapping[str, Any]) -> None:
        """Terraform says something, in its machine-readable form."""
        if message.get("type") == "change_summary":
            counts = message["changes"]
            self.summary = {name: counts.get(name, 0) for name in ("add", "change", "remove")}
        event = self.work.take(message)
        if event:
            self.show_event(event)

    def note(self, text: str) -> None:
        """Something happened that a person should know."""

    def show_phase(self, phase: str) -> None:
        """Show that a phase begins."""

    def show_event(self, event: Event) -> None:
        """Show what happened to a resource."""

    def _end(self) -> None:
        if self.phase:
            spent = self.seconds.get(self.phase, 0.0)
            self.seconds[self.phase] = spent + time.monotonic() - self.began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()
        self.phase = ""


class Lines(Silent):
    """Shows a run as lines of text."""

    def note(self, text: str) -> None:
        """Write it."""
        click.echo(f"  {text}", err=True)

    def show_phase(self, phase: str) -> None:
        """Write the phase."""
        click.echo(phase, err=True)

    def show_event(self, event: Event) -> None:
        """Write what is done, and what takes long."""
        if line := line_of(event, self.work):
            click.echo(f"  {line}", err=True)


def watcher(*, silent: bool) -> Silent:
    """Give what follows a run, as it fits where the output goes."""
    if silent:
        return Silent()
    if not sys.stderr.isatty():
        return Lines()
    # Only a terminal needs rich, which takes time to import.
    from rich.console import Console  # noqa: PLC0415

    from tapforge.cli.display import Display  # noqa: PLC0415

    return Display(Console(stderr=True, highlight=False))


def line_of(event: Event, work: Work) -> str:
    """Say what happened to a resource; nothing if that is not worth a line."""
    task = event.task
    match event.kind:
        case "finished" if task.action != "read":
            place = f"({work.finished} of {work.total})"
            return f"{task.done} {task.address} in {clock(event.seconds)} {place}"
        case "failed":
            return f"failed {task.address} after {clock(event.seconds)}"
        case "working" if event.seconds and event.seconds % _STILL == 0:
            return f"still {task.doing} {task.address} after {clock(event.seconds)}"
    return ""


def clock(seconds: float) -> str:
    """Write a time as a person reads it: `1 min 05 s`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
