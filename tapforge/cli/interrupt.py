"""Ending in good order when somebody asks for it."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STOPPING = "interrupted: Terraform finishes what it has begun; Ctrl-C again stops it at once"


@contextlib.contextmanager
def interruptible(note: Callable[[str], None], advice: str) -> Iterator[None]:
    """Treat the end of the terminal and `kill` like Ctrl-C, and say how to go on.

    Terraform runs in a session of its own: whoever ends us has to reach it through us.

    Args:
        note: Shows a text at once, while Terraform still works.
        advice: What to say after an interrupt.
    """

    def interrupt(*_: object) -> None:
        # The signal may come in the middle of a write to the same stream.
        with contextlib.suppress(RuntimeError, OSError):
            note(_STOPPING)
        raise KeyboardInterrupt

    previous = {each: signal.signal(each, interrupt) for each in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        note(advice)
        raise
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)
