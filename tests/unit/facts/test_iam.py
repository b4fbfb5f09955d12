"""What policies can be narrowed to."""

from pathlib import Path

import pytest

import tapforge.aws
from tapforge.facts import iam
from tapforge.lang.provider_package import pack_of


@pytest.mark.parametrize(
    ("action", "covers"),
    [
        ("secretsmanager:GetSecretValue", "secretsmanager:GetSecretValue"),
        ("SecretsManager:getsecretvalue", "secretsmanager:GetSecretValue"),
        ("s3:Get*", "s3:GetObject"),
        ("kms:GenerateDataKey?", None),
        ("kms:GenerateDataKey*", "kms:GenerateDataKeyWithoutPlaintext"),
        ("iam:PassRole", "iam:PassRole"),
        ("s3:ListAllMyBuckets", None),
        ("rds:DescribeDBInstances", None),
        ("ec2:RunInstances", None),
        ("cloudwatch:PutMetricData", None),
        ("secretsmanager:GetRandomPassword", None),
        ("*", None),
    ],
)
def test_action_that_takes_a_resource_is_known(action: str, covers: str | None) -> None:
    """Wildcards cover what they match; lists, descriptions and makers of new things are left out."""
    found = iam.narrowable(action)
    assert (covers in found) if covers else not found


@pytest.mark.parametrize(
    ("principal", "where", "names"),
    [
        ("monitoring.rds.amazonaws.com", "trust", True),
        ("monitoring.rds.amazonaws.com", "resource", False),
        ("cloudwatch.amazonaws.com", "resource", True),
        ("ec2.amazonaws.com", "trust", False),
        ("lambda.amazonaws.com", "trust", False),
        ("events.amazonaws.com", "resource", False),
    ],
)
def test_service_names_its_source_where_it_is_documented(principal, where, names) -> None:
    """Conditions are not asked of services that would then be refused."""
    assert iam.names_its_source(principal, where) is names


def test_writers_of_topics_have_these_arguments() -> None:
    """Each type is one of the provider's, and has the arguments."""
    pack = pack_of(Path(tapforge.aws.__file__).parent)
    for type_, writer in iam.topic_writers().items():
        assert set(writer.arguments) <= set(pack.schema("resource", type_).block.attributes)
        assert writer.principal.endswith(".amazonaws.com")


def test_issuers_are_hosts() -> None:
    """As they stand behind oidc-provider/ in an ARN."""
    assert "token.actions.githubusercontent.com" in iam.shared_issuers()
    assert not any("/" in each for each in iam.shared_issuers())
