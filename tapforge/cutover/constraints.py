"""What the load of the new side is done without, and what is done before writes move: foreign keys.

The load empties table by table, which a foreign key forbids, so they are dropped before it. The old
side says which there are: they are made again without a look at the rows, and each is validated, and
each table analyzed, while the old side still serves. Nothing of that is left for the write pause.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tapforge.cutover.databases import OWN_OF_DMS
from tapforge.cutover.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapforge.cutover.databases import Database

# Those of partitions come with their parent's.
_KEYS = """
SELECT format('%I.%I', n.nspname, c.relname), quote_ident(k.conname),
  regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''), k.convalidated, c.relkind = 'p'
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname = ANY(:schemas)
ORDER BY 1, 2
"""

# Nobody has counted what the load wrote.
_UNCOUNTED = f"""
SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables
WHERE schemaname = ANY(:schemas) AND relname NOT LIKE '{OWN_OF_DMS}'
AND last_analyze IS NULL AND last_autoanalyze IS NULL
ORDER BY n_live_tup, 1
"""  # noqa: S608 - constants


def foreign_only(old: Database, new: Database) -> Iterator[Problem]:
    """List the foreign keys of the new side that the old one lacks: rows may break them."""
    there = {(table, name) for table, name, *_ in _keys(old)}
    for table, name, *_ in _keys(new):
        if (table, name) not in there:
            yield Problem(
                f"{new.side}, table {table}",
                f"has the foreign key {name}, and the old side has not",
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            )


def drop_foreign_keys(new: Database) -> int:
    """Drop the foreign keys, for the load; their number."""
    keys = _keys(new)
    for table, name, *_ in keys:
        new.rows(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    return len(keys)


def copy_foreign_keys(old: Database, new: Database) -> int:
    """Make the foreign keys that the old side has, without a look at the rows; how many were missing."""
    there = {(table, name) for table, name, *_ in _keys(new)}
    missing = [each for each in _keys(old) if each[:2] not in there]
    for table, name, definition, _, partitioned in missing:
        later = "" if partitioned else " NOT VALID"  # which PostgreSQL can't for partitioned ones
        new.rows(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}{later}")
    return len(missing)


def settle(old: Database, new: Database, seconds: float) -> list[Problem]:
    """Validate the foreign keys and analyze the tables of the new side, as far as the time allows.

    What was done stays done: the next call does the rest. Neither keeps anybody from writing.

    Args:
        old: The old side: what it has not validated, nobody has.
        new: The new side.
        seconds: After which nothing more is begun, and what is running is ended.

    Returns:
        What is left to do.
    """
    end = time.monotonic() + seconds
    valid = {(table, name) for table, name, _, validated, _ in _keys(old) if validated}
    work = [
        (
            table,
            f"has the foreign key {name}, which is not validated yet",
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}",
        )
        for table, name, _, validated, _ in _keys(new)
        if not validated and (table, name) in valid
    ]
    schemas = list(new.access.schemas)
    work += [
        (table, "is not analyzed yet", f"ANALYZE {table}")
        for (table,) in new.rows(_UNCOUNTED, schemas=schemas)
    ]
    left = []
    for table, what, statement in work:
        rest = end - time.monotonic()
        if rest <= 0:
            left.append(Problem(f"{new.side}, table {table}", what, "advance again"))
        else:
            new.rows_within(rest, statement)
    return left


def _keys(side: Database) -> list[tuple[str, str, str, bool, bool]]:
    rows = side.rows(_KEYS, schemas=list(side.access.schemas))
    return [(table, name, text, valid, parted) for table, name, text, valid, parted in rows]
