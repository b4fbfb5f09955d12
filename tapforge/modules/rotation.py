"""The rotation module: a new password for a database and its secret, every so many days."""

from __future__ import annotations

from typing import Any, cast

from tapforge import aws
from tapforge.aws import data
from tapforge.facts import rotation as facts
from tapforge.lang import functions as fn
from tapforge.lang.expression import Named, conditional, each, eq, not_
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.parts.accepted import RETENTION
from tapforge.modules.parts.network import reach

_APPLICATIONS = cast("dict[str, str]", Named("local.rotation_applications", facts.applications()))
# The characters of the first password; what is excluded here is what was excluded there.
_EXCLUDED = facts.punctuation()


@inputs
class RotationInputs:
    """Which secret is rotated, how often, and how the function reaches the database."""

    name: str = variable(
        "What the database is for; begins the names.", valid=valid.stem, example="shop"
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    destroyable: bool = variable(
        "Whether `terraform destroy` removes the function's log.", default=True
    )
    secret_arn: str = variable(
        "Full ARN of the secret: JSON with engine, host, port, dbname, username and password.",
        valid=[valid.secret_arn],
        example="arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf",
    )
    days: int = variable("Days between two rotations.", default=30, valid=[valid.between(1, 1000)])
    kms_key_arn: str | None = variable(
        "KMS key of the secret; AWS's own if null.",
        default=None,
        valid=[valid.kms_key_arn],
        example="arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    )
    vpc_id: str = variable("Id of the VPC.", example="vpc-0123456789abcdef0")
    subnet_ids: list[str] = variable(
        "Ids of private subnets from which the database and Secrets Manager can be reached.",
        valid=[valid.subnet_ids],
        example=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    )
    database_security_group_id: str = variable(
        "Id of the database's security group; it gets a rule that admits the function.",
        example="sg-0123456789abcdef0",
    )
    secrets_manager_cidrs: list[str] = variable(
        "IPv4 blocks in which Secrets Manager answers: the VPC's where it has an interface endpoint.",
        default=["0.0.0.0/0"],
    )
    log_retention_days: int = variable(
        "Days that CloudWatch keeps the function's log.",
        default=7,
        valid=[valid.limit("log_retention_in_days")],
    )


@outputs
class RotationOutputs:
    """The function and what it may do."""

    function_arn: str = output("ARN of the function.")
    function_name: str = output("Name of the function.")
    security_group_id: str = output("Id of the function's security group.")
    log_group_name: str = output("CloudWatch log group of the function.")
    days: int = output("Days between two rotations.")


@module("rotation")
def rotation(m: Body, v: RotationInputs) -> RotationOutputs:
    """The function that AWS hosts for one user of PostgreSQL, on a schedule."""
    name = f"{v.name}-rotation-{v.environment_suffix}"
    partition = m.add(data.Partition("current"))
    region = m.add(data.Region("current"))
    group = m.add(
        aws.SecurityGroup(
            "rotation",
            name=f"{v.name}-rotation-sg-{v.environment_suffix}",
            description=f"The function {name}: nobody calls it over the network",
            vpc_id=v.vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": f"{v.name}-rotation-sg-{v.environment_suffix}"},
        ),
        accept={
            "checkov:CKV2_AWS_5": "The application's function has it, where checkov sees nothing."
        },
    )
    to_secrets = m.add(
        aws.VpcSecurityGroupEgressRule(
            "secrets_manager",
            for_each=fn.toset(v.secrets_manager_cidrs),
            security_group_id=group.id,
            description="Secrets Manager",
            cidr_ipv4=each.value,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            tags={"Name": f"{v.name}-rotation-secrets-{v.environment_suffix}"},
        )
    )
    to_database = reach(
        m,
        group,
        v.database_security_group_id,
        who=f"the function {name}",
        stem=f"{v.name}-rotation",
        suffix=v.environment_suffix,
    )
    log = m.add(
        aws.CloudwatchLogGroup(
            "rotation",
            name=f"/aws/lambda/{name}",
            retention_in_days=v.log_retention_days,
            skip_destroy=False,
            deletion_protection_enabled=not_(v.destroyable),
            tags={"Name": f"/aws/lambda/{name}"},
        ),
        comment="Lambda would make this group itself, keep its log for ever and leave it behind.",
        accept={**RETENTION, "checkov:CKV_AWS_158": "It tells of rotations, and holds no secret."},
    )
    key: Any = {"kmsKeyArn": v.kms_key_arn}
    parameters = fn.merge(
        {
            "endpoint": f"https://secretsmanager.{region.region}.{partition.dns_suffix}",
            "functionName": name,
            "vpcSubnetIds": fn.join(",", v.subnet_ids),
            "vpcSecurityGroupIds": group.id,
            "excludeCharacters": _EXCLUDED,
        },
        conditional(eq(v.kms_key_arn, None), {}, key),
    )
    stack = m.add(
        aws.ServerlessapplicationrepositoryCloudformationStack(
            "rotation",
            name=name,
            application_id=fn.lookup(_APPLICATIONS, partition.partition),
            capabilities=["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"],
            parameters=parameters,
            tags={"Name": name},
            depends_on=[log],
        ),
        comment="It brings the function, its role and the permission for Secrets Manager to call it.",
    )
    function: str = stack.outputs["RotationLambdaARN"]
    m.add(
        aws.SecretsmanagerSecretRotation(
            "main",
            secret_id=v.secret_arn,
            rotation_lambda_arn=function,
            rotate_immediately=False,
            rotation_rules=aws.SecretsmanagerSecretRotation.RotationRules(
                automatically_after_days=v.days
            ),
            depends_on=[*to_database, to_secrets],
        ),
        comment="Secrets Manager tries the function at once; the first new password comes later.",
    )
    return RotationOutputs(
        function_arn=function,
        function_name=name,
        security_group_id=group.id,
        log_group_name=log.name,
        days=v.days,
    )
