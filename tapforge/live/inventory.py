"""What somebody has made in an account: what AWS makes by itself is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs

from tapforge.live.deployed import Client

Found = dict[str, Any]


def _always(_: Found) -> bool:
    return True


@attrs.frozen
class Kind:
    """A kind of thing that can be listed.

    Attributes:
        name: What messages call it.
        service: The service's name in boto3.
        operation: The operation that lists it, such as `describe_vpcs`.
        items: The key of the list in the answer; of a list in each of its items after a full stop.
        id: The key of the name of each; empty if the list holds the names.
        counts: Tells whether one is there and was made by somebody.
        arguments: What the operation is called with.
        describe: Asks for what the list does not say of one.
    """

    name: str
    service: str
    operation: str
    items: str
    id: str
    counts: Callable[[Found], bool] = _always
    arguments: Found = attrs.field(factory=dict)
    describe: Callable[[Any, Found], Found] | None = None

    def list(self, client: Client) -> Iterator[tuple[str, str]]:
        """Give each one of the kind that is there."""
        service = client(self.service)
        for answer in self._answers(service):
            for item in _items(answer, self.items.split(".")):
                found = self.describe(service, item) if self.describe else item
                if not self.id or self.counts(found):
                    yield self.name, str(found[self.id] if self.id else found)

    def _answers(self, service: Any) -> Iterable[Found]:
        if service.can_paginate(self.operation):
            pages: Iterable[Found] = service.get_paginator(self.operation).paginate(
                **self.arguments
            )
            return pages
        return [getattr(service, self.operation)(**self.arguments)]


def _items(answer: Found, path: Sequence[str]) -> Iterator[Any]:
    key, *rest = path
    for item in answer.get(key) or ():
        if rest:
            yield from _items(item, rest)
        else:
            yield item


def _ends(*names: str) -> Callable[[Found], bool]:
    """Things that stay in the list for a while after they were deleted."""

    def counts(item: Found) -> bool:
        state = item.get("State", item.get("Status", ""))
        state = state.get("Name", state.get("Code", "")) if isinstance(state, dict) else state
        return state not in names

    return counts


def _not_default(key: str) -> Callable[[Found], bool]:
    return lambda item: not item[key].startswith("default")


def _made_by_hand(snapshot: Found) -> bool:
    """Automated snapshots go with their cluster or instance; the emulator keeps a cluster's."""
    return str(snapshot["SnapshotType"]) != "automated"


KINDS: tuple[Kind, ...] = (
    # Every region of an account has a VPC that AWS made, with what belongs to one.
    Kind("VPC", "ec2", "describe_vpcs", "Vpcs", "VpcId", lambda each: not each["IsDefault"]),
    Kind(
        "subnet", "ec2", "describe_subnets", "Subnets", "SubnetId", lambda e: not e["DefaultForAz"]
    ),
    Kind(
        "security group",
        "ec2",
        "describe_security_groups",
        "SecurityGroups",
        "GroupId",
        lambda each: each["GroupName"] != "default",
    ),
    Kind(
        "route table",
        "ec2",
        "describe_route_tables",
        "RouteTables",
        "RouteTableId",
        lambda each: not any(link.get("Main") for link in each["Associations"]),
    ),
    Kind(
        "instance",
        "ec2",
        "describe_instances",
        "Reservations.Instances",
        "InstanceId",
        _ends("terminated", "shutting-down"),
    ),
    Kind("elastic IP", "ec2", "describe_addresses", "Addresses", "AllocationId"),
    Kind(
        "NAT gateway",
        "ec2",
        "describe_nat_gateways",
        "NatGateways",
        "NatGatewayId",
        _ends("deleted", "deleting"),
    ),
    Kind(
        "VPC endpoint",
        "ec2",
        "describe_vpc_endpoints",
        "VpcEndpoints",
        "VpcEndpointId",
        _ends("deleted", "deleting"),
    ),
    Kind(
        "VPC peering",
        "ec2",
        "describe_vpc_peering_connections",
        "VpcPeeringConnections",
        "VpcPeeringConnectionId",
        _ends("deleted", "deleting"),
    ),
    Kind("flow log", "ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    Kind("Aurora cluster", "rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    Kind("DB instance", "rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    Kind("DB proxy", "rds", "describe_db_proxies", "DBProxies", "DBProxyName"),
    Kind(
        "DB cluster snapshot",
        "rds",
        "describe_db_cluster_snapshots",
        "DBClusterSnapshots",
        "DBClusterSnapshotIdentifier",
        _made_by_hand,
    ),
    Kind(
        "DB snapshot",
        "rds",
        "describe_db_snapshots",
        "DBSnapshots",
        "DBSnapshotIdentifier",
        _made_by_hand,
    ),
    Kind(
        "DB subnet group",
        "rds",
        "describe_db_subnet_groups",
        "DBSubnetGroups",
        "DBSubnetGroupName",
        _not_default("DBSubnetGroupName"),
    ),
    Kind(
        "cluster parameter group",
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups",
        "DBClusterParameterGroupName",
        _not_default("DBClusterParameterGroupName"),
    ),
    Kind(
        "DB parameter group",
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups",
        "DBParameterGroupName",
        _not_default("DBParameterGroupName"),
    ),
    Kind(
        "RDS event subscription",
        "rds",
        "describe_event_subscriptions",
        "EventSubscriptionsList",
        "CustSubscriptionId",
    ),
    Kind(
        "role",
        "iam",
        "list_roles",
        "Roles",
        "RoleName",
        lambda each: not each["Path"].startswith("/aws-"),
    ),
    Kind("policy", "iam", "list_policies", "Policies", "PolicyName", arguments={"Scope": "Local"}),
    Kind(
        "instance profile",
        "iam",
        "list_instance_profiles",
        "InstanceProfiles",
        "InstanceProfileName",
    ),
    Kind("log group", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    Kind("secret", "secretsmanager", "list_secrets", "SecretList", "Name"),
    Kind("bucket", "s3", "list_buckets", "Buckets", "Name"),
    Kind(
        "parameter",
        "ssm",
        "describe_parameters",
        "Parameters",
        "Name",
        lambda each: not each["Name"].startswith("/aws/"),
    ),
    Kind(
        "KMS alias",
        "kms",
        "list_aliases",
        "Aliases",
        "AliasName",
        lambda each: not each["AliasName"].startswith("alias/aws/"),
    ),
    Kind(
        "KMS key",
        "kms",
        "list_keys",
        "Keys",
        "KeyId",
        lambda each: each["KeyManager"] == "CUSTOMER" and each["KeyState"] != "PendingDeletion",
        describe=lambda kms, key: kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"],
    ),
    Kind(
        "scalable target",
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        "ResourceId",
        arguments={"ServiceNamespace": "rds"},
    ),
    Kind(
        "stack",
        "cloudformation",
        "describe_stacks",
        "Stacks",
        "StackName",
        lambda each: each["StackStatus"] != "DELETE_COMPLETE",
    ),
    Kind("topic", "sns", "list_topics", "Topics", "TopicArn"),
    Kind("queue", "sqs", "list_queues", "QueueUrls", ""),
    Kind("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    Kind("dashboard", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    Kind("event rule", "events", "list_rules", "Rules", "Name"),
    Kind("function", "lambda", "list_functions", "Functions", "FunctionName"),
    Kind("hosted zone", "route53", "list_hosted_zones", "HostedZones", "Id"),
    Kind("health check", "route53", "list_health_checks", "HealthChecks", "Id"),
    Kind(
        "DMS instance",
        "dms",
        "describe_replication_instances",
        "ReplicationInstances",
        "ReplicationInstanceIdentifier",
    ),
    Kind("DMS endpoint", "dms", "describe_endpoints", "Endpoints", "EndpointIdentifier"),
    Kind(
        "DMS task",
        "dms",
        "describe_replication_tasks",
        "ReplicationTasks",
        "ReplicationTaskIdentifier",
    ),
    Kind("backup vault", "backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    Kind("backup plan", "backup", "list_backup_plans", "BackupPlansList", "BackupPlanName"),
)
"""What the systems make, and what could be left of it."""


def inventory(client: Client, kinds: Iterable[Kind] = KINDS) -> list[tuple[str, str]]:
    """List what somebody has made in an account.

    What AWS only keeps for a while, such as deleted NAT gateways or secrets in their recovery window,
    is not counted.

    Args:
        client: Gives boto3 clients of the account.
        kinds: What to look for.

    Returns:
        Kind and name of each thing.
    """
    return [each for kind in kinds for each in kind.list(client)]
