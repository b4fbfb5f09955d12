"""Work that is spread over processes comes to the same as if one did it."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tapforge.testing import processes
from tapforge.testing.processes import cores, spread

HERE = os.getpid()

pytestmark = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork"
)


def square(number: int, tick: Callable[[], object]) -> tuple[int, bool]:
    """Do a task in as many steps, and tell whether another process did it."""
    for _ in range(number):
        tick()
    return number * number, os.getpid() != HERE


@pytest.mark.parametrize(
    ("jobs", "tasks", "elsewhere"),
    [
        (1, [3, 1, 2], False),
        (2, [3, 1, 2], True),
        (9, [5, 4], True),
        (2, [3], False),
        (2, [], False),
    ],
    ids=["one", "two", "more-than-tasks", "one-task", "no-task"],
)
def test_results_come_in_the_order_of_the_tasks(
    jobs: int, tasks: list[int], elsewhere: bool
) -> None:
    """And each step is told, whoever does it."""
    steps: list[None] = []
    results = spread(square, tasks, jobs, lambda: steps.append(None))
    assert results == [(each * each, elsewhere) for each in tasks]
    assert len(steps) == sum(tasks)


def test_steps_are_told_while_a_task_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a bar moves."""
    monkeypatch.setattr(processes, "_SECONDS", 0)
    steps: list[None] = []
    assert [each for each, _ in spread(square, [4, 5], 2, lambda: steps.append(None))] == [16, 25]
    assert len(steps) == 9


def test_without_forks_one_process_does_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert spread(square, [1, 2], 2) == [(1, False), (4, False)]


def killed(number: int, _: Callable[[], object]) -> int:
    """Do a task; the process that does the first, or any but this, is killed."""
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_what_a_killed_process_left_is_done_here() -> None:
    """A system that is short of memory ends the processes, and not the work."""
    assert spread(killed, [1, 2, 3, 4], 2) == [1, 2, 3, 4]


def failing(number: int, tick: Callable[[], object]) -> int:
    """Do all tasks but one."""
    tick()
    if number == 2:
        raise ValueError("two is too many")
    return number


def test_what_fails_in_a_process_fails_here() -> None:
    """With all that there is to say about it."""
    with pytest.raises(ValueError, match="two is too many"):
        spread(failing, [1, 2, 3], 2)


def test_an_interrupt_ends_the_processes() -> None:
    """Nothing goes on behind whoever pressed Ctrl-C."""
    before = set(multiprocessing.active_children())

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spread(endless, [1, 2], 2, stop)
    assert set(multiprocessing.active_children()) == before


def endless(_: int, tick: Callable[[], object]) -> None:
    """Do a task without end."""
    while True:
        tick()
        time.sleep(0.01)


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_no_process_outlives_the_one_that_forked_it(name: str, tmp_path: Path) -> None:
    """Ctrl-C reaches all of a terminal; who is killed can't tell the others, but is seen to be gone."""
    program = textwrap.dedent(
        """
        import os, pathlib, sys, time
        from tapforge.testing.processes import spread

        def work(task, tick):
            pathlib.Path(sys.argv[1], str(os.getpid())).touch()
            while True:
                tick()
                time.sleep(0.01)

        try:
            spread(work, [1, 2], 2)
        except KeyboardInterrupt:
            sys.exit(130)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as parent:
        until(lambda: len(list(tmp_path.iterdir())) == 2)
        if name == "SIGINT":
            os.killpg(parent.pid, signal.SIGINT)
        else:
            parent.kill()
        assert parent.stderr
        assert parent.stderr.read() == b""
    assert parent.returncode == (130 if name == "SIGINT" else -signal.SIGKILL)
    children = [int(each.name) for each in tmp_path.iterdir()]
    until(lambda: not any(map(lives, children)))


def until(holds: Callable[[], bool]) -> None:
    """Wait for something, not for ever."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Tell whether there is a process, which may have ended without anybody having asked."""
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_there_is_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those count that the process may use, where that is told."""
    assert 1 <= cores() <= (os.cpu_count() or 1)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert cores() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1
