"""Faults on real servers, at a call that hypothesis draws: the next invocation puts it right."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tapforge.cutover.errors import Problem, UnreachableError
from tapforge.cutover.parameters import ParameterStore
from tapforge.cutover.phases import SERVED_BY_NEW, Phase
from tapforge.cutover.run import Parts
from tests.integration.cutover.rig import WRITER, Applications, Rig, until

EXAMPLES = 150 if os.environ.get("HYPOTHESIS_PROFILE") == "prove" else 3
CALLS = 110
"""About how many calls a cutover makes from READY to SWITCHED."""


class Killed(BaseException):
    """The invocation is gone."""


class Faulty:
    """Stands before a part, and lets one of all parts' calls go wrong."""

    def __init__(self, part: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._part, self._call = part, call

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not callable(found):
            return found
        return lambda *given, **named: self._call(lambda: found(*given, **named))


def faulty(rig: Rig, at: int, fault: str, restarts: Executor) -> Parts:
    """Return parts whose calls go well, but for one."""
    numbers = itertools.count()

    def call(action: Callable[[], Any]) -> Any:
        if next(numbers) != at:
            return action()
        if fault == "killed before":
            raise Killed
        if fault == "database gone":
            restarts.submit(restart, rig, at)
            time.sleep(0.1)
        if fault == "throttled":
            raise UnreachableError(Problem("AWS", "Throttling", "try again"))
        if fault == "second invocation":
            rig.machine(owner="the second").advance(Phase.SWITCHED)
        result = action()
        if fault == "killed after":
            raise Killed
        if fault == "answer lost":
            raise UnreachableError(Problem("AWS", "no answer", "try again"))
        return result

    parts = rig.parts()
    made: Any = {
        name: Faulty(getattr(parts, name), call)
        for name in ("store", "old", "new", "forward", "reverse", "names")
    }
    return replace(parts, **made)


def restart(rig: Rig, at: int) -> None:
    """Let a database crash, and come back a second later."""
    server = (rig.old, rig.new)[at % 2]
    server.kill()
    time.sleep(1)
    server.start()


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    at=st.integers(0, CALLS),
    fault=st.sampled_from(
        ["killed before", "killed after", "answer lost", "throttled", "database gone",
         "second invocation"]
    ),
    then=st.sampled_from(["advance", "rollback"]),
    skew=st.sampled_from([-3600.0, 0.0, 3600.0]),
)  # fmt: skip
def test_a_fault_at_any_call_loses_nothing(
    rig: Rig, at: int, fault: str, then: str, skew: float
) -> None:
    """Applications write meanwhile; afterwards a person goes on, or back."""
    rig.reset(reader_steps=(), lease_seconds=0.2)
    rig.advance("FULL_LOAD")
    # It ends when databases are back, whatever happens.
    with ThreadPoolExecutor() as restarts, Applications(rig) as applications:
        rig.ready()
        try:
            rig.machine(faulty(rig, at, fault, restarts)).advance(Phase.SWITCHED)
        except Killed:
            time.sleep(0.3)  # its lease ends
        until(lambda: settled(rig, then, skew))
        phase = rig.checkpoint().phase
        serving = "new" if phase in SERVED_BY_NEW else "old"
        applications.until_paid(serving, time.time())
        time.sleep(0.3)

    turns = applications.turns()
    assert turns in ({1} if serving == "new" else {0, 2})
    applications.prove(rig, serving=serving, turns=turns)
    assert rig.weights(WRITER) == ((0, 100) if serving == "new" else (100, 0))
    assert not rig.claims()


def settled(rig: Rig, then: str, skew: float) -> bool:
    """Let a person go on or back, with a clock that is wrong; whether one side serves."""
    parts = rig.parts()
    ssm = rig.aws.boto3_client("ssm")
    store = ParameterStore(
        ssm, parts.settings.state_parameter, 0.2, now=lambda: time.time() + max(skew, 0.0)
    )
    machine = rig.machine(replace(parts, store=store))
    checkpoint = rig.checkpoint()
    if then == "advance" and not checkpoint.underway.startswith("ROLL"):
        if checkpoint.phase is Phase.CDC:  # undone by itself: good as it is
            return True
        return machine.advance(Phase.SWITCHED).ok or rig.checkpoint().phase in SERVED_BY_NEW
    return machine.rollback().ok
