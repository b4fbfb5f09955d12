"""The rules bite: what is changed for the worse in a good system is caught.

Each rule is tried on aurora-demo with the rule's own good example beside it: it finds nothing there,
and something once the example is its bad one, which differs by one change or few. So that no list must
be kept, the mutations of rules are the differences of their examples. The mutations of aurora-demo
itself are listed: each is a mistake that somebody could make there, and some rule catches it.
"""

import copy
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from tapforge.lang.expression import Expression
from tapforge.rules import example, registry, run
from tapforge.rules.resource import Configuration, Resource
from tapforge.rules.rule import Example, Rule
from tapforge.systems.project import find
from tapforge.systems.resolve import resolve
from tapforge.testing.case import Subject, subject

RULES = registry.rules()
FEW = 4
"""The most changes between the good and the bad example of a rule."""

BOTH, DESTROYABLE, PROTECTED = (True, False), (True,), (False,)


@functools.cache
def demo() -> Subject:
    """Give aurora-demo, with the rules that this project holds it to."""
    return subject(find(Path(__file__).parents[3]), "aurora-demo")


@functools.cache
def good(destroyable: bool, suffix: str = "dev") -> Configuration:
    """Resolve aurora-demo, with a reader."""
    variables = {"destroyable": destroyable, "reader_count": 1, "environment_suffix": suffix}
    return resolve(demo().system, variables)


# --- each rule --------------------------------------------------------------------------------------


def changes(one: Any, other: Any) -> Iterator[str]:
    """Give the places where two examples differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in {**one, **other}:
            if key in one and key in other:
                yield from (f"{key}.{place}" for place in changes(one[key], other[key]))
            else:
                yield str(key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from (f"{index}.{place}" for place in changes(*pair))
    elif one != other or type(one) is not type(other):
        yield ""


def beside(added: Example) -> Configuration:
    """Give aurora-demo with an example beside it, in the form that the example is about."""
    own = example.configuration(added)
    destroyable = own.variables.get("destroyable")
    suffix = own.variables.get("environment_suffix")
    system = good(destroyable is True, suffix if isinstance(suffix, str) else "dev")
    resources = (*system.resources, *own.resources)
    # Some rules are about systems that have no such form.
    others = {name: value for name, value in system.variables.items() if name != "destroyable"}
    return Configuration(resources, {**others, **own.variables}, "aurora-demo")


def found(rule: Rule, configuration: Configuration) -> list[str]:
    """Give what a rule finds."""
    return [f"{each.address}: {each.message}" for each in run.check(configuration, [rule])]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
class TestEachRule:
    def test_its_examples_differ_by_few_changes(self, rule: Rule) -> None:
        """So that it is the change which is caught."""
        assert 1 <= len(list(changes(rule.good, rule.bad))) <= FEW

    def test_it_finds_nothing_in_a_good_system(self, rule: Rule) -> None:
        """Whatever else is there."""
        assert found(rule, beside(rule.good)) == []

    def test_it_catches_the_change(self, rule: Rule) -> None:
        """Whatever else is there."""
        assert found(rule, beside(rule.bad)) != []


# --- aurora-demo itself -----------------------------------------------------------------------------

DROP = object()


@attrs.frozen
class Mutation:
    """A mistake in aurora-demo.

    Attributes:
        mistake: What somebody does.
        type: The type of the resource they do it to, and its label where there are several.
        path: The argument, through blocks and keys; a parameter's by its name. Empty for the resource.
        value: What they write; `DROP` for what they leave out.
        forms: The forms of the system in which it is a mistake.
    """

    mistake: str
    type: str
    path: str
    value: Any = DROP
    forms: tuple[bool, ...] = BOTH

    def of(self, configuration: Configuration) -> Configuration:
        """Make the mistake in a system."""
        kind, _, name = self.type.removeprefix("data.").partition(".")
        mode = "data" if self.type.startswith("data.") else "resource"
        index, resource = next(
            (index, each)
            for index, each in enumerate(configuration.resources)
            if (each.mode, each.type) == (mode, kind) and name in ("", each.name)
        )
        changed = [self._changed(resource)] if self.path else []
        resources = [*configuration.resources]
        resources[index : index + 1] = changed
        return attrs.evolve(configuration, resources=tuple(resources))

    def _changed(self, resource: Resource) -> Resource:
        values = copy.deepcopy(dict(resource.values))
        *way, last = self.path.split("/")
        place: Any = values
        for step in way:
            place = place[0] if isinstance(place, list) and not _called(place, step) else place
            place = _called(place, step) if isinstance(place, list) else place[step]
        place = place[0] if isinstance(place, list) else place
        before = place.get(last)
        assert isinstance(before, Expression) or before != self.value
        if self.value is DROP:
            del place[last]
        else:
            place[last] = self.value
        return attrs.evolve(resource, values=values)


def _called(blocks: list[Any], name: str) -> Any:
    return next((each for each in blocks if each.get("name") == name), None)


CLUSTER, WRITER = "aws_rds_cluster", "aws_rds_cluster_instance.writer"
CLUSTER_GROUP, GROUP = "aws_rds_cluster_parameter_group", "aws_db_parameter_group"
INGRESS, LOGS, ROLE = (
    "aws_vpc_security_group_ingress_rule",
    "aws_cloudwatch_log_group",
    "aws_iam_role",
)
BUCKET, ACCESS = "aws_s3_bucket", "aws_s3_bucket_public_access_block"
TRUST, TLS = (
    "data.aws_iam_policy_document.monitoring_trust",
    "data.aws_iam_policy_document.tls_only",
)

MUTATIONS = [
    # Exposure
    Mutation("open the database to everybody", INGRESS, "cidr_ipv4", "0.0.0.0/0"),
    Mutation("open it to a public range", INGRESS, "cidr_ipv4", "52.0.0.0/8"),
    Mutation("forget the security group", CLUSTER, "vpc_security_group_ids"),
    Mutation("make an instance public", WRITER, "publicly_accessible", True),
    Mutation("let the bucket have public ACLs", ACCESS, "block_public_acls", False),
    Mutation("let the bucket have a public policy", ACCESS, "block_public_policy", False),
    Mutation("heed public ACLs", ACCESS, "ignore_public_acls", False),
    Mutation("let a public bucket be read", ACCESS, "restrict_public_buckets", False),
    Mutation("forget the access block", ACCESS, ""),
    Mutation("open all ports to the VPC", INGRESS, "ip_protocol", "-1"),
    Mutation("leave the default security group to AWS", "aws_default_security_group", ""),
    # Encryption
    Mutation("leave the cluster unencrypted", CLUSTER, "storage_encrypted", False),
    Mutation("forget the cluster's encryption", CLUSTER, "storage_encrypted"),
    Mutation(
        "say nothing of the bucket's encryption",
        "aws_s3_bucket_server_side_encryption_configuration",
        "",
    ),
    Mutation("let clients do without TLS", CLUSTER_GROUP, "parameter/rds.force_ssl/value", "0"),
    Mutation("forget the cluster's parameter group", CLUSTER, "db_cluster_parameter_group_name"),
    Mutation("let the bucket be read without TLS", "aws_s3_bucket_policy", ""),
    Mutation("deny the wrong condition", TLS, "statement/condition/values", ["true"]),
    Mutation("allow instead of deny", TLS, "statement/effect", "Allow"),
    # Secrets and rights
    Mutation("write a password", CLUSTER, "master_password", "Hq2-correct-horse"),
    Mutation("do without a password", CLUSTER, "manage_master_user_password", False),
    Mutation("write a password into a tag", CLUSTER, "tags/Password", "Hq2-correct-horse"),
    Mutation("trust everybody", TRUST, "statement/principals/identifiers", ["*"]),
    Mutation(
        "trust another service", TRUST, "statement/principals/identifiers", ["ec2.amazonaws.com"]
    ),
    Mutation("trust the service for any account", TRUST, "statement/condition"),
    Mutation("forget the role's policy", "aws_iam_role_policy_attachment", ""),
    Mutation(
        "attach a policy that is not there",
        "aws_iam_role_policy_attachment",
        "policy_arn",
        "arn:aws:iam::aws:policy/AmazonRDSEnhancedMonitoringRole",
    ),
    Mutation(
        "let everything be done",
        "aws_iam_role_policy_attachment",
        "policy_arn",
        "arn:aws:iam::aws:policy/AdministratorAccess",
    ),
    # Destroying
    Mutation("turn deletion protection around", CLUSTER, "deletion_protection", True, DESTROYABLE),
    Mutation("leave out deletion protection", CLUSTER, "deletion_protection", False, PROTECTED),
    Mutation("ask for a final snapshot", CLUSTER, "skip_final_snapshot", False, DESTROYABLE),
    Mutation("skip the final snapshot", CLUSTER, "skip_final_snapshot", True, PROTECTED),
    Mutation("keep automated backups", CLUSTER, "delete_automated_backups", False, DESTROYABLE),
    Mutation("lose automated backups", CLUSTER, "delete_automated_backups", True, PROTECTED),
    Mutation("keep the bucket's objects", BUCKET, "force_destroy", False, DESTROYABLE),
    Mutation("lose the bucket's objects", BUCKET, "force_destroy", True, PROTECTED),
    Mutation("leave the log group behind", LOGS, "skip_destroy", True, DESTROYABLE),
    Mutation("forget the snapshot's name", CLUSTER, "final_snapshot_identifier", DROP, PROTECTED),
    # Names
    Mutation("forget the suffix of the cluster", CLUSTER, "cluster_identifier", "aurora-postgres"),
    Mutation("forget the suffix of the role", ROLE, "name", "rds-monitoring-role"),
    Mutation("write capitals into the bucket's name", BUCKET, "bucket", "Tap-Bucket-dev"),
    Mutation("write an underscore into the identifier", WRITER, "identifier", "aurora_dev"),
    Mutation("end the identifier in a hyphen", WRITER, "identifier", "aurora-dev-"),
    Mutation("call the database like a word of SQL", CLUSTER, "database_name", "select"),
    Mutation("call the user like one of AWS", CLUSTER, "master_username", "rdsadmin"),
    Mutation("call both instances alike", WRITER, "identifier", "aurora-postgres-dev-instance-2"),
    Mutation("name the subnet group default", "aws_db_subnet_group", "name", "default"),
    Mutation("begin the group's name with sg-", "aws_security_group", "name", "sg-dev"),
    Mutation("leave out a tag that tells the tool", CLUSTER, "tags_all/ManagedBy"),
    Mutation("leave out the tag of the environment", LOGS, "tags_all/Environment"),
    Mutation("write a comma into a tag", CLUSTER, "tags/Owner", "one, two"),
    # Versions and parameters
    Mutation("take a version that is not there", CLUSTER, "engine_version", "16.99"),
    Mutation("take another family", CLUSTER_GROUP, "family", "aurora-postgresql15"),
    Mutation("take the family of RDS", GROUP, "family", "postgres16"),
    Mutation("take a class that is not there", WRITER, "instance_class", "db.r6g.tiny"),
    Mutation("take a class too old for the version", WRITER, "instance_class", "db.r4.large"),
    Mutation("misspell a parameter", GROUP, "parameter/log_lock_waits/name", "log_lock_wait"),
    Mutation(
        "give a parameter a value it does not take", GROUP, "parameter/log_statement/value", "some"
    ),
    Mutation(
        "apply a static parameter at once",
        GROUP,
        "parameter/shared_preload_libraries/apply_method",
        "immediate",
    ),
    Mutation(
        "forget a library", GROUP, "parameter/shared_preload_libraries/value", "pg_stat_statements"
    ),
    Mutation("log every statement at length", GROUP, "parameter/log_temp_files/value", "-2"),
    # Operation
    Mutation("keep backups for too long", CLUSTER, "backup_retention_period", 36),
    Mutation("keep backups for a day", CLUSTER, "backup_retention_period", 1, PROTECTED),
    Mutation("back up during maintenance", CLUSTER, "preferred_backup_window", "04:30-05:30"),
    Mutation(
        "make a window too short", CLUSTER, "preferred_maintenance_window", "mon:05:00-mon:05:10"
    ),
    Mutation("write a window that is none", CLUSTER, "preferred_backup_window", "3-4"),
    Mutation("monitor at no interval there is", WRITER, "monitoring_interval", 7),
    Mutation("monitor without a role", WRITER, "monitoring_role_arn"),
    Mutation("export no log", CLUSTER, "enabled_cloudwatch_logs_exports"),
    Mutation(
        "export a log of another engine", CLUSTER, "enabled_cloudwatch_logs_exports", ["audit"]
    ),
    Mutation("forget the log group", LOGS, ""),
    Mutation("keep the log for days nobody offers", LOGS, "retention_in_days", 11),
    Mutation("keep the log for ever", LOGS, "retention_in_days", 0),
    Mutation("forget how long the log is kept", LOGS, "retention_in_days"),
    Mutation("forget the bucket's versions", "aws_s3_bucket_versioning", ""),
    Mutation(
        "suspend the bucket's versions",
        "aws_s3_bucket_versioning",
        "versioning_configuration/status",
        "Suspended",
    ),
    # Network
    Mutation("put a subnet outside the VPC", "aws_subnet", "cidr_block", "10.9.0.0/24"),
    Mutation("let two subnets overlap", "aws_subnet", "cidr_block", "10.0.2.0/25"),
    Mutation("give the cluster one subnet", "aws_db_subnet_group", "subnet_ids", ["subnet-1"]),
]


def told(configuration: Configuration) -> set[tuple[str, str, str]]:
    """Give all that is told of a configuration and not accepted, mere notes too."""
    violations = run.check(configuration, demo().rules, demo().acceptances)
    return {(each.rule.id, each.address, each.problem) for each in violations if not each.accepted}


@functools.cache
def told_before(destroyable: bool) -> set[tuple[str, str, str]]:
    """Give what is told of aurora-demo as it is: notes."""
    return told(good(destroyable))


def caught_by(mutation: Mutation, destroyable: bool) -> list[str]:
    """Give the rules that catch a mistake; one that endangers nothing may be told by a note."""
    changed = told(mutation.of(good(destroyable)))
    return sorted({rule for rule, *_ in changed - told_before(destroyable)})


@pytest.mark.parametrize("destroyable", BOTH, ids=["destroyable", "protected"])
def test_nothing_is_wrong_with_aurora_demo(destroyable: bool) -> None:
    """So that whatever is found after a mistake is about the mistake."""
    violations = run.check(good(destroyable), demo().rules, demo().acceptances)
    assert [each.message for each in violations if each.fails] == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.mistake)
def test_a_mistake_in_aurora_demo_is_caught(mutation: Mutation) -> None:
    """By some rule, in each form of the system in which it is one."""
    for destroyable in mutation.forms:
        assert caught_by(mutation, destroyable) != []


def test_the_kill_rate_is_whole() -> None:
    """Of the rules, and of the mistakes in aurora-demo; `pytest -s` shows it."""
    bitten = sum(bool(found(rule, beside(rule.bad))) for rule in RULES.values())
    mistakes = [(each, form) for each in MUTATIONS for form in each.forms]
    caught = [caught_by(each, form) for each, form in mistakes]
    by = {rule for rules in caught for rule in rules}
    killed = sum(map(bool, caught))
    print(f"{bitten} of {len(RULES)} rules catch the change they are about")  # noqa: T201
    print(f"{killed} of {len(mistakes)} mistakes in aurora-demo are caught, by {len(by)} rules")  # noqa: T201
    assert (bitten, killed) == (len(RULES), len(mistakes))
