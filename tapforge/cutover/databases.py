"""One PostgreSQL of the two: who may write to it, how far its log is, its slots and sequences.

Who may write is decided by one row that a trigger on every table reads before each writing
statement. It stops owners and superusers too, and whoever overrides `default_transaction_read_only`;
replication passes, because triggers are silent for it (`session_replication_role = replica`). The row
carries the token of the last step that changed it, and a step with a smaller one is refused.
"""

from __future__ import annotations

import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection, identifier, literal

from tapforge.cutover.errors import (
    Problem,
    RefusedError,
    StoppedError,
    SupersededError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "tapforge_cutover"
SENTINEL = "sentinel"
APPLICATION = "tapforge-cutover"

_CONNECT_SECONDS = 5.0
_STATEMENT_SECONDS = 30
_EXPEL_SECONDS = 5.0
_LOOK_AGAIN = 0.02
# Shut down, starting up, too many clients, and everything of class 08: it may answer later.
_PASSING = ("08", "57P", "53300")
_PRIVILEGE = "42501"
_LOCK_TIMEOUT = "55P03"

_INSTALL = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.guard (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  epoch bigint NOT NULL,
  writable boolean NOT NULL,
  since bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS {SCHEMA}.{SENTINEL} (
  side text PRIMARY KEY,
  epoch bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO {SCHEMA}.guard (epoch, writable, since) VALUES (0, true, 0) ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION {SCHEMA}.refuse() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NOT (SELECT writable FROM {SCHEMA}.guard) THEN
    RAISE EXCEPTION 'this side of the migration takes no writes'
      USING ERRCODE = 'read_only_sql_transaction', HINT = 'Connect anew by the name of the writer.';
  END IF;
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants

OWN_OF_DMS = r"awsdms\_%"
"""What DMS keeps in the schemas for itself, for LIKE: its heartbeat must go on behind the fence."""

_TABLES = f"""
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname = ANY(:schemas)
AND c.relname NOT LIKE '{OWN_OF_DMS}'
"""

_UNGUARDED = f"""
SELECT n.nspname, c.relname {_TABLES}
AND NOT EXISTS (
  SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
  JOIN pg_namespace p ON p.oid = f.pronamespace
  WHERE t.tgrelid = c.oid AND p.nspname = '{SCHEMA}' AND t.tgenabled IN ('O', 'A')
)
ORDER BY 1, 2
"""  # noqa: S608 - constants

_WRITES_ALWAYS = """
SELECT EXISTS (
  SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
  JOIN pg_database d ON d.oid = s.setdatabase
  WHERE d.datname = current_database() AND r.rolname = :role
  AND 'default_transaction_read_only=off' = ANY(s.setconfig)
)
"""

_GUARDED = """
SELECT n.nspname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgname = 'tapforge_cutover' AND NOT t.tgisinternal ORDER BY 1, 2
"""

# Not those that only carry replication, nor what the server, or RDS by its own user, does for itself.
_OTHERS = """
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND usename IS DISTINCT FROM :role AND usename IS DISTINCT FROM 'rdsadmin'
AND backend_type NOT IN ('walsender', 'autovacuum worker')
AND backend_type NOT LIKE 'logical replication %'
"""


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to reach a database.

    Attributes:
        side: What messages call it, such as `old side`.
        replication_role: The role that replication connects as.
        schemas: The schemas that move.
        tls: `verify-full` or `none`.
        ca_file: The server's authorities; empty for the system's.
    """

    side: str
    host: str
    port: int
    database: str
    user: str
    password: str
    replication_role: str
    schemas: tuple[str, ...]
    tls: str = "verify-full"
    ca_file: str = ""


@dataclass(frozen=True)
class Guard:
    """Who may write.

    Attributes:
        epoch: The largest token seen.
        writable: Whether applications may write.
        since: The token of the step that last changed that.
    """

    epoch: int
    writable: bool
    since: int


@dataclass(frozen=True)
class Slot:
    """A logical replication slot."""

    name: str
    active: bool
    confirmed: str
    lost: bool


@dataclass(frozen=True)
class Sequence:
    """A sequence; `last` is None until its first value is taken."""

    name: str
    last: int | None
    increment: int
    least: int
    greatest: int
    cycles: bool


class Database:
    """A database, connected to when it is first asked and again after a failure."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.side = access.side
        self._connection: Connection | None = None

    def close(self) -> None:
        """Give the connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (InterfaceError, OSError):
                return

    def rows(self, sql: str, **values: Any) -> list[list[Any]]:
        """Run one statement.

        Raises:
            UnreachableError: The server did not answer; the statement may have run.
            RefusedError: The server refused it.
        """
        with self._errors():
            connection = self._connection = self._connection or self._connect()
            return list(connection.run(sql, **values) or [])

    def rows_within(self, seconds: float, sql: str) -> list[list[Any]]:
        """Run one statement that may take longer than others; the server ends it in time."""
        try:
            self.rows(f"SET statement_timeout = {literal(f'{max(1, round(seconds * 1000))}ms')}")
            self._patient(seconds)
            return self.rows(sql)
        finally:
            self.close()  # with what was set

    def one(self, sql: str, **values: Any) -> Any:
        """Run a statement and return the first value of its first row; None without a row."""
        rows = self.rows(sql, **values)
        return rows[0][0] if rows else None

    def now(self) -> float:
        """Return the server's clock: durations are measured by one clock, whoever asks."""
        return float(self.one("SELECT extract(epoch FROM clock_timestamp())::float8"))

    # Who may write

    def install(self) -> list[str]:
        """Put the guard on every table that lacks it; the names of those that got it."""
        self.rows(_INSTALL)
        database, role = self._name(), identifier(self.access.replication_role)
        self.rows(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}")
        self.rows(f"GRANT ALL ON TABLE {SCHEMA}.{SENTINEL} TO {role}")
        # An administrator may have done it: whoever is no superuser can't do it to one.
        if not self.one(_WRITES_ALWAYS, role=self.access.replication_role):
            self.rows(
                f"ALTER ROLE {role} IN DATABASE {database} SET default_transaction_read_only = off"
            )
        missing = self.unguarded()
        for schema, table in missing:
            self.rows(
                f"CREATE TRIGGER tapforge_cutover BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE "
                f"ON {identifier(schema)}.{identifier(table)} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {SCHEMA}.refuse()"
            )
        return [f"{schema}.{table}" for schema, table in missing]

    def uninstall(self) -> None:
        """Remove everything of ours; applications may write from then on.

        What the role of replication was set to stays: it says no more than what holds without it.
        """
        self.rows(f"ALTER DATABASE {self._name()} RESET default_transaction_read_only")
        # Table by table: who holds one lock at a time is in no deadlock with an application.
        for schema, table in self.rows(_GUARDED):
            self.rows(
                f"DROP TRIGGER IF EXISTS tapforge_cutover ON {identifier(schema)}.{identifier(table)}"
            )
        self.rows(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")

    def unguarded(self) -> list[tuple[str, str]]:
        """List the tables without our trigger."""
        return [
            (schema, table)
            for schema, table in self.rows(_UNGUARDED, schemas=list(self.access.schemas))
        ]

    def guard(self) -> Guard:
        """Read who may write."""
        if not self.one(f"SELECT to_regclass('{SCHEMA}.guard') IS NOT NULL"):
            raise RefusedError(
                Problem(self.side, "has no guard", "advance from PREPARED: it is installed there")
            )
        return Guard(*self.rows(f"SELECT epoch, writable, since FROM {SCHEMA}.guard")[0])  # noqa: S608

    def stamp(self, epoch: int) -> Guard:
        """Raise the token, so that no earlier step changes who may write from now on.

        Raises:
            SupersededError: A later step was here.
        """
        return self._update(epoch, "writable")

    def fence(self, epoch: int) -> Guard:
        """Let no application write, from this moment on; running transactions end by `expel`."""
        return self._change(epoch, writable=False)

    def open(self, epoch: int) -> Guard:
        """Let applications write."""
        return self._change(epoch, writable=True)

    def _change(self, epoch: int, *, writable: bool) -> Guard:
        self.rows("BEGIN")
        try:
            guard = self._update(epoch, str(writable).lower())
            # What applications see first, as a clear error; the trigger is what holds.
            setting = "RESET" if writable else "SET"
            value = "" if writable else " = on"
            self.rows(
                f"ALTER DATABASE {self._name()} {setting} default_transaction_read_only{value}"
            )
            self.rows("COMMIT")
        except RefusedError:
            self.close()  # the server rolls back
            raise
        return guard

    def _update(self, epoch: int, writable: str) -> Guard:
        rows = self.rows(
            f"UPDATE {SCHEMA}.guard SET epoch = :epoch, writable = {writable}, "  # noqa: S608
            f"since = CASE WHEN writable = {writable} THEN since ELSE :epoch END "
            "WHERE epoch <= :epoch RETURNING epoch, writable, since",
            epoch=epoch,
        )
        if not rows:
            raise SupersededError(
                Problem(
                    self.side,
                    f"has seen a later step than {epoch}",
                    "nothing: the later one goes on from here",
                )
            )
        return Guard(*rows[0])

    def expel(self) -> int:
        """End the sessions of applications, and wait until they are gone; their number.

        Raises:
            StoppedError: Some do not end, or transactions are prepared.
        """
        role = self.access.replication_role
        found = self.rows(
            f"SELECT pid, backend_start::text, pg_terminate_backend(pid) {_OTHERS}", role=role
        )
        going = {(pid, start) for pid, start, _ in found}
        end = time.monotonic() + _EXPEL_SECONDS
        while True:
            left = going & {
                (pid, start)
                for pid, start in self.rows(f"SELECT pid, backend_start::text {_OTHERS}", role=role)
            }
            if not left:
                break
            if time.monotonic() > end:
                pids = ", ".join(str(pid) for pid, _ in sorted(left))
                raise StoppedError(
                    Problem(
                        self.side,
                        f"sessions {pids} do not end",
                        "end them by hand, or let the function's role do it (pg_signal_backend)",
                    )
                )
            time.sleep(_LOOK_AGAIN)
        if prepared := self.prepared():
            raise StoppedError(prepared)
        return len(going)

    def prepared(self) -> Problem | None:
        """Complain of prepared transactions: they outlive their sessions, and can commit later."""
        names = self.rows("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()")
        if not names:
            return None
        listed = ", ".join(str(name) for (name,) in names)
        return Problem(
            self.side,
            f"has prepared transactions ({listed})",
            "commit or roll them back (COMMIT PREPARED, ROLLBACK PREPARED)",
        )

    # The log

    def mark(self, side: str, epoch: int) -> str:
        """Write the sentinel row, the last write of a side; the log's position after it."""
        self.rows(
            f"INSERT INTO {SCHEMA}.{SENTINEL} (side, epoch) VALUES (:side, :epoch) "  # noqa: S608
            "ON CONFLICT (side) DO UPDATE SET epoch = excluded.epoch, at = clock_timestamp()",
            side=side,
            epoch=epoch,
        )
        return str(self.one("SELECT pg_current_wal_lsn()::text"))

    def sees(self, side: str, epoch: int) -> bool:
        """Tell whether a side's sentinel row has arrived."""
        return bool(
            self.one(
                f"SELECT epoch >= :epoch FROM {SCHEMA}.{SENTINEL} WHERE side = :side",  # noqa: S608
                side=side,
                epoch=epoch,
            )
        )

    def confirmed(self, slot: str, lsn: str) -> bool:
        """Tell whether the reader of a slot has confirmed everything up to a position."""
        return bool(
            self.one(
                "SELECT confirmed_flush_lsn >= CAST(:lsn AS pg_lsn) FROM pg_replication_slots "
                "WHERE slot_name = :slot",
                slot=slot,
                lsn=lsn,
            )
        )

    def slot(self, name: str) -> Slot | None:
        """Find a slot by its name."""
        rows = self.rows(
            "SELECT slot_name, active, confirmed_flush_lsn::text, "
            "coalesce(wal_status = 'lost', false) FROM pg_replication_slots "
            "WHERE slot_name = :name AND database = current_database()",
            name=name,
        )
        return Slot(*rows[0]) if rows else None

    def slot_of_role(self) -> str:
        """Find the one slot that the replication role reads.

        Raises:
            RefusedError: There is none, or several.
        """
        names = self.rows(
            "SELECT slot_name FROM pg_replication_slots s JOIN pg_stat_activity a "
            "ON a.pid = s.active_pid WHERE s.database = current_database() AND a.usename = :role",
            role=self.access.replication_role,
        )
        if len(names) != 1:
            found = ", ".join(str(name) for (name,) in names) or "none"
            raise RefusedError(
                Problem(
                    self.side,
                    f"{self.access.replication_role} reads {found}; expected one slot",
                    "name the slot: CUTOVER_FORWARD_SLOT",
                )
            )
        return str(names[0][0])

    def make_slot(self, name: str, plugin: str) -> str:
        """Make a slot anew; where it begins."""
        self.drop_slot(name)
        return str(
            self.one(
                "SELECT lsn::text FROM pg_create_logical_replication_slot(:name, :plugin)",
                name=name,
                plugin=plugin,
            )
        )

    def drop_slot(self, name: str) -> None:
        """Drop a slot if it is there: an unread one keeps the log until the disk is full."""
        end = time.monotonic() + _EXPEL_SECONDS
        while self.slot(name):
            self.rows(
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
                "WHERE slot_name = :name AND active_pid IS NOT NULL",
                name=name,
            )
            try:
                self.rows("SELECT pg_drop_replication_slot(:name)", name=name)
            except UnreachableError:
                raise
            except RefusedError:  # still read, or gone meanwhile
                if time.monotonic() > end:
                    raise
                time.sleep(_LOOK_AGAIN)

    # Sequences

    def sequences(self) -> dict[str, Sequence]:
        """Read the sequences of the schemas that move."""
        rows = self.rows(
            "SELECT format('%I.%I', schemaname, sequencename), last_value, increment_by, "
            "min_value, max_value, cycle FROM pg_sequences WHERE schemaname = ANY(:schemas) "
            "AND sequencename NOT LIKE :own",
            own=OWN_OF_DMS,
            schemas=list(self.access.schemas),
        )
        return {row[0]: Sequence(*row) for row in rows}

    def set_sequences(self, values: dict[str, int]) -> None:
        """Set the last value of sequences."""
        if values:
            self.rows(
                "SELECT setval(CAST(name AS regclass), value) "
                "FROM unnest(CAST(:names AS text[]), CAST(:values AS bigint[])) AS t(name, value)",
                names=list(values),
                values=list(values.values()),
            )

    def _name(self) -> str:
        return str(identifier(self.access.database))

    def _connect(self) -> Connection:
        access = self.access
        connection = Connection(
            access.user,
            host=access.host,
            port=access.port,
            database=access.database,
            password=access.password,
            ssl_context=_context(access),
            timeout=_CONNECT_SECONDS,
            application_name=APPLICATION,
        )
        self._patient(_STATEMENT_SECONDS, connection)
        connection.run(
            "SET default_transaction_read_only = off; SET synchronous_commit = on; "
            "SET search_path = pg_catalog; SET lock_timeout = '3s'; "
            f"SET statement_timeout = {literal(f'{_STATEMENT_SECONDS}s')}"
        )
        return connection

    def _patient(self, seconds: float, connection: Connection | None = None) -> None:
        """Wait for answers: what a statement may take is the server's business."""
        connection = connection or self._connection
        if connection is not None and (plug := connection._usock):  # noqa: SLF001
            plug.settimeout(seconds + _CONNECT_SECONDS)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise RefusedError(self._untrusted(error.verify_message)) from None
        except (InterfaceError, OSError) as error:
            self.close()
            raise UnreachableError(self._unreachable(str(error))) from None
        except DatabaseError as error:
            told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
            code, message = told.get("C", ""), told.get("M", str(error))
            if code.startswith(_PASSING):
                self.close()
                raise UnreachableError(self._unreachable(message)) from None
            raise RefusedError(
                Problem(self.side, f"refused a statement: {message}", _FIXES.get(code, _LOOK))
            ) from None

    def _untrusted(self, why: str) -> Problem:
        return Problem(
            f"{self.side} ({self.access.host}:{self.access.port})",
            f"shows a certificate that is not to be trusted: {why}",
            "let the secret name the host as the certificate does, and the authorities' file hold the "
            "certificate of who signed it",
        )

    def _unreachable(self, why: str) -> Problem:
        return Problem(
            f"{self.side} ({self.access.host}:{self.access.port})",
            f"does not answer: {why}",
            "see that it runs, and that security groups and routes let the function reach it",
        )


_LOOK = "see the server's log"
_FIXES = {
    _PRIVILEGE: "give the function's role the privilege",
    "57014": "try again: it took too long",
    _LOCK_TIMEOUT: "try again when the long transaction on that table has ended",
    "28P01": "correct the password in the side's secret",
    "28000": "let the function's role connect (pg_hba.conf)",
    "3D000": "correct the database's name in the side's secret",
}


def _context(access: Access) -> ssl.SSLContext | None:
    if access.tls == "none":
        return None
    return ssl.create_default_context(cafile=access.ca_file or None)
