"""What the requirements of ecommerce-rds say, looked up in an account."""

from __future__ import annotations

import base64
import ipaddress
import re
from typing import Any

from tapforge.facts import parameters, postgres
from tapforge.facts.parameter_values import OWN_UNITS
from tapforge.live.checks import Check
from tapforge.live.common import alarm_checks, bucket_checks
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
    tags,
    values,
)

ENGINE = "postgres"
_TIERS = {"public": "public", "private": "private", "isolated": "subnet"}
"""The tiers of the network, in the order of their blocks, and what the subnets' names call them."""
_ROOM = 8
"""How many blocks lie between the first ones of two tiers."""
_EVERYWHERE = "0.0.0.0/0"
_GIB = 1024**3


# --- network ----------------------------------------------------------------------------------------


def _blocks(d: Deployed, tier: str) -> list[str]:
    """Give the /24 blocks that a tier must have."""
    blocks = list(ipaddress.ip_network(d.inputs.vpc_cidr).subnets(new_prefix=24))
    first = list(_TIERS).index(tier) * _ROOM
    return [str(block) for block in blocks[first : first + d.inputs.zone_count]]


def _tier_checks(tier: str, label: str) -> tuple[Check, ...]:
    output = f"{tier}_subnet_ids"
    return (
        Check(
            "B1",
            f"{tier} subnets: names and blocks",
            lambda d: {name_of(each): each["CidrBlock"] for each in d.subnets(output)},
            lambda d: {
                d.named(f"tap-{label}-{number}"): block
                for number, block in enumerate(_blocks(d, tier), 1)
            },
        ),
        Check(
            "B1",
            f"{tier} subnets: number of zones",
            lambda d: len(d.zones(output)),
            lambda d: d.inputs.zone_count,
        ),
    )


def _ways_out(d: Deployed) -> dict[str, str]:
    """Give the zone of the NAT gateway that private subnets of each zone go out by."""
    by_zone = d.routes_by_zone("private_subnet_ids")
    return {
        zone: d.nat_gateways[each]
        for zone, found in by_zone.items()
        for each in found
        if each in d.nat_gateways
    }


def _wanted_ways_out(d: Deployed) -> dict[str, str]:
    zones = d.zones("private_subnet_ids")
    per_zone = d.inputs.nat_gateways == "per-zone"
    return {zone: zone if per_zone else zones[0] for zone in zones}


def _group(d: Deployed, whose: str) -> Found:
    return d.security_group(d.outputs[f"{whose}_security_group_id"])


def _ingress(d: Deployed) -> list[tuple[Any, ...]]:
    """Give who must be admitted to the database: rotation is, where there is one."""
    groups = [d.outputs[f"{whose}_security_group_id"] for whose in ("application", "bastion")]
    if d.inputs.credentials == "generated":
        groups.append(_rotation_group(d))
    return sorted(("tcp", 5432, 5432, each) for each in (*groups, *d.inputs.client_cidrs))


def _rotation_group(d: Deployed) -> str:
    found = d.of_vpc("describe_security_groups")["SecurityGroups"]
    wanted = d.named("tap-db-rotation-sg")
    return str(only(each for each in found if each["GroupName"] == wanted)["GroupId"])


def _egress(d: Deployed) -> list[tuple[Any, ...]]:
    """Give what applications and the bastion must reach: HTTPS, and the database's subnets."""
    databases = [("tcp", 5432, 5432, block) for block in _blocks(d, "isolated")]
    return sorted([("tcp", 443, 443, _EVERYWHERE), *databases])


def _group_name(whose: str, stem: str) -> Check:
    return Check(
        "B2",
        f"{whose} security group: name",
        lambda d: _group(d, whose)["GroupName"],
        lambda d: d.named(stem),
    )


def _client_group(whose: str) -> Check:
    return Check(
        "B2",
        f"{whose} security group: ingress and egress",
        lambda d: (
            rules(_group(d, whose)["IpPermissions"]),
            rules(_group(d, whose)["IpPermissionsEgress"]),
        ),
        lambda d: ([], _egress(d)),
    )


# --- the database -----------------------------------------------------------------------------------


def _primary(d: Deployed) -> Found:
    return d.instance(d.outputs["database_identifier"])


def _replicas(d: Deployed) -> list[Found]:
    return [d.instance(each) for each in d.outputs["replica_identifiers"]]


def _instances(d: Deployed) -> list[Found]:
    return [_primary(d), *_replicas(d)]


def _parameter_groups(d: Deployed) -> list[str]:
    return sorted(
        {
            group["DBParameterGroupName"]
            for instance in _instances(d)
            for group in instance["DBParameterGroups"]
        }
    )


def _groups_of_instances(d: Deployed) -> list[str]:
    return sorted(
        {
            group["VpcSecurityGroupId"]
            for instance in _instances(d)
            for group in instance["VpcSecurityGroups"]
        }
    )


def _parameters(d: Deployed) -> dict[str, Found]:
    return d.parameters(d.outputs["parameter_group_name"])


def _counted(version: str, name: str, text: str) -> str:
    """Give a size as a parameter group has it: a number of the parameter's own unit."""
    size = re.fullmatch(r"([0-9]+)([kMGT]?B)", text)
    fact = parameters.get(ENGINE, postgres.major(version), name)
    if not size or not fact or not fact.unit:
        return text
    return str(int(size[1]) * OWN_UNITS[size[2]] // OWN_UNITS[fact.unit])


def _same(name: str, expected: Any) -> Check:
    """Give a check of what the primary and its replicas have alike."""
    return Check(
        "B8" if name == "DBInstanceClass" else "B7",
        f"primary and replicas: {name}",
        lambda d: every(_instances(d), name),
        lambda d: [expected(d) if callable(expected) else expected],
    )


def _of_primary(name: str, expected: Any) -> Check:
    return Check(
        "B7",
        f"primary: {name}",
        lambda d: _primary(d)[name],
        lambda d: expected(d) if callable(expected) else expected,
    )


# --- the bastion ------------------------------------------------------------------------------------


def _machine(d: Deployed) -> Found:
    return d.machine(d.outputs["bastion_instance_id"])


def _profile(d: Deployed) -> Found:
    name = _machine(d)["IamInstanceProfile"]["Arn"].rpartition("/")[2]
    profile: Found = d.ask("iam", "get_instance_profile", InstanceProfileName=name)
    return only(profile["InstanceProfile"]["Roles"])


def _boot(d: Deployed) -> str:
    found = d.ask(
        "ec2",
        "describe_instance_attribute",
        InstanceId=d.outputs["bastion_instance_id"],
        Attribute="userData",
    )
    return base64.b64decode(found["UserData"]["Value"]).decode()


def _disk(d: Deployed) -> Found:
    machine = _machine(d)
    attached = only(
        each
        for each in machine["BlockDeviceMappings"]
        if each["DeviceName"] == machine["RootDeviceName"]
    )
    found = d.ask("ec2", "describe_volumes", VolumeIds=[attached["Ebs"]["VolumeId"]])
    return only(found["Volumes"])


# --- credentials ------------------------------------------------------------------------------------


def _generated(d: Deployed) -> bool:
    return bool(d.inputs.credentials == "generated")


def _rotation(d: Deployed) -> dict[str, Any]:
    secret = d.secret(d.outputs["secret_arn"])
    return {
        "by": secret.get("RotationLambdaARN"),
        "days": secret.get("RotationRules", {}).get("AutomaticallyAfterDays"),
    }


def _connection(d: Deployed) -> dict[str, Any]:
    return {
        "engine": "postgres",
        "username": "postgres",
        "dbname": "tap",
        "port": 5432,
        "host": d.outputs["database_endpoint"],
        "dbInstanceIdentifier": d.outputs["database_identifier"],
    }


# --- the role of exports ----------------------------------------------------------------------------


def _reached_by_exports(d: Deployed) -> list[str]:
    found: set[str] = set()
    for statement in d.own_statements(d.outputs["export_role_arn"]):
        resources = statement["Resource"]
        found.update([resources] if isinstance(resources, str) else resources)
    return sorted(found)


def _on_primary(d: Deployed) -> dict[str, str]:
    return {"DBInstanceIdentifier": d.named("tap-primary")}


_EVALUATED = {"Statistic": "Average", "Period": 300, "EvaluationPeriods": 3}

CHECKS: tuple[Check, ...] = (
    Check("B1", "VPC: block", lambda d: d.vpc["CidrBlock"], lambda d: d.inputs.vpc_cidr),
    Check("B1", "VPC: name", lambda d: name_of(d.vpc), lambda d: d.named("tap-vpc")),
    *(check for tier, label in _TIERS.items() for check in _tier_checks(tier, label)),
    Check(
        "B1",
        "public subnets: routes",
        lambda d: d.routes("public_subnet_ids"),
        lambda d: sorted(["local", *d.internet_gateways]),
    ),
    Check("B1", "private subnets: zones of their NAT gateways", _ways_out, _wanted_ways_out),
    Check(
        "B1",
        "NAT gateways: zones",
        lambda d: sorted(d.nat_gateways.values()),
        lambda d: sorted(set(_wanted_ways_out(d).values())),
    ),
    Check(
        "X6",
        "isolated subnets: routes to the internet",
        lambda d: [
            each for each in d.routes("isolated_subnet_ids") if each.startswith(("igw-", "nat-"))
        ],
        lambda _: [],
    ),
    Check("X10", "gateway endpoints", lambda d: sorted(d.endpoints), lambda _: ["dynamodb", "s3"]),
    # --- security groups ---
    _group_name("application", "tap-application"),
    _group_name("database", "tap-db-sg"),
    _group_name("bastion", "tap-bastion"),
    Check(
        "B2",
        "database security group: ingress",
        lambda d: rules(_group(d, "database")["IpPermissions"]),
        _ingress,
    ),
    _client_group("application"),
    _client_group("bastion"),
    # --- key and bucket ---
    Check("B3", "key: rotates", lambda d: d.rotates(d.outputs["kms_key_arn"]), lambda _: True),
    Check(
        "B3",
        "key: whose",
        lambda d: d.key(d.outputs["kms_key_arn"])["KeyManager"],
        lambda _: "CUSTOMER",
    ),
    Check(
        "B3",
        "key: alias",
        lambda d: d.outputs["kms_key_alias"],
        lambda d: f"alias/{d.named('tap')}",
    ),
    *bucket_checks(
        "B4",
        lambda d: d.named(f"tap-rds-backup-{d.outputs['kms_key_arn'].split(':')[4]}"),
        lambda d: d.outputs["kms_key_arn"],
    ),
    # --- roles ---
    Check(
        "B5",
        "monitoring role: trusted by, and policies",
        lambda d: (
            d.trusted(d.outputs["monitoring_role_arn"]),
            d.managed_policies(d.outputs["monitoring_role_arn"]),
        ),
        lambda _: (
            [{"Service": "monitoring.rds.amazonaws.com"}],
            ["AmazonRDSEnhancedMonitoringRole"],
        ),
    ),
    Check(
        "B5",
        "export role: trusted by",
        lambda d: d.trusted(d.outputs["export_role_arn"]),
        lambda _: [{"Service": "export.rds.amazonaws.com"}],
    ),
    Check(
        "B5",
        "export role: reaches",
        _reached_by_exports,
        lambda d: sorted(
            [d.outputs["bucket_arn"], f"{d.outputs['bucket_arn']}/*", d.outputs["kms_key_arn"]]
        ),
    ),
    Check(
        "X7",
        "roles: conditions of their trust",
        lambda d: [
            d.trust_conditions(d.outputs[role])
            for role in ("monitoring_role_arn", "export_role_arn")
        ],
        lambda _: [["aws:SourceAccount"]] * 2,
    ),
    # --- bastion ---
    Check(
        "B6",
        "bastion: type, key pair, public address",
        lambda d: (
            _machine(d)["InstanceType"],
            _machine(d).get("KeyName"),
            _machine(d).get("PublicIpAddress"),
        ),
        lambda _: ("t3.micro", None, None),
    ),
    Check(
        "B6",
        "bastion: in a private subnet",
        lambda d: _machine(d)["SubnetId"] in d.outputs["private_subnet_ids"],
        lambda _: True,
    ),
    Check(
        "B6",
        "bastion: detailed monitoring",
        lambda d: _machine(d)["Monitoring"]["State"],
        lambda _: "enabled",
    ),
    Check(
        "B6",
        "bastion: metadata by token",
        lambda d: _machine(d)["MetadataOptions"]["HttpTokens"],
        lambda _: "required",
    ),
    Check(
        "B6",
        "bastion: disk encrypted by the key",
        lambda d: (_disk(d)["Encrypted"], _disk(d).get("KmsKeyId")),
        lambda d: (True, d.outputs["kms_key_arn"]),
    ),
    Check(
        "B6",
        "bastion: policies",
        lambda d: d.managed_policies(_profile(d)["RoleName"]),
        lambda _: ["AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"],
    ),
    Check(
        "B6",
        "bastion: installs the client",
        lambda d: f"dnf install -y {d.inputs.bastion_package}" in _boot(d),
        lambda _: True,
    ),
    # --- primary ---
    _of_primary("DBInstanceIdentifier", lambda d: d.named("tap-primary")),
    _of_primary("DBName", "tap"),
    _of_primary("MasterUsername", "postgres"),
    _of_primary("MultiAZ", lambda d: d.inputs.multi_az),
    _of_primary("BackupRetentionPeriod", lambda d: d.inputs.backup_retention_days),
    _of_primary("PreferredBackupWindow", lambda d: d.inputs.backup_window),
    Check(
        "B7",
        "primary: subnets",
        lambda d: sorted(
            each["SubnetIdentifier"] for each in _primary(d)["DBSubnetGroup"]["Subnets"]
        ),
        lambda d: sorted(d.outputs["isolated_subnet_ids"]),
    ),
    _same("Engine", ENGINE),
    _same("EngineVersion", lambda d: d.inputs.engine_version),
    _same("DBInstanceClass", lambda d: d.inputs.instance_class),
    _same("DBInstanceStatus", "available"),
    _same("StorageType", "gp3"),
    _same("AllocatedStorage", lambda d: d.inputs.allocated_storage_gb),
    _same("StorageEncrypted", True),
    _same("KmsKeyId", lambda d: d.outputs["kms_key_arn"]),
    _same("PubliclyAccessible", False),
    _same("PreferredMaintenanceWindow", lambda d: d.inputs.maintenance_window),
    _same("EnabledCloudwatchLogsExports", ["postgresql"]),
    _same("PerformanceInsightsEnabled", lambda d: d.inputs.performance_insights_retention_days > 0),
    _same(
        "PerformanceInsightsRetentionPeriod",
        lambda d: d.inputs.performance_insights_retention_days,
    ),
    _same("MonitoringInterval", 60),
    _same("MonitoringRoleArn", lambda d: d.outputs["monitoring_role_arn"]),
    Check(
        "B7",
        "primary and replicas: security groups",
        _groups_of_instances,
        lambda d: [d.outputs["database_security_group_id"]],
    ),
    Check(
        "B7",
        "logs: names and days",
        lambda d: {
            name: d.log_group(name)["retentionInDays"] for name in d.outputs["log_group_names"]
        },
        lambda d: {
            f"/aws/rds/instance/{each['DBInstanceIdentifier']}/postgresql": 7
            for each in _instances(d)
        },
    ),
    # --- replicas ---
    Check(
        "B8",
        "replicas: identifiers",
        lambda d: d.outputs["replica_identifiers"],
        lambda d: [
            d.named(f"tap-replica-{number}") for number in range(1, d.inputs.replica_count + 1)
        ],
    ),
    Check(
        "B8",
        "replicas: of the primary",
        lambda d: [each["ReadReplicaSourceDBInstanceIdentifier"] for each in _replicas(d)],
        lambda d: [d.outputs["database_identifier"]] * d.inputs.replica_count,
    ),
    Check(
        "B8",
        "replicas: number of zones",
        lambda d: len({each["AvailabilityZone"] for each in _replicas(d)}),
        lambda d: d.inputs.replica_count,
    ),
    # --- parameters ---
    Check(
        "B9",
        "parameter group: family",
        lambda d: d.parameter_group(d.outputs["parameter_group_name"])["DBParameterGroupFamily"],
        lambda d: postgres.family(ENGINE, d.inputs.engine_version),
    ),
    Check(
        "B9",
        "primary and replicas: parameter group",
        _parameter_groups,
        lambda d: [d.outputs["parameter_group_name"]],
    ),
    Check(
        "B9",
        "parameters: for reads",
        lambda d: values(_parameters(d), d.inputs.parameters),
        lambda d: {
            name: _counted(d.inputs.engine_version, name, text)
            for name, text in d.inputs.parameters.items()
        },
    ),
    Check(
        "X5",
        "parameters: TLS alone",
        lambda d: values(_parameters(d), ["rds.force_ssl"]),
        lambda _: {"rds.force_ssl": "1"},
    ),
    Check(
        "X9",
        "parameters: how they are applied",
        lambda d: apply_methods(_parameters(d)),
        lambda d: right_apply_methods(ENGINE, d.inputs.engine_version, _parameters(d)),
    ),
    # --- credentials ---
    Check(
        "B10",
        "secret: name",
        lambda d: d.outputs["secret_name"],
        lambda d: d.named("tap-db-credentials") if _generated(d) else None,
    ),
    Check(
        "B10",
        "secret: key",
        lambda d: d.secret(d.outputs["secret_arn"]).get("KmsKeyId") if _generated(d) else None,
        lambda d: d.outputs["kms_key_arn"] if _generated(d) else None,
    ),
    Check(
        "B10",
        "secret: what it holds beside the password",
        lambda d: d.secret_holds(d.outputs["secret_arn"]) if _generated(d) else {},
        lambda d: _connection(d) if _generated(d) else {},
    ),
    Check(
        "X11",
        "secret: rotation",
        lambda d: _rotation(d) if _generated(d) else None,
        lambda d: (
            {"by": d.outputs["rotation_function_arn"], "days": d.inputs.rotation_days}
            if _generated(d)
            else None
        ),
    ),
    # --- alarms ---
    *alarm_checks(
        "B11",
        "tap-primary-cpu",
        "CPUUtilization",
        lambda d: d.inputs.cpu_alarm_percent,
        _on_primary,
        ComparisonOperator="GreaterThanThreshold",
        **_EVALUATED,
    ),
    *alarm_checks(
        "B11",
        "tap-primary-storage",
        "FreeStorageSpace",
        lambda d: d.inputs.storage_alarm_gib * _GIB,
        _on_primary,
        ComparisonOperator="LessThanThreshold",
        **_EVALUATED,
    ),
    *alarm_checks(
        "B11",
        "tap-primary-connections",
        "DatabaseConnections",
        lambda d: d.inputs.connections_alarm,
        _on_primary,
        ComparisonOperator="GreaterThanThreshold",
        **_EVALUATED,
    ),
    Check(
        "B11",
        "alarms on replicas: whose lag, and how much",
        lambda d: [
            (
                alarm["AlarmName"],
                alarm["MetricName"],
                alarm["Dimensions"][0]["Value"],
                alarm["Threshold"],
                {name: alarm[name] for name in _EVALUATED},
            )
            for alarm in map(d.alarm, d.outputs["replica_alarm_names"])
        ],
        lambda d: [
            (
                d.named(f"tap-replica-{number}-lag"),
                "ReplicaLag",
                d.named(f"tap-replica-{number}"),
                d.inputs.replica_lag_alarm_seconds,
                _EVALUATED,
            )
            for number in range(1, d.inputs.replica_count + 1)
        ],
    ),
    Check(
        "B11",
        "alarms: who is told",
        lambda d: {
            tuple(d.alarm(name)["AlarmActions"])
            for name in (*d.outputs["alarm_names"].values(), *d.outputs["replica_alarm_names"])
        },
        lambda d: {(d.outputs["topic_arn"],)},
    ),
    Check(
        "X5",
        "topic: key, and refuses plain text",
        lambda d: (
            d.topic(d.outputs["topic_arn"])["KmsMasterKeyId"],
            d.topic_refuses_plain_text(d.outputs["topic_arn"]),
        ),
        lambda d: (d.outputs["kms_key_arn"], True),
    ),
    Check(
        "B11",
        "topic: listeners",
        lambda d: d.listeners(d.outputs["topic_arn"]),
        lambda d: sorted(d.inputs.alarm_emails),
    ),
    # --- outputs, protection and tags ---
    Check(
        "B12",
        "outputs: endpoint and port",
        lambda d: (d.outputs["database_endpoint"], d.outputs["database_port"]),
        lambda d: (_primary(d)["Endpoint"]["Address"], _primary(d)["Endpoint"]["Port"]),
    ),
    Check(
        "B12",
        "outputs: secret, bucket, key and bastion",
        lambda d: [
            name
            for name in ("secret_arn", "bucket_name", "kms_key_arn", "bastion_instance_id")
            if not d.outputs[name]
        ],
        lambda _: [],
    ),
    Check(
        "X4",
        "primary and replicas: protected from deletion",
        lambda d: every(_instances(d), "DeletionProtection"),
        lambda d: [d.protected],
    ),
    Check(
        "X8",
        "primary, VPC, bastion: tags",
        lambda d: {
            what: missing_tags(found)
            for what, found in {
                "primary": _primary(d),
                "VPC": d.vpc,
                "bastion": _machine(d),
            }.items()
        },
        lambda _: {"primary": [], "VPC": [], "bastion": []},
    ),
    Check(
        "X8",
        "primary: system and environment",
        lambda d: (tags(_primary(d))["System"], tags(_primary(d))["Environment"]),
        lambda d: ("ecommerce-rds", d.suffix),
    ),
)
