"""The system aurora-demo: one Aurora PostgreSQL cluster, its network and a bucket."""

from __future__ import annotations

from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, ge
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body
from tapforge.modules import valid
from tapforge.modules.aurora import ENGINE, AuroraInputs, aurora
from tapforge.modules.network import NetworkInputs, network
from tapforge.modules.private_bucket import PrivateBucketInputs, private_bucket
from tapforge.systems.inputs import ProtectedInputs
from tapforge.systems.system import system


@inputs
class AuroraDemoInputs(ProtectedInputs):
    """What an environment of aurora-demo decides."""

    vpc_cidr: str = variable(
        "IPv4 block of the VPC.", default="10.0.0.0/16", valid=[valid.vpc_cidr]
    )
    subnet_cidrs: list[str] = variable(
        "IPv4 blocks of the private subnets, one for each availability zone.",
        default=["10.0.1.0/24", "10.0.2.0/24"],
        valid=valid.zone_subnets,
    )
    engine_version: str = variable(
        "Aurora PostgreSQL version.", default="16.9", valid=[valid.creatable(ENGINE)]
    )
    instance_class: str = variable(
        "Class of the cluster's instances.",
        default="db.r6g.large",
        valid=[*valid.offered(ENGINE), valid.sold(ENGINE)],
    )
    reader_count: int = variable(
        "Readers beside the writer; a cluster without one has no fail-over target.",
        default=0,
        valid=[valid.limit("aurora_reader_count")],
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


@outputs
class AuroraDemoOutputs:
    """What an application or a test needs."""

    vpc_id: str = output("Id of the VPC.")
    subnet_ids: list[str] = output("Ids of the private subnets.")
    security_group_id: str = output("Id of the cluster's security group.")
    subnet_group_name: str = output("Name of the DB subnet group.")
    cluster_identifier: str = output("Identifier of the Aurora cluster.")
    cluster_arn: str = output("ARN of the Aurora cluster.")
    cluster_endpoint: str = output("Host name of the writer.")
    cluster_reader_endpoint: str = output("Host name that spreads over the readers.")
    cluster_port: int = output("Port of the cluster.")
    instance_identifiers: list[str] = output("Identifiers of the instances, the writer's first.")
    cluster_parameter_group_name: str = output("Name of the cluster parameter group.")
    instance_parameter_group_name: str = output("Name of the instances' parameter group.")
    database_name: str = output("Name of the database.")
    master_username: str = output("Master user.")
    master_user_secret_arn: str = output("ARN of the secret that holds the master password.")
    monitoring_role_arn: str | None = output("ARN of the Enhanced Monitoring role.")
    log_group_name: str = output("CloudWatch log group of the PostgreSQL log.")
    bucket_name: str = output("Name of the bucket.")
    bucket_arn: str = output("ARN of the bucket.")


@system("aurora-demo")
def aurora_demo(s: Body, v: AuroraDemoInputs) -> AuroraDemoOutputs:
    """An Aurora PostgreSQL cluster with parameter groups, monitoring, logs and a private bucket."""
    suffix = v.environment_suffix
    major = fn.split(".", v.engine_version)[0]
    net = s.call(
        "network",
        network,
        NetworkInputs(
            name="aurora",
            environment_suffix=suffix,
            vpc_cidr=v.vpc_cidr,
            isolated_subnet_cidrs=v.subnet_cidrs,
        ),
    )
    cluster = s.call(
        "aurora",
        aurora,
        AuroraInputs(
            name="aurora",
            cluster_name="aurora-postgres",
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_ids=net.isolated_subnet_ids,
            client_cidrs=[net.vpc_cidr],
            engine_version=v.engine_version,
            instance_class=v.instance_class,
            reader_count=v.reader_count,
            # A database name takes no hyphen.
            database_name=f"tapdb{fn.replace(suffix, '-', '')}",
            master_username="postgresadmin",
            instance_parameters={
                "shared_preload_libraries": "pg_stat_statements,auto_explain",
                "pg_stat_statements.track": "all",
                "auto_explain.log_min_duration": "1000",
                "auto_explain.log_format": "json",
                # PostgreSQL 18 made a list of what was a truth value.
                "log_connections": conditional(ge(fn.tonumber(major), 18), "all", "1"),
                "log_disconnections": "1",
                "log_lock_waits": "1",
                "log_min_duration_statement": "1000",
                "log_statement": "ddl",
                "log_temp_files": "10240",
            },
            backup_retention_days=v.backup_retention_days,
            backup_window=v.backup_window,
            maintenance_window=v.maintenance_window,
            apply_immediately=True,
        ),
    )
    bucket = s.call(
        "bucket",
        private_bucket,
        PrivateBucketInputs(
            bucket=f"tap-bucket-{suffix}-tapstack{suffix}", destroyable=v.destroyable
        ),
    )
    return AuroraDemoOutputs(
        vpc_id=net.vpc_id,
        subnet_ids=net.isolated_subnet_ids,
        security_group_id=cluster.security_group_id,
        subnet_group_name=cluster.subnet_group_name,
        cluster_identifier=cluster.cluster_identifier,
        cluster_arn=cluster.cluster_arn,
        cluster_endpoint=cluster.endpoint,
        cluster_reader_endpoint=cluster.reader_endpoint,
        cluster_port=cluster.port,
        instance_identifiers=cluster.instance_identifiers,
        cluster_parameter_group_name=cluster.cluster_parameter_group_name,
        instance_parameter_group_name=cluster.instance_parameter_group_name,
        database_name=cluster.database_name,
        master_username=cluster.master_username,
        master_user_secret_arn=cluster.master_user_secret_arn,
        monitoring_role_arn=cluster.monitoring_role_arn,
        log_group_name=cluster.log_group_name,
        bucket_name=bucket.id,
        bucket_arn=bucket.arn,
    )
