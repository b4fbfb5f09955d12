"""What the requirements of aurora-migration say, looked up in an account.

They hold before a migration and in the middle of one: what the cutover function owns is held to its
rules, such as weights that add up to 100, and not to where it begins.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tapforge.facts import dms, postgres
from tapforge.live.checks import Check
from tapforge.live.common import alarm_checks
from tapforge.live.deployed import (
    Deployed,
    Found,
    apply_methods,
    every,
    missing_tags,
    only,
    right_apply_methods,
    rules,
    tags,
    values,
)

ENGINE = "aurora-postgresql"
_NAME = "migration"
_PORT = 5432
_SETS = {"onprem", "aurora"}
_REPLICATION = {"rds.logical_replication": "1", "rds.force_ssl": "1"}
_GRAPHED = {
    "AuroraReplicaLag",
    "CDCLatencySource",
    "CDCLatencyTarget",
    "CDCThroughputRowsTarget",
    "DatabaseConnections",
    "FullLoadThroughputRowsTarget",
}
_ACCOUNT_ROLES = {
    "dms-vpc-role": "AmazonDMSVPCManagementRole",
    "dms-cloudwatch-logs-role": "AmazonDMSCloudWatchLogsRole",
}
_OLD, _NEW = "postgres", ENGINE
# Side, engine and what is particular, by direction and side.
_ENDPOINTS = {
    "forward_source": ("source", _OLD),
    "forward_target": ("target", _NEW),
    "reverse_source": ("source", _NEW),
    "reverse_target": ("target", _OLD),
}


# --- Aurora -----------------------------------------------------------------------------------------


def _cluster(d: Deployed) -> Found:
    return d.cluster(d.outputs["cluster_identifier"])


def _instances(d: Deployed) -> list[Found]:
    return d.instances_of_cluster(d.outputs["cluster_identifier"])


def _parameters(d: Deployed) -> dict[str, Found]:
    of_cluster = d.cluster_parameters(d.outputs["cluster_parameter_group_name"])
    return of_cluster | d.parameters(d.outputs["instance_parameter_group_name"])


def _number(d: Deployed, name: str) -> int:
    return int(_parameters(d)[name]["ParameterValue"])


# --- replication ------------------------------------------------------------------------------------


def _described(d: Deployed, what: str, filter_: str, arn: str) -> Found:
    operation = f"describe_{what}"
    found = d.ask("dms", operation, Filters=[{"Name": filter_, "Values": [arn]}])
    return only(found["".join(word.title() for word in what.split("_"))])


def _replication(d: Deployed) -> Found:
    arn = d.outputs["replication_instance_arn"]
    return _described(d, "replication_instances", "replication-instance-arn", arn)


def _endpoint(d: Deployed, label: str) -> Found:
    return _described(d, "endpoints", "endpoint-arn", d.outputs["endpoint_arns"][label])


def _task(d: Deployed, direction: str) -> Found:
    arn = d.outputs[f"{direction}_task_arn"]
    return _described(d, "replication_tasks", "replication-task-arn", arn)


def _settings(d: Deployed, direction: str, *path: str) -> Any:
    found: Any = json.loads(_task(d, direction)["ReplicationTaskSettings"])
    for name in path:
        found = found[name]
    return found


def _mapped(d: Deployed, direction: str) -> list[str]:
    found = json.loads(_task(d, direction)["TableMappings"])["rules"]
    locators = [rule["object-locator"] for rule in found if rule["rule-action"] == "include"]
    return [f"{each['schema-name']}.{each['table-name']}" for each in locators]


def _secret(d: Deployed, engine: str) -> str:
    return str(d.outputs["target_secret_arn"] if engine == _NEW else d.inputs.source_secret_arn)


def _tls(d: Deployed, engine: str) -> str:
    certificate = (
        d.inputs.target_certificate_arn if engine == _NEW else d.inputs.source_certificate_arn
    )
    return "verify-full" if certificate else "require"


def _endpoint_checks(label: str) -> tuple[Check, ...]:
    side, engine = _ENDPOINTS[label]
    requirement = "D2" if label.startswith("forward") else "D10"
    return (
        Check(
            requirement,
            f"endpoint {label}: side and engine",
            lambda d: (
                _endpoint(d, label)["EndpointType"].lower(),
                _endpoint(d, label)["EngineName"],
            ),
            lambda _: (side, engine),
        ),
        Check(
            requirement,
            f"endpoint {label}: TLS",
            lambda d: _endpoint(d, label)["SslMode"],
            lambda d: _tls(d, engine),
        ),
        Check(
            requirement,
            f"endpoint {label}: secret and role",
            lambda d: [_endpoint(d, label)["PostgreSQLSettings"].get(key) for key in _BY_SECRET],
            lambda d: [_secret(d, engine), d.outputs["replication_secret_role_arn"]],
        ),
        Check(
            "X11",
            f"endpoint {label}: user of its own",
            lambda d: _endpoint(d, label).get("Username") or None,
            lambda _: None,
        ),
    )


_BY_SECRET = ("SecretsManagerSecretId", "SecretsManagerAccessRoleArn")


def _task_checks(direction: str, requirement: str, kind: str) -> tuple[Check, ...]:
    return (
        Check(
            requirement,
            f"task {direction}: what it does",
            lambda d: _task(d, direction)["MigrationType"],
            lambda _: kind,
        ),
        Check(
            requirement,
            f"task {direction}: from and to",
            lambda d: [
                _task(d, direction)[key] for key in ("SourceEndpointArn", "TargetEndpointArn")
            ],
            lambda d: [
                d.outputs["endpoint_arns"][f"{direction}_{side}"] for side in ("source", "target")
            ],
        ),
        Check(
            requirement,
            f"task {direction}: tables",
            lambda d: _mapped(d, direction),
            lambda d: [*(f"{name}.%" for name in d.inputs.schemas), "tapforge_cutover.sentinel"],
        ),
        Check(
            requirement,
            f"task {direction}: validation and log",
            lambda d: (
                _settings(d, direction, "ValidationSettings", "EnableValidation"),
                _settings(d, direction, "Logging", "EnableLogging"),
            ),
            lambda _: (True, True),
        ),
    )


def _account_role(name: str, policy: str) -> Check:
    return Check(
        "D2",
        f"role of the account: {name}",
        lambda d: (d.trusted(name), d.managed_policies(name)),
        lambda _: ([{"Service": "dms.amazonaws.com"}], [policy]),
    )


# --- network and names ------------------------------------------------------------------------------


def _peering(d: Deployed) -> Found:
    found = d.ask(
        "ec2",
        "describe_vpc_peering_connections",
        VpcPeeringConnectionIds=[d.outputs["peering_connection_id"]],
    )
    return only(found["VpcPeeringConnections"])


def _peered(d: Deployed, output: str) -> set[str]:
    """Where the peering connection leads to from each of some route tables."""
    found = d.ask("ec2", "describe_route_tables", RouteTableIds=d.outputs[output])["RouteTables"]
    return {
        next(
            (
                route["DestinationCidrBlock"]
                for route in table["Routes"]
                if route.get("VpcPeeringConnectionId") == d.outputs["peering_connection_id"]
            ),
            f"nowhere from {table['RouteTableId']}",
        )
        for table in found
    }


def _all_tables(d: Deployed, vpc: str) -> list[str]:
    found = d.ask(
        "ec2", "describe_route_tables", Filters=[{"Name": "vpc-id", "Values": [d.outputs[vpc]]}]
    )["RouteTables"]
    # The main table is AWS's own, and no subnet uses it.
    ours = [each for each in found if not any(link.get("Main") for link in each["Associations"])]
    return sorted(each["RouteTableId"] for each in ours)


def _clients(d: Deployed) -> set[str]:
    return set(d.outputs["production_security_groups"].values())


def _admitted(d: Deployed) -> set[str]:
    found = rules(d.security_group(d.outputs["security_group_id"])["IpPermissions"])
    return {rule[3] for rule in found if rule[:3] == ("tcp", _PORT, _PORT)}


def _sent(d: Deployed) -> set[bool]:
    """Whether each of the applications' groups may send to the cluster."""
    wanted = ("tcp", _PORT, _PORT, d.outputs["security_group_id"])
    return {
        wanted in rules(d.security_group(group)["IpPermissionsEgress"]) for group in _clients(d)
    }


def _zone(d: Deployed) -> Found:
    found: Found = d.ask("route53", "get_hosted_zone", Id=d.outputs["zone_id"])
    return found


def _records(d: Deployed, output: str) -> dict[str, Found]:
    """The weighted records of a name, by the side that they lead to."""
    found = d.ask("route53", "list_resource_record_sets", HostedZoneId=d.outputs["zone_id"])
    name = d.outputs[output].rstrip(".") + "."
    return {
        each["SetIdentifier"]: each
        for each in found["ResourceRecordSets"]
        if each["Name"] == name and "Weight" in each
    }


def _weights(d: Deployed, output: str) -> tuple[int, int]:
    found = _records(d, output)
    return int(found["onprem"]["Weight"]), int(found["aurora"]["Weight"])


def _leads(d: Deployed, output: str) -> list[str]:
    return [
        _records(d, output)[side]["ResourceRecords"][0]["Value"].rstrip(".")
        for side in ("onprem", "aurora")
    ]


def _name_checks(output: str, endpoint: str, old: Callable[[Deployed], str]) -> tuple[Check, ...]:
    return (
        Check("D5", f"{output}: sides", lambda d: set(_records(d, output)), lambda _: _SETS),
        Check(
            "D5",
            f"{output}: where its sides lead to",
            lambda d: _leads(d, output),
            lambda d: [old(d), d.outputs[endpoint]],
        ),
        Check(
            "D5",
            f"{output}: seconds that resolvers keep it",
            lambda d: every(_records(d, output).values(), "TTL"),
            lambda d: [d.inputs.ttl],
        ),
        Check("D5", f"{output}: sum of weights", lambda d: sum(_weights(d, output)), lambda _: 100),
    )


# --- the function -----------------------------------------------------------------------------------


def _checkpoint(d: Deployed) -> Found:
    found = d.ask("ssm", "get_parameter", Name=d.outputs["state_parameter"])["Parameter"]
    return dict(json.loads(found["Value"]))


def _function(d: Deployed) -> Found:
    name = d.outputs["cutover_function_name"]
    found: Found = d.ask("lambda", "get_function_configuration", FunctionName=name)
    return found


def _told(d: Deployed, name: str) -> str | None:
    found: str | None = _function(d)["Environment"]["Variables"].get(f"CUTOVER_{name.upper()}")
    return found


_TELLS = {
    "state_parameter": "state_parameter",
    "topic_arn": "topic_arn",
    "zone_id": "zone_id",
    "writer_name": "writer_name",
    "reader_name": "reader_name",
    "new_cluster": "cluster_identifier",
    "snapshot": "snapshot_identifier",
    "forward_task_arn": "forward_task_arn",
    "reverse_task_arn": "reverse_task_arn",
}


def _secrets_of_function(d: Deployed) -> list[str]:
    return [
        d.inputs.source_cutover_secret_arn or d.inputs.source_secret_arn,
        d.inputs.target_cutover_secret_arn or d.outputs["target_secret_arn"],
    ]


def _rule(d: Deployed, label: str) -> Found:
    found: Found = d.ask("events", "describe_rule", Name=d.named(f"{_NAME}-cutover-{label}"))
    return found


def _pattern(d: Deployed, label: str) -> Found:
    return dict(json.loads(_rule(d, label)["EventPattern"]))


def _targets(d: Deployed, label: str) -> set[str]:
    found = d.ask("events", "list_targets_by_rule", Rule=d.named(f"{_NAME}-cutover-{label}"))
    return {each["Arn"] for each in found["Targets"]}


def _callers(d: Deployed) -> set[tuple[str, str]]:
    """Who may call the function: the service, and the rule on whose behalf."""
    name = d.outputs["cutover_function_name"]
    policy = json.loads(d.ask("lambda", "get_policy", FunctionName=name)["Policy"])
    return {
        (each["Principal"]["Service"], each["Condition"]["ArnLike"]["AWS:SourceArn"])
        for each in policy["Statement"]
    }


def _alarm_arns(d: Deployed) -> list[str]:
    names = d.outputs["alarm_names"]
    return sorted(d.alarm(name)["AlarmArn"] for what, name in names.items() if "lag" in what)


def _latency(stem: str, metric: str, task: str, missing: str) -> tuple[Check, ...]:
    return alarm_checks(
        "D9",
        f"{_NAME}-{stem}-lag",
        metric,
        lambda _: 60,
        lambda d: {
            "ReplicationInstanceIdentifier": d.outputs["replication_instance_identifier"],
            "ReplicationTaskIdentifier": d.outputs[task].rpartition(":")[2],
        },
        Namespace="AWS/DMS",
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData=missing,
        ActionsEnabled=True,
    )


def _graphs(d: Deployed) -> set[str]:
    found = d.ask("cloudwatch", "get_dashboard", DashboardName=d.outputs["dashboard_name"])
    return {
        line[1]
        for widget in json.loads(found["DashboardBody"])["widgets"]
        for line in widget["properties"].get("metrics", ())
    }


def _publishers(d: Deployed) -> list[str]:
    statements = json.loads(d.topic(d.outputs["topic_arn"])["Policy"])["Statement"]
    found = [each["Principal"]["Service"] for each in statements if each["Effect"] == "Allow"]
    return sorted(
        each for names in found for each in ([names] if isinstance(names, str) else names)
    )


def _selected(d: Deployed) -> list[str]:
    id_ = d.outputs["backup_plan_id"]
    found = d.ask("backup", "list_backup_selections", BackupPlanId=id_)["BackupSelectionsList"]
    return [
        arn
        for each in found
        for arn in d.ask(
            "backup", "get_backup_selection", BackupPlanId=id_, SelectionId=each["SelectionId"]
        )["BackupSelection"]["Resources"]
    ]


def _as_list(value: Any) -> list[str]:
    return sorted([value] if isinstance(value, str) else value)


def _read_secrets(d: Deployed, role: str) -> list[str]:
    """The secrets that a role reads."""
    return sorted(
        arn
        for statement in d.own_statements(d.outputs[role])
        if "secretsmanager:GetSecretValue" in _as_list(statement["Action"])
        for arn in _as_list(statement["Resource"])
    )


CHECKS: tuple[Check, ...] = (
    # --- D1 ---
    Check(
        "D1",
        "cluster: identifier, engine and version",
        lambda d: [_cluster(d)[k] for k in ("DBClusterIdentifier", "Engine", "EngineVersion")],
        lambda d: [d.named(f"{_NAME}-aurora"), ENGINE, d.inputs.engine_version],
    ),
    Check(
        "D1",
        "cluster: readers",
        lambda d: sum(not each["IsClusterWriter"] for each in _cluster(d)["DBClusterMembers"]),
        lambda d: d.inputs.reader_count,
    ),
    Check(
        "D1",
        "instances: number of zones",
        lambda d: len(set(every(_instances(d), "AvailabilityZone"))),
        lambda d: min(d.inputs.reader_count + 1, d.inputs.zone_count),
    ),
    Check(
        "D1",
        "instances: class",
        lambda d: every(_instances(d), "DBInstanceClass"),
        lambda d: [d.inputs.instance_class],
    ),
    Check(
        "D1",
        "cluster: key",
        lambda d: (_cluster(d)["StorageEncrypted"], _cluster(d)["KmsKeyId"]),
        lambda d: (True, d.outputs["kms_key_arn"]),
    ),
    Check("D1", "key: rotation", lambda d: d.rotates(d.outputs["kms_key_arn"]), lambda _: True),
    Check(
        "D1",
        "cluster: days back to any point in time",
        lambda d: _cluster(d)["BackupRetentionPeriod"],
        lambda d: d.inputs.backup_retention_days,
    ),
    Check(
        "D1",
        "parameters: replication and TLS",
        lambda d: values(_parameters(d), _REPLICATION),
        lambda d: {
            name: "1" if name == "rds.force_ssl" else d.inputs.cluster_parameters.get(name, value)
            for name, value in _REPLICATION.items()
        },
    ),
    Check(
        "D1",
        "parameters: room for the workers of replication",
        lambda d: (
            _number(d, "max_worker_processes")
            > _number(d, "max_logical_replication_workers") + _number(d, "max_parallel_workers")
        ),
        lambda _: True,
    ),
    # --- D2 ---
    Check(
        "D2",
        "replication instance: class",
        lambda d: _replication(d)["ReplicationInstanceClass"],
        lambda d: d.inputs.replication_instance_class,
    ),
    Check(
        "D2",
        "replication instance: 2 vCPU and 8 GB at least",
        lambda d: dms.check(_replication(d)["ReplicationInstanceClass"], 2, 8192),
        lambda _: None,
    ),
    Check(
        "D2",
        "replication instance: subnets",
        lambda d: sorted(
            each["SubnetIdentifier"]
            for each in _replication(d)["ReplicationSubnetGroup"]["Subnets"]
        ),
        lambda d: sorted(d.outputs["private_subnet_ids"]),
    ),
    Check(
        "D2",
        "replication instance: security groups",
        lambda d: every(_replication(d)["VpcSecurityGroups"], "VpcSecurityGroupId"),
        lambda d: [d.outputs["replication_security_group_id"]],
    ),
    Check(
        "D2",
        "replication instance: key",
        lambda d: _replication(d)["KmsKeyId"],
        lambda d: d.outputs["kms_key_arn"],
    ),
    Check(
        "X6",
        "replication instance: publicly accessible",
        lambda d: _replication(d)["PubliclyAccessible"],
        lambda _: False,
    ),
    *_endpoint_checks("forward_source"),
    *_endpoint_checks("forward_target"),
    Check(
        "D2",
        "role of the secrets: trusted by",
        lambda d: d.trusted(d.outputs["replication_secret_role_arn"]),
        lambda d: [{"Service": f"dms.{d.inputs.aws_region}.amazonaws.com"}],
    ),
    Check(
        "D2",
        "role of the secrets: reads",
        lambda d: _read_secrets(d, "replication_secret_role_arn"),
        lambda d: sorted([d.inputs.source_secret_arn, d.outputs["target_secret_arn"]]),
    ),
    *(_account_role(name, policy) for name, policy in _ACCOUNT_ROLES.items()),
    # --- D3 ---
    *_task_checks("forward", "D3", "full-load-and-cdc"),
    Check(
        "D3",
        "log of the tasks: days and key",
        lambda d: [
            d.log_group(d.outputs["replication_log_group_name"])[key]
            for key in ("retentionInDays", "kmsKeyId")
        ],
        lambda d: [30, d.outputs["kms_key_arn"]],
    ),
    # --- D4 ---
    Check("D4", "peering: state", lambda d: _peering(d)["Status"]["Code"], lambda _: "active"),
    Check(
        "D4",
        "peering: sides",
        lambda d: [_peering(d)[f"{side}VpcInfo"]["VpcId"] for side in ("Requester", "Accepter")],
        lambda d: [d.outputs["vpc_id"], d.outputs["production_vpc_id"]],
    ),
    Check(
        "D4",
        "peering: names resolve across",
        lambda d: [
            _peering(d)[f"{side}VpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"]
            for side in ("Requester", "Accepter")
        ],
        lambda _: [True, True],
    ),
    Check(
        "D4",
        "route tables: all of them",
        lambda d: [
            _all_tables(d, "vpc_id"),
            # Others may have tables in a VPC that is not made here.
            sorted(
                set(d.outputs["production_route_table_ids"])
                & set(_all_tables(d, "production_vpc_id"))
            ),
        ],
        lambda d: [
            sorted(d.outputs["route_table_ids"]),
            sorted(d.outputs["production_route_table_ids"]),
        ],
    ),
    Check(
        "D4",
        "routes: from here",
        lambda d: _peered(d, "route_table_ids"),
        lambda d: {d.inputs.production_vpc_cidr},
    ),
    Check(
        "D4",
        "routes: back",
        lambda d: _peered(d, "production_route_table_ids"),
        lambda d: {d.inputs.vpc_cidr},
    ),
    Check(
        "D4",
        "cluster: applications that it does not admit",
        lambda d: _clients(d) - _admitted(d),
        lambda _: set(),
    ),
    Check("D4", "applications: may send to the cluster", _sent, lambda _: {True}),
    Check("X10", "NAT gateways: number", lambda d: len(d.nat_gateways), lambda _: 1),
    # --- D5 ---
    Check(
        "D5",
        "zone: private",
        lambda d: _zone(d)["HostedZone"]["Config"]["PrivateZone"],
        lambda _: True,
    ),
    Check(
        "D5",
        "zone: who sees it",
        lambda d: {each["VPCId"] for each in _zone(d)["VPCs"]},
        lambda d: {d.outputs["vpc_id"], d.outputs["production_vpc_id"]},
    ),
    *_name_checks("writer_name", "cluster_endpoint", lambda d: d.inputs.source_host),
    *_name_checks(
        "reader_name",
        "cluster_reader_endpoint",
        lambda d: d.inputs.source_reader_host or d.inputs.source_host,
    ),
    Check(
        "D5",
        "writer_name: whole",
        lambda d: _weights(d, "writer_name") in {(100, 0), (0, 100)},
        lambda _: True,
    ),
    # --- D6, D12 ---
    Check(
        "D6",
        "checkpoint: what it holds",
        lambda d: {"phase", "writer", "reader", "lag", "history"} - _checkpoint(d).keys(),
        lambda _: set(),
    ),
    Check(
        "D12",
        "checkpoint: weights that are not those of the names",
        lambda d: {
            name: (found["old"], found["new"])
            for name, output in (("writer", "writer_name"), ("reader", "reader_name"))
            if (found := _checkpoint(d)[name])
            and (found["old"], found["new"]) != _weights(d, output)
        },
        lambda _: {},
    ),
    # --- D7 ---
    Check(
        "D7",
        "rule of the tasks: what it matches",
        lambda d: (
            _pattern(d, "tasks")["source"],
            _pattern(d, "tasks")["detail-type"],
            sorted(_pattern(d, "tasks")["resources"]),
        ),
        lambda d: (
            ["aws.dms"],
            ["DMS Replication Task State Change"],
            sorted([d.outputs["forward_task_arn"], d.outputs["reverse_task_arn"]]),
        ),
    ),
    Check(
        "D7",
        "rule of the tasks: targets",
        lambda d: _targets(d, "tasks"),
        lambda d: {d.outputs["cutover_function_arn"], d.outputs["topic_arn"]},
    ),
    Check(
        "D7",
        "rule of the alarms: what it matches, and its target",
        lambda d: (sorted(_pattern(d, "alarms")["resources"]), _targets(d, "alarms")),
        lambda d: (_alarm_arns(d), {d.outputs["cutover_function_arn"]}),
    ),
    Check(
        "D7",
        "rules: state",
        lambda d: {_rule(d, label)["State"] for label in ("tasks", "alarms", "clock")},
        lambda _: {"ENABLED"},
    ),
    Check(
        "D7",
        "function: who may call it",
        _callers,
        lambda d: {
            ("events.amazonaws.com", _rule(d, label)["Arn"])
            for label in ("tasks", "alarms", "clock")
        },
    ),
    Check(
        "D7",
        "topic: who may publish",
        _publishers,
        lambda _: ["cloudwatch.amazonaws.com", "events.amazonaws.com"],
    ),
    Check(
        "D7",
        "topic: who is told",
        lambda d: d.listeners(d.outputs["topic_arn"]),
        lambda d: sorted(d.inputs.alarm_emails),
    ),
    # --- D8 ---
    Check(
        "D8",
        "function: subnets and group",
        lambda d: (
            sorted(_function(d)["VpcConfig"]["SubnetIds"]),
            _function(d)["VpcConfig"]["SecurityGroupIds"],
        ),
        lambda d: (
            sorted(d.outputs["private_subnet_ids"]),
            [d.outputs["cutover_security_group_id"]],
        ),
    ),
    Check(
        "D8",
        "function: what it is told",
        lambda d: [_told(d, name) for name in _TELLS],
        lambda d: [d.outputs[output] for output in _TELLS.values()],
    ),
    Check(
        "D8",
        "function: secrets that it reads, and is told of",
        lambda d: [
            _read_secrets(d, "cutover_role_arn"),
            [_told(d, "old_secret_arn"), _told(d, "new_secret_arn")],
        ],
        lambda d: [sorted(_secrets_of_function(d)), _secrets_of_function(d)],
    ),
    Check(
        "D8",
        "function: days of its log",
        lambda d: d.log_group(d.outputs["cutover_log_group_name"])["retentionInDays"],
        lambda _: 90,
    ),
    # --- D9 ---
    *_latency("source", "CDCLatencySource", "forward_task_arn", "breaching"),
    *_latency("target", "CDCLatencyTarget", "forward_task_arn", "breaching"),
    *_latency("reverse-source", "CDCLatencySource", "reverse_task_arn", "notBreaching"),
    *_latency("reverse-target", "CDCLatencyTarget", "reverse_task_arn", "notBreaching"),
    Check(
        "D9",
        "dashboard: metrics that are missing",
        lambda d: _GRAPHED - _graphs(d),
        lambda _: set(),
    ),
    # --- D10 ---
    *_endpoint_checks("reverse_source"),
    *_endpoint_checks("reverse_target"),
    *_task_checks("reverse", "D10", "cdc"),
    Check(
        "D10",
        "endpoint reverse_source: slot",
        lambda d: [
            _endpoint(d, "reverse_source")["PostgreSQLSettings"].get(key)
            for key in ("SlotName", "PluginName")
        ],
        lambda d: [_told(d, "reverse_slot"), _told(d, "reverse_plugin")],
    ),
    Check(
        "D10", "cluster: backtrack", lambda d: _cluster(d).get("BacktrackWindow", 0), lambda _: 0
    ),
    # --- D11 ---
    Check(
        "D11",
        "backup plan: what it backs up",
        _selected,
        lambda d: [d.outputs["cluster_arn"]],
    ),
    Check(
        "D11",
        "backup vault: key",
        lambda d: d.ask(
            "backup", "describe_backup_vault", BackupVaultName=d.outputs["backup_vault_name"]
        )["EncryptionKeyArn"],
        lambda d: d.outputs["kms_key_arn"],
    ),
    # --- X ---
    Check(
        "X4",
        "cluster: protected from deletion",
        lambda d: _cluster(d)["DeletionProtection"],
        lambda d: d.protected,
    ),
    Check(
        "X6",
        "instances: publicly accessible",
        lambda d: every(_instances(d), "PubliclyAccessible"),
        lambda _: [False],
    ),
    Check(
        "X6",
        "replication instance and function: ingress",
        lambda d: [
            rules(d.security_group(d.outputs[group])["IpPermissions"])
            for group in ("replication_security_group_id", "cutover_security_group_id")
        ],
        lambda _: [[], []],
    ),
    Check(
        "X8", "cluster: tags that are missing", lambda d: missing_tags(_cluster(d)), lambda _: []
    ),
    Check(
        "X8",
        "cluster: system",
        lambda d: tags(_cluster(d))["System"],
        lambda _: "aurora-migration",
    ),
    Check(
        "X9",
        "parameters: family",
        lambda d: d.cluster_parameter_group(d.outputs["cluster_parameter_group_name"])[
            "DBParameterGroupFamily"
        ],
        lambda d: postgres.family(ENGINE, d.inputs.engine_version),
    ),
    Check(
        "X9",
        "parameters: how they are applied",
        lambda d: apply_methods(_parameters(d)),
        lambda d: right_apply_methods(ENGINE, d.inputs.engine_version, _parameters(d)),
    ),
    Check(
        "X11",
        "secret of Aurora: what DMS and the function need beside user and password",
        lambda d: (
            None
            if d.inputs.target_secret_arn
            else [d.secret_holds(d.outputs["target_secret_arn"])[key] for key in ("host", "port")]
        ),
        lambda d: None if d.inputs.target_secret_arn else [d.outputs["cluster_endpoint"], _PORT],
    ),
)
