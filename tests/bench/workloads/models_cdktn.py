"""Workload for a type checker: 15 models, with cdktn. Its twin is `models_tapforge.py`."""

from __future__ import annotations

from cdktn import App, TerraformStack
from cdktn_aws.cloudwatch_logs import AwsGroup as AwsLogGroup
from cdktn_aws.iam import AwsRole, AwsRolePolicyAttachment
from cdktn_aws.kms import AwsKey
from cdktn_aws.rds import (
    AwsCluster,
    AwsClusterInstance,
    AwsClusterParameterGroup,
    AwsDbParameterGroup,
    AwsDbSubnetGroup,
)
from cdktn_aws.s3 import AwsBucket, AwsBucketVersioning
from cdktn_aws.vpc import AwsSecurityGroup, AwsSecurityGroupIngressRule, AwsSubnet, AwsVpc

stack = TerraformStack(App(), "models")
vpc = AwsVpc(stack, "vpc", cidr_block="10.0.0.0/16")
subnet = AwsSubnet(stack, "subnet", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
group = AwsSecurityGroup(stack, "group", vpc_id=vpc.id)
ingress = AwsSecurityGroupIngressRule(
    stack, "ingress", security_group_id=group.id, ip_protocol="tcp", from_port=5432, to_port=5432
)
subnet_group = AwsDbSubnetGroup(stack, "subnets", subnet_ids=[subnet.id])
cluster_parameters = AwsClusterParameterGroup(
    stack,
    "cluster_parameters",
    family="aurora-postgresql16",
    parameter=[AwsClusterParameterGroup.ParameterProperty(name="rds.force_ssl", value="1")],
)
instance_parameters = AwsDbParameterGroup(
    stack, "instance_parameters", family="aurora-postgresql16"
)
role = AwsRole(stack, "role", assume_role_policy="{}")
attachment = AwsRolePolicyAttachment(
    stack, "attachment", role=role.name, policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess"
)
key = AwsKey(stack, "key", enable_key_rotation=True)
cluster = AwsCluster(
    stack,
    "cluster",
    engine="aurora-postgresql",
    kms_key_id=key.arn,
    db_subnet_group_name=subnet_group.name,
    db_cluster_parameter_group_name=cluster_parameters.name,
    vpc_security_group_ids=[group.id],
)
instance = AwsClusterInstance(
    stack,
    "instance",
    cluster_identifier=cluster.id,
    engine="aurora-postgresql",
    instance_class="db.r6g.large",
    db_parameter_group_name=instance_parameters.name,
    monitoring_role_arn=role.arn,
)
log = AwsLogGroup(stack, "log", name="/aws/rds/cluster", retention_in_days=7)
bucket = AwsBucket(stack, "bucket", bucket="models")
versioning = AwsBucketVersioning(
    stack,
    "versioning",
    bucket=bucket.id,
    versioning_configuration=AwsBucketVersioning.VersioningConfigurationProperty(status="Enabled"),
)
