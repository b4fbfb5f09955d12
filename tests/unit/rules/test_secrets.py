"""Secrets, beyond the examples of the rules."""

import base64
import json
from typing import Any

import pytest

from tapforge.rules import run
from tapforge.rules.catalogue import secrets as catalogue
from tapforge.rules.resource import Configuration, Resource, Sensitive, Unknown

UNKNOWN = "${random_id.main.hex}"
MADE = "${random_password.main.result}"
PASSWORD = "Hq2-correct-horse"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf"
# Put together here, so that nobody who looks for keys in code finds one.
KEY = "AKIA" + "Q3EGRIXGP2ZLKZ7W"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *[("DB_PASSWORD", True), ("dbPassword", True), ("db-passwd", True), ("PGPASSWORD", True)],
        *[("api_key", True), ("apiKey", True), ("AUTH_TOKEN", True), ("secret", True)],
        *[("DB_SECRET_ARN", False), ("password_length", False), ("token_ttl", False)],
        *[("secretName", False), ("public_key", False), ("password_policy", False)],
        *[("keyboard", False), ("secretary", False), ("tokenizer", False), ("DB_HOST", False)],
    ],
)
def test_what_is_called_a_secret(name: str, secret: bool) -> None:
    """Names of secrets, and not of what leads to them or merely sounds so."""
    assert catalogue._called_secret(name) is secret


@pytest.mark.parametrize(
    ("value", "name", "secret"),
    [
        *[(PASSWORD, "", True), ("correct-horse", "password", True), ("x7", "", True)],
        *[("", "", False), ("  ", "", False), (ARN, "", False), (12345678, "", False)],
        *[("{{resolve:secretsmanager:a}}", "", False), ("/orders/password", "", False)],
        *[("changeme", "", False), ("<password>", "", False), ("TODO", "", False)],
        *[("true", "", False), ("30", "", False), ("https://idp.example", "", False)],
        ("https://user:pw@idp.example", "", True),
        *[("orders-db-credentials", "DB_SECRET", False), (PASSWORD, "DB_SECRET", True)],
        ("orders/db/main", "db_credentials", False),
    ],
)
def test_what_is_a_secret(value: Any, name: str, secret: bool) -> None:
    """Placeholders, pointers and the names of secrets are none."""
    assert catalogue._is_secret(value, name) is secret


def version(value: Any) -> dict[str, Any]:
    """Return the value of a secret."""
    return {"aws_secretsmanager_secret_version": {"main": {"secret_string": value}}}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (PASSWORD, "secret_string is plain text"),
        (json.dumps({"username": "app", "password": PASSWORD}), "plain text for password"),
        (json.dumps({"api_key": PASSWORD, "token": PASSWORD}), "plain text for api_key, token"),
        (json.dumps({"username": "app", "password": ""}), None),
        (json.dumps({"password": "CHANGE_ME"}), None),
        *[("12345", None), ("[1]", None), (UNKNOWN, None), (MADE, None), (None, None), ("", None)],
    ],
    ids=str,
)
def test_secret_plain_text(findings, value: Any, words: str | None) -> None:
    """Of JSON the keys decide; a finding never shows the secret."""
    messages = findings(catalogue.secret_plain_text, version(value))
    assert (words in messages[0]) if words else not messages
    assert all(PASSWORD not in each for each in messages)


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"type": "String", "value": PASSWORD}, True),
        ({"type": "String", "insecure_value": PASSWORD}, True),
        ({"type": "StringList", "value": PASSWORD}, True),
        ({"type": "String", "value": MADE}, True),
        ({"type": "String", "value": UNKNOWN}, False),
        ({"type": "String", "value": "changeme"}, False),
        ({"type": "SecureString", "value": PASSWORD}, False),
        ({"type": UNKNOWN, "value": PASSWORD}, False),
        ({"type": "String", "value": PASSWORD, "name": "/orders/db_host"}, False),
        ({"type": "String", "value": ARN, "name": "/orders/db_password_arn"}, False),
        ({"type": "String", "value": PASSWORD, "name": UNKNOWN}, False),
        ({"type": "String", "value": PASSWORD, "name": "/password/hint"}, False),
    ],
    ids=str,
)
def test_ssm_parameter_plain_text(findings, arguments: dict[str, Any], wrong: bool) -> None:
    """The last part of the name says what it is."""
    parameter = {"name": "/orders/db_password", **arguments}
    messages = findings(
        catalogue.ssm_parameter_plain_text, {"aws_ssm_parameter": {"main": parameter}}
    )
    assert bool(messages) is wrong


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("/orders/db_password", Sensitive(), True),
        ("/orders/db_password", Unknown(), False),
        ("/orders/db_secret", Sensitive(), False),
        ("/orders/db_host", Sensitive(), False),
    ],
    ids=["hidden", "unknown", "perhaps a name", "no secret"],
)
def test_ssm_parameter_in_a_plan(name: str, value: Any, wrong: bool) -> None:
    """A plan hides all values, so that the name alone decides."""
    values = {"name": name, "type": "String", "value": value}
    parameter = Resource(values, address="aws_ssm_parameter.x", type="aws_ssm_parameter", name="x")
    found = run.check(Configuration((parameter,)), [catalogue.ssm_parameter_plain_text])
    assert bool(found) is wrong


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"DB_PASSWORD": PASSWORD, "API_KEY": PASSWORD, "DB_HOST": "db"}, 2),
        ({"DB_PASSWORD": MADE}, 1),
        ({"DB_PASSWORD": UNKNOWN}, 0),
        ({"DB_SECRET_ARN": ARN, "DB_SECRET": "orders-db"}, 0),
        *[(UNKNOWN, 0), (None, 0), ({}, 0)],
    ],
    ids=str,
)
def test_lambda_environment_secret(findings, variables: Any, found: int) -> None:
    """Each variable that is a secret, and none that leads to one."""
    resources = {"aws_lambda_function": {"main": {"environment": [{"variables": variables}]}}}
    messages = findings(catalogue.lambda_environment_secret, resources)
    assert len(messages) == found
    assert all(PASSWORD not in each for each in messages)


def encoded(text: str) -> str:
    """Return text in base64."""
    return base64.b64encode(text.encode()).decode()


SCRIPT = f"#!/bin/sh\nexport PGPASSWORD={PASSWORD}\n"


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        *[({"user_data": SCRIPT}, True), ({"user_data": encoded(SCRIPT)}, True)],
        *[({"user_data_base64": encoded(SCRIPT)}, True), ({"user_data": UNKNOWN}, False)],
        ({"user_data": f"db_password: '{PASSWORD}'\n"}, True),
        ({"user_data": "export PGPASSWORD=$(aws secretsmanager get-secret-value)\n"}, False),
        ({"user_data": "export PGPASSWORD=${DB_PASSWORD}\n"}, False),
        ({"user_data": "export PGPASSWORD='<password>'\n"}, False),
        ({"user_data": "dnf install -y postgresql17\n"}, False),
        ({"user_data": encoded("dnf update")}, False),
        ({"user_data": "=not-base64"}, False),
        ({"user_data_base64": base64.b64encode(b"\xff\xfe").decode()}, False),
        ({}, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("type_", ["aws_instance", "aws_launch_template"])
def test_user_data_secret(findings, type_: str, arguments: dict[str, Any], wrong: bool) -> None:
    """A script that reads the secret when it runs holds none."""
    messages = findings(catalogue.user_data_secret, {type_: {"main": arguments}})
    assert bool(messages) is wrong
    assert all(PASSWORD not in each for each in messages)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (KEY, "is an access key"),
        (f"key={KEY};", "is an access key"),
        ("AKIA" + "IOSFODNN7EXAMPLE", None),
        ("X" + KEY, None),
        (KEY[:-1], None),
        ("-----BEGIN RSA " + "PRIVATE KEY-----\nabc", "is a private key"),
        ("-----BEGIN CERTIFICATE-----", None),
        ("Temp" + "Password123!Change" + "Me", "is a password that examples use"),
        ("TempPassword", None),
    ],
)
def test_literal_credential(findings, value: str, words: str | None) -> None:
    """It is found at any depth, and in variables; documents' own example is none."""
    nested = {"aws_instance": {"main": {"tags": {"a": ["x", {"b": value}]}}}}
    messages = findings(catalogue.literal_credential, nested)
    assert (f"aws_instance.main tags.a[1].b {words}" in messages[0]) if words else not messages
    messages = findings(catalogue.literal_credential, {}, given={"key": value, "number": 1})
    assert (f"variables.given.key {words}" in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({}, True),
        ({"pgp_key": "keybase:ci"}, False),
        ({"pgp_key": UNKNOWN}, False),
        ({"pgp_key": ""}, True),
    ],
    ids=str,
)
def test_access_key_in_state(findings, arguments: dict[str, Any], wrong: bool) -> None:
    """With a PGP key the state holds it encrypted."""
    resources = {"aws_iam_access_key": {"main": {"user": "ci", **arguments}}}
    assert bool(findings(catalogue.access_key_in_state, resources)) is wrong


ROTATION = "aws_secretsmanager_secret_rotation"
SECRET = "${aws_secretsmanager_secret.main.id}"


def secret(name: str = "orders-db-credentials", /, **arguments: Any) -> dict[str, Any]:
    """Return a secret."""
    return {"aws_secretsmanager_secret": {"main": {"name": name, **arguments}}}


def rotated(secret_id: str = SECRET, **rules: Any) -> dict[str, Any]:
    """Return a rotation."""
    body = {"secret_id": secret_id, "rotation_lambda_arn": "arn:aws:lambda:us-east-1:1:function:f"}
    return {ROTATION: {"main": {**body, "rotation_rules": [rules]}}}


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (secret(), True),
        (secret("orders_rds_password"), True),
        (secret("orders", description="Master user of the PostgreSQL database"), True),
        (secret("orders-api"), False),
        (secret("database-notes"), False),
        (secret("debug-credentials"), False),
        (secret(UNKNOWN), False),
        (secret(rotation_lambda_arn="arn:aws:lambda:us-east-1:1:function:f"), False),
        ({**secret(), **rotated()}, False),
        ({**secret(), **rotated("orders-db-credentials")}, False),
        ({**secret(), **rotated(UNKNOWN)}, False),
        ({**secret(), **rotated("another")}, True),
        (
            {
                **secret("orders"),
                "aws_secretsmanager_secret_version": {
                    "main": {
                        "secret_id": SECRET,
                        "secret_string": '{"engine": "postgres", "password": ""}',
                    }
                },
            },
            True,
        ),
        (
            {
                **secret("orders"),
                "aws_secretsmanager_secret_version": {
                    "main": {"secret_id": SECRET, "secret_string": UNKNOWN}
                },
            },
            False,
        ),
    ],
    ids=str,
)
def test_database_secret_rotation(findings, resources: dict[str, Any], wrong: bool) -> None:
    """A secret is a database's by its name, its description or its keys."""
    assert bool(findings(catalogue.database_secret_rotation, resources)) is wrong


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        *[({"automatically_after_days": 1}, None), ({"automatically_after_days": 1000}, None)],
        ({"automatically_after_days": 0}, "is 0, expected a number from 1 to 1000"),
        ({"automatically_after_days": 1001}, "expected a number from 1 to 1000"),
        ({"automatically_after_days": UNKNOWN}, None),
        ({"automatically_after_days": 0, "schedule_expression": "rate(30 days)"}, None),
        ({"automatically_after_days": 30, "schedule_expression": ""}, None),
        (
            {"automatically_after_days": 30, "schedule_expression": "rate(30 days)"},
            "none beside automatically_after_days",
        ),
        ({"automatically_after_days": UNKNOWN, "schedule_expression": UNKNOWN}, None),
        *[
            ({"schedule_expression": "rate(4 hours)"}, None),
            ({"schedule_expression": UNKNOWN}, None),
        ],
        ({"schedule_expression": "rate(3 hours)"}, "expected four hours or more"),
        ({"schedule_expression": "rate(1 days)"}, "needs the unit in the singular"),
        ({"schedule_expression": "cron(0 3 1 * ? *)"}, None),
        ({"schedule_expression": "0 3 1 * *"}, "is none of rate(...), cron(...)"),
        ({}, None),
    ],
    ids=str,
)
def test_secret_rotation_schedule(findings, rules: dict[str, Any], words: str | None) -> None:
    """Providers write 0 and nothing for what was left out."""
    messages = findings(catalogue.secret_rotation_schedule, rotated(**rules))
    assert (words in messages[0]) if words else not messages


VPC = "${aws_vpc.main.id}"
INSIDE = {"vpc_config": [{"subnet_ids": ["${aws_subnet.a.id}"], "security_group_ids": ["sg-1"]}]}


def network(function: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return a function that rotates, a VPC with a subnet, and other resources."""
    rotation = {"secret_id": SECRET, "rotation_lambda_arn": "${aws_lambda_function.rotate.arn}"}
    return {
        ROTATION: {"main": rotation},
        "aws_lambda_function": {"rotate": function},
        "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {"a": {"vpc_id": VPC}},
        **{f"aws_{type_}": {"main": body} for type_, body in others.items()},
    }


ENDPOINT = {"vpc_id": VPC, "service_name": "com.amazonaws.us-east-1.secretsmanager"}
TABLE = {"vpc_id": VPC, "route": [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}]}
OUTSIDE = {"route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "${aws_internet_gateway.main.id}"}]}


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (network({}, db_instance={}), "a function outside the VPC"),
        (network({}, rds_cluster_instance={"publicly_accessible": False}), "outside the VPC"),
        (network({}, db_instance={"publicly_accessible": True}), None),
        (network({}), None),
        (network({"vpc_config": UNKNOWN}, db_instance={}), None),
        (network(INSIDE), "subnets of aws_vpc.main, without a way to Secrets Manager"),
        (network(INSIDE, vpc_endpoint=ENDPOINT), None),
        (network(INSIDE, vpc_endpoint={**ENDPOINT, "service_name": UNKNOWN}), None),
        (network(INSIDE, vpc_endpoint={**ENDPOINT, "vpc_id": UNKNOWN}), None),
        (
            network(
                INSIDE, vpc_endpoint={**ENDPOINT, "service_name": "com.amazonaws.us-east-1.s3"}
            ),
            "without a way",
        ),
        (network(INSIDE, route_table=TABLE), None),
        (network(INSIDE, route_table={"vpc_id": VPC, **OUTSIDE}, internet_gateway={}), "without a"),
        (network({"vpc_config": [{"subnet_ids": ["subnet-1"]}]}), None),
    ],
    ids=[
        *("outside", "outside of a cluster", "public", "no database", "unknown", "shut in"),
        *("endpoint", "unknown endpoint", "endpoint somewhere", "endpoint of another service"),
        *("NAT", "internet gateway alone", "subnets of somebody else"),
    ],
)
def test_rotation_network(findings, resources: dict[str, Any], words: str | None) -> None:
    """A function has no public address, so that an internet gateway is no way for it."""
    messages = findings(catalogue.rotation_network, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("tags", "wrong"),
    [
        ({"Password": PASSWORD}, True),
        ({"db_token": "x7-Rq"}, True),
        ({"Password": "managed by RDS"}, False),
        ({"Secret": "orders-db"}, False),
        ({"SecretArn": ARN}, False),
        ({"Password": UNKNOWN}, False),
        ({"Owner": PASSWORD}, False),
        (UNKNOWN, False),
        (None, False),
    ],
    ids=str,
)
def test_secret_in_tag(findings, tags: Any, wrong: bool) -> None:
    """Words about a secret are none."""
    messages = findings(catalogue.secret_in_tag, {"aws_db_instance": {"main": {"tags": tags}}})
    assert bool(messages) is wrong
    assert not any(PASSWORD in message for message in messages)
