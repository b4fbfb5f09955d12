"""Workload: 1,000 buckets, each with versioning, in one document, with tapforge.

Its twin is `buckets_cdktn.py`; both are given the folder to write to.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tapforge import aws
from tapforge.lang.blocks import Backend, RequiredProvider, Settings
from tapforge.lang.document import Document
from tapforge.lang.json_syntax import dumps


def buckets(number: int) -> Document:
    """Give the buckets."""
    document = Document("buckets")
    document.add(
        Settings(
            required_providers={"aws": RequiredProvider("hashicorp/aws", "6.62.0")},
            backend=Backend("local", {"path": "buckets.tfstate"}),
        )
    )
    document.add(aws.Provider(region="us-east-1"))
    versioning = aws.S3BucketVersioning
    for index in range(number):
        bucket = document.add(
            aws.S3Bucket(
                f"bucket_{index}",
                bucket=f"tapforge-bench-{index}",
                tags={"Environment": "dev", "Number": str(index)},
            )
        )
        document.add(
            versioning(
                f"versioning_{index}",
                bucket=bucket.id,
                versioning_configuration=versioning.VersioningConfiguration(status="Enabled"),
            )
        )
    return document


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    document = buckets(1000)
    document.check()
    (folder / "main.tf.json").write_text(dumps(document.json()), "utf-8")
