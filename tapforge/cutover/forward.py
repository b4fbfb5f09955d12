"""The way forward: one function for each phase, which does what it takes to reach it.

Each can be called again after it was cut off anywhere, and then does the rest.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tapforge.cutover import signals
from tapforge.cutover.checkpoint import Weights
from tapforge.cutover.constraints import (
    copy_foreign_keys,
    drop_foreign_keys,
    foreign_only,
    settle,
)
from tapforge.cutover.errors import Problem, RefusedError, StoppedError
from tapforge.cutover.phases import Phase
from tapforge.cutover.preflight import preflight
from tapforge.cutover.run import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapforge.cutover.databases import Database
    from tapforge.cutover.run import Run

_LOOK_AGAIN = 0.05
OLD, NEW = Weights(100, 0), Weights(0, 100)


def full_load(run: Run) -> None:
    """Fence the new side and start the load."""
    refuse(
        [
            *preflight(run.old, run.new),
            *foreign_only(run.old, run.new),
            *(each for task in (run.forward, run.reverse) for each in task.unconnected()),
            *signals.of_names(run.names, run.settings, run.checkpoint),
        ]
    )
    for side in (run.old, run.new):
        side.install()
    if not run.checkpoint.epoch:
        run.outrun(max(run.old.guard().epoch, run.new.guard().epoch))
    run.begin(Phase.FULL_LOAD)
    if not run.old.stamp(run.epoch).writable:
        raise RefusedError(
            Problem(
                run.old.side,
                "takes no writes, and so does neither side",
                "see the history of how it came to that: `tapforge cutover status`",
            )
        )
    run.new.fence(run.epoch)
    run.new.expel()
    for name in ("old", "new"):  # the load carries both rows over, so that later they only change
        run.old.mark(name, run.epoch)
    drop_foreign_keys(run.new)
    run.forward.load()
    run.done("load started, new side fenced", phase=Phase.FULL_LOAD)


def cdc(run: Run) -> None:
    """See that every table is loaded, and make what the load was done without."""
    health = run.forward.health()
    refuse(
        problem
        for problem in signals.of_task(run.forward.name, health)
        if "validated" not in problem.message
    )
    copy_foreign_keys(run.old, run.new)
    run.done("every table is loaded", phase=Phase.CDC, lag=health.lag, healthy_since=None)


def ready(run: Run) -> None:
    """See that everything was well for long enough, and is; do what the pause must not wait for."""
    health = run.forward.health()
    found = signals.problems(run, health)
    since, minutes = run.checkpoint.healthy_since, run.settings.healthy_minutes
    well = 0.0 if since is None else run.old.now() - since
    if well < minutes * 60:
        found.append(
            Problem(
                "signals",
                f"are all good since {well:.0f} s, {minutes * 60:.0f} s are expected",
                "wait: the function looks every minute",
            )
        )
    found += run.parts.backups.problems(run.settings.backup_minutes)
    refuse(found)
    refuse(settle(run.old, run.new, run.settings.settle_seconds))
    run.done("healthy", phase=Phase.READY, lag=health.lag)


def readers(run: Run) -> None:
    """Move the readers one step to the new side."""
    refuse(signals.problems(run, run.forward.health()))
    share = next(step for step in run.settings.reader_steps if step > run.checkpoint.reader.new)
    weights = Weights(100 - share, share)
    run.begin("READERS", reader=weights)
    run.names.shift({run.settings.reader_name: weights})
    run.done(f"readers {weights}")


def fenced(run: Run) -> None:
    """Let no application write any more, and remember where its last write is."""
    health = run.forward.health()
    # What a broken attempt left fenced is complete by doing it again.
    refuse(signals.problems(run, health))
    slot = run.settings.forward_slot or run.old.slot_of_role()
    _see_slot(run, slot)
    run.begin(Phase.FENCED)
    run.new.stamp(run.epoch)
    guard = run.old.fence(run.epoch)
    run.old.expel()
    lsn = run.old.mark("old", run.epoch)
    run.done(
        f"old side fenced, last write before {lsn}",
        phase=Phase.FENCED,
        fence_epoch=guard.since,
        fenced_at=run.old.now(),
        mark=run.epoch,
        drain_to=lsn,
        forward_slot=slot,
        lag=health.lag,
    )


def drained(run: Run) -> None:
    """Wait until the new side has everything: by the slot and the sentinel, not by a latency."""
    _still_fenced(run)
    checkpoint, seconds = run.checkpoint, run.settings.drain_seconds

    def arrived() -> bool:
        _see_slot(run, checkpoint.forward_slot)
        return run.old.confirmed(checkpoint.forward_slot, checkpoint.drain_to) and run.new.sees(
            "old", checkpoint.mark
        )

    run.wait(
        arrived,
        seconds,
        Problem(
            run.forward.name,
            f"has not carried {checkpoint.drain_to} over within {seconds:g} s",
            "see its lag and its log group",
        ),
    )
    run.done("everything has arrived", phase=Phase.DRAINED)


def sequenced(run: Run) -> None:
    """Set the sequences beyond everything that was handed out."""
    _still_fenced(run)
    count = copy_sequences(run.old, run.new, run.settings.sequence_margin)
    run.done(f"{count} sequences set", phase=Phase.SEQUENCED)


def reverse_ready(run: Run) -> None:
    """Make the slot from which the old side will be kept current, and see that it is, if asked for."""
    _still_fenced(run)
    if run.settings.prove_reverse:
        stop_forward(run)  # else it has nothing to carry, and is stopped before the other starts
    run.reverse.stop()
    run.wait_for(run.reverse, "stopped", "ready", "failed")
    lsn = run.new.make_slot(run.settings.reverse_slot, run.settings.reverse_plugin)
    if run.settings.prove_reverse:
        run.reverse.follow(lsn)
        run.wait_for(run.reverse, "running")
    run.done(f"reverse slot begins at {lsn}", phase=Phase.REVERSE_READY, reverse_lsn=lsn)


def switched(run: Run) -> None:
    """Point the writer's name at the new side, and let applications write there."""
    _still_fenced(run)
    wanted, name = NEW, run.settings.writer_name
    if run.names.weights(name) != (wanted.old, wanted.new):
        refuse(
            problem
            for problem in signals.of_names(run.names, run.settings, run.checkpoint)
            if problem.place == name
        )
    if run.new.slot(run.settings.reverse_slot) is None:
        raise StoppedError(
            Problem(run.new.side, f"has no slot {run.settings.reverse_slot}", "try again")
        )
    run.begin(Phase.SWITCHED, opening=True)
    run.new.stamp(run.epoch)
    run.names.shift({name: wanted})
    run.new.mark("new", run.epoch)
    run.new.open(run.epoch)
    run.names.shift({name: wanted})  # in case an owner that was given up woke up meanwhile
    run.done(
        "applications write to the new side",
        phase=Phase.SWITCHED,
        writer=wanted,
        switched_at=run.new.now(),
    )


def soak(run: Run) -> None:
    """Wait until nobody has the old answer any more, and see that the way back is open."""
    ttl = run.names.ttl(run.settings.writer_name)
    left = (run.checkpoint.switched_at or 0.0) + ttl - run.new.now()
    time.sleep(min(max(left, 0.0), ttl))
    run.old.expel()
    stop_forward(run)
    start_reverse(run)
    run.begin("READERS", reader=NEW)
    run.names.shift({run.settings.reader_name: NEW})
    run.done("name has changed everywhere, old side follows", phase=Phase.SOAK)


def committed(run: Run) -> None:
    """Give up the way back: no slot and no guard stays."""
    run.old.stamp(run.epoch)
    run.begin(Phase.COMMITTED)
    run.reverse.stop()
    run.wait_for(run.reverse, "stopped", "ready", "failed")
    run.new.drop_slot(run.settings.reverse_slot)
    run.old.drop_slot(run.checkpoint.forward_slot)
    run.new.uninstall()
    run.done("slots dropped, the way back is given up", phase=Phase.COMMITTED)


STEPS: dict[Phase, Callable[[Run], None]] = {
    Phase.FULL_LOAD: full_load,
    Phase.CDC: cdc,
    Phase.READY: ready,
    Phase.FENCED: fenced,
    Phase.DRAINED: drained,
    Phase.SEQUENCED: sequenced,
    Phase.REVERSE_READY: reverse_ready,
    Phase.SWITCHED: switched,
    Phase.SOAK: soak,
    Phase.COMMITTED: committed,
}


def stop_forward(run: Run) -> None:
    """Stop the forward task, so that nothing runs in a circle; its slot must be let go."""
    run.forward.stop()
    run.wait_for(run.forward, "stopped", "ready", "failed")
    name = run.checkpoint.forward_slot

    def let_go() -> bool:
        slot = run.old.slot(name)
        return slot is None or not slot.active

    problem = Problem(run.old.side, f"slot {name} is still read", "end its reader")
    run.wait(let_go, run.settings.task_seconds, problem)


def start_reverse(run: Run) -> None:
    """See that the reverse task runs."""
    status = run.reverse.status()
    if status != "running":
        if status == "stopped":
            run.reverse.resume()
        elif status != "starting":
            run.reverse.follow(run.checkpoint.reverse_lsn)
        run.wait_for(run.reverse, "running")


def copy_sequences(source: Database, target: Database, margin: int) -> int:
    """Set the target's sequences beyond the source's, never back; their number.

    Raises:
        RefusedError: One is missing, or has no room.
    """
    taken, there = source.sequences(), target.sequences()
    values, problems = {}, []
    for name, sequence in taken.items():
        if name not in there:
            problems.append(
                Problem(f"{target.side}, sequence {name}", "does not exist", "create it")
            )
        elif sequence.last is not None:
            step = margin * sequence.increment
            value = sequence.last + step
            at = there[name].last
            if at is not None:
                value = max(value, at) if step > 0 else min(value, at)
            if not there[name].least <= value <= there[name].greatest:
                problems.append(
                    Problem(
                        f"{target.side}, sequence {name}",
                        f"has no room for {value}",
                        "widen it, or lower CUTOVER_SEQUENCE_MARGIN",
                    )
                )
            values[name] = value
    refuse(problems)
    target.set_sequences(values)
    return len(values)


def _still_fenced(run: Run) -> None:
    guard = run.old.stamp(run.epoch)
    if guard.writable or guard.since != run.checkpoint.fence_epoch:
        raise StoppedError(
            Problem(
                run.old.side,
                "is not fenced by this cutover any more: it may have taken writes since",
                "nothing: the pause is undone, begin it anew",
            )
        )
    if missing := run.old.unguarded():
        raise StoppedError(
            Problem(run.old.side, f"has unguarded tables: {missing}", "guard them from PREPARED on")
        )


def _see_slot(run: Run, name: str) -> None:
    slot = run.old.slot(name)
    if slot is None or slot.lost:
        state = "has lost its position" if slot else "is missing"
        raise StoppedError(
            Problem(
                f"{run.old.side}, slot {name}",
                state,
                "roll back to PREPARED and load anew: changes are lost to replication",
            )
        )
