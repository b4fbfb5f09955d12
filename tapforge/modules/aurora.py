"""The Aurora module: an Aurora PostgreSQL cluster in private subnets, with all it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapforge import aws, builtin
from tapforge.aws import data
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, count, each, gt, not_, splat
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.meta import Lifecycle, dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import parameters, valid

ENGINE = "aurora-postgresql"
PORT = 5432


@inputs
class AuroraInputs:
    """The cluster, its network and its care."""

    name: str = variable(
        "What the cluster is for; begins the names of what surrounds it.",
        valid=valid.stem,
        example="shop",
    )
    cluster_name: str = variable(
        "Begins the names of the cluster itself.", valid=valid.stem, example="shop-db"
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    destroyable: bool = variable(
        "Whether `terraform destroy` removes the cluster and its backups without a final snapshot;"
        " if not, deletion is refused and a final snapshot is due.",
        default=True,
    )
    vpc_id: str = variable("Id of the VPC.", example="vpc-0123456789abcdef0")
    subnet_ids: list[str] = variable(
        "Ids of private subnets in at least two availability zones.",
        valid=[valid.subnet_ids],
        example=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    )
    client_cidrs: list[str] = variable(
        "IPv4 blocks that may connect.", valid=[valid.client_cidrs], example=["10.0.0.0/16"]
    )
    engine_version: str = variable(
        "Aurora PostgreSQL version; the parameter group families follow from it.",
        valid=[valid.creatable(ENGINE)],
        example="16.9",
    )
    instance_class: str = variable(
        "Class of the instances.", default="db.r6g.large", valid=valid.offered(ENGINE)
    )
    reader_count: int = variable(
        "Readers beside the writer.", default=0, valid=[valid.limit("aurora_reader_count")]
    )
    database_name: str = variable(
        "Database made with the cluster.",
        valid=valid.name("postgres_database_name"),
        example="shop",
    )
    master_username: str = variable(
        "Master user.", valid=valid.name("postgres_master_username"), example="postgresadmin"
    )
    cluster_parameters: dict[str, str] = variable(
        "PostgreSQL parameters of the whole cluster, beside the enforced `rds.force_ssl`.",
        default={},
        valid=parameters.valid(ENGINE, "cluster"),
    )
    instance_parameters: dict[str, str] = variable(
        "PostgreSQL parameters of each instance.",
        default={},
        valid=parameters.valid(ENGINE, "instance"),
    )
    backup_retention_days: int = variable(
        "Days that automated backups are kept.",
        default=7,
        valid=[valid.limit("aurora_backup_retention_period"), valid.kept_backups],
    )
    backup_window: str = variable(
        "Daily time for backups, in UTC.", default="03:00-04:00", valid=valid.backup_window
    )
    maintenance_window: str = variable(
        "Weekly time for maintenance, in UTC.",
        default="mon:04:00-mon:05:00",
        valid=valid.maintenance_window,
    )
    apply_immediately: bool = variable(
        "Whether changes are applied at once instead of in the maintenance window.", default=False
    )
    performance_insights_retention_days: int = variable(
        "Days that Performance Insights keeps its data.",
        default=7,
        valid=[valid.limit("performance_insights_retention_period")],
    )
    monitoring_interval: int = variable(
        "Seconds between two points of Enhanced Monitoring; 0 turns it off.",
        default=60,
        valid=[valid.limit("monitoring_interval")],
    )
    monitoring_role_name: str = variable(
        "Begins the name of the role that Enhanced Monitoring writes with.",
        default="rds-monitoring-role",
        valid=valid.stem,
    )
    log_retention_days: int = variable(
        "Days that CloudWatch keeps the PostgreSQL log.",
        default=7,
        valid=[valid.limit("log_retention_in_days")],
    )


@outputs
class AuroraOutputs:
    """How to reach the cluster and what belongs to it."""

    cluster_identifier: str = output("Identifier of the cluster.")
    cluster_arn: str = output("ARN of the cluster.")
    cluster_resource_id: str = output("Resource id of the cluster, as IAM policies name it.")
    endpoint: str = output("Host name of the writer.")
    reader_endpoint: str = output("Host name that spreads over the readers.")
    port: int = output("Port of the cluster.")
    database_name: str = output("Database made with the cluster.")
    master_username: str = output("Master user.")
    master_user_secret_arn: str = output(
        "ARN of the secret in which RDS keeps and rotates the master password."
    )
    instance_identifiers: list[str] = output("Identifiers of the instances, the writer's first.")
    security_group_id: str = output("Id of the cluster's security group.")
    subnet_group_name: str = output("Name of the subnet group.")
    cluster_parameter_group_name: str = output("Name of the cluster parameter group.")
    instance_parameter_group_name: str = output("Name of the instances' parameter group.")
    monitoring_role_arn: str = output("ARN of the Enhanced Monitoring role.")
    log_group_name: str = output("CloudWatch log group of the PostgreSQL log.")


@module("aurora")
def aurora(m: Body, v: AuroraInputs) -> AuroraOutputs:
    """An Aurora PostgreSQL cluster: encrypted, TLS only, its master password kept by RDS."""
    suffix = v.environment_suffix
    major = m.local("engine_major", fn.split(".", v.engine_version)[0])
    family = m.local("parameter_group_family", f"{ENGINE}{major}")
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))

    group = m.add(
        aws.SecurityGroup(
            "cluster",
            name=f"{v.name}-sg-{suffix}",
            description=f"PostgreSQL clients of {v.cluster_name}-{suffix}",
            vpc_id=v.vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": f"{v.name}-sg-{suffix}"},
        )
    )
    m.add(
        aws.VpcSecurityGroupIngressRule(
            "postgresql",
            for_each=fn.toset(v.client_cidrs),
            security_group_id=group.id,
            description="PostgreSQL from inside",
            cidr_ipv4=each.value,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags={"Name": f"{v.name}-sg-postgresql-{suffix}"},
        )
    )
    m.add(
        aws.VpcSecurityGroupEgressRule(
            "clients",
            for_each=fn.toset(v.client_cidrs),
            security_group_id=group.id,
            description="To whoever may connect, and nowhere else",
            cidr_ipv4=each.value,
            ip_protocol="-1",
            tags={"Name": f"{v.name}-sg-egress-{suffix}"},
        )
    )
    subnets = m.add(
        aws.DbSubnetGroup(
            "main",
            name=f"{v.name}-subnet-group-{suffix}",
            description=f"Private subnets of {v.cluster_name}-{suffix}",
            subnet_ids=v.subnet_ids,
            tags={"Name": f"{v.name}-subnet-group-{suffix}"},
        )
    )
    cluster_group_name = f"{v.cluster_name}{major}-cluster-pg-{suffix}"
    cluster_group = m.add(
        aws.RdsClusterParameterGroup(
            "main",
            name=cluster_group_name,
            description=f"Cluster parameters of {v.cluster_name}-{suffix}",
            family=family,
            parameter=dynamic(
                fn.merge(v.cluster_parameters, {"rds.force_ssl": "1"}),
                lambda parameter: aws.RdsClusterParameterGroup.Parameter(
                    name=parameter.key,
                    value=parameter.value,
                    apply_method=parameters.apply_method(ENGINE, "cluster", parameter.key, major),
                ),
            ),
            lifecycle=Lifecycle(create_before_destroy=True),
            tags={"Name": cluster_group_name},
        ),
        comment="The name holds the major version, so that an upgrade makes the new group first.",
    )
    instance_group_name = f"{v.cluster_name}{major}-db-pg-{suffix}"
    instance_group = m.add(
        aws.DbParameterGroup(
            "main",
            name=instance_group_name,
            description=f"Instance parameters of {v.cluster_name}-{suffix}",
            family=family,
            parameter=dynamic(
                v.instance_parameters,
                lambda parameter: aws.DbParameterGroup.Parameter(
                    name=parameter.key,
                    value=parameter.value,
                    apply_method=parameters.apply_method(ENGINE, "instance", parameter.key, major),
                ),
            ),
            lifecycle=Lifecycle(create_before_destroy=True),
            tags={"Name": instance_group_name},
        ),
        comment="The name holds the major version, so that an upgrade makes the new group first.",
    )

    document = data.IamPolicyDocument
    trust = m.add(
        document(
            "monitoring_trust",
            statement=[
                document.Statement(
                    actions=["sts:AssumeRole"],
                    principals=[
                        document.Principals(
                            type="Service", identifiers=["monitoring.rds.amazonaws.com"]
                        )
                    ],
                    condition=[
                        document.Condition(
                            test="StringEquals",
                            variable="aws:SourceAccount",
                            values=[account.account_id],
                        )
                    ],
                )
            ],
        )
    )
    role = m.add(
        aws.IamRole(
            "monitoring",
            name=f"{v.monitoring_role_name}-{suffix}",
            description=f"Enhanced Monitoring of {v.cluster_name}-{suffix}",
            assume_role_policy=trust.json,
            force_detach_policies=v.destroyable,
            tags={"Name": f"{v.monitoring_role_name}-{suffix}"},
        )
    )
    attachment = m.add(
        aws.IamRolePolicyAttachment(
            "monitoring",
            role=role.name,
            policy_arn=(
                f"arn:{partition.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
            ),
        )
    )

    identifier = f"{v.cluster_name}-{suffix}"
    log = m.add(
        aws.CloudwatchLogGroup(
            "postgresql",
            name=f"/aws/rds/cluster/{identifier}/postgresql",
            retention_in_days=v.log_retention_days,
            skip_destroy=False,
            deletion_protection_enabled=not_(v.destroyable),
            tags={"Name": f"/aws/rds/cluster/{identifier}/postgresql"},
        ),
        comment="RDS would make this group itself, keep its log for ever and leave it behind.",
    )
    made = m.add(
        builtin.Data(
            "made",
            input=fn.formatdate("YYYYMMDDhhmmss", fn.plantimestamp()),
            lifecycle=Lifecycle(ignore_changes=["input"]),
        ),
        comment="When the cluster was made: a final snapshot's name must be new each time.",
    )
    cluster = m.add(
        aws.RdsCluster(
            "main",
            cluster_identifier=identifier,
            engine=ENGINE,
            engine_mode="provisioned",
            engine_version=v.engine_version,
            database_name=v.database_name,
            master_username=v.master_username,
            manage_master_user_password=True,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[group.id],
            port=PORT,
            db_cluster_parameter_group_name=cluster_group.name,
            storage_encrypted=True,
            backup_retention_period=v.backup_retention_days,
            preferred_backup_window=v.backup_window,
            preferred_maintenance_window=v.maintenance_window,
            apply_immediately=v.apply_immediately,
            enabled_cloudwatch_logs_exports=["postgresql"],
            copy_tags_to_snapshot=True,
            database_insights_mode="standard",
            deletion_protection=not_(v.destroyable),
            skip_final_snapshot=v.destroyable,
            final_snapshot_identifier=conditional(
                v.destroyable, None, f"{identifier}-final-{made.output}"
            ),
            delete_automated_backups=v.destroyable,
            tags={"Name": identifier},
            depends_on=[log],
        ),
        accept={
            "engine-support": "the environment chooses the version, and AWS still creates it",
        },
    )

    def instance(
        label: str, number: int, depends_on: Sequence[Any], count: int | None = None
    ) -> aws.RdsClusterInstance:
        name = f"{identifier}-instance-{number}"
        return aws.RdsClusterInstance(
            label,
            identifier=name,
            cluster_identifier=cluster.id,
            engine=cluster.engine,
            engine_version=cluster.engine_version,
            instance_class=v.instance_class,
            db_subnet_group_name=subnets.name,
            db_parameter_group_name=instance_group.name,
            publicly_accessible=False,
            performance_insights_enabled=True,
            performance_insights_retention_period=v.performance_insights_retention_days,
            monitoring_interval=v.monitoring_interval,
            monitoring_role_arn=conditional(gt(v.monitoring_interval, 0), role.arn, None),
            preferred_maintenance_window=v.maintenance_window,
            apply_immediately=v.apply_immediately,
            auto_minor_version_upgrade=False,
            copy_tags_to_snapshot=True,
            promotion_tier=number - 1,
            tags={"Name": name},
            count=count,
            depends_on=depends_on,
        )

    writer = m.add(
        instance("writer", 1, [attachment]),
        comment="The first instance of a cluster becomes its writer, so the readers wait for it.",
    )
    reader = m.add(
        instance("reader", count.index + 2, [writer], count=v.reader_count),
        comment="Aurora promotes the healthy reader of the lowest tier.",
    )
    return AuroraOutputs(
        cluster_identifier=cluster.cluster_identifier,
        cluster_arn=cluster.arn,
        cluster_resource_id=cluster.cluster_resource_id,
        endpoint=cluster.endpoint,
        reader_endpoint=cluster.reader_endpoint,
        port=cluster.port,
        database_name=cluster.database_name,
        master_username=cluster.master_username,
        master_user_secret_arn=cluster.master_user_secret[0].secret_arn,
        instance_identifiers=fn.concat([writer.identifier], splat(reader).identifier),
        security_group_id=group.id,
        subnet_group_name=subnets.name,
        cluster_parameter_group_name=cluster_group.name,
        instance_parameter_group_name=instance_group.name,
        monitoring_role_arn=role.arn,
        log_group_name=log.name,
    )
