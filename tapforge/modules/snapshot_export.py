"""The snapshot export module: the role that RDS writes snapshots to a bucket with."""

from __future__ import annotations

from tapforge import aws
from tapforge.aws import data
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.parts.roles import service_role


@inputs
class SnapshotExportInputs:
    """Where snapshots are written to."""

    name: str = variable(
        "What the snapshots are of; begins the role's name.", valid=valid.stem, example="shop"
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    destroyable: bool = variable(
        "Whether `terraform destroy` takes off what others attached to the role.", default=True
    )
    bucket_arn: str = variable(
        "ARN of the bucket.",
        valid=[valid.pattern("^arn:aws[a-z-]*:s3:::[a-z0-9.-]+$", "the ARN of a bucket")],
        example="arn:aws:s3:::shop-exports-dev",
    )
    kms_key_arn: str = variable(
        "ARN of the key that encrypts what is written.",
        valid=[valid.kms_key_arn],
        example="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )


@outputs
class SnapshotExportOutputs:
    """The role."""

    role_arn: str = output("ARN of the role, as an export task takes it.")
    role_name: str = output("Name of the role.")


@module("snapshot-export")
def snapshot_export(m: Body, v: SnapshotExportInputs) -> SnapshotExportOutputs:
    """A role by which RDS exports snapshots to one bucket, with one key."""
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))
    name = f"{v.name}-snapshot-export-{v.environment_suffix}"
    made = service_role(
        m,
        "export",
        service="export.rds.amazonaws.com",
        name=name,
        description=f"Exports snapshots of {v.name}-{v.environment_suffix} to S3",
        destroyable=v.destroyable,
        account_id=account.account_id,
        partition=partition.partition,
        policies={},
    )
    document = data.IamPolicyDocument
    policy = m.add(
        document(
            "export",
            statement=[
                document.Statement(
                    sid="Bucket",
                    actions=["s3:GetBucketLocation", "s3:ListBucket"],
                    resources=[v.bucket_arn],
                ),
                document.Statement(
                    sid="Objects",
                    actions=["s3:DeleteObject*", "s3:GetObject*", "s3:PutObject*"],
                    resources=[f"{v.bucket_arn}/*"],
                ),
                document.Statement(
                    sid="Key",
                    actions=[
                        "kms:Decrypt",
                        "kms:DescribeKey",
                        "kms:Encrypt",
                        "kms:GenerateDataKey*",
                        "kms:ReEncrypt*",
                    ],
                    resources=[v.kms_key_arn],
                ),
                document.Statement(
                    sid="Grants",
                    actions=["kms:CreateGrant"],
                    resources=[v.kms_key_arn],
                    condition=[
                        document.Condition(
                            test="Bool", variable="kms:GrantIsForAWSResource", values=["true"]
                        )
                    ],
                ),
            ],
        ),
        comment="What the Amazon RDS User Guide lists for exports to S3, on this bucket and key.",
    )
    m.add(aws.IamRolePolicy("export", name=name, role=made.role.id, policy=policy.json))
    return SnapshotExportOutputs(role_arn=made.role.arn, role_name=made.role.name)
