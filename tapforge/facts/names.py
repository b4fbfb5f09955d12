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
    from collections.abc import Iterable, Mapping


class Clause(NamedTuple):
    """A pattern that a name must not match, and why."""

    pattern: str
    reason: str


class Refusal(NamedTuple):
    """Why a name is refused.

    Attributes:
        found: What the name is: `70 characters long`, `not allowed`.
        expected: What it should be.
        advice: What to do.
    """

    found: str
    expected: str
    advice: str


class AccountWideName(NamedTuple):
    """A name that AWS fixes: an account has one resource of that name, whatever its environments.

    Attributes:
        argument: The argument that takes it, as `resource_type.argument`.
        name: The name.
        what: What is called so.
        source: Where that comes from.
    """

    argument: str
    name: str
    what: str
    source: str


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
        also: A wider pattern that AWS accepts as well, or an empty text: no name to choose, and none
            to refuse in what others wrote.
        also_max: A larger number of characters, of the same standing; 0 for none.
        forbidden: Patterns that refuse a name when they are found in it.
        discouraged: Patterns that are legal and lead into a trap.
        reserved: Names that are taken, in lower case; their case does not matter.
        sql_identifier: Whether PostgreSQL's reserved words are refused too.
        secret: Whether a message must not repeat the value.
        scope: Within what a name must be unique: `partition`, `account`, `region`, or an empty text.
        within: Arguments that narrow the scope further, such as `vpc_id`.
        folded: Whether two names are one when they differ only in case.
        kept_lower: Whether AWS keeps the name in lower case, whatever it was given.
        suffixed: Whether it names something that each environment has of its own.
        unique: The scope in words, or an empty text.
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
    also: str = ""
    also_max: int = 0
    forbidden: tuple[Clause, ...] = ()
    discouraged: tuple[Clause, ...] = ()
    reserved: tuple[str, ...] = ()
    sql_identifier: bool = False
    secret: bool = False
    scope: str = ""
    within: tuple[str, ...] = ()
    folded: bool = False
    kept_lower: bool = False
    suffixed: bool = True
    unique: str = ""
    note: str = ""
    arguments: tuple[str, ...] = ()

    def problems(self, name: str) -> list[str]:
        """Return why `name` is refused; an empty list when it is accepted."""
        label = f"{self.what} is" if self.secret else f'{self.what} "{name}" is'
        found = []
        for refusal in self._refusals(name, self.pattern, self.max):
            expected = f"; expected {refusal.expected}" if refusal.expected else ""
            advice = f"; {refusal.advice}" if refusal.advice else ""
            found.append(f"{label} {refusal.found}{expected}{advice}")
        return found

    def refusals(self, name: str) -> list[Refusal]:
        """Return why AWS refuses `name`, also where it accepts more than we would choose."""
        matched = self.also and re.fullmatch(self.also, name) is not None
        return self._refusals(
            name, self.also if matched else self.pattern, self.also_max or self.max
        )

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

    def _refusals(self, name: str, pattern: str, maximum: int) -> list[Refusal]:
        found = []
        if len(name) < self.min:
            size = f"only {len(name)} characters long" if name else "empty"
            found.append(Refusal(size, f"at least {self.min}", ""))
        if len(name) > maximum:
            found.append(
                Refusal(
                    f"{len(name)} characters long",
                    f"at most {maximum}",
                    f"take away {len(name) - maximum}",
                )
            )
        if (name or not self.min) and re.fullmatch(pattern, name) is None:
            suggestion = None if self.secret else self._suggestion(name)
            advice = f'write "{suggestion}"' if suggestion else ""
            found.append(Refusal("not allowed", self.expected, advice))
        found += [
            Refusal(f"not allowed: {clause.reason}", "", "choose another")
            for clause in self.forbidden
            if re.search(clause.pattern, name)
        ]
        reservation = self._reservation(name)
        if reservation:
            found.append(Refusal(reservation, "", "choose another"))
        return found

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
    for key in ("reserved", "within", "arguments"):
        entry[key] = tuple(entry.get(key, ()))
    return NameRule(kind=kind, **entry)


@functools.cache
def by_type() -> Mapping[str, tuple[tuple[str, NameRule], ...]]:
    """Return, by resource type, each argument that takes a name, and the rule for it.

    An argument of a nested block has a full stop before it: `rule.rule_name`.
    """
    found: dict[str, tuple[tuple[str, NameRule], ...]] = {}
    for each, kind in _kinds_by_argument().items():
        resource_type, _, argument = each.partition(".")
        found[resource_type] = (*found.get(resource_type, ()), (argument, rule(kind)))
    return found


@functools.cache
def account_wide() -> Mapping[tuple[str, str], AccountWideName]:
    """Return the names that AWS fixes, by the argument that takes them and the name."""
    entries = (AccountWideName(**entry) for entry in load("name_rules")["account_wide"])
    return {(entry.argument, entry.name): entry for entry in entries}


@functools.cache
def environment_words() -> frozenset[str]:
    """Return the words by which people call their environments."""
    return frozenset(load("name_rules")["environment_words"])


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
