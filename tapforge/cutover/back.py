"""The way back from every phase but the last; each can be called again after it was cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapforge.cutover.errors import Problem, RefusedError, StoppedError, UnreachableError
from tapforge.cutover.forward import NEW, OLD, copy_sequences, start_reverse, stop_forward
from tapforge.cutover.phases import SERVED_BY_NEW, Phase

if TYPE_CHECKING:
    from tapforge.cutover.checkpoint import Weights
    from tapforge.cutover.run import Run

ROLLBACK = "ROLLBACK"

_FORGOTTEN = {
    "opening": False,
    "fence_epoch": 0,
    "fenced_at": None,
    "mark": 0,
    "drain_to": "",
    "reverse_lsn": "",
    "switched_at": None,
    "healthy_since": None,
    "writer": OLD,
    "reader": OLD,
}


def roll_back(run: Run, *, by_person: bool) -> None:
    """Undo what was done, as far as the last phase that is safe.

    Args:
        run: The step.
        by_person: A person asked for it. The function alone never takes writes away from a new
            side that applications were let on.

    Raises:
        RefusedError: There is no way back, or only a person may go it.
    """
    checkpoint = run.checkpoint
    if Phase.COMMITTED in (checkpoint.phase, checkpoint.underway):
        raise RefusedError(
            Problem(
                "rollback",
                "there is no way back after COMMITTED: the old side no longer follows",
                "restore the new side to a point in time, or clone it",
            )
        )
    if checkpoint.phase in SERVED_BY_NEW:
        _return(run, by_person=by_person)
    elif checkpoint.phase.place >= Phase.READY.place:
        _undo_pause(run, by_person=by_person)
    elif checkpoint.phase is not Phase.PREPARED or checkpoint.underway:
        _undo_load(run)
    elif run.names.shift(_names_back(run)):
        run.done("names point to the old side again", writer=OLD, reader=OLD)


def _names_back(run: Run) -> dict[str, Weights]:
    return {run.settings.writer_name: OLD, run.settings.reader_name: OLD}


def _undo_load(run: Run) -> None:
    run.begin(ROLLBACK)
    run.patiently(lambda: run.names.shift(_names_back(run)))
    run.forward.stop()
    run.wait_for(run.forward, "stopped", "ready", "failed")
    if slot := run.settings.forward_slot or run.checkpoint.forward_slot:
        run.old.drop_slot(slot)
    run.done("load given up", phase=Phase.PREPARED, forward_slot="", **_FORGOTTEN)


def _undo_pause(run: Run, *, by_person: bool) -> None:
    if run.checkpoint.opening:
        # A step was begun that opens the new side: only the new side knows whether it came to that.
        guard = run.patiently(lambda: run.new.stamp(run.epoch))
        if guard.writable or guard.since > run.checkpoint.fence_epoch:
            _return(run, by_person=by_person)
            return
    run.begin(ROLLBACK)
    if run.checkpoint.opening:
        run.patiently(lambda: run.names.shift({run.settings.writer_name: OLD}))
    # Safe without a look at the new side: whoever wants to open it must write so first, and that
    # write would be void after ours.
    run.patiently(lambda: run.old.open(run.epoch))
    run.patiently(lambda: run.names.shift(_names_back(run)))
    run.reverse.stop()
    run.wait_for(run.reverse, "stopped", "ready", "failed")
    what = "old side takes writes again"
    try:
        run.patiently(lambda: run.new.drop_slot(run.settings.reverse_slot))
    except UnreachableError:
        what += "; new side does not answer"
    if run.forward.status() == "stopped":
        run.forward.resume()
    run.done(what, phase=Phase.CDC, **_FORGOTTEN)


def _return(run: Run, *, by_person: bool) -> None:
    """Bring the writes back to the old side, with everything the new one took."""
    if not by_person:
        raise RefusedError(
            Problem(
                "rollback",
                "applications write to the new side: the function alone takes that from nobody",
                "decide: `tapforge cutover rollback` brings all writes back, `advance` goes on",
            )
        )
    run.begin(ROLLBACK)
    old = run.patiently(lambda: run.old.stamp(run.epoch))
    run.patiently(lambda: run.new.stamp(run.epoch))
    if not old.writable:
        _drain_back(run)
        run.patiently(lambda: copy_sequences(run.new, run.old, run.settings.sequence_margin))
        run.patiently(lambda: run.names.shift(_names_back(run)))
        run.patiently(lambda: run.old.open(run.epoch))
    run.patiently(lambda: run.names.shift(_names_back(run)))
    run.reverse.stop()
    run.wait_for(run.reverse, "stopped", "ready", "failed")
    run.patiently(lambda: run.new.drop_slot(run.settings.reverse_slot))
    stop_forward(run)
    run.patiently(lambda: run.old.drop_slot(run.checkpoint.forward_slot))
    run.done(
        "old side has all writes and takes them again",
        phase=Phase.PREPARED,
        forward_slot="",
        **_FORGOTTEN,
    )


def _drain_back(run: Run) -> None:
    if run.new.slot(run.settings.reverse_slot) is None:
        _stay(run, Problem(run.new.side, "has no reverse slot", "restore to a point in time"))
    stop_forward(run)
    try:
        start_reverse(run)
    except StoppedError as error:
        _stay(run, *error.problems)

    def fence() -> str:
        run.new.fence(run.epoch)
        run.new.expel()
        return run.new.mark("new", run.epoch)

    try:
        lsn = run.patiently(fence)
        run.wait(
            lambda: (
                run.new.confirmed(run.settings.reverse_slot, lsn) and run.old.sees("new", run.epoch)
            ),
            run.settings.drain_seconds,
            Problem(
                run.reverse.name,
                f"has not carried {lsn} over within {run.settings.drain_seconds:g} s",
                "see its lag and its log group; applications go on on the new side",
            ),
        )
    except StoppedError as error:
        run.patiently(lambda: run.new.open(run.epoch))
        _stay(run, *error.problems)


def _stay(run: Run, *problems: Problem) -> None:
    """Leave applications where they are."""
    run.done(
        "rollback given up, new side keeps the writes",
        phase=Phase.SWITCHED,
        opening=True,
        writer=NEW,
    )
    raise RefusedError(*problems)
