"""The private bucket module: versioned, encrypted, TLS only, closed to the public."""

from __future__ import annotations

from tapforge import aws
from tapforge.aws import data
from tapforge.lang.expression import conditional, eq
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import valid


@inputs
class PrivateBucketInputs:
    """What the bucket is called and how it ends."""

    bucket: str = variable(
        "Name of the bucket, unique among all of AWS; ends in the environment suffix.",
        valid=valid.name("s3_bucket"),
        example="shop-receipts-dev",
    )
    destroyable: bool = variable(
        "Whether `terraform destroy` removes the bucket with everything in it.", default=True
    )
    kms_key_arn: str | None = variable(
        "ARN of the key that encrypts objects; null leaves it to keys of S3's own (AES256).",
        default=None,
        valid=[valid.kms_key_arn],
    )


@outputs
class PrivateBucketOutputs:
    """The bucket."""

    id: str = output("Name of the bucket.")
    arn: str = output("ARN of the bucket.")


@module("private-bucket")
def private_bucket(m: Body, v: PrivateBucketInputs) -> PrivateBucketOutputs:
    """A bucket that keeps versions, encrypts, and admits nobody without TLS."""
    bucket = m.add(
        aws.S3Bucket("main", bucket=v.bucket, force_destroy=v.destroyable, tags={"Name": v.bucket}),
        accept={
            "checkov:CKV2_AWS_62": "Nobody waits for its objects.",
            "checkov:CKV_AWS_144": "What it holds can be made again: it belongs to one region.",
            "checkov:CKV_AWS_145": "The key is the caller's to give; S3 has its own without one.",
        },
    )
    m.add(
        aws.S3BucketVersioning(
            "main",
            bucket=bucket.id,
            versioning_configuration=aws.S3BucketVersioning.VersioningConfiguration(
                status="Enabled"
            ),
        )
    )
    encryption = aws.S3BucketServerSideEncryptionConfiguration
    m.add(
        encryption(
            "main",
            bucket=bucket.id,
            rule=[
                encryption.Rule(
                    apply_server_side_encryption_by_default=(
                        encryption.ApplyServerSideEncryptionByDefault(
                            sse_algorithm=conditional(eq(v.kms_key_arn, None), "AES256", "aws:kms"),
                            kms_master_key_id=v.kms_key_arn,
                        )
                    ),
                    # One call of KMS for many objects.
                    bucket_key_enabled=conditional(eq(v.kms_key_arn, None), None, True),
                )
            ],
        )
    )
    access = m.add(
        aws.S3BucketPublicAccessBlock(
            "main",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
    )
    document = data.IamPolicyDocument
    tls = m.add(
        document(
            "tls_only",
            statement=[
                document.Statement(
                    sid="DenyWithoutTls",
                    effect="Deny",
                    actions=["s3:*"],
                    resources=[bucket.arn, f"{bucket.arn}/*"],
                    principals=[document.Principals(type="*", identifiers=["*"])],
                    condition=[
                        document.Condition(
                            test="Bool", variable="aws:SecureTransport", values=["false"]
                        )
                    ],
                )
            ],
        )
    )
    m.add(
        aws.S3BucketPolicy("tls_only", bucket=bucket.id, policy=tls.json, depends_on=[access]),
        comment="S3 refuses two changes of a bucket's access at once, so one waits for the other.",
    )
    return PrivateBucketOutputs(id=bucket.id, arn=bucket.arn)
