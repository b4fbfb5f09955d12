"""Gaps of moto's S3."""

import json

import pytest
from botocore.exceptions import ClientError

TLS_ONLY = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
NO_DELETION = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:DeleteObject",
    "Resource": "arn:aws:s3:::bucket/*",
}


@pytest.fixture
def s3(aws):
    """Return a client of S3 with a bucket."""
    client = aws.boto3_client("s3")
    client.create_bucket(Bucket="bucket")
    return client


def _put_policy(s3, statement):
    policy = {"Version": "2012-10-17", "Statement": statement}
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps(policy))


@pytest.mark.gap("s3.conditional_statements")
@pytest.mark.parametrize("statement", [[TLS_ONLY], TLS_ONLY], ids=["list", "single"])
def test_a_condition_that_is_not_met_denies_nothing(s3, statement):
    """Objects of a bucket that refuses plain HTTP can be written, read and deleted."""
    _put_policy(s3, statement)

    s3.put_object(Bucket="bucket", Key="state", Body=b"text")

    assert s3.get_object(Bucket="bucket", Key="state")["Body"].read() == b"text"
    s3.delete_object(Bucket="bucket", Key="state")


@pytest.mark.gap("s3.conditional_statements")
def test_a_deny_without_condition_still_denies(s3):
    """Only the statement with a condition is left out."""
    _put_policy(s3, [TLS_ONLY, NO_DELETION])
    s3.put_object(Bucket="bucket", Key="state", Body=b"text")

    with pytest.raises(ClientError, match=r"Forbidden|AccessDenied"):
        s3.delete_object(Bucket="bucket", Key="state")


def test_a_bucket_without_policy_is_open(s3):
    """Nothing changes where there is no policy."""
    s3.put_object(Bucket="bucket", Key="state", Body=b"text")

    assert s3.head_object(Bucket="bucket", Key="state")["ContentLength"] == 4
