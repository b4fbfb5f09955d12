"""What the requirements of aurora-demo say, looked up in an account."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tapforge.facts import parameters, postgres
from tapforge.live import checks

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
_CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class Deployed(checks.Deployed):
    """What an environment of aurora-demo has in an account; read when it is first looked at."""

    @property
    def suffix(self) -> str:
        """The environment suffix, which ends every name."""
        return str(self.inputs.environment_suffix)

    @property
    def cluster_name(self) -> str:
        """The identifier that the cluster must have."""
        return f"aurora-postgres-{self.suffix}"

    @property
    def major(self) -> int:
        """PostgreSQL's major version."""
        return postgres.major(self.inputs.engine_version)

    @functools.cached_property
    def vpc(self) -> Mapping[str, Any]:
        """The VPC."""
        found = self.client("ec2").describe_vpcs(VpcIds=[self.outputs["vpc_id"]])
        return _only(found["Vpcs"])

    def vpc_attribute(self, name: str) -> bool:
        """An attribute of the VPC that has to be asked for by itself."""
        found = self.client("ec2").describe_vpc_attribute(VpcId=self.vpc["VpcId"], Attribute=name)
        return bool(found[f"{name[0].upper()}{name[1:]}"]["Value"])

    @functools.cached_property
    def subnets(self) -> list[Mapping[str, Any]]:
        """The private subnets, in the order of their names."""
        found = self.client("ec2").describe_subnets(SubnetIds=self.outputs["subnet_ids"])
        return sorted(found["Subnets"], key=_name)

    @functools.cached_property
    def routes(self) -> list[str]:
        """Where the subnets' route tables lead to."""
        ids = [subnet["SubnetId"] for subnet in self.subnets]
        tables = self.client("ec2").describe_route_tables(
            Filters=[{"Name": "association.subnet-id", "Values": ids}]
        )["RouteTables"]
        return sorted(
            {
                next((str(value) for key, value in route.items() if key in _TARGETS), "unknown")
                for table in tables
                for route in table["Routes"]
            }
        )

    @functools.cached_property
    def gateways(self) -> list[str]:
        """The internet gateways of the VPC."""
        found = self.client("ec2").describe_internet_gateways(
            Filters=[{"Name": "attachment.vpc-id", "Values": [self.vpc["VpcId"]]}]
        )
        return [gateway["InternetGatewayId"] for gateway in found["InternetGateways"]]

    @functools.cached_property
    def group(self) -> Mapping[str, Any]:
        """The cluster's security group."""
        found = self.client("ec2").describe_security_groups(
            GroupIds=[self.outputs["security_group_id"]]
        )
        return _only(found["SecurityGroups"])

    @functools.cached_property
    def subnet_group(self) -> Mapping[str, Any]:
        """The DB subnet group."""
        found = self.client("rds").describe_db_subnet_groups(
            DBSubnetGroupName=self.outputs["subnet_group_name"]
        )
        return _only(found["DBSubnetGroups"])

    @functools.cached_property
    def cluster(self) -> Mapping[str, Any]:
        """The Aurora cluster."""
        found = self.client("rds").describe_db_clusters(
            DBClusterIdentifier=self.outputs["cluster_identifier"]
        )
        return _only(found["DBClusters"])

    @functools.cached_property
    def instances(self) -> list[Mapping[str, Any]]:
        """The cluster's instances, in the order of their names."""
        found = self.client("rds").describe_db_instances(
            Filters=[{"Name": "db-cluster-id", "Values": [self.cluster["DBClusterIdentifier"]]}]
        )
        return sorted(found["DBInstances"], key=lambda each: str(each["DBInstanceIdentifier"]))

    def of_instances(self, name: str) -> list[Any]:
        """The values that the instances have for something; one if all have the same."""
        values: list[Any] = []
        for instance in self.instances:
            if instance.get(name) not in values:
                values.append(instance.get(name))
        return values

    @functools.cached_property
    def writer(self) -> str:
        """The instance that writes."""
        return str(
            _only([m for m in self.cluster["DBClusterMembers"] if m["IsClusterWriter"]])[
                "DBInstanceIdentifier"
            ]
        )

    @functools.cached_property
    def log_group(self) -> Mapping[str, Any]:
        """The log group of the PostgreSQL log."""
        name = self.outputs["log_group_name"]
        found = self.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return _only([group for group in found if group["logGroupName"] == name])

    @functools.cached_property
    def cluster_parameter_group(self) -> Mapping[str, Any]:
        """The cluster parameter group."""
        found = self.client("rds").describe_db_cluster_parameter_groups(
            DBClusterParameterGroupName=self.outputs["cluster_parameter_group_name"]
        )
        return _only(found["DBClusterParameterGroups"])

    @functools.cached_property
    def instance_parameter_group(self) -> Mapping[str, Any]:
        """The instances' parameter group."""
        found = self.client("rds").describe_db_parameter_groups(
            DBParameterGroupName=self.outputs["instance_parameter_group_name"]
        )
        return _only(found["DBParameterGroups"])

    @functools.cached_property
    def cluster_parameters(self) -> dict[str, Mapping[str, Any]]:
        """The parameters that were set in the cluster parameter group."""
        pages = self.client("rds").get_paginator("describe_db_cluster_parameters")
        return _parameters(
            pages.paginate(
                DBClusterParameterGroupName=self.outputs["cluster_parameter_group_name"],
                Source="user",
            )
        )

    @functools.cached_property
    def instance_parameters(self) -> dict[str, Mapping[str, Any]]:
        """The parameters that were set in the instances' parameter group."""
        pages = self.client("rds").get_paginator("describe_db_parameters")
        return _parameters(
            pages.paginate(
                DBParameterGroupName=self.outputs["instance_parameter_group_name"], Source="user"
            )
        )

    def apply_methods(self, *, right: bool) -> dict[str, str]:
        """How the set parameters are applied, or by the facts have to be."""
        found = self.cluster_parameters | self.instance_parameters
        if not right:
            return {name: str(each["ApplyMethod"]) for name, each in sorted(found.items())}
        facts = {name: parameters.get(ENGINE, self.major, name) for name in sorted(found)}
        return {name: fact.apply_method if fact else "unknown" for name, fact in facts.items()}

    @functools.cached_property
    def role(self) -> Mapping[str, Any]:
        """The role of Enhanced Monitoring."""
        name = self.outputs["monitoring_role_arn"].rpartition("/")[2]
        found: Mapping[str, Any] = self.client("iam").get_role(RoleName=name)["Role"]
        return found

    @functools.cached_property
    def trust(self) -> list[Any]:
        """The principals that may take that role."""
        document = self.role["AssumeRolePolicyDocument"]
        return [statement["Principal"] for statement in document["Statement"]]

    @functools.cached_property
    def policies(self) -> list[str]:
        """The managed policies of that role."""
        found = self.client("iam").list_attached_role_policies(RoleName=self.role["RoleName"])
        return sorted(policy["PolicyName"] for policy in found["AttachedPolicies"])

    @property
    def bucket(self) -> str:
        """The bucket."""
        return str(self.outputs["bucket_name"])

    @functools.cached_property
    def encryption(self) -> str:
        """How the bucket encrypts."""
        found = self.client("s3").get_bucket_encryption(Bucket=self.bucket)
        rule = _only(found["ServerSideEncryptionConfiguration"]["Rules"])
        return str(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"])

    @functools.cached_property
    def closed(self) -> dict[str, bool]:
        """How the bucket is closed to the public."""
        found = self.client("s3").get_public_access_block(Bucket=self.bucket)
        settings = found["PublicAccessBlockConfiguration"]
        return {name: bool(settings.get(name)) for name in _CLOSED}

    @functools.cached_property
    def refuses_plain_text(self) -> bool:
        """Whether the bucket's policy denies everything that does not come by TLS."""
        policy = json.loads(self.client("s3").get_bucket_policy(Bucket=self.bucket)["Policy"])
        return any(
            statement["Effect"] == "Deny"
            and statement["Action"] == "s3:*"
            and "false" in _strings(statement.get("Condition", {}).get("Bool", {}).get(_BY_TLS))
            for statement in policy["Statement"]
        )

    @functools.cached_property
    def secret(self) -> str:
        """The secret that holds the master password."""
        found = self.client("secretsmanager").describe_secret(
            SecretId=self.outputs["master_user_secret_arn"]
        )
        return str(found["ARN"])


_BY_TLS = "aws:SecureTransport"
_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "EgressOnlyInternetGatewayId",
)


def _only(found: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    things = list(found)
    if len(things) != 1:
        raise LookupError(f"{len(things)} found instead of 1")
    return things[0]


def _tags(described: Mapping[str, Any]) -> dict[str, str]:
    tags = described.get("Tags") or described.get("TagList") or []
    return {tag["Key"]: tag["Value"] for tag in tags}


def _name(described: Mapping[str, Any]) -> str:
    return _tags(described).get("Name", "")


def _rules(permissions: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Protocol, ports and source of each rule."""
    return sorted(
        (rule["IpProtocol"], rule.get("FromPort", -1), rule.get("ToPort", -1), source)
        for rule in permissions
        for source in (
            *(each["CidrIp"] for each in rule.get("IpRanges", [])),
            *(each["CidrIpv6"] for each in rule.get("Ipv6Ranges", [])),
            *(each["GroupId"] for each in rule.get("UserIdGroupPairs", [])),
            *(each["PrefixListId"] for each in rule.get("PrefixListIds", [])),
        )
    )


def _parameters(pages: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {each["ParameterName"]: each for page in pages for each in page["Parameters"]}


def _strings(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value or ()]


_C = checks.Check[Deployed]

CHECKS: tuple[checks.Check[Deployed], ...] = (
    _C("A1", "VPC: block", lambda d: d.vpc["CidrBlock"], lambda d: d.inputs.vpc_cidr),
    _C("A1", "VPC: name", lambda d: _name(d.vpc), lambda d: f"aurora-vpc-{d.suffix}"),
    _C("A1", "VPC: DNS support", lambda d: d.vpc_attribute("enableDnsSupport"), lambda _: True),
    _C(
        "A1", "VPC: DNS host names", lambda d: d.vpc_attribute("enableDnsHostnames"), lambda _: True
    ),
    _C(
        "A2",
        "subnets: blocks",
        lambda d: sorted(subnet["CidrBlock"] for subnet in d.subnets),
        lambda d: sorted(d.inputs.subnet_cidrs),
    ),
    _C(
        "A2",
        "subnets: names",
        lambda d: [_name(subnet) for subnet in d.subnets],
        lambda d: [
            f"aurora-subnet-{number}-{d.suffix}"
            for number in range(1, len(d.inputs.subnet_cidrs) + 1)
        ],
    ),
    _C(
        "A2",
        "subnets: number of zones",
        lambda d: len({subnet["AvailabilityZone"] for subnet in d.subnets}),
        lambda d: len(d.inputs.subnet_cidrs),
    ),
    _C("A2", "subnets: routes", lambda d: d.routes, lambda _: ["local"]),
    _C("A2", "VPC: internet gateways", lambda d: d.gateways, lambda _: []),
    _C(
        "A3",
        "security group: name",
        lambda d: d.group["GroupName"],
        lambda d: f"aurora-sg-{d.suffix}",
    ),
    _C(
        "A3",
        "security group: ingress",
        lambda d: _rules(d.group["IpPermissions"]),
        lambda d: [("tcp", 5432, 5432, d.inputs.vpc_cidr)],
    ),
    _C(
        "A3",
        "security group: egress",
        lambda d: _rules(d.group["IpPermissionsEgress"]),
        lambda d: [("-1", -1, -1, d.inputs.vpc_cidr)],
    ),
    _C(
        "A4",
        "subnet group: name",
        lambda d: d.subnet_group["DBSubnetGroupName"],
        lambda d: f"aurora-subnet-group-{d.suffix}",
    ),
    _C(
        "A4",
        "subnet group: subnets",
        lambda d: sorted(each["SubnetIdentifier"] for each in d.subnet_group["Subnets"]),
        lambda d: sorted(d.outputs["subnet_ids"]),
    ),
    _C(
        "A5",
        "cluster: identifier",
        lambda d: d.cluster["DBClusterIdentifier"],
        lambda d: d.cluster_name,
    ),
    _C(
        "A5",
        "cluster: engine and version",
        lambda d: (d.cluster["Engine"], d.cluster["EngineVersion"]),
        lambda d: (ENGINE, d.inputs.engine_version),
    ),
    _C("A5", "cluster: status", lambda d: d.cluster["Status"], lambda _: "available"),
    _C("A5", "writer: identifier", lambda d: d.writer, lambda d: f"{d.cluster_name}-instance-1"),
    _C(
        "A5",
        "instances: number",
        lambda d: len(d.instances),
        lambda d: d.inputs.reader_count + 1,
    ),
    _C(
        "A5",
        "instances: class",
        lambda d: d.of_instances("DBInstanceClass"),
        lambda d: [d.inputs.instance_class],
    ),
    _C(
        "A5",
        "instances: publicly accessible",
        lambda d: d.of_instances("PubliclyAccessible"),
        lambda _: [False],
    ),
    _C("A6", "cluster: encrypted", lambda d: d.cluster["StorageEncrypted"], lambda _: True),
    _C(
        "A6",
        "cluster: days of backups",
        lambda d: d.cluster["BackupRetentionPeriod"],
        lambda d: d.inputs.backup_retention_days,
    ),
    _C(
        "A6",
        "cluster: backup window",
        lambda d: d.cluster["PreferredBackupWindow"],
        lambda d: d.inputs.backup_window,
    ),
    _C(
        "A6",
        "cluster: maintenance window",
        lambda d: d.cluster["PreferredMaintenanceWindow"],
        lambda d: d.inputs.maintenance_window,
    ),
    _C(
        "A6",
        "instances: maintenance window",
        lambda d: d.of_instances("PreferredMaintenanceWindow"),
        lambda d: [d.inputs.maintenance_window],
    ),
    _C(
        "A6",
        "cluster: exported logs",
        lambda d: d.cluster["EnabledCloudwatchLogsExports"],
        lambda _: ["postgresql"],
    ),
    _C(
        "A6",
        "log group: name",
        lambda d: d.log_group["logGroupName"],
        lambda d: f"/aws/rds/cluster/{d.cluster_name}/postgresql",
    ),
    _C(
        "A7",
        "instances: Performance Insights",
        lambda d: d.of_instances("PerformanceInsightsEnabled"),
        lambda _: [True],
    ),
    _C(
        "A7",
        "instances: days of Performance Insights",
        lambda d: d.of_instances("PerformanceInsightsRetentionPeriod"),
        lambda _: [7],
    ),
    _C(
        "A7",
        "instances: seconds of Enhanced Monitoring",
        lambda d: d.of_instances("MonitoringInterval"),
        lambda _: [60],
    ),
    _C(
        "A7",
        "instances: role of Enhanced Monitoring",
        lambda d: d.of_instances("MonitoringRoleArn"),
        lambda d: [d.outputs["monitoring_role_arn"]],
    ),
    _C(
        "A8",
        "cluster parameter group: name and family",
        lambda d: (
            d.cluster_parameter_group["DBClusterParameterGroupName"],
            d.cluster_parameter_group["DBParameterGroupFamily"],
        ),
        lambda d: (
            f"aurora-postgres{d.major}-cluster-pg-{d.suffix}",
            postgres.family(ENGINE, d.inputs.engine_version),
        ),
    ),
    _C(
        "A8",
        "DB parameter group: name and family",
        lambda d: (
            d.instance_parameter_group["DBParameterGroupName"],
            d.instance_parameter_group["DBParameterGroupFamily"],
        ),
        lambda d: (
            f"aurora-postgres{d.major}-db-pg-{d.suffix}",
            postgres.family(ENGINE, d.inputs.engine_version),
        ),
    ),
    _C(
        "A8",
        "cluster: its parameter group",
        lambda d: d.cluster["DBClusterParameterGroup"],
        lambda d: d.outputs["cluster_parameter_group_name"],
    ),
    _C(
        "A8",
        "instances: their parameter group",
        lambda d: sorted(
            {
                group["DBParameterGroupName"]
                for instance in d.instances
                for group in instance["DBParameterGroups"]
            }
        ),
        lambda d: [d.outputs["instance_parameter_group_name"]],
    ),
    _C(
        "A8",
        "parameters: rds.force_ssl",
        lambda d: d.cluster_parameters["rds.force_ssl"]["ParameterValue"],
        lambda _: "1",
    ),
    _C(
        "A8",
        "parameters: shared_preload_libraries",
        lambda d: d.instance_parameters["shared_preload_libraries"]["ParameterValue"],
        lambda _: _LIBRARIES,
    ),
    _C(
        "A8",
        "parameters: logging that is not set",
        lambda d: sorted(_LOGGED - d.instance_parameters.keys()),
        lambda _: [],
    ),
    _C(
        "A8",
        "parameters: how they are applied",
        lambda d: d.apply_methods(right=False),
        lambda d: d.apply_methods(right=True),
    ),
    _C(
        "A9",
        "role: name",
        lambda d: d.role["RoleName"],
        lambda d: f"rds-monitoring-role-{d.suffix}",
    ),
    _C("A9", "role: trusted by", lambda d: d.trust, lambda _: [{"Service": _TRUSTED}]),
    _C("A9", "role: policies", lambda d: d.policies, lambda _: [_MONITORING_POLICY]),
    _C(
        "A10",
        "bucket: name",
        lambda d: d.bucket,
        lambda d: f"tap-bucket-{d.suffix}-tapstack{d.suffix}",
    ),
    _C(
        "A10",
        "bucket: versioning",
        lambda d: d.client("s3").get_bucket_versioning(Bucket=d.bucket).get("Status"),
        lambda _: "Enabled",
    ),
    _C("A10", "bucket: encryption", lambda d: d.encryption, lambda _: "AES256"),
    _C(
        "X6",
        "bucket: closed to the public",
        lambda d: d.closed,
        lambda _: dict.fromkeys(_CLOSED, True),
    ),
    _C("X5", "bucket: refuses plain text", lambda d: d.refuses_plain_text, lambda _: True),
    _C(
        "A11",
        "cluster: master user",
        lambda d: d.cluster["MasterUsername"],
        lambda _: "postgresadmin",
    ),
    _C(
        "A11",
        "cluster: database",
        lambda d: d.cluster["DatabaseName"],
        lambda d: f"tapdb{d.suffix.replace('-', '')}",
    ),
    _C(
        "X4",
        "cluster: protected from deletion",
        lambda d: d.cluster["DeletionProtection"],
        lambda d: not d.inputs.destroyable,
    ),
    _C(
        "X8",
        "cluster: tags",
        lambda d: sorted(
            {"Environment", "System", "ManagedBy", "Repository"} - _tags(d.cluster).keys()
        ),
        lambda _: [],
    ),
    _C(
        "X11",
        "secret of the master password",
        lambda d: d.secret,
        lambda d: d.outputs["master_user_secret_arn"],
    ),
)
