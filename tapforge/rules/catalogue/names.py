"""Names: legal for what they name, of their own, and each environment's."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tapforge.facts import names, postgres, tags
from tapforge.facts.names import NameRule, Refusal
from tapforge.lang.expression import Expression, addresses
from tapforge.rules import named
from tapforge.rules.resource import Block, Configuration, Finding, Resource
from tapforge.rules.rule import Example, Rule, Severity, rule

# What the provider puts behind a prefix: a time and a counter, 26 characters of digits and a to f.
_GENERATED = "20060102150405000000000001"
_ACCOUNT_REGIONAL = "account-regional"


# --- what AWS refuses ---------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def _refusals(kind: str, name: str) -> tuple[Refusal, ...]:
    return tuple(names.rule(kind).refusals(name))


def _types(kinds: Iterable[str]) -> list[str]:
    arguments = [argument for kind in kinds for argument in names.rule(kind).arguments]
    return sorted({argument.partition(".")[0] for argument in arguments})


def _given(
    resource: Resource, kinds: tuple[str, ...]
) -> Iterator[tuple[Block, str, str, NameRule]]:
    """Give the known names of some kinds in a resource, each with its place and its rule."""
    for block, argument, known in _arguments(resource.type, kinds):
        for place in resource.blocks(block) if block else (resource,):
            name = place.values.get(argument)
            if isinstance(name, str) and name:
                yield place, argument, name, known


@functools.cache
def _arguments(type_: str, kinds: tuple[str, ...]) -> tuple[tuple[str, str, NameRule], ...]:
    return tuple(each for each in named.arguments(type_) if each[2].kind in kinds)


def _finding(resource: Resource, place: str, name: str, known: NameRule, why: Refusal) -> Finding:
    expected = why.expected or f"another {known.what}, for this one is {why.found}"
    if why.found.endswith("long"):
        expected = f"{expected} characters, and it has {len(name)}"
    return resource.finding(place, name, expected, why.advice)


def _kind(resource: Resource, known: NameRule) -> str:
    """Give the kind of a name, where it hangs on other arguments."""
    if known.kind == "rds_cluster_identifier" and resource.known("db_cluster_instance_class"):
        return "rds_multi_az_cluster_identifier"
    return known.kind


def _legal(
    id_: str,
    *kinds: str,
    title: str,
    description: str,
    good: Example,
    bad: Example,
    engines: Iterable[str] = (),
    fix: str = "choose a name that AWS accepts",
) -> Rule:
    """Make the rule that holds names to what AWS accepts.

    Args:
        id_: Its id.
        kinds: The kinds of names, as `tapforge.facts.names` calls them.
        title: What must hold.
        description: What it protects from.
        good: A configuration that holds it.
        bad: One that breaks it.
        engines: The engines of databases that it is about; empty for all.
        fix: What to do.
    """
    wanted = tuple(engines)

    def check(resource: Resource) -> Iterator[Finding]:
        if wanted and resource.known("engine") not in wanted:
            return
        for place, argument, name, known in _given(resource, kinds):
            # A name may be put together from a prefix: then it must be legal as a whole.
            whole = f"{name}{_GENERATED}" if argument.endswith("_prefix") else name
            if resource.known("bucket_namespace") == _ACCOUNT_REGIONAL:
                whole = whole.removesuffix("-an")
            for why in _refusals(_kind(resource, known), whole):
                yield _finding(resource, f"{place.place}{argument}", whole, known, why)

    return Rule(
        id=id_,
        severity="error",
        title=title,
        description=description,
        source="; ".join(dict.fromkeys(names.rule(kind).source for kind in kinds)),
        fix=fix,
        on=tuple(_types(kinds)),
        good=good,
        bad=bad,
        check=check,
    )


def _one(type_: str, **arguments: Any) -> Example:
    return {"resource": {type_: {"main": arguments}}}


database_identifier = _legal(
    "database-identifier",
    *("rds_db_instance_identifier", "rds_cluster_identifier", "rds_global_cluster"),
    *("rds_cluster_endpoint", "rds_proxy"),
    title="The identifier of a database is one that RDS accepts.",
    description="The provider checks the characters and not the length, so that an identifier of more"
    " than 63 characters (52 for a Multi-AZ DB cluster) fails halfway through an apply.",
    good=_one("aws_rds_cluster_instance", identifier="shop-db-dev-instance-1"),
    bad=_one("aws_rds_cluster_instance", identifier="Shop_DB-dev--1"),
)

snapshot_identifier = _legal(
    "snapshot-identifier",
    *("rds_final_snapshot_identifier", "rds_snapshot", "rds_cluster_snapshot"),
    title="The identifier of a snapshot is one that RDS accepts.",
    description="That of a final snapshot is not used before the database is destroyed, and fails then.",
    good=_one("aws_db_instance", final_snapshot_identifier="shop-db-dev-final"),
    bad=_one("aws_db_instance", final_snapshot_identifier="shop_db_dev_final"),
)

database_name = _legal(
    "database-name",
    "postgres_database_name",
    engines=postgres.ENGINES,
    title="The name of a database is one that RDS for PostgreSQL accepts.",
    description="A hyphen, a reserved word or a digit at the start makes the creation fail.",
    good=_one("aws_db_instance", engine="postgres", db_name="shop_dev"),
    bad=_one("aws_db_instance", engine="postgres", db_name="shop-dev"),
)

master_username = _legal(
    "master-username",
    "postgres_master_username",
    engines=postgres.ENGINES,
    title="The master user has a name that RDS for PostgreSQL accepts.",
    description="Names that RDS or PostgreSQL keep for themselves make the creation fail. postgres is"
    " none of them.",
    good=_one("aws_rds_cluster", engine="aurora-postgresql", master_username="postgres"),
    bad=_one("aws_rds_cluster", engine="aurora-postgresql", master_username="admin"),
)

master_password = _legal(
    "master-password",
    *("postgres_master_password", "aurora_master_password"),
    engines=postgres.ENGINES,
    title="A master password has the length and the characters that RDS accepts.",
    description="A slash, an at sign, a quote or a space makes the creation fail; generators use them.",
    fix="let RDS manage the password, or generate one without these characters",
    good=_one("aws_db_instance", engine="postgres", manage_master_user_password=True),
    bad=_one("aws_db_instance", engine="postgres", password="p@ssw0rd/1"),  # noqa: S106 - an example
)

parameter_group_name = _legal(
    "parameter-group-name",
    *("rds_db_parameter_group", "rds_cluster_parameter_group", "rds_option_group"),
    title="A parameter or option group has a name that RDS accepts.",
    description="Letters are lower case; an underscore makes the creation fail.",
    good=_one("aws_db_parameter_group", name="shop-postgres16-dev"),
    bad=_one("aws_db_parameter_group", name="shop_postgres16_dev"),
)

subnet_group_name = _legal(
    "subnet-group-name",
    *("rds_db_subnet_group", "dms_replication_subnet_group"),
    title="A subnet group has a name that RDS or DMS accepts.",
    description="It must not be called default, which each account has.",
    good=_one("aws_db_subnet_group", name="shop-dev"),
    bad=_one("aws_db_subnet_group", name="default"),
)

bucket_name = _legal(
    "bucket-name",
    "s3_bucket",
    title="A bucket has a name that S3 accepts.",
    description="In us-east-1 the provider lets names pass that S3 refuses: capitals, underscores, 255"
    " characters.",
    good=_one("aws_s3_bucket", bucket="shop-receipts-dev"),
    bad=_one("aws_s3_bucket", bucket="Shop_Receipts_dev"),
)

iam_name = _legal(
    "iam-name",
    *("iam_role", "iam_policy", "iam_inline_policy", "iam_instance_profile", "iam_user"),
    "iam_group",
    title="Roles, policies, profiles, users and groups have names that IAM accepts.",
    description="A role's name has at most 64 characters, which a long suffix soon takes up.",
    good=_one("aws_iam_role", name="shop-monitoring-dev"),
    bad=_one("aws_iam_role", name="shop/monitoring/dev"),
)

kms_alias_name = _legal(
    "kms-alias-name",
    "kms_alias",
    title="The alias of a key begins with alias/ and has the characters that KMS accepts.",
    description="alias/aws/ is kept for the keys that AWS manages.",
    good=_one("aws_kms_alias", name="alias/shop-dev"),
    bad=_one("aws_kms_alias", name="shop-dev"),
)

secret_name = _legal(
    "secret-name",
    "secretsmanager_secret",
    title="A secret has a name that Secrets Manager accepts.",
    description="It may be a path; spaces and colons are refused.",
    good=_one("aws_secretsmanager_secret", name="shop/dev/master"),
    bad=_one("aws_secretsmanager_secret", name="shop:dev master"),
)

ssm_parameter_name = _legal(
    "ssm-parameter-name",
    "ssm_parameter",
    title="A parameter of Systems Manager has a name or path that is accepted.",
    description="A path begins with a slash, has at most 15 parts, and none begins with aws or ssm.",
    good=_one("aws_ssm_parameter", name="/shop/dev/state"),
    bad=_one("aws_ssm_parameter", name="/aws/shop/dev/state"),
)

function_name = _legal(
    "function-name",
    "lambda_function",
    title="A function has a name that Lambda accepts.",
    description="It has at most 64 characters, and no full stops or slashes.",
    good=_one("aws_lambda_function", function_name="shop-cutover-dev"),
    bad=_one("aws_lambda_function", function_name="shop.cutover.dev"),
)

messaging_name = _legal(
    "messaging-name",
    *("sns_topic", "sqs_queue", "rds_event_subscription"),
    title="Topics, queues and event subscriptions have names that AWS accepts.",
    description="A queue's name has at most 80 characters; only .fifo at its end has a full stop.",
    good=_one("aws_sns_topic", name="shop-alarms-dev"),
    bad=_one("aws_sns_topic", name="shop.alarms.dev"),
)

eventbridge_name = _legal(
    "eventbridge-name",
    *("eventbridge_rule", "eventbridge_target_id", "eventbridge_bus"),
    title="Rules, targets and buses have names that EventBridge accepts.",
    description="A rule's name has at most 64 characters and no slash.",
    good=_one("aws_cloudwatch_event_rule", name="shop-task-failed-dev"),
    bad=_one("aws_cloudwatch_event_rule", name="shop/task failed/dev"),
)

cloudwatch_name = _legal(
    "cloudwatch-name",
    *("cloudwatch_alarm", "cloudwatch_dashboard", "log_group"),
    title="Alarms, dashboards and log groups have names that CloudWatch accepts.",
    description="A dashboard takes no full stop; a log group may begin with /aws/, and not with aws/.",
    good=_one("aws_cloudwatch_dashboard", dashboard_name="shop-dev", dashboard_body="{}"),
    bad=_one("aws_cloudwatch_dashboard", dashboard_name="shop.dev", dashboard_body="{}"),
)

dms_identifier = _legal(
    "dms-identifier",
    *("dms_replication_instance", "dms_endpoint", "dms_replication_task"),
    title="Instances, endpoints and tasks have identifiers that DMS accepts.",
    description="Two hyphens in a row, one at the end or an underscore make the creation fail.",
    good=_one("aws_dms_replication_task", replication_task_id="shop-forward-dev"),
    bad=_one("aws_dms_replication_task", replication_task_id="shop_forward_dev"),
)

route53_name = _legal(
    "route53-name",
    *("route53_zone", "route53_set_identifier"),
    title="A zone has a name of DNS, and a record's set identifier has at most 128 characters.",
    description="A label has at most 63 characters; spaces and empty labels are refused.",
    good=_one("aws_route53_zone", name="dev.shop.internal"),
    bad=_one("aws_route53_zone", name="dev shop.internal"),
)

backup_name = _legal(
    "backup-name",
    *("backup_vault", "backup_plan", "backup_selection", "backup_rule"),
    title="Vaults, plans, rules and selections have names that AWS Backup accepts.",
    description="They have at most 50 characters, fewer than most other names.",
    good=_one("aws_backup_plan", name="shop-dev", rule=[{"rule_name": "daily"}]),
    bad=_one("aws_backup_plan", name="shop-dev", rule=[{"rule_name": "every day"}]),
)

security_group_name = _legal(
    "security-group-name",
    *("security_group", "security_group_description"),
    title="A security group and its rules have names and descriptions that EC2 accepts.",
    description="A name must not begin with sg-, as the ids do; a description has no apostrophe.",
    good=_one("aws_security_group", name="shop-sg-dev"),
    bad=_one("aws_security_group", name="sg-dev"),
)


@rule(
    "tag-name",
    on=("*",),
    severity="error",
    source=tags.source(),
    fix="write the tag with the characters that the service takes",
    good=_one("aws_db_instance", tags={"Team": "shop + web"}),
    bad=_one("aws_db_instance", tags={"Team": "shop & web"}),
)
def tag_name(resource: Resource) -> Iterator[Finding]:
    """Tags have keys and values that the service they go to accepts.

    RDS, IAM, DMS, Lambda, Systems Manager and CloudWatch Logs take letters, digits, spaces and
    _.:/=+-@ and refuse the creation for anything else, such as a comma or a parenthesis.
    """
    given = resource.values.get("tags")
    ours = resource.mode == "resource" and resource.type.startswith("aws_")
    if not ours or not isinstance(given, Mapping):
        return
    plain = [(key, value if value.__class__ is str else "") for key, value in given.items()]
    for key, expected in _refused_tags(resource.type, tuple(plain)):
        yield resource.finding(f'tags["{key}"]', given[key], expected)
    if len(given) > tags.maximum():
        found = f"{len(given)} tags"
        yield Finding(resource, "tags", found, f"at most {tags.maximum()}", "take some away")


@functools.lru_cache(maxsize=4096)
def _refused_tags(type_: str, given: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    found = ((key, _refused_tag(type_, key, value)) for key, value in given)
    return tuple((key, expected) for key, expected in found if expected)


def _refused_tag(type_: str, key: str, value: str) -> str:
    for text, kind in ((key, "tag_key"), (value, "tag_value")):
        known = names.rule(kind)
        for why in known.refusals(text):
            return why.expected or f"another {known.what}, for this one is {why.found}"
        strange = tags.refused_character(type_, text)
        if strange:
            return f'no "{strange}" in a {known.what} of {tags.service(type_)}'
    return ""


# --- what is legal and leads into a trap --------------------------------------------------------------


def _trap(
    id_: str,
    *kinds: str,
    severity: Severity,
    title: str,
    description: str,
    fix: str,
    good: Example,
    bad: Example,
) -> Rule:
    """Make the rule that warns of names that are legal, as `NameRule.notes` does."""

    def check(resource: Resource) -> Iterator[Finding]:
        if "engine" in resource.values and resource.known("engine") not in postgres.ENGINES:
            return
        for place, argument, name, known in _given(resource, kinds):
            if argument.endswith("_prefix"):
                continue
            for clause in known.discouraged:
                if re.search(clause.pattern, name):
                    expected = f"another {known.what}: {clause.reason}"
                    yield resource.finding(f"{place.place}{argument}", name, expected)

    return Rule(
        id=id_,
        severity=severity,
        title=title,
        description=description,
        source="; ".join(dict.fromkeys(names.rule(kind).source for kind in kinds)),
        fix=fix,
        on=tuple(_types(kinds)),
        good=good,
        bad=bad,
        check=check,
    )


secret_name_ending = _trap(
    "secret-name-ending",
    "secretsmanager_secret",
    severity="note",
    title="The name of a secret does not end in a hyphen and six characters.",
    description="The ARN of a secret ends so: with a name like that, a search by a part of the ARN"
    " finds nothing, or another secret. An environment suffix of six characters does it.",
    fix="put something behind it, such as /master, or address the secret by its full ARN alone",
    good=_one("aws_secretsmanager_secret", name="shop-db-dev"),
    bad=_one("aws_secretsmanager_secret", name="shop-db-pr1234"),
)

folded_name = _trap(
    "folded-name",
    *("postgres_database_name", "postgres_master_username"),
    severity="note",
    title="Databases and users have names in lower case.",
    description="PostgreSQL folds names without quotes to lower case: SQL that names it without quotes"
    " does not find it.",
    fix="write it in lower case",
    good=_one("aws_db_instance", engine="postgres", db_name="shop"),
    bad=_one("aws_db_instance", engine="postgres", db_name="Shop"),
)

dotted_bucket_name = _trap(
    "dotted-bucket-name",
    "s3_bucket",
    severity="note",
    title="The name of a bucket has no full stop.",
    description="S3's certificate covers one label before s3.amazonaws.com, so that TLS fails for the"
    " bucket's own address. Buckets that serve a web site by its domain need one nevertheless.",
    fix="write a hyphen instead",
    good=_one("aws_s3_bucket", bucket="shop-receipts-dev"),
    bad=_one("aws_s3_bucket", bucket="receipts.shop.dev"),
)


_KEPT_LOWER = tuple(kind for kind in names.kinds() if names.rule(kind).kept_lower)


@rule(
    "lower-case-identifier",
    on=_types(_KEPT_LOWER),
    severity="warning",
    source="botocore 1.44.5, rds and dms: this value is stored as a lowercase string",
    fix="write it in lower case",
    good=_one("aws_dms_replication_instance", replication_instance_id="shop-dms-dev"),
    bad=_one("aws_dms_replication_instance", replication_instance_id="Shop-DMS-dev"),
)
def lower_case_identifier(resource: Resource) -> Iterator[Finding]:
    """An identifier that AWS keeps in lower case is written in lower case.

    AWS accepts capitals and gives back small letters: every plan shows a difference, and for most of
    these identifiers a replacement.
    """
    for place, argument, name, _known in _given(resource, _KEPT_LOWER):
        if name != name.lower():
            yield resource.finding(f"{place.place}{argument}", name, f'"{name.lower()}"')


# --- names of one's own -------------------------------------------------------------------------------

_TWICE: Example = {
    "resource": {
        "aws_sns_topic": {"alarms": {"name": "shop-dev"}, "events": {"name": "shop-events-dev"}}
    }
}


@rule(
    "duplicate-name",
    severity="error",
    source="botocore 1.44.5: the constraints of each name, as tapforge.facts.names gives them",
    fix="give each a name of its own",
    good=_TWICE,
    bad={
        "resource": {
            "aws_sns_topic": {"alarms": {"name": "shop-dev"}, "events": {"name": "shop-dev"}}
        }
    },
)
def duplicate_name(configuration: Configuration) -> Iterator[Finding]:
    """No two resources of a kind have one name within an account and region.

    The second one fails halfway through an apply, or silently takes over the first: a topic, a bucket
    in us-east-1, an alarm.
    """
    taken: dict[tuple[Any, ...], Resource] = {}
    instances = {resource.address for resource in configuration.resources}
    for resource, block, argument, name, known in configuration.once(named.named):
        if not known.scope or block is not resource or argument.endswith("_prefix"):
            continue
        if argument == "final_snapshot_identifier" and resource.known("skip_final_snapshot"):
            continue
        scope = _scope(resource, known, instances)
        if scope is None:
            continue
        key = (known.kind, name.lower() if known.folded else name, *scope)
        other = taken.setdefault(key, resource)
        if other is not resource:
            expected = f"a {known.what} of its own: {other.address} has the same"
            yield resource.finding(argument, name, expected)


def _scope(
    resource: Resource, known: NameRule, instances: Collection[str]
) -> tuple[Any, ...] | None:
    """Give what a name must be unique in; None if that is not known."""
    if known.scope == "partition":
        return ()
    region = resource.known("region", "") if known.scope == "region" else ""
    if region is None:
        return None
    places = [_identity(resource.values.get(each), instances) for each in known.within]
    return None if None in places else (resource.provider, region, *places)


def _identity(value: Any, instances: Collection[str]) -> str | None:
    """Give what a value is known by, though Terraform alone may know it; None if that is not sure."""
    if isinstance(value, Expression):
        # The address of counted resources without a key may stand for any of them.
        found = addresses(value)
        return repr(value) if len(found) == 1 and found[0] in instances else None
    return "" if value is None or value == "default" else str(value)


@rule(
    "account-wide-name",
    on=sorted({argument.partition(".")[0] for argument, _ in names.account_wide()}),
    severity="warning",
    source="; ".join(dict.fromkeys(fixed.source for fixed in names.account_wide().values())),
    fix="make it once for the account, in a configuration of its own, and only read it here",
    good={
        "variable": {"environment_suffix": {"default": "dev"}},
        "data": {"aws_iam_role": {"dms": {"name": "dms-vpc-role"}}},
    },
    bad={
        "variable": {"environment_suffix": {"default": "dev"}},
        "resource": {"aws_iam_role": {"dms": {"name": "dms-vpc-role"}}},
    },
)
def account_wide_name(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """What an account has once is not made by a configuration that each environment has.

    The second environment can't make it again, and the first to be destroyed takes it from all others.
    """
    if not configuration.suffix:
        return
    for argument in ("name", "name_prefix"):
        name = resource.known(argument)
        fixed = names.account_wide().get((f"{resource.type}.{argument}", name))
        if fixed:
            expected = f"no resource here: it is {fixed.what}"
            yield resource.finding(argument, name, expected)


@rule(
    "environment-suffix",
    severity="warning",
    source="house rule: environments share an account, so that each name ends in its environment",
    fix="put the environment suffix into the name",
    good={
        "variable": {"environment_suffix": {"default": "dev"}},
        "resource": {"aws_sns_topic": {"main": {"name": "shop-alarms-dev"}}},
    },
    bad={
        "variable": {"environment_suffix": {"default": "dev"}},
        "resource": {"aws_sns_topic": {"main": {"name": "shop-alarms"}}},
    },
)
def environment_suffix(configuration: Configuration) -> Iterator[Finding]:
    """Where a configuration takes an environment suffix, every name has it, the Name tag too.

    Without it a second environment in the account finds the name taken, or takes the resource over.
    """
    suffix = configuration.suffix
    if not suffix:
        return
    for each in configuration.once(named.named):
        if not each.known.suffixed or _has_word(each.name, suffix):
            continue
        if (f"{each.resource.type}.{each.path}", each.name) not in names.account_wide():
            expected = f'a {each.known.what} with the environment suffix "{suffix}"'
            yield each.resource.finding(each.path, each.name, expected)
    for resource in configuration.resources:
        given = resource.values.get("tags") if resource.mode == "resource" else None
        title = given.get("Name") if isinstance(given, dict) else None
        if isinstance(title, str) and title and not _has_word(title, suffix):
            expected = f'a title with the environment suffix "{suffix}"'
            yield resource.finding('tags["Name"]', title, expected)


def _has_word(text: str, word: str) -> bool:
    """Tell whether text has a word with no letter or digit before or behind it."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            return True
        start = text.find(word, start + 1)
    return False


_FAMILY = re.compile(r"(?:aurora-postgresql|postgres)(\d+)")
_NUMBER = re.compile(r"\d+")


@rule(
    "parameter-group-version",
    on=("aws_db_parameter_group", "aws_rds_cluster_parameter_group"),
    severity="warning",
    source="hashicorp/terraform-provider-aws#6448 and #13861: a group in use can't be deleted",
    fix="use name_prefix, or put the major version into the name, with create_before_destroy",
    good=_one("aws_db_parameter_group", name="shop-postgres16", family="postgres16"),
    bad=_one("aws_db_parameter_group", name="shop", family="postgres16"),
)
def parameter_group_version(group: Resource) -> Iterator[Finding]:
    """The name of a parameter group changes with its family.

    An upgrade to the next major version replaces the group. Under the same name the new one can't be
    made before the old one is gone, and that can't go while the database uses it.
    """
    name, family = group.known("name"), group.known("family")
    if not isinstance(name, str) or not isinstance(family, str) or group.known("name_prefix"):
        return
    major = _FAMILY.match(family)
    if major and name and major[1] not in _NUMBER.findall(name):
        expected = f"a name with the major version {major[1]} of {family}"
        yield group.finding("name", name, expected)
