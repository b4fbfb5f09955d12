"""Starting, finding and stopping the emulator's process.

moto keeps everything in memory, so the process stays alive from `tapforge up` to `tapforge down`; the
record in the run directory is how the one finds what the other started.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import attrs

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.local.emulator import client
from tapforge.local.emulator.holder import holder_of
from tapforge.local.emulator.record import (
    ACCOUNT,
    HEALTH_PATH,
    PORT_TAKEN,
    Record,
    is_alive,
    record_path,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ANSWER_SECONDS = 5.0
"""How long a running emulator may take to say who it is; it may be busy with an apply."""

_PROGRAM = (sys.executable, "-P", "-m", "tapforge.local.emulator.server")


class EmulatorError(TapforgeError):
    """The emulator cannot start, or is not what its record says."""


@attrs.frozen
class Emulator:
    """A running emulator.

    Attributes:
        run_dir: The directory with its record and its log.
        record: Which process serves which port.
    """

    run_dir: Path
    record: Record

    account = ACCOUNT
    access_key = client.ACCESS_KEY
    secret_key = client.SECRET_KEY

    @classmethod
    def start(
        cls,
        run_dir: Path,
        *,
        port: int = 0,
        timeout: float = 30,
        arguments: Sequence[str] = (),
    ) -> Self:
        """Start an emulator that outlives this process, or find the one that already runs.

        Args:
            run_dir: Where its record `emulator.json` and its log `emulator.log` go; is made.
            port: The port on 127.0.0.1; 0 takes a free one.
            timeout: Seconds until it must answer.
            arguments: More arguments for the server.

        Raises:
            EmulatorError: The port is taken, the one that runs has another port, the server ended
                at once or did not answer in time. Nothing is left running then.
        """
        run_dir = run_dir.absolute()
        run_dir.mkdir(parents=True, exist_ok=True)
        with _alone(run_dir):
            if found := cls.running(run_dir):
                if port not in (0, found.record.port):
                    raise EmulatorError(_runs_elsewhere(found, port))
                return found
            pid = _spawn(run_dir, port, arguments)
            try:
                return cls(run_dir, _wait_until_ready(run_dir, port, pid, timeout))
            except BaseException:
                _end(pid, patience=0)
                raise

    @classmethod
    def running(cls, run_dir: Path) -> Self | None:
        """Find the emulator of a run directory.

        A record whose process has ended, or whose port another program has meanwhile, is removed.

        Raises:
            EmulatorError: The recorded process lives but does not answer, so nothing is certain.
        """
        run_dir = run_dir.absolute()
        record = Record.read(run_dir)
        if record is None:
            return None
        try:
            if is_alive(record.pid) and _identity(record.port).get("token") == record.token:
                return cls(run_dir, record)
        except TimeoutError:
            raise EmulatorError(
                Problem(
                    str(record_path(run_dir)),
                    f"names process {record.pid}, which does not answer on port {record.port}",
                    "remove that file: the emulator then ends by itself and forgets its resources",
                )
            ) from None
        record.remove(run_dir)
        return None

    @property
    def url(self) -> str:
        """The address for AWS clients, such as `http://127.0.0.1:43210`."""
        return self.record.url

    @property
    def log(self) -> Path:
        """What the server wrote: actions it lacks and its errors."""
        return _log_path(self.run_dir)

    def boto3_client(self, service: str, region: str = "us-east-1") -> Any:
        """Return a boto3 client of this emulator, cached; any region works."""
        return client.boto3_client(self.url, service, region)

    def reset(self) -> None:
        """Forget every resource, as after a start."""
        connection = http.client.HTTPConnection("127.0.0.1", self.record.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("POST", "/moto-api/reset")
            connection.getresponse().read()

    def stop(self, patience: float = 5) -> None:
        """Stop it and remove its record; what it held is gone.

        Args:
            patience: Seconds for it to end by itself before it is killed.
        """
        _end(self.record.pid, patience)
        self.record.remove(self.run_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextlib.contextmanager
def _alone(run_dir: Path) -> Iterator[None]:
    """Let one process at a time start an emulator in a run directory."""
    with (run_dir / "emulator.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _log_path(run_dir: Path) -> Path:
    return run_dir / "emulator.log"


def _spawn(run_dir: Path, port: int, arguments: Sequence[str]) -> int:
    """Start the server in a session of its own, where a Ctrl-C at the terminal does not reach it."""
    package_root = str(Path(__file__).parents[3])
    search_path = [package_root, os.environ.get("PYTHONPATH", "")]
    command = [*_PROGRAM, "--port", str(port), "--root", str(run_dir), *arguments]
    log_flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.posix_spawn(
        sys.executable,
        command,
        {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, search_path))},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(_log_path(run_dir)), log_flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _wait_until_ready(run_dir: Path, port: int, pid: int, timeout: float) -> Record:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        record = Record.read(run_dir)
        if record is not None and record.pid == pid:
            with contextlib.suppress(TimeoutError):
                if _identity(record.port).get("token") == record.token:
                    return record
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            raise EmulatorError(_ended(run_dir, port, os.waitstatus_to_exitcode(status)))
        time.sleep(0.02)
    raise EmulatorError(
        Problem(
            "emulator",
            f"did not answer within {timeout:g} seconds",
            f"see {_log_path(run_dir)}; a busy machine may need a second try",
        )
    )


def _identity(port: int) -> dict[str, str]:
    """Ask who listens on a port; empty when nobody does, or nobody that we know.

    Raises:
        TimeoutError: Somebody does, and does not answer.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    with contextlib.closing(connection):
        try:
            connection.request("GET", HEALTH_PATH)
            identity = json.loads(connection.getresponse().read())
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException, ValueError):
            return {}
    return identity if isinstance(identity, dict) else {}


def _ended(run_dir: Path, port: int, status: int) -> Problem:
    if status == PORT_TAKEN:
        return _port_taken(port)
    log = _log_path(run_dir)
    lines = log.read_text(errors="replace").strip().splitlines() or ["it wrote nothing"]
    return Problem("emulator", f"ended with status {status}: {lines[-1]}", f"see {log}")


def _port_taken(port: int) -> Problem:
    fix = "leave the port out to take a free one, or name another"
    with contextlib.suppress(TimeoutError):
        if root := _identity(port).get("root"):
            return Problem(
                f"port {port}", f"is taken by the emulator of {root}", f"{fix}, or stop that one"
            )
    holder = holder_of(port) or "a program that cannot be seen from here"
    return Problem(f"port {port}", f"is taken by {holder}", f"{fix}, or end that program")


def _runs_elsewhere(found: Emulator, port: int) -> Problem:
    return Problem(
        f"port {port}",
        f"was asked for, but the emulator of {found.run_dir} runs on port {found.record.port}",
        "leave the port out to use that one, or stop it first (its resources are gone then)",
    )


def _end(pid: int, patience: float) -> None:
    """End a process: ask it, and kill it when `patience` seconds were not enough."""
    for ending, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        if not is_alive(pid):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, ending)
        end = time.monotonic() + seconds
        while is_alive(pid) and time.monotonic() < end:
            time.sleep(0.02)
