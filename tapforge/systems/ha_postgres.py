"""The system ha-postgres: RDS for PostgreSQL in two zones, watched, and reached in private alone."""

from __future__ import annotations

from typing import Literal

from tapforge.aws import data
from tapforge.facts import postgres as versions
from tapforge.lang import functions as fn
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body
from tapforge.modules import classes, parameters, valid
from tapforge.modules.alarm import AlarmInputs, AlarmOutputs, alarm
from tapforge.modules.application import ApplicationInputs, application
from tapforge.modules.dashboard import DashboardInputs, dashboard
from tapforge.modules.encryption_key import EncryptionKeyInputs, encryption_key
from tapforge.modules.network import NetworkInputs, network
from tapforge.modules.notifications import NotificationsInputs, notifications
from tapforge.modules.postgres import ENGINE, PostgresInputs, postgres
from tapforge.modules.private_bucket import PrivateBucketInputs, private_bucket
from tapforge.modules.snapshot_export import SnapshotExportInputs, snapshot_export
from tapforge.systems.inputs import TieredInputs, subnet_cidrs
from tapforge.systems.system import system

NAME = "ha-postgres"
MAJOR = 14
# What the requirements name; and what an application needs beside the database itself: its metrics,
# and the secret that it connects with.
ENDPOINTS = ("events", "logs", "monitoring", "rds", "secretsmanager", "sns")
_PUBLIC, _PRIVATE = 0, 1
_PERIOD, _PERIODS = 300, 2
# Percent of what the database has, below which little is left of it.
_LITTLE_STORAGE, _LITTLE_MEMORY = 10, 5
_GRAPHS = {
    "CPU (percent)": ["CPUUtilization"],
    "Connections": ["DatabaseConnections"],
    "Load (sessions)": ["DBLoad", "DBLoadCPU", "DBLoadNonCPU"],
    "Latency (seconds)": ["ReadLatency", "WriteLatency", "CommitLatency"],
    "Operations (per second)": ["ReadIOPS", "WriteIOPS"],
    "Throughput (bytes per second)": ["ReadThroughput", "WriteThroughput"],
    "Free memory (bytes)": ["FreeableMemory"],
    "Free storage (bytes)": ["FreeStorageSpace"],
}


def _note_on_support() -> str:
    life = versions.support(ENGINE, MAJOR)
    return (
        f"the community's support of {MAJOR} ended on {life.community_end_of_life}, RDS's own ends on"
        f" {life.end_of_standard_support}, and Extended Support is billed from then on"
    )


@inputs
class HaPostgresInputs(TieredInputs):
    """What an environment of ha-postgres decides."""

    key_rotation: bool = variable("Whether KMS makes new key material every year.", default=True)
    flow_log_retention_days: int = variable(
        "Days that CloudWatch keeps the log of the VPC's flows; 0 logs none.",
        default=14,
        valid=[valid.limit("log_retention_in_days")],
    )
    engine_version: str = variable(
        f"PostgreSQL version; {_note_on_support()}.",
        default=versions.newest(ENGINE, MAJOR),
        valid=[valid.creatable(ENGINE)],
    )
    instance_class: str = variable(
        "Class of the database's instance and of its standby.",
        default="db.r6g.xlarge",
        valid=[*valid.offered(ENGINE), valid.sold(ENGINE)],
    )
    allocated_storage_gb: int = variable(
        "gp3 storage in GB.", default=100, valid=[valid.between(20, 65_536)]
    )
    parameters: dict[str, str] = variable(
        "PostgreSQL parameters, beside those that the system sets itself.",
        default={},
        valid=parameters.valid(ENGINE, "instance"),
    )
    backup_retention_days: int = variable(
        "Days back that the database can be restored to any point in time.",
        default=7,
        valid=[valid.between(1, 35), valid.kept_backups],
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
        "Use of the processors above which somebody is told, in percent.",
        default=80,
        valid=[valid.between(1, 99)],
    )
    connections_alarm_percent: int = variable(
        "Share of the connections that the instance class takes, above which somebody is told.",
        default=80,
        valid=[valid.between(1, 99)],
    )


@outputs
class HaPostgresOutputs:
    """What an application or a test needs."""

    vpc_id: str = output("Id of the VPC.")
    public_subnet_ids: list[str] = output("Ids of the public subnets.")
    private_subnet_ids: list[str] = output("Ids of the private subnets.")
    nat_public_ips: list[str] = output("Address that private subnets reach the internet from.")
    interface_endpoint_ids: dict[str, str] = output("Ids of the interface endpoints, by service.")
    gateway_endpoint_ids: dict[str, str] = output("Ids of the gateway endpoints, by service.")
    endpoint_security_group_id: str | None = output("Id of the endpoints' security group.")
    database_identifier: str = output("Identifier of the database.")
    database_arn: str = output("ARN of the database.")
    database_endpoint: str = output("Host name of the database.")
    database_port: int = output("Port of the database.")
    database_name: str = output("Name of the database.")
    master_username: str = output("Master user.")
    secret_arn: str = output("ARN of the secret that holds the master password.")
    security_group_id: str = output("Id of the database's security group.")
    application_security_group_id: str = output(
        "Id of the security group whose members reach the database."
    )
    subnet_group_name: str = output("Name of the DB subnet group.")
    parameter_group_name: str = output("Name of the parameter group.")
    monitoring_role_arn: str | None = output("ARN of the Enhanced Monitoring role.")
    log_group_names: list[str] = output("CloudWatch log groups of the PostgreSQL log.")
    bucket_name: str = output("Name of the backup bucket.")
    bucket_arn: str = output("ARN of the backup bucket.")
    export_role_arn: str = output("ARN of the role that snapshots are exported to the bucket with.")
    kms_key_arn: str = output("ARN of the encryption key.")
    kms_key_alias: str = output("Name of the key's alias.")
    topic_arn: str = output("ARN of the topic that is told of alarms.")
    alarm_names: dict[str, str] = output("Names of the alarms, by what they watch.")
    dashboard_name: str = output("Name of the dashboard.")


@system(NAME)
def ha_postgres(s: Body, v: HaPostgresInputs) -> HaPostgresOutputs:
    """RDS for PostgreSQL with a standby in another zone, its network, backups, alarms and dashboard."""
    suffix = v.environment_suffix
    account = s.add(data.CallerIdentity("current"))
    key = s.call(
        "key",
        encryption_key,
        EncryptionKeyInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            rotation=v.key_rotation,
            services=["cloudwatch", "logs"],
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
            interface_endpoints=list(ENDPOINTS),
            flow_log_retention_days=v.flow_log_retention_days,
            kms_key_arn=key.arn,
        ),
    )
    bucket = s.call(
        "bucket",
        private_bucket,
        PrivateBucketInputs(
            # All of AWS shares the names of buckets.
            bucket=f"{NAME}-backup-{account.account_id}-{suffix}",
            destroyable=v.destroyable,
            kms_key_arn=key.arn,
        ),
    )
    export = s.call(
        "export",
        snapshot_export,
        SnapshotExportInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            bucket_arn=bucket.arn,
            kms_key_arn=key.arn,
        ),
        comment="RDS keeps automated backups itself; what reaches a bucket are exports of snapshots.",
    )
    clients = s.call(
        "application",
        application,
        ApplicationInputs(
            name=NAME,
            environment_suffix=suffix,
            vpc_id=net.vpc_id,
            database_cidrs=private_cidrs,
        ),
    )
    database = s.call(
        "database",
        postgres,
        PostgresInputs(
            name=NAME,
            primary_name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_ids=net.private_subnet_ids,
            availability_zones=net.availability_zones,
            client_cidrs=[],
            client_security_groups={"application": clients.security_group_id},
            engine_version=v.engine_version,
            instance_class=v.instance_class,
            multi_az=True,
            allocated_storage_gb=v.allocated_storage_gb,
            kms_key_arn=key.arn,
            log_kms_key_arn=key.arn,
            database_name="payments",
            master_username="dbadmin",
            parameters=fn.merge(
                {
                    "shared_preload_libraries": "pg_stat_statements",
                    "log_lock_waits": "1",
                    "log_min_duration_statement": "1s",
                    "log_temp_files": "10MB",
                    "ssl_min_protocol_version": "TLSv1.2",
                },
                v.parameters,
            ),
            backup_retention_days=v.backup_retention_days,
            backup_window=v.backup_window,
            maintenance_window=v.maintenance_window,
            apply_immediately=v.apply_immediately,
            monitoring_role_name=f"{NAME}-monitor",
        ),
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
    )
    storage = v.allocated_storage_gb * classes.GIB
    memory = classes.memory(v.instance_class)
    connections = classes.connections(v.instance_class)

    def watch(
        metric: str,
        label: str,
        threshold: float,
        description: str,
        *,
        capacity: float,
        breach: Literal["above", "below"] = "below",
    ) -> AlarmOutputs:
        return s.call(
            f"{label}_alarm",
            alarm,
            AlarmInputs(
                name=f"{NAME}-{label}",
                environment_suffix=suffix,
                description=description,
                metric_name=metric,
                dimensions={"DBInstanceIdentifier": database.primary_identifier},
                breach=breach,
                threshold=threshold,
                capacity=capacity,
                period=_PERIOD,
                evaluation_periods=_PERIODS,
                # A database that says nothing is down, or was stopped: both are worth a look.
                treat_missing_data="breaching",
                action_arns=[topic.topic_arn],
            ),
        )

    alarms = {
        "cpu": watch(
            "CPUUtilization",
            "cpu",
            v.cpu_alarm_percent,
            "The database's processors are at their limit: look for what runs in Performance Insights.",
            capacity=100,
            breach="above",
        ),
        "connections": watch(
            "DatabaseConnections",
            "connections",
            classes.share(connections, v.connections_alarm_percent),
            "The database has few connections left: look for clients that leak them.",
            capacity=connections,
            breach="above",
        ),
        "storage": watch(
            "FreeStorageSpace",
            "storage",
            classes.share(storage, _LITTLE_STORAGE),
            "The database has little storage left, and stops writing without: allocate more.",
            capacity=storage,
        ),
        "memory": watch(
            "FreeableMemory",
            "memory",
            classes.share(memory, _LITTLE_MEMORY),
            "The database has little memory left: lower work_mem or connections, or take a larger class.",
            capacity=memory,
        ),
    }
    page = s.call(
        "dashboard",
        dashboard,
        DashboardInputs(
            name=NAME,
            environment_suffix=suffix,
            region=v.aws_region,
            graphs={
                title: [
                    ["AWS/RDS", metric, "DBInstanceIdentifier", database.primary_identifier]
                    for metric in metrics
                ]
                for title, metrics in _GRAPHS.items()
            },
            alarm_arns=[each.arn for each in alarms.values()],
        ),
    )
    return HaPostgresOutputs(
        vpc_id=net.vpc_id,
        public_subnet_ids=net.public_subnet_ids,
        private_subnet_ids=net.private_subnet_ids,
        nat_public_ips=net.nat_public_ips,
        interface_endpoint_ids=net.interface_endpoint_ids,
        gateway_endpoint_ids=net.gateway_endpoint_ids,
        endpoint_security_group_id=net.interface_endpoint_security_group_id,
        database_identifier=database.primary_identifier,
        database_arn=database.primary_arn,
        database_endpoint=database.endpoint,
        database_port=database.port,
        database_name=database.database_name,
        master_username=database.master_username,
        secret_arn=database.secret_arn,
        security_group_id=database.security_group_id,
        application_security_group_id=clients.security_group_id,
        subnet_group_name=database.subnet_group_name,
        parameter_group_name=database.parameter_group_name,
        monitoring_role_arn=database.monitoring_role_arn,
        log_group_names=database.log_group_names,
        bucket_name=bucket.id,
        bucket_arn=bucket.arn,
        export_role_arn=export.role_arn,
        kms_key_arn=key.arn,
        kms_key_alias=key.alias_name,
        topic_arn=topic.topic_arn,
        alarm_names={label: each.name for label, each in alarms.items()},
        dashboard_name=page.name,
    )
