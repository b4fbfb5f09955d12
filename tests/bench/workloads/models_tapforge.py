"""Workload for a type checker: 15 models, with tapforge. Its twin is `models_cdktn.py`."""

from __future__ import annotations

from tapforge import aws

vpc = aws.Vpc("vpc", cidr_block="10.0.0.0/16")
subnet = aws.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
group = aws.SecurityGroup("group", vpc_id=vpc.id)
ingress = aws.VpcSecurityGroupIngressRule(
    "ingress", security_group_id=group.id, ip_protocol="tcp", from_port=5432, to_port=5432
)
subnet_group = aws.DbSubnetGroup("subnets", subnet_ids=[subnet.id])
cluster_parameters = aws.RdsClusterParameterGroup(
    "cluster",
    family="aurora-postgresql16",
    parameter=[aws.RdsClusterParameterGroup.Parameter(name="rds.force_ssl", value="1")],
)
instance_parameters = aws.DbParameterGroup("instance", family="aurora-postgresql16")
role = aws.IamRole("role", assume_role_policy="{}")
attachment = aws.IamRolePolicyAttachment(
    "attachment", role=role.name, policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess"
)
key = aws.KmsKey("key", enable_key_rotation=True)
cluster = aws.RdsCluster(
    "cluster",
    engine="aurora-postgresql",
    kms_key_id=key.arn,
    db_subnet_group_name=subnet_group.name,
    db_cluster_parameter_group_name=cluster_parameters.name,
    vpc_security_group_ids=[group.id],
)
instance = aws.RdsClusterInstance(
    "instance",
    cluster_identifier=cluster.id,
    engine="aurora-postgresql",
    instance_class="db.r6g.large",
    db_parameter_group_name=instance_parameters.name,
    monitoring_role_arn=role.arn,
)
log = aws.CloudwatchLogGroup("log", name="/aws/rds/cluster", retention_in_days=7)
bucket = aws.S3Bucket("bucket", bucket="models")
versioning = aws.S3BucketVersioning(
    "versioning",
    bucket=bucket.id,
    versioning_configuration=aws.S3BucketVersioning.VersioningConfiguration(status="Enabled"),
)
