"""What must be true of both databases before anything is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapforge.cutover.databases import OWN_OF_DMS
from tapforge.cutover.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapforge.cutover.databases import Database

_TABLES = f"""
SELECT format('%I.%I', n.nspname, c.relname),
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary),
  has_table_privilege(c.oid, 'TRIGGER')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname = ANY(:schemas)
AND c.relname NOT LIKE '{OWN_OF_DMS}'
ORDER BY 1
"""  # noqa: S608 - constants

_ROLE = """
SELECT r.rolreplication OR r.rolsuper OR EXISTS (
  SELECT FROM pg_roles g WHERE g.rolname = 'rds_replication' AND pg_has_role(r.oid, g.oid, 'USAGE')
) FROM pg_roles r WHERE r.rolname = :role
"""

# Those of this database are of an earlier try, which makes them anew.
_SLOTS = """
SELECT current_setting('max_replication_slots')::int
  - count(*) FILTER (WHERE database IS DISTINCT FROM current_database())::int
FROM pg_replication_slots
"""

_ROLES = """
SELECT role FROM unnest(ARRAY['pg_signal_backend', 'pg_read_all_stats']) AS t(role), pg_roles r
WHERE r.rolname = current_user AND NOT r.rolsuper AND NOT pg_has_role(r.oid, role, 'USAGE')
"""

_ALWAYS = """
SELECT format('%I.%I', n.nspname, c.relname), t.tgname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') AND n.nspname = ANY(:schemas)
ORDER BY 1, 2
"""

_LONG = """
SELECT pid, usename, extract(epoch FROM clock_timestamp() - xact_start)::int
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend' AND usename IS DISTINCT FROM :role
AND xact_start < clock_timestamp() - make_interval(secs => :seconds)
ORDER BY 3 DESC
"""


_NEEDED = {
    "pg_signal_backend": "end sessions",
    "pg_read_all_stats": "see sessions of others",
}


def preflight(old: Database, new: Database) -> list[Problem]:
    """List everything that stands against a migration, on both sides."""
    problems = [*_alone(old), *_alone(new)]
    tables, copies = (_tables(side) for side in (old, new))
    problems += [
        Problem(f"{new.side}, table {table}", "does not exist", "load the schema: pg_dump -s")
        for table in sorted(set(tables) - set(copies))
    ]
    problems += _unoffered(old, new)
    encodings = [str(side.one("SHOW server_encoding")) for side in (old, new)]
    if encodings[0] != encodings[1]:
        problems.append(
            Problem(
                new.side,
                f"has the encoding {encodings[1]}, and the old side {encodings[0]}",
                "make the database anew with the old side's encoding",
            )
        )
    return problems


def long_transactions(side: Database, seconds: float) -> Iterator[Problem]:
    """List the transactions that are open for longer, and those that are prepared."""
    role = side.access.replication_role
    for pid, user, age in side.rows(_LONG, role=role, seconds=float(seconds)):
        yield Problem(
            f"{side.side}, session {pid}",
            f"{user} has a transaction open for {age} s, at most {seconds:g} s are expected",
            f"let it end, or end it: SELECT pg_terminate_backend({pid})",
        )
    if prepared := side.prepared():
        yield prepared


def unguarded(side: Database) -> Iterator[Problem]:
    """List the tables that writes could reach past the fence."""
    for schema, table in side.unguarded():
        yield Problem(
            f"{side.side}, table {schema}.{table}",
            "is without the guard: it was made after the migration began",
            "roll back to PREPARED and begin again: the table is not replicated either",
        )


def _unoffered(old: Database, new: Database) -> Iterator[Problem]:
    """List the extensions that the new side could not have: the schema would not load as it is."""
    installed = {name for (name,) in old.rows("SELECT extname FROM pg_extension")}
    offered = {name for (name,) in new.rows("SELECT name FROM pg_available_extensions")}
    for name in sorted(installed - offered):
        yield Problem(
            f"{new.side}, extension {name}",
            "is not offered, and the old side has it",
            f"change what uses it, and on the old side: DROP EXTENSION {name}",
        )


def _tables(side: Database) -> dict[str, tuple[bool, bool]]:
    rows = side.rows(_TABLES, schemas=list(side.access.schemas))
    return {name: (has_key, may_guard) for name, has_key, may_guard in rows}


def _alone(side: Database) -> Iterator[Problem]:
    place, access = side.side, side.access
    if (level := side.one("SHOW wal_level")) != "logical":
        yield Problem(
            place,
            f"has wal_level {level}, expected logical",
            "set wal_level (on Aurora rds.logical_replication = 1) and restart it",
        )
    if side.one(_SLOTS) < 1:
        yield Problem(place, "has no free replication slot", "raise max_replication_slots")
    for role in dict.fromkeys((access.replication_role, access.user)):
        may_replicate = side.one(_ROLE, role=role)
        if may_replicate is None:
            yield Problem(place, f"has no role {role}", "create it")
        elif not may_replicate:
            yield Problem(
                place,
                f"{role} may not replicate",
                f"ALTER ROLE {role} REPLICATION, or GRANT rds_replication TO {role}",
            )
    for (role,) in side.rows(_ROLES):
        may_not = _NEEDED[role]
        yield Problem(place, f"{access.user} may not {may_not}", f"GRANT {role} TO {access.user}")
    for table, trigger in side.rows(_ALWAYS, schemas=list(access.schemas)):
        yield Problem(
            f"{place}, table {table}",
            f"trigger {trigger} fires for replicated rows too: they would be changed twice",
            f"ALTER TABLE {table} ENABLE TRIGGER {trigger}",
        )
    for name, (has_key, may_guard) in _tables(side).items():
        if not has_key:
            yield Problem(
                f"{place}, table {name}",
                "has no primary key: updates and deletes can't be replicated",
                "give it one",
            )
        if not may_guard:
            yield Problem(
                f"{place}, table {name}",
                f"{access.user} may not put a trigger on it",
                f"GRANT TRIGGER ON {name} TO {access.user}",
            )
    unreadable = side.rows(
        "SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences "  # noqa: S608 - constants
        f"WHERE schemaname = ANY(:schemas) AND sequencename NOT LIKE '{OWN_OF_DMS}' "
        "AND NOT has_sequence_privilege("
        "format('%I.%I', schemaname, sequencename), 'SELECT,USAGE')",
        schemas=list(access.schemas),
    )
    for (name,) in unreadable:
        yield Problem(
            f"{place}, sequence {name}",
            f"{access.user} may not read it",
            f"GRANT ALL ON SEQUENCE {name} TO {access.user}",
        )
