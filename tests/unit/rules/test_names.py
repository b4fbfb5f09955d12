"""Names, beyond the examples of their rules."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tapforge.facts import names, tags
from tapforge.rules import example, run
from tapforge.rules.catalogue import names as catalogue
from tapforge.rules.resource import Resource
from tapforge.rules.rule import Rule

Findings = Callable[..., list[str]]
UNKNOWN = "${random_id.main.hex}"


def one(type_: str, **arguments: Any) -> dict[str, Any]:
    """Return one resource."""
    return {type_: {"main": arguments}}


@pytest.mark.parametrize(
    ("rule", "resources", "words"),
    [
        (catalogue.database_identifier, one("aws_db_instance", identifier="a" * 63), None),
        (
            catalogue.database_identifier,
            one("aws_db_instance", identifier="a" * 64),
            "at most 63 characters, and it has 64; take away 1",
        ),
        (
            catalogue.database_identifier,
            one("aws_rds_cluster", cluster_identifier="a" * 53),
            None,
        ),
        (
            catalogue.database_identifier,
            one(
                "aws_rds_cluster", cluster_identifier="a" * 53, db_cluster_instance_class="db.m5d.l"
            ),
            "at most 52",
        ),
        # The provider puts 26 characters behind a prefix.
        (catalogue.database_identifier, one("aws_db_instance", identifier_prefix="a" * 37), None),
        (
            catalogue.database_identifier,
            one("aws_db_instance", identifier_prefix="a" * 38),
            "identifier_prefix",
        ),
        (catalogue.database_identifier, one("aws_db_instance", identifier=""), None),
        (catalogue.database_identifier, one("aws_db_instance", identifier=UNKNOWN), None),
        (catalogue.database_identifier, one("aws_db_proxy", name="Shop-Proxy"), None),
        (
            catalogue.security_group_name,
            one("aws_vpc_security_group_egress_rule", description="AWS's services"),
            "letters, digits, spaces",
        ),
        (
            catalogue.security_group_name,
            one("aws_security_group", ingress=[{"description": "to & fro"}, {"description": "é"}]),
            "letters, digits, spaces",
        ),
        (
            catalogue.database_name,
            one("aws_db_instance", engine="postgres", name="shop-dev"),
            'name is "shop-dev"',
        ),
        (
            catalogue.database_name,
            one("aws_rds_cluster", engine="aurora-postgresql", database_name="select"),
            "a reserved word of SQL",
        ),
        (catalogue.database_name, one("aws_db_instance", engine="mysql", db_name="db"), None),
        (catalogue.database_name, one("aws_db_instance", db_name="shop-dev"), None),
        (catalogue.database_name, one("aws_db_instance", engine=UNKNOWN, db_name="a-b"), None),
        (
            catalogue.master_username,
            one("aws_db_instance", engine="postgres", username="u" * 17),
            None,
        ),
        (
            catalogue.master_username,
            one("aws_db_instance", engine="postgres", username="pg_admin"),
            "reserves the prefix pg_",
        ),
        (
            catalogue.master_password,
            one("aws_db_instance", engine="postgres", password="short"),
            "at least 8",
        ),
        (catalogue.bucket_name, one("aws_s3_bucket", bucket="abc"), None),
        (catalogue.bucket_name, one("aws_s3_bucket", bucket="ab"), "at least 3"),
        (catalogue.bucket_name, one("aws_s3_bucket", bucket="shop-1-use1-an"), "reserves"),
        (
            catalogue.bucket_name,
            one("aws_s3_bucket", bucket="shop-1-use1-an", bucket_namespace="account-regional"),
            None,
        ),
        (catalogue.iam_name, one("aws_iam_role", name="r" * 64), None),
        (catalogue.iam_name, one("aws_iam_role", name="r" * 65), "at most 64"),
        (catalogue.iam_name, one("aws_iam_role", name_prefix="r" * 38), None),
        (catalogue.kms_alias_name, one("aws_kms_alias", name="alias/aws/rds"), "AWS managed"),
        (catalogue.ssm_parameter_name, one("aws_ssm_parameter", name="plain"), None),
        (catalogue.messaging_name, one("aws_sns_topic", name="shop.fifo"), None),
        (catalogue.cloudwatch_name, one("aws_cloudwatch_log_group", name="/aws/rds/a"), None),
        (catalogue.route53_name, one("aws_route53_zone", name="0.10.in-addr.arpa."), None),
        (
            catalogue.backup_name,
            one("aws_backup_plan", rule=[{"rule_name": "daily"}, {"rule_name": "x" * 51}]),
            "rule[1].rule_name",
        ),
        (catalogue.backup_name, one("aws_backup_plan", rule=UNKNOWN), None),
        (catalogue.security_group_name, one("aws_security_group", name_prefix="sg-"), "prefix sg-"),
    ],
)
def test_legal_names(
    findings: Findings, rule: Rule, resources: dict[str, Any], words: str | None
) -> None:
    """Lengths, prefixes, old spellings of arguments, and other engines."""
    found = findings(rule, resources)
    assert (words in found[0]) if words else not found


def test_a_refused_password_is_not_shown(findings: Findings) -> None:
    """The report is read by more people than the state."""
    resources = one("aws_db_instance", engine="postgres", password="se/cr@et1")
    (found,) = findings(catalogue.master_password, resources)
    assert "cr@et1" not in found
    assert "password is sensitive" in found


@pytest.mark.parametrize(
    ("type_", "given", "words"),
    [
        ("aws_db_instance", {"Owner": "Zoë Ångström"}, None),
        ("aws_db_instance", {"Owner": UNKNOWN}, None),
        ("aws_db_instance", {"Cost": 5}, None),
        ("aws_db_instance", {"Team": "a, b"}, 'no "," in a tag value of RDS'),
        ("aws_s3_bucket", {"Team": "a, b"}, None),
        ("aws_s3_bucket", {"aws:owner": "a"}, "AWS reserves the prefix aws:"),
        ("aws_s3_bucket", {"k" * 128: ""}, "at most 127"),
        ("aws_s3_bucket", {"key": "v" * 257}, "at most 256"),
        ("aws_s3_bucket", {str(n): "" for n in range(50)}, None),
        ("aws_s3_bucket", {str(n): "" for n in range(51)}, "tags is 51 tags, expected at most 50"),
        ("azurerm_storage_account", {"aws:owner": "a" * 300}, None),
        ("aws_autoscaling_group", [{"key": "aws:a", "value": "b"}], None),
    ],
)
def test_tags(findings: Findings, type_: str, given: Any, words: str | None) -> None:
    """Each service has its characters; other clouds have rules of their own."""
    found = findings(catalogue.tag_name, one(type_, tags=given))
    assert (words in found[0]) if words else not found


def test_most_tags_are_those_of_the_facts() -> None:
    """The boundary above is AWS's."""
    assert tags.maximum() == 50


@pytest.mark.parametrize(
    ("rule", "resources", "noted"),
    [
        (catalogue.secret_name_ending, one("aws_secretsmanager_secret", name="a-12345"), False),
        (catalogue.secret_name_ending, one("aws_secretsmanager_secret", name="a-1234567"), False),
        (catalogue.secret_name_ending, one("aws_secretsmanager_secret", name="a-pr1234/m"), False),
        (
            catalogue.secret_name_ending,
            one("aws_secretsmanager_secret", name_prefix="a-pr1234"),
            False,
        ),
        (
            catalogue.folded_name,
            one("aws_rds_cluster", engine="aurora-postgresql", master_username="Admin"),
            True,
        ),
        (catalogue.folded_name, one("aws_db_instance", engine="sqlserver-ex", name="A"), False),
        (catalogue.folded_name, one("aws_db_instance", engine=UNKNOWN, db_name="A"), False),
        (catalogue.lower_case_identifier, one("aws_dms_endpoint", endpoint_id="Shop"), False),
        (
            catalogue.lower_case_identifier,
            one("aws_rds_global_cluster", global_cluster_identifier="Shop"),
            True,
        ),
    ],
)
def test_traps(findings: Findings, rule: Rule, resources: dict[str, Any], noted: bool) -> None:
    """What is legal, and is found to be a trap later."""
    assert bool(findings(rule, resources)) is noted


def two(type_: str, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return two resources of a type."""
    return {type_: {"a": first, "b": second}}


VPC, OTHER = "${aws_vpc.a.id}", "${aws_vpc.b.id}"


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (two("aws_sns_topic", {"name": "x"}, {"name": "x"}), True),
        (two("aws_sns_topic", {"name": "x"}, {"name": "X"}), False),
        (two("aws_iam_role", {"name": "x"}, {"name": "X"}), True),
        (two("aws_sns_topic", {"name": ""}, {"name": ""}), False),
        (two("aws_sns_topic", {"name": UNKNOWN}, {"name": UNKNOWN}), False),
        (two("aws_sns_topic", {"name_prefix": "x"}, {"name_prefix": "x"}), False),
        (two("aws_sns_topic", {"name": "x"}, {"name": "x", "region": "us-west-2"}), False),
        (two("aws_sns_topic", {"name": "x"}, {"name": "x", "region": UNKNOWN}), False),
        (
            two("aws_s3_bucket", {"bucket": "xyz"}, {"bucket": "xyz", "region": "us-west-2"}),
            True,
        ),
        (
            two("aws_security_group", {"name": "x", "vpc_id": VPC}, {"name": "x", "vpc_id": OTHER}),
            False,
        ),
        (
            two("aws_security_group", {"name": "x", "vpc_id": VPC}, {"name": "x", "vpc_id": VPC}),
            True,
        ),
        (
            two(
                "aws_cloudwatch_event_rule",
                {"name": "x"},
                {"name": "x", "event_bus_name": "default"},
            ),
            True,
        ),
        (
            two("aws_iam_role_policy", {"name": "x", "role": "a"}, {"name": "x", "role": "b"}),
            False,
        ),
        (
            two(
                "aws_db_instance",
                {"final_snapshot_identifier": "x", "skip_final_snapshot": True},
                {"final_snapshot_identifier": "x", "skip_final_snapshot": True},
            ),
            False,
        ),
        (
            two(
                "aws_db_instance",
                {"final_snapshot_identifier": "x"},
                {"final_snapshot_identifier": "x"},
            ),
            True,
        ),
        # An instance of a cluster and one without share their identifiers, clusters have their own.
        (
            {
                "aws_db_instance": {"a": {"identifier": "x"}},
                "aws_rds_cluster_instance": {"a": {"identifier": "x"}},
            },
            True,
        ),
        (
            {
                "aws_db_instance": {"a": {"identifier": "x"}},
                "aws_rds_cluster": {"a": {"cluster_identifier": "x"}},
            },
            False,
        ),
    ],
)
def test_duplicates(findings: Findings, resources: dict[str, Any], wrong: bool) -> None:
    """A name is taken within what AWS keeps it unique in, as far as that is known."""
    vpcs = {"aws_vpc": {"a": {}, "b": {}}}
    assert bool(findings(catalogue.duplicate_name, {**vpcs, **resources})) is wrong


def test_another_provider_has_other_names() -> None:
    """It may be another region or account; buckets are one partition's."""
    for bad, wrong in (
        (catalogue.duplicate_name.bad, False),
        ({"resource": two("aws_s3_bucket", {"bucket": "xyz"}, {"bucket": "xyz"})}, True),
    ):
        made = example.configuration(bad)
        first, second = made.resources
        there = attrs.evolve(second, provider="aws.replica")
        both = attrs.evolve(made, resources=(first, there))
        assert bool(run.check(both, [catalogue.duplicate_name])) is wrong


def test_an_existing_resource_that_is_only_read_takes_no_name() -> None:
    """A data source names what is there already."""
    topic = {"aws_sns_topic": {"main": {"name": "shop-dev"}}}
    made = example.configuration({"resource": topic, "data": topic})
    assert not run.check(made, [catalogue.duplicate_name, catalogue.environment_suffix])


@pytest.mark.parametrize("entry", names.account_wide().values(), ids=lambda each: each.name)
def test_what_an_account_has_once(findings: Findings, entry: names.AccountWideName) -> None:
    """It is no business of an environment, and of a configuration without environments it is."""
    type_, _, argument = entry.argument.partition(".")
    resources = one(type_, **{argument: entry.name})
    assert findings(catalogue.account_wide_name, resources, environment_suffix="dev")
    assert not findings(catalogue.account_wide_name, resources)
    assert not findings(catalogue.environment_suffix, resources, environment_suffix="dev")
    others = one(type_, **{argument: f"{entry.name}-dev"})
    assert not findings(catalogue.account_wide_name, others, environment_suffix="dev")


@pytest.mark.parametrize(
    ("resources", "suffix", "wrong"),
    [
        (one("aws_sns_topic", name="shop-dev"), "dev", False),
        (one("aws_sns_topic", name="dev"), "dev", False),
        (one("aws_sns_topic", name="dev-shop"), "dev", False),
        (one("aws_sns_topic", name="shop-device"), "dev", True),
        (one("aws_sns_topic", name="shop-device-dev"), "dev", False),
        (one("aws_sns_topic", name="shopdev"), "dev", True),
        (one("aws_sns_topic", name="shop"), "", False),
        (one("aws_sns_topic", name="shop"), None, False),
        (one("aws_sns_topic", name="shop"), 5, False),
        (one("aws_sns_topic", name=UNKNOWN), "dev", False),
        (one("aws_sns_topic", name_prefix="shop-"), "dev", True),
        (one("aws_rds_cluster", database_name="shop"), "dev", False),
        (one("aws_vpc", tags={"Name": "shop"}), "dev", True),
        (one("aws_vpc", tags={"Name": "shop-dev"}), "dev", False),
        (one("aws_vpc", tags={"Name": ""}), "dev", False),
        (one("aws_vpc", tags=UNKNOWN), "dev", False),
    ],
)
def test_suffixes(findings: Findings, resources: dict[str, Any], suffix: Any, wrong: bool) -> None:
    """The suffix stands as a word, wherever; names inside a database need none."""
    found = findings(catalogue.environment_suffix, resources, environment_suffix=suffix)
    assert bool(found) is wrong


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"name": "shop-16", "family": "postgres16"}, False),
        ({"name": "shop-pg16-dev2", "family": "aurora-postgresql16"}, False),
        ({"name": "shop-160", "family": "postgres16"}, True),
        ({"name": "shop-9", "family": "postgres9.6"}, False),
        # Other engines change their families in other ways.
        ({"name": "shop-mysql8", "family": "mysql8.0"}, False),
        ({"name": "shop", "family": "mysql8.0"}, False),
        ({"name_prefix": "shop-", "family": "postgres16"}, False),
        ({"name": "shop-1", "name_prefix": "shop-", "family": "postgres16"}, False),
        ({"name": "", "family": "postgres16"}, False),
        ({"name": UNKNOWN, "family": "postgres16"}, False),
        ({"name": "shop", "family": UNKNOWN}, False),
    ],
)
def test_versions_in_names_of_groups(
    findings: Findings, arguments: dict[str, Any], wrong: bool
) -> None:
    """A group of PostgreSQL has the major version in its name, or a name that is new each time."""
    resources = one("aws_db_parameter_group", **arguments)
    assert bool(findings(catalogue.parameter_group_version, resources)) is wrong


def test_counted_resources_are_not_taken_for_one_another() -> None:
    """An address without a key may stand for any instance: what it leads to is not sure."""
    group = {"type": "aws_security_group", "name": "g"}
    made = example.configuration(
        {"resource": two("aws_security_group", {"name": "x"}, {"name": "x"})}
    )
    reference = example.configuration(
        {"resource": one("aws_security_group", vpc_id="${aws_vpc.counted.id}")}
    ).resources[0]
    values = {"name": "x", "vpc_id": reference.given("vpc_id")}
    groups = [Resource(values, address=f"aws_security_group.g[{n}]", **group) for n in (0, 1)]
    counted = attrs.evolve(made, resources=tuple(groups))
    assert not run.check(counted, [catalogue.duplicate_name])
