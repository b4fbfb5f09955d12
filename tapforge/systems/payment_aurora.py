"""The system payment-aurora: an Aurora PostgreSQL cluster for payments, over three zones."""

from __future__ import annotations

from typing import Literal, cast

from tapforge.facts import regions
from tapforge.lang import functions as fn
from tapforge.lang.expression import (
    Named,
    conditional,
    eq,
    for_list,
    ne,
    or_,
)
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.module import Body
from tapforge.modules import classes, parameters, valid
from tapforge.modules.alarm import AlarmInputs, AlarmOutputs, alarm
from tapforge.modules.aurora import ENGINE, AuroraInputs, aurora
from tapforge.modules.backup import BackupInputs, backup
from tapforge.modules.dashboard import DashboardInputs, dashboard
from tapforge.modules.encryption_key import EncryptionKeyInputs, encryption_key
from tapforge.modules.network import NetworkInputs, network
from tapforge.modules.notifications import NotificationsInputs, emails, notifications
from tapforge.modules.proxy import ProxyInputs, proxy
from tapforge.modules.rotation import RotationInputs, rotation
from tapforge.systems.inputs import TieredInputs, subnet_cidrs, zones
from tapforge.systems.system import system

NAME = "payment-db"
_PUBLIC, _PRIVATE = 0, 1
_PERIOD, _PERIODS = 300, 2
_GRAPHS = {
    "CPU (percent)": "CPUUtilization",
    "Connections": "DatabaseConnections",
    "Free memory (bytes)": "FreeableMemory",
    "Free local storage (bytes)": "FreeLocalStorage",
    "Lag of the readers (milliseconds)": "AuroraReplicaLag",
    "Time of a commit (milliseconds)": "CommitLatency",
}

_partitions = cast(
    "dict[str, str]",
    Named("local.partitions", {name: regions.partition(name) for name in regions.names()}),
)


def _partition(region: str) -> str:
    return fn.lookup(_partitions, region, "")


_copy_region = (
    Valid(
        lambda value, _: or_(eq(value, ""), valid.region.condition(value, None)),
        lambda value, _: valid.region.message(value, None),
    ),
    Valid(
        lambda value, inputs: ne(value, inputs.aws_region),
        lambda value, _: (
            f"{value} has the backups already, so that a copy there is none: name another region."
        ),
    ),
    Valid(
        lambda value, inputs: or_(
            eq(_partition(value), ""), eq(_partition(value), _partition(inputs.aws_region))
        ),
        lambda value, inputs: (
            f"{value} is in the partition {_partition(value)}, {inputs.aws_region} in"
            f" {_partition(inputs.aws_region)}: no backup gets from one to the other; name a region of"
            " the same."
        ),
    ),
)
_told = Valid(
    lambda value, inputs: or_(eq(fn.length(value), 0), inputs.alarm_topic),
    lambda value, _: (
        f"{fn.jsonencode(value)}: nobody is told of alarms without a topic; give alarm_topic = true."
    ),
)


@inputs
class PaymentAuroraInputs(TieredInputs):
    """What an environment of payment-aurora decides."""

    zone_count: int = variable(
        "Availability zones of the network; the instances are spread over them.",
        default=3,
        valid=[zones],
    )
    client_cidrs: list[str] = variable(
        "IPv4 blocks that may connect, beside the private subnets.",
        default=[],
        valid=valid.named_clients,
    )
    engine_version: str = variable(
        "Aurora PostgreSQL version.", default="15.19", valid=[valid.creatable(ENGINE)]
    )
    instance_class: str = variable(
        "Class of the cluster's instances.",
        default="db.t3.medium",
        valid=[*valid.offered(ENGINE), valid.sold(ENGINE)],
    )
    reader_count: int = variable(
        "Readers beside the writer; the first of them takes over when the writer fails.",
        default=2,
        valid=[valid.limit("aurora_reader_count")],
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
    credentials: Literal["generated", "managed"] = variable(
        "Whose the master password is: made here, and rotated by the function that AWS hosts for that"
        " (generated), or made and rotated by RDS itself (managed).",
        default="generated",
    )
    rotation_days: int = variable(
        "Days between two rotations of the password.", default=30, valid=[valid.between(1, 1000)]
    )
    password_version: int = variable(
        "Raise it to write the password anew.", default=1, valid=[valid.between(1, 1_000_000)]
    )
    backup_retention_days: int = variable(
        "Days back that the cluster can be restored to any point in time.",
        default=7,
        valid=[valid.limit("aurora_backup_retention_period"), valid.kept_backups],
    )
    backup_window: str = variable(
        "Daily time for backups, in UTC.", default="03:00-04:00", valid=valid.backup_window
    )
    maintenance_window: str = variable(
        "Weekly time for maintenance, in UTC.",
        default="sun:05:00-sun:06:00",
        valid=valid.maintenance_window,
    )
    apply_immediately: bool = variable(
        "Whether changes are applied at once instead of in the maintenance window.", default=False
    )
    cpu_alarm_percent: int = variable(
        "Use of the processors above which there is an alarm, in percent.",
        default=80,
        valid=[valid.between(1, 99)],
    )
    storage_alarm_percent: int = variable(
        "Share of the class's local storage below which there is an alarm, in percent.",
        default=15,
        valid=[valid.between(1, 99)],
    )

    monitoring_interval: int = variable(
        "Seconds between two points of Enhanced Monitoring; 0 turns it off.",
        default=0,
        valid=[valid.limit("monitoring_interval")],
    )
    alarm_topic: bool = variable("Whether an SNS topic is told of alarms.", default=False)
    alarm_emails: list[str] = variable(
        "E-mail addresses that the topic tells of alarms.", default=[], valid=[emails, _told]
    )
    flow_log_retention_days: int = variable(
        "Days that CloudWatch keeps the log of the VPC's flows; 0 logs none.",
        default=0,
        valid=[valid.limit("log_retention_in_days")],
    )
    backup_copy_region: str = variable(
        "Region to which AWS Backup copies a daily backup; empty for no AWS Backup.",
        default="",
        valid=_copy_region,
    )
    reader_maximum: int = variable(
        "Readers that auto scaling makes at most; 0 turns it off.",
        default=0,
        valid=valid.reader_maximum,
    )
    connection_proxy: bool = variable(
        "Whether RDS Proxy stands before the cluster and keeps connections to it.", default=False
    )
    memory_alarm: bool = variable("Whether there is an alarm on free memory.", default=False)
    memory_alarm_percent: int = variable(
        "Share of the class's memory below which there is that alarm, in percent.",
        default=15,
        valid=[valid.between(1, 99)],
    )
    metrics_dashboard: bool = variable(
        "Whether a CloudWatch dashboard shows the metrics of all instances.", default=False
    )


@outputs
class PaymentAuroraOutputs:
    """What an application or a test needs."""

    writer_address: str = output("Socket address of the writer: host name and port.")
    reader_address: str = output("Socket address that spreads over the readers.")
    proxy_address: str | None = output(
        "Socket address of the proxy, which leads to the writer; null where there is none."
    )
    secret_arn: str = output("ARN of the secret that holds the master password.")
    database_name: str = output("Name of the database.")
    master_username: str = output("Master user.")
    cluster_identifier: str = output("Identifier of the Aurora cluster.")
    cluster_arn: str = output("ARN of the Aurora cluster.")
    instance_identifiers: list[str] = output("Identifiers of the instances, the writer's first.")
    cluster_parameter_group_name: str = output("Name of the cluster parameter group.")
    instance_parameter_group_name: str = output("Name of the instances' parameter group.")
    subnet_group_name: str = output("Name of the DB subnet group.")
    security_group_id: str = output("Id of the cluster's security group.")
    monitoring_role_arn: str | None = output(
        "ARN of the Enhanced Monitoring role; null where monitoring is off."
    )
    log_group_name: str = output("CloudWatch log group of the PostgreSQL log.")
    kms_key_arn: str = output("ARN of the encryption key.")
    kms_key_alias: str = output("Name of the key's alias.")
    vpc_id: str = output("Id of the VPC.")
    public_subnet_ids: list[str] = output("Ids of the public subnets.")
    private_subnet_ids: list[str] = output("Ids of the private subnets.")
    nat_public_ips: list[str] = output("Address that private subnets reach the internet from.")
    flow_log_group_name: str | None = output(
        "CloudWatch log group of the VPC's flows; null where they are not logged."
    )
    rotation_function_name: str | None = output(
        "Name of the function that rotates the password; null where RDS does."
    )
    rotation_security_group_id: str | None = output(
        "Id of that function's security group; null where there is none."
    )
    cpu_alarm_name: str = output("Name of the alarm on the processors.")
    storage_alarm_name: str = output("Name of the alarm on local storage.")
    memory_alarm_name: str | None = output("Name of the alarm on memory; null where there is none.")
    topic_arn: str | None = output(
        "ARN of the topic that is told of alarms; null where there is none."
    )
    dashboard_name: str | None = output("Name of the dashboard; null where there is none.")
    backup_vault_name: str | None = output(
        "Name of the backup vault, here and in the other region; null where there is none."
    )
    backup_plan_id: str | None = output("Id of the backup plan; null where there is none.")
    proxy_name: str | None = output("Name of the proxy; null where there is none.")
    proxy_security_group_id: str | None = output(
        "Id of the proxy's security group; null where there is none."
    )


@system("payment-aurora")
def payment_aurora(s: Body, v: PaymentAuroraInputs) -> PaymentAuroraOutputs:
    """An Aurora PostgreSQL cluster with readers in other zones, a rotated password and alarms.

    Its enhancements are all off unless asked for: Enhanced Monitoring, a topic for alarms, flow logs,
    AWS Backup with a copy in another region, auto scaling of readers, RDS Proxy, an alarm on memory,
    and a dashboard.
    """
    suffix = v.environment_suffix
    has_backup = ne(v.backup_copy_region, "")
    key = s.call(
        "key",
        encryption_key,
        EncryptionKeyInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            services=fn.concat(
                ["logs"],
                conditional(v.alarm_topic, ["cloudwatch"], []),
                conditional(has_backup, ["backup"], []),
            ),
        ),
    )
    private_cidrs = subnet_cidrs(v, _PRIVATE)
    net = s.call(
        "network",
        network,
        NetworkInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_cidr=v.vpc_cidr,
            public_subnet_cidrs=subnet_cidrs(v, _PUBLIC),
            private_subnet_cidrs=private_cidrs,
            isolated_subnet_cidrs=[],
            nat_gateways="one",
            flow_log_retention_days=v.flow_log_retention_days,
            kms_key_arn=key.arn,
        ),
    )
    clients = fn.concat(private_cidrs, v.client_cidrs)
    generated = eq(v.credentials, "generated")
    cluster = s.call(
        "aurora",
        aurora,
        AuroraInputs(
            name=NAME,
            cluster_name=f"{NAME}-cluster",
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_ids=net.private_subnet_ids,
            availability_zones=net.availability_zones,
            client_cidrs=clients,
            engine_version=v.engine_version,
            instance_class=v.instance_class,
            reader_count=v.reader_count,
            reader_maximum=v.reader_maximum,
            database_name="payments",
            master_username="dbadmin",
            credentials=v.credentials,
            managed_rotation_days=conditional(generated, 0, v.rotation_days),
            password_version=v.password_version,
            kms_key_arn=key.arn,
            log_kms_key_arn=key.arn,
            cluster_parameters=v.cluster_parameters,
            instance_parameters=v.instance_parameters,
            backup_retention_days=v.backup_retention_days,
            backup_window=v.backup_window,
            maintenance_window=v.maintenance_window,
            apply_immediately=v.apply_immediately,
            monitoring_interval=v.monitoring_interval,
            monitoring_role_name=f"{NAME}-monitor",
        ),
    )
    rotated = s.call(
        "rotation",
        rotation,
        RotationInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            secret_arn=cluster.master_user_secret_arn,
            days=v.rotation_days,
            kms_key_arn=key.arn,
            vpc_id=net.vpc_id,
            subnet_ids=net.private_subnet_ids,
            database_security_group_id=cluster.security_group_id,
        ),
        when=generated,
    )
    pool = s.call(
        "proxy",
        proxy,
        ProxyInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_ids=net.private_subnet_ids,
            client_cidrs=clients,
            cluster_identifier=cluster.cluster_identifier,
            secret_arn=cluster.master_user_secret_arn,
            kms_key_arn=key.arn,
            database_security_group_id=cluster.security_group_id,
        ),
        when=v.connection_proxy,
    )
    topic = s.call(
        "notifications",
        notifications,
        NotificationsInputs(
            name=f"{NAME}-alarms",
            environment_suffix=suffix,
            kms_key_arn=key.arn,
            emails=v.alarm_emails,
        ),
        when=v.alarm_topic,
    )
    told = conditional(v.alarm_topic, [topic.topic_arn], [])

    def watch(
        label: str,
        metric: str,
        description: str,
        *,
        statistic: str,
        breach: Literal["above", "below"],
        threshold: float,
        capacity: float,
        when: bool | None = None,
    ) -> AlarmOutputs:
        return s.call(
            f"{label}_alarm",
            alarm,
            AlarmInputs(
                name=f"{NAME}-{label}-alarm",
                environment_suffix=suffix,
                description=description,
                metric_name=metric,
                dimensions={"DBClusterIdentifier": cluster.cluster_identifier},
                statistic=statistic,
                breach=breach,
                threshold=threshold,
                capacity=capacity,
                period=_PERIOD,
                evaluation_periods=_PERIODS,
                # A cluster that says nothing is down, or was stopped: both are worth a look.
                treat_missing_data="breaching",
                action_arns=told,
            ),
            when=when,
        )

    storage, memory = classes.local_storage(v.instance_class), classes.memory(v.instance_class)
    cpu = watch(
        "cpu",
        "CPUUtilization",
        "The processors are at their limit: look for what runs in Performance Insights.",
        statistic="Average",
        breach="above",
        threshold=v.cpu_alarm_percent,
        capacity=100,
    )
    # Of all instances the worst: an average hides one that is full.
    local_storage = watch(
        "storage",
        "FreeLocalStorage",
        "An instance has little local storage left: look for queries that sort on disk, or take a"
        " larger class.",
        statistic="Minimum",
        breach="below",
        threshold=storage * v.storage_alarm_percent / 100,
        capacity=storage,
    )
    freeable_memory = watch(
        "memory",
        "FreeableMemory",
        "An instance has little memory left: lower work_mem or connections, or take a larger class.",
        statistic="Minimum",
        breach="below",
        threshold=memory * v.memory_alarm_percent / 100,
        capacity=memory,
        when=v.memory_alarm,
    )
    page = s.call(
        "dashboard",
        dashboard,
        DashboardInputs(
            name=NAME,
            environment_suffix=suffix,
            region=v.aws_region,
            graphs={
                title: for_list(
                    cluster.instance_identifiers,
                    lambda instance, metric=metric: [
                        "AWS/RDS",
                        metric,
                        "DBInstanceIdentifier",
                        instance,
                    ],
                )
                for title, metric in _GRAPHS.items()
            },
            alarm_arns=fn.concat(
                [cpu.arn, local_storage.arn],
                conditional(v.memory_alarm, [freeable_memory.arn], []),
            ),
        ),
        when=v.metrics_dashboard,
    )
    vault = s.call(
        "backup",
        backup,
        BackupInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            resource_arns=[cluster.cluster_arn],
            kms_key_arn=key.arn,
            copy_region=v.backup_copy_region,
        ),
        when=has_backup,
    )
    return PaymentAuroraOutputs(
        writer_address=f"{cluster.endpoint}:{cluster.port}",
        reader_address=f"{cluster.reader_endpoint}:{cluster.port}",
        proxy_address=conditional(v.connection_proxy, f"{pool.endpoint}:{pool.port}", None),
        secret_arn=cluster.master_user_secret_arn,
        database_name=cluster.database_name,
        master_username=cluster.master_username,
        cluster_identifier=cluster.cluster_identifier,
        cluster_arn=cluster.cluster_arn,
        instance_identifiers=cluster.instance_identifiers,
        cluster_parameter_group_name=cluster.cluster_parameter_group_name,
        instance_parameter_group_name=cluster.instance_parameter_group_name,
        subnet_group_name=cluster.subnet_group_name,
        security_group_id=cluster.security_group_id,
        monitoring_role_arn=cluster.monitoring_role_arn,
        log_group_name=cluster.log_group_name,
        kms_key_arn=key.arn,
        kms_key_alias=key.alias_name,
        vpc_id=net.vpc_id,
        public_subnet_ids=net.public_subnet_ids,
        private_subnet_ids=net.private_subnet_ids,
        nat_public_ips=net.nat_public_ips,
        flow_log_group_name=net.flow_log_group_name,
        rotation_function_name=rotated.function_name,
        rotation_security_group_id=rotated.security_group_id,
        cpu_alarm_name=cpu.name,
        storage_alarm_name=local_storage.name,
        memory_alarm_name=freeable_memory.name,
        topic_arn=topic.topic_arn,
        dashboard_name=page.name,
        backup_vault_name=vault.vault_name,
        backup_plan_id=vault.plan_id,
        proxy_name=pool.name,
        proxy_security_group_id=pool.security_group_id,
    )
