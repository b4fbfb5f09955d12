"""The role that snapshots are exported with."""

from typing import Any

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.resolve import resolve
from tapforge.modules.snapshot_export import SnapshotExportInputs, snapshot_export

INPUTS: dict[str, Any] = {
    "name": "shop",
    "environment_suffix": "dev",
    "bucket_arn": "arn:aws:s3:::shop-exports-dev",
    "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/1",
}


@pytest.fixture
def made() -> dict[str, dict[str, Any]]:
    """What the module makes, by address."""
    return {i.address: i.values for i in resolve(snapshot_export, INPUTS).instances}


def test_rds_exports_for_this_account_alone(made: dict[str, dict[str, Any]]) -> None:
    """The service that exports is not the one that runs databases."""
    (statement,) = made["data.aws_iam_policy_document.export_trust"]["statement"]
    assert statement["principals"] == [
        {"type": "Service", "identifiers": ["export.rds.amazonaws.com"]}
    ]
    (condition,) = statement["condition"]
    assert condition["variable"] == "aws:SourceAccount"
    assert made["aws_iam_role.export"]["name"] == "shop-snapshot-export-dev"


def test_the_role_reaches_one_bucket_and_one_key(made: dict[str, dict[str, Any]]) -> None:
    """And nothing with a wildcard for all."""
    document = made["data.aws_iam_policy_document.export"]["statement"]
    resources = {resource for statement in document for resource in statement["resources"]}
    assert resources == {
        "arn:aws:s3:::shop-exports-dev",
        "arn:aws:s3:::shop-exports-dev/*",
        "arn:aws:kms:us-east-1:123456789012:key/1",
    }
    actions = {action for statement in document for action in statement["actions"]}
    assert not {"*", "s3:*", "kms:*"} & actions
    (grants,) = (s for s in document if "kms:CreateGrant" in s["actions"])
    assert grants["condition"][0]["variable"] == "kms:GrantIsForAWSResource"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        pytest.param({"bucket_arn": "shop"}, "expected the ARN of a bucket", id="a bucket's name"),
        pytest.param({"kms_key_arn": "alias/a"}, "expected the ARN of a KMS key", id="an alias"),
    ],
)
def test_names_are_no_arns(wrong: dict[str, str], expected: str) -> None:
    """A policy takes ARNs."""
    with pytest.raises(ArgumentError, match=expected):
        SnapshotExportInputs(**INPUTS | wrong)
