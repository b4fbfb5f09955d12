"""What inputs must hold, made from the facts: each rule is Python's check and Terraform's validation."""

from __future__ import annotations

from tapforge.facts import instance_classes, limits, names, postgres, regions
from tapforge.lang import functions as fn
from tapforge.lang.expression import and_, eq, for_list, ge, gt, le, lt, not_, or_
from tapforge.lang.inputs import Valid

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


def between(minimum: float, maximum: float) -> Valid:
    """The number lies between two others, both allowed."""
    return Valid(
        lambda value, _: and_(ge(value, minimum), le(value, maximum)),
        lambda value, _: f"{value} is out of range: expected {minimum} to {maximum}.",
        {"minimum": minimum, "maximum": maximum},
    )


def one_of_numbers(*values: int) -> Valid:
    """The number is one of a few."""
    listed = ", ".join(map(str, values))
    return Valid(
        lambda value, _: fn.contains(list(values), value),
        lambda value, _: f"{value} is not offered: expected one of {listed}.",
        {"enum": list(values)},
    )


suffix = (
    length(1, SUFFIX_LENGTH),
    pattern(
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        "lower-case letters and digits, in groups joined by single hyphens",
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

region = Valid(
    lambda value, _: fn.contains(list(regions.names()), value),
    lambda value, _: (
        f'AWS has no region "{value}": expected one such as us-east-1 or eu-central-1.'
    ),
    {"enum": list(regions.names())},
)
"""An AWS region that exists."""

tags = Valid(
    lambda value, _: fn.alltrue(
        for_list(
            value,
            lambda key, text: and_(
                matches(r"^.{1,128}$", key),
                not_(matches(r"^(?i:aws:)", key)),
                le(fn.length(text), 256),
            ),
        )
    ),
    lambda _value, _: (
        'A tag key has 1 to 128 characters and does not begin with "aws:"; a value has at most 256.'
    ),
    {"propertyNames": {"pattern": "^(?!(?:[aA][wW][sS]):).{1,128}$"}},
)
"""Tags as AWS takes them (Tagging Your AWS Resources: naming limits and requirements)."""


def creatable(engine: str) -> Valid:
    """The version of a database engine is one that AWS creates today."""
    versions = list(postgres.creatable(engine))
    return Valid(
        lambda value, _: fn.contains(versions, value),
        lambda value, _: (
            f"AWS does not create {engine} {value} (any more). Of the same major version it creates: "
            + _listed(_of_major(versions, value))
            + "."
        ),
        {"enum": versions},
    )


def _of_major(versions: list[str], version: str) -> list[str]:
    start = fn.format("%s.", fn.split(".", version)[0])
    return for_list(versions, lambda v: v, when=lambda v: fn.startswith(v, start))


def _listed(values: list[str]) -> str:
    return f"{fn.join(', ', fn.coalescelist(values, ['none']))}"


def offered(engine: str) -> Valid:
    """The instance class is one that AWS offers for a database engine."""
    classes = list(instance_classes.offered(engine))
    return Valid(
        lambda value, _: fn.contains(classes, value),
        lambda value, _: (
            f"AWS does not offer {value} for {engine}. Of the same size it offers: "
            + _listed(_of_size(classes, value))
            + "."
        ),
        {"enum": classes},
    )


def _of_size(classes: list[str], class_: str) -> list[str]:
    size = fn.format(".%s", fn.element(fn.reverse(fn.split(".", class_)), 0))
    return for_list(classes, lambda c: c, when=lambda c: fn.endswith(c, size))


# --- networks ---------------------------------------------------------------------------------------


def _prefix(cidr: str) -> float:
    return fn.tonumber(fn.split("/", cidr)[1])


def _network(cidr: str, prefix: float) -> str:
    return fn.cidrhost(f"{fn.split('/', cidr)[0]}/{fn.tostring(prefix)}", 0)


def overlap(one: str, other: str) -> bool:
    """Tell whether two CIDR blocks share an address."""
    prefix = fn.min(_prefix(one), _prefix(other))
    return eq(_network(one, prefix), _network(other, prefix))


def within(inner: str, outer: str) -> bool:
    """Tell whether one CIDR block lies in another."""
    prefix = _prefix(outer)
    return and_(ge(_prefix(inner), prefix), eq(_network(inner, prefix), _network(outer, prefix)))


def _is_block(cidr: str) -> bool:
    # The network address, with no bits beyond the prefix; cidrhost fails on what is no block at all.
    return fn.try_(
        and_(
            matches(r"^[0-9.]+/(1[6-9]|2[0-8])$", cidr),
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
)
"""The IPv4 block of a VPC (VPC User Guide: VPC CIDR blocks, /16 to /28)."""

subnet_cidrs = (
    Valid(
        lambda value, _: fn.alltrue(for_list(value, _is_block)),
        lambda value, _: (
            f"{fn.jsonencode(value)} holds something that is no CIDR block of a subnet: expected"
            " network addresses with /16 to /28."
        ),
    ),
    Valid(
        lambda value, inputs: fn.try_(
            fn.alltrue(for_list(value, lambda cidr: within(cidr, inputs.vpc_cidr))), False
        ),
        lambda value, inputs: (
            f"{fn.jsonencode(value)} does not lie in the VPC's block {inputs.vpc_cidr}: give blocks"
            " inside it."
        ),
    ),
    Valid(
        lambda value, _: fn.try_(not_(_any_overlap(value)), False),
        lambda value, _: f"{fn.jsonencode(value)} overlap: give every subnet a block of its own.",
    ),
)
"""The IPv4 blocks of a VPC's subnets: valid, inside the VPC's block, and apart from each other."""


def _any_overlap(cidrs: list[str]) -> bool:
    return fn.anytrue(
        fn.flatten(
            for_list(
                cidrs,
                lambda i, one: for_list(
                    cidrs, lambda j, other: overlap(one, other), when=lambda j, other: lt(i, j)
                ),
            )
        )
    )


# --- windows ----------------------------------------------------------------------------------------

_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAY = f"({'|'.join(_DAYS)})"
_WEEK = 7 * 24 * 60


def _minutes(clock: str) -> float:
    return fn.tonumber(fn.split(":", clock)[0]) * 60 + fn.tonumber(fn.split(":", clock)[1])


def _week_minutes(time: str) -> float:
    day = fn.index(_DAYS, fn.substr(time, 0, 3))
    return day * 24 * 60 + _minutes(fn.substr(time, 4, 5))


def _span(start: float, end: float, cycle: int) -> float:
    return (end - start + cycle) % cycle


backup_window = (
    Valid(
        lambda value, _: matches(f"^{_CLOCK}-{_CLOCK}$", value),
        lambda value, _: f'"{value}" is no daily window: expected hh24:mi-hh24:mi in UTC.',
        {"pattern": f"^{_CLOCK}-{_CLOCK}$"},
    ),
    Valid(
        lambda value, _: fn.try_(ge(_daily(value)[1], 30), False),
        lambda value, _: f'"{value}" is shorter than the 30 minutes that RDS asks for.',
    ),
)
"""A daily backup window (RDS User Guide: Backup window)."""

maintenance_window = (
    Valid(
        lambda value, _: matches(f"^{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}$", value),
        lambda value, _: f'"{value}" is no weekly window: expected ddd:hh24:mi-ddd:hh24:mi in UTC.',
        {"pattern": f"^{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}$"},
    ),
    Valid(
        lambda value, _: fn.try_(
            and_(ge(_weekly(value)[1], 30), le(_weekly(value)[1], 1440)), False
        ),
        lambda value, _: f'"{value}" is shorter than 30 minutes or longer than a day.',
    ),
    Valid(
        lambda value, inputs: fn.try_(not_(_windows_overlap(inputs.backup_window, value)), False),
        lambda value, inputs: (
            f'"{value}" overlaps the daily backup window "{inputs.backup_window}": RDS refuses that;'
            " move one of the two."
        ),
    ),
)
"""A weekly maintenance window apart from ``backup_window`` (RDS User Guide: maintenance window)."""


def _daily(window: str) -> tuple[float, float]:
    start, end = _minutes(fn.substr(window, 0, 5)), _minutes(fn.substr(window, 6, 5))
    return start, _span(start, end, 24 * 60)


def _weekly(window: str) -> tuple[float, float]:
    start, end = _week_minutes(fn.substr(window, 0, 9)), _week_minutes(fn.substr(window, 10, 9))
    return start, _span(start, end, _WEEK)


def _windows_overlap(daily: str, weekly: str) -> bool:
    backup, backup_length = _daily(daily)
    maintenance, maintenance_length = _weekly(weekly)
    return fn.anytrue(
        [
            or_(
                lt((maintenance - backup - day * 1440 + 2 * _WEEK) % _WEEK, backup_length),
                lt((backup + day * 1440 - maintenance + _WEEK) % _WEEK, maintenance_length),
            )
            for day in range(7)
        ]
    )


# --- from the facts ---------------------------------------------------------------------------------


def limit(name: str) -> Valid:
    """The value is within a limit of AWS: see `tapforge.facts.limits`."""
    known = limits.get(name)
    if known.values:
        return one_of_numbers(*known.values)
    return between(known.min, known.max)


def name(kind: str) -> tuple[Valid, ...]:
    """The text is a legal name of a kind: see `tapforge.facts.names`."""
    rule = names.rule(kind)
    refused = [
        Valid(
            lambda value, _, clause=clause: not_(matches(clause.pattern, value)),
            lambda value, _, clause=clause: f'"{value}" is no {rule.what}: {clause.reason}.',
        )
        for clause in (*rule.forbidden, *rule.discouraged)
    ]
    words = [*rule.reserved, *(postgres.reserved_words() if rule.sql_identifier else ())]
    if words:
        refused.append(
            Valid(
                lambda value, _: not_(fn.contains(words, fn.lower(value))),
                lambda value, _: f'"{value}" is reserved: choose another {rule.what}.',
            )
        )
    return (length(rule.min, rule.max), pattern(rule.pattern, rule.expected), *refused)


zone_subnets = (
    Valid(
        lambda value, _: and_(ge(fn.length(value), 2), le(fn.length(value), 6)),
        lambda value, _: f"{fn.length(value)} subnets: expected 2 to 6, each in its own zone.",
        {"minItems": 2, "maxItems": 6},
    ),
    *subnet_cidrs,
)
"""Subnets of a database, each in a zone of its own (a DB subnet group covers at least two zones)."""

client_cidrs = Valid(
    lambda value, _: and_(
        gt(fn.length(value), 0),
        fn.alltrue(for_list(value, lambda cidr: fn.can(fn.cidrhost(cidr, 0)))),
        not_(fn.anytrue(for_list(value, lambda cidr: fn.endswith(cidr, "/0")))),
    ),
    lambda value, _: (
        f"{fn.jsonencode(value)}: expected one or more IPv4 blocks, and never the whole internet; name"
        " those who connect."
    ),
)
"""Who may connect: networks that are named, never everybody."""
