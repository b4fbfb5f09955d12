"""Workload: an Aurora stack, 14 resources, one document, with cdktn.

Its twin is `stack_tapforge.py`; both are given the folder to write to.
"""

from __future__ import annotations

import sys

from cdktn import App, S3Backend, TerraformStack
from cdktn_aws.iam import AwsRole, AwsRolePolicyAttachment
from cdktn_aws.provider import AwsProvider
from cdktn_aws.rds import (
    AwsCluster,
    AwsClusterInstance,
    AwsClusterParameterGroup,
    AwsDbParameterGroup,
    AwsDbSubnetGroup,
)
from cdktn_aws.s3 import AwsBucket, AwsBucketVersioning
from cdktn_aws.vpc import AwsSecurityGroup, AwsSecurityGroupIngressRule, AwsSubnet, AwsVpc

TAGS = {"Environment": "dev", "Project": "aurora"}
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"monitoring.rds.amazonaws.com"}}]}'
)


def stack(app: App) -> TerraformStack:
    """Give the stack."""
    stack = TerraformStack(app, "aurora")
    S3Backend(
        stack,
        bucket="tapforge-state",
        key="aurora/terraform.tfstate",
        region="us-east-1",
        encrypt=True,
        use_lockfile=True,
    )
    AwsProvider(stack, "aws", region="us-east-1")
    vpc = AwsVpc(stack, "vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, tags=TAGS)
    subnets = [
        AwsSubnet(
            stack,
            f"subnet_{zone}",
            vpc_id=vpc.id,
            cidr_block=f"10.0.{number}.0/24",
            availability_zone=f"us-east-1{zone}",
            tags=TAGS | {"Name": f"aurora-{zone}"},
        )
        for number, zone in enumerate("ab", start=1)
    ]
    security_group = AwsSecurityGroup(
        stack, "security_group", name="aurora-sg", vpc_id=vpc.id, tags=TAGS
    )
    AwsSecurityGroupIngressRule(
        stack,
        "ingress",
        security_group_id=security_group.id,
        cidr_ipv4=vpc.cidr_block,
        ip_protocol="tcp",
        from_port=5432,
        to_port=5432,
    )
    subnet_group = AwsDbSubnetGroup(
        stack,
        "subnet_group",
        name="aurora-subnets",
        subnet_ids=[subnet.id for subnet in subnets],
        tags=TAGS,
    )
    cluster_parameters = AwsClusterParameterGroup(
        stack,
        "cluster_parameters",
        name="aurora-cluster-pg",
        family="aurora-postgresql16",
        parameter=[
            AwsClusterParameterGroup.ParameterProperty(
                name="rds.force_ssl", value="1", apply_method="pending-reboot"
            ),
            AwsClusterParameterGroup.ParameterProperty(
                name="rds.logical_replication", value="1", apply_method="pending-reboot"
            ),
        ],
        tags=TAGS,
    )
    instance_parameters = AwsDbParameterGroup(
        stack,
        "instance_parameters",
        name="aurora-instance-pg",
        family="aurora-postgresql16",
        parameter=[
            AwsDbParameterGroup.ParameterProperty(name="log_min_duration_statement", value="1000"),
            AwsDbParameterGroup.ParameterProperty(name="log_statement", value="ddl"),
        ],
        tags=TAGS,
    )
    role = AwsRole(
        stack, "monitoring", name="aurora-monitoring", assume_role_policy=TRUST, tags=TAGS
    )
    AwsRolePolicyAttachment(
        stack,
        "monitoring_policy",
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    )
    cluster = AwsCluster(
        stack,
        "cluster",
        cluster_identifier="aurora-postgres",
        engine="aurora-postgresql",
        engine_version="16.9",
        database_name="tapdb",
        master_username="postgresadmin",
        manage_master_user_password=True,
        db_subnet_group_name=subnet_group.name,
        db_cluster_parameter_group_name=cluster_parameters.name,
        vpc_security_group_ids=[security_group.id],
        storage_encrypted=True,
        backup_retention_period=7,
        preferred_backup_window="03:00-04:00",
        enabled_cloudwatch_logs_exports=["postgresql"],
        skip_final_snapshot=True,
        tags=TAGS,
    )
    AwsClusterInstance(
        stack,
        "writer",
        identifier="aurora-writer",
        cluster_identifier=cluster.id,
        engine="aurora-postgresql",
        instance_class="db.r6g.large",
        db_parameter_group_name=instance_parameters.name,
        monitoring_interval=60,
        monitoring_role_arn=role.arn,
        performance_insights_enabled=True,
        tags=TAGS,
    )
    bucket = AwsBucket(stack, "bucket", bucket="aurora-dev-tapforge", tags=TAGS)
    AwsBucketVersioning(
        stack,
        "versioning",
        bucket=bucket.id,
        versioning_configuration=AwsBucketVersioning.VersioningConfigurationProperty(
            status="Enabled"
        ),
    )
    return stack


if __name__ == "__main__":
    # It refuses a lock file in S3 for the Terraform versions it targets without being told.
    app = App(outdir=sys.argv[1], context={"targetVersions": {"terraform": ">=1.11.0"}})
    stack(app)
    app.synth()
