"""What inputs must hold, made from the facts: each rule is Python's check and Terraform's validation."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any, cast

from tapforge.facts import instance_classes, limits, names, postgres, regions, windows
from tapforge.lang import functions as fn
from tapforge.lang.expression import (
    Named,
    and_,
    eq,
    for_list,
    ge,
    gt,
    le,
    let,
    lt,
    not_,
    or_,
    plain,
)
from tapforge.lang.inputs import Valid, one_of

SUFFIX_LENGTH = 20
"""How long an environment suffix may be: what the tightest names of the systems leave room for."""


def matches(pattern: str, text: str) -> bool:
    """Tell whether a regular expression matches text (RE2, as Terraform has it)."""
    return fn.can(fn.regex(pattern, text))


def pattern(expression: str, expected: str) -> Valid:
    """The text matches a regular expression; `expected` says it in words."""
    return Valid(
        lambda value, _: matches(expression, value),
        lambda value, _: f'"{value}" is not valid: expected {expected}.',
        {"pattern": expression},
    )


def length(minimum: int, maximum: int) -> Valid:
    """The text has a number of characters."""
    return Valid(
        lambda value, _: and_(ge(fn.length(value), minimum), le(fn.length(value), maximum)),
        lambda value, _: (
            f'"{value}" has {fn.length(value)} characters: expected {minimum} to {maximum}.'
        ),
        {"minLength": minimum, "maxLength": maximum},
    )


def characters(minimum: int, maximum: int) -> Valid:
    """The text, in any alphabet, has a number of characters as AWS counts them.

    Terraform's ``length`` counts a letter and its accents as one.
    """
    return Valid(
        lambda value, _: matches(f"^(.|\n){{{minimum},{maximum}}}$", value),
        lambda value, _: (
            f'"{value}" is too short or long: expected {minimum} to {maximum} characters.'
        ),
        {"minLength": minimum, "maxLength": maximum},
    )


def between(minimum: float, maximum: float) -> Valid:
    """The number lies between two others, both allowed."""
    return Valid(
        lambda value, _: and_(ge(value, minimum), le(value, maximum)),
        lambda value, _: f"{value} is out of range: expected {minimum} to {maximum}.",
        {"minimum": minimum, "maximum": maximum},
    )


suffix = (
    length(1, SUFFIX_LENGTH),
    pattern(
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        "lower-case letters and digits, in groups joined by single hyphens",
    ),
    Valid(
        lambda value, _: not_(matches("(^|-)(an|s3alias)$", value)),
        lambda value, _: (
            f'"{value}" can\'t end names: S3 reserves the endings -an and -s3alias for its own.'
        ),
    ),
)
"""An environment suffix: it ends every name, so it obeys the narrowest of AWS's naming rules."""

stem = (
    length(1, 20),
    pattern(
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        "a lower-case letter, then lower-case letters, digits and single hyphens",
    ),
)
"""The part of names that tells what a resource is for; the suffix follows it."""


def _table(name: str, values: Iterable[str]) -> list[str]:
    """Name a table of the facts: the module that asks it holds it as a local of that name."""
    return cast("list[str]", Named(f"local.{name}", list(values)))


_regions = _table("aws_regions", regions.names())
region = Valid(
    lambda value, _: fn.contains(_regions, value),
    lambda value, _: (
        f'AWS has no region "{value}": expected one such as us-east-1 or eu-central-1.'
    ),
    {"enum": plain(_regions)},
    meant=plain(_regions),
)
"""An AWS region that exists."""

_key, _text = names.rule("tag_key"), names.rule("tag_value")
_fits_tag = characters(_text.min, _text.max)
tags = Valid(
    lambda value, _: fn.alltrue(
        for_list(
            value,
            lambda key, text: and_(
                matches(f"^.{{{_key.min},{_key.max}}}$", key),
                not_(matches("^[aA][wW][sS]:", key)),
                _fits_tag.condition(text, None),
            ),
        )
    ),
    lambda _value, _: (
        f"A tag's key has {_key.min} to {_key.max} characters, no line break, and does not begin with"
        f' "aws:"; its value has at most {_text.max} characters.'
    ),
    {"propertyNames": {"pattern": f"^(?![aA][wW][sS]:).{{{_key.min},{_key.max}}}$"}},
)
"""Tags as AWS takes them: see the rules tag_key and tag_value of `tapforge.facts.names`."""


def creatable(engine: str) -> Valid:
    """The version of a database engine is one that AWS creates today."""
    versions = _table(f"{engine.replace('-', '_')}_versions", postgres.creatable(engine))
    return Valid(
        lambda value, _: fn.contains(versions, value),
        lambda value, _: (
            f"AWS does not create {engine} {value} (any more). Of the same major version it creates: "
            + _listed(_of_major(versions, value))
            + "."
        ),
        {"enum": plain(versions)},
        meant=plain(versions),
    )


def _of_major(versions: list[str], version: str) -> list[str]:
    start = f"{fn.split('.', version)[0]}."
    return for_list(versions, lambda v: v, when=lambda v: fn.startswith(v, start))


def _listed(values: list[str]) -> str:
    return f"{fn.join(', ', fn.coalescelist(values, ['none']))}"


@functools.cache
def offered(engine: str) -> tuple[Valid, ...]:
    """The instance class is one that AWS offers for an engine, in the module's ``engine_version``.

    It has a size: ``db.serverless`` needs the capacities of the cluster, too.
    """
    classes = _table(f"{engine.replace('-', '_')}_classes", _sized(engine))
    listed = Valid(
        lambda value, _: fn.contains(classes, value),
        lambda value, _: (
            f"AWS does not offer {value} for {engine}. Of the same size it offers: "
            + _listed(_of_size(classes, value))
            + "."
        ),
        {"enum": plain(classes)},
        meant=plain(classes),
    )
    absent = cast(
        "dict[str, str]",
        Named(f"local.{engine.replace('-', '_')}_families_absent", _families_absent(engine)),
    )
    in_version = Valid(
        lambda value, inputs: not_(
            fn.contains(fn.split(" ", fn.lookup(absent, inputs.engine_version, "")), _family(value))
        ),
        lambda value, inputs: (
            f"AWS does not offer {value} for {engine} {inputs.engine_version}: take a class of another"
            " family, or a newer version."
        ),
    )
    return listed, in_version


@functools.cache
def sold(engine: str) -> Valid:
    """The instance class is one that AWS sells for an engine, in the module's ``aws_region``."""
    absent = cast(
        "dict[str, str]",
        Named(
            f"local.{engine.replace('-', '_')}_not_sold",
            {region: " ".join(found) for region, found in instance_classes.absent(engine).items()},
        ),
    )

    def held(value: str, inputs: Any) -> bool:
        without = fn.split(" ", fn.lookup(absent, inputs.aws_region, ""))
        return not_(or_(fn.contains(without, value), fn.contains(without, _family(value))))

    return Valid(
        held,
        lambda value, inputs: (
            f"AWS does not sell {value} for {engine} in {inputs.aws_region}: take a class of another"
            " family, or another region."
        ),
    )


def _sized(engine: str) -> list[str]:
    return [
        each for each in instance_classes.offered(engine) if each != instance_classes.SERVERLESS
    ]


def _families_absent(engine: str) -> dict[str, str]:
    """Give, by version, the families of classes that only other versions take, in one text each."""
    families = {each: _family(each) for each in _sized(engine)}
    absent = {}
    for version in postgres.creatable(engine):
        others = families.keys() - instance_classes.offered(engine, version)
        absent[version] = sorted({families[each] for each in others})
    return {version: " ".join(found) for version, found in absent.items() if found}


def _family(class_: str) -> str:
    return cast("str", fn.regex("^[^.]*[.]?[^.]*", class_))


def _of_size(classes: list[str], class_: str) -> list[str]:
    size = f".{fn.element(fn.reverse(fn.split('.', class_)), 0)}"
    return for_list(classes, lambda c: c, when=lambda c: fn.endswith(c, size))


# --- networks ---------------------------------------------------------------------------------------


def _prefix(cidr: str) -> float:
    return fn.tonumber(fn.element(fn.split("/", cidr), 1))


def _network(cidr: str, prefix: float) -> str:
    return fn.cidrhost(f"{fn.split('/', cidr)[0]}/{prefix}", 0)


def overlap(one: str, other: str) -> bool:
    """Tell whether two CIDR blocks share an address."""
    prefix = fn.min(_prefix(one), _prefix(other))
    return eq(_network(one, prefix), _network(other, prefix))


def within(inner: str, outer: str) -> bool:
    """Tell whether one CIDR block lies in another."""
    prefix = _prefix(outer)
    return and_(ge(_prefix(inner), prefix), eq(_network(inner, prefix), _network(outer, prefix)))


_BLOCK = "^[0-9.]+/(1[6-9]|2[0-8])$"


def _is_block(cidr: str) -> bool:
    # The network address, with no bits beyond the prefix; cidrhost fails on what is no block at all.
    return fn.try_(
        and_(
            matches(_BLOCK, cidr),
            eq(fn.cidrhost(cidr, 0), fn.split("/", cidr)[0]),
        ),
        False,
    )


vpc_cidr = Valid(
    lambda value, _: _is_block(value),
    lambda value, _: (
        f'"{value}" is no CIDR block of a VPC: expected a network address and /16 to /28,'
        " such as 10.0.0.0/16."
    ),
    {"pattern": _BLOCK},
)
"""The IPv4 block of a VPC (VPC User Guide: VPC CIDR blocks, /16 to /28)."""

subnet_cidrs = (
    Valid(
        lambda value, _: fn.alltrue(for_list(value, _is_block)),
        lambda value, _: (
            f"{fn.jsonencode(value)} holds something that is no CIDR block of a subnet: expected"
            " network addresses with /16 to /28."
        ),
        {"items": {"type": "string", "pattern": _BLOCK}},
    ),
    # What is no block at all is told by its own rule, here and below.
    Valid(
        lambda value, inputs: fn.try_(
            fn.alltrue(for_list(value, lambda cidr: within(cidr, inputs.vpc_cidr))), True
        ),
        lambda value, inputs: (
            f"{fn.jsonencode(value)} does not lie in the VPC's block {inputs.vpc_cidr}: give blocks"
            " inside it."
        ),
    ),
    Valid(
        lambda value, _: fn.try_(not_(_any_overlap(value)), True),
        lambda value, _: (
            f"{fn.jsonencode(value)}: some overlap; give every subnet a block of its own."
        ),
    ),
)
"""The IPv4 blocks of a VPC's subnets: valid, inside the VPC's block, and apart from each other."""


def _any_overlap(cidrs: list[str]) -> bool:
    return fn.anytrue(
        fn.flatten(
            for_list(
                cidrs,
                lambda i, one: for_list(
                    cidrs,
                    lambda j, other: overlap(one, other),  # noqa: ARG005 - it names the index
                    when=lambda j, _other: lt(i, j),
                ),
            )
        )
    )


# --- windows ----------------------------------------------------------------------------------------

backup_window = (
    Valid(
        lambda value, _: matches(windows.BACKUP_PATTERN, value),
        lambda value, _: f'"{value}" is no daily window: expected hh24:mi-hh24:mi in UTC.',
        {"pattern": windows.BACKUP_PATTERN},
    ),
    Valid(
        lambda value, _: fn.try_(ge(windows.backup_minutes(value), windows.MINIMUM_MINUTES), True),
        lambda value, _: f'"{value}" is shorter than the 30 minutes that RDS asks for.',
    ),
)
"""A daily backup window (RDS User Guide: Backup window)."""

maintenance_window = (
    Valid(
        lambda value, _: matches(windows.MAINTENANCE_PATTERN, value),
        lambda value, _: f'"{value}" is no weekly window: expected ddd:hh24:mi-ddd:hh24:mi in UTC.',
        {"pattern": windows.MAINTENANCE_PATTERN},
    ),
    Valid(
        lambda value, _: fn.try_(
            let(
                {"minutes": windows.maintenance_minutes(value)},
                lambda span: and_(
                    ge(span.minutes, windows.MINIMUM_MINUTES), lt(span.minutes, windows.DAY_MINUTES)
                ),
            ),
            True,
        ),
        lambda value, _: f'"{value}" is shorter than 30 minutes, or not shorter than a day.',
    ),
    Valid(
        lambda value, inputs: fn.try_(not_(windows.overlap(inputs.backup_window, value)), True),
        lambda value, inputs: (
            f'"{value}" overlaps the daily backup window "{inputs.backup_window}": RDS refuses that;'
            " move one of the two."
        ),
    ),
)
"""A weekly maintenance window apart from ``backup_window`` (RDS User Guide: maintenance window)."""


# --- from the facts ---------------------------------------------------------------------------------


def limit(name: str) -> Valid:
    """The value is within a limit of AWS: see `tapforge.facts.limits`."""
    known = limits.get(name)
    if known.values:
        return one_of(*known.values)
    if known.min is None or known.max is None:
        raise ValueError(f"the limit {name} is open")
    return between(known.min, known.max)


def name(kind: str) -> tuple[Valid, ...]:
    """The text is a legal name of a kind: see `tapforge.facts.names`."""
    rule = names.rule(kind)
    refused = [_without(clause, rule.what) for clause in (*rule.forbidden, *rule.discouraged)]
    reserved = [*rule.reserved, *(postgres.reserved_words() if rule.sql_identifier else ())]
    if reserved:
        words = _table(f"reserved_{kind}s", sorted(set(reserved)))
        refused.append(
            Valid(
                lambda value, _: not_(fn.contains(words, fn.lower(value))),
                lambda value, _: f'"{value}" is reserved: choose another {rule.what}.',
            )
        )
    # Letters of any alphabet are counted otherwise; elsewhere the plainer rule says the same.
    any_alphabet = re.fullmatch(rule.pattern, "é" * max(1, rule.min))
    size = characters if any_alphabet else length
    return (size(rule.min, rule.max), pattern(rule.pattern, rule.expected), *refused)


def _without(clause: names.Clause, what: str) -> Valid:
    return Valid(
        lambda value, _: not_(matches(clause.pattern, value)),
        lambda value, _: f'"{value}" is no {what}: {clause.reason}.',
    )


zone_subnets = (
    Valid(
        lambda value, _: and_(ge(fn.length(value), 2), le(fn.length(value), 6)),
        lambda value, _: f"{fn.jsonencode(value)}: expected 2 to 6 subnets, each in its own zone.",
        {"minItems": 2, "maxItems": 6},
    ),
    *subnet_cidrs,
)
"""Subnets of a database, each in a zone of its own (a DB subnet group covers at least two zones)."""

subnet_ids = Valid(
    lambda value, _: ge(fn.length(value), 2),
    lambda value, _: f"{fn.length(value)} subnets: expected 2 or more, in different zones.",
    {"minItems": 2},
)
"""Subnets of a database that another module made: a DB subnet group covers at least two zones."""


def _is_client(cidr: str) -> bool:
    return fn.try_(
        and_(
            matches("^[0-9.]+/([1-9]|[12][0-9]|3[0-2])$", cidr),
            eq(fn.cidrhost(cidr, 0), fn.split("/", cidr)[0]),
        ),
        False,
    )


client_cidrs = Valid(
    lambda value, _: and_(
        gt(fn.length(value), 0),
        fn.alltrue(for_list(value, _is_client)),
    ),
    lambda value, _: (
        f"{fn.jsonencode(value)}: expected one or more IPv4 blocks by their network addresses, and never"
        " the whole internet; name those who connect."
    ),
    {"minItems": 1},
)
"""Who may connect: networks that are named, never everybody."""

# --- data that must stay ----------------------------------------------------------------------------

_KEPT = 7

kept_backups = Valid(
    lambda value, inputs: or_(inputs.destroyable, ge(value, _KEPT)),
    lambda value, _: (
        f"{value} days of backups are too few for data that must stay: expected {_KEPT} or more, or"
        " destroyable = true."
    ),
)
"""The days that backups of a database are kept, in the form that the module's ``destroyable`` gives."""
