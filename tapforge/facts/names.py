"""Names that AWS and PostgreSQL accept, kind by kind.

A rule is a length, one pattern that must match, patterns that must not, and reserved words. All
patterns are valid in RE2 (which has no lookahead) as in Python, so that a rendered module checks a
name by the same text: `can(regex(pattern, name))`.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from tapforge.facts import postgres
from tapforge.facts._data import did_you_mean, load

if TYPE_CHECKING:
    from collections.abc import Iterable


class Clause(NamedTuple):
    """A pattern that a name must not match, and why."""

    pattern: str
    reason: str


class NameRule(NamedTuple):
    """What the names of one kind may be.

    Attributes:
        kind: The key of the rule, such as `rds_cluster_identifier`.
        what: What is named, in words.
        expected: The allowed characters, in words.
        pattern: A pattern that the whole name must match.
        min: The smallest number of characters.
        max: The largest number of characters.
        source: Where the rule comes from.
        forbidden: Patterns that refuse a name when they are found in it.
        discouraged: Patterns that are legal and lead into a trap.
        reserved: Names that are taken, in lower case; their case does not matter.
        sql_identifier: Whether PostgreSQL's reserved words are refused too.
        secret: Whether a message must not repeat the value.
        unique: Within what a name must be unique, or an empty text.
        note: What else to know, or an empty text.
        arguments: The arguments that take such a name, as `resource_type.argument`.
    """

    kind: str
    what: str
    expected: str
    pattern: str
    min: int
    max: int
    source: str
    forbidden: tuple[Clause, ...] = ()
    discouraged: tuple[Clause, ...] = ()
    reserved: tuple[str, ...] = ()
    sql_identifier: bool = False
    secret: bool = False
    unique: str = ""
    note: str = ""
    arguments: tuple[str, ...] = ()

    def problems(self, name: str) -> list[str]:
        """Return why `name` is refused; an empty list when it is accepted."""
        label = f"{self.what} is" if self.secret else f'{self.what} "{name}" is'
        found = []
        if len(name) < self.min:
            size = f"only {len(name)} characters long" if name else "empty"
            found.append(f"{label} {size}; expected at least {self.min}")
        if len(name) > self.max:
            found.append(
                f"{label} {len(name)} characters long; expected at most {self.max}; "
                f"take away {len(name) - self.max}"
            )
        if (name or not self.min) and re.fullmatch(self.pattern, name) is None:
            suggestion = None if self.secret else self._suggestion(name)
            advice = f'; write "{suggestion}"' if suggestion else ""
            found.append(f"{label} not allowed; expected {self.expected}{advice}")
        found += [
            f"{label} not allowed: {clause.reason}; choose another"
            for clause in self.forbidden
            if re.search(clause.pattern, name)
        ]
        reservation = self._reservation(name)
        if reservation:
            found.append(f"{label} {reservation}; choose another")
        return found

    def notes(self, name: str) -> list[str]:
        """Return what to know about `name`, although it is accepted."""
        label = self.what if self.secret else f'{self.what} "{name}"'
        return [
            f"{label}: {clause.reason}"
            for clause in self.discouraged
            if re.search(clause.pattern, name)
        ]

    def accepts(self, name: str) -> bool:
        """Return whether `name` has no problem."""
        return (
            self.min <= len(name) <= self.max
            and re.fullmatch(self.pattern, name) is not None
            and not any(re.search(clause.pattern, name) for clause in self.forbidden)
            and not self._reservation(name)
        )

    def _reservation(self, name: str) -> str | None:
        if name.lower() in self.reserved:
            return "reserved"
        if self.sql_identifier and name.lower() in postgres.reserved_words():
            return "a reserved word of SQL"
        return None

    def _suggestion(self, name: str) -> str | None:
        lower = name.lower()
        forms = (
            lower,
            re.sub("[^a-z0-9]+", "-", lower).strip("-"),
            re.sub("[^a-z0-9]+", "_", lower).strip("_"),
        )
        return next((form for form in forms if form != name and self.accepts(form)), None)


class SuffixRoom(NamedTuple):
    """How long a suffix may be, and the name that allows no more.

    Attributes:
        length: Characters that a suffix may have; zero or less when the rest is too long already.
        kind: The kind of the tightest name.
        template: The template of the tightest name.
    """

    length: int
    kind: str
    template: str


@functools.cache
def kinds() -> tuple[str, ...]:
    """Return the kinds of names that have a rule, sorted."""
    return tuple(sorted(load("name_rules")["rules"]))


@functools.cache
def rule(kind: str) -> NameRule:
    """Return the rule for names of `kind`.

    Raises:
        KeyError: If there is no such kind.
    """
    table = load("name_rules")["rules"]
    if kind not in table:
        near = did_you_mean(kind, kinds())
        raise KeyError(f'there is no name rule "{kind}"{f"; {near}" if near else ""}')
    entry = dict(table[kind])
    for key in ("forbidden", "discouraged"):
        entry[key] = tuple(Clause(*clause) for clause in entry.get(key, ()))
    for key in ("reserved", "arguments"):
        entry[key] = tuple(entry.get(key, ()))
    return NameRule(kind=kind, **entry)


def for_argument(resource_type: str, argument: str) -> NameRule | None:
    """Return the rule for the names that an argument takes, or None when there is none.

    Args:
        resource_type: A resource type, such as `aws_rds_cluster`.
        argument: An argument of it, such as `cluster_identifier`.
    """
    kind = _kinds_by_argument().get(f"{resource_type}.{argument}")
    return None if kind is None else rule(kind)


def longest_suffix(
    templates: Iterable[tuple[str, str]], placeholder: str = "{suffix}"
) -> SuffixRoom:
    """Return how long a suffix may be so that every name made with it keeps its maximum.

    Args:
        templates: Pairs of a kind and a name with `placeholder` once or more, such as
            `("rds_cluster_identifier", "aurora-postgres-{suffix}")`.
        placeholder: What stands for the suffix.

    Raises:
        KeyError: If there is no rule for a kind.
        ValueError: If no template contains the placeholder.
    """
    rooms = []
    for kind, template in templates:
        count = template.count(placeholder)
        if count:
            rest = len(template) - count * len(placeholder)
            rooms.append(SuffixRoom((rule(kind).max - rest) // count, kind, template))
    if not rooms:
        raise ValueError(f'no template contains "{placeholder}"')
    return min(rooms, key=lambda room: room.length)


@functools.cache
def _kinds_by_argument() -> dict[str, str]:
    return {
        argument: kind
        for kind, entry in load("name_rules")["rules"].items()
        for argument in entry.get("arguments", ())
    }
