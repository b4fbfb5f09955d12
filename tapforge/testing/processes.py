"""Spreads work over processes that are copies of this one."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Work = Callable[[T, Callable[[], object]], R]
"""Does a task, and calls what it is given beside it for each step."""

_SECONDS = 0.1
"""How often a process tells how far it is."""


def cores() -> int:
    """Give how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    work: Work[T, R], tasks: Sequence[T], jobs: int, tick: Callable[[], object] = lambda: None
) -> list[R]:
    """Do tasks, and give what comes of each, in their order.

    The processes are forks, so that they have all that was loaded; where there is no fork, as on
    Windows, and where one process is enough, this one does the work. A task that fails in a process is
    done here again: it fails where it can be told, or was no fault of its own.

    Args:
        work: What is done; what comes of it goes from process to process.
        tasks: The tasks.
        jobs: How many processes may work.
        tick: Called for each step.
    """
    jobs = min(jobs, len(tasks)) if "fork" in multiprocessing.get_all_start_methods() else 1
    results: dict[int, R] = {}
    if jobs > 1:
        with _processes(work, tasks, jobs) as connections:
            results = dict(_collect(connections, len(tasks), tick))
    return [
        results[index] if index in results else work(task, tick) for index, task in enumerate(tasks)
    ]


@contextlib.contextmanager
def _processes(work: Work[T, R], tasks: Sequence[T], jobs: int) -> Iterator[list[Connection]]:
    """Start processes, and give the connections to them.

    Each is sent the number of a task, tells again and again how many steps it has done, and at last the
    number with the result; None ends it.
    """
    fork = multiprocessing.get_context("fork")
    here: list[Connection] = []
    started = []
    try:
        for _ in range(jobs):
            one, other = multiprocessing.Pipe()
            here.append(one)
            process = fork.Process(target=_serve, args=(other, [*here], work, tasks), daemon=True)
            process.start()
            started.append(process)
            other.close()
        yield here
    except BaseException:
        for process in started:
            process.terminate()
        raise
    finally:
        for process in started:
            process.join()
        for connection in here:
            connection.close()


def _collect(
    connections: Sequence[Connection], count: int, tick: Callable[[], object]
) -> Iterator[tuple[int, Any]]:
    """Give what comes of the tasks, in the order in which they end."""
    left = iter(range(count))
    busy = [each for each in connections if _send_next(each, left)]
    while busy:
        for ready in wait(busy):
            assert isinstance(ready, Connection)  # noqa: S101 - nothing else was waited for
            try:
                message = ready.recv()
            except (EOFError, OSError):
                busy.remove(ready)  # It was killed, or could not go on.
                continue
            if isinstance(message, int):
                for _ in range(message):
                    tick()
            else:
                yield message
                if not _send_next(ready, left):
                    busy.remove(ready)


def _send_next(connection: Connection, left: Iterator[int]) -> bool:
    """Send a process the next task, and tell whether there was one and somebody to do it."""
    index = next(left, None)
    try:
        connection.send(index)
    except OSError:
        return False
    return index is not None


def _serve(
    connection: Connection, not_ours: Sequence[Connection], work: Work[T, R], tasks: Sequence[T]
) -> None:
    """Do what this process is sent, until it is told to end or whoever sends is gone."""
    # Ctrl-C reaches all processes of the terminal: the one that forked this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for each in not_ours:
        each.close()
    # What a task raises is told by whoever does it again.
    with contextlib.suppress(Exception):
        while (index := connection.recv()) is not None:
            steps = _Steps(connection)
            result = work(tasks[index], steps)
            steps.tell()
            connection.send((index, result))


class _Steps:
    """Counts steps, and tells of them not too often."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._count, self._told = connection, 0, time.monotonic()

    def __call__(self) -> None:
        self._count += 1
        if time.monotonic() - self._told > _SECONDS:
            self.tell()

    def tell(self) -> None:
        self._connection.send(self._count)
        self._count, self._told = 0, time.monotonic()
