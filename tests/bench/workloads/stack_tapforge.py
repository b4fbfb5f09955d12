"""Workload: an Aurora stack, 14 resources, one document, with tapforge.

Its twin is `stack_cdktn.py`; both are given the folder to write to.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tapforge import aws
from tapforge.lang.blocks import Backend, RequiredProvider, Settings
from tapforge.lang.document import Document
from tapforge.lang.json_syntax import dumps

TAGS = {"Environment": "dev", "Project": "aurora"}
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"monitoring.rds.amazonaws.com"}}]}'
)


def stack() -> Document:
    """Give the stack."""
    document = Document("aurora")
    document.add(
        Settings(
            required_providers={"aws": RequiredProvider("hashicorp/aws", "6.62.0")},
            backend=Backend(
                "s3",
                {
                    "bucket": "tapforge-state",
                    "key": "aurora/terraform.tfstate",
                    "region": "us-east-1",
                    "encrypt": True,
                    "use_lockfile": True,
                },
            ),
        )
    )
    document.add(aws.Provider(region="us-east-1"))
    vpc = document.add(
        aws.Vpc("vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, tags=TAGS)
    )
    subnets = [
        document.add(
            aws.Subnet(
                f"subnet_{zone}",
                vpc_id=vpc.id,
                cidr_block=f"10.0.{number}.0/24",
                availability_zone=f"us-east-1{zone}",
                tags=TAGS | {"Name": f"aurora-{zone}"},
            )
        )
        for number, zone in enumerate("ab", start=1)
    ]
    security_group = document.add(
        aws.SecurityGroup("security_group", name="aurora-sg", vpc_id=vpc.id, tags=TAGS)
    )
    document.add(
        aws.VpcSecurityGroupIngressRule(
            "ingress",
            security_group_id=security_group.id,
            cidr_ipv4=vpc.cidr_block,
            ip_protocol="tcp",
            from_port=5432,
            to_port=5432,
        )
    )
    subnet_group = document.add(
        aws.DbSubnetGroup(
            "subnet_group",
            name="aurora-subnets",
            subnet_ids=[subnet.id for subnet in subnets],
            tags=TAGS,
        )
    )
    cluster_parameters = document.add(
        aws.RdsClusterParameterGroup(
            "cluster_parameters",
            name="aurora-cluster-pg",
            family="aurora-postgresql16",
            parameter=[
                aws.RdsClusterParameterGroup.Parameter(
                    name="rds.force_ssl", value="1", apply_method="pending-reboot"
                ),
                aws.RdsClusterParameterGroup.Parameter(
                    name="rds.logical_replication", value="1", apply_method="pending-reboot"
                ),
            ],
            tags=TAGS,
        )
    )
    instance_parameters = document.add(
        aws.DbParameterGroup(
            "instance_parameters",
            name="aurora-instance-pg",
            family="aurora-postgresql16",
            parameter=[
                aws.DbParameterGroup.Parameter(name="log_min_duration_statement", value="1000"),
                aws.DbParameterGroup.Parameter(name="log_statement", value="ddl"),
            ],
            tags=TAGS,
        )
    )
    role = document.add(
        aws.IamRole("monitoring", name="aurora-monitoring", assume_role_policy=TRUST, tags=TAGS)
    )
    document.add(
        aws.IamRolePolicyAttachment(
            "monitoring_policy",
            role=role.name,
            policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        )
    )
    cluster = document.add(
        aws.RdsCluster(
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
    )
    document.add(
        aws.RdsClusterInstance(
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
    )
    bucket = document.add(aws.S3Bucket("bucket", bucket="aurora-dev-tapforge", tags=TAGS))
    document.add(
        aws.S3BucketVersioning(
            "versioning",
            bucket=bucket.id,
            versioning_configuration=aws.S3BucketVersioning.VersioningConfiguration(
                status="Enabled"
            ),
        )
    )
    return document


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    document = stack()
    document.check()
    (folder / "main.tf.json").write_text(dumps(document.json()), "utf-8")
