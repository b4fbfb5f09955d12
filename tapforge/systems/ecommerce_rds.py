"""The system ecommerce-rds: RDS for PostgreSQL with read replicas, for a shop that mostly reads."""

from __future__ import annotations

import functools
from typing import Any, Literal

from tapforge.aws import data
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, count, eq, lt, or_
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.module import Body
from tapforge.modules import classes, parameters, valid
from tapforge.modules.alarm import AlarmInputs, alarm
from tapforge.modules.application import ApplicationInputs, application
from tapforge.modules.bastion import BastionInputs, bastion, client_package
from tapforge.modules.encryption_key import EncryptionKeyInputs, encryption_key
from tapforge.modules.network import NetworkInputs, network
from tapforge.modules.notifications import NotificationsInputs, notifications
from tapforge.modules.postgres import ENGINE, PostgresInputs, postgres
from tapforge.modules.private_bucket import PrivateBucketInputs, private_bucket
from tapforge.modules.rotation import RotationInputs, rotation
from tapforge.modules.snapshot_export import SnapshotExportInputs, snapshot_export
from tapforge.systems.inputs import TieredInputs, subnet_cidrs
from tapforge.systems.system import system

NAME = "tap"
_PUBLIC, _PRIVATE, _ISOLATED = 0, 1, 2
_PERIOD, _PERIODS = 300, 3


def _zones(inputs: Any) -> float:
    zones: float = inputs.zone_count
    return zones


def _most_connections(inputs: Any) -> float:
    """Give how many connections the primary takes; 0 where the parameters say it by themselves."""
    return conditional(
        fn.contains(fn.keys(inputs.parameters), "max_connections"),
        0,
        classes.connections(inputs.instance_class),
    )


_below_connections = Valid(
    lambda value, inputs: or_(
        eq(_most_connections(inputs), 0), lt(value, _most_connections(inputs))
    ),
    lambda value, inputs: (
        f"{value} connections: {inputs.instance_class} takes {_most_connections(inputs)}, its memory of"
        f" {classes.memory(inputs.instance_class)} bytes by {classes.BYTES_PER_CONNECTION}, so that"
        " the alarm would never fire; take less, or a larger class."
    ),
)


@inputs
class EcommerceRdsInputs(TieredInputs):
    """What an environment of ecommerce-rds decides."""

    aws_region: str = variable(
        "Where everything is built.", default="us-east-2", valid=[valid.region]
    )
    nat_gateways: Literal["one", "per-zone"] = variable(
        "How many NAT gateways there are: one for all costs less, and survives no loss of its zone.",
        default="per-zone",
    )
    client_cidrs: list[str] = variable(
        "IPv4 blocks that may connect to the database, beside applications and the bastion.",
        default=[],
        valid=valid.named_clients,
    )
    engine_version: str = variable(
        "PostgreSQL version.", default="17.5", valid=[valid.creatable(ENGINE)]
    )
    instance_class: str = variable(
        "Class of the primary and its replicas.",
        default="db.m5.large",
        valid=[*valid.offered(ENGINE), valid.sold(ENGINE)],
    )
    multi_az: bool = variable(
        "Whether a standby of the primary waits in another zone.",
        default=True,
        valid=[valid.multi_az(_zones)],
    )
    replica_count: int = variable(
        "Read replicas, each in a zone of its own.", default=2, valid=valid.replicas(_zones)
    )
    allocated_storage_gb: int = variable(
        "gp3 storage in GB.", default=100, valid=[valid.between(20, 65_536)]
    )
    iops: int | None = variable(
        "IOPS of the storage, from 400 GB on; RDS's baseline if null.",
        default=None,
        valid=valid.gp3_iops,
    )
    storage_throughput: int | None = variable(
        "Throughput of the storage in MB/s, from 400 GB on; RDS's baseline if null.",
        default=None,
        valid=valid.gp3_throughput,
    )
    parameters: dict[str, str] = variable(
        "PostgreSQL parameters; sizes and times may have units.",
        default={
            "shared_buffers": "1GB",
            "work_mem": "16MB",
            "maintenance_work_mem": "256MB",
            "effective_cache_size": "3GB",
        },
        valid=parameters.valid(ENGINE, "instance"),
    )
    credentials: Literal["managed", "existing", "generated"] = variable(
        "Whose the master password is: it is made here, kept in a secret and rotated (generated), read"
        " from a secret (existing), or RDS's own matter (managed, only without replicas).",
        default="generated",
        valid=[valid.credentials, valid.unmanaged_with_replicas],
    )
    secret_arn: str | None = variable(
        "Full ARN of the secret, JSON with username and password, that `existing` credentials are"
        " read from.",
        default=None,
        valid=[valid.secret_arn, valid.secret_of_region],
    )
    password_version: int = variable(
        "Raise it to write the password anew: a new one everywhere if it is `generated`.",
        default=1,
        valid=[valid.between(1, 1_000_000)],
    )
    rotation_days: int = variable(
        "Days between two rotations of a `generated` password.",
        default=30,
        valid=[valid.between(1, 1000)],
    )
    backup_retention_days: int = variable(
        "Days that automated backups are kept; replicas need them.",
        default=7,
        valid=[valid.between(1, 35), valid.kept_backups],
    )
    backup_window: str = variable(
        "Daily time for backups, in UTC.", default="00:00-02:00", valid=valid.backup_window
    )
    maintenance_window: str = variable(
        "Weekly time for maintenance, in UTC.",
        default="sun:04:00-sun:06:00",
        valid=valid.maintenance_window,
    )
    performance_insights_retention_days: int = variable(
        "Days that Performance Insights keeps its data; 0 turns it off.",
        default=7,
        valid=valid.performance_insights_retention,
    )
    database_insights_mode: Literal["standard", "advanced"] = variable(
        "What CloudWatch Database Insights shows; `advanced` needs 465 days of Performance Insights.",
        default="standard",
        valid=[valid.database_insights],
    )
    bastion_package: str = variable(
        "Package of the PostgreSQL client on the bastion, no older than the server.",
        default="postgresql17",
        valid=client_package(lambda inputs: inputs.engine_version),
    )
    cpu_alarm_percent: int = variable(
        "Use of the primary's processors above which somebody is told, in percent.",
        default=80,
        valid=[valid.between(1, 99)],
    )
    storage_alarm_gib: int = variable(
        "Free storage of the primary below which somebody is told, in GiB.",
        default=10,
        valid=[
            valid.between(1, 65_536),
            Valid(
                lambda value, inputs: lt(value, inputs.allocated_storage_gb),
                lambda value, inputs: (
                    f"{value} GiB of {inputs.allocated_storage_gb} GB: no more than that is ever free, so"
                    " that the alarm would never end; take less, or raise allocated_storage_gb."
                ),
            ),
        ],
    )
    connections_alarm: int = variable(
        "Connections to the primary above which somebody is told.",
        default=100,
        valid=[valid.between(1, 262_143), _below_connections],
    )
    replica_lag_alarm_seconds: int = variable(
        "Seconds that a replica may be behind the primary before somebody is told.",
        default=60,
        valid=[valid.between(1, 3600)],
    )


@outputs
class EcommerceRdsOutputs:
    """What an application or a test needs."""

    vpc_id: str = output("Id of the VPC.")
    public_subnet_ids: list[str] = output("Ids of the public subnets.")
    private_subnet_ids: list[str] = output("Ids of the private subnets, with a way out.")
    isolated_subnet_ids: list[str] = output("Ids of the database's subnets.")
    nat_public_ips: list[str] = output("Addresses that private subnets reach the internet from.")
    application_security_group_id: str = output(
        "Id of the security group by which applications reach the database."
    )
    database_security_group_id: str = output("Id of the database's security group.")
    bastion_security_group_id: str = output("Id of the bastion's security group.")
    kms_key_arn: str = output("ARN of the encryption key.")
    kms_key_alias: str = output("Name of the key's alias.")
    bucket_name: str = output("Name of the backup bucket.")
    bucket_arn: str = output("ARN of the backup bucket.")
    export_role_arn: str = output("ARN of the role that snapshots are exported to the bucket with.")
    monitoring_role_arn: str | None = output("ARN of the Enhanced Monitoring role.")
    bastion_instance_id: str = output("Id of the bastion, as `aws ssm start-session` takes it.")
    database_identifier: str = output("Identifier of the primary.")
    database_arn: str = output("ARN of the primary.")
    database_endpoint: str = output("Host name of the primary.")
    database_port: int = output("Port of the primary and its replicas.")
    database_name: str = output("Name of the database.")
    master_username: str = output("Master user.")
    replica_identifiers: list[str] = output("Identifiers of the replicas.")
    replica_endpoints: list[str] = output("Host names of the replicas.")
    subnet_group_name: str = output("Name of the DB subnet group.")
    parameter_group_name: str = output("Name of the parameter group.")
    log_group_names: list[str] = output(
        "CloudWatch log groups of the PostgreSQL logs, the primary's first."
    )
    secret_arn: str = output("ARN of the secret that holds the master password.")
    secret_name: str | None = output("Name of that secret where it is generated; else null.")
    rotation_function_arn: str | None = output(
        "ARN of the function that rotates a generated password; else null."
    )
    topic_arn: str = output("ARN of the topic that is told of alarms.")
    alarm_names: dict[str, str] = output("Names of the primary's alarms, by what they watch.")
    replica_alarm_names: list[str] = output("Names of the alarms on the replicas' lag.")


@system("ecommerce-rds")
def ecommerce_rds(s: Body, v: EcommerceRdsInputs) -> EcommerceRdsOutputs:
    """RDS for PostgreSQL with a standby and read replicas, its network, bastion, bucket and alarms."""
    suffix = v.environment_suffix
    database_cidrs = subnet_cidrs(v, _ISOLATED)
    account = s.add(data.CallerIdentity("current"))
    key = s.call(
        "key",
        encryption_key,
        EncryptionKeyInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            services=["cloudwatch", "export.rds", "logs"],
        ),
    )
    net = s.call(
        "network",
        network,
        NetworkInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_cidr=v.vpc_cidr,
            public_subnet_cidrs=subnet_cidrs(v, _PUBLIC),
            private_subnet_cidrs=subnet_cidrs(v, _PRIVATE),
            isolated_subnet_cidrs=database_cidrs,
            nat_gateways=v.nat_gateways,
        ),
    )
    bucket = s.call(
        "bucket",
        private_bucket,
        PrivateBucketInputs(
            # All of AWS shares the names of buckets.
            bucket=f"{NAME}-rds-backup-{account.account_id}-{suffix}",
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
    )
    applications = s.call(
        "application",
        application,
        ApplicationInputs(
            name=NAME,
            environment_suffix=suffix,
            vpc_id=net.vpc_id,
            database_cidrs=database_cidrs,
        ),
    )
    machine = s.call(
        "bastion",
        bastion,
        BastionInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_id=fn.element(net.private_subnet_ids, 0),
            database_cidrs=database_cidrs,
            server_version=v.engine_version,
            client_package=v.bastion_package,
            kms_key_arn=key.arn,
        ),
    )
    database = s.call(
        "database",
        postgres,
        PostgresInputs(
            name=f"{NAME}-db",
            primary_name=f"{NAME}-primary",
            replica_name=f"{NAME}-replica",
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_ids=net.isolated_subnet_ids,
            availability_zones=net.availability_zones,
            client_cidrs=v.client_cidrs,
            client_security_groups={
                "application": applications.security_group_id,
                "bastion": machine.security_group_id,
            },
            engine_version=v.engine_version,
            instance_class=v.instance_class,
            multi_az=v.multi_az,
            replica_count=v.replica_count,
            allocated_storage_gb=v.allocated_storage_gb,
            iops=v.iops,
            storage_throughput=v.storage_throughput,
            kms_key_arn=key.arn,
            log_kms_key_arn=key.arn,
            database_name=NAME,
            master_username="postgres",
            credentials=v.credentials,
            secret_arn=v.secret_arn,
            password_version=v.password_version,
            parameters=v.parameters,
            backup_retention_days=v.backup_retention_days,
            backup_window=v.backup_window,
            maintenance_window=v.maintenance_window,
            performance_insights_retention_days=v.performance_insights_retention_days,
            database_insights_mode=v.database_insights_mode,
            monitoring_role_name=f"{NAME}-rds-monitoring",
        ),
    )
    rotated = s.call(
        "rotation",
        rotation,
        RotationInputs(
            name=f"{NAME}-db",
            environment_suffix=suffix,
            destroyable=v.destroyable,
            secret_arn=database.secret_arn,
            days=v.rotation_days,
            kms_key_arn=key.arn,
            vpc_id=net.vpc_id,
            # Isolated subnets have no way to Secrets Manager.
            subnet_ids=net.private_subnet_ids,
            database_security_group_id=database.security_group_id,
        ),
        when=eq(v.credentials, "generated"),
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

    watched = functools.partial(
        AlarmInputs,
        environment_suffix=suffix,
        period=_PERIOD,
        evaluation_periods=_PERIODS,
        action_arns=[topic.topic_arn],
    )
    primary = {"DBInstanceIdentifier": database.primary_identifier}
    cpu = s.call(
        "cpu_alarm",
        alarm,
        watched(
            name=f"{NAME}-primary-cpu",
            description=(
                "The primary's processors are at their limit: move reads to the replicas, or take a"
                " larger class."
            ),
            metric_name="CPUUtilization",
            dimensions=primary,
            threshold=v.cpu_alarm_percent,
            capacity=100,
        ),
    )
    storage = s.call(
        "storage_alarm",
        alarm,
        watched(
            name=f"{NAME}-primary-storage",
            description=(
                "The primary has little storage left, and stops writing without: raise"
                " allocated_storage_gb."
            ),
            metric_name="FreeStorageSpace",
            dimensions=primary,
            breach="below",
            threshold=v.storage_alarm_gib * classes.GIB,
            capacity=v.allocated_storage_gb * classes.GIB,
        ),
    )
    connections = s.call(
        "connections_alarm",
        alarm,
        watched(
            name=f"{NAME}-primary-connections",
            description=(
                "The primary has more connections than the shop needs: look for clients that leak them."
            ),
            metric_name="DatabaseConnections",
            dimensions=primary,
            threshold=v.connections_alarm,
            capacity=_most_connections(v),
        ),
    )
    lag = s.call(
        "replica_lag_alarm",
        alarm,
        watched(
            name=f"{NAME}-replica-{count.index + 1}-lag",
            description=(
                "A replica is behind the primary, and readers see old orders: look at its load, and for"
                " long transactions."
            ),
            metric_name="ReplicaLag",
            dimensions={
                "DBInstanceIdentifier": fn.element(database.replica_identifiers, count.index)
            },
            threshold=v.replica_lag_alarm_seconds,
        ),
        count=v.replica_count,
    )
    return EcommerceRdsOutputs(
        vpc_id=net.vpc_id,
        public_subnet_ids=net.public_subnet_ids,
        private_subnet_ids=net.private_subnet_ids,
        isolated_subnet_ids=net.isolated_subnet_ids,
        nat_public_ips=net.nat_public_ips,
        application_security_group_id=applications.security_group_id,
        database_security_group_id=database.security_group_id,
        bastion_security_group_id=machine.security_group_id,
        kms_key_arn=key.arn,
        kms_key_alias=key.alias_name,
        bucket_name=bucket.id,
        bucket_arn=bucket.arn,
        export_role_arn=export.role_arn,
        monitoring_role_arn=database.monitoring_role_arn,
        bastion_instance_id=machine.instance_id,
        database_identifier=database.primary_identifier,
        database_arn=database.primary_arn,
        database_endpoint=database.endpoint,
        database_port=database.port,
        database_name=database.database_name,
        master_username=database.master_username,
        replica_identifiers=database.replica_identifiers,
        replica_endpoints=database.replica_endpoints,
        subnet_group_name=database.subnet_group_name,
        parameter_group_name=database.parameter_group_name,
        log_group_names=database.log_group_names,
        secret_arn=database.secret_arn,
        secret_name=database.secret_name,
        rotation_function_arn=rotated.function_arn,
        topic_arn=topic.topic_arn,
        alarm_names={
            "cpu": cpu.name,
            "storage": storage.name,
            "connections": connections.name,
        },
        replica_alarm_names=lag.name,
    )
