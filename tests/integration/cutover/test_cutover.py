"""A cutover between two real servers, under load: forward, and back from every phase."""

import os
import time
from collections.abc import Callable

import pytest

from tests.integration.cutover.rig import READER, WRITER, Applications, Rig

PROVE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
PAUSED = ("FENCED", "DRAINED", "SEQUENCED", "REVERSE_READY")
BEFORE = ("FULL_LOAD", "CDC", "REVERSE_READY", "READY", *PAUSED[:3])


def test_a_cutover_loses_no_write_and_the_new_side_serves(
    rig: Rig, figure: Callable[[str, float], None]
) -> None:
    """From PREPARED to COMMITTED, while applications write 200 times a second."""
    rig.advance("FULL_LOAD")
    with Applications(rig) as applications:
        rig.ready()
        while rig.weights(READER) != (0, 100):
            rig.advance()
        rig.advance("SWITCHED")
        first = applications.until_paid("new", 0.0)
        rig.advance("SOAK")
        rig.advance("COMMITTED")
        time.sleep(0.5)

    applications.prove(rig, serving="new", turns=1)
    assert rig.weights(WRITER) == (0, 100)
    last = [line for line in applications.acknowledged("paid") if line["host"] != first["host"]]
    outage = first["ended"] - last[-1]["ended"]
    figure("write outage, from the last write on the old side to the first on the new", outage)
    for phase, seconds in rig.parts_of("FENCED", "SWITCHED").items():
        figure(f"until {phase}", seconds)
    for server in (rig.old, rig.new):
        assert not server.sql("SELECT slot_name FROM pg_replication_slots")
    assert not rig.claims()


@pytest.mark.parametrize(
    "phase", ["FULL_LOAD", "CDC", "READY", *PAUSED] if PROVE else ["READY", *PAUSED[::3]]
)
def test_a_rollback_before_the_switch_gives_the_old_side_back(
    rig: Rig, figure: Callable[[str, float], None], phase: str
) -> None:
    """Nothing is lost, the names are as they were, and a second try would be possible."""
    rig.advance("FULL_LOAD")
    with Applications(rig) as applications:
        if phase != "FULL_LOAD":
            rig.until_loaded()
            rig.ready() if phase != "CDC" else rig.advance("CDC")
        if phase in PAUSED:
            rig.advance(phase)
        began = time.time()
        answer = rig.rollback()
        first = applications.until_paid("old", began)
        time.sleep(0.3)

    assert answer.phase == ("PREPARED" if phase in {"FULL_LOAD", "CDC"} else "CDC")
    figure(f"rollback from {phase} to the first write", first["ended"] - began)
    applications.prove(rig, serving="old", turns=0)
    assert rig.weights(WRITER) == rig.weights(READER) == (100, 0)
    assert not rig.new.sql("SELECT slot_name FROM pg_replication_slots")


@pytest.mark.parametrize("phase", ["SWITCHED", "SOAK"] if PROVE else ["SOAK"])
def test_a_rollback_after_the_switch_brings_every_write_back(rig: Rig, phase: str) -> None:
    """What the new side took is on the old one before that takes writes again."""
    rig.advance("FULL_LOAD")
    with Applications(rig) as applications:
        rig.ready()
        rig.advance(phase)
        applications.until_paid("new", 0.0)
        began = time.time()
        answer = rig.rollback()
        applications.until_paid("old", began)
        time.sleep(0.3)

    assert answer.phase == "PREPARED"
    applications.prove(rig, serving="old", turns=2)
    assert rig.weights(WRITER) == rig.weights(READER) == (100, 0)


def test_the_way_back_may_start_after_the_switch(rig: Rig) -> None:
    """Its slot is there before the first write, so that it misses none."""
    rig.reset(reader_steps=(), prove_reverse=False)
    rig.advance("FULL_LOAD")
    with Applications(rig) as applications:
        rig.ready()
        rig.advance("SWITCHED")
        assert (rig.parts().forward.status(), rig.parts().reverse.status()) == ("running", "ready")
        applications.until_paid("new", 0.0)
        rig.advance("SOAK")
        rig.rollback()
        applications.until_paid("old", time.time())
        time.sleep(0.3)

    applications.prove(rig, serving="old", turns=2)


def test_there_is_no_rollback_after_the_commit(rig: Rig) -> None:
    """It is refused, with what to do instead."""
    rig.ready()
    rig.advance("SOAK")
    rig.advance("COMMITTED")

    answer = rig.machine().rollback()

    assert not answer.ok
    assert "point in time" in str(answer.problems[0])
    assert rig.weights(WRITER) == (0, 100)
