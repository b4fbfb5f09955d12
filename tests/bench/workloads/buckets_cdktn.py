"""Workload: 1,000 buckets, each with versioning, in one document, with cdktn.

Its twin is `buckets_tapforge.py`; both are given the folder to write to.
"""

from __future__ import annotations

import sys

from cdktn import App, LocalBackend, TerraformStack
from cdktn_aws.provider import AwsProvider
from cdktn_aws.s3 import AwsBucket, AwsBucketVersioning


def buckets(app: App, number: int) -> TerraformStack:
    """Give the buckets."""
    stack = TerraformStack(app, "buckets")
    LocalBackend(stack, path="buckets.tfstate")
    AwsProvider(stack, "aws", region="us-east-1")
    for index in range(number):
        bucket = AwsBucket(
            stack,
            f"bucket_{index}",
            bucket=f"tapforge-bench-{index}",
            tags={"Environment": "dev", "Number": str(index)},
        )
        AwsBucketVersioning(
            stack,
            f"versioning_{index}",
            bucket=bucket.id,
            versioning_configuration=AwsBucketVersioning.VersioningConfigurationProperty(
                status="Enabled"
            ),
        )
    return stack


if __name__ == "__main__":
    app = App(outdir=sys.argv[1])
    buckets(app, 1000)
    app.synth()
