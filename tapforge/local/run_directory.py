"""The directory of one embedded run: what Terraform reads and writes, and who works there."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.lang.json_syntax import dumps
from tapforge.local.provider import Origin

HOME = ".tapforge"
"""The folder of a project that holds what is not its own: caches and runs."""


class RunError(TapforgeError):
    """A run can't be started or ended where it should be."""


@attrs.frozen
class Record:
    """What `up` leaves for `down`.

    Attributes:
        provider: Where the provider came from.
        region: The region of the resources.
        backend: Where the state is: bucket, key and region.
        token: The emulator that holds them.
        applied: Whether Terraform has begun to make them.
        other_regions: Regions that the environment names beside it, such as that of copies.
    """

    provider: Origin
    region: str
    backend: dict[str, Any]
    token: str
    applied: bool
    other_regions: list[str] = attrs.field(factory=list)

    @property
    def state(self) -> str:
        """Where the state is, as an address of S3."""
        return f"s3://{self.backend['bucket']}/{self.backend['key']}"


@attrs.frozen
class RunDirectory:
    """Where one system runs in one environment.

    Attributes:
        path: The directory.
        system: The system's name.
        environment: The environment's name.
    """

    path: Path
    system: str
    environment: str

    @classmethod
    def of(cls, root: Path, environment: str, system: str) -> RunDirectory:
        """Give the directory of a run, whether it is there or not.

        Args:
            root: The project's folder.
            environment: The environment's name.
            system: The system's name.

        Raises:
            RunError: The environment's name is no name of a folder.
        """
        if environment in ("", ".", "..") or Path(environment).name != environment:
            raise RunError(
                Problem(f'environment "{environment}"', "is no name of a folder below env/")
            )
        return cls(root.absolute() / HOME / "run" / environment / system, system, environment)

    @property
    def modules(self) -> Path:
        """The modules that run, laid out like the project: what is rendered, lowered."""
        return self.path / "lowered"

    @property
    def root(self) -> Path:
        """The root module in which Terraform works."""
        return self.modules / "terraform" / self.system

    @property
    def data(self) -> Path:
        """Terraform's data directory; it outlives a new lowering."""
        return self.path / "data"

    @property
    def variables_file(self) -> Path:
        """The values of the root's variables as they were applied."""
        return self.path / "variables.tfvars.json"

    @property
    def backend_file(self) -> Path:
        """Where the state is, and how the emulator is reached."""
        return self.path / "backend.s3.tfbackend.json"

    @property
    def changes_file(self) -> Path:
        """What the lowering changed and left out."""
        return self.path / "lowering.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else work here meanwhile; makes the directory.

        Raises:
            RunError: Somebody does, or the directory can't be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise RunError(_not_writable(error, self.path)) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise RunError(
                    Problem(
                        f"{self.environment}/{self.system}",
                        f"another tapforge (pid {lock.read() or 'unknown'}) works on it",
                        "wait for it to end",
                    )
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield
            except PermissionError as error:
                raise RunError(_not_writable(error, self.path)) from None

    def write_modules(
        self,
        modules: Mapping[str, Mapping[str, Mapping[str, Any]]],
        attachments: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        """Write the modules that run in place of those of the last run.

        Args:
            modules: The files of each module by its path, such as `modules/aurora`.
            attachments: What they lay beside those, by the path of each.
        """
        shutil.rmtree(self.modules, ignore_errors=True)
        for path, files in modules.items():
            folder = self.modules / path
            folder.mkdir(parents=True)
            for name, document in files.items():
                (folder / name).write_text(dumps(document), "utf-8")
        for path, content in attachments.items():
            (self.modules / path).write_bytes(content)

    def write(self, file: Path, value: Any) -> None:
        """Write a JSON file that only its owner can read."""
        file.touch(mode=0o600)
        file.write_text(dumps(value), "utf-8")

    @property
    def record(self) -> Record | None:
        """What the last `up` left; None if nothing is recorded."""
        try:
            return Record(**json.loads(self._record_file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, record: Record) -> None:
        """Leave a record for the next command."""
        self.write(self._record_file, attrs.asdict(record))

    @property
    def _record_file(self) -> Path:
        return self.path / "run.json"

    def exists(self) -> bool:
        """Whether there is or was a run."""
        return self.path.is_dir()

    def remove(self) -> None:
        """Remove the directory, and those above it that are empty then.

        Raises:
            RunError: It can't be removed.
        """
        try:
            shutil.rmtree(self.path)
        except OSError as error:
            raise RunError(_not_writable(error, self.path)) from None
        for folder in (self.path.parent, self.path.parent.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _not_writable(error: OSError, path: Path) -> Problem:
    return Problem(
        str(error.filename or path),
        f"can't be written: {error.strerror}",
        "make the folder writable, or work in a copy of the project",
    )
