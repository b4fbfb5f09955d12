"""The state machine: one step at a time, by one invocation at a time, told to people and to the log."""

from __future__ import annotations

import functools
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from tapforge.cutover import signals
from tapforge.cutover.aws import aws_errors
from tapforge.cutover.back import ROLLBACK, roll_back
from tapforge.cutover.errors import (
    BusyError,
    Problem,
    RefusedError,
    StoppedError,
    SupersededError,
)
from tapforge.cutover.forward import NEW, OLD, STEPS, readers
from tapforge.cutover.parameters import LOOK
from tapforge.cutover.phases import PAUSED, SERVED_BY_NEW, Phase
from tapforge.cutover.run import Parts, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tapforge.cutover.checkpoint import Checkpoint
    from tapforge.cutover.parameters import Claim
    from tapforge.cutover.replication import DmsTask

_LOOK_AGAIN = 0.05
_BROKEN = frozenset({"failed", "stopped"})
_FOLLOWING = frozenset(
    {Phase.FULL_LOAD, Phase.CDC, Phase.READY, Phase.FENCED, Phase.DRAINED, Phase.SEQUENCED}
)
"""Phases in which the forward task must run."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an invocation came to.

    Attributes:
        ok: Whether what was asked for was done.
        phase: The phase after it.
        did: The lines of history that it added.
        problems: Why it refused; empty when it is ok.
    """

    ok: bool
    phase: str
    did: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


class Machine:
    """Takes steps and undoes them.

    Args:
        parts: What it reads and changes.
        owner: Who this invocation is, for whoever finds its claim.
        log: Takes one record for every event worth one.
    """

    def __init__(self, parts: Parts, owner: str, log: Callable[[dict[str, Any]], None]) -> None:
        self._parts = parts
        self._owner = owner
        self._log = log
        self._untold: list[tuple[str, str]] = []

    def advance(self, to: Phase | None = None) -> Answer:
        """Take the next step, or all steps as far as a phase.

        What fails while applications can write nowhere is undone at once.
        """
        did: list[str] = []
        with self._telling():
            while True:
                try:
                    checkpoint = self._claimed(lambda run: _step(run, to), did)
                except RefusedError as error:
                    return self._refused("advance", error, did)
                if to is None or checkpoint.phase.place >= to.place:
                    return Answer(ok=True, phase=checkpoint.phase, did=tuple(did))

    def rollback(self) -> Answer:
        """Undo what was done, as far as the last phase that is safe: a person asks for it."""
        with self._telling():
            return self._under_claim("rollback", lambda run: roll_back(run, by_person=True))

    def _undo(self, judged: Checkpoint) -> Answer:
        """Undo what was done, unless somebody went on from what was judged to be bad."""

        def undo(run: Run) -> None:
            if run.checkpoint.version != judged.version:
                raise BusyError(
                    Problem(run.parts.store.name, "somebody went on meanwhile", "look again")
                )
            roll_back(run, by_person=False)

        return self._under_claim("rollback", undo, look=True)

    def _under_claim(
        self, command: str, action: Callable[[Run], None], *, look: bool = False
    ) -> Answer:
        did: list[str] = []
        try:
            checkpoint = self._claimed(action, did, look=look)
        except RefusedError as error:
            return self._complain(command, error, did)
        return Answer(ok=True, phase=checkpoint.phase, did=tuple(did))

    def names(self) -> Answer:
        """Put the weights of both names back to what the checkpoint says, whoever changed them."""
        with self._telling():
            return self._under_claim("names", _put_names_back)

    def observe(self) -> Answer:
        """Look at all signals: remember since when they are good, act where they are bad."""
        with self._telling():
            return self._observe()

    def _observe(self) -> Answer:
        did: list[str] = []
        try:
            with aws_errors():
                checkpoint = self._parts.store.read()
            if self._pause_is_over(checkpoint):
                return self._undo(checkpoint)
            if checkpoint.underway == ROLLBACK and checkpoint.phase not in SERVED_BY_NEW:
                return self._undo(checkpoint)
            if checkpoint.phase in {Phase.CDC, Phase.READY} and not checkpoint.underway:
                self._claimed(_look, did, look=True)
            return self._see_tasks(did)
        except BusyError as error:
            return Answer(ok=True, phase=self._phase(), did=tuple(did), problems=error.problems)
        except RefusedError as error:
            return self._complain("observe", error, did)

    def task_changed(self, event_type: str, arn: str) -> Answer:
        """Take an event of a task. An event tells of what was: the task is asked what is."""
        self._log({"event": event_type, "task": arn})
        if arn not in (self._parts.forward.arn, self._parts.reverse.arn):
            problem = Problem(arn, "is none of the two tasks", "correct the rule's pattern")
            with self._telling():
                return self._complain("event", RefusedError(problem), [])
        return self.observe()

    def status(self) -> dict[str, Any]:
        """Show the checkpoint beside what is."""
        parts = self._parts
        shown: dict[str, Any] = {}
        asked: dict[str, Callable[[], Any]] = {
            "checkpoint": lambda: asdict(parts.store.read()),
            "old": lambda: _side(parts.old),
            "new": lambda: _side(parts.new),
            "forward": lambda: asdict(parts.forward.health()),
            "reverse": parts.reverse.status,
            "writer": lambda: parts.names.weights(parts.settings.writer_name),
            "reader": lambda: parts.names.weights(parts.settings.reader_name),
        }
        for key, ask in asked.items():
            try:
                with aws_errors():
                    shown[key] = ask()
            except RefusedError as error:
                shown[key] = {"problems": [asdict(problem) for problem in error.problems]}
        return shown

    def _claim(self, *, look: bool) -> tuple[Claim, Checkpoint]:
        """Claim the next step; a look of the clock is waited for, so that it is in nobody's way."""
        owner = f"{LOOK} ({self._owner})" if look else self._owner
        end = time.monotonic() + self._parts.settings.patience_seconds
        while True:
            try:
                with aws_errors():
                    return self._parts.store.claim(owner)
            except BusyError as error:
                if look or not error.brief or time.monotonic() > end:
                    raise
                time.sleep(_LOOK_AGAIN)

    def _claimed(
        self, action: Callable[[Run], Any], did: list[str], *, look: bool = False
    ) -> Checkpoint:
        """Do something under a claim; it is given back unless this process dies."""
        claim, checkpoint = self._claim(look=look)
        run = Run(self._parts, claim, checkpoint)
        try:
            run.patiently(lambda: action(run))
        except SupersededError:
            self._leave_names_right(run)
            raise
        except RefusedError:
            raise
        except Exception as error:  # writes may be paused: whatever it is, it must be undone
            self._log({"error": repr(error), "owner": self._owner})
            problem = Problem("cutover", f"{type(error).__name__}: {error}", "report this")
            raise StoppedError(problem) from error
        finally:
            self._told(run, did)
            self._release(claim)
        return run.checkpoint

    def _leave_names_right(self, run: Run) -> None:
        """Point the writer's name to whom the later step let write: ours came too late.

        Where neither side takes writes, the later step is underway, and sets the name itself.
        """
        if run.checkpoint.underway not in {Phase.SWITCHED, ROLLBACK}:
            return  # the name was not touched
        try:
            for side, weights in ((run.old, OLD), (run.new, NEW)):
                if run.patiently(side.guard).writable:
                    right = {run.settings.writer_name: weights}
                    run.patiently(functools.partial(run.names.shift, right))
        except RefusedError as error:  # the clock looks at the names too
            self._log({"names": run.epoch, "problems": [str(each) for each in error.problems]})

    def _release(self, claim: Claim) -> None:
        try:
            with aws_errors():
                self._parts.store.release(claim)
        except RefusedError as error:  # its lease ends by itself: no reason to undo a step
            self._log({"claim": claim.base, "problems": [str(each) for each in error.problems]})

    def _told(self, run: Run, did: list[str]) -> None:
        for line in run.did:
            did.append(line.what)
            record = {"phase": line.phase, "did": line.what, "epoch": run.epoch, "at": line.at}
            self._log(record)
            self._tell(f"{line.phase}: {line.what}", f"{line.at} {line.phase}: {line.what}")

    def _refused(self, command: str, error: RefusedError, did: list[str]) -> Answer:
        """Complain, and undo a pause that can't go on."""
        answer = self._complain(command, error, did)
        if isinstance(error, (BusyError, SupersededError)):
            return answer
        try:
            with aws_errors():
                checkpoint = self._parts.store.read()
        except RefusedError:
            return answer
        if checkpoint.phase in PAUSED or checkpoint.underway == Phase.FENCED:
            undone = self._undo(checkpoint)
            return replace(
                undone,
                ok=False,
                did=(*answer.did, *undone.did),
                problems=(*answer.problems, *undone.problems),
            )
        return answer

    def _complain(self, command: str, error: RefusedError, did: list[str]) -> Answer:
        lines = [str(problem) for problem in error.problems]
        self._log({"refused": command, "problems": lines})
        if not isinstance(error, (BusyError, SupersededError)):
            self._tell(f"{command} refused: {lines[0] if lines else ''}", "\n".join(lines))
        return Answer(ok=False, phase=self._phase(), did=tuple(did), problems=error.problems)

    def _see_tasks(self, did: list[str]) -> Answer:
        """Act on a task that does not run although it must."""
        with aws_errors():
            checkpoint = self._parts.store.read()
            phase = checkpoint.phase
            served = phase in {Phase.SWITCHED, Phase.SOAK}
            follows = phase in _FOLLOWING and not checkpoint.underway
            status = self._parts.forward.status() if follows else ""
            found = (
                [
                    *_of_way_back(self._parts.reverse, phase),
                    *signals.of_names(self._parts.names, self._parts.settings, checkpoint),
                ]
                if served
                else []
            )
        if found:  # people are told; nothing flips unless one of them says so
            return self._complain("watch", RefusedError(*found), did)
        if status not in _BROKEN:
            return Answer(ok=True, phase=phase, did=tuple(did))
        problem = Problem(self._parts.forward.name, f"is {status}", "see its log group")
        if phase is Phase.CDC:
            return self._complain("watch", RefusedError(problem), did)
        undone = self._undo(checkpoint)
        return replace(
            undone, ok=False, did=(*did, *undone.did), problems=(problem, *undone.problems)
        )

    def _pause_is_over(self, checkpoint: Checkpoint) -> bool:
        """Tell whether applications have been without a writer for too long."""
        if checkpoint.phase not in PAUSED and checkpoint.underway != Phase.FENCED:
            return False
        if checkpoint.underway == Phase.SWITCHED:
            return False  # the new side may be open already: a person decides, or advances
        if checkpoint.fenced_at is None:
            return True  # cut off on the way to the fence
        return self._parts.old.now() - checkpoint.fenced_at > self._parts.settings.pause_seconds

    def _phase(self) -> str:
        try:
            with aws_errors():
                return self._parts.store.read().phase
        except RefusedError:
            return "unknown"

    def _tell(self, subject: str, message: str) -> None:
        self._untold.append((f"cutover {subject}", message))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell people what was noted meanwhile, when all is done: a pause does not wait for that."""
        try:
            yield
        finally:
            while self._untold:
                subject, message = self._untold.pop(0)
                try:
                    with aws_errors():
                        self._parts.topic.tell(subject, message)
                except RefusedError as error:  # nobody is told, which must not stop a cutover
                    problems = [str(each) for each in error.problems]
                    self._log({"untold": subject, "problems": problems})


def _step(run: Run, to: Phase | None) -> None:
    checkpoint = run.checkpoint
    if checkpoint.underway == ROLLBACK:
        raise RefusedError(
            Problem(
                "rollback", "was begun and has not ended", "end it: `tapforge cutover rollback`"
            )
        )
    target = checkpoint.phase.next
    if target is None:
        raise RefusedError(
            Problem(
                "advance",
                "the migration is COMMITTED",
                "take its parts down: `replication = false`",
            )
        )
    if target is Phase.COMMITTED and to is not Phase.COMMITTED:
        raise RefusedError(
            Problem(
                "advance",
                "COMMITTED gives up the way back",
                "say so: `tapforge cutover advance --to COMMITTED`",
            )
        )
    if to is not None and to.place < target.place:
        raise RefusedError(
            Problem(
                "advance",
                f"{to} is behind, the migration is at {checkpoint.phase}",
                "go back by `tapforge cutover rollback`",
            )
        )
    if (
        target is Phase.FENCED
        and checkpoint.underway != Phase.FENCED
        and checkpoint.reader.new < max(run.settings.reader_steps, default=0)
    ):
        readers(run)
    else:
        STEPS[target](run)


def _put_names_back(run: Run) -> None:
    checkpoint, settings = run.checkpoint, run.settings
    if checkpoint.underway:
        raise RefusedError(
            Problem(
                "names",
                f"{checkpoint.underway} was begun and has not ended: it sets them itself",
                "end it: `tapforge cutover advance` or `rollback`",
            )
        )
    wanted = {
        settings.writer_name: checkpoint.writer,
        settings.reader_name: checkpoint.reader,
    }
    if run.names.shift(wanted):
        run.done(f"names put back: writer {checkpoint.writer}, readers {checkpoint.reader}")


def _look(run: Run) -> None:
    """Remember the lag, and since when everything is well."""
    health = run.forward.health()
    found = signals.problems(run, health)
    since = None if found else run.checkpoint.healthy_since or run.old.now()
    changed = since != run.checkpoint.healthy_since or health.lag != run.checkpoint.lag
    if changed:
        run.begin("", healthy_since=since, lag=health.lag)


def _of_way_back(task: DmsTask, phase: Phase) -> Iterator[Problem]:
    """Complain where the old side does not follow the new one."""
    # Between SWITCHED and SOAK the task may not have been started yet.
    bad = {"failed"} if phase is Phase.SWITCHED else _BROKEN
    health = task.health()
    if health.status in bad:
        yield Problem(
            task.name,
            f"is {health.status}: the old side does not follow, and the slot keeps the log",
            "see its log group, and resume it: until then there is no way back",
        )
    for tables, what in (
        (health.broken, "in error"),
        (health.different, "another than on the new side"),
    ):
        if tables:
            yield Problem(
                task.name,
                f"{', '.join(tables)}: {what}",
                "see awsdms_apply_exceptions and awsdms_validation_failures_v1 on the old side",
            )


def _side(database: Any) -> dict[str, Any]:
    guard = database.guard()
    return {"writable": guard.writable, "epoch": guard.epoch, "since": guard.since}
