"""The private bucket."""

from typing import Any

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.resolve import resolve
from tapforge.modules.private_bucket import PrivateBucketInputs, private_bucket

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def resources(**given: Any) -> dict[str, dict[str, Any]]:
    """Give the resources by type."""
    found = resolve(private_bucket, {"bucket": "shop-receipts-dev", **given})
    return {i.type: i.values for i in found.instances}


@pytest.mark.parametrize("destroyable", [True, False])
def test_the_bucket_is_closed(destroyable: bool) -> None:
    """To the public in all four ways, and to whoever comes without TLS; it keeps versions."""
    found = resources(destroyable=destroyable)
    assert found["aws_s3_bucket"]["force_destroy"] is destroyable
    access = found["aws_s3_bucket_public_access_block"]
    assert [access[k] for k in access if k.startswith(("block_", "ignore_", "restrict_"))] == [
        True
    ] * 4
    (versioning,) = found["aws_s3_bucket_versioning"]["versioning_configuration"]
    assert versioning == {"status": "Enabled"}
    (statement,) = found["aws_iam_policy_document"]["statement"]
    assert (statement["effect"], statement["actions"]) == ("Deny", ["s3:*"])
    assert statement["condition"][0]["variable"] == "aws:SecureTransport"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param(
            None,
            {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]},
            id="S3's own keys",
        ),
        pytest.param(
            KEY,
            {
                "apply_server_side_encryption_by_default": [
                    {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY}
                ],
                "bucket_key_enabled": True,
            },
            id="a key of one's own",
        ),
    ],
)
def test_the_bucket_encrypts(key: str | None, expected: dict[str, Any]) -> None:
    """With a bucket key where KMS would be asked for each object."""
    (rule,) = resources(kms_key_arn=key)["aws_s3_bucket_server_side_encryption_configuration"][
        "rule"
    ]
    assert rule == expected


def test_a_bucket_s_name_obeys_s3() -> None:
    """It may be given whole."""
    assert PrivateBucketInputs(bucket="shop-receipts-dev").destroyable is True
    with pytest.raises(ArgumentError, match="S3 reserves the endings"):
        PrivateBucketInputs(bucket="shop-receipts-an")
