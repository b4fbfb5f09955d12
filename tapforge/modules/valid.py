"""What inputs must hold, made from the facts: each rule is Python's check and Terraform's validation."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

from tapforge.facts import (
    instance_classes,
    limits,
    names,
    networks,
    postgres,
    regions,
    windows,
)
from tapforge.lang import functions as fn
from tapforge.lang.call import remembered
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
    ne,
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


_MOST_COUNTED = 1000
"""How far a repetition counts in Terraform's regular expressions."""


def characters(minimum: int, maximum: int) -> Valid:
    """The text, in any alphabet, has a number of characters as AWS counts them.

    Terraform's ``length`` counts a letter and its accents as one.
    """
    counted = f"(.|\n){{{minimum},{min(maximum, _MOST_COUNTED)}}}"
    if maximum > _MOST_COUNTED:
        counted += f"(.|\n){{0,{maximum - _MOST_COUNTED}}}"
    return Valid(
        lambda value, _: matches(f"^{counted}$", value),
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


percent = between(1, 99)
"""A part of something: not all of it, and not nothing."""

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


def stem_up_to(maximum: int) -> tuple[Valid, ...]:
    """The part of names that tells what a resource is for, of at most so many characters."""
    return (
        length(1, maximum),
        pattern(
            r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            "a lower-case letter, then lower-case letters, digits and single hyphens",
        ),
    )


stem = stem_up_to(20)
"""The part of names that tells what a resource is for; the suffix follows it."""


def each_matches(expression: str, expected: str) -> Valid:
    """Every text of a list matches a regular expression; `expected` says what they are."""
    return Valid(
        lambda value, _: fn.alltrue(for_list(value, lambda each: matches(expression, each))),
        lambda value, _: f"{fn.jsonencode(value)}: expected {expected}.",
        {"items": {"type": "string", "pattern": expression}},
    )


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

other_region = Valid(
    lambda value, _: or_(eq(value, ""), region.condition(value, None)),
    lambda value, _: region.message(value, None),
)
"""An AWS region that exists, or an empty text for none."""

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
            + f". Take {_newest(versions, value)}."
        ),
        {"enum": plain(versions)},
    )


def _of_major(versions: list[str], version: str) -> list[str]:
    start = f"{fn.split('.', version)[0]}."
    return for_list(versions, lambda v: v, when=lambda v: fn.startswith(v, start))


def _newest(versions: list[str], version: str) -> str:
    of_major = fn.coalescelist(_of_major(versions, version), versions)
    return fn.element(fn.reverse(of_major), 0)


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


LEAST_ZONES, MOST_ZONES = 2, 6
"""A DB subnet group covers two zones at least, and no region has more than six for everybody."""


@remembered
def prefix(cidr: str) -> float:
    """Give the length of a CIDR block's prefix."""
    return fn.tonumber(fn.element(fn.split("/", cidr), 1))


@remembered
def _network(cidr: str, bits: float) -> str:
    return fn.cidrhost(f"{fn.split('/', cidr)[0]}/{bits}", 0)


def overlap(one: str, other: str) -> bool:
    """Tell whether two CIDR blocks share an address."""
    wider = fn.min(prefix(one), prefix(other))
    return eq(_network(one, wider), _network(other, wider))


def within(inner: str, outer: str) -> bool:
    """Tell whether one CIDR block lies in another."""
    wider = prefix(outer)
    return and_(ge(prefix(inner), wider), eq(_network(inner, wider), _network(outer, wider)))


_SIZES = f"/{networks.LARGEST} to /{networks.SMALLEST}"


def _is_block(cidr: str) -> bool:
    # The network address, with no bits beyond the prefix; cidrhost fails on what is no block at all.
    return fn.try_(
        and_(
            matches(networks.BLOCK_PATTERN, cidr),
            eq(fn.cidrhost(cidr, 0), fn.split("/", cidr)[0]),
        ),
        False,
    )


vpc_cidr = Valid(
    lambda value, _: _is_block(value),
    lambda value, _: (
        f'"{value}" is no CIDR block of a VPC: expected a network address and {_SIZES},'
        " such as 10.0.0.0/16."
    ),
    {"pattern": networks.BLOCK_PATTERN},
)
"""The IPv4 block of a VPC (VPC User Guide: VPC CIDR blocks)."""

subnet_cidrs = (
    Valid(
        lambda value, _: fn.alltrue(for_list(value, _is_block)),
        lambda value, _: (
            f"{fn.jsonencode(value)} holds something that is no CIDR block of a subnet: expected"
            f" network addresses with {_SIZES}."
        ),
        {"items": {"type": "string", "pattern": networks.BLOCK_PATTERN}},
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
        lambda value, _: (
            f'"{value}" is shorter than the {windows.MINIMUM_MINUTES} minutes that RDS asks for.'
        ),
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
        lambda value, _: (
            f'"{value}" is shorter than {windows.MINIMUM_MINUTES} minutes, or not shorter than a day.'
        ),
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
        lambda value, _: and_(ge(fn.length(value), LEAST_ZONES), le(fn.length(value), MOST_ZONES)),
        lambda value, _: (
            f"{fn.jsonencode(value)}: expected {LEAST_ZONES} to {MOST_ZONES} subnets, each in its own"
            " zone."
        ),
        {"minItems": LEAST_ZONES, "maxItems": MOST_ZONES},
    ),
    *subnet_cidrs,
)
"""Subnets of a database, each in a zone of its own."""

subnet_ids = Valid(
    lambda value, _: ge(fn.length(value), LEAST_ZONES),
    lambda value, _: (
        f"{fn.length(value)} subnets: expected {LEAST_ZONES} or more, in different zones."
    ),
    {"minItems": LEAST_ZONES},
)
"""Subnets of a database that another module made."""


def _is_client(cidr: str) -> bool:
    return fn.try_(
        and_(
            matches("^[0-9.]+/([1-9]|[12][0-9]|3[0-2])$", cidr),
            eq(fn.cidrhost(cidr, 0), fn.split("/", cidr)[0]),
        ),
        False,
    )


client_cidrs = (
    Valid(
        lambda value, _: fn.alltrue(for_list(value, _is_client)),
        lambda value, _: (
            f"{fn.jsonencode(value)}: expected IPv4 blocks by their network addresses, and never the"
            " whole internet; name those who connect."
        ),
        {"items": {"type": "string", "pattern": "/([1-9]|[12][0-9]|3[0-2])$"}},
    ),
    Valid(
        lambda value, inputs: or_(
            gt(fn.length(value), 0), gt(fn.length(inputs.client_security_groups), 0)
        ),
        lambda _value, _: "nobody may connect: give IPv4 blocks here, or client_security_groups.",
    ),
)
"""Who may connect: networks that are named, never everybody; none only where groups are."""

_PRIVATE = [each for each in networks.PRIVATE if ":" not in each]
_OWN = networks.OWN_PREFIX[4]
named_clients = (
    client_cidrs[0],
    Valid(
        # What is no block at all is told by its own rule.
        lambda value, _: fn.try_(
            fn.alltrue(
                for_list(
                    value,
                    lambda cidr: or_(
                        not_(_is_client(cidr)),
                        ge(prefix(cidr), _OWN),
                        *(within(cidr, private) for private in _PRIVATE),
                    ),
                )
            ),
            True,
        ),
        lambda value, _: (
            f"{fn.jsonencode(value)}: some hold more than {2 ** (32 - _OWN)} public addresses, which are"
            f" strangers' too: give private blocks, or public ones of /{_OWN} and smaller."
        ),
    ),
)
"""Who may connect, in an environment: private networks, or few public addresses (RFC 1918, RFC 6598)."""

_KEY = "^[a-z][a-z0-9-]{0,31}$"
client_security_groups = (
    Valid(
        lambda value, _: fn.alltrue(for_list(fn.keys(value), lambda name: matches(_KEY, name))),
        lambda value, _: (
            f"{fn.jsonencode(fn.keys(value))}: expected names of lower-case letters, digits and"
            " hyphens, such as application; they become parts of addresses and tags."
        ),
        {"propertyNames": {"pattern": _KEY}},
    ),
    Valid(
        lambda value, _: fn.alltrue(
            for_list(fn.values(value), lambda group: matches("^sg-[0-9a-f]+$", group))
        ),
        lambda value, _: (
            f"{fn.jsonencode(value)}: expected ids of security groups, such as sg-0123456789abcdef0."
        ),
    ),
)
"""Who may connect: security groups, each by a name that is known before the group is made."""


dms_certificate_arn = pattern(
    "^arn:aws[a-z-]*:dms:[a-z0-9-]+:[0-9]{12}:cert:[A-Za-z0-9-]+$",
    "the ARN of a certificate of DMS",
)
"""A certificate that was imported to DMS."""

layer_arn = pattern(
    "^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$",
    "the ARN of a version of a layer of Lambda, with its number at the end",
)
"""A layer of Lambda, in one of its versions."""

vpc_id = pattern("^vpc-[0-9a-f]+$", "the id of a VPC, such as vpc-0123456789abcdef0")
"""A VPC that is there already."""

route_table_ids = each_matches(
    "^rtb-[0-9a-f]+$", "ids of route tables, such as rtb-0123456789abcdef0"
)
"""Route tables that are there already."""


@functools.cache
def of_vpc(name: str) -> Valid:
    """What is listed belongs to a VPC that is there already, the input `name`: both or neither."""

    def vpc(inputs: object) -> Any:
        return getattr(inputs, name)

    return Valid(
        lambda value, inputs: eq(eq(fn.length(value), 0), eq(vpc(inputs), None)),
        lambda value, inputs: (
            f"{fn.jsonencode(value)} of the VPC {fn.coalesce(vpc(inputs), 'null')}: expected all that"
            f" the VPC of {name} has, and none where that is null."
        ),
    )


# --- databases --------------------------------------------------------------------------------------
secret_arn = pattern(
    "^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+-[A-Za-z0-9]{6}$",
    "the full ARN of a secret, with its account and the six characters at its end",
)
"""A secret by its full ARN: AWS finds none by a part of one that ends as a full ARN does."""

secret_of_region = Valid(
    # What is no ARN is told by its own rule.
    lambda value, inputs: or_(
        not_(matches("^arn:[^:]*:secretsmanager:", value)),
        eq(fn.element(fn.split(":", value), 3), inputs.aws_region),
    ),
    lambda value, inputs: (
        f"{value} is a secret of {fn.element(fn.split(':', value), 3)}, and everything else is in"
        f" {inputs.aws_region}: replicate the secret there, and give the ARN of the replica."
    ),
)
"""An existing secret lies in the system's own region, its input ``aws_region``."""

password_version = between(1, 1_000_000)
"""A number that is raised to write the password anew."""

credentials = Valid(
    lambda value, inputs: or_(ne(value, "existing"), ne(inputs.secret_arn, None)),
    lambda value, _: f"{value} credentials are read from a secret: give its ARN as secret_arn.",
)
"""`existing` credentials need the input ``secret_arn``."""

unmanaged_with_replicas = Valid(
    lambda value, inputs: or_(ne(value, "managed"), eq(inputs.replica_count, 0)),
    lambda value, inputs: (
        f"{value} credentials and {inputs.replica_count} read replicas: RDS manages no password of a"
        ' database that has replicas; take "generated" or "existing".'
    ),
)
"""RDS refuses a managed master password with the input ``replica_count``."""

managed_rotation = (
    between(0, limits.most("secret_rotation_days")),
    Valid(
        lambda value, inputs: or_(eq(value, 0), eq(inputs.credentials, "managed")),
        lambda value, inputs: (
            f"{value} days are of no effect on {inputs.credentials} credentials: give 0, and rotate"
            " these by the module rotation."
        ),
    ),
)
"""The schedule of a secret that RDS manages (Secrets Manager: 1 to 1000 days)."""

kms_key_arn = pattern(
    "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", "the ARN of a KMS key, no alias"
)
"""A KMS key by its ARN: what AWS answers, so that nothing drifts."""

performance_insights_retention = (
    one_of(0, *limits.get("performance_insights_retention_period").values),
)
"""Days of Performance Insights; 0 for none."""

ADVANCED_DAYS = limits.least("database_insights_advanced_retention_period")
"""Days of Performance Insights that the advanced mode of Database Insights needs."""

database_insights = Valid(
    lambda value, inputs: or_(
        ne(value, "advanced"), ge(inputs.performance_insights_retention_days, ADVANCED_DAYS)
    ),
    lambda value, inputs: (
        f"{value} Database Insights with {inputs.performance_insights_retention_days} days of"
        f" Performance Insights: raise performance_insights_retention_days to {ADVANCED_DAYS} or more."
    ),
)
"""The advanced mode of Database Insights needs 15 months of Performance Insights."""


def replicas(zones: Callable[[Any], float]) -> tuple[Valid, ...]:
    """There are no more read replicas than availability zones, each having one of its own.

    Args:
        zones: Given all inputs, tells how many zones there are.
    """
    return (
        limit("rds_read_replicas"),
        Valid(
            lambda value, inputs: le(value, zones(inputs)),
            lambda value, inputs: (
                f"{value} read replicas in {zones(inputs)} availability zones: each replica has a zone"
                " of its own; take fewer replicas, or more zones."
            ),
        ),
    )


def multi_az(zones: Callable[[Any], float]) -> Valid:
    """A Multi-AZ instance has a second zone to stand by in.

    Args:
        zones: Given all inputs, tells how many zones there are.
    """
    return Valid(
        lambda value, inputs: or_(not_(value), ge(zones(inputs), 2)),
        lambda _value, inputs: (
            f"Multi-AZ with {zones(inputs)} availability zone: the standby is in another zone; take two"
            " zones or more, or turn Multi-AZ off."
        ),
    )


_PROVISIONED_GB = limits.least("gp3_provisioned_allocated_storage")
_BASELINE = (
    f"{limits.most('gp3_baseline_iops')} IOPS and"
    f" {limits.most('gp3_baseline_storage_throughput')} MB/s"
)
_LEAST_IOPS = limits.least("gp3_iops")
_THROUGHPUT_PER_IOPS = 1 / limits.least("gp3_iops_per_throughput")


def _gp3(what: str) -> Valid:
    return Valid(
        lambda _value, inputs: ge(inputs.allocated_storage_gb, _PROVISIONED_GB),
        lambda value, inputs: (
            f"{value} {what} on {inputs.allocated_storage_gb} GB: below {_PROVISIONED_GB} GB gp3 has"
            f" {_BASELINE}, and RDS takes neither; leave it out, or allocate"
            f" {_PROVISIONED_GB} GB or more."
        ),
    )


gp3_iops = (_gp3("IOPS"), limit("gp3_iops"))
"""IOPS of gp3 storage: none below 400 GB (RDS User Guide: gp3 storage)."""

gp3_throughput = (
    _gp3("MB/s"),
    limit("gp3_storage_throughput"),
    Valid(
        lambda value, inputs: le(
            value, fn.coalesce(inputs.iops, _LEAST_IOPS) * _THROUGHPUT_PER_IOPS
        ),
        lambda value, inputs: (
            f"{value} MB/s at {fn.coalesce(inputs.iops, _LEAST_IOPS)} IOPS: RDS gives a quarter of a"
            " MB/s for each; raise iops, or take less."
        ),
    ),
)
"""Throughput of gp3 storage, beside the inputs ``iops`` and ``allocated_storage_gb``."""

certificate_authority = pattern(
    "^rds-ca-(rsa2048|rsa4096|ecc384)-g1$",
    f"{limits.get('rds_ca_certificate').choice}; rds-ca-2019 has expired",
)
"""A certificate authority of RDS (RDS User Guide: Certificate authorities)."""

reader_maximum = (
    limit("aurora_reader_count"),
    Valid(
        lambda value, inputs: or_(eq(value, 0), ge(value, inputs.reader_count)),
        lambda value, inputs: (
            f"at most {value} readers, and {inputs.reader_count} to begin with: raise it, or give 0 for"
            " no auto scaling."
        ),
    ),
    Valid(
        lambda value, inputs: or_(eq(value, 0), ge(inputs.reader_count, 1)),
        lambda value, _: (
            f"at most {value} readers, and none to begin with: auto scaling follows the load of the"
            " readers, so that it needs one; raise reader_count."
        ),
    ),
)
"""How many readers auto scaling may make, from the input ``reader_count`` on."""


# --- data that must stay ----------------------------------------------------------------------------

_LASTING = limits.least("lasting_backup_retention_period")

kept_backups = Valid(
    lambda value, inputs: or_(inputs.destroyable, ge(value, _LASTING)),
    lambda value, _: (
        f"{value} days of backups are too few for data that must stay: expected {_LASTING} or more, or"
        " destroyable = true."
    ),
)
"""The days that backups of a database are kept, in the form that the module's ``destroyable`` gives."""

kept_instance_backups = (between(1, limits.most("rds_backup_retention_period")), kept_backups)
"""The same of an instance of RDS: with 0 days it has no backups, and can have no replicas."""

_PRODUCTION = "^(prod|production|live)(-|$)"

protected_production = Valid(
    lambda value, inputs: or_(
        not_(value),
        not_(matches(_PRODUCTION, inputs.environment_suffix)),
        eq(inputs.data_loss_accepted, inputs.environment_suffix),
    ),
    lambda _value, inputs: (
        f'true for "{inputs.environment_suffix}": the data of production must stay; give false, or, to'
        f' take it down for good, data_loss_accepted = "{inputs.environment_suffix}" beside it.'
    ),
)
"""Production is protected, unless ``data_loss_accepted`` names it: a destroy needs an apply before."""
