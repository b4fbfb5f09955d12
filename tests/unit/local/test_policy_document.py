"""Policy documents as the data source aws_iam_policy_document renders them."""

import json
from typing import Any

from tapforge.local.schema_provider.policy_document import render


def rendered(**config: Any) -> Any:
    """The document of a configuration, parsed."""
    return json.loads(render(config))


def test_a_statement_is_written_as_iam_writes_it() -> None:
    """One name alone, several sorted; Allow is the default; IAM's own variables get their dollar."""
    document = rendered(
        policy_id="id",
        statement=[
            {
                "sid": "Read",
                "effect": None,
                "actions": ["s3:PutObject", "s3:GetObject"],
                "resources": ["arn:aws:s3:::b/&{aws:username}"],
                "principals": [{"type": "AWS", "identifiers": ["b", "a"]}],
                "condition": [
                    {"test": "StringEquals", "variable": "x", "values": ["1"]},
                    {"test": "StringEquals", "variable": "y", "values": ["2", "3"]},
                ],
            }
        ],
    )

    assert document == {
        "Version": "2012-10-17",
        "Id": "id",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::b/${aws:username}",
                "Principal": {"AWS": ["a", "b"]},
                "Condition": {"StringEquals": {"x": "1", "y": ["2", "3"]}},
            }
        ],
    }


def test_a_denial_of_everyone_else() -> None:
    """The negated forms, and the principal that is everyone."""
    (statement,) = rendered(
        version="2008-10-17",
        statement=[
            {
                "effect": "Deny",
                "not_actions": ["iam:*"],
                "not_resources": ["*"],
                "principals": [{"type": "*", "identifiers": ["*"]}],
                "not_principals": [{"type": "Service", "identifiers": ["rds.amazonaws.com"]}],
            }
        ],
    )["Statement"]

    assert statement == {
        "Effect": "Deny",
        "NotAction": "iam:*",
        "NotResource": "*",
        "Principal": "*",
        "NotPrincipal": {"Service": "rds.amazonaws.com"},
    }


def test_documents_are_merged_by_sid() -> None:
    """Sources come first; an override takes the place of its namesake, or the end."""
    document = rendered(
        source_policy_documents=['{"Statement": {"Sid": "A", "Effect": "Allow"}}', None],
        statement=[{"sid": "B"}],
        override_policy_documents=[
            '{"Statement": [{"Sid": "A", "Effect": "Deny"}, {"Effect": "Deny"}]}'
        ],
    )

    assert document["Statement"] == [
        {"Sid": "A", "Effect": "Deny"},
        {"Sid": "B", "Effect": "Allow"},
        {"Effect": "Deny"},
    ]


def test_the_minified_form_is_one_line() -> None:
    """Without a blank."""
    assert render({}, indent=None) == '{"Version":"2012-10-17","Statement":[]}'
    assert "\n  " in render({})
