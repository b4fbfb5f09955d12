"""The postgres module: an instance of RDS for PostgreSQL in private subnets, with read replicas."""

from __future__ import annotations

from typing import Any, Literal

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, count, gt, not_, splat
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import parameters, valid
from tapforge.modules.parts.accepted import CLASS, UPGRADES, VERSION, WAYS_INTO_INSTANCE
from tapforge.modules.parts.care import enhanced_monitoring, final_snapshot, postgresql_log
from tapforge.modules.parts.credentials import connection, credentials
from tapforge.modules.parts.inputs import PORT, DatabaseInputs
from tapforge.modules.parts.network import security_group, subnet_group
from tapforge.modules.parts.parameter_group import instance_parameter_group

ENGINE = "postgres"
_PROTECTION = {"checkov:CKV_AWS_293": "`destroyable` decides."}


def _zones(inputs: Any) -> float:
    return fn.length(fn.distinct(inputs.availability_zones))


@inputs
class PostgresInputs(DatabaseInputs):
    """The instance, its replicas, its network and its care."""

    primary_name: str = variable(
        "Begins the name of the primary.", valid=valid.stem, example="shop-primary"
    )
    replica_name: str = variable(
        "Begins the names of the read replicas; a number follows.",
        default="replica",
        valid=valid.stem,
        example="shop-replica",
    )
    availability_zones: list[str] = variable(
        "Zones of the subnets; each replica is pinned to one of its own.",
        example=["eu-central-1a", "eu-central-1b"],
    )
    engine_version: str = variable(
        "PostgreSQL version; the parameter group's family follows from it.",
        valid=[valid.creatable(ENGINE)],
        example="17.5",
    )
    instance_class: str = variable(
        "Class of the primary and its replicas.",
        default="db.m6g.large",
        valid=valid.offered(ENGINE),
    )
    multi_az: bool = variable(
        "Whether a standby waits in another zone.", default=True, valid=[valid.multi_az(_zones)]
    )
    credentials: Literal["managed", "existing", "generated"] = variable(
        "Whose the master password is: RDS makes and rotates it (managed, not with replicas), it is"
        " read from a secret (existing), or it is made here and kept in a secret (generated).",
        default="managed",
        valid=[valid.credentials, valid.unmanaged_with_replicas],
    )
    allocated_storage_gb: int = variable(
        "gp3 storage in GB.", default=100, valid=[valid.between(20, 65_536)]
    )
    iops: int | None = variable(
        "IOPS of the storage, from 400 GB on; RDS's baseline if null.",
        default=None,
        valid=valid.gp3_iops,
        example=12000,
    )
    storage_throughput: int | None = variable(
        "Throughput of the storage in MB/s, from 400 GB on; RDS's baseline if null.",
        default=None,
        valid=valid.gp3_throughput,
        example=500,
    )
    parameters: dict[str, str] = variable(
        "PostgreSQL parameters, beside the enforced `rds.force_ssl`; sizes and times may have units.",
        default={},
        valid=parameters.valid(ENGINE, "instance"),
    )
    replica_count: int = variable(
        "Read replicas, each in a zone of its own.", default=0, valid=valid.replicas(_zones)
    )
    backup_retention_days: int = variable(
        "Days that automated backups are kept; replicas need them.",
        default=7,
        valid=[valid.between(1, 35), valid.kept_backups],
    )
    ca_cert_identifier: str = variable(
        "Certificate authority of the server's certificate, which clients verify.",
        default="rds-ca-rsa2048-g1",
        valid=[valid.certificate_authority],
    )


@outputs
class PostgresOutputs:
    """How to reach the database and what belongs to it."""

    primary_identifier: str = output("Identifier of the primary.")
    primary_arn: str = output("ARN of the primary.")
    primary_resource_id: str = output("Resource id of the primary, as IAM policies name it.")
    endpoint: str = output("Host name of the primary.")
    port: int = output("Port of the primary and its replicas.")
    database_name: str = output("Database made with the primary.")
    master_username: str = output("Master user.")
    secret_arn: str = output("ARN of the secret that holds the master password.")
    secret_name: str | None = output("Name of that secret where it is generated; else null.")
    replica_identifiers: list[str] = output("Identifiers of the replicas.")
    replica_endpoints: list[str] = output("Host names of the replicas.")
    replica_availability_zones: list[str] = output("Zones of the replicas, in the same order.")
    security_group_id: str = output("Id of the database's security group.")
    subnet_group_name: str = output("Name of the subnet group.")
    parameter_group_name: str = output("Name of the parameter group.")
    monitoring_role_arn: str | None = output(
        "ARN of the Enhanced Monitoring role; null where monitoring is off."
    )
    log_group_names: list[str] = output(
        "CloudWatch log groups of the PostgreSQL logs, the primary's first."
    )


@module("postgres")
def postgres(m: Body, v: PostgresInputs) -> PostgresOutputs:
    """An instance of RDS for PostgreSQL and its replicas: encrypted, TLS only, closed to the public."""
    suffix = v.environment_suffix
    major = m.local("engine_major", fn.split(".", v.engine_version)[0])
    family = m.local("parameter_group_family", f"{ENGINE}{major}")
    identifier = f"{v.primary_name}-{suffix}"
    group = security_group(
        m,
        "database",
        v,
        stem=f"{v.name}-sg",
        description=f"PostgreSQL clients of {identifier} and its replicas",
    )
    subnets = subnet_group(m, v, identifier)
    parameter_group = instance_parameter_group(
        m,
        engine=ENGINE,
        major=major,
        family=family,
        name=f"{v.primary_name}-postgres{major}-{suffix}",
        description=f"Parameters of {identifier} and its replicas",
        values=fn.merge(v.parameters, {"rds.force_ssl": "1"}),
    )
    monitoring = enhanced_monitoring(m, v, identifier)
    log = postgresql_log(m, v, "primary", f"/aws/rds/instance/{identifier}/postgresql")
    replica_identifier = f"{v.replica_name}-{count.index + 1}-{suffix}"
    replica_logs = postgresql_log(
        m,
        v,
        "replica",
        f"/aws/rds/instance/{replica_identifier}/postgresql",
        count=v.replica_count,
    )
    snapshot = final_snapshot(m, v, identifier)
    master = credentials(m, v, identifier)

    insights = gt(v.performance_insights_retention_days, 0)
    alike: dict[str, Any] = {
        "instance_class": v.instance_class,
        "storage_type": "gp3",
        "iops": v.iops,
        "storage_throughput": v.storage_throughput,
        "storage_encrypted": True,
        "vpc_security_group_ids": [group.id],
        "publicly_accessible": False,
        "port": PORT,
        "parameter_group_name": parameter_group.name,
        "ca_cert_identifier": v.ca_cert_identifier,
        "enabled_cloudwatch_logs_exports": ["postgresql"],
        "performance_insights_enabled": insights,
        "performance_insights_retention_period": conditional(
            insights, v.performance_insights_retention_days, None
        ),
        "performance_insights_kms_key_id": conditional(insights, v.kms_key_arn, None),
        "monitoring_interval": v.monitoring_interval,
        "monitoring_role_arn": monitoring.role_arn,
        "maintenance_window": v.maintenance_window,
        "apply_immediately": v.apply_immediately,
        "auto_minor_version_upgrade": False,
        "copy_tags_to_snapshot": True,
        "deletion_protection": not_(v.destroyable),
        "delete_automated_backups": v.destroyable,
    }
    primary = m.add(
        aws.DbInstance(
            "primary",
            identifier=identifier,
            engine=ENGINE,
            engine_version=v.engine_version,
            multi_az=v.multi_az,
            allocated_storage=v.allocated_storage_gb,
            kms_key_id=v.kms_key_arn,
            db_name=v.database_name,
            username=v.master_username,
            manage_master_user_password=master.managed,
            master_user_secret_kms_key_id=master.managed_kms_key,
            password_wo=master.password,
            password_wo_version=master.password_version,
            db_subnet_group_name=subnets.name,
            backup_retention_period=v.backup_retention_days,
            backup_window=v.backup_window,
            database_insights_mode=v.database_insights_mode,
            skip_final_snapshot=v.destroyable,
            final_snapshot_identifier=snapshot,
            tags={"Name": identifier},
            depends_on=[log, monitoring.attachment],
            **alike,
        ),
        accept={**VERSION, **CLASS, **UPGRADES, **WAYS_INTO_INSTANCE, **_PROTECTION},
    )
    replica = m.add(
        aws.DbInstance(
            "replica",
            count=v.replica_count,
            identifier=replica_identifier,
            replicate_source_db=primary.identifier,
            multi_az=False,
            availability_zone=fn.element(v.availability_zones, count.index),
            backup_retention_period=0,
            skip_final_snapshot=True,
            tags={"Name": replica_identifier},
            depends_on=[replica_logs],
            **alike,
        ),
        comment=(
            "It has the primary's user, database, key, subnets and backups, so it is given none; a"
            " replica takes no final snapshot."
        ),
        accept={
            **CLASS,
            **UPGRADES,
            **_PROTECTION,
            "checkov:CKV_AWS_133": "The primary has the backups; a replica is a copy of it.",
            "checkov:CKV_AWS_157": "Each replica stands in a zone of its own, and for the others.",
        },
    )
    managed_arn: Any = fn.one(splat(primary.master_user_secret).secret_arn)
    secret_arn = connection(
        m,
        v,
        master,
        identifier={"dbInstanceIdentifier": primary.identifier},
        host=primary.address,
        managed_arn=managed_arn,
    )
    return PostgresOutputs(
        primary_identifier=primary.identifier,
        primary_arn=primary.arn,
        primary_resource_id=primary.resource_id,
        endpoint=primary.address,
        port=primary.port,
        database_name=primary.db_name,
        master_username=primary.username,
        secret_arn=secret_arn,
        secret_name=fn.one(splat(master.secret).name),
        replica_identifiers=splat(replica).identifier,
        replica_endpoints=splat(replica).address,
        replica_availability_zones=splat(replica).availability_zone,
        security_group_id=group.id,
        subnet_group_name=subnets.name,
        parameter_group_name=parameter_group.name,
        monitoring_role_arn=monitoring.role_arn,
        log_group_names=fn.concat([log.name], splat(replica_logs).name),
    )
