"""What the requirements of ha-postgres say, looked up in an account."""

from __future__ import annotations

import json
import math
from typing import Any

from tapforge.facts import instance_classes, postgres
from tapforge.live.checks import Check
from tapforge.live.common import alarm_checks, bucket_checks
from tapforge.live.deployed import (
    Deployed,
    Found,
    apply_methods,
    missing_tags,
    name_of,
    right_apply_methods,
    rules,
    tags,
    values,
)

ENGINE = "postgres"
_NAME = "ha-postgres"
_INTERFACES = ["events", "logs", "monitoring", "rds", "secretsmanager", "sns"]
_GIB = 1024**3
_ENCRYPTED = {"rds.force_ssl": "1", "ssl_min_protocol_version": "TLSv1.2"}
_SNAPSHOTS = {"s3:GetBucketLocation", "s3:ListBucket"}
_OBJECTS = {"s3:DeleteObject*", "s3:GetObject*", "s3:PutObject*"}


def _database(d: Deployed) -> Found:
    return d.instance(d.outputs["database_identifier"])


def _dimensions(d: Deployed) -> dict[str, str]:
    return {"DBInstanceIdentifier": d.named(_NAME)}


def _parameters(d: Deployed) -> dict[str, Found]:
    return d.parameters(d.outputs["parameter_group_name"])


def _interfaces(d: Deployed) -> dict[str, Found]:
    return {
        name: each for name, each in d.endpoints.items() if each["VpcEndpointType"] == "Interface"
    }


def _of_interfaces(d: Deployed, name: str) -> list[Any]:
    found: list[Any] = []
    for each in _interfaces(d).values():
        value = sorted(each[name]) if name == "SubnetIds" else each[name]
        if value not in found:
            found.append(value)
    return found


def _asked(statement: Found) -> list[tuple[str, str, str]]:
    """What the conditions of a statement ask for: the operator, the key and each value."""
    return sorted(
        (operator, key, value)
        for operator, keys in statement.get("Condition", {}).items()
        for key, given in keys.items()
        for value in ([given] if isinstance(given, str) else given)
    )


def _admitted(d: Deployed) -> list[Any]:
    """The conditions under which the endpoints' policies let anybody through."""
    found: list[Any] = []
    for each in _interfaces(d).values():
        for statement in json.loads(each["PolicyDocument"])["Statement"]:
            if _asked(statement) not in found:
                found.append(_asked(statement))
    return found


def _account(d: Deployed) -> str:
    return str(d.outputs["database_arn"].split(":")[4])


def _connections(d: Deployed) -> int:
    known = instance_classes.get(d.inputs.instance_class)
    memory = known.memory_mib if known else None
    return min(math.floor((memory or 0) * 1024**2 / 9531392), 5000)


def _memory(d: Deployed) -> float:
    known = instance_classes.get(d.inputs.instance_class)
    return (known.memory_mib or 0) * 1024**2 if known else 0


def _refused_by_topic(d: Deployed) -> list[Any]:
    """The conditions under which the topic takes no message."""
    policy = json.loads(d.topic(d.outputs["topic_arn"])["Policy"])
    return [_asked(each) for each in policy["Statement"] if each["Effect"] == "Deny"]


def _graphed(d: Deployed) -> set[str]:
    found = d.ask("cloudwatch", "get_dashboard", DashboardName=d.outputs["dashboard_name"])
    return {
        line[1]
        for widget in json.loads(found["DashboardBody"])["widgets"]
        for line in widget["properties"].get("metrics", ())
    }


_METRICS = {"CPUUtilization", "DBLoad", "DatabaseConnections", "FreeStorageSpace", "ReadLatency"}


def _alarm(
    stem: str, metric: str, operator: str, threshold: Any, requirement: str = "E3"
) -> tuple[Check, ...]:
    return (
        *alarm_checks(
            requirement,
            f"{_NAME}-{stem}",
            metric,
            threshold,
            _dimensions,
            ComparisonOperator=operator,
            Statistic="Average",
            Period=300,
            EvaluationPeriods=2,
            TreatMissingData="breaching",
            ActionsEnabled=True,
        ),
        Check(
            requirement,
            f"alarm {stem}: tells",
            lambda d: [d.alarm(d.named(f"{_NAME}-{stem}"))[key] for key in _TELLS],
            lambda d: [[d.outputs["topic_arn"]]] * len(_TELLS),
        ),
    )


_TELLS = ("AlarmActions", "OKActions")
_ABOVE, _BELOW = "GreaterThanThreshold", "LessThanThreshold"

CHECKS: tuple[Check, ...] = (
    Check(
        "E1",
        "database: identifier",
        lambda d: _database(d)["DBInstanceIdentifier"],
        lambda d: d.named(_NAME),
    ),
    Check(
        "E1",
        "database: engine and version",
        lambda d: (_database(d)["Engine"], _database(d)["EngineVersion"]),
        lambda d: (ENGINE, d.inputs.engine_version),
    ),
    Check(
        "E1", "database: status", lambda d: _database(d)["DBInstanceStatus"], lambda _: "available"
    ),
    Check("E1", "database: Multi-AZ", lambda d: _database(d)["MultiAZ"], lambda _: True),
    Check(
        "E1",
        "database: class",
        lambda d: _database(d)["DBInstanceClass"],
        lambda d: d.inputs.instance_class,
    ),
    Check(
        "E1",
        "database: GB of storage",
        lambda d: _database(d)["AllocatedStorage"],
        lambda d: d.inputs.allocated_storage_gb,
    ),
    Check(
        "E1",
        "database: encrypted with",
        lambda d: (_database(d)["StorageEncrypted"], _database(d)["KmsKeyId"]),
        lambda d: (True, d.outputs["kms_key_arn"]),
    ),
    Check(
        "E1",
        "key: whose it is",
        lambda d: d.key(d.outputs["kms_key_arn"])["KeyManager"],
        lambda _: "CUSTOMER",
    ),
    Check(
        "E1",
        "database: days back to any point in time",
        lambda d: _database(d)["BackupRetentionPeriod"],
        lambda d: d.inputs.backup_retention_days,
    ),
    Check(
        "E1",
        "database: backup window",
        lambda d: _database(d)["PreferredBackupWindow"],
        lambda d: d.inputs.backup_window,
    ),
    Check(
        "E1",
        "database: maintenance window",
        lambda d: _database(d)["PreferredMaintenanceWindow"],
        lambda d: d.inputs.maintenance_window,
    ),
    *bucket_checks(
        "E2",
        lambda d: f"{_NAME}-backup-{_account(d)}-{d.suffix}",
        lambda d: d.outputs["kms_key_arn"],
        "backup bucket",
    ),
    *_alarm("cpu", "CPUUtilization", _ABOVE, lambda d: d.inputs.cpu_alarm_percent),
    *_alarm(
        "connections",
        "DatabaseConnections",
        _ABOVE,
        lambda d: math.floor(_connections(d) * d.inputs.connections_alarm_percent / 100),
    ),
    *_alarm(
        "storage",
        "FreeStorageSpace",
        _BELOW,
        lambda d: d.inputs.allocated_storage_gb * _GIB * 10 // 100,
    ),
    *_alarm("memory", "FreeableMemory", _BELOW, lambda d: _memory(d) * 5 // 100),
    Check(
        "E3",
        "topic: encrypted with",
        lambda d: d.topic(d.outputs["topic_arn"])["KmsMasterKeyId"],
        lambda d: d.outputs["kms_key_arn"],
    ),
    Check(
        "E3",
        "topic: who is told",
        lambda d: d.listeners(d.outputs["topic_arn"]),
        lambda d: sorted(d.inputs.alarm_emails),
    ),
    Check(
        "E3",
        "database: Performance Insights",
        lambda d: (
            _database(d)["PerformanceInsightsEnabled"],
            _database(d)["PerformanceInsightsKMSKeyId"],
        ),
        lambda d: (True, d.outputs["kms_key_arn"]),
    ),
    Check(
        "E3",
        "database: seconds of Enhanced Monitoring",
        lambda d: _database(d)["MonitoringInterval"],
        lambda _: 60,
    ),
    Check(
        "E3",
        "database: role of Enhanced Monitoring",
        lambda d: _database(d)["MonitoringRoleArn"],
        lambda d: d.outputs["monitoring_role_arn"],
    ),
    Check(
        "E3",
        "dashboard: metrics that are missing",
        lambda d: sorted(_METRICS - _graphed(d)),
        lambda _: [],
    ),
    Check(
        "E3",
        "database: exported logs",
        lambda d: _database(d)["EnabledCloudwatchLogsExports"],
        lambda _: ["postgresql"],
    ),
    Check(
        "E3",
        "database: days of its log",
        lambda d: [d.log_group(name)["retentionInDays"] for name in d.outputs["log_group_names"]],
        lambda _: [7],
    ),
    Check("E4", "VPC: block", lambda d: d.vpc["CidrBlock"], lambda d: d.inputs.vpc_cidr),
    Check("E4", "VPC: name", lambda d: name_of(d.vpc), lambda d: d.named(f"{_NAME}-vpc")),
    Check(
        "E4",
        "public subnets: zones",
        lambda d: len(d.zones("public_subnet_ids")),
        lambda d: d.inputs.zone_count,
    ),
    Check(
        "E4",
        "public subnets: routes",
        lambda d: d.routes("public_subnet_ids"),
        lambda d: sorted(["local", *d.internet_gateways]),
    ),
    Check(
        "E4",
        "private subnets: zones",
        lambda d: len(d.zones("private_subnet_ids")),
        lambda d: d.inputs.zone_count,
    ),
    Check(
        "E4",
        "private subnets: routes",
        lambda d: d.routes("private_subnet_ids"),
        lambda d: sorted(["local", *d.nat_gateways, *d.outputs["gateway_endpoint_ids"].values()]),
    ),
    Check("E4", "VPC: number of NAT gateways", lambda d: len(d.nat_gateways), lambda _: 1),
    Check(
        "E4",
        "database: subnets",
        lambda d: sorted(
            each["SubnetIdentifier"]
            for each in d.subnet_group(d.outputs["subnet_group_name"])["Subnets"]
        ),
        lambda d: sorted(d.outputs["private_subnet_ids"]),
    ),
    Check(
        "E4",
        "database: publicly accessible",
        lambda d: _database(d)["PubliclyAccessible"],
        lambda _: False,
    ),
    Check("E4", "interface endpoints", lambda d: sorted(_interfaces(d)), lambda _: _INTERFACES),
    Check(
        "E4",
        "interface endpoints: private DNS",
        lambda d: _of_interfaces(d, "PrivateDnsEnabled"),
        lambda _: [True],
    ),
    Check(
        "E4",
        "interface endpoints: subnets",
        lambda d: _of_interfaces(d, "SubnetIds"),
        lambda d: [sorted(d.outputs["private_subnet_ids"])],
    ),
    Check(
        "E5",
        "interface endpoints: whom their policies admit",
        _admitted,
        lambda d: [[("StringEquals", "aws:PrincipalAccount", _account(d))]],
    ),
    Check(
        "E5",
        "interface endpoints: ingress",
        lambda d: rules(d.security_group(d.outputs["endpoint_security_group_id"])["IpPermissions"]),
        lambda d: [("tcp", 443, 443, d.inputs.vpc_cidr)],
    ),
    Check(
        "E5",
        "database: its security groups",
        lambda d: [each["VpcSecurityGroupId"] for each in _database(d)["VpcSecurityGroups"]],
        lambda d: [d.outputs["security_group_id"]],
    ),
    Check(
        "E5",
        "database: ingress",
        lambda d: rules(d.security_group(d.outputs["security_group_id"])["IpPermissions"]),
        lambda d: [("tcp", 5432, 5432, d.outputs["application_security_group_id"])],
    ),
    Check(
        "E5",
        "database: egress",
        lambda d: rules(d.security_group(d.outputs["security_group_id"])["IpPermissionsEgress"]),
        lambda _: [],
    ),
    Check(
        "E5",
        "applications: ingress",
        lambda d: rules(
            d.security_group(d.outputs["application_security_group_id"])["IpPermissions"]
        ),
        lambda _: [],
    ),
    Check(
        "E5",
        "parameters: encryption in transit",
        lambda d: values(_parameters(d), _ENCRYPTED),
        lambda d: {
            name: d.inputs.parameters.get(name, value) for name, value in _ENCRYPTED.items()
        },
    ),
    Check(
        "X9",
        "parameters: family",
        lambda d: d.parameter_group(d.outputs["parameter_group_name"])["DBParameterGroupFamily"],
        lambda d: postgres.family(ENGINE, d.inputs.engine_version),
    ),
    Check(
        "X9",
        "parameters: how they are applied",
        lambda d: apply_methods(_parameters(d)),
        lambda d: right_apply_methods(ENGINE, d.inputs.engine_version, _parameters(d)),
    ),
    Check(
        "E5",
        "topic: when it takes no message",
        _refused_by_topic,
        lambda _: [[("Bool", "aws:SecureTransport", "false")]],
    ),
    Check(
        "E5",
        "monitoring role: trusted by",
        lambda d: d.trusted(d.outputs["monitoring_role_arn"]),
        lambda _: [{"Service": "monitoring.rds.amazonaws.com"}],
    ),
    Check(
        "E5",
        "monitoring role: policies",
        lambda d: d.managed_policies(d.outputs["monitoring_role_arn"]),
        lambda _: ["AmazonRDSEnhancedMonitoringRole"],
    ),
    Check(
        "E5",
        "export role: trusted by",
        lambda d: d.trusted(d.outputs["export_role_arn"]),
        lambda _: [{"Service": "export.rds.amazonaws.com"}],
    ),
    Check(
        "E5",
        "export role: on behalf of",
        lambda d: d.trust_conditions(d.outputs["export_role_arn"]),
        lambda _: ["aws:SourceAccount"],
    ),
    Check(
        "E5",
        "export role: what of S3, where",
        lambda d: sorted(
            (sorted(each["Action"]), each["Resource"])
            for each in d.own_statements(d.outputs["export_role_arn"])
            if "s3:" in str(each["Action"])
        ),
        lambda d: [
            (sorted(_OBJECTS), f"{d.outputs['bucket_arn']}/*"),
            (sorted(_SNAPSHOTS), d.outputs["bucket_arn"]),
        ],
    ),
    Check(
        "E6",
        "key: rotates",
        lambda d: d.rotates(d.outputs["kms_key_arn"]),
        lambda d: d.inputs.key_rotation,
    ),
    Check(
        "E6",
        "region of everything",
        lambda d: sorted(
            {
                str(value).split(":")[3]
                for name, value in d.outputs.items()
                if name in {"database_arn", "kms_key_arn", "topic_arn", "secret_arn"}
            }
        ),
        lambda d: [d.inputs.aws_region],
    ),
    Check(
        "X4",
        "database: protected from deletion",
        lambda d: _database(d)["DeletionProtection"],
        lambda d: d.protected,
    ),
    Check(
        "X8", "database: tags that are missing", lambda d: missing_tags(_database(d)), lambda _: []
    ),
    Check("X8", "database: system", lambda d: tags(_database(d))["System"], lambda _: _NAME),
    Check(
        "X11",
        "secret of the master password",
        lambda d: d.secret(d.outputs["secret_arn"])["ARN"],
        lambda d: d.outputs["secret_arn"],
    ),
    Check(
        "X14",
        "database: where applications find it",
        lambda d: (_database(d)["Endpoint"]["Address"], _database(d)["Endpoint"]["Port"]),
        lambda d: (d.outputs["database_endpoint"], d.outputs["database_port"]),
    ),
)
