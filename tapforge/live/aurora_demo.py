"""What the requirements of aurora-demo say, looked up in an account."""

from __future__ import annotations

from tapforge.facts import postgres
from tapforge.live.checks import Check
from tapforge.live.common import PORT, bucket_checks
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
)

ENGINE = "aurora-postgresql"
_TRUSTED = "monitoring.rds.amazonaws.com"
_MONITORING_POLICY = "AmazonRDSEnhancedMonitoringRole"
_LIBRARIES = "pg_stat_statements,auto_explain"
_LOGGED = {
    "auto_explain.log_min_duration",
    "log_connections",
    "log_disconnections",
    "log_lock_waits",
    "log_min_duration_statement",
    "log_statement",
    "log_temp_files",
}


def _major(d: Deployed) -> int:
    return postgres.major(d.inputs.engine_version)


def _group(d: Deployed) -> Found:
    return d.security_group(d.outputs["security_group_id"])


def _subnet_group(d: Deployed) -> Found:
    return d.subnet_group(d.outputs["subnet_group_name"])


def _cluster(d: Deployed) -> Found:
    return d.cluster(d.outputs["cluster_identifier"])


def _instances(d: Deployed) -> list[Found]:
    return d.instances_of_cluster(d.outputs["cluster_identifier"])


def _writer(d: Deployed) -> str:
    members = _cluster(d)["DBClusterMembers"]
    return str(only(m for m in members if m["IsClusterWriter"])["DBInstanceIdentifier"])


def _log_group(d: Deployed) -> Found:
    return d.log_group(d.outputs["log_group_name"])


def _cluster_parameter_group(d: Deployed) -> Found:
    return d.cluster_parameter_group(d.outputs["cluster_parameter_group_name"])


def _instance_parameter_group(d: Deployed) -> Found:
    return d.parameter_group(d.outputs["instance_parameter_group_name"])


def _cluster_parameters(d: Deployed) -> dict[str, Found]:
    return d.cluster_parameters(d.outputs["cluster_parameter_group_name"])


def _instance_parameters(d: Deployed) -> dict[str, Found]:
    return d.parameters(d.outputs["instance_parameter_group_name"])


def _parameters(d: Deployed) -> dict[str, Found]:
    return _cluster_parameters(d) | _instance_parameters(d)


def _role(d: Deployed) -> str:
    return str(d.outputs["monitoring_role_arn"])


CHECKS: tuple[Check, ...] = (
    Check("A1", "VPC: block", lambda d: d.vpc["CidrBlock"], lambda d: d.inputs.vpc_cidr),
    Check("A1", "VPC: name", lambda d: name_of(d.vpc), lambda d: f"aurora-vpc-{d.suffix}"),
    Check("A1", "VPC: DNS support", lambda d: d.vpc_attribute("enableDnsSupport"), lambda _: True),
    Check(
        "A1", "VPC: DNS host names", lambda d: d.vpc_attribute("enableDnsHostnames"), lambda _: True
    ),
    Check(
        "A2",
        "subnets: blocks",
        lambda d: sorted(subnet["CidrBlock"] for subnet in d.subnets("subnet_ids")),
        lambda d: sorted(d.inputs.subnet_cidrs),
    ),
    Check(
        "A2",
        "subnets: names",
        lambda d: [name_of(subnet) for subnet in d.subnets("subnet_ids")],
        lambda d: [
            f"aurora-subnet-{number}-{d.suffix}"
            for number in range(1, len(d.inputs.subnet_cidrs) + 1)
        ],
    ),
    Check(
        "A2",
        "subnets: number of zones",
        lambda d: len({subnet["AvailabilityZone"] for subnet in d.subnets("subnet_ids")}),
        lambda d: len(d.inputs.subnet_cidrs),
    ),
    Check("A2", "subnets: routes", lambda d: d.routes("subnet_ids"), lambda _: ["local"]),
    Check("A2", "VPC: internet gateways", lambda d: d.internet_gateways, lambda _: []),
    Check(
        "A3",
        "security group: name",
        lambda d: _group(d)["GroupName"],
        lambda d: f"aurora-sg-{d.suffix}",
    ),
    Check(
        "A3",
        "security group: ingress",
        lambda d: rules(_group(d)["IpPermissions"]),
        lambda d: [("tcp", PORT, PORT, d.inputs.vpc_cidr)],
    ),
    Check(
        "A3",
        "security group: egress",
        lambda d: rules(_group(d)["IpPermissionsEgress"]),
        lambda d: [("-1", -1, -1, d.inputs.vpc_cidr)],
    ),
    Check(
        "A4",
        "subnet group: name",
        lambda d: _subnet_group(d)["DBSubnetGroupName"],
        lambda d: f"aurora-subnet-group-{d.suffix}",
    ),
    Check(
        "A4",
        "subnet group: subnets",
        lambda d: sorted(each["SubnetIdentifier"] for each in _subnet_group(d)["Subnets"]),
        lambda d: sorted(d.outputs["subnet_ids"]),
    ),
    Check(
        "A5",
        "cluster: identifier",
        lambda d: _cluster(d)["DBClusterIdentifier"],
        lambda d: d.named("aurora-postgres"),
    ),
    Check(
        "A5",
        "cluster: engine and version",
        lambda d: (_cluster(d)["Engine"], _cluster(d)["EngineVersion"]),
        lambda d: (ENGINE, d.inputs.engine_version),
    ),
    Check("A5", "cluster: status", lambda d: _cluster(d)["Status"], lambda _: "available"),
    Check(
        "A5",
        "writer: identifier",
        _writer,
        lambda d: f"{d.named('aurora-postgres')}-instance-1",
    ),
    Check(
        "A5",
        "instances: number",
        lambda d: len(_instances(d)),
        lambda d: d.inputs.reader_count + 1,
    ),
    Check(
        "A5",
        "instances: class",
        lambda d: every(_instances(d), "DBInstanceClass"),
        lambda d: [d.inputs.instance_class],
    ),
    Check(
        "A5",
        "instances: publicly accessible",
        lambda d: every(_instances(d), "PubliclyAccessible"),
        lambda _: [False],
    ),
    Check("A6", "cluster: encrypted", lambda d: _cluster(d)["StorageEncrypted"], lambda _: True),
    Check(
        "A6",
        "cluster: days of backups",
        lambda d: _cluster(d)["BackupRetentionPeriod"],
        lambda d: d.inputs.backup_retention_days,
    ),
    Check(
        "A6",
        "cluster: backup window",
        lambda d: _cluster(d)["PreferredBackupWindow"],
        lambda d: d.inputs.backup_window,
    ),
    Check(
        "A6",
        "cluster: maintenance window",
        lambda d: _cluster(d)["PreferredMaintenanceWindow"],
        lambda d: d.inputs.maintenance_window,
    ),
    Check(
        "A6",
        "instances: maintenance window",
        lambda d: every(_instances(d), "PreferredMaintenanceWindow"),
        lambda d: [d.inputs.maintenance_window],
    ),
    Check(
        "A6",
        "cluster: exported logs",
        lambda d: _cluster(d)["EnabledCloudwatchLogsExports"],
        lambda _: ["postgresql"],
    ),
    Check(
        "A6",
        "log group: name",
        lambda d: _log_group(d)["logGroupName"],
        lambda d: f"/aws/rds/cluster/{d.named('aurora-postgres')}/postgresql",
    ),
    Check(
        "A7",
        "instances: Performance Insights",
        lambda d: every(_instances(d), "PerformanceInsightsEnabled"),
        lambda _: [True],
    ),
    Check(
        "A7",
        "instances: days of Performance Insights",
        lambda d: every(_instances(d), "PerformanceInsightsRetentionPeriod"),
        lambda _: [7],
    ),
    Check(
        "A7",
        "instances: seconds of Enhanced Monitoring",
        lambda d: every(_instances(d), "MonitoringInterval"),
        lambda _: [60],
    ),
    Check(
        "A7",
        "instances: role of Enhanced Monitoring",
        lambda d: every(_instances(d), "MonitoringRoleArn"),
        lambda d: [d.outputs["monitoring_role_arn"]],
    ),
    Check(
        "A8",
        "cluster parameter group: name and family",
        lambda d: (
            _cluster_parameter_group(d)["DBClusterParameterGroupName"],
            _cluster_parameter_group(d)["DBParameterGroupFamily"],
        ),
        lambda d: (
            f"aurora-postgres{_major(d)}-cluster-pg-{d.suffix}",
            postgres.family(ENGINE, d.inputs.engine_version),
        ),
    ),
    Check(
        "A8",
        "DB parameter group: name and family",
        lambda d: (
            _instance_parameter_group(d)["DBParameterGroupName"],
            _instance_parameter_group(d)["DBParameterGroupFamily"],
        ),
        lambda d: (
            f"aurora-postgres{_major(d)}-db-pg-{d.suffix}",
            postgres.family(ENGINE, d.inputs.engine_version),
        ),
    ),
    Check(
        "A8",
        "cluster: its parameter group",
        lambda d: _cluster(d)["DBClusterParameterGroup"],
        lambda d: d.outputs["cluster_parameter_group_name"],
    ),
    Check(
        "A8",
        "instances: their parameter group",
        lambda d: sorted(
            {
                group["DBParameterGroupName"]
                for instance in _instances(d)
                for group in instance["DBParameterGroups"]
            }
        ),
        lambda d: [d.outputs["instance_parameter_group_name"]],
    ),
    Check(
        "A8",
        "parameters: rds.force_ssl",
        lambda d: _cluster_parameters(d)["rds.force_ssl"]["ParameterValue"],
        lambda _: "1",
    ),
    Check(
        "A8",
        "parameters: shared_preload_libraries",
        lambda d: _instance_parameters(d)["shared_preload_libraries"]["ParameterValue"],
        lambda _: _LIBRARIES,
    ),
    Check(
        "A8",
        "parameters: logging that is not set",
        lambda d: sorted(_LOGGED - _instance_parameters(d).keys()),
        lambda _: [],
    ),
    Check(
        "A8",
        "parameters: how they are applied",
        lambda d: apply_methods(_parameters(d)),
        lambda d: right_apply_methods(ENGINE, d.inputs.engine_version, _parameters(d)),
    ),
    Check(
        "A9",
        "role: name",
        lambda d: d.role(_role(d))["RoleName"],
        lambda d: f"rds-monitoring-role-{d.suffix}",
    ),
    Check(
        "A9", "role: trusted by", lambda d: d.trusted(_role(d)), lambda _: [{"Service": _TRUSTED}]
    ),
    Check(
        "A9",
        "role: policies",
        lambda d: d.managed_policies(_role(d)),
        lambda _: [_MONITORING_POLICY],
    ),
    *bucket_checks("A10", lambda d: f"tap-bucket-{d.suffix}-tapstack{d.suffix}", lambda _: None),
    Check(
        "A11",
        "cluster: master user",
        lambda d: _cluster(d)["MasterUsername"],
        lambda _: "postgresadmin",
    ),
    Check(
        "A11",
        "cluster: database",
        lambda d: _cluster(d)["DatabaseName"],
        lambda d: f"tapdb{d.suffix.replace('-', '')}",
    ),
    Check(
        "X4",
        "cluster: protected from deletion",
        lambda d: _cluster(d)["DeletionProtection"],
        lambda d: not d.inputs.destroyable,
    ),
    Check(
        "X8",
        "cluster: tags",
        lambda d: missing_tags(_cluster(d)),
        lambda _: [],
    ),
    Check(
        "X11",
        "secret of the master password",
        lambda d: d.secret(d.outputs["master_user_secret_arn"])["ARN"],
        lambda d: d.outputs["master_user_secret_arn"],
    ),
)
