"""Ending in good order."""

import os
import signal

import pytest

from tapforge.cli.interrupt import interruptible


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_to_end_us_is_an_interrupt(number: signal.Signals) -> None:
    """It is told at once, with the advice after it, and the old handlers are back."""
    before = signal.getsignal(number)
    told: list[str] = []

    with pytest.raises(KeyboardInterrupt), interruptible(told.append, "go on"):
        os.kill(os.getpid(), number)

    assert told == [
        "interrupted: Terraform finishes what it has begun; Ctrl-C again stops it at once",
        "go on",
    ]
    assert signal.getsignal(number) is before


def test_a_write_that_is_interrupted_by_one_is_not_a_failure() -> None:
    """The stream refuses to be written to by its own interrupter."""
    told: list[str] = []

    def busy(text: str) -> None:
        if not told:
            told.append("refused")
            raise RuntimeError("reentrant call")
        told.append(text)

    with pytest.raises(KeyboardInterrupt), interruptible(busy, "go on"):
        os.kill(os.getpid(), signal.SIGTERM)

    assert told == ["refused", "go on"]


def test_without_one_nothing_is_said() -> None:
    """The run ends as it would."""
    told: list[str] = []
    with interruptible(told.append, "go on"):
        pass
    assert told == []
