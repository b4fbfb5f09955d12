"""The DMS module: a replication instance, both databases as endpoints, and a task for each direction."""

from __future__ import annotations

from typing import Any, Literal, cast

from tapforge import aws
from tapforge.aws import data
from tapforge.facts import dms as facts
from tapforge.lang import functions as fn
from tapforge.lang.expression import (
    Named,
    and_,
    conditional,
    eq,
    for_list,
    ge,
    not_,
)
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import Condition, Lifecycle, dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.dms_account import LOGS_ROLE, VPC_ROLE
from tapforge.modules.parts.accepted import RETENTION
from tapforge.modules.parts.inputs import OutsideInputs
from tapforge.modules.parts.network import client_group, reach
from tapforge.modules.parts.roles import service_role

VCPU, MEMORY_MIB = 2, 8192
"""The least that a replication instance has."""

# What PostgreSQL takes as the name of a slot.
_SLOT = "^[a-z0-9_]{1,63}$"
_TABLE = r"^[^.\"]{1,63}\.[^.\"]{1,63}$"
# On the target DMS is a replica: triggers and foreign keys have done their work on the source.
_AS_REPLICA = "SET session_replication_role='replica'"

_classes = cast("list[str]", Named("local.dms_classes", list(facts.offered(VCPU, MEMORY_MIB))))

instance_class = Valid(
    lambda value, _: fn.contains(_classes, value),
    lambda value, _: (
        f"no class of DMS with {VCPU} vCPU and {MEMORY_MIB // 1024} GB: {value}; expected one such as"
        " dms.r6i.large, or a larger one."
    ),
    {"enum": list(facts.offered(VCPU, MEMORY_MIB))},
)
"""The class of a replication instance that is large enough."""

tables = (
    Valid(
        lambda value, _: ge(fn.length(value), 1),
        lambda _value, _: "no table: there is nothing to copy; give one such as public.%.",
        {"minItems": 1},
    ),
    valid.each_matches(_TABLE, "schema and table with a full stop between them, such as public.%"),
)
"""The tables that a task copies; % stands for any characters."""


@inputs
class DmsInputs(OutsideInputs):
    """Where DMS runs, what it connects to, and what it copies; outside is the source."""

    destroyable: bool = variable(
        "Whether `terraform destroy` removes the log too; if not, it is protected.", default=True
    )
    subnet_ids: list[str] = variable(
        "Ids of private subnets in at least two availability zones.",
        valid=[valid.subnet_ids],
        example=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    )
    vpc_role_arn: str = variable(
        f"ARN of the account's role {VPC_ROLE}, which DMS takes by its name.",
        example="arn:aws:iam::123456789012:role/dms-vpc-role",
    )
    logs_role_arn: str = variable(
        f"ARN of the account's role {LOGS_ROLE}, which DMS takes by its name.",
        example="arn:aws:iam::123456789012:role/dms-cloudwatch-logs-role",
    )
    instance_class: str = variable(
        "Class of the replication instance.", default="dms.r6i.large", valid=[instance_class]
    )
    allocated_storage_gb: int = variable(
        "Storage of the replication instance in GB: for logs, and for changes that have to wait.",
        default=100,
        valid=[valid.between(5, 6144)],
    )
    multi_az: bool = variable(
        "Whether a standby in another zone takes over when the replication instance fails.",
        default=True,
    )
    maintenance_window: str = variable(
        "Weekly time for maintenance, in UTC.",
        default="sun:05:00-sun:06:00",
        valid=valid.maintenance_window[:2],
    )
    kms_key_arn: str = variable(
        "ARN of the key that encrypts storage and log.",
        valid=[valid.kms_key_arn],
        example="arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    )
    source_secret_arn: str = variable(
        "Full ARN of the secret, JSON with username, password, host and port, of the source.",
        valid=[valid.secret_arn],
        example="arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-old-AbCdEf",
    )
    target_secret_arn: str = variable(
        "Full ARN of the secret, JSON with username, password, host and port, of the target.",
        valid=[valid.secret_arn],
        example="arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-new-AbCdEf",
    )
    secret_key_arns: list[str] = variable(
        "ARNs of the keys of these secrets; none for AWS's own key of Secrets Manager.",
        default=[],
        valid=[
            valid.each_matches(
                "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", "ARNs of KMS keys"
            )
        ],
    )
    source_database_name: str = variable("Name of the source database.", example="shop")
    target_database_name: str = variable("Name of the target database.", example="shop")
    source_certificate_arn: str | None = variable(
        "ARN of the certificate of DMS that the source's is checked by; null encrypts and checks not.",
        default=None,
        valid=[valid.dms_certificate_arn],
    )
    target_certificate_arn: str | None = variable(
        "ARN of the certificate of DMS that the target's is checked by; null encrypts and checks not.",
        default=None,
        valid=[valid.dms_certificate_arn],
    )
    target_security_group_id: str = variable(
        "Id of the target's security group.", example="sg-0123456789abcdef0"
    )
    tables: list[str] = variable(
        "Tables that are copied, as schema.table; % stands for any characters.",
        default=["public.%"],
        valid=tables,
    )
    lob_max_kb: int = variable(
        "Size in kB of the largest text, JSON or bytea value; the task stops at a larger one.",
        default=1024,
        valid=[valid.between(1, 102_400)],
    )
    reverse_slot: str = variable(
        "Replication slot of the target that the way back is read from.",
        default="tapforge_reverse",
        valid=[
            valid.pattern(_SLOT, "1 to 63 lower-case letters, digits and underscores"),
        ],
    )
    reverse_plugin: Literal["test_decoding", "pglogical"] = variable(
        "Output plugin of that slot.", default="test_decoding"
    )
    log_retention_days: int = variable(
        "Days that CloudWatch keeps the log of the tasks.",
        default=30,
        valid=[valid.limit("log_retention_in_days")],
    )


@outputs
class DmsOutputs:
    """The instance and the tasks."""

    instance_arn: str = output("ARN of the replication instance.")
    instance_identifier: str = output("Identifier of the replication instance.")
    subnet_group_name: str = output("Name of its subnet group.")
    security_group_id: str = output("Id of its security group.")
    secret_role_arn: str = output("ARN of the role by which DMS reads the secrets.")
    endpoint_arns: dict[str, str] = output("ARNs of the endpoints, by direction and side.")
    forward_task_arn: str = output("ARN of the task from the source to the target.")
    reverse_task_arn: str = output("ARN of the task from the target back to the source.")
    forward_task_metric_id: str = output("What CloudWatch calls the first of them.")
    reverse_task_metric_id: str = output("What CloudWatch calls the second of them.")
    log_group_name: str = output("CloudWatch log group of the tasks.")


@module("dms")
def dms(m: Body, v: DmsInputs) -> DmsOutputs:
    """DMS between two PostgreSQL databases: a full load with all changes, and a way back that waits.

    The task back is never started by Terraform: it would begin from a slot that does not exist yet.
    """
    suffix = v.environment_suffix
    name = f"{v.name}-dms-{suffix}"
    region = m.add(data.Region("current"))
    partition = m.add(data.Partition("current"))
    group = client_group(
        m, v, stem=f"{v.name}-dms", description=f"The replication instance {name}: nobody calls it"
    )
    reach(
        m,
        group,
        v.target_security_group_id,
        who=f"the replication instance {name}",
        stem=f"{v.name}-dms",
        suffix=suffix,
    )
    subnets = m.add(
        aws.DmsReplicationSubnetGroup(
            "main",
            replication_subnet_group_id=name,
            replication_subnet_group_description=f"Private subnets of {name}",
            subnet_ids=v.subnet_ids,
            tags={"Name": name},
            lifecycle=Lifecycle(
                precondition=[
                    Condition(
                        condition=and_(
                            fn.endswith(v.vpc_role_arn, f"/{VPC_ROLE}"),
                            fn.endswith(v.logs_role_arn, f"/{LOGS_ROLE}"),
                        ),
                        error_message=(
                            f"DMS works with roles that are called {VPC_ROLE} and {LOGS_ROLE}, not with"
                            f" {v.vpc_role_arn} and {v.logs_role_arn}: have the account's made."
                        ),
                    )
                ]
            ),
        )
    )
    log = m.add(
        aws.CloudwatchLogGroup(
            "tasks",
            name=f"dms-tasks-{name}",
            retention_in_days=v.log_retention_days,
            kms_key_id=v.kms_key_arn,
            skip_destroy=False,
            deletion_protection_enabled=not_(v.destroyable),
            tags={"Name": f"dms-tasks-{name}"},
        ),
        accept=RETENTION,
        comment="DMS would make this group itself, keep its log for ever and leave it behind.",
    )
    instance = m.add(
        aws.DmsReplicationInstance(
            "main",
            replication_instance_id=name,
            replication_instance_class=v.instance_class,
            allocated_storage=v.allocated_storage_gb,
            multi_az=v.multi_az,
            publicly_accessible=False,
            kms_key_arn=v.kms_key_arn,
            replication_subnet_group_id=subnets.replication_subnet_group_id,
            vpc_security_group_ids=[group.id],
            auto_minor_version_upgrade=False,
            apply_immediately=True,
            preferred_maintenance_window=v.maintenance_window,
            tags={"Name": name},
            depends_on=[log],
        ),
        accept={
            "checkov:CKV_AWS_222": "An upgrade stops the tasks: it comes when the configuration says so."
        },
    )
    role, grant = _secret_role(m, v, f"dms.{region.region}.amazonaws.com", partition.partition)
    endpoints = _endpoints(m, v, role, grant)
    mappings = _mappings(v)

    def task(direction: str, kind: str, settings: dict[str, Any]) -> aws.DmsReplicationTask:
        identifier = f"{v.name}-{direction}-{suffix}"
        return m.add(
            aws.DmsReplicationTask(
                direction,
                replication_task_id=identifier,
                migration_type=kind,
                replication_instance_arn=instance.replication_instance_arn,
                source_endpoint_arn=endpoints[f"{direction}_source"].endpoint_arn,
                target_endpoint_arn=endpoints[f"{direction}_target"].endpoint_arn,
                table_mappings=mappings,
                replication_task_settings=fn.jsonencode(settings),
                # The cutover function starts it when the preparation has been looked at.
                start_replication_task=False,
                tags={"Name": identifier},
                # The function gives the position that a task starts from.
                lifecycle=Lifecycle(ignore_changes=["cdc_start_position"]),
            )
        )

    forward = task("forward", "full-load-and-cdc", _settings(v))
    reverse = task("reverse", "cdc", _settings(v))
    return DmsOutputs(
        instance_arn=instance.replication_instance_arn,
        instance_identifier=instance.replication_instance_id,
        subnet_group_name=subnets.replication_subnet_group_id,
        security_group_id=group.id,
        secret_role_arn=role.arn,
        endpoint_arns={label: made.endpoint_arn for label, made in endpoints.items()},
        forward_task_arn=forward.replication_task_arn,
        reverse_task_arn=reverse.replication_task_arn,
        forward_task_metric_id=_end(forward.replication_task_arn),
        reverse_task_metric_id=_end(reverse.replication_task_arn),
        log_group_name=log.name,
    )


def _end(arn: str) -> str:
    return fn.element(fn.reverse(fn.split(":", arn)), 0)


def _secret_role(
    m: Body, v: DmsInputs, principal: str, partition: str
) -> tuple[aws.IamRole, aws.IamRolePolicy]:
    """Add the role by which DMS reads the secrets of both databases, and nothing else."""
    name = f"{v.name}-dms-secrets-{v.environment_suffix}"
    role = service_role(
        m,
        "secrets",
        # With secrets DMS is one service in each region, by a principal that names it.
        service=principal,
        name=name,
        description=f"DMS reads the credentials of {v.name}-{v.environment_suffix}",
        destroyable=v.destroyable,
        account_id=None,
        partition=partition,
        policies={},
    ).role
    document = data.IamPolicyDocument
    keys: Any = dynamic(
        conditional(eq(fn.length(v.secret_key_arns), 0), [], [v.secret_key_arns]),
        lambda keys: document.Statement(
            sid="DecryptSecrets",
            actions=["kms:Decrypt", "kms:DescribeKey"],
            resources=keys.value,
        ),
    )
    policy = m.add(
        document(
            "secrets",
            statement=[
                document.Statement(
                    sid="ReadSecrets",
                    actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                    resources=[v.source_secret_arn, v.target_secret_arn],
                ),
                keys,
            ],
        )
    )
    grant = m.add(aws.IamRolePolicy("secrets", name=name, role=role.id, policy=policy.json))
    return role, grant


def _endpoints(
    m: Body, v: DmsInputs, role: aws.IamRole, grant: aws.IamRolePolicy
) -> dict[str, aws.DmsEndpoint]:
    """Add each database twice: DMS has a side for an endpoint, and each is on either."""
    suffix = v.environment_suffix
    settings = aws.DmsEndpoint.PostgresSettings
    source = settings(
        capture_ddls=True,
        fail_tasks_on_lob_truncation=True,
        heartbeat_enable=True,
        heartbeat_frequency=1,
        map_boolean_as_boolean=True,
    )
    way_back = settings(
        capture_ddls=False,
        fail_tasks_on_lob_truncation=True,
        heartbeat_enable=True,
        heartbeat_frequency=1,
        map_boolean_as_boolean=True,
        plugin_name=v.reverse_plugin,
        slot_name=v.reverse_slot,
    )
    target = settings(after_connect_script=_AS_REPLICA, map_boolean_as_boolean=True)

    def endpoint(
        label: str, side: str, *, new: bool, how: aws.DmsEndpoint.PostgresSettings, comment: str
    ) -> aws.DmsEndpoint:
        identifier = f"{v.name}-{label.replace('_', '-')}-{suffix}"
        certificate = v.target_certificate_arn if new else v.source_certificate_arn
        return m.add(
            aws.DmsEndpoint(
                label,
                endpoint_id=identifier,
                endpoint_type=side,
                engine_name="aurora-postgresql" if new else "postgres",
                database_name=v.target_database_name if new else v.source_database_name,
                secrets_manager_arn=v.target_secret_arn if new else v.source_secret_arn,
                secrets_manager_access_role_arn=role.arn,
                ssl_mode=conditional(eq(certificate, None), "require", "verify-full"),
                certificate_arn=certificate,
                kms_key_arn=v.kms_key_arn,
                postgres_settings=how,
                tags={"Name": identifier},
                depends_on=[grant],
            ),
            comment=comment,
        )

    return {
        "forward_source": endpoint(
            "forward_source",
            "source",
            new=False,
            how=source,
            comment="The heartbeat lets its slot go on while the tables are idle.",
        ),
        "forward_target": endpoint(
            "forward_target", "target", new=True, how=target, comment="Triggers are silent for it."
        ),
        "reverse_source": endpoint(
            "reverse_source",
            "source",
            new=True,
            how=way_back,
            comment="The cutover function makes the slot before the first write on this side.",
        ),
        "reverse_target": endpoint(
            "reverse_target", "target", new=False, how=target, comment="Triggers are silent for it."
        ),
    }


def _mappings(v: DmsInputs) -> str:
    def rule(index: int, table: str) -> dict[str, Any]:
        return {
            "rule-type": "selection",
            "rule-id": f"{index + 1}",
            "rule-name": f"include-{index + 1}",
            "object-locator": {
                "schema-name": fn.element(fn.split(".", table), 0),
                "table-name": fn.element(fn.split(".", table), 1),
            },
            "rule-action": "include",
            "filters": [],
        }

    # What DMS keeps in a schema for itself is of that side alone.
    own = [
        {
            "rule-type": "selection",
            "rule-id": "1000",
            "rule-name": "exclude-own",
            "object-locator": {"schema-name": "%", "table-name": "awsdms_%"},
            "rule-action": "exclude",
            "filters": [],
        }
    ]
    return fn.jsonencode({"rules": fn.concat(for_list(v.tables, rule), own)})


def _settings(v: DmsInputs) -> dict[str, Any]:
    """Give the settings of a task: it never goes on past data that it could not copy."""
    return {
        "TargetMetadata": {
            "SupportLobs": True,
            "FullLobMode": False,
            "LimitedSizeLobMode": True,
            "LobMaxSize": v.lob_max_kb,
            # Each transaction as it was, in the order of the source.
            "BatchApplyEnabled": False,
        },
        "FullLoadSettings": {
            "TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD",
            "StopTaskCachedChangesApplied": False,
            "StopTaskCachedChangesNotApplied": False,
            "MaxFullLoadSubTasks": 8,
            "TransactionConsistencyTimeout": 600,
            "CommitRate": 10000,
        },
        "ChangeProcessingDdlHandlingPolicy": {
            "HandleSourceTableDropped": False,
            "HandleSourceTableTruncated": True,
            "HandleSourceTableAltered": True,
        },
        "ValidationSettings": {
            "EnableValidation": True,
            "ThreadCount": 5,
            "FailureMaxCount": 1000,
            "TableFailureMaxCount": 1000,
        },
        "ErrorBehavior": {
            "DataErrorPolicy": "STOP_TASK",
            "DataTruncationErrorPolicy": "STOP_TASK",
            "TableErrorPolicy": "STOP_TASK",
            "ApplyErrorDeletePolicy": "STOP_TASK",
            "ApplyErrorInsertPolicy": "STOP_TASK",
            "ApplyErrorUpdatePolicy": "STOP_TASK",
            "ApplyErrorFailOnTruncationDdl": True,
            "FailOnTransactionConsistencyBreached": True,
            "FailOnNoTablesCaptured": True,
            "FullLoadIgnoreConflicts": False,
        },
        "Logging": {"EnableLogging": True, "EnableLogContext": True},
    }
