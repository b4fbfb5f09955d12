"""Whole processes, measured from outside: wall time, processor time and memory."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_SAMPLING_SECONDS = 0.01


class Command(NamedTuple):
    """A program to run.

    Attributes:
        arguments: The program and what it is given.
        environment: Variables it gets beside those of this process.
        makes: Folders it makes; they are removed before each run, so that each makes them anew.
    """

    arguments: Sequence[str]
    environment: Mapping[str, str] = {}
    makes: Sequence[Path] = ()


class Sample(NamedTuple):
    """One run.

    Attributes:
        wall: Seconds from the start of the process to its end.
        cpu: Seconds of processor time, of all its processes.
        peak: Most memory that one of its processes held, in MB.
    """

    wall: float
    cpu: float
    peak: float


class CommandError(Exception):
    """A program that should have ended well did not."""


class Spread(NamedTuple):
    """The middle and the ends of some numbers."""

    median: float
    minimum: float
    maximum: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Give those of at least one number."""
        return cls(statistics.median(values), min(values), max(values))


def interleave(
    commands: Mapping[str, Command], rounds: int, *, folder: Path, warm_ups: int = 1
) -> dict[str, list[Sample]]:
    """Run commands in turn, A B A B, so that a slow moment of the machine meets all of them.

    Args:
        commands: The commands by name.
        rounds: How often each is measured.
        folder: Where they run.
        warm_ups: How many rounds go before and are not counted.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for number in range(warm_ups + rounds):
        for name, command in commands.items():
            sample = run(command, folder)
            if number >= warm_ups:
                samples[name].append(sample)
    return samples


def run(command: Command, folder: Path) -> Sample:
    """Run a command once.

    Raises:
        CommandError: It failed; the message holds what it printed.
    """
    with _started(command, folder) as (process, begin):
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def tree_memory(command: Command, folder: Path) -> float:
    """Run a command once, and give the most memory that all its processes held together, in MB.

    Memory shared by processes counts once (the kernel's proportional set size). It is read every few
    milliseconds, so a shorter peak is missed: the true one is this or more. Linux only.
    """
    peak = 0
    with _started(command, folder) as (process, _):
        while process.poll() is None:
            peak = max(peak, sum(map(_proportional_kib, _tree(process.pid))))
            time.sleep(_SAMPLING_SECONDS)
    return peak * 1024 / 1e6


def answer(command: Command, folder: Path) -> Any:
    """Run a command that prints JSON, and give it."""
    done = subprocess.run(
        command.arguments,
        cwd=folder,
        env=_environment(command),
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(done.stdout)


@contextlib.contextmanager
def _started(command: Command, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    for made in command.makes:
        shutil.rmtree(made, ignore_errors=True)
    with tempfile.TemporaryFile() as printed:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command.arguments,
            cwd=folder,
            env=_environment(command),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        yield process, begin
        if process.returncode:
            printed.seek(0)
            text = printed.read().decode(errors="replace")
            raise CommandError(
                f"{' '.join(command.arguments)}\nended with {process.returncode}:\n{text}"
            )


def _environment(command: Command) -> dict[str, str]:
    # Whoever forbids Python to keep bytecode would have every run compile from source.
    inherited = {n: value for n, value in os.environ.items() if not n.startswith("PYTHON")}
    return inherited | dict(command.environment)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _proportional_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
