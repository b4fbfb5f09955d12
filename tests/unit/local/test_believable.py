"""Values that could be AWS's own."""

import json
import re
from typing import Any

import pytest

from tapforge.local.schema_provider.believable import Settings, Subject, outdated
from tapforge.local.schema_provider.objects import UNKNOWN

EU = Settings("eu-central-1", {"Team": "db"})


def made(path: str, type_: Any = "string", kind: Any = "resource", **config: Any) -> Any:
    """The value of `TYPE.ATTRIBUTE` of an object with a configuration."""
    type_name, _, name = path.partition(".")
    subject = Subject(kind, type_name, config, EU)
    return subject.fill(name, {"type": type_, "computed": True}, config)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("aws_vpc.id", r"vpc-[0-9a-f]{17}"),
        ("aws_vpc.default_security_group_id", r"sg-[0-9a-f]{17}"),
        ("aws_vpc.main_route_table_id", r"rtb-[0-9a-f]{17}"),
        ("aws_vpc_security_group_ingress_rule.id", r"sgr-[0-9a-f]{17}"),
        ("aws_db_instance.id", r"payments"),
        ("aws_kms_key.id", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("aws_kms_key.arn", r"arn:aws:kms:eu-central-1:123456789012:key/[0-9a-f-]{36}"),
        ("aws_rds_cluster.kms_key_id", r"arn:aws:kms:eu-central-1:123456789012:key/[0-9a-f-]{36}"),
        ("aws_rds_cluster.arn", r"arn:aws:rds:eu-central-1:123456789012:cluster:payments"),
        ("aws_iam_role.arn", r"arn:aws:iam::123456789012:role/payments"),
        ("aws_s3_bucket.arn", r"arn:aws:s3:::payments"),
        ("aws_sns_topic.id", r"arn:aws:sns:eu-central-1:123456789012:payments"),
        (
            "aws_dms_endpoint.endpoint_arn",
            r"arn:aws:dms:eu-central-1:123456789012:endpoint/payments",
        ),
        ("aws_subnet.arn", r"arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-[0-9a-f]{17}"),
        ("aws_rds_cluster.endpoint", r"payments\.[0-9a-f]{12}\.eu-central-1\.rds\.amazonaws\.com"),
        ("aws_rds_cluster.reader_endpoint", r"payments\.reader-[0-9a-f]{12}\..*"),
        ("aws_db_instance.endpoint", r"payments\.[0-9a-f]{12}\..*\.rds\.amazonaws\.com:5432"),
        ("aws_sqs_queue.url", r"https://payments\..*\.sqs\.amazonaws\.com"),
        ("aws_rds_cluster.hosted_zone_id", r"Z[0-9A-F]{13}"),
        ("aws_route53_zone.zone_id", r"Z[0-9A-F]{13}"),
        ("aws_vpc.owner_id", r"123456789012"),
        ("aws_caller_identity.account_id", r"123456789012"),
        ("aws_caller_identity.id", r"123456789012"),
        ("aws_x.name", r"tf-[0-9a-f]{12}"),
        ("aws_db_instance.db_name", r"tf_[0-9a-f]{12}"),
        ("aws_db_instance.username", r"tf_[0-9a-f]{12}"),
        ("aws_db_instance.db_subnet_group_name", r"tf-[0-9a-f]{12}"),
        ("aws_region.name", r"eu-central-1"),
        ("aws_subnet.availability_zone", r"eu-central-1a"),
        ("aws_subnet.availability_zone_id", r"euc1-az1"),
        ("aws_partition.partition", r"aws"),
        ("aws_partition.dns_suffix", r"amazonaws\.com"),
        ("aws_partition.reverse_dns_prefix", r"com\.amazonaws"),
        ("aws_iam_policy.policy", r'\{"Version":"2012-10-17","Statement":\[\]\}'),
        ("aws_secretsmanager_random_password.random_password", r"[0-9a-f]{32}"),
        ("aws_db_instance.create_time", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("aws_vpc.cidr_block", r"10\.0\.0\.0/16"),
        ("aws_vpc.ipv6_cidr_block", r"2001:db8::/56"),
        ("aws_instance.ipv6_address", r"2001:db8::[0-9a-f]{4}"),
        ("aws_eip.public_ip", r"203\.0\.113\.\d{1,3}"),
        ("aws_eip.private_ip", r"10\.0\.0\.\d{1,3}"),
        ("aws_db_instance.status", r"available"),
        ("aws_lambda_function.version", r"1"),
        ("aws_rds_cluster.engine_version_actual", r"17\.5"),
        ("aws_s3_bucket.bucket_prefix", r""),
        ("aws_region.description", r""),
        ("aws_rds_cluster.network_type", r"network-type-[0-9a-f]{8}"),
    ],
)
def test_a_string_looks_like_its_name_says(path: str, pattern: str) -> None:
    """Ids, ARNs, endpoints and the like have AWS's own form."""
    assert re.fullmatch(pattern, made(path, name="payments"))


@pytest.mark.parametrize(
    ("path", "type_", "value"),
    [
        ("aws_rds_cluster.port", "number", 5432),
        ("aws_lb_listener.port", "number", 443),
        ("aws_db_instance.iops", "number", 1),
        ("aws_db_instance.multi_az", "bool", False),
        ("aws_route.network_interface_id", "string", ""),
        ("aws_x.labels", ["map", "string"], {}),
        ("aws_x.any", "dynamic", [b'"string"', "ANY"]),
        ("aws_x.pair", ["tuple", ["bool", "number"]], [False, 1]),
        (
            "aws_rds_cluster.availability_zones",
            ["set", "string"],
            ["eu-central-1" + z for z in "abc"],
        ),
        ("aws_x.flags", ["list", "bool"], [False]),
        ("aws_x.port", "bool", False),
        (
            "aws_x.objects",
            ["list", ["object", {"port": "number", "owner_id": "string"}]],
            [{"port": 443, "owner_id": "123456789012"}],
        ),
    ],
)
def test_every_type_has_values(path: str, type_: Any, value: Any) -> None:
    """Collections have something in them to index; maps are empty."""
    if value == [b'"string"', "ANY"]:
        kind, text = made(path, type_)
        assert kind == b'"string"'
        assert text.startswith("any-")
    else:
        assert made(path, type_) == value


def test_a_query_finds_several() -> None:
    """A data source's list has three different elements, or one if they cannot differ."""
    found = made("aws_subnets.ids", ["list", "string"], "data")

    assert len(set(found)) == 3
    assert all(id_.startswith("subnet-") for id_ in found)
    assert made("aws_x.regions_region", ["set", "string"], "data") == ["eu-central-1"]


def test_a_choice_that_was_not_made_is_empty() -> None:
    """What one may give and did not is empty, unless its name says what it holds."""
    subject = Subject("resource", "aws_instance", {}, EU)

    def chosen(name: str, type_: Any) -> Any:
        return subject.fill(name, {"type": type_, "computed": True, "optional": True}, {})

    assert chosen("log_types", ["list", "string"]) == []
    assert chosen("extra", ["map", "string"]) == {}
    assert chosen("shape", ["object", {"on": "bool"}]) == {"on": False}
    assert chosen("vpc_security_group_ids", ["set", "string"])[0].startswith("sg-")


@pytest.mark.parametrize(
    ("mode", "shape"), [("single", "{}"), ("list", "[{}]"), ("set", "[{}]"), ("map", "")]
)
def test_nested_objects_are_made_whole(mode: str, shape: str) -> None:
    """A computed nested attribute has all its own attributes."""
    nested = {"nesting_mode": mode, "attributes": {"port": {"type": "number", "computed": True}}}

    value = Subject("resource", "aws_x", {}, EU).fill("inner", {"nested_type": nested}, {})

    assert value == (json.loads(shape.replace("{}", '{"port": 443}')) if shape else {})


def test_a_policy_document_is_rendered() -> None:
    """The data source's JSON is that of its own configuration."""
    statement = [{"actions": ["s3:GetObject"]}]

    text = made("aws_iam_policy_document.json", kind="data", statement=statement)
    short = made("aws_iam_policy_document.minified_json", kind="data", statement=statement)

    assert json.loads(text) == json.loads(short)
    assert json.loads(text)["Statement"][0]["Action"] == "s3:GetObject"
    assert "\n" not in short


def test_a_secret_is_the_json_that_rds_writes() -> None:
    """A service that reads the secret finds its keys."""
    secret = json.loads(made("aws_secretsmanager_secret_version.secret_string"))

    assert {"username", "password", "engine", "host", "port"} == set(secret)


def test_a_family_follows_engine_and_version() -> None:
    """The parameter group family is that of the configured engine."""
    family = made(
        "aws_rds_engine_version.parameter_group_family", engine="postgres", version="16.9"
    )

    assert family == "postgres16"


def test_the_same_configuration_has_the_same_values() -> None:
    """Values depend on type and configuration, and on nothing else but the number of its kind."""
    config = {"name": "a"}

    def value(type_name: str, config: dict[str, str], ordinal: int) -> Any:
        subject = Subject("resource", type_name, config, EU, ordinal)
        return subject.fill("unique_id", {"type": "string"}, config)

    assert value("aws_x", config, 1) == value("aws_x", dict(config), 1)
    assert len({value("aws_x", config, n) for n in (1, 2)}) == 2
    assert value("aws_x", config, 1) != value("aws_y", config, 1)
    assert value("aws_x", config, 1) != value("aws_x", {"name": "b"}, 1)


def test_tags_of_the_provider_join_those_of_the_resource() -> None:
    """The resource's own tags win."""
    type_ = ["map", "string"]

    assert made("aws_vpc.tags_all", type_, tags={"Name": "x"}) == {"Team": "db", "Name": "x"}
    assert made("aws_vpc.tags_all", type_, tags=None) == {"Team": "db"}
    assert made("aws_vpc.tags_all", type_, tags=UNKNOWN) == {"Team": "db"}


def test_a_change_of_tags_outdates_all_tags() -> None:
    """What is derived is planned again; everything else keeps its value."""
    block = {"attributes": {"tags": {}, "tags_all": {}, "id": {}}}
    prior = {"tags": {"a": "1"}, "tags_all": {"a": "1"}, "id": "x"}
    changed = {**prior, "tags": {"a": "2"}}

    assert outdated(block, prior, changed) == {**changed, "tags_all": UNKNOWN}
    assert outdated(block, prior, prior) == prior
    assert outdated(block, None, changed) == changed
    assert outdated({}, prior, changed) == changed


@pytest.mark.parametrize(
    ("config", "settings"),
    [
        ({"region": "eu-central-1", "default_tags": [{"tags": {"Team": "db"}}]}, EU),
        ({}, Settings("us-east-1", {})),
        ({"region": None, "default_tags": []}, Settings()),
        ({"region": UNKNOWN, "default_tags": UNKNOWN}, Settings()),
        ({"region": [b'"string"', "eu-central-1"]}, Settings("eu-central-1")),
        ({"region": 7, "default_tags": "x"}, Settings()),
        ({"default_tags": [{"tags": None}, {"tags": UNKNOWN}]}, Settings()),
    ],
)
def test_settings_are_read_from_any_configuration(
    config: dict[str, Any], settings: Settings
) -> None:
    """Whatever is not known, or is of another provider, counts as not given."""
    assert Settings.from_config(config) == settings


def test_an_application_that_rotates_secrets_puts_its_function_out() -> None:
    """As one that AWS hosts does, whatever else it puts out."""
    type_name = "aws_serverlessapplicationrepository_cloudformation_stack"

    outputs = made(f"{type_name}.outputs", ["map", "string"], name="rotation")

    assert outputs == {
        "RotationLambdaARN": "arn:aws:lambda:eu-central-1:123456789012:function:rotation"
    }


def test_an_own_region_comes_first() -> None:
    """A resource with a region of its own is there."""
    arn = made("aws_sns_topic.arn", name="t", region="us-west-2")

    assert arn == "arn:aws:sns:us-west-2:123456789012:t"


def test_a_type_the_schema_language_does_not_know_is_an_error() -> None:
    """A new kind of type must not pass unseen."""
    with pytest.raises(AssertionError):
        made("aws_x.odd", ["odd"])
