"""What a configuration must leave to its variables, tags, and what belongs to no environment."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tapforge.facts import names, regions, singletons, tags
from tapforge.rules import named, texts
from tapforge.rules.databases import REGIONS, present
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import Example, rule

_HOUSE = "house rule: the same code makes every environment, in any account and region"
_SUFFIX = "environment_suffix"


def _environment(suffix: str, **resources: Any) -> Example:
    return {"variable": {_SUFFIX: {"default": suffix}}, "resource": resources}


def _region(configuration: Configuration) -> str:
    values = (configuration.variables.get(name) for name in REGIONS)
    return next((v for v in values if isinstance(v, str) and v in regions.names()), "")


def _written(configuration: Configuration, pattern: re.Pattern[str]) -> Iterator[tuple[Any, ...]]:
    """Give resource, path and match wherever a pattern is found in an argument.

    What a variable holds is not hard-coded, wherever it comes to stand.
    """
    if not pattern.search(configuration.once(texts.everywhere)):
        return
    given = texts.joined(configuration.variables.values())
    for resource in configuration.resources:
        if resource.mode == "resource":
            for path, text in texts.leaves(resource.values):
                for match in pattern.finditer(text):
                    if match[match.lastindex or 0] not in given:
                        yield resource, path, match


# --- hard-coded ---------------------------------------------------------------------------------------

_ACCOUNT = re.compile(r"arn:aws[\w-]*:[\w-]*:[\w-]*:([0-9]{12})[:/]|^[0-9]{12}$", re.MULTILINE)
_DIGITS = re.compile(r"[0-9]{12}")
# What others publish for everybody is addressed by their account.
_PUBLISHED = re.compile(r":(layer|applications)[:/]|^layers|owners?(\[|_id|$)")


def _topic(account: str) -> Example:
    arn = f"arn:aws:sns:us-east-1:{account}:alarms"
    return _environment("dev", aws_cloudwatch_metric_alarm={"main": {"alarm_actions": [arn]}})


@rule(
    "hard-coded-account",
    severity="warning",
    source=_HOUSE,
    fix="take it from data.aws_caller_identity or a variable",
    good=_environment(
        "dev",
        aws_cloudwatch_metric_alarm={"main": {"alarm_actions": ["${aws_sns_topic.alarms.arn}"]}},
    ),
    bad=_topic("123456789012"),
)
def hard_coded_account(configuration: Configuration) -> Iterator[Finding]:
    """No account id stands in an argument.

    In another account it leads to somebody else's resource, or to none. It is checked where a
    configuration takes an environment suffix; the account that its resources are in already is not
    told from one that was looked up.
    """
    if not configuration.suffix or not _DIGITS.search(configuration.once(texts.everywhere)):
        return
    own: set[str] | None = None
    for resource, path, match in _written(configuration, _ACCOUNT):
        own = _own_accounts(configuration) if own is None else own
        account = match[1] or match[0]
        text = match.string[match.start() :]
        if account not in own and not _PUBLISHED.search(path) and not _PUBLISHED.search(text):
            yield Finding(resource, path, f"the account {account}", "the account of the provider")


def _own_accounts(configuration: Configuration) -> set[str]:
    """Give the accounts that AWS has told: those of data sources and of what is made already."""
    known = []
    for each in configuration.resources:
        told = each.mode == "data"
        known.append(each.values if told else [each.given("arn"), each.given("owner_id")])
    return set(re.findall(r"(?<!\d)\d{12}(?!\d)", texts.joined(known)))


@functools.cache
def _region_pattern() -> re.Pattern[str]:
    every = "|".join(sorted(regions.names(), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({every})[a-z]?(?![\w-])")


# Every region has one in its name, few other texts have, and it is found fast.
_DIRECTION = re.compile(r"-(?:north|south|east|west|central)[a-z]*-[0-9]")
# Arguments that name another region on purpose.
_ELSEWHERE = re.compile(r"region|destination|replica|source_|target|origin", re.IGNORECASE)


def _zone(zone: str) -> Example:
    return {
        "variable": {"aws_region": {"default": "us-east-2"}},
        "resource": {"aws_subnet": {"main": {"availability_zone": zone}}},
    }


@rule(
    "hard-coded-region",
    severity="warning",
    source=_HOUSE,
    fix="put it together from the variable, or take it from data.aws_availability_zones",
    good=_zone("us-east-2a"),
    bad=_zone("us-east-1a"),
)
def hard_coded_region(configuration: Configuration) -> Iterator[Finding]:
    """Where a configuration takes its region by a variable, no argument names another one.

    It is right in the one region that it was written for. What goes to another region on purpose has
    another provider, or says so in the argument's name.
    """
    wanted = _region(configuration)
    if not wanted or not _DIRECTION.search(configuration.once(texts.everywhere)):
        return
    for resource, path, match in _written(configuration, _region_pattern()):
        elsewhere = resource.provider or present(resource, "region") or _ELSEWHERE.search(path)
        if match[1] != wanted and not elsewhere and not _PUBLISHED.search(match.string):
            yield Finding(resource, path, f'"{match[0]}"', f"{wanted}, as the variable says")


_PARTITION = re.compile(r"\b(arn:aws[a-z-]*:)")


def _policy(partition: str) -> Example:
    attachment = {"policy_arn": f"arn:{partition}:iam::aws:policy/ReadOnlyAccess"}
    return {
        "variable": {"aws_region": {"default": "cn-north-1"}},
        "resource": {"aws_iam_role_policy_attachment": {"main": attachment}},
    }


@rule(
    "hard-coded-partition",
    severity="error",
    source=regions.source(),
    fix="begin the ARN with arn:${data.aws_partition.current.partition}:",
    good=_policy("aws-cn"),
    bad=_policy("aws"),
)
def hard_coded_partition(configuration: Configuration) -> Iterator[Finding]:
    """An ARN is of the partition that its region is in.

    China, GovCloud and the others have ARNs of their own: what begins with arn:aws: is not there.
    """
    wanted = _region(configuration)
    if not wanted or "arn:aws" not in configuration.once(texts.everywhere):
        return
    expected = f"arn:{regions.partition(wanted)}:"
    for resource, path, match in _written(configuration, _PARTITION):
        if match[0] != expected:
            yield Finding(resource, path, f'"{match[0]}"', f"{expected} in {wanted}")


_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_STAGE_TAGS = frozenset(("Name", "Environment", "environment", "Env", "env", "Stage", "stage"))


@rule(
    "hard-coded-environment",
    severity="warning",
    source=_HOUSE,
    fix="put the variable environment_suffix in its place",
    good=_environment("dev", aws_sns_topic={"main": {"name": "shop-alarms-dev"}}),
    bad=_environment("dev", aws_sns_topic={"main": {"name": "shop-prod-alarms-dev"}}),
)
def hard_coded_environment(configuration: Configuration) -> Iterator[Finding]:
    """No name and no tag says another environment than the one that the configuration is for.

    Whoever reads it takes one environment for another.
    """
    suffix = configuration.suffix
    if not suffix:
        return
    chosen = _environments(texts.joined(configuration.variables.values()))
    for resource, path, name in _stages(configuration):
        for word in _environments(name) - chosen:
            yield resource.finding(path, name, f"the environment {suffix}, and not {word}")


def _stages(configuration: Configuration) -> Iterator[tuple[Resource, str, str]]:
    """Give the names and tags that say, or could say, an environment."""
    for each in configuration.once(named.named):
        if each.known.suffixed:
            yield each.resource, each.path, each.name
    for resource in configuration.resources:
        given = resource.values.get("tags") if resource.mode == "resource" else None
        if isinstance(given, dict):
            for tag, value in given.items():
                if tag in _STAGE_TAGS and value.__class__ is str:
                    yield resource, f'tags["{tag}"]', value


@functools.lru_cache(maxsize=4096)
def _environments(text: str) -> frozenset[str]:
    return names.environment_words() & {word.lower() for word in _WORD.findall(text)}


# --- tags ---------------------------------------------------------------------------------------------

_TAGS = dict.fromkeys(tags.required(), "shop")


@rule(
    "required-tags",
    on=("*",),
    severity="warning",
    source="house rule: default_tags of the provider say what a resource belongs to",
    fix="add them to default_tags of the provider",
    good=_environment("dev", aws_sns_topic={"main": {"name": "shop-dev", "tags_all": _TAGS}}),
    bad=_environment("dev", aws_sns_topic={"main": {"name": "shop-dev", "tags_all": {}}}),
)
def required_tags(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Every resource has the tags that tell its environment, system, tool and repository.

    It is checked where a configuration takes an environment suffix, and the tags are known with those
    of the provider: in a plan.
    """
    every = resource.values.get("tags_all")
    if every is None or resource.mode != "resource" or not isinstance(every, Mapping):
        return
    if configuration.suffix:
        missing = [tag for tag in tags.required() if tag not in every]
        if missing:
            yield Finding(resource, "tags_all", f"without {', '.join(missing)}", "all of them")


@rule(
    "name-tag",
    on=tags.titled(),
    severity="warning",
    source="house rule: consoles show these resources by their Name tag alone",
    fix="add a tag Name that ends in the environment suffix",
    good=_environment("dev", aws_subnet={"main": {"tags": {"Name": "shop-a-dev"}}}),
    bad=_environment("dev", aws_subnet={"main": {"tags": {"Team": "shop"}}}),
)
def name_tag(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """What consoles show by its Name tag has one.

    Ten subnets without names can't be told apart by whoever is called at night.
    """
    given = resource.given("tags")
    if not configuration.suffix or (given is not None and not isinstance(given, Mapping)):
        return
    every = resource.values.get("tags_all")
    both = {**(given or {}), **(every if isinstance(every, Mapping) else {})}
    if "Name" not in both:
        yield Finding(resource, 'tags["Name"]', "not set", "a title with the environment suffix")


# --- what belongs to the account, and what nobody sees any more ---------------------------------------


@rule(
    "guardduty-detector",
    on=("aws_guardduty_detector",),
    severity="warning",
    source=singletons.source(),
    fix="leave it to the configuration of the account, and only read it here",
    good={"data": {"aws_guardduty_detector": {"main": {}}}},
    bad={"resource": {"aws_guardduty_detector": {"main": {"enable": True}}}},
)
def guardduty_detector(detector: Resource) -> Iterator[Finding]:
    """A configuration of databases makes no GuardDuty detector.

    An account has one in each region: the creation fails where there is one, and the destroy takes it
    from everything else in the account.
    """
    found = "a detector of the whole account"
    yield Finding(detector, "", found, "none in a configuration that shares its account")


_SINGLETONS = {kind: what for kind, what in singletons.types().items() if "guardduty" not in kind}


@rule(
    "account-singleton",
    on=_SINGLETONS,
    severity="warning",
    source=singletons.source(),
    fix="make it once for the account, in a configuration of its own",
    good={
        "variable": {_SUFFIX: {"default": "dev"}},
        "data": {"aws_ebs_encryption_by_default": {"main": {}}},
    },
    bad=_environment("dev", aws_ebs_encryption_by_default={"main": {"enabled": True}}),
)
def account_singleton(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """What an account or region has once is not made by a configuration that each environment has.

    The second environment fails or changes it for the first, and a destroy takes it from all.
    """
    if configuration.suffix:
        yield Finding(resource, "", _SINGLETONS[resource.type], "no resource in each environment")


@rule(
    "ignore-all-changes",
    on=("*",),
    severity="warning",
    source="developer.hashicorp.com Terraform language: the lifecycle meta-argument",
    fix="name the arguments that somebody else changes",
    good={"resource": {"aws_db_instance": {"main": {"lifecycle": {"ignore_changes": ["tags"]}}}}},
    bad={"resource": {"aws_db_instance": {"main": {"lifecycle": {"ignore_changes": "all"}}}}},
)
def ignore_all_changes(resource: Resource) -> Iterator[Finding]:
    """Terraform does not ignore all changes of a resource.

    The code then says nothing about what is there: neither a fix nor a wrong change by hand is ever
    seen. Plans do not show it, resolved systems do.
    """
    if not resource.lifecycle:
        return
    ignored = resource.lifecycle.get("ignore_changes")
    if ignored == "all" or (isinstance(ignored, (list, tuple)) and "all" in ignored):
        yield resource.finding("lifecycle.ignore_changes", "all", "the arguments that are meant")
