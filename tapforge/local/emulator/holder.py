"""Who listens on a port, as far as this machine tells."""

from __future__ import annotations

from pathlib import Path

_LISTENING = "0A"


def holder_of(port: int) -> str:
    """Name the program that listens on a TCP port of this machine.

    Linux tells it for the processes that the caller may look into; see proc(5), /proc/net/tcp.

    Returns:
        Such as `nginx (pid 812)`; empty when it cannot be known.
    """
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) in inodes for fd in (process / "fd").iterdir()):
                words = (process / "cmdline").read_text().split("\0")
                return f"`{' '.join(words).strip()}` (pid {process.name})"
        except OSError:  # not ours to look into, or gone meanwhile
            continue
    return ""


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            rows = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            _, local, _, state, *_, inode = row.split()[:10]
            if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                inodes.add(inode)
    return inodes
