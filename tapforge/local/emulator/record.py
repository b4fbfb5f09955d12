"""What a running emulator writes about itself, so that a later command finds it again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import attrs

ACCOUNT = "123456789012"
"""The AWS account that the emulator is; moto's own default."""

PORT_TAKEN = 3
"""The server's exit status when another program listens on its port."""

HEALTH_PATH = "/moto-api/tapforge"
"""Where the server tells who it is; moto keeps `/moto-api/` free of AWS's own paths."""


@attrs.frozen
class Record:
    """Which process serves which port.

    Attributes:
        pid: The server's process id.
        port: Its port on 127.0.0.1.
        token: A random word that only this server answers with.
        started: When it was ready, in UTC, ISO 8601.
        version: The tapforge that it belongs to.
        moto: The moto that it runs.
    """

    pid: int
    port: int
    token: str
    started: str
    version: str
    moto: str

    @property
    def url(self) -> str:
        """The address for AWS clients."""
        return f"http://127.0.0.1:{self.port}"

    def write(self, run_dir: Path) -> None:
        """Write the record whole, readable by its owner only.

        Raises:
            OSError: The directory is gone or cannot be written.
        """
        path = record_path(run_dir)
        new = path.with_suffix(f".{self.pid}")
        new.touch(mode=0o600)
        new.write_text(f"{json.dumps(attrs.asdict(self), indent=2)}\n")
        new.replace(path)

    @classmethod
    def read(cls, run_dir: Path) -> Record | None:
        """Read the record of a run directory; None when there is none that can be read."""
        try:
            return cls(**json.loads(record_path(run_dir).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def remove(self, run_dir: Path) -> None:
        """Remove the record if it is still this one."""
        if Record.read(run_dir) == self:
            record_path(run_dir).unlink(missing_ok=True)


def record_path(run_dir: Path) -> Path:
    """Return where the record of a run directory lies."""
    return run_dir / "emulator.json"


def is_alive(pid: int) -> bool:
    """Say whether a process exists and has not ended; an ended child of ours is laid to rest."""
    try:
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not _awaits_burial(pid)


def _awaits_burial(pid: int) -> bool:
    """Say whether a process has ended and its parent has not noticed: many containers' first never do.

    The state follows the command in parentheses in /proc/<pid>/stat, see proc(5).
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "Z"
