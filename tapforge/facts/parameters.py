"""Parameters of RDS for PostgreSQL and Aurora PostgreSQL, in each major version.

On Aurora a parameter lies in the cluster parameter group, in the instance parameter group, or in
both; RDS for PostgreSQL has only instance parameter groups. AWS publishes no list for every
version: which parameters Aurora has and at which level is known of version 14, and newer parameters
are marked as not documented. Every record names its sources.
"""

from __future__ import annotations

import functools
import re
from typing import Any, Literal, NamedTuple

from tapforge.facts import postgres
from tapforge.facts._data import did_you_mean, load, nearest
from tapforge.facts.parameter_values import check_value

Level = Literal["cluster", "instance"]
Type = Literal["bool", "enum", "integer", "list", "real", "string"]

_LEVELS: dict[str, tuple[Level, ...]] = {
    "absent": (),
    "both": ("cluster", "instance"),
    "cluster": ("cluster",),
    "instance": ("instance",),
    "undocumented": ("cluster", "instance"),
}
_RDS_LEVELS: dict[str, tuple[Level, ...]] = {
    "absent": (),
    "instance": ("instance",),
    "undocumented": ("instance",),
}
_AURORA = "aurora-postgresql"
_VALUE_KEYS = ("type", "unit", "min", "max", "values", "hint")
_Entry = dict[str, Any]


class Parameter(NamedTuple):
    """One parameter on one engine and major version.

    Attributes:
        name: The name in lower case, as AWS writes it.
        engine: The engine.
        major: The major version.
        type: `bool` is 0 or 1, `list` is values with commas between them.
        levels: The groups that have it.
        source: Where this comes from.
        unit: What one step of the number means: `B`, `kB`, `8kB`, `MB`, `ms`, `s` or `min`.
        min: The smallest number, None when there is none.
        max: The largest number, None when there is none.
        values: The values of an enum or the elements of a list; empty when they are not known.
        static: Whether a change waits for a reboot.
        modifiable: Whether it can be set at all.
        documented: Whether an AWS document names it for this engine.
        default: What RDS takes when the group does not set it, where known.
        hint: What to do instead where it cannot be set.
    """

    name: str
    engine: str
    major: int
    type: Type
    levels: tuple[Level, ...]
    source: str
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    values: tuple[str, ...] = ()
    static: bool = False
    modifiable: bool = True
    documented: bool = True
    default: str | None = None
    hint: str = ""

    @property
    def apply_method(self) -> Literal["immediate", "pending-reboot"]:
        """The only `apply_method` that neither fails nor shows a difference in every plan."""
        return "pending-reboot" if self.static else "immediate"

    @property
    def level(self) -> Level:
        """The group to set it in: the instance group where there is a choice.

        AWS counts only the others as cluster parameters, and an instance group overrides its
        cluster's.
        """
        return self.levels[-1]


@functools.cache
def get(engine: str, major: int, name: str) -> Parameter | None:
    """Return the parameter `name`, or None where that engine and version do not have it.

    Raises:
        ValueError: If there is no such engine, or it has no such major version.
    """
    record = _record(engine, major, name.lower())
    return None if record is None else Parameter(**record)


@functools.cache
def names(engine: str, major: int, level: Level | None = None) -> tuple[str, ...]:
    """Return the parameters that can be set, sorted.

    Args:
        engine: The engine.
        major: The major version.
        level: Only those that belong in this group, or may belong there as far as is documented.

    Raises:
        ValueError: If there is no such engine, or it has no such major version.
    """
    _check_major(engine, major)
    return tuple(
        name
        for name, entry in load("parameters")["parameters"].items()
        if _exists(entry, major) and _belongs(entry, engine, level)
    )


def static_by_major(engine: str, level: Level) -> dict[str, dict[int, bool]]:
    """Return, for every parameter of a level, the major versions that have it, and if it is static.

    This is the whole table at once, for a module that carries it along.

    Raises:
        ValueError: If there is no such engine.
    """
    majors = postgres.majors(engine)
    return {
        name: by_major
        for name, entry in sorted(load("parameters")["parameters"].items())
        if _belongs(entry, engine, level)
        and (by_major := {each: _is_static(entry, each) for each in majors if _exists(entry, each)})
    }


def closest(engine: str, major: int, name: str) -> tuple[str, ...]:
    """Return the parameters that read most like `name`; none when nothing is near.

    Raises:
        ValueError: If there is no such engine, or it has no such major version.
    """
    return nearest(name.lower(), names(engine, major))


def check(engine: str, major: int, level: Level, name: str, value: str) -> list[str]:
    """Return what is wrong with setting the parameter `name` to `value` in a group of that level.

    Args:
        engine: The engine.
        major: The major version.
        level: `cluster` for an `aws_rds_cluster_parameter_group` of Aurora, `instance` for an
            `aws_db_parameter_group`.
        name: The parameter.
        value: The value as the group has it: in the parameter's own unit, a boolean as 0 or 1.

    Returns:
        The messages; none when all is right.

    Raises:
        ValueError: If there is no such engine, or it has no such major version.
    """
    who = f"{postgres.title(engine)} {major}"
    parameter = get(engine, major, name)
    if parameter is None:
        return [_missing(engine, major, name)]
    found = []
    if not parameter.modifiable:
        found.append(f"{name} cannot be changed on {who}; leave it out")
    if level != parameter.level and parameter.documented:
        group = {"cluster": "aws_rds_cluster_parameter_group", "instance": "aws_db_parameter_group"}
        found.append(
            f"{name} is set in the {level} parameter group; on {who} it belongs in the "
            f"{parameter.level} parameter group; move it to the {group[parameter.level]}"
        )
    problem = check_value(parameter, value)
    return [*found, problem] if problem else found


def library(name: str) -> str | None:
    """Return what `shared_preload_libraries` must hold for the parameter `name` to mean anything.

    None stands for nothing: a parameter of PostgreSQL itself, or of a library that RDS always loads.
    """
    prefix, dot, _ = name.lower().partition(".")
    found = load("parameters")["libraries"].get(prefix) if dot else None
    return None if found is None else str(found)


@functools.cache
def of_memory() -> tuple[str, ...]:
    """Return the parameters that are a share of the instance's memory, sorted.

    Source: the PostgreSQL manual, Resource Consumption: Memory, and Query Planning.
    """
    return tuple(load("parameters")["memory"])


@functools.cache
def units() -> dict[str, str]:
    """Return the unit of every parameter that counts in one; it is the same in all versions."""
    entries = load("parameters")["parameters"].items()
    return {name: entry["unit"] for name, entry in sorted(entries) if entry.get("unit")}


@functools.cache
def of_clusters() -> frozenset[str]:
    """Return the parameters that AWS itself sets for whole clusters, though instances have them too."""
    return frozenset(load("parameters")["of_clusters"])


@functools.cache
def is_core(name: str) -> bool:
    """Tell whether `name` could only be a parameter of PostgreSQL itself, of which all are known.

    Parameters of libraries have a prefix with a dot, and AWS has some of its own: of both there may be
    more than any list of ours has.
    """
    return re.fullmatch("(?!apg_|aurora_|rds_)[a-z_]+", name.lower()) is not None


def source() -> str:
    """Return where the parameters come from."""
    return str(load("parameters")["source"])


def _record(engine: str, major: int, name: str) -> dict[str, Any] | None:
    _check_major(engine, major)
    table = load("parameters")
    entry = table["parameters"].get(name)
    if entry is None or not _exists(entry, major):
        return None
    levels = _levels(entry, engine)
    if not levels:
        return None
    facts = {key: entry[key] for key in _VALUE_KEYS if key in entry}
    for since, change in entry.get("from", {}).items():
        if major >= int(since):
            facts.update(change)
    if engine == _AURORA:
        facts.update(entry.get("on_aurora", {}))
    facts["values"] = tuple(facts.get("values") or ())
    defaults = entry.get("default", {}).get(engine, {})
    return {
        **facts,
        "name": name,
        "engine": engine,
        "major": major,
        "levels": levels,
        "documented": not _is_open(entry, engine),
        "modifiable": engine not in entry.get("fixed", ()),
        "static": _is_static(entry, major),
        "default": next((v for m, v in reversed(defaults.items()) if major >= int(m)), None),
        "source": "; ".join(table["sources"][key] for key in entry["source"].split()),
    }


def _check_major(engine: str, major: int) -> None:
    if major not in postgres.majors(engine):
        postgres.support(engine, major)  # raises, and says which versions there are


def _exists(entry: _Entry, major: int) -> bool:
    first, last = entry.get("majors", (major, major))
    return bool(first <= major <= last)


def _belongs(entry: _Entry, engine: str, level: Level | None) -> bool:
    levels = () if engine in entry.get("fixed", ()) else _levels(entry, engine)
    if level is None or not levels:
        return bool(levels)
    return level == levels[-1] or (level in levels and _is_open(entry, engine))


def _levels(entry: _Entry, engine: str) -> tuple[Level, ...]:
    return _LEVELS[entry["aurora"]] if engine == _AURORA else _RDS_LEVELS[entry["rds"]]


def _is_open(entry: _Entry, engine: str) -> bool:
    return bool(entry["aurora" if engine == _AURORA else "rds"] == "undocumented")


def _is_static(entry: _Entry, major: int) -> bool:
    static = bool(entry.get("static", False))
    for since, change in entry.get("from", {}).items():
        if major >= int(since):
            static = bool(change.get("static", static))
    return static


def _missing(engine: str, major: int, name: str) -> str:
    who = f"{postgres.title(engine)} {major}"
    entry = load("parameters")["parameters"].get(name.lower())
    if entry is None:
        advice = did_you_mean(name.lower(), names(engine, major)) or "leave it out"
        return f'{who} has no parameter "{name}"; {advice}'
    hint = entry.get("hint", "leave it out")
    first, last = entry.get("majors", (major, major))
    if major < first:
        return f"{name} came with PostgreSQL {first}; {who} does not have it; leave it out"
    if major > last:
        return f"{name} went with PostgreSQL {last + 1}; {who} does not have it; {hint}"
    return f"{name} is a parameter of PostgreSQL that {who} does not offer; {hint}"
