"""Versions and words of PostgreSQL as RDS and Aurora offer them.

An engine is named as AWS names it: `postgres` is RDS for PostgreSQL, `aurora-postgresql` is Aurora
PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import Literal, NamedTuple, TypedDict, get_args

from tapforge.facts._data import load

Engine = Literal["aurora-postgresql", "postgres"]

ENGINES: tuple[Engine, ...] = get_args(Engine)

_TITLES = {"aurora-postgresql": "Aurora PostgreSQL", "postgres": "RDS for PostgreSQL"}
_LIMITLESS = "-limitless"


class _Major(TypedDict):
    family: str
    release: str
    end_of_standard_support: str
    community_end_of_life: str
    creatable: list[str]
    deprecated: list[str]


class Support(NamedTuple):
    """The life of one major version on one engine.

    Attributes:
        release: The day it could first be created.
        end_of_standard_support: The day after which AWS bills Extended Support.
        community_end_of_life: The day of the community's last fix.
        source: Where the dates come from.
    """

    release: dt.date
    end_of_standard_support: dt.date
    community_end_of_life: dt.date
    source: str


def title(engine: str) -> str:
    """Return the name that people use for `engine`, such as `Aurora PostgreSQL`.

    Raises:
        ValueError: If there is no such engine.
    """
    if engine not in _TITLES:
        raise ValueError(f'engine "{engine}" is not one of {", ".join(ENGINES)}')
    return _TITLES[engine]


@functools.cache
def majors(engine: str) -> tuple[int, ...]:
    """Return the major versions that can be created on `engine`, ascending.

    Raises:
        ValueError: If there is no such engine.
    """
    title(engine)
    pairs = (key.split() for key in load("engine_versions")["majors"])
    return tuple(sorted(int(number) for name, number in pairs if name == engine))


@functools.lru_cache(maxsize=1024)
def major(version: str) -> int:
    """Return the major version of `version`: 16 for `16.9`, `16` and `16.8-limitless`.

    Raises:
        ValueError: If `version` does not begin with a PostgreSQL version number.
    """
    match = re.fullmatch(r"([0-9]{2})(?:\.[0-9]+(?:-[0-9A-Za-z.]+)?)?", version)
    if match is None:
        raise ValueError(
            f'"{version}" is not a PostgreSQL version; expected MAJOR.MINOR, such as 16.9'
        )
    return int(match[1])


def family(engine: str, version: str) -> str:
    """Return the parameter group family of `version`, such as `aurora-postgresql16`.

    The cluster group and the instance group of an engine have the same family; a Multi-AZ DB
    cluster of RDS for PostgreSQL has the family of its instances.

    Raises:
        ValueError: If there is no such engine, or it has no such major version.
    """
    return _major_record(engine, major(version))["family"]


@functools.cache
def creatable(engine: str, *, limitless: bool = False) -> tuple[str, ...]:
    """Return the versions that can be created on `engine`, ascending.

    Args:
        engine: The engine.
        limitless: Whether to return the versions of Aurora Limitless Database instead, which take
            only `db.serverless`.

    Raises:
        ValueError: If there is no such engine.
    """
    versions = (v for m in majors(engine) for v in _major_record(engine, m)["creatable"])
    return tuple(v for v in versions if v.endswith(_LIMITLESS) is limitless)


@functools.cache
def deprecated(engine: str) -> tuple[str, ...]:
    """Return the versions of the majors above that existed and can no longer be created."""
    return tuple(v for m in majors(engine) for v in _major_record(engine, m)["deprecated"])


def newest(engine: str, number: int) -> str:
    """Return the newest version of major version `number` that can be created on `engine`.

    Raises:
        ValueError: If there is no such engine, or it has no such major version.
    """
    ordinary = (v for v in _major_record(engine, number)["creatable"] if "-" not in v)
    return list(ordinary)[-1]


@functools.cache
def support(engine: str, number: int) -> Support:
    """Return the dates of major version `number` on `engine`.

    Raises:
        ValueError: If there is no such engine, or it has no such major version.
    """
    record = _major_record(engine, number)
    day = dt.date.fromisoformat
    return Support(
        release=day(record["release"]),
        end_of_standard_support=day(record["end_of_standard_support"]),
        community_end_of_life=day(record["community_end_of_life"]),
        source=source(),
    )


def check_version(engine: str, version: str) -> str | None:
    """Return what is wrong with `version` on `engine`, or None when it can be created.

    Raises:
        ValueError: If there is no such engine.
    """
    name = title(engine)
    try:
        number = major(version)
    except ValueError as error:
        return str(error)
    known = majors(engine)
    if number not in known:
        take = newest(engine, known[-1] if number > known[-1] else known[0])
        return (
            f"{name} {version} cannot be created; expected a version of {known[0]} to {known[-1]}; "
            f"take {take}"
        )
    if version in creatable(engine) or version in creatable(engine, limitless=True):
        return None
    take = newest(engine, number)
    if version == str(number):
        return f"{name} {version} names no minor version; take {take}, the newest {number}"
    state = (
        "is deprecated and can no longer be created"
        if version in deprecated(engine)
        else f"is not among the versions that could be created on {as_of()}"
    )
    return f"{name} {version} {state}; take {take}, the newest {number}"


def check_creation(engine: str, version: str) -> str | None:
    """Return why AWS would refuse to create `version` of `engine`, or None.

    Unlike `check_version` this lets pass what AWS takes beyond our list: a major version alone, for
    which it chooses the minor one, and what may have come since the list was made.

    Raises:
        ValueError: If there is no such engine.
    """
    problem = check_version(engine, version)
    try:
        number = major(version)
    except ValueError:
        return problem
    known = majors(engine)
    if number > known[-1] or (number in known and version == str(number)):
        return None
    if number in known and version not in deprecated(engine):
        minor = version.partition(".")[2].partition("-")[0]
        newest_minor = newest(engine, number).partition(".")[2]
        if int(minor) > int(newest_minor) or "-" in version:
            return None
    return problem


def check_support(engine: str, version: str, day: dt.date) -> str | None:
    """Return a note when standard support of `version` has ended on `day`, or None.

    Raises:
        ValueError: If there is no such engine, or it has no such major version.
    """
    number = major(version)
    end = support(engine, number).end_of_standard_support
    if day <= end:
        return None
    return (
        f"standard support of {title(engine)} {number} ended on {end}, and Extended Support is "
        f"billed since; take {newest(engine, majors(engine)[-1])}"
    )


@functools.cache
def pauses(version: str) -> bool:
    """Tell whether Aurora Serverless v2 pauses in `version`, and grows to 256 ACUs instead of 128.

    Raises:
        ValueError: If `version` does not begin with a PostgreSQL version number.
    """
    number = major(version)
    first = load("engine_versions")["pausing"]["first"].get(str(number))
    minor = version.partition(".")[2].partition("-")[0]
    if first is None or not minor:
        return number >= majors("aurora-postgresql")[0]
    return int(minor) >= int(first.partition(".")[2])


@functools.cache
def reserved_words(number: int | None = None) -> tuple[str, ...]:
    """Return the fully reserved SQL words of major version `number`, sorted.

    PostgreSQL takes them as names only in double quotes. Without `number` the words of the newest
    version are returned, which include those of all older ones.
    """
    since = load("reserved_words")["since"]
    return tuple(
        sorted(
            word
            for first, words in since.items()
            if number is None or int(first) <= number
            for word in words
        )
    )


def as_of() -> dt.date:
    """Return the day of the list of versions."""
    return dt.date.fromisoformat(load("engine_versions")["as_of"])


def source() -> str:
    """Return where the versions and dates come from."""
    return str(load("engine_versions")["source"])


def _major_record(engine: str, number: int) -> _Major:
    known = majors(engine)
    if number not in known:
        raise ValueError(
            f"{title(engine)} has no major version {number}; expected {known[0]} to {known[-1]}"
        )
    record: _Major = load("engine_versions")["majors"][f"{engine} {number}"]
    return record
