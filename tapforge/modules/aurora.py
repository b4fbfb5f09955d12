"""The Aurora module: an Aurora PostgreSQL cluster in private subnets, with all it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, count, each, eq, gt, not_, splat
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.meta import Lifecycle, dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import parameters, valid
from tapforge.modules.parts.accepted import CLASS, UPGRADES, VERSION, WAYS_INTO_CLUSTER
from tapforge.modules.parts.care import enhanced_monitoring, final_snapshot, postgresql_log
from tapforge.modules.parts.credentials import connection, credentials
from tapforge.modules.parts.inputs import PORT, DatabaseInputs
from tapforge.modules.parts.network import security_group, subnet_group
from tapforge.modules.parts.parameter_group import NAMED_BY_VERSION, instance_parameter_group

ENGINE = "aurora-postgresql"
_OF_INSTANCES = {
    **CLASS,
    **UPGRADES,
    "checkov:CKV_AWS_118": "Whether there is Enhanced Monitoring is the caller's to decide.",
}


@inputs
class AuroraInputs(DatabaseInputs):
    """The cluster, its network and its care."""

    cluster_name: str = variable(
        "Begins the names of the cluster itself.", valid=valid.stem, example="shop-db"
    )
    availability_zones: list[str] = variable(
        "Zones of the subnets; the instances are spread over them, the writer first. Without them AWS"
        " chooses.",
        default=[],
        example=["eu-central-1a", "eu-central-1b"],
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
    reader_maximum: int = variable(
        "Readers that auto scaling makes at most; 0 turns it off. Readers it made are not in the"
        " state: let them go before a destroy.",
        default=0,
        valid=valid.reader_maximum,
    )
    reader_target_cpu: int = variable(
        "CPU in percent that auto scaling keeps the readers at.",
        default=70,
        valid=[valid.between(10, 90)],
    )
    cluster_parameters: dict[str, str] = variable(
        "PostgreSQL parameters of the whole cluster, beside the enforced `rds.force_ssl`; sizes and"
        " times may have units.",
        default={},
        valid=parameters.valid(ENGINE, "cluster"),
    )
    instance_parameters: dict[str, str] = variable(
        "PostgreSQL parameters of each instance; sizes and times may have units.",
        default={},
        valid=parameters.valid(ENGINE, "instance"),
    )
    backup_retention_days: int = variable(
        "Days that automated backups are kept.",
        default=7,
        valid=[valid.limit("aurora_backup_retention_period"), valid.kept_backups],
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
        "ARN of the secret that holds the master password, whoever made it."
    )
    instance_identifiers: list[str] = output("Identifiers of the instances, the writer's first.")
    security_group_id: str = output("Id of the cluster's security group.")
    subnet_group_name: str = output("Name of the subnet group.")
    cluster_parameter_group_name: str = output("Name of the cluster parameter group.")
    instance_parameter_group_name: str = output("Name of the instances' parameter group.")
    monitoring_role_arn: str | None = output(
        "ARN of the Enhanced Monitoring role; null where monitoring is off."
    )
    log_group_name: str = output("CloudWatch log group of the PostgreSQL log.")


@module("aurora")
def aurora(m: Body, v: AuroraInputs) -> AuroraOutputs:
    """An Aurora PostgreSQL cluster: encrypted, TLS only, its master password kept by RDS."""
    suffix = v.environment_suffix
    major = m.local("engine_major", fn.split(".", v.engine_version)[0])
    family = m.local("parameter_group_family", f"{ENGINE}{major}")
    identifier = f"{v.cluster_name}-{suffix}"
    group = security_group(
        m,
        "cluster",
        v,
        stem=f"{v.name}-sg",
        description=f"PostgreSQL clients of {identifier}",
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
    subnets = subnet_group(m, v, identifier)
    cluster_group_name = f"{v.cluster_name}{major}-cluster-pg-{suffix}"
    cluster_group = m.add(
        aws.RdsClusterParameterGroup(
            "main",
            name=cluster_group_name,
            description=f"Cluster parameters of {identifier}",
            family=family,
            parameter=dynamic(
                fn.merge(v.cluster_parameters, {"rds.force_ssl": "1"}),
                lambda parameter: aws.RdsClusterParameterGroup.Parameter(
                    name=parameter.key,
                    value=parameters.written(parameter.key, parameter.value),
                    apply_method=parameters.apply_method(ENGINE, "cluster", parameter.key, major),
                ),
            ),
            lifecycle=Lifecycle(create_before_destroy=True),
            tags={"Name": cluster_group_name},
        ),
        comment=NAMED_BY_VERSION,
    )
    instance_group = instance_parameter_group(
        m,
        engine=ENGINE,
        major=major,
        family=family,
        name=f"{v.cluster_name}{major}-db-pg-{suffix}",
        description=f"Instance parameters of {identifier}",
        values=v.instance_parameters,
    )
    monitoring = enhanced_monitoring(m, v, identifier)
    log = postgresql_log(m, v, "postgresql", f"/aws/rds/cluster/{identifier}/postgresql")
    snapshot = final_snapshot(m, v, identifier)
    master = credentials(m, v, identifier)
    insights = gt(v.performance_insights_retention_days, 0)
    insights_days = conditional(insights, v.performance_insights_retention_days, None)
    insights_key = conditional(insights, v.kms_key_arn, None)
    advanced = eq(v.database_insights_mode, "advanced")
    cluster = m.add(
        aws.RdsCluster(
            "main",
            cluster_identifier=identifier,
            engine=ENGINE,
            engine_mode="provisioned",
            engine_version=v.engine_version,
            database_name=v.database_name,
            master_username=v.master_username,
            manage_master_user_password=master.managed,
            master_user_secret_kms_key_id=master.managed_kms_key,
            master_password_wo=master.password,
            master_password_wo_version=master.password_version,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[group.id],
            port=PORT,
            db_cluster_parameter_group_name=cluster_group.name,
            storage_encrypted=True,
            kms_key_id=v.kms_key_arn,
            backup_retention_period=v.backup_retention_days,
            preferred_backup_window=v.backup_window,
            preferred_maintenance_window=v.maintenance_window,
            apply_immediately=v.apply_immediately,
            enabled_cloudwatch_logs_exports=["postgresql"],
            copy_tags_to_snapshot=True,
            database_insights_mode=v.database_insights_mode,
            # The advanced mode asks the cluster itself for Performance Insights.
            performance_insights_enabled=conditional(advanced, True, None),
            performance_insights_retention_period=conditional(advanced, insights_days, None),
            performance_insights_kms_key_id=conditional(advanced, insights_key, None),
            deletion_protection=not_(v.destroyable),
            skip_final_snapshot=v.destroyable,
            final_snapshot_identifier=snapshot,
            delete_automated_backups=v.destroyable,
            tags={"Name": identifier},
            depends_on=[log],
        ),
        accept={
            "checkov:CKV2_AWS_8": "Aurora has its own; the module backup adds those of AWS Backup.",
            "checkov:CKV2_AWS_27": "Parameters of the log are the instances', where Aurora reads them.",
            "checkov:CKV_AWS_139": "`destroyable` decides.",
            **WAYS_INTO_CLUSTER,
            **VERSION,
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
            availability_zone=conditional(
                gt(fn.length(v.availability_zones), 0),
                fn.element(v.availability_zones, number - 1),
                None,
            ),
            db_subnet_group_name=subnets.name,
            db_parameter_group_name=instance_group.name,
            publicly_accessible=False,
            performance_insights_enabled=insights,
            performance_insights_retention_period=insights_days,
            performance_insights_kms_key_id=insights_key,
            monitoring_interval=v.monitoring_interval,
            monitoring_role_arn=monitoring.role_arn,
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
        instance("writer", 1, [monitoring.attachment]),
        comment="The first instance of a cluster becomes its writer, so the readers wait for it.",
        accept=_OF_INSTANCES,
    )
    reader = m.add(
        instance("reader", count.index + 2, [writer], count=v.reader_count),
        comment="Aurora promotes the healthy reader of the lowest tier.",
        accept=_OF_INSTANCES,
    )
    _scale_readers(m, v, cluster, [writer, reader])
    managed_arn: Any = fn.one(splat(cluster.master_user_secret).secret_arn)
    secret_arn = connection(
        m,
        v,
        master,
        identifier={"dbClusterIdentifier": cluster.cluster_identifier},
        host=cluster.endpoint,
        managed_arn=managed_arn,
    )
    # Who has the credentials wants to connect, and a cluster without an instance answers nobody.
    m.wait("master_user_secret_arn", [writer])
    return AuroraOutputs(
        cluster_identifier=cluster.cluster_identifier,
        cluster_arn=cluster.arn,
        cluster_resource_id=cluster.cluster_resource_id,
        endpoint=cluster.endpoint,
        reader_endpoint=cluster.reader_endpoint,
        port=cluster.port,
        database_name=cluster.database_name,
        master_username=cluster.master_username,
        master_user_secret_arn=secret_arn,
        instance_identifiers=fn.concat([writer.identifier], splat(reader).identifier),
        security_group_id=group.id,
        subnet_group_name=subnets.name,
        cluster_parameter_group_name=cluster_group.name,
        instance_parameter_group_name=instance_group.name,
        monitoring_role_arn=monitoring.role_arn,
        log_group_name=log.name,
    )


def _scale_readers(
    m: Body, v: AuroraInputs, cluster: aws.RdsCluster, instances: Sequence[Any]
) -> None:
    """Add the auto scaling of readers, if it is on."""
    number = conditional(gt(v.reader_maximum, 0), 1, 0)
    target = m.add(
        aws.AppautoscalingTarget(
            "readers",
            count=number,
            service_namespace="rds",
            scalable_dimension="rds:cluster:ReadReplicaCount",
            resource_id=f"cluster:{cluster.cluster_identifier}",
            min_capacity=v.reader_count,
            max_capacity=v.reader_maximum,
            tags={"Name": f"{v.name}-readers-{v.environment_suffix}"},
            depends_on=instances,
        ),
        comment="It counts the readers that are there, so it comes after them.",
    )
    policy = aws.AppautoscalingPolicy
    tracking = policy.TargetTrackingScalingPolicyConfiguration
    m.add(
        policy(
            "readers",
            count=number,
            name=f"{v.name}-readers-cpu-{v.environment_suffix}",
            policy_type="TargetTrackingScaling",
            service_namespace=target[count.index].service_namespace,
            scalable_dimension=target[count.index].scalable_dimension,
            resource_id=target[count.index].resource_id,
            target_tracking_scaling_policy_configuration=tracking(
                target_value=v.reader_target_cpu,
                predefined_metric_specification=policy.PredefinedMetricSpecification(
                    predefined_metric_type="RDSReaderAverageCPUUtilization"
                ),
            ),
        )
    )
