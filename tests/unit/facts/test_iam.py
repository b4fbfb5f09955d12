"""What policies can be narrowed to."""

import pytest

from tapforge.facts import iam


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
