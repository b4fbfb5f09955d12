"""The function that AWS hosts to rotate a PostgreSQL password, by partition.

Source: the Secrets Manager user guide, rotation function templates (the ARN in the partition aws), and
the AWS CDK's `aws-secretsmanager/lib/secret-rotation` for the accounts of the others.
"""

from __future__ import annotations

_NAME = "SecretsManagerRDSPostgreSQLRotationSingleUser"
_PUBLISHERS = {
    "aws": "us-east-1:297356227824",
    "aws-cn": "cn-north-1:193023089310",
    "aws-us-gov": "us-gov-west-1:023102451235",
}


def applications() -> dict[str, str]:
    """Return the ARN of the single-user application in each partition that has one."""
    return {
        partition: f"arn:{partition}:serverlessrepo:{publisher}:applications/{_NAME}"
        for partition, publisher in _PUBLISHERS.items()
    }


def punctuation() -> str:
    """Return all printable ASCII that is no letter and no digit, for passwords without any."""
    return "".join(map(chr, (*range(33, 48), *range(58, 65), *range(91, 97), *range(123, 127))))
