"""What one step works with: both databases, both tasks, the names, and its claim."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tapforge.cutover.aws import aws_errors
from tapforge.cutover.errors import Problem, RefusedError, StoppedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tapforge.cutover.backups import Backups
    from tapforge.cutover.checkpoint import Checkpoint, Line
    from tapforge.cutover.databases import Database
    from tapforge.cutover.dns import WeightedNames
    from tapforge.cutover.notify import Topic
    from tapforge.cutover.parameters import Claim, ParameterStore
    from tapforge.cutover.replication import DmsTask
    from tapforge.cutover.settings import Settings

_LOOK_AGAIN = 0.05


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything outside of the function that it reads and changes."""

    settings: Settings
    store: ParameterStore
    old: Database
    new: Database
    forward: DmsTask
    reverse: DmsTask
    names: WeightedNames
    backups: Backups
    topic: Topic


class Run:
    """One step under one claim.

    Attributes:
        checkpoint: The latest that was written.
        epoch: The token of this step.
        did: The lines of history that it added.
    """

    def __init__(self, parts: Parts, claim: Claim, checkpoint: Checkpoint) -> None:
        self.parts = parts
        self.settings = parts.settings
        self.old, self.new = parts.old, parts.new
        self.forward, self.reverse, self.names = parts.forward, parts.reverse, parts.names
        self.checkpoint = checkpoint
        self.did: list[Line] = []
        self._claim = claim

    @property
    def epoch(self) -> int:
        """The fencing token: what a step with a smaller one does is refused."""
        return self._claim.epoch

    def outrun(self, epoch: int) -> None:
        """Take a larger token: the parameter was made anew, and the databases remember."""
        self._claim.epoch = max(self._claim.epoch, epoch + 1)

    def begin(self, underway: str, **changes: Any) -> None:
        """Write what is about to be done. Of several who try, one gets through."""
        self._write(replace(self.checkpoint, underway=underway, epoch=self.epoch, **changes))

    def done(self, what: str, **changes: Any) -> None:
        """Write what was done."""
        reached = replace(self.checkpoint, underway="", epoch=self.epoch, **changes)
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self._write(reached.with_line(at, what))
        self.did.append(self.checkpoint.history[-1])

    def _write(self, checkpoint: Checkpoint) -> None:
        # Repeated with the same content, it is known as ours if an earlier try got through.
        self.checkpoint = self.patiently(lambda: self.parts.store.write(self._claim, checkpoint))

    def patiently(self, action: Callable[[], Any]) -> Any:
        """Repeat what may be repeated while somebody does not answer."""
        end = time.monotonic() + self.settings.patience_seconds
        while True:
            try:
                with aws_errors():
                    return action()
            except UnreachableError:
                if time.monotonic() > end:
                    raise
                time.sleep(_LOOK_AGAIN)

    def wait(self, holds: Callable[[], bool], seconds: float, problem: Problem) -> None:
        """Wait until something holds.

        Raises:
            StoppedError: It did not in time.
        """
        end = time.monotonic() + seconds
        while not self.patiently(holds):
            if time.monotonic() > end:
                raise StoppedError(problem)
            time.sleep(_LOOK_AGAIN)

    def wait_for(self, task: DmsTask, *expected: str) -> None:
        """Wait until a task has a status."""

        def reached() -> bool:
            status = task.status()
            if status == "failed" and "failed" not in expected:
                raise StoppedError(
                    Problem(task.name, "has failed", "see its log group, mend it, and try again")
                )
            return status in expected

        seconds = self.settings.task_seconds
        self.wait(
            reached,
            seconds,
            Problem(
                task.name,
                f"is not {' or '.join(expected)} after {seconds:g} s",
                "see its log group",
            ),
        )


def refuse(problems: Iterable[Problem]) -> None:
    """Raise what was found, if anything was."""
    found = tuple(problems)
    if found:
        raise RefusedError(*found)
