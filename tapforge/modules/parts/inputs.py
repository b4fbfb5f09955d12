"""What the modules take that clients connect to, and what every database takes."""

from __future__ import annotations

from typing import Literal

from tapforge.lang import functions as fn
from tapforge.lang.expression import ge
from tapforge.lang.inputs import Valid, inputs, variable
from tapforge.modules import valid

PORT = 5432


@inputs
class OutsideInputs:
    """Names, network, and the database that is reached from outside of its subnets."""

    name: str = variable("What it belongs to; begins every name.", valid=valid.stem, example="shop")
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    vpc_id: str = variable("Id of the VPC.", example="vpc-0123456789abcdef0")
    database_cidrs: list[str] = variable(
        "IPv4 blocks of the database's subnets.",
        valid=[
            Valid(
                lambda value, _: ge(fn.length(value), 1),
                lambda _value, _: "no database is reached: give its subnets' blocks.",
                {"minItems": 1},
            ),
            valid.each_matches(r"^[0-9.]+/(1[6-9]|2[0-8])$", "IPv4 blocks of subnets"),
        ],
        example=["10.0.21.0/24", "10.0.22.0/24"],
    )
    database_port: int = variable(
        "Port of the database.", default=PORT, valid=[valid.between(1150, 65535)]
    )


@inputs
class ClientInputs:
    """Names, network, and who may connect."""

    name: str = variable(
        "What the database is for; begins the names of what surrounds it.",
        valid=valid.stem,
        example="shop",
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    vpc_id: str = variable("Id of the VPC.", example="vpc-0123456789abcdef0")
    subnet_ids: list[str] = variable(
        "Ids of private subnets in at least two availability zones.",
        valid=[valid.subnet_ids],
        example=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    )
    client_cidrs: list[str] = variable(
        "IPv4 blocks that may connect; may be empty where security groups are given.",
        valid=valid.client_cidrs,
        example=["10.0.0.0/16"],
    )
    client_security_groups: dict[str, str] = variable(
        "Ids of security groups that may connect, each by a name that says whose it is.",
        default={},
        valid=valid.client_security_groups,
        example={"application": "sg-0123456789abcdef0"},
    )


@inputs
class DatabaseInputs(ClientInputs):
    """Names, network, credentials and care of a PostgreSQL database."""

    destroyable: bool = variable(
        "Whether `terraform destroy` removes the database and its backups without a final snapshot;"
        " if not, deletion is refused and a final snapshot is due.",
        default=True,
    )
    database_name: str = variable(
        "Database made at first.", valid=valid.name("postgres_database_name"), example="shop"
    )
    master_username: str = variable(
        "Master user.", valid=valid.name("postgres_master_username"), example="postgresadmin"
    )
    credentials: Literal["managed", "existing", "generated"] = variable(
        "Whose the master password is: RDS makes and rotates it (managed), it is read from a secret"
        " (existing), or it is made here and kept in a secret of its own (generated).",
        default="managed",
        valid=[valid.credentials],
    )
    secret_arn: str | None = variable(
        "Full ARN of the secret, JSON with username and password, that `existing` credentials are"
        " read from.",
        default=None,
        valid=[valid.secret_arn],
        example="arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf",
    )
    password_version: int = variable(
        "Raise it to write the password anew: a new one everywhere if it is `generated`.",
        default=1,
        valid=[valid.between(1, 1_000_000)],
    )
    managed_rotation_days: int = variable(
        "Days between two rotations of a `managed` password; 0 leaves RDS its own 7.",
        default=0,
        valid=valid.managed_rotation,
    )
    kms_key_arn: str | None = variable(
        "KMS key of storage, backups, Performance Insights and secrets; AWS's own if null.",
        default=None,
        valid=[valid.kms_key_arn],
        example="arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
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
        "Days that Performance Insights keeps its data; 0 turns it off.",
        default=7,
        valid=valid.performance_insights_retention,
    )
    database_insights_mode: Literal["standard", "advanced"] = variable(
        "What CloudWatch Database Insights shows; `advanced` needs 465 days of Performance Insights.",
        default="standard",
        valid=[valid.database_insights],
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
    log_kms_key_arn: str | None = variable(
        "KMS key of the PostgreSQL log, whose policy must admit CloudWatch Logs; CloudWatch's own if"
        " null.",
        default=None,
        valid=[valid.kms_key_arn],
        example="arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    )
