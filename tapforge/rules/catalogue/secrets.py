"""Secrets: none in plain text, and those of databases rotated by what can reach them."""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tapforge.facts import limits, schedules
from tapforge.lang.expression import Access, addresses
from tapforge.rules import confidential, reach, texts
from tapforge.rules.databases import advice, exists
from tapforge.rules.resource import Block, Configuration, Finding, Resource, Secret
from tapforge.rules.rule import rule

_STORED = {"secret_string": '{"username": "app", "password": "Hq2-correct-horse"}'}


@rule(
    "secret-plain-text",
    on=("aws_secretsmanager_secret_version",),
    severity="error",
    source="AWS Secrets Manager User Guide: best practices; Terraform: write-only arguments, sensitive "
    "data in state",
    fix="use secret_string_wo with an ephemeral random_password, or let RDS manage the password",
    good={
        "resource": {
            "aws_secretsmanager_secret_version": {
                "main": {"secret_string": '{"username": "app", "engine": "postgres"}'}
            }
        }
    },
    bad={"resource": {"aws_secretsmanager_secret_version": {"main": _STORED}}},
)
def secret_plain_text(version: Resource) -> Iterator[Finding]:
    """A secret's value is not written in the configuration.

    Whoever reads the repository, the plan or the state has it, and no rotation takes it back there.
    """
    value = version.given("secret_string")
    found = confidential.secret_in(value) if isinstance(value, str) else ""
    # In the plan of a version that is there already it may be what a rotation wrote.
    if isinstance(value, Secret) and not addresses(value) and not exists(version):
        found = "a hidden value that was given, and not made by Terraform"
    if found:
        yield Finding(version, "secret_string", found, "no secret in plain text")


@rule(
    "ssm-parameter-plain-text",
    on=("aws_ssm_parameter",),
    severity="error",
    source="AWS Systems Manager User Guide: SecureString parameters; AWS Security Hub SSM",
    fix='set type = "SecureString" and give the value with value_wo, or use Secrets Manager',
    good={
        "resource": {
            "aws_ssm_parameter": {
                "main": {"name": "/orders/dev/db_host", "type": "String", "value": "db.internal"}
            }
        }
    },
    bad={
        "resource": {
            "aws_ssm_parameter": {
                "main": {
                    "name": "/orders/dev/db_password",
                    "type": "String",
                    "value": "Hq2-correct",
                }
            }
        }
    },
)
def ssm_parameter_plain_text(parameter: Resource) -> Iterator[Finding]:
    """A parameter that holds a secret is a SecureString.

    A String is not encrypted with a key, and everybody who may list parameters may read it.
    """
    name = parameter.known("name")
    if parameter.known("type") not in ("String", "StringList") or not isinstance(name, str):
        return
    value = parameter.given("insecure_value" if parameter.left_out("value") else "value")
    # A plan hides the value of any parameter; what is called a secret may be no more than its name.
    hidden = isinstance(value, Secret) and not confidential.names_one(name)
    secret = hidden or confidential.is_secret(value, name) or _made_secret(value)
    if secret and confidential.called_secret(name.rsplit("/", 1)[-1]):
        expected = f"SecureString, as {name} is called a secret"
        yield parameter.finding("type", parameter.known("type"), expected)


_RESULTS = ("result", "password", "master_password", "secret_string", "secret", "private_key_pem")


def _made_secret(value: Any) -> bool:
    """Tell whether an unknown value is what a resource made as a secret."""
    return isinstance(value, Access) and value._step in _RESULTS  # noqa: SLF001 - the attribute's name


@rule(
    "lambda-environment-secret",
    on=("aws_lambda_function",),
    severity="error",
    source="AWS Lambda Developer Guide: Securing environment variables; use Secrets Manager for secrets",
    fix="pass the secret's ARN, and read the secret when the function runs",
    good={
        "resource": {
            "aws_lambda_function": {
                "main": {
                    "environment": {
                        "variables": {
                            "DB_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"
                        }
                    }
                }
            }
        }
    },
    bad={
        "resource": {
            "aws_lambda_function": {
                "main": {"environment": {"variables": {"DB_PASSWORD": "Hq2-correct-horse"}}}
            }
        }
    },
)
def lambda_environment_secret(function: Resource) -> Iterator[Finding]:
    """A function's environment holds no secret.

    Everybody who may look at the function sees its variables, as does whoever reads plan or state.
    """
    for block in function.blocks("environment"):
        variables = block.known("variables")
        if not isinstance(variables, Mapping):
            continue
        for name, value in variables.items():
            if confidential.called_secret(name) and (
                confidential.is_secret(value, name) or _made_secret(value)
            ):
                place = f"{block.place}variables.{name}"
                yield Finding(function, place, "a secret in plain text", "the ARN of a secret")


_ASSIGNED = re.compile(
    r"\b(?:pgpassword|[a-z_]*(?:password|passwd|secret_key|api_key|secret_access_key))\s*(?:=|:\s)\s*"
    r"(['\"]?)(?![$<{%`\s])([^\s'\"$`{}<>]{6,})\1",
    re.IGNORECASE,
)
_USER_DATA = ("user_data", "user_data_base64")


@rule(
    "user-data-secret",
    on=("aws_instance", "aws_launch_template", "aws_launch_configuration"),
    severity="error",
    source="Amazon EC2 User Guide: Run commands at launch; user data is not protected by authentication",
    fix="read the secret from Secrets Manager in the script, by the instance's role",
    good={
        "resource": {
            "aws_instance": {
                "main": {
                    "user_data": "export PGPASSWORD=$(aws secretsmanager get-secret-value "
                    "--secret-id db --query SecretString --output text)\n"
                }
            }
        }
    },
    bad={
        "resource": {
            "aws_instance": {"main": {"user_data": "export PGPASSWORD=Hq2-correct-horse\n"}}
        }
    },
)
def user_data_secret(instance: Resource) -> Iterator[Finding]:
    """User data holds no password.

    Every program on the instance can read it, and everybody who may describe the instance.
    """
    for argument in _USER_DATA:
        value = instance.known(argument)
        match = _ASSIGNED.search(_decoded(value)) if isinstance(value, str) else None
        if match:
            name = re.split(r"[\s=:]", match[0], maxsplit=1)[0]
            yield Finding(
                instance, argument, f"a script that sets {name}", "no secret in plain text"
            )


def _decoded(text: str) -> str:
    """Give the text behind base64, or the text itself where it is none."""
    if re.search(r"\s", text):
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


_SEED_PASSWORD = re.compile(r"TempPassword[0-9]*!?Change[M]e")
_KEY = re.compile(r"(?<![A-Z0-9])A[KS]IA[A-Z2-7]{16}(?![A-Z0-9])")
_EXAMPLE = "EXAMPLE"
_MARKS = ("AKIA", "ASIA", "PRIVATE KEY-----", "TempPassword")


@rule(
    "literal-credential",
    severity="error",
    source="AWS General Reference: Best practices for managing access keys; RFC 7468 for private keys",
    fix="revoke it, since it is known now, and give roles instead of keys",
    good={"resource": {"aws_instance": {"main": {"user_data": "aws s3 ls\n"}}}},
    bad={
        "resource": {
            "aws_instance": {
                "main": {"user_data": f"export AWS_ACCESS_KEY_ID={'AKIA' + 'Q3EGRIXGP2ZLKZ7W'}\n"}
            }
        }
    },
)
def literal_credential(configuration: Configuration) -> Iterator[Finding]:
    """No value anywhere is an access key, a private key or a password that is known to everybody.

    Keys in code are found by machines within minutes of the first push, and so is the password that
    examples use.
    """
    # One look at everything is enough for almost every configuration.
    whole = configuration.once(texts.everywhere), texts.joined(configuration.variables.values())
    if not any(mark in text for mark in _MARKS for text in whole):
        return
    for resource in configuration.resources:
        for path, text in texts.leaves(resource.values):
            if what := _credential(text):
                yield Finding(resource, path, what, "no credential in plain text")
    for path, text in texts.leaves(configuration.variables, "variables"):
        if what := _credential(text):
            yield Finding(None, path, what, "no credential in plain text")


def _credential(text: str) -> str:
    """Say what credential a text holds; "" if none."""
    if any(not match[0].endswith(_EXAMPLE) for match in _KEY.finditer(text)):
        return "an access key"
    if "PRIVATE KEY-----" in text and "-----BEGIN" in text:
        return "a private key"
    return "a password that examples use" if _SEED_PASSWORD.search(text) else ""


# Words alone say something of a secret: managed, see the vault, orders-db.
_WORDS = re.compile(r"[A-Za-z]+([ ._/-]+[A-Za-z]+)*")


@rule(
    "secret-in-tag",
    on=("*",),
    severity="error",
    source="Tagging AWS Resources User Guide: tags are not for private or sensitive data",
    fix="take it out, change it since it is known now, and keep it in Secrets Manager",
    good={"resource": {"aws_db_instance": {"main": {"tags": {"Owner": "orders"}}}}},
    bad={"resource": {"aws_db_instance": {"main": {"tags": {"Password": "Hq2-correct-horse"}}}}},
)
def secret_in_tag(resource: Resource) -> Iterator[Finding]:
    """No tag holds a secret.

    Tags stand on bills, in logs and in the answers to everybody who may list resources.
    """
    tags = resource.values.get("tags")
    if not isinstance(tags, dict):
        return
    for key, value in tags.items():
        if (
            _names_secret(key)
            and confidential.is_secret(value, key)
            and not _WORDS.fullmatch(value)
        ):
            yield Finding(resource, f'tags["{key}"]', "a secret in plain text", "no secret")


@functools.lru_cache(maxsize=1024)
def _names_secret(key: str) -> bool:
    return confidential.called_secret(key)


@rule(
    "access-key-in-state",
    on=("aws_iam_access_key",),
    severity="warning",
    source="AWS IAM User Guide: Managing access keys; provider: secret is written to the state",
    fix="use a role; if it must be a key, give pgp_key so that the state holds it encrypted",
    good={"resource": {"aws_iam_access_key": {"main": {"user": "ci", "pgp_key": "keybase:ci"}}}},
    bad={"resource": {"aws_iam_access_key": {"main": {"user": "ci"}}}},
)
def access_key_in_state(key: Resource) -> Iterator[Finding]:
    """Terraform makes no access key whose secret lies in the state.

    The key works from anywhere for as long as it lives, for everybody who reads the state.
    """
    if key.left_out("pgp_key"):
        yield key.finding("pgp_key", None, "a role in place of the key, or a PGP key")


_OF_DATABASE = re.compile(r"(?<![a-z])(db|database|rds|aurora|postgres(ql)?|pg)(?![a-z])")
_ACCESS = re.compile(
    r"(?<![a-z])(credentials?|creds|password|secret|login|master|admin|user|auth)(?![a-z])"
)
_ROTATION = "aws_secretsmanager_secret_rotation"
_DB_SECRET = {"name": "orders-db-credentials-dev"}


def _rotated(**rules: Any) -> dict[str, Any]:
    rotation = {
        "secret_id": "${aws_secretsmanager_secret.main.id}",
        "rotation_lambda_arn": "arn:aws:lambda:us-east-1:123456789012:function:rotate",
        "rotation_rules": rules,
    }
    return {
        "resource": {
            "aws_secretsmanager_secret": {"main": _DB_SECRET},
            _ROTATION: {"main": rotation},
        }
    }


@rule(
    "database-secret-rotation",
    on=("aws_secretsmanager_secret",),
    severity="warning",
    source="AWS Secrets Manager User Guide: Rotate secrets; AWS Security Hub SecretsManager.1",
    fix="add aws_secretsmanager_secret_rotation, or let RDS manage the password, which rotates it",
    good=_rotated(automatically_after_days=30),
    bad={"resource": {"aws_secretsmanager_secret": {"main": _DB_SECRET}}},
)
def database_secret_rotation(secret: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The secret of a database is rotated.

    A password that never changes is known to everybody who ever needed it.
    """
    if not _opens_database(secret, configuration) or not secret.left_out("rotation_lambda_arn"):
        return
    if not configuration.may_be_used(secret, "secret_id", _ROTATION):
        yield Finding(secret, "", "no rotation", "aws_secretsmanager_secret_rotation")


def _opens_database(secret: Resource, configuration: Configuration) -> bool:
    for argument in ("name", "name_prefix", "description"):
        text = str(secret.known(argument, "")).lower().replace("_", "-")
        if _OF_DATABASE.search(text) and _ACCESS.search(text):
            return True
    versions = configuration.users(secret, "secret_id", "aws_secretsmanager_secret_version")
    for version in versions:
        text = version.known("secret_string", "")
        if isinstance(text, str) and '"engine"' in text and '"password"' in text:
            return True
    return False


_DAYS = limits.get("secret_rotation_days")
_LEAST_MINUTES = 4 * 60


@rule(
    "secret-rotation-schedule",
    on=(_ROTATION, "aws_secretsmanager_secret"),
    severity="error",
    source="botocore 1.44.5 secretsmanager RotationRulesType: 1 to 1000 days, or a schedule of at least "
    "four hours, and not both",
    fix="set automatically_after_days to 30, or schedule_expression to rate(30 days)",
    good=_rotated(automatically_after_days=30),
    bad=_rotated(automatically_after_days=0),
)
def secret_rotation_schedule(rotation: Resource) -> Iterator[Finding]:
    """A rotation says when in one way, which Secrets Manager takes.

    It refuses other values when the rotation is made, and then the secret is never rotated.
    """
    for block in rotation.blocks("rotation_rules"):
        yield from _schedule_problems(rotation, block)


def _schedule_problems(rotation: Resource, rules: Block) -> Iterator[Finding]:
    days, text = rules.known("automatically_after_days"), rules.given("schedule_expression")
    place = f"{rules.place}schedule_expression"
    scheduled = not rules.left_out("schedule_expression")
    # Providers write 0 for days that were left out.
    if days == 0 and scheduled:
        days = None
    problem = _DAYS.problem(days) if isinstance(days, (int, float)) else None
    if problem:
        yield rotation.finding(f"{rules.place}automatically_after_days", days, *advice(problem))
    if days and scheduled:
        yield rotation.finding(place, text, "none beside automatically_after_days")
    if isinstance(text, str) and text:
        problem = schedules.check(text)
        minutes = schedules.rate_minutes(text)
        if problem:
            yield Finding(rotation, place, problem, "a schedule such as rate(30 days)")
        elif minutes is not None and minutes < _LEAST_MINUTES:
            yield rotation.finding(place, text, "four hours or more")


def _network(**function: Any) -> dict[str, Any]:
    vpc = {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}}
    rotated = _rotated(automatically_after_days=30)["resource"]
    rotation = {
        **rotated[_ROTATION]["main"],
        "rotation_lambda_arn": "${aws_lambda_function.rotate.arn}",
    }
    inside = {"vpc_config": {"subnet_ids": ["${aws_subnet.a.id}"], "security_group_ids": ["sg-1"]}}
    return {
        **rotated,
        **vpc,
        _ROTATION: {"main": rotation},
        "aws_subnet": {"a": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_db_instance": {"main": {"publicly_accessible": False}},
        "aws_lambda_function": {"rotate": {**inside, **function}},
    }


_TO_SECRETS = {
    "vpc_id": "${aws_vpc.main.id}",
    "service_name": "com.amazonaws.us-east-1.secretsmanager",
    "vpc_endpoint_type": "Interface",
}


@rule(
    "rotation-network",
    on=(_ROTATION,),
    severity="error",
    source="AWS Secrets Manager User Guide: Network access for the rotation function",
    fix="put the function into the database's subnets, with an interface endpoint for secretsmanager "
    "or a NAT gateway",
    good={"resource": {**_network(), "aws_vpc_endpoint": {"secrets": _TO_SECRETS}}},
    bad={"resource": _network()},
)
def rotation_network(rotation: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The function that rotates a database's secret reaches the database and Secrets Manager.

    Outside the VPC it can't reach a private database, and inside it has no way to Secrets Manager but an
    endpoint or NAT: the rotation runs into its timeout, each time, with nobody looking.
    """
    arn = rotation.given("rotation_lambda_arn")
    for function in configuration.targets(arn, "aws_lambda_function"):
        networks = function.blocks("vpc_config")
        if not networks and function.unset("vpc_config"):
            if configuration.once(_private_databases):
                found = "a function outside the VPC"
                yield Finding(function, "vpc_config", found, "the subnets of the database")
            continue
        for block in networks:
            subnets = configuration.targets(block.given("subnet_ids"), "aws_subnet")
            vpcs = configuration.targets([each.given("vpc_id") for each in subnets], *reach.VPCS)
            reaching = configuration.once(_reaching_secrets)
            if vpcs and "" not in reaching and reaching.isdisjoint(each.address for each in vpcs):
                found = f"subnets of {vpcs[0].address}, without a way to Secrets Manager"
                place = f"{block.place}subnet_ids"
                yield Finding(function, place, found, "an endpoint for secretsmanager, or NAT")


def _private_databases(configuration: Configuration) -> bool:
    databases = configuration.of("aws_db_instance", "aws_rds_cluster_instance")
    return any(each.known("publicly_accessible", default=False) is False for each in databases)


def _reaching_secrets(configuration: Configuration) -> frozenset[str]:
    """Give the addresses of the VPCs with a way to Secrets Manager; "" where any may have one."""
    found: set[str] = set()
    for endpoint in configuration.of("aws_vpc_endpoint"):
        service = endpoint.known("service_name")
        if service is None or str(service).endswith(".secretsmanager"):
            vpcs = configuration.targets(endpoint.given("vpc_id"), *reach.VPCS)
            found.update([each.address for each in vpcs] or [""])
    # Any way out may lead there: NAT, an instance that translates, a transit gateway, a firewall.
    for route in configuration.once(reach.routes):
        gateway = configuration.targets(route.block.given("gateway_id"), "aws_internet_gateway")
        if not gateway and route.block.left_out("vpc_peering_connection_id"):
            found.update([each.address for each in route.vpcs] or [""])
    return frozenset(found)
