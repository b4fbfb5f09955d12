"""Secrets that stand where anybody reads them."""

from typing import Any

import pytest

from tapforge.lang.expression import Symbol
from tapforge.rules.example import configuration
from tapforge.rules.resource import Configuration
from tapforge.testing import secrets


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "an access key of AWS"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("postgres://shop:hunter2@db", "an address with a password in it"),
        ("Bearer eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2QT", "a JSON web token"),
        ("PGPASSWORD=correct-horse", "a password that is set"),
        ('api_key = "0123456789"', "a password that is set"),
        ("postgres://shop:${password}@db", ""),
        ("PGPASSWORD=$(aws secretsmanager get-secret-value)", ""),
        ("password=", ""),
        ("{password = ephemeral.aws_x.main[0].random_password}", ""),
        ('{password = var.mode == "managed" ? null : local.password}', ""),
        ('{password = jsondecode(local.secret)["password"]}', ""),
        ('{password = "ephemeral"}', "a password that is set"),
        ("AKIA", ""),
        ("https://example.com:8080/path@2", ""),
    ],
    ids=lambda value: value[:24],
)
def test_secrets_are_known_by_their_looks(text: str, what: str) -> None:
    """And references to them are none."""
    assert secrets.looks_like(text) == what


def of(type_: str, **values: Any) -> Configuration:
    """Make a configuration of one resource."""
    return configuration({"resource": {type_: {"main": values}}})


@pytest.mark.parametrize(
    ("example", "found"),
    [
        (of("aws_db_instance", password="x"), "aws_db_instance.main: password is known"),
        (of("aws_db_instance", password=""), ""),
        (of("aws_db_instance", password="${aws_x.a.b}"), ""),
        (of("aws_db_instance", password_wo="x1"), "password_wo is written into the module"),
        (of("aws_db_instance", password_wo="hidden-1"), ""),
        (of("aws_db_instance", tags={"a": ["hidden-1"]}), "tags.a[0] shows a sensitive input"),
        (of("aws_db_instance", tags={"a": "PASSWORD=hunter22"}), "tags.a looks like a password"),
        (of("aws_ssm_parameter", type="String", value="x"), ""),
        (of("aws_ssm_parameter", type="SecureString", value="x"), "value is known"),
        (of("aws_db_instance", port=5432, identifier="a"), ""),
    ],
    ids=[
        "known",
        "empty",
        "unknown",
        "write-only",
        "given",
        "tag",
        "looks",
        "public",
        "secure",
        "plain",
    ],
)
def test_what_shows_a_secret_is_told(example: Configuration, found: str) -> None:
    """With its place; write-only arguments may be given one."""
    told = list(secrets.in_configuration(example, ["hidden-1", ""]))
    assert (found in told[0] and len(told) == 1) if found else told == []


def test_data_sources_are_looked_at_too() -> None:
    """By their own attributes."""
    example = configuration(
        {"data": {"aws_secretsmanager_secret_version": {"a": {"secret_id": "PASSWORD=hunter22"}}}}
    )
    assert "looks like a password" in next(secrets.in_configuration(example))


def test_expressions_are_no_text() -> None:
    """Only AWS or the apply will know what they are."""
    assert list(secrets._texts({"a": Symbol("var.a"), "b": ("x",)})) == [("b[0]", "x")]
