"""A deployed system, looked up in an account: what the checks of every system ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tapforge.facts import parameters, postgres

Client = Callable[[str], Any]
"""Gives the boto3 client of a service, such as `rds`: of a real account, or of an emulator."""

Found = Mapping[str, Any]

_CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_TAGGED = {"Environment", "System", "ManagedBy", "Repository"}
_BY_TLS = "aws:SecureTransport"
_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "EgressOnlyInternetGatewayId",
)


class Deployed:
    """A deployed system, read through boto3 when it is first looked at.

    Args:
        inputs: The values of the system's inputs.
        outputs: The values of its outputs.
        client: Gives the clients of the account.
    """

    def __init__(self, inputs: Any, outputs: Mapping[str, Any], client: Client) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.client = client
        self._answers: dict[str, Any] = {}

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        """Give the answer of an operation, all pages of it; asked once.

        Args:
            service: The service's name in boto3.
            operation: The operation, such as `describe_vpcs`.
            arguments: What it is called with.
        """
        key = f"{service} {operation} {sorted(arguments.items())}"
        if key not in self._answers:
            client = self.client(service)
            self._answers[key] = (
                client.get_paginator(operation).paginate(**arguments).build_full_result()
                if client.can_paginate(operation)
                else getattr(client, operation)(**arguments)
            )
        return self._answers[key]

    @property
    def suffix(self) -> str:
        """The environment suffix, which ends every name."""
        return str(self.inputs.environment_suffix)

    def named(self, stem: str) -> str:
        """A name of this environment."""
        return f"{stem}-{self.suffix}"

    @property
    def protected(self) -> bool:
        """Whether the environment is protected from deletion."""
        return not self.inputs.destroyable

    # --- network ---

    @property
    def vpc(self) -> Found:
        """The VPC, of the output `vpc_id`."""
        return only(self.ask("ec2", "describe_vpcs", VpcIds=[self.outputs["vpc_id"]])["Vpcs"])

    def vpc_attribute(self, name: str) -> bool:
        """An attribute of the VPC that has to be asked for by itself."""
        found = self.ask("ec2", "describe_vpc_attribute", VpcId=self.vpc["VpcId"], Attribute=name)
        return bool(found[f"{name[0].upper()}{name[1:]}"]["Value"])

    def of_vpc(self, operation: str, filter_: str = "vpc-id") -> Any:
        """What an operation of EC2 lists of the VPC."""
        wanted = [{"Name": filter_, "Values": [self.vpc["VpcId"]]}]
        return self.ask("ec2", operation, Filters=wanted)

    def subnets(self, output: str) -> list[Found]:
        """The subnets whose ids are an output, in the order of their names."""
        found = self.ask("ec2", "describe_subnets", SubnetIds=self.outputs[output])
        return sorted(found["Subnets"], key=name_of)

    def zones(self, output: str) -> list[str]:
        """The zones of such subnets, each once."""
        return sorted({str(each["AvailabilityZone"]) for each in self.subnets(output)})

    def routes(self, output: str) -> list[str]:
        """Where the route tables of such subnets lead to: `local`, or the id of a gateway."""
        return sorted(set().union(*self.routes_by_zone(output).values()))

    def routes_by_zone(self, output: str) -> dict[str, set[str]]:
        """Where the route table of each such subnet leads to, by the subnet's zone."""
        tables = self.of_vpc("describe_route_tables")["RouteTables"]
        by_subnet = {
            link.get("SubnetId"): table for table in tables for link in table["Associations"]
        }
        return {
            subnet["AvailabilityZone"]: {
                next((str(value) for key, value in route.items() if key in _TARGETS), "unknown")
                for route in by_subnet[subnet["SubnetId"]]["Routes"]
            }
            for subnet in self.subnets(output)
        }

    @property
    def internet_gateways(self) -> list[str]:
        """The internet gateways of the VPC."""
        found = self.of_vpc("describe_internet_gateways", "attachment.vpc-id")["InternetGateways"]
        return [gateway["InternetGatewayId"] for gateway in found]

    @property
    def nat_gateways(self) -> dict[str, str]:
        """The zones of the VPC's NAT gateways, by their ids."""
        found = self.of_vpc("describe_nat_gateways")["NatGateways"]
        subnets = {
            each["SubnetId"]: each["AvailabilityZone"]
            for each in self.of_vpc("describe_subnets")["Subnets"]
        }
        return {
            gateway["NatGatewayId"]: subnets[gateway["SubnetId"]]
            for gateway in found
            if gateway["State"] == "available"
        }

    @property
    def endpoints(self) -> dict[str, Found]:
        """The VPC's endpoints, by the ends of their services' names."""
        found = self.of_vpc("describe_vpc_endpoints")["VpcEndpoints"]
        return {
            each["ServiceName"].rpartition(".")[2]: each
            for each in found
            if each["State"].lower() == "available"
        }

    def security_group(self, id_: str) -> Found:
        """A security group."""
        return only(self.ask("ec2", "describe_security_groups", GroupIds=[id_])["SecurityGroups"])

    def machine(self, id_: str) -> Found:
        """A machine of EC2."""
        found = self.ask("ec2", "describe_instances", InstanceIds=[id_])["Reservations"]
        return only(each for reservation in found for each in reservation["Instances"])

    # --- databases ---

    def cluster(self, identifier: str) -> Found:
        """An Aurora cluster."""
        found = self.ask("rds", "describe_db_clusters", DBClusterIdentifier=identifier)
        return only(found["DBClusters"])

    def instance(self, identifier: str) -> Found:
        """A DB instance."""
        found = self.ask("rds", "describe_db_instances", DBInstanceIdentifier=identifier)
        return only(found["DBInstances"])

    def instances_of_cluster(self, identifier: str) -> list[Found]:
        """The instances of a cluster, in the order of their names."""
        found = self.ask(
            "rds",
            "describe_db_instances",
            Filters=[{"Name": "db-cluster-id", "Values": [identifier]}],
        )
        return sorted(found["DBInstances"], key=lambda each: str(each["DBInstanceIdentifier"]))

    def subnet_group(self, name: str) -> Found:
        """A DB subnet group."""
        found = self.ask("rds", "describe_db_subnet_groups", DBSubnetGroupName=name)
        return only(found["DBSubnetGroups"])

    def parameter_group(self, name: str) -> Found:
        """A parameter group of instances."""
        found = self.ask("rds", "describe_db_parameter_groups", DBParameterGroupName=name)
        return only(found["DBParameterGroups"])

    def cluster_parameter_group(self, name: str) -> Found:
        """A parameter group of clusters."""
        found = self.ask(
            "rds", "describe_db_cluster_parameter_groups", DBClusterParameterGroupName=name
        )
        return only(found["DBClusterParameterGroups"])

    def parameters(self, name: str) -> dict[str, Found]:
        """The parameters that were set in a parameter group of instances."""
        found = self.ask("rds", "describe_db_parameters", DBParameterGroupName=name, Source="user")
        return {each["ParameterName"]: each for each in found["Parameters"]}

    def cluster_parameters(self, name: str) -> dict[str, Found]:
        """The parameters that were set in a parameter group of clusters."""
        found = self.ask(
            "rds",
            "describe_db_cluster_parameters",
            DBClusterParameterGroupName=name,
            Source="user",
        )
        return {each["ParameterName"]: each for each in found["Parameters"]}

    # --- logs, alarms and messages ---

    def log_group(self, name: str) -> Found:
        """A log group of CloudWatch."""
        found = self.ask("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
        return only(group for group in found if group["logGroupName"] == name)

    def alarm(self, name: str) -> Found:
        """An alarm of CloudWatch on a metric."""
        return only(self.ask("cloudwatch", "describe_alarms", AlarmNames=[name])["MetricAlarms"])

    def topic(self, arn: str) -> Found:
        """The attributes of an SNS topic."""
        found: Found = self.ask("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]
        return found

    def listeners(self, arn: str) -> list[str]:
        """Who hears of what is published to an SNS topic."""
        found = self.ask("sns", "list_subscriptions_by_topic", TopicArn=arn)["Subscriptions"]
        return sorted(str(each["Endpoint"]) for each in found)

    # --- roles, keys and secrets ---

    def role(self, name: str) -> Found:
        """A role, by its name or its ARN."""
        found: Found = self.ask("iam", "get_role", RoleName=name.rpartition("/")[2])["Role"]
        return found

    def trusted(self, role: str) -> list[Any]:
        """The principals that may take a role."""
        document = self.role(role)["AssumeRolePolicyDocument"]
        return [statement["Principal"] for statement in document["Statement"]]

    def trust_conditions(self, role: str) -> list[str]:
        """The keys that the conditions of a role's trust ask for."""
        document = self.role(role)["AssumeRolePolicyDocument"]
        return sorted(
            key
            for statement in document["Statement"]
            for asked in statement.get("Condition", {}).values()
            for key in asked
        )

    def managed_policies(self, role: str) -> list[str]:
        """The names of the managed policies of a role."""
        name = role.rpartition("/")[2]
        found = self.ask("iam", "list_attached_role_policies", RoleName=name)
        return sorted(policy["PolicyName"] for policy in found["AttachedPolicies"])

    def own_statements(self, role: str) -> list[Found]:
        """The statements of the policies that a role has of its own."""
        name = role.rpartition("/")[2]
        found = self.ask("iam", "list_role_policies", RoleName=name)["PolicyNames"]
        return [
            statement
            for policy in found
            for statement in self.ask("iam", "get_role_policy", RoleName=name, PolicyName=policy)[
                "PolicyDocument"
            ]["Statement"]
        ]

    def key(self, arn: str) -> Found:
        """A KMS key."""
        found: Found = self.ask("kms", "describe_key", KeyId=arn)["KeyMetadata"]
        return found

    def rotates(self, key_arn: str) -> bool:
        """Whether KMS makes new key material every year."""
        return bool(self.ask("kms", "get_key_rotation_status", KeyId=key_arn)["KeyRotationEnabled"])

    def secret(self, arn: str) -> Found:
        """A secret, without what it holds."""
        found: Found = self.ask("secretsmanager", "describe_secret", SecretId=arn)
        return found

    def secret_holds(self, arn: str) -> dict[str, Any]:
        """What a secret holds, but for the password itself."""
        text = self.ask("secretsmanager", "get_secret_value", SecretId=arn)["SecretString"]
        found: dict[str, Any] = json.loads(text)
        return {name: value for name, value in found.items() if name != "password"}

    # --- buckets ---

    def versioning(self, bucket: str) -> str | None:
        """Whether a bucket keeps versions: `Enabled`."""
        found: str | None = self.ask("s3", "get_bucket_versioning", Bucket=bucket).get("Status")
        return found

    def encryption(self, bucket: str) -> tuple[str, str | None]:
        """How a bucket encrypts: the algorithm, and the key of KMS."""
        found = self.ask("s3", "get_bucket_encryption", Bucket=bucket)
        rule = only(found["ServerSideEncryptionConfiguration"]["Rules"])
        default = rule["ApplyServerSideEncryptionByDefault"]
        return str(default["SSEAlgorithm"]), default.get("KMSMasterKeyID") or None

    def open_to_public(self, bucket: str) -> list[str]:
        """The ways in which a bucket is not closed to the public."""
        found = self.ask("s3", "get_public_access_block", Bucket=bucket)
        settings = found["PublicAccessBlockConfiguration"]
        return [name for name in _CLOSED if not settings.get(name)]

    def refuses_plain_text(self, bucket: str) -> bool:
        """Whether a bucket's policy denies everything that does not come by TLS."""
        policy = self.ask("s3", "get_bucket_policy", Bucket=bucket)["Policy"]
        return _denies_plain_text(policy, "s3:*")

    def topic_refuses_plain_text(self, arn: str) -> bool:
        """Whether an SNS topic's policy denies what is not published by TLS."""
        return _denies_plain_text(self.topic(arn)["Policy"], "sns:Publish")


# --- reading what was found -------------------------------------------------------------------------


def only(found: Iterable[Found]) -> Found:
    """Give the one thing that there must be."""
    things = list(found)
    if len(things) != 1:
        raise LookupError(f"{len(things)} found instead of 1")
    return things[0]


def tags(described: Found) -> dict[str, str]:
    """Give tags, whatever a service calls them."""
    found = described.get("Tags") or described.get("TagList") or []
    return {tag["Key"]: tag["Value"] for tag in found}


def missing_tags(described: Found) -> list[str]:
    """Give the tags that every resource has to have, and this one lacks."""
    return sorted(_TAGGED - tags(described).keys())


def name_of(described: Found) -> str:
    """Give the Name tag."""
    return tags(described).get("Name", "")


def every(found: Iterable[Found], name: str) -> list[Any]:
    """Give the values that things have for something; one if all have the same."""
    values: list[Any] = []
    for each in found:
        if each.get(name) not in values:
            values.append(each.get(name))
    return values


def rules(permissions: Iterable[Found]) -> list[tuple[Any, ...]]:
    """Give protocol, ports and source or target of each rule of a security group."""
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


def apply_methods(found: Mapping[str, Found]) -> dict[str, str]:
    """Give how set parameters are applied, by their names."""
    return {name: str(each["ApplyMethod"]) for name, each in sorted(found.items())}


def right_apply_methods(engine: str, version: str, found: Iterable[str]) -> dict[str, str]:
    """Give how parameters have to be applied, by the facts of their engine."""
    major = postgres.major(version)
    facts = {name: parameters.get(engine, major, name) for name in sorted(found)}
    return {name: fact.apply_method if fact else "unknown" for name, fact in facts.items()}


def values(found: Mapping[str, Found], names: Iterable[str]) -> dict[str, Any]:
    """Give the values of some of the parameters that were set."""
    return {name: found[name]["ParameterValue"] for name in names}


def _denies_plain_text(policy: str, action: str) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and action in _strings(statement["Action"])
        and "false" in _strings(statement.get("Condition", {}).get("Bool", {}).get(_BY_TLS))
        for statement in json.loads(policy)["Statement"]
    )


def _strings(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value or ()]
