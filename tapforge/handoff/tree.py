"""Writing the rendered tree: all of it or nothing, and never over somebody's own file."""

from __future__ import annotations

import contextlib
import difflib
import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import attrs

from tapforge.handoff.render import MARKER
from tapforge.lang.errors import Problem, TapforgeError
from tapforge.lang.json_syntax import dumps

MANIFEST = "terraform/tapforge-manifest.json"
_STATE = ".tapforge/render"

Files = Mapping[str, str | bytes]
"""What files hold, by their paths from the project's root: text, or bytes as they are."""


class TreeError(TapforgeError):
    """The tree can't be written; nothing of it was."""


@attrs.frozen
class Difference:
    """One file in which the tree on disk is not what the project renders to.

    Attributes:
        path: From the project's root.
        kind: What rendering would do.
        old: What is on disk; empty if there is nothing.
        new: What should be; empty if there should be nothing.
    """

    path: str
    kind: Literal["create", "update", "delete"]
    old: bytes = attrs.field(repr=False)
    new: bytes = attrs.field(repr=False)

    @property
    def diff(self) -> str:
        """The lines that differ, as a unified diff; of a file that is no text, how long it is."""
        try:
            old, new = (each.decode("utf-8").splitlines() for each in (self.old, self.new))
        except UnicodeDecodeError:
            return f"{self.path}: {len(self.old)} bytes become {len(self.new)}"
        return "\n".join(difflib.unified_diff(old, new, self.path, self.path, lineterm="", n=1))


def differences(root: Path, files: Files) -> list[Difference]:
    """Compare the tree on disk with what it should be. Nothing is written.

    Args:
        root: The project's folder.
        files: What each file should hold, by its path from there.

    Raises:
        TreeError: a file stands in the way that was not generated, or can't be read.
    """
    with _unchanged(root):
        return _differences(root, files)


def write(root: Path, files: Files) -> list[Difference]:
    """Make the tree on disk what it should be.

    All that is new is staged and recorded first; only then is it moved into place. A process that dies
    before the record is complete leaves the old tree; one that dies after it leaves the rest to the
    next call, which does it first. Processes that write at once wait for each other.

    Args:
        root: The project's folder.
        files: What each file shall hold, by its path from there.

    Returns:
        What was changed.

    Raises:
        TreeError: a file stands in the way that was not generated, or a folder can't be written.
    """
    with _locked(root):
        changes = _differences(root, files)
        if changes:
            _stage(root, files, changes)
            _finish(root)
        return changes


def _with_manifest(files: Files) -> dict[str, bytes]:
    every = {path: _bytes(content) for path, content in sorted(files.items())}
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in every.items()}
    manifest = dumps(
        {"//": f"{MARKER}: the files it generated, with their SHA-256.", "files": sums}
    )
    return {**every, MANIFEST: _bytes(manifest)}


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def _differences(root: Path, files: Files) -> list[Difference]:
    wanted = _with_manifest(files)
    found: list[Difference] = []
    strangers: list[Problem] = []
    for path in sorted({*wanted, *_generated_before(root)}):
        old, new = _read(root / path), wanted.get(path)
        if old == new:
            continue
        if not _ours(old):
            if new is not None:
                strangers.append(
                    Problem(
                        path,
                        f'is in the way: without "{MARKER}" at its start it is somebody\'s own',
                        "move it, or delete it to have it generated",
                    )
                )
            continue
        kind: Literal["create", "update", "delete"] = (
            "create" if old is None else "update" if new is not None else "delete"
        )
        found.append(Difference(path, kind, old or b"", new or b""))
    if strangers:
        raise TreeError(strangers)
    return found


def _generated_before(root: Path) -> list[str]:
    content = _read(root / MANIFEST)
    if not content:
        return []
    try:
        paths = list(json.loads(content)["files"].keys())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TreeError(
            Problem(MANIFEST, "is no manifest", "restore it from version control, or delete it")
        ) from None
    # Whatever it says, nothing outside the two rendered folders is ours.
    return [
        p for p in paths if p.startswith(("modules/", "terraform/")) and ".." not in p.split("/")
    ]


def _ours(content: bytes | None) -> bool:
    """Tell whether a file may be written: it is not there, or says that it was generated."""
    return content is None or MARKER.encode() in content[:400]


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        way = "move away what stands there, or make it readable"
        raise TreeError(Problem(str(file), f"can't be read: {error.strerror}", way)) from None


def _stage(root: Path, files: Files, changes: list[Difference]) -> None:
    state = root / _STATE
    wanted = _with_manifest(files)
    shutil.rmtree(state / "staged", ignore_errors=True)
    moves: dict[str, str | None] = {}
    for index, change in enumerate(changes):
        if change.kind == "delete":
            moves[change.path] = None
            continue
        staged = state / "staged" / str(index)
        _write_through(staged, wanted[change.path])
        moves[change.path] = str(index)
    for change in changes:
        folder = (root / change.path).parent
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        if folder.stat().st_dev != state.stat().st_dev:
            raise TreeError(
                Problem(
                    str(folder),
                    f"is on another file system than {state}, so no file moves there in one step",
                    "keep the project on one",
                )
            )
    # The moves are decided the moment this rename is done.
    _write_through(state / "moves.new", json.dumps(moves).encode())
    (state / "moves.new").replace(state / "moves.json")


def _write_through(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        stream.write(content)


def _finish(root: Path) -> None:
    """Carry out the moves that were decided, as far as they are still to do."""
    state = root / _STATE
    if not (state / "moves.json").exists():
        return
    moves = json.loads((state / "moves.json").read_text("utf-8"))
    for path, staged in moves.items():
        target = root / path
        if not _ours(_read(target)):
            continue  # somebody put it there since
        if staged is None:
            target.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                target.parent.rmdir()
        elif (state / "staged" / staged).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            (state / "staged" / staged).replace(target)
    (state / "moves.json").unlink()
    shutil.rmtree(state / "staged", ignore_errors=True)


@contextlib.contextmanager
def _unchanged(root: Path) -> Iterator[None]:
    """Wait for whoever is writing, and let nobody write meanwhile."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # no lock: nobody has written here
            fcntl.flock(stack.enter_context((root / _STATE / "lock").open()), fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Wait for whoever is at the tree, finish what one that died has left, and keep others out."""
    state = root / _STATE
    try:
        state.mkdir(parents=True, exist_ok=True)
        with (state / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _finish(root)
            yield
    except OSError as error:
        place = error.filename or str(state)
        raise TreeError(
            Problem(place, f"can't be written: {error.strerror}", "make the folder writable")
        ) from None
