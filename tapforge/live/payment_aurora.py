"""What the requirements of payment-aurora say, looked up in an account.

Outputs of what is not there are null, and Terraform gives no null outputs.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

from tapforge.facts import instance_classes, postgres
from tapforge.live.checks import Check
from tapforge.live.deployed import (
    Deployed,
    Found,
    apply_methods,
    every,
    missing_tags,
    name_of,
    only,
    right_apply_methods,
    rules,
    values,
)

ENGINE = "aurora-postgresql"
_NAME = "payment-db"
_CLUSTER = f"{_NAME}-cluster"
_GIB = 1024**3
_PORT = 5432
_MONITORING = "monitoring.rds.amazonaws.com"
_PASSWORD = "[A-Za-z0-9]{32}"  # noqa: S105 - the kind of all of them
_GRAPHED = {
    "AuroraReplicaLag",
    "CPUUtilization",
    "CommitLatency",
    "DatabaseConnections",
    "FreeLocalStorage",
    "FreeableMemory",
}


# --- network ----------------------------------------------------------------------------------------


def _blocks(tier: int) -> Callable[[Deployed], list[str]]:
    """The blocks that the subnets of a tier must have."""

    def expected(d: Deployed) -> list[str]:
        of_vpc = list(ipaddress.ip_network(d.inputs.vpc_cidr).subnets(new_prefix=24))
        return [str(of_vpc[tier * 8 + zone]) for zone in range(d.inputs.zone_count)]

    return expected


def _tier(name: str, number: int) -> tuple[Check, ...]:
    """Give the checks of the subnets of a tier."""
    ids = f"{name}_subnet_ids"
    return (
        Check(
            "C1",
            f"{name} subnets: blocks",
            lambda d: [subnet["CidrBlock"] for subnet in d.subnets(ids)],
            _blocks(number),
        ),
        Check(
            "C1",
            f"{name} subnets: number of zones",
            lambda d: len(d.zones(ids)),
            lambda d: d.inputs.zone_count,
        ),
    )


def _ways(d: Deployed, output: str) -> list[str]:
    """Where subnets lead to, but for the gateway endpoints."""
    return [each for each in d.routes(output) if not each.startswith("vpce-")]


def _clients(d: Deployed) -> list[tuple[Any, ...]]:
    cidrs = {*_blocks(1)(d), *d.inputs.client_cidrs}
    return [("tcp", _PORT, _PORT, cidr) for cidr in cidrs]


def _admitted(d: Deployed) -> list[tuple[Any, ...]]:
    """The cluster's clients, the function that rotates its password, and its proxy."""
    groups = (d.outputs.get("rotation_security_group_id"), d.outputs.get("proxy_security_group_id"))
    return sorted(_clients(d) + [("tcp", _PORT, _PORT, group) for group in groups if group])


# --- the cluster ------------------------------------------------------------------------------------


def _cluster(d: Deployed) -> Found:
    return d.cluster(d.outputs["cluster_identifier"])


def _instances(d: Deployed) -> list[Found]:
    return d.instances_of_cluster(d.outputs["cluster_identifier"])


def _of_instances(name: str) -> Callable[[Deployed], list[Any]]:
    return lambda d: every(_instances(d), name)


def _parameters(d: Deployed) -> dict[str, Found]:
    of_cluster = d.cluster_parameters(d.outputs["cluster_parameter_group_name"])
    return of_cluster | d.parameters(d.outputs["instance_parameter_group_name"])


def _secret_holds(d: Deployed) -> dict[str, Any]:
    return {
        "engine": "postgres",
        "username": "dbadmin",
        "dbname": "payments",
        "port": _PORT,
        "host": _cluster(d)["Endpoint"],
        "dbClusterIdentifier": d.named(_CLUSTER),
    }


def _is_generated(d: Deployed) -> bool:
    return bool(d.inputs.credentials == "generated")


def _password(d: Deployed) -> bool:
    """Whether the password is as long as it must be, and without punctuation."""
    found = d.ask("secretsmanager", "get_secret_value", SecretId=d.outputs["secret_arn"])
    return bool(re.fullmatch(_PASSWORD, json.loads(found["SecretString"])["password"]))


# --- alarms -----------------------------------------------------------------------------------------


def _memory(d: Deployed) -> float:
    known = instance_classes.get(d.inputs.instance_class)
    return (known.memory_mib or 0) * 1024**2 if known else 0


def _local_storage(d: Deployed) -> float:
    known = instance_classes.get(d.inputs.instance_class)
    return (known.aurora_temp_storage_gib or 0) * _GIB if known else 0


_READ = (
    "MetricName",
    "Statistic",
    "ComparisonOperator",
    "Threshold",
    "Period",
    "EvaluationPeriods",
    "TreatMissingData",
    "AlarmActions",
    "OKActions",
)


def _alarm(
    stem: str,
    metric: str,
    threshold: Callable[[Deployed], float],
    *,
    statistic: str,
    operator: str,
    wanted: Callable[[Deployed], bool] = lambda _: True,
) -> tuple[Check, ...]:
    def found(d: Deployed) -> list[Found]:
        answer: Any = d.ask("cloudwatch", "describe_alarms", AlarmNames=[d.named(stem)])
        return list(answer["MetricAlarms"])

    def expected(d: Deployed) -> list[dict[str, Any]]:
        told = [d.outputs.get("topic_arn")] if d.inputs.alarm_topic else []
        all_of_it = (metric, statistic, operator, threshold(d), 300, 2, "breaching", told, told)
        return [dict(zip(_READ, all_of_it, strict=True))] if wanted(d) else []

    return (
        Check(
            "C7",
            f"alarm {stem}: metric, threshold and action",
            lambda d: [{name: each[name] for name in _READ} for each in found(d)],
            expected,
        ),
        Check(
            "C7",
            f"alarm {stem}: whose metric",
            lambda d: [each["Dimensions"] for each in found(d)],
            lambda d: (
                [[{"Name": "DBClusterIdentifier", "Value": d.named(_CLUSTER)}]] if wanted(d) else []
            ),
        ),
    )


# --- enhancements: nothing where they are off -------------------------------------------------------


def _topic_key(d: Deployed) -> str | None:
    arn = d.outputs.get("topic_arn")
    return d.topic(arn)["KmsMasterKeyId"] if arn else None


def _publishers(d: Deployed) -> list[Any]:
    arn = d.outputs.get("topic_arn")
    if not arn:
        return []
    statements = json.loads(d.topic(arn)["Policy"])["Statement"]
    return [each["Principal"] for each in statements if each["Effect"] == "Allow"]


def _flow_logs(d: Deployed) -> list[tuple[Any, ...]]:
    found = d.of_vpc("describe_flow_logs", "resource-id")["FlowLogs"]
    return [(each["TrafficType"], each["LogDestination"].split(":")[6]) for each in found]


def _flow_log_group(d: Deployed) -> tuple[Any, ...] | None:
    name = d.outputs.get("flow_log_group_name")
    if not name:
        return None
    group = d.log_group(name)
    return group["retentionInDays"], group["kmsKeyId"]


def _plan(d: Deployed) -> Found | None:
    id_ = d.outputs.get("backup_plan_id")
    if not id_:
        return None
    found: Found = d.ask("backup", "get_backup_plan", BackupPlanId=id_)["BackupPlan"]
    return found


def _copies(d: Deployed) -> list[tuple[str, str]]:
    """Region and name of the vaults that backups are copied to."""
    plan = _plan(d)
    if plan is None:
        return []
    arns = [
        action["DestinationBackupVaultArn"].split(":")
        for rule in plan["Rules"]
        for action in rule.get("CopyActions", ())
    ]
    return [(arn[3], arn[-1]) for arn in arns]


def _backed_up(d: Deployed) -> list[str]:
    id_ = d.outputs.get("backup_plan_id")
    if not id_:
        return []
    found = d.ask("backup", "list_backup_selections", BackupPlanId=id_)["BackupSelectionsList"]
    return [
        arn
        for each in found
        for arn in d.ask(
            "backup",
            "get_backup_selection",
            BackupPlanId=id_,
            SelectionId=each["SelectionId"],
        )["BackupSelection"]["Resources"]
    ]


def _vault_key(d: Deployed) -> str | None:
    name = d.outputs.get("backup_vault_name")
    if not name:
        return None
    return str(d.ask("backup", "describe_backup_vault", BackupVaultName=name)["EncryptionKeyArn"])


def _has_backup(d: Deployed) -> bool:
    return bool(d.inputs.backup_copy_region)


def _scaled(d: Deployed) -> list[tuple[int, int]]:
    found = d.ask(
        "application-autoscaling",
        "describe_scalable_targets",
        ServiceNamespace="rds",
        ResourceIds=[f"cluster:{d.outputs['cluster_identifier']}"],
    )["ScalableTargets"]
    return [(each["MinCapacity"], each["MaxCapacity"]) for each in found]


def _scaled_by(d: Deployed) -> list[tuple[str, float]]:
    found = d.ask(
        "application-autoscaling",
        "describe_scaling_policies",
        ServiceNamespace="rds",
        ResourceId=f"cluster:{d.outputs['cluster_identifier']}",
    )["ScalingPolicies"]
    tracked = [each["TargetTrackingScalingPolicyConfiguration"] for each in found]
    return [
        (each["PredefinedMetricSpecification"]["PredefinedMetricType"], each["TargetValue"])
        for each in tracked
    ]


def _proxy(d: Deployed) -> Found | None:
    name = d.outputs.get("proxy_name")
    if not name:
        return None
    return only(d.ask("rds", "describe_db_proxies", DBProxyName=name)["DBProxies"])


def _proxied(d: Deployed) -> list[Any]:
    name = d.outputs.get("proxy_name")
    if not name:
        return []
    found = d.ask("rds", "describe_db_proxy_targets", DBProxyName=name)["Targets"]
    tracked = [each for each in found if each.get("Type") == "TRACKED_CLUSTER"]
    return [each["RdsResourceId"] for each in tracked or found[:1]]


def _graphs(d: Deployed) -> set[tuple[str, str]]:
    """The metrics on the dashboard, and whose they are."""
    name = d.outputs.get("dashboard_name")
    if not name:
        return set()
    body = d.ask("cloudwatch", "get_dashboard", DashboardName=name)["DashboardBody"]
    return {
        (line[1], line[3])
        for widget in json.loads(body)["widgets"]
        for line in widget["properties"].get("metrics", ())
    }


CHECKS: tuple[Check, ...] = (
    # --- C1 ---
    Check("C1", "VPC: block", lambda d: d.vpc["CidrBlock"], lambda d: d.inputs.vpc_cidr),
    Check("C1", "VPC: name", lambda d: name_of(d.vpc), lambda d: d.named(f"{_NAME}-vpc")),
    Check(
        "C1",
        "VPC: DNS support and host names",
        lambda d: [d.vpc_attribute(n) for n in ("enableDnsSupport", "enableDnsHostnames")],
        lambda _: [True, True],
    ),
    *_tier("public", 0),
    *_tier("private", 1),
    Check(
        "C1",
        "public subnets: routes",
        lambda d: _ways(d, "public_subnet_ids"),
        lambda d: sorted([*d.internet_gateways, "local"]),
    ),
    Check(
        "C1",
        "private subnets: routes",
        lambda d: _ways(d, "private_subnet_ids"),
        lambda d: sorted([*d.nat_gateways, "local"]),
    ),
    Check("C1", "NAT gateways: number", lambda d: len(d.nat_gateways), lambda _: 1),
    Check("X10", "VPC: endpoints", lambda d: sorted(d.endpoints), lambda _: ["dynamodb", "s3"]),
    # --- C2 ---
    Check(
        "C2",
        "key: state",
        lambda d: d.key(d.outputs["kms_key_arn"])["KeyState"],
        lambda _: "Enabled",
    ),
    Check("C2", "key: rotation", lambda d: d.rotates(d.outputs["kms_key_arn"]), lambda _: True),
    Check(
        "C2",
        "cluster: key",
        lambda d: (_cluster(d)["StorageEncrypted"], _cluster(d)["KmsKeyId"]),
        lambda d: (True, d.outputs["kms_key_arn"]),
    ),
    # --- C3 ---
    Check(
        "C3",
        "secret: name",
        lambda d: d.secret(d.outputs["secret_arn"])["Name"] if _is_generated(d) else None,
        lambda d: d.named(f"{_NAME}-credentials") if _is_generated(d) else None,
    ),
    Check(
        "C3",
        "secret: what it holds beside the password",
        lambda d: d.secret_holds(d.outputs["secret_arn"]) if _is_generated(d) else None,
        lambda d: _secret_holds(d) if _is_generated(d) else None,
    ),
    Check(
        "C3",
        "secret: 32 letters and digits for a password",
        lambda d: _password(d) if _is_generated(d) else None,
        lambda d: True if _is_generated(d) else None,
    ),
    Check(
        "C3",
        "secret: days between rotations",
        lambda d: (
            d.secret(d.outputs["secret_arn"])["RotationRules"]["AutomaticallyAfterDays"]
            if _is_generated(d)
            else None
        ),
        lambda d: d.inputs.rotation_days if _is_generated(d) else None,
    ),
    Check(
        "C3",
        "secret: function that rotates it",
        lambda d: (
            d.secret(d.outputs["secret_arn"])["RotationLambdaARN"].rpartition(":")[2]
            if _is_generated(d)
            else d.outputs.get("rotation_function_name")
        ),
        lambda d: d.named(f"{_NAME}-rotation") if _is_generated(d) else None,
    ),
    Check(
        "C3", "cluster: master user", lambda d: _cluster(d)["MasterUsername"], lambda _: "dbadmin"
    ),
    # --- C4 ---
    Check(
        "C4",
        "cluster: identifier",
        lambda d: _cluster(d)["DBClusterIdentifier"],
        lambda d: d.named(_CLUSTER),
    ),
    Check(
        "C4",
        "cluster: engine and version",
        lambda d: (_cluster(d)["Engine"], _cluster(d)["EngineVersion"]),
        lambda d: (ENGINE, d.inputs.engine_version),
    ),
    Check("C4", "cluster: status", lambda d: _cluster(d)["Status"], lambda _: "available"),
    Check(
        "C4",
        "cluster: writer",
        lambda d: [
            m["DBInstanceIdentifier"]
            for m in _cluster(d)["DBClusterMembers"]
            if m["IsClusterWriter"]
        ],
        lambda d: [f"{d.named(_CLUSTER)}-instance-1"],
    ),
    Check(
        "C4",
        "instances: identifiers",
        lambda d: [each["DBInstanceIdentifier"] for each in _instances(d)],
        lambda d: sorted(
            f"{d.named(_CLUSTER)}-instance-{number + 1}"
            for number in range(d.inputs.reader_count + 1)
        ),
    ),
    Check(
        "C4",
        "instances: number of zones",
        lambda d: len({each["AvailabilityZone"] for each in _instances(d)}),
        lambda d: min(d.inputs.zone_count, d.inputs.reader_count + 1),
    ),
    Check(
        "C4",
        "instances: class",
        _of_instances("DBInstanceClass"),
        lambda d: [d.inputs.instance_class],
    ),
    Check(
        "C4",
        "instances: Performance Insights",
        _of_instances("PerformanceInsightsEnabled"),
        lambda _: [True],
    ),
    Check(
        "C4",
        "instances: days of Performance Insights",
        _of_instances("PerformanceInsightsRetentionPeriod"),
        lambda _: [7],
    ),
    Check("X6", "instances: public", _of_instances("PubliclyAccessible"), lambda _: [False]),
    Check(
        "X6",
        "subnet group: subnets",
        lambda d: sorted(
            each["SubnetIdentifier"]
            for each in d.subnet_group(d.outputs["subnet_group_name"])["Subnets"]
        ),
        lambda d: sorted(d.outputs["private_subnet_ids"]),
    ),
    Check(
        "X6",
        "security group: ingress",
        lambda d: rules(d.security_group(d.outputs["security_group_id"])["IpPermissions"]),
        _admitted,
    ),
    # --- C5 ---
    Check(
        "C5",
        "parameters: rds.force_ssl",
        lambda d: values(_parameters(d), ["rds.force_ssl"]),
        lambda _: {"rds.force_ssl": "1"},
    ),
    Check(
        "C5",
        "parameter groups: family",
        lambda d: [
            d.cluster_parameter_group(d.outputs["cluster_parameter_group_name"])[
                "DBParameterGroupFamily"
            ],
            d.parameter_group(d.outputs["instance_parameter_group_name"])["DBParameterGroupFamily"],
        ],
        lambda d: [postgres.family(ENGINE, d.inputs.engine_version)] * 2,
    ),
    Check(
        "C5",
        "cluster: its parameter group",
        lambda d: _cluster(d)["DBClusterParameterGroup"],
        lambda d: d.outputs["cluster_parameter_group_name"],
    ),
    Check(
        "C5",
        "instances: their parameter group",
        lambda d: sorted(
            {g["DBParameterGroupName"] for each in _instances(d) for g in each["DBParameterGroups"]}
        ),
        lambda d: [d.outputs["instance_parameter_group_name"]],
    ),
    Check(
        "X9",
        "parameters: how they are applied",
        lambda d: apply_methods(_parameters(d)),
        lambda d: right_apply_methods(ENGINE, d.inputs.engine_version, _parameters(d)),
    ),
    # --- C6 ---
    Check(
        "C6",
        "cluster: days of backups",
        lambda d: _cluster(d)["BackupRetentionPeriod"],
        lambda d: d.inputs.backup_retention_days,
    ),
    Check(
        "C6",
        "cluster: backup and maintenance windows",
        lambda d: (
            _cluster(d)["PreferredBackupWindow"],
            _cluster(d)["PreferredMaintenanceWindow"],
        ),
        lambda d: (d.inputs.backup_window, d.inputs.maintenance_window),
    ),
    Check(
        "C6",
        "cluster: exported logs",
        lambda d: _cluster(d)["EnabledCloudwatchLogsExports"],
        lambda _: ["postgresql"],
    ),
    Check(
        "C6",
        "log group: name and days",
        lambda d: [
            d.log_group(d.outputs["log_group_name"])[key]
            for key in ("logGroupName", "retentionInDays")
        ],
        lambda d: [f"/aws/rds/cluster/{d.named(_CLUSTER)}/postgresql", 7],
    ),
    # --- C7 ---
    *_alarm(
        f"{_NAME}-cpu-alarm",
        "CPUUtilization",
        lambda d: float(d.inputs.cpu_alarm_percent),
        statistic="Average",
        operator="GreaterThanThreshold",
    ),
    *_alarm(
        f"{_NAME}-storage-alarm",
        "FreeLocalStorage",
        lambda d: (_local_storage(d) or _memory(d)) * d.inputs.storage_alarm_percent / 100,
        statistic="Minimum",
        operator="LessThanThreshold",
    ),
    *_alarm(
        f"{_NAME}-memory-alarm",
        "FreeableMemory",
        lambda d: _memory(d) * d.inputs.memory_alarm_percent / 100,
        statistic="Minimum",
        operator="LessThanThreshold",
        wanted=lambda d: bool(d.inputs.memory_alarm),
    ),
    # --- C8 ---
    Check(
        "C8",
        "outputs: socket addresses",
        lambda d: (d.outputs["writer_address"], d.outputs["reader_address"]),
        lambda d: (
            f"{_cluster(d)['Endpoint']}:{_PORT}",
            f"{_cluster(d)['ReaderEndpoint']}:{_PORT}",
        ),
    ),
    Check(
        "C8",
        "outputs: the secret's ARN",
        lambda d: d.secret(d.outputs["secret_arn"])["ARN"],
        lambda d: d.outputs["secret_arn"],
    ),
    # --- C9 ---
    Check(
        "C9",
        "Enhanced Monitoring: seconds",
        _of_instances("MonitoringInterval"),
        lambda d: [d.inputs.monitoring_interval],
    ),
    Check(
        "C9",
        "Enhanced Monitoring: who may take its role",
        lambda d: d.trusted(role) if (role := d.outputs.get("monitoring_role_arn")) else [],
        lambda d: [{"Service": _MONITORING}] if d.inputs.monitoring_interval else [],
    ),
    Check(
        "C9",
        "topic: key",
        _topic_key,
        lambda d: d.outputs["kms_key_arn"] if d.inputs.alarm_topic else None,
    ),
    Check(
        "C9",
        "topic: who publishes",
        _publishers,
        lambda d: [{"Service": "cloudwatch.amazonaws.com"}] if d.inputs.alarm_topic else [],
    ),
    Check(
        "C9",
        "topic: who is told",
        lambda d: d.listeners(topic) if (topic := d.outputs.get("topic_arn")) else [],
        lambda d: sorted(d.inputs.alarm_emails),
    ),
    Check(
        "C9",
        "flow logs: traffic and log group",
        _flow_logs,
        lambda d: (
            [("ALL", d.outputs.get("flow_log_group_name"))]
            if d.inputs.flow_log_retention_days
            else []
        ),
    ),
    Check(
        "C9",
        "flow logs: days and key of the log group",
        _flow_log_group,
        lambda d: (
            (d.inputs.flow_log_retention_days, d.outputs["kms_key_arn"])
            if d.inputs.flow_log_retention_days
            else None
        ),
    ),
    Check(
        "C9",
        "AWS Backup: what is backed up",
        _backed_up,
        lambda d: [d.outputs["cluster_arn"]] if _has_backup(d) else [],
    ),
    Check(
        "C9",
        "AWS Backup: key of the vault",
        _vault_key,
        lambda d: d.outputs["kms_key_arn"] if _has_backup(d) else None,
    ),
    Check(
        "C9",
        "AWS Backup: copies",
        _copies,
        lambda d: (
            [(d.inputs.backup_copy_region, d.outputs.get("backup_vault_name"))]
            if _has_backup(d)
            else []
        ),
    ),
    Check(
        "C9",
        "auto scaling: readers",
        _scaled,
        lambda d: (
            [(d.inputs.reader_count, d.inputs.reader_maximum)] if d.inputs.reader_maximum else []
        ),
    ),
    Check(
        "C9",
        "auto scaling: by what",
        _scaled_by,
        lambda d: [("RDSReaderAverageCPUUtilization", 70.0)] if d.inputs.reader_maximum else [],
    ),
    Check(
        "C9",
        "proxy: TLS only",
        lambda d: found["RequireTLS"] if (found := _proxy(d)) else None,
        lambda d: True if d.inputs.connection_proxy else None,
    ),
    Check(
        "C9",
        "proxy: secrets",
        lambda d: [each["SecretArn"] for each in found["Auth"]] if (found := _proxy(d)) else [],
        lambda d: [d.outputs["secret_arn"]] if d.inputs.connection_proxy else [],
    ),
    Check(
        "C9",
        "proxy: clusters",
        _proxied,
        lambda d: [d.outputs["cluster_identifier"]] if d.inputs.connection_proxy else [],
    ),
    Check(
        "C9",
        "proxy: who may connect",
        lambda d: (
            rules(d.security_group(group)["IpPermissions"])
            if (group := d.outputs.get("proxy_security_group_id"))
            else []
        ),
        lambda d: sorted(_clients(d)) if d.inputs.connection_proxy else [],
    ),
    Check(
        "C9",
        "dashboard: metrics of each instance",
        _graphs,
        lambda d: (
            {(metric, each) for metric in _GRAPHED for each in d.outputs["instance_identifiers"]}
            if d.inputs.metrics_dashboard
            else set()
        ),
    ),
    # --- X ---
    Check(
        "X4",
        "cluster: protected from deletion",
        lambda d: _cluster(d)["DeletionProtection"],
        lambda d: d.protected,
    ),
    Check("X8", "cluster: missing tags", lambda d: missing_tags(_cluster(d)), lambda _: []),
    Check("X8", "VPC: missing tags", lambda d: missing_tags(d.vpc), lambda _: []),
)
