"""Texts that are secrets, by how they read and by what they are called."""

import json
from typing import Any

import pytest

from tapforge.rules import confidential

PASSWORD = "Hq2-correct-horse"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf"


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
    assert confidential.called_secret(name) is secret


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
    assert confidential.is_secret(value, name) is secret


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PASSWORD, "plain text"),
        ("changeme", ""),
        (json.dumps({"username": "app", "password": PASSWORD}), "plain text for password"),
        (json.dumps({"password": PASSWORD, "apiKey": PASSWORD}), "plain text for password, apiKey"),
        (json.dumps({"host": "db", "password": "changeme"}), ""),
        (json.dumps([1, 2]), ""),
        ("12.5", ""),
    ],
)
def test_secrets_in_a_text(text: str, told: str) -> None:
    """Of JSON the keys decide, and they are all that is told."""
    assert confidential.secret_in(text) == told
