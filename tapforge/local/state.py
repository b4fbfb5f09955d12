"""The S3 backend of a run: its bucket in the emulator, and how Terraform reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def backend_settings(given: Mapping[str, Any], url: str, key: str, secret: str) -> dict[str, Any]:
    """Give the values of the backend for `terraform init -backend-config`.

    Args:
        given: What the environment says: bucket, key and region.
        url: The emulator's address.
        key: The access key.
        secret: The secret key.
    """
    return {
        **given,
        "access_key": key,
        "secret_key": secret,
        "endpoints": {"s3": url, "iam": url, "sts": url},
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
        "skip_region_validation": True,
        "skip_requesting_account_id": True,
        "use_path_style": True,
    }


def make_bucket(s3: Any, bucket: str, region: str) -> None:
    """Make the bucket of the state, versioned, if it is not there.

    Args:
        s3: A boto3 client of S3.
        bucket: Its name.
        region: Where.
    """
    if any(each["Name"] == bucket for each in s3.list_buckets()["Buckets"]):
        return
    # S3 refuses its first region as a constraint.
    place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else place))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def remove_bucket(s3: Any, bucket: str) -> None:
    """Remove the bucket of the state with all versions of all states in it."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
    s3.delete_bucket(Bucket=bucket)
