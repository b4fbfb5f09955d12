"""Showing a run on a terminal while it works."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tapforge.cli.progress import Silent, clock, line_of
from tapforge.local.progress import Event


class Display(Silent):
    """Shows a run on a terminal: what was done scrolls by, what is being done stays below.

    Args:
        console: The terminal.
    """

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._display = Live(
            get_renderable=self._picture,
            console=self._console,
            refresh_per_second=4,
            transient=True,
        )

    def note(self, text: str) -> None:
        """Write it above the display."""
        self._console.print(Text(f"  {text}", style="yellow"))

    def show_event(self, event: Event) -> None:
        """Write what is done above the display."""
        line = "" if event.kind == "working" else line_of(event, self.work)
        if line:
            style = "bold red" if event.kind == "failed" else "green"
            self._console.print(Text(f"  {line}", style=style))

    def _picture(self) -> Table:
        now = time.monotonic()
        picture = Table.grid(padding=(0, 2))
        done = f"{self.work.finished} of {self.work.total}" if self.work.total else ""
        picture.add_row(
            Text(self.phase, style="bold"), Text(done), Text(clock(now - self.began), "dim")
        )
        for task in list(self.work.running.values()):
            seconds = Text(clock(now - task.since), style="dim")
            picture.add_row(Text(f"  {task.address}", style="cyan"), Text(task.doing), seconds)
        return picture

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._display.stop()
        super().__exit__(kind, error, traceback)
