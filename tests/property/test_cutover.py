"""A cutover under every fault there is, at every call that it makes: no write is ever lost."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tapforge.cutover import forward, machine, parameters, run, signals
from tapforge.cutover.phases import Phase
from tests.property.cutover_world import Invocation, Side, Time, Transaction, World

PROVE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
FAULTS = ("kill", "killed after", "lost", "answer lost")
LEASE = 61.0


def advance(to: Phase | None) -> Any:
    """Return the command to advance."""
    return lambda machine: machine.advance(to)


COMMANDS = {
    "advance": advance(None),
    "switch": advance(Phase.SWITCHED),
    "switch again": advance(Phase.SWITCHED),
    "roll back": lambda machine: machine.rollback(),
    "soak": advance(Phase.SOAK),
    "rollback": lambda machine: machine.rollback(),
    "observe": lambda machine: machine.observe(),
    "forward changed": lambda machine: machine.task_changed(
        "REPLICATION_TASK_FAILED", "arn:forward"
    ),
    "reverse changed": lambda machine: machine.task_changed(
        "REPLICATION_TASK_STOPPED", "arn:reverse"
    ),
}


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what asks a database by SQL of its own."""
    for name in ("preflight", "foreign_only"):
        monkeypatch.setattr(forward, name, lambda _old, _new: [])
    for name in ("copy_foreign_keys", "drop_foreign_keys"):
        monkeypatch.setattr(forward, name, lambda *_: 0)
    monkeypatch.setattr(forward, "settle", lambda _old, _new, _seconds: [])
    monkeypatch.setattr(signals, "long_transactions", lambda _side, _seconds: [])
    for module in (forward, machine, parameters, run):  # each run of the machine sets its own
        monkeypatch.setattr(module, "time", None)
    monkeypatch.setattr(signals, "unguarded", lambda _side: [])


class Migration(RuleBasedStateMachine):
    """Operators, events, applications and faults, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.transactions: list[Transaction] = []
        for module in (forward, machine, parameters, run):
            module.time = Time(self.world)  # type: ignore[assignment]

    @property
    def alive(self) -> list[Invocation]:
        """The invocations that have not ended."""
        return [each for each in self.world.invocations if not each.ended]

    @initialize(
        at=st.sampled_from([phase for phase in Phase if phase is not Phase.COMMITTED]),
        underway=st.booleans(),
        stalled=st.booleans(),
        proven=st.booleans(),
    )
    def begin(self, at: Phase, *, underway: bool, stalled: bool, proven: bool) -> None:
        """Begin somewhere on the way, with a transaction underway and replication behind, perhaps."""
        self.world.prove_reverse = proven
        self.write(self.world.old)
        if at is not Phase.PREPARED:
            self.go_to(at)
        self.world.stalled = stalled
        self.write(self.world.old)
        for side in (self.world.old, self.world.new):
            if underway and self.world.new.guard.epoch and (made := self.world.begin(side)):
                self.transactions.append(made)

    def go_to(self, phase: Phase) -> None:
        """Advance without a fault."""
        self.world.do(advance(Phase.FULL_LOAD))
        if made := self.world.begin(self.world.old):  # it may outlive everything but `expel`
            self.transactions.append(made)
        if phase is Phase.FULL_LOAD:
            return
        self.world.do(advance(Phase.CDC))
        self.world.do(lambda machine: machine.observe())
        if phase is Phase.CDC:
            return
        self.world.do(advance(Phase.READY))
        if phase is Phase.READY:
            return
        moving = self.world.start(advance(phase))
        while not moving.ended:
            self.world.let(moving)
            self.carry(9)
        assert moving.answer.ok, moving.answer

    def write(self, side: Side) -> None:
        """Write and commit at once."""
        if transaction := self.world.begin(side):
            self.world.commit(transaction)

    @precondition(lambda self: len(self.alive) < 3)
    @rule(command=st.sampled_from(sorted(COMMANDS)), skew=st.sampled_from([0.0, 0.0, -90.0, 90.0]))
    def invoke(self, command: str, skew: float) -> None:
        """An operator or an event calls the function; its clock may be wrong."""
        self.world.start(COMMANDS[command], skew)

    @precondition(lambda self: self.alive)
    @rule(
        which=st.integers(0, 2),
        calls=st.sampled_from([200, 30, 12, 5, 2, 1]),
        fault=st.sampled_from(["", "", "", "", "", "", *FAULTS]),
        carried=st.booleans(),
    )
    def go_on(self, which: int, calls: int, fault: str, *, carried: bool) -> None:
        """An invocation gets further, to a fault perhaps; replication may stand still meanwhile."""
        alive = self.alive
        invocation = alive[which % len(alive)]
        calls = min(calls, 30) if fault else calls
        for left in range(calls, 0, -1):
            self.world.let(invocation, fault=fault if left == 1 else "")
            if carried:
                self.carry(1)
            self.world.check()

    def carry(self, count: int) -> None:
        """Let both tasks carry changes over, as far as they run."""
        self.world.deliver("forward", count)
        self.world.deliver("reverse", count)

    @rule(on_old=st.booleans())
    def begin_writing(self, *, on_old: bool) -> None:
        """An application begins a transaction, wherever it is let."""
        transaction = self.world.begin(self.world.old if on_old else self.world.new)
        if transaction and self.world.new.guard.epoch:
            self.transactions.append(transaction)
        elif transaction:
            self.world.old.open.clear()
            self.world.new.open.clear()

    @precondition(lambda self: self.transactions)
    @rule(which=st.integers(0, 5))
    def commit(self, which: int) -> None:
        """It commits, now or much later."""
        self.world.commit(self.transactions.pop(which % len(self.transactions)))

    @rule(on_old=st.booleans())
    def write_at_once(self, *, on_old: bool) -> None:
        """An application writes."""
        if on_old or self.world.new.guard.epoch:
            self.write(self.world.old if on_old else self.world.new)

    @rule(task=st.sampled_from(["forward", "reverse"]), count=st.integers(1, 20))
    def replicate(self, task: str, count: int) -> None:
        """Replication carries changes over."""
        self.world.deliver(task, count)

    @rule(stalled=st.booleans())
    def stall(self, *, stalled: bool) -> None:
        """Replication stands still for long, or goes on."""
        self.world.stalled = stalled

    @precondition(lambda self: self.alive)
    @rule(
        kind=st.sampled_from(["forward fails", "reverse fails", "old gone", "new gone"]),
        calls=st.sampled_from([1, 5, 30]),
    )
    def trouble(self, kind: str, calls: int) -> None:
        """A task fails, or a database is gone for a while; a person mends it."""
        what, _, _ = kind.partition(" ")
        side = {"old": self.world.old, "new": self.world.new}.get(what)
        if side:
            self.world.crash(side)
        elif self.world.running[what] == "running":
            self.world.running[what] = "failed"
        invocation = self.alive[0]
        for _ in range(calls):
            self.world.let(invocation)
            self.world.check()
        if side:
            side.up = True
        elif self.world.running[what] == "failed":
            self.world.running[what] = "stopped"

    @precondition(lambda self: not self.alive and not self.world.new.guard.writable)
    @rule()
    def meddle(self) -> None:
        """A person lets the old side write again, by hand."""
        guard = self.world.old.guard
        if not guard.writable and not self.opened():
            self.world.old.guard = replace(guard, writable=True)

    def opened(self) -> bool:
        """Tell whether the new side has taken writes that the old one may lack."""
        return bool(self.world.acknowledged.keys() - self.world.old.rows.keys())

    @rule(seconds=st.sampled_from([1.0, 30.0, LEASE, 200.0]))
    def wait(self, seconds: float) -> None:
        """Time passes; leases end."""
        self.world.time += seconds

    @invariant()
    def nothing_is_lost(self) -> None:
        """At every moment: one side at most, and it has everything."""
        self.world.check()

    def teardown(self) -> None:
        """Whatever happened: when the faults end, one side serves again, and has everything."""
        self.world.stalled = False
        self.world.old.up = self.world.new.up = True
        for invocation in self.alive:
            self.finish(invocation)
        errors = [each.error for each in self.world.invocations if each.error]
        assert not errors, errors
        for _ in range(4):
            self.world.time += LEASE
            for task, status in self.world.running.items():
                if status == "failed":  # a person mends it
                    self.world.running[task] = "stopped"
            self.finish(self.world.start(lambda machine: machine.rollback()))
        serving = [side for side in (self.world.old, self.world.new) if side.guard.writable]
        if self.world.new.guard.epoch:
            assert len(serving) == 1, "nobody serves any more"
            self.write(serving[0])
            assert self.world.weights("writer.db.internal") == (
                (100, 0) if serving == [self.world.old] else (0, 100)
            )
        claims = [name for name in self.world.parameters if "/claim/" in name]
        assert len(claims) <= len(self.world.invocations)

    def finish(self, invocation: Invocation) -> None:
        """Let an invocation end, while replication works."""
        for _ in range(5000):
            if invocation.ended:
                return
            self.world.let(invocation)
            self.carry(5)
            self.world.check()
        raise AssertionError(f"it never ends, at {invocation.at}")


def test_no_fault_loses_a_write_or_lets_both_sides_write() -> None:
    """Operators, events and faults in any order, cut at any call."""
    run_state_machine_as_test(Migration)


def at(phase: Phase) -> Migration:
    """Return a migration that came as far as a phase, with a write on either side of the load."""
    migration = Migration()
    migration.write(migration.world.old)
    migration.go_to(phase)
    migration.write(migration.world.old)
    return migration


def test_nothing_opens_before_everything_has_arrived() -> None:
    """Replication stands still: the pause is undone, and a later try goes through."""
    migration = at(Phase.READY)
    world = migration.world
    world.stalled = True

    assert world.do(COMMANDS["switch"]).phase == Phase.CDC
    world.check()
    assert world.old.guard.writable

    world.stalled = False
    world.deliver("forward", 9)
    world.do(COMMANDS["observe"])
    migration.finish(moving := world.start(COMMANDS["switch"]))
    assert moving.answer.phase == Phase.SWITCHED
    world.check()


@pytest.mark.parametrize(
    "phase", [Phase.FENCED, Phase.DRAINED, Phase.SEQUENCED, Phase.REVERSE_READY]
)
def test_a_fence_that_somebody_lifted_undoes_the_pause(phase: Phase) -> None:
    """What was written since would be lost."""
    world = at(phase).world
    world.old.guard = replace(world.old.guard, writable=True)
    writing = world.begin(world.old)
    assert writing
    world.commit(writing)

    answer = world.do(COMMANDS["switch"])

    assert not answer.ok
    assert "not fenced by this cutover any more" in str(answer.problems[0])
    assert answer.phase == Phase.CDC
    world.check()


@pytest.mark.parametrize("call", range(0, 60, 1 if PROVE else 3))
@pytest.mark.parametrize(
    ("phase", "command"),
    [
        (Phase.REVERSE_READY, "switch"),
        (Phase.REVERSE_READY, "rollback"),
        (Phase.SWITCHED, "rollback"),
    ],
)
def test_an_owner_that_slept_through_its_lease_does_no_harm(
    call: int, phase: Phase, command: str
) -> None:
    """It wakes up after another one rolled back, or went on: what it still tries is refused.

    The name points to whoever takes writes, even where that was its last call before it slept.
    """
    for heir in ("rollback", "switch", "soak"):
        migration = at(phase)
        world = migration.world
        sleeper = world.start(COMMANDS[command])
        world.let(sleeper, call)
        world.time += LEASE
        migration.finish(world.start(COMMANDS[heir]))
        for side in (world.old, world.new):
            migration.write(side)
        migration.finish(sleeper)
        world.check()
        for side, weights in ((world.old, (100, 0)), (world.new, (0, 100))):
            if side.guard.writable:
                assert world.weights("writer.db.internal") == weights, (
                    "the sleeper flipped the name"
                )
        migration.teardown()


@pytest.mark.parametrize("call", range(0, 90, 1 if PROVE else 6))
@pytest.mark.parametrize("looks", [1, 3, 5, 7, 100])
def test_the_clock_and_late_events_disturb_no_step(call: int, looks: int) -> None:
    """What was begun is its owner's to end, and what was judged before it went on counts no more."""
    migration = at(Phase.READY)
    world = migration.world
    moving = world.start(COMMANDS["switch"])
    for _ in range(call):
        world.let(moving)
        migration.carry(9)
    looking = [
        world.start(COMMANDS[command])
        for command in ("observe", "forward changed", "reverse changed")
    ]
    for each in looking:
        world.let(each, looks)
        migration.carry(9)
    for _ in range(30):
        world.let(moving)
        migration.carry(9)
    for each in looking:
        migration.finish(each)
    migration.finish(moving)

    # A look that stands still while it holds the claim is waited for, for a while.
    busy = "a look (invocation" in str(moving.answer.problems)
    assert busy or moving.answer.phase == Phase.SWITCHED, moving.answer
    assert "old side takes writes again" not in str([each.answer for each in looking])
    world.check()
    migration.teardown()
