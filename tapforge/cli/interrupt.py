"""Ending in good order when somebody asks for it."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

import click


@contextlib.contextmanager
def interruptible(advice: str) -> Iterator[None]:
    """Treat the end of the terminal and `kill` like Ctrl-C, and say how to go on.

    Terraform runs in a session of its own: whoever ends us has to reach it through us.

    Args:
        advice: What to say after an interrupt.
    """
    previous = {each: signal.signal(each, _interrupt) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"\n{advice}", err=True)
        raise
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
