"""A model of both databases, of replication and of AWS, in which invocations run call by call.

The function's own code runs on it, but for its SQL. Every call to a database or to AWS is a
boundary: the invocation stops there until it is let go on, and there it can be killed, or learn that
nobody answers, before or after the call had its effect. Time passes only when the world says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from tapforge.cutover.checkpoint import Checkpoint
from tapforge.cutover.databases import Guard, Sequence, Slot
from tapforge.cutover.dns import WeightedNames
from tapforge.cutover.errors import Problem, SupersededError, UnreachableError
from tapforge.cutover.machine import Machine
from tapforge.cutover.parameters import ParameterStore
from tapforge.cutover.replication import Health
from tapforge.cutover.run import Parts
from tapforge.cutover.settings import Settings

STATE = "/tap/dev/migration/state"
WRITER, READER = "writer.db.internal", "reader.db.internal"


class Killed(BaseException):
    """The invocation ends here, and does nothing more."""


class NotFoundError(Exception):
    """As Parameter Store says it."""


class ExistsError(Exception):
    """As Parameter Store says it."""


@dataclass
class Transaction:
    """An application's transaction that a side let begin."""

    side: Side
    token: int
    ended: bool = False


@dataclass
class Side:
    """What a database holds."""

    name: str
    up: bool = True
    guard: Guard = Guard(0, True, 0)  # noqa: RUF009 - frozen
    rows: dict[int, int] = field(default_factory=dict)
    sentinel: dict[str, int] = field(default_factory=dict)
    log: list[tuple[str, Any]] = field(default_factory=list)
    slots: dict[str, int] = field(default_factory=dict)
    sequence: int = 0
    open: list[Transaction] = field(default_factory=list)

    def commit(self, token: int) -> None:
        """Keep an application's row, and log it."""
        self.sequence += 1
        self.rows[token] = self.sequence
        self.log.append(("row", (token, self.sequence)))


@dataclass
class Invocation:
    """A run of the function, in a thread of its own that stands still at every boundary."""

    thread: threading.Thread
    turn: threading.Semaphore
    skew: float
    fault: str = ""
    at: str = ""
    ended: bool = False
    answer: Any = None
    error: BaseException | None = None


class World:
    """Everything there is."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.old, self.new = Side("old"), Side("new")
        self.running = {"forward": "ready", "reverse": "ready"}
        self.parameters: dict[str, list[str]] = {STATE: [Checkpoint().to_json()]}
        self.records = {
            (name, side): weight
            for name in (f"{WRITER}.", f"{READER}.")
            for side, weight in (("onprem", 100), ("aurora", 0))
        }
        self.acknowledged: dict[int, int] = {}
        self.taken: list[int] = []
        self.told: list[str] = []
        self.stalled = False
        self.prove_reverse = True
        self.invocations: list[Invocation] = []
        self._back = threading.Semaphore(0)
        self._tokens = 0

    # Invocations

    def start(self, act: Callable[[Machine], Any], skew: float = 0.0) -> Invocation:
        """Start an invocation; it stands still before its first call."""
        turn = threading.Semaphore(0)

        def run() -> None:
            turn.acquire()
            try:
                machine = Machine(_parts(self), f"invocation {number}", lambda _: None)
                invocation.answer = act(machine)
            except Killed:
                pass
            except BaseException as error:  # noqa: BLE001 - the test shows it
                invocation.error = error
            finally:
                invocation.ended = True
                self._back.release()

        number = len(self.invocations)
        invocation = Invocation(threading.Thread(target=run, daemon=True), turn, skew)
        self.invocations.append(invocation)
        invocation.thread.start()
        return invocation

    def let(self, invocation: Invocation, calls: int = 1, fault: str = "") -> None:
        """Let an invocation go on for a number of calls; the last of them with a fault."""
        for left in range(calls, 0, -1):
            if invocation.ended:
                return
            invocation.fault = fault if left == 1 else ""
            invocation.turn.release()
            self._back.acquire()
        if invocation.ended:
            invocation.thread.join()

    def finish(self, invocation: Invocation) -> Any:
        """Let an invocation go on to its end."""
        for _ in range(5000):
            if invocation.ended:
                break
            self.let(invocation)
        else:
            raise AssertionError(f"it never ends, at {invocation.at}")
        if invocation.error:
            raise invocation.error
        return invocation.answer

    def do(self, act: Callable[[Machine], Any]) -> Any:
        """Run an invocation to its end, undisturbed."""
        return self.finish(self.start(act))

    def current(self) -> Invocation:
        """Return the invocation that is running."""
        thread = threading.current_thread()
        return next(each for each in self.invocations if each.thread is thread)

    def boundary(self, what: str, effect: Callable[[], Any]) -> Any:
        """Make a call: stand still before it, and suffer what the world decided."""
        invocation = self.current()
        invocation.at = what
        self._back.release()
        invocation.turn.acquire()
        fault, invocation.fault = invocation.fault, ""
        if fault == "kill":
            raise Killed
        if fault == "lost":
            raise _unreachable(what)
        result = effect()
        if fault == "killed after":
            raise Killed
        if fault == "answer lost":
            raise _unreachable(what)
        return result

    # Applications

    def begin(self, side: Side) -> Transaction | None:
        """Let an application begin to write; None where it is refused."""
        if not side.up or not side.guard.writable:
            return None
        self._tokens += 1
        transaction = Transaction(side, self._tokens)
        side.open.append(transaction)
        return transaction

    def commit(self, transaction: Transaction) -> None:
        """Let it commit, if its session is still there."""
        side = transaction.side
        if transaction not in side.open or not side.up:
            return
        side.open.remove(transaction)
        side.commit(transaction.token)
        self.taken.append(side.sequence)
        self.acknowledged[transaction.token] = side.sequence

    def crash(self, side: Side) -> None:
        """Take a database away; its open transactions are gone."""
        side.up = False
        side.open.clear()

    def deliver(self, task: str, count: int) -> None:
        """Let replication carry some changes over."""
        source, target = (self.old, self.new) if task == "forward" else (self.new, self.old)
        if self.stalled or self.running[task] != "running" or not (source.up and target.up):
            return
        position = source.slots.get(task)
        if position is None:
            self.running[task] = "failed"
            return
        for kind, value in source.log[position : position + count]:
            if kind == "row":
                token, number = value
                target.rows[token] = number
                target.log.append(("replicated", value))
            elif kind == "sentinel":
                side, epoch = value
                target.sentinel[side] = epoch
        source.slots[task] = min(position + count, len(source.log))

    # What must hold at every moment

    def check(self) -> None:
        """See that nothing is lost, double, or written on both sides."""
        writable = [side for side in (self.old, self.new) if side.guard.writable]
        begun = bool(Checkpoint().to_json() != self.parameters[STATE][-1])
        if begun and self.new.guard.epoch:
            assert len(writable) < 2, "both sides accept writes"
            for side in writable:
                missing = self.acknowledged.keys() - side.rows.keys()
                assert not missing, f"{side.name} accepts writes and lacks {missing}"
        assert len(set(self.taken)) == len(self.taken), "a sequence handed a value out twice"
        for name in (WRITER, READER):
            weights = self.weights(name)
            assert sum(weights) == 100, weights
        assert set(self.weights(WRITER)) == {0, 100}

    def weights(self, name: str) -> tuple[int, int]:
        """Return the weights of a name."""
        return self.records[f"{name}.", "onprem"], self.records[f"{name}.", "aurora"]


class Database:
    """A database as the function asks it."""

    def __init__(self, world: World, side: Side) -> None:
        self._world, self._side = world, side
        self.side = f"{side.name} side"

    def _call(self, what: str, effect: Callable[[], Any]) -> Any:
        def reached() -> Any:
            if not self._side.up:
                raise _unreachable(self.side)
            return effect()

        return self._world.boundary(f"{self.side}: {what}", reached)

    def now(self) -> float:
        return float(self._call("now", lambda: self._world.time))

    def install(self) -> list[str]:
        return list(self._call("install", list))

    def uninstall(self) -> None:
        self._call("uninstall", lambda: None)

    def unguarded(self) -> list[Any]:
        return []

    def prepared(self) -> None:
        return None

    def guard(self) -> Guard:
        guard: Guard = self._call("guard", lambda: self._side.guard)
        return guard

    def stamp(self, epoch: int) -> Guard:
        return self._update("stamp", epoch, None)

    def fence(self, epoch: int) -> Guard:
        return self._update("fence", epoch, writable=False)

    def open(self, epoch: int) -> Guard:
        return self._update("open", epoch, writable=True)

    def _update(self, what: str, epoch: int, writable: bool | None) -> Guard:
        def effect() -> Guard:
            found = self._side.guard
            if found.epoch > epoch:
                raise SupersededError(Problem(self.side, "has seen a later step", ""))
            wanted = found.writable if writable is None else writable
            since = found.since if wanted == found.writable else epoch
            self._side.guard = Guard(epoch, wanted, since)
            return self._side.guard

        guard: Guard = self._call(what, effect)
        return guard

    def expel(self) -> int:
        return int(self._call("expel", lambda: self._side.open.clear() or 0))

    def mark(self, side: str, epoch: int) -> str:
        def effect() -> str:
            self._side.sentinel[side] = epoch
            self._side.log.append(("sentinel", (side, epoch)))
            return str(len(self._side.log))

        return str(self._call("mark", effect))

    def sees(self, side: str, epoch: int) -> bool:
        return bool(self._call("sees", lambda: self._side.sentinel.get(side, 0) >= epoch))

    def confirmed(self, slot: str, lsn: str) -> bool:
        return bool(self._call("confirmed", lambda: self._side.slots.get(slot, -1) >= int(lsn)))

    def slot(self, name: str) -> Slot | None:
        def effect() -> Slot | None:
            if name not in self._side.slots:
                return None
            active = self._world.running[name] == "running"
            return Slot(name, active, str(self._side.slots[name]), lost=False)

        found: Slot | None = self._call("slot", effect)
        return found

    def make_slot(self, name: str, _plugin: str) -> str:
        def effect() -> str:
            self._side.slots[name] = len(self._side.log)
            return str(len(self._side.log))

        return str(self._call("make slot", effect))

    def drop_slot(self, name: str) -> None:
        self._call("drop slot", lambda: self._side.slots.pop(name, None))

    def sequences(self) -> dict[str, Sequence]:
        last = int(self._call("sequences", lambda: self._side.sequence))
        return {"payment_id_seq": Sequence("payment_id_seq", last, 1, 0, 10**18, cycles=False)}

    def set_sequences(self, values: dict[str, int]) -> None:
        def effect() -> None:
            self._side.sequence = values["payment_id_seq"]

        self._call("set sequences", effect)

    def close(self) -> None:
        return


class Task:
    """A replication task as the function asks it."""

    def __init__(self, world: World, name: str) -> None:
        self._world, self._key = world, name
        self.name, self.arn = f"{name} task", f"arn:{name}"

    def status(self) -> str:
        return str(
            self._world.boundary(f"{self.name}: status", lambda: self._world.running[self._key])
        )

    def health(self) -> Health:
        return Health(self.status(), 0.0, 0.0, 0.0)

    def unconnected(self) -> list[Problem]:
        return []

    def load(self) -> None:
        def effect() -> None:
            old, new = self._world.old, self._world.new
            if self._world.running["forward"] != "running":
                new.rows, new.sentinel = dict(old.rows), dict(old.sentinel)
                old.slots["forward"] = len(old.log)
                self._world.running["forward"] = "running"

        self._world.boundary(f"{self.name}: load", effect)

    def resume(self) -> None:
        self._set("running")

    def follow(self, _lsn: str) -> None:
        self._set("running")

    def stop(self) -> None:
        if self._world.running[self._key] == "running":
            self._set("stopped")

    def _set(self, status: str) -> None:
        def effect() -> None:
            self._world.running[self._key] = status

        self._world.boundary(f"{self.name}: {status}", effect)


class Ssm:
    """Parameter Store's client."""

    exceptions = SimpleNamespace(
        ParameterNotFound=NotFoundError, ParameterAlreadyExists=ExistsError
    )

    def __init__(self, world: World) -> None:
        self._world = world

    def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        def effect() -> dict[str, Any]:
            if Name not in self._world.parameters:
                raise NotFoundError
            values = self._world.parameters[Name]
            return {"Parameter": {"Version": len(values), "Value": values[-1]}}

        found: dict[str, Any] = self._world.boundary(f"get {Name}", effect)
        return found

    def put_parameter(self, *, Name: str, Value: str, Type: str, Overwrite: bool) -> Any:  # noqa: N803
        def effect() -> Any:
            assert Type == "String"
            if Name in self._world.parameters and not Overwrite:
                raise ExistsError
            self._world.parameters.setdefault(Name, []).append(Value)
            return {"Version": len(self._world.parameters[Name])}

        return self._world.boundary(f"put {Name}", effect)

    def delete_parameter(self, *, Name: str) -> None:  # noqa: N803
        def effect() -> None:
            if self._world.parameters.pop(Name, None) is None:
                raise NotFoundError

        self._world.boundary(f"delete {Name}", effect)

    def get_paginator(self, _name: str) -> Any:
        return SimpleNamespace(paginate=self._history)

    def _history(self, *, Name: str) -> list[Any]:  # noqa: N803
        def effect() -> list[Any]:
            values = enumerate(self._world.parameters[Name], 1)
            return [{"Parameters": [{"Version": n, "Value": value} for n, value in values]}]

        pages: list[Any] = self._world.boundary(f"history {Name}", effect)
        return pages


class Route53:
    """Route 53's client."""

    def __init__(self, world: World) -> None:
        self._world = world

    def list_resource_record_sets(self, *, StartRecordName: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        def effect() -> dict[str, Any]:
            return {
                "ResourceRecordSets": [
                    {"Name": name, "SetIdentifier": side, "Weight": weight, "TTL": 1}
                    for (name, side), weight in self._world.records.items()
                    if name == StartRecordName
                ]
            }

        found: dict[str, Any] = self._world.boundary("list records", effect)
        return found

    def change_resource_record_sets(self, *, ChangeBatch: Any, **_: Any) -> dict[str, Any]:  # noqa: N803
        def effect() -> dict[str, Any]:
            records = dict(self._world.records)
            for change in ChangeBatch["Changes"]:
                record = change["ResourceRecordSet"]
                key = record["Name"], record["SetIdentifier"]
                if change["Action"] == "DELETE" and records.pop(key, None) != record["Weight"]:
                    error = {"Error": {"Code": "InvalidChangeBatch", "Message": "not as given"}}
                    raise ClientError(error, "ChangeResourceRecordSets")
                if change["Action"] == "CREATE":
                    assert key not in records
                    records[key] = record["Weight"]
            self._world.records = records
            return {"ChangeInfo": {"Id": "1", "Status": "INSYNC"}}

        changed: dict[str, Any] = self._world.boundary("change records", effect)
        return changed


class Topic:
    """Whoever is told."""

    def __init__(self, world: World) -> None:
        self._world = world

    def tell(self, subject: str, _message: str) -> None:
        self._world.boundary("tell", lambda: self._world.told.append(subject))


class Time:
    """The module `time`, as the invocations see it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def monotonic(self) -> float:
        return self._world.time

    def time(self) -> float:
        return self._world.time + self._world.current().skew

    def sleep(self, _seconds: float) -> None:
        def effect() -> None:
            self._world.time += 0.25

        self._world.boundary("sleep", effect)


def _parts(world: World) -> Parts:
    settings = Settings(
        state_parameter=STATE,
        topic_arn="arn:topic",
        zone_id="Z",
        writer_name=WRITER,
        reader_name=READER,
        old_secret_arn="arn:old",
        new_secret_arn="arn:new",
        old_replication_role="dms",
        new_replication_role="dms",
        forward_task_arn="arn:forward",
        reverse_task_arn="arn:reverse",
        forward_slot="forward",
        reverse_slot="reverse",
        reader_steps=(100,),
        healthy_minutes=0.0,
        drain_seconds=1.0,
        task_seconds=1.0,
        patience_seconds=0.5,
        lease_seconds=60.0,
        pause_seconds=120.0,
        sequence_margin=10,
        prove_reverse=world.prove_reverse,
    )
    time = Time(world)
    made: Any = {
        "settings": settings,
        "store": ParameterStore(Ssm(world), STATE, settings.lease_seconds, time.time),
        "old": Database(world, world.old),
        "new": Database(world, world.new),
        "forward": Task(world, "forward"),
        "reverse": Task(world, "reverse"),
        "backups": SimpleNamespace(problems=lambda _minutes: []),
        "names": WeightedNames(Route53(world), "Z", "onprem", "aurora"),
        "topic": Topic(world),
    }
    return Parts(**made)


def _unreachable(what: str) -> UnreachableError:
    return UnreachableError(Problem(what, "does not answer", "wait"))
