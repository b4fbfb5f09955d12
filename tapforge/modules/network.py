"""The network module: a VPC, its subnets in three tiers, and the ways out of it."""

from __future__ import annotations

from typing import Any, Literal, cast

from tapforge import aws
from tapforge.aws import data
from tapforge.facts import endpoints
from tapforge.facts.ports import HTTPS
from tapforge.lang import functions as fn
from tapforge.lang.expression import (
    Named,
    conditional,
    count,
    each,
    eq,
    for_list,
    for_map,
    ge,
    gt,
    le,
    ne,
    not_,
    or_,
    splat,
)
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import Condition, Lifecycle, dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.parts.accepted import RETENTION
from tapforge.modules.parts.roles import service_role

NatGateways = Literal["none", "one", "per-zone"]

# --- what the inputs must hold ----------------------------------------------------------------------

_at_most_a_zone_each = Valid(
    lambda value, _: le(fn.length(value), valid.MOST_ZONES),
    lambda value, _: (
        f"{fn.length(value)} subnets: expected at most {valid.MOST_ZONES}, each in a zone of its own."
    ),
    {"maxItems": valid.MOST_ZONES},
)
_tier = (_at_most_a_zone_each, *valid.subnet_cidrs)


def _apart(*others: str) -> Valid:
    """The blocks share no address with those of other tiers, given by their inputs."""

    def beside(inputs: object) -> list[str]:
        return fn.concat(*(getattr(inputs, other) for other in others))

    def overlaps(value: list[str], blocks: list[str]) -> list[list[bool]]:
        return for_list(
            blocks, lambda other: for_list(value, lambda one: valid.overlap(one, other))
        )

    return Valid(
        # What is no block at all is told by its own rule.
        lambda value, inputs: fn.try_(
            not_(fn.anytrue(fn.flatten(overlaps(value, beside(inputs))))), True
        ),
        lambda value, inputs: (
            f"{fn.jsonencode(value)} overlaps subnets of another tier, {fn.jsonencode(beside(inputs))}:"
            " give every subnet a block of its own."
        ),
    )


_some_subnet = Valid(
    lambda value, inputs: gt(
        fn.length(fn.concat(value, inputs.private_subnet_cidrs, inputs.public_subnet_cidrs)), 0
    ),
    lambda _value, _: "the network has no subnet: give the blocks of one tier at least.",
)

_nat = (
    Valid(
        lambda value, inputs: or_(eq(value, "none"), gt(fn.length(inputs.public_subnet_cidrs), 0)),
        lambda value, _: (
            f'"{value}": a NAT gateway stands in a public subnet, and there is none; give'
            ' public_subnet_cidrs, or take "none".'
        ),
    ),
    Valid(
        lambda value, inputs: or_(eq(value, "none"), gt(fn.length(inputs.private_subnet_cidrs), 0)),
        lambda value, _: (
            f'"{value}": NAT gateways serve private subnets, and there is none; give'
            ' private_subnet_cidrs, or take "none".'
        ),
    ),
    Valid(
        lambda value, inputs: or_(
            ne(value, "per-zone"),
            ge(fn.length(inputs.public_subnet_cidrs), fn.length(inputs.private_subnet_cidrs)),
        ),
        lambda value, inputs: (
            f'"{value}": {fn.length(inputs.private_subnet_cidrs)} private subnets and'
            f" {fn.length(inputs.public_subnet_cidrs)} public ones; each zone of a private subnet needs a"
            " public subnet for its gateway."
        ),
    ),
)

_gateway = cast("list[str]", Named("local.gateway_endpoint_services", list(endpoints.gateway())))
_interface = cast(
    "list[str]", Named("local.interface_endpoint_services", list(endpoints.interface()))
)
_prefixes = cast(
    "dict[str, str]", Named("local.endpoint_iam_prefixes", dict(endpoints.iam_prefixes()))
)


def _is_one(services: list[str], name: str) -> bool:
    return fn.try_(fn.contains(services, name), False)  # null is none


_gateway_services = Valid(
    lambda value, _: fn.alltrue(for_list(value, lambda name: _is_one(_gateway, name))),
    lambda value, _: (
        f"{fn.jsonencode(value)}: gateway endpoints are those of {fn.join(' and ', _gateway)} alone;"
        " others belong to interface_endpoints."
    ),
    {"items": {"enum": list(endpoints.gateway())}},
)


def _strangers(names: list[str]) -> list[str]:
    return for_list(names, lambda name: name, when=lambda name: not_(_is_one(_interface, name)))


_interface_services = (
    Valid(
        lambda value, _: eq(fn.length(_strangers(value)), 0),
        lambda value, _: (
            f"no interface endpoint is called {fn.jsonencode(_strangers(value))}: expected the ends of"
            " AWS's own names, such as rds, sns, logs, events or secretsmanager; s3 and dynamodb belong"
            " to gateway_endpoints."
        ),
        {"items": {"enum": list(endpoints.interface())}},
    ),
    Valid(
        lambda value, inputs: or_(
            eq(fn.length(value), 0),
            gt(
                fn.length(fn.concat(inputs.private_subnet_cidrs, inputs.isolated_subnet_cidrs)),
                0,
            ),
        ),
        lambda value, _: (
            f"{fn.jsonencode(value)}: interface endpoints stand in private or isolated subnets, and there"
            " is none."
        ),
    ),
)


# --- inputs and outputs -----------------------------------------------------------------------------


@inputs
class NetworkInputs:
    """Where the network lies, what it is called, and what it reaches."""

    name: str = variable(
        "What the network is for; begins every name.", valid=valid.stem, example="shop"
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    destroyable: bool = variable(
        "Whether `terraform destroy` removes the log of flows too; if not, it is protected.",
        default=True,
    )
    vpc_cidr: str = variable(
        "IPv4 block of the VPC.", default="10.0.0.0/16", valid=[valid.vpc_cidr]
    )
    public_subnet_cidrs: list[str] = variable(
        "IPv4 blocks of the subnets with a route to the internet, one for each availability zone.",
        default=[],
        valid=_tier,
    )
    private_subnet_cidrs: list[str] = variable(
        "IPv4 blocks of the subnets that reach the internet by NAT gateways, if there are any, one for"
        " each availability zone.",
        default=[],
        valid=(*_tier, _apart("public_subnet_cidrs")),
    )
    isolated_subnet_cidrs: list[str] = variable(
        "IPv4 blocks of the subnets without a route to the internet, one for each availability zone;"
        " empty where there are subnets of another tier.",
        valid=(*_tier, _some_subnet, _apart("public_subnet_cidrs", "private_subnet_cidrs")),
        example=["10.0.1.0/24", "10.0.2.0/24"],
    )
    nat_gateways: NatGateways = variable(
        "How many NAT gateways there are: one for all survives no loss of its zone, and one per zone"
        " costs as much again in each.",
        default="none",
        valid=_nat,
    )
    gateway_endpoints: list[str] | None = variable(
        "Services that private and isolated subnets reach by gateway endpoints; null takes S3 and"
        " DynamoDB where there are private subnets, else none.",
        default=None,
        valid=[_gateway_services],
    )
    interface_endpoints: list[str] = variable(
        "Services that the VPC reaches by interface endpoints, by the ends of AWS's names for them.",
        default=[],
        valid=_interface_services,
    )
    flow_log_retention_days: int = variable(
        "Days that CloudWatch keeps the log of the VPC's flows; 0 logs none.",
        default=0,
        valid=[valid.limit("log_retention_in_days")],
    )
    kms_key_arn: str | None = variable(
        "ARN of the key that encrypts the log of flows; null leaves it to CloudWatch's own.",
        default=None,
        valid=[valid.kms_key_arn],
    )


@outputs
class NetworkOutputs:
    """The network's ids."""

    vpc_id: str = output("Id of the VPC.")
    vpc_arn: str = output("ARN of the VPC.")
    vpc_cidr: str = output("IPv4 block of the VPC.")
    public_subnet_ids: list[str] = output(
        "Ids of the public subnets, in the order of their blocks."
    )
    private_subnet_ids: list[str] = output(
        "Ids of the private subnets, in the order of their blocks."
    )
    isolated_subnet_ids: list[str] = output(
        "Ids of the isolated subnets, in the order of their blocks."
    )
    public_route_table_ids: list[str] = output("Ids of the route tables of the public subnets.")
    private_route_table_ids: list[str] = output("Ids of the route tables of the private subnets.")
    isolated_route_table_id: str | None = output(
        "Id of the route table of the isolated subnets; null where there are none."
    )
    route_table_ids: list[str] = output(
        "Ids of all route tables: a peering connection needs a route in each."
    )
    availability_zones: list[str] = output("Zones of the subnets, in the order of their blocks.")
    nat_public_ips: list[str] = output("Addresses that private subnets reach the internet from.")
    gateway_endpoint_ids: dict[str, str] = output("Ids of the gateway endpoints, by service.")
    interface_endpoint_ids: dict[str, str] = output("Ids of the interface endpoints, by service.")
    interface_endpoint_security_group_id: str | None = output(
        "Id of the interface endpoints' security group; null where there are none."
    )
    flow_log_group_name: str | None = output(
        "CloudWatch log group of the VPC's flows; null where they are not logged."
    )


# --- the module -------------------------------------------------------------------------------------


@module("network")
def network(m: Body, v: NetworkInputs) -> NetworkOutputs:
    """A VPC with public, private and isolated subnets, each tier's in different availability zones.

    Isolated subnets have no route to the internet, and private ones only through NAT gateways.
    """
    suffix = v.environment_suffix
    publics, privates, isolateds = (
        fn.length(cidrs)
        for cidrs in (v.public_subnet_cidrs, v.private_subnet_cidrs, v.isolated_subnet_cidrs)
    )
    zone_count = m.local("zone_count", fn.max(publics, privates, isolateds))
    zones = m.add(
        data.AvailabilityZones(
            "available",
            state="available",
            filter=[
                data.AvailabilityZones.Filter(name="opt-in-status", values=["opt-in-not-required"])
            ],
        ),
        comment="Local and wavelength zones, which need an opt-in, have no RDS.",
    )
    vpc = m.add(
        aws.Vpc(
            "main",
            cidr_block=v.vpc_cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": f"{v.name}-vpc-{suffix}"},
            lifecycle=Lifecycle(
                precondition=[
                    Condition(
                        condition=ge(fn.length(zones.names), zone_count),
                        error_message=(
                            f"{zone_count} subnets of a tier, each in a zone of its own: the region has"
                            f" {fn.length(zones.names)} zones, {fn.join(', ', zones.names)}; give fewer"
                            " blocks."
                        ),
                    )
                ]
            ),
        ),
        accept={"checkov:CKV2_AWS_11": "Whether its flows are logged is the caller's to decide."},
    )
    m.add(
        aws.DefaultSecurityGroup(
            "main",
            vpc_id=vpc.id,
            tags={"Name": f"{v.name}-default-unused-{suffix}"},
        ),
        comment="AWS makes this group with every VPC; without rules nothing can use it by accident.",
    )

    def subnets(label: str, tier: str, cidrs: list[str]) -> aws.Subnet:
        return m.add(
            aws.Subnet(
                label,
                count=fn.length(cidrs),
                vpc_id=vpc.id,
                cidr_block=fn.element(cidrs, count.index),
                availability_zone=zones.names[count.index],
                tags={"Name": f"{v.name}-{tier}-{count.index + 1}-{suffix}"},
            )
        )

    # --- public ---
    public = subnets("public", "public", v.public_subnet_cidrs)
    has_public = conditional(gt(publics, 0), 1, 0)
    internet = m.add(
        aws.InternetGateway(
            "main", count=has_public, vpc_id=vpc.id, tags={"Name": f"{v.name}-{suffix}"}
        )
    )
    public_table = m.add(
        aws.RouteTable(
            "public", count=has_public, vpc_id=vpc.id, tags={"Name": f"{v.name}-public-{suffix}"}
        )
    )
    m.add(
        aws.Route(
            "internet",
            count=has_public,
            route_table_id=public_table[0].id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=internet[0].id,
        ),
        comment="A resource of its own: others may add routes to the table, such as a peering's.",
    )
    m.add(
        aws.RouteTableAssociation(
            "public",
            count=publics,
            subnet_id=public[count.index].id,
            route_table_id=public_table[0].id,
        )
    )

    # --- private ---
    private = subnets("private", "private", v.private_subnet_cidrs)
    nats = m.local(
        "nat_gateway_count",
        conditional(
            eq(v.nat_gateways, "per-zone"), privates, conditional(eq(v.nat_gateways, "one"), 1, 0)
        ),
    )
    address = m.add(
        aws.Eip(
            "nat",
            count=nats,
            domain="vpc",
            tags={"Name": f"{v.name}-nat-{count.index + 1}-{suffix}"},
            depends_on=[internet],
        ),
        comment="The internet gateway can't be detached from a VPC that has public addresses.",
    )
    nat = m.add(
        aws.NatGateway(
            "main",
            count=nats,
            allocation_id=address[count.index].id,
            subnet_id=public[count.index].id,
            tags={"Name": f"{v.name}-nat-{count.index + 1}-{suffix}"},
            depends_on=[internet],
        )
    )
    private_tables = m.local(
        "private_route_table_count",
        conditional(eq(v.nat_gateways, "per-zone"), privates, fn.min(privates, 1)),
    )
    private_table = m.add(
        aws.RouteTable(
            "private",
            count=private_tables,
            vpc_id=vpc.id,
            tags={"Name": f"{v.name}-private-{count.index + 1}-{suffix}"},
        ),
        comment="One for each NAT gateway: a zone that is lost takes no other's way out with it.",
    )
    way_out = m.add(
        aws.Route(
            "nat",
            count=nats,
            route_table_id=private_table[count.index].id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat[count.index].id,
        )
    )
    has_way_out = m.add(
        aws.RouteTableAssociation(
            "private",
            count=privates,
            subnet_id=private[count.index].id,
            route_table_id=fn.element(splat(private_table).id, count.index),
        )
    )
    # What is put into a private subnet, and runs at once, finds its way out.
    m.wait("private_subnet_ids", [way_out, has_way_out])

    # --- isolated ---
    isolated = subnets("isolated", "subnet", v.isolated_subnet_cidrs)
    isolated_table = m.add(
        aws.RouteTable(
            "isolated",
            count=conditional(gt(isolateds, 0), 1, 0),
            vpc_id=vpc.id,
            tags={"Name": f"{v.name}-isolated-{suffix}"},
        ),
        comment="Holds the VPC's local route and nothing else.",
    )
    m.add(
        aws.RouteTableAssociation(
            "isolated",
            count=isolateds,
            subnet_id=isolated[count.index].id,
            route_table_id=isolated_table[0].id,
        )
    )

    # --- endpoints ---
    region = m.add(data.Region("current"))
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))
    usual: list[str] | None = conditional(gt(privates, 0), _gateway, [])
    gateways: Any = m.local(
        "gateway_endpoints",
        fn.toset(
            cast(
                "list[str]",
                conditional(eq(v.gateway_endpoints, None), usual, v.gateway_endpoints),
            )
        ),
    )
    document = data.IamPolicyDocument
    packages: Any = dynamic(
        conditional(eq(each.key, "s3"), ["al2023-repos"], []),
        lambda packages: document.Statement(
            sid="PackagesOfAmazonLinux",
            actions=["s3:GetObject"],
            resources=[f"arn:{partition.partition}:s3:::{packages.value}-{region.region}-*/*"],
            principals=[document.Principals(type="*", identifiers=["*"])],
        ),
    )
    policy = m.add(
        document(
            "endpoint",
            for_each=for_map(
                fn.setunion(gateways, v.interface_endpoints),
                lambda service: (service, fn.lookup(_prefixes, service, "")),
                when=lambda service: ne(fn.lookup(_prefixes, service, ""), ""),
            ),
            statement=[
                document.Statement(
                    sid="ThisAccount",
                    actions=[f"{each.value}:*"],
                    resources=["*"],
                    principals=[document.Principals(type="AWS", identifiers=["*"])],
                    condition=[
                        document.Condition(
                            test="StringEquals",
                            variable="aws:PrincipalAccount",
                            values=[account.account_id],
                        )
                    ],
                ),
                packages,
            ],
        ),
        comment="Nobody brings the keys of another account along to carry data out by an endpoint.",
    )
    gateway = m.add(
        aws.VpcEndpoint(
            "gateway",
            for_each=gateways,
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{region.region}.{each.key}",
            vpc_endpoint_type="Gateway",
            route_table_ids=fn.concat(splat(private_table).id, splat(isolated_table).id),
            policy=policy[each.key].json,
            tags={"Name": f"{v.name}-{each.key}-{suffix}"},
        ),
        comment="They cost nothing, and a NAT gateway by the byte.",
    )
    has_interface = conditional(gt(fn.length(v.interface_endpoints), 0), 1, 0)
    group = m.add(
        aws.SecurityGroup(
            "endpoints",
            count=has_interface,
            name=f"{v.name}-endpoints-{suffix}",
            description=f"Interface endpoints of {v.name}-{suffix}",
            vpc_id=vpc.id,
            revoke_rules_on_delete=True,
            tags={"Name": f"{v.name}-endpoints-{suffix}"},
        )
    )
    m.add(
        aws.VpcSecurityGroupIngressRule(
            "endpoints",
            count=has_interface,
            security_group_id=group[0].id,
            description="HTTPS from inside",
            cidr_ipv4=vpc.cidr_block,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            tags={"Name": f"{v.name}-endpoints-https-{suffix}"},
        )
    )
    interface = m.add(
        aws.VpcEndpoint(
            "interface",
            for_each=fn.toset(v.interface_endpoints),
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{region.region}.{each.key}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=fn.coalescelist(splat(private).id, splat(isolated).id),
            security_group_ids=[group[0].id],
            policy=fn.try_(policy[each.key].json, None),
            tags={"Name": f"{v.name}-{each.key}-{suffix}"},
        )
    )

    # --- log of flows ---
    logged = conditional(gt(v.flow_log_retention_days, 0), 1, 0)
    log_name = f"/aws/vpc/{v.name}-{suffix}/flows"
    log = m.add(
        aws.CloudwatchLogGroup(
            "flows",
            count=logged,
            name=log_name,
            retention_in_days=v.flow_log_retention_days,
            kms_key_id=v.kms_key_arn,
            skip_destroy=False,
            deletion_protection_enabled=not_(v.destroyable),
            tags={"Name": log_name},
        ),
        accept=RETENTION,
    )
    writer = service_role(
        m,
        "flows",
        service="vpc-flow-logs.amazonaws.com",
        name=f"{v.name}-flow-logs-{suffix}",
        description=f"Writes the log of flows of {v.name}-{suffix}",
        destroyable=v.destroyable,
        account_id=account.account_id,
        partition=partition.partition,
        policies={},
        count=logged,
    )
    write = m.add(
        document(
            "flows",
            count=logged,
            statement=[
                document.Statement(
                    actions=[
                        "logs:CreateLogStream",
                        "logs:DescribeLogGroups",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                    ],
                    resources=[log[0].arn, f"{log[0].arn}:*"],
                )
            ],
        ),
        comment="Not to make log groups: a late entry would make again what a destroy removed.",
    )
    grant = m.add(
        aws.IamRolePolicy(
            "flows",
            count=logged,
            name=f"{v.name}-flow-logs-{suffix}",
            role=writer.role[0].id,
            policy=write[0].json,
        )
    )
    m.add(
        aws.FlowLog(
            "main",
            count=logged,
            vpc_id=vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=log[0].arn,
            iam_role_arn=writer.role[0].arn,
            max_aggregation_interval=600,
            tags={"Name": f"{v.name}-{suffix}"},
            depends_on=[grant],
        )
    )
    return NetworkOutputs(
        vpc_id=vpc.id,
        vpc_arn=vpc.arn,
        vpc_cidr=vpc.cidr_block,
        public_subnet_ids=splat(public).id,
        private_subnet_ids=splat(private).id,
        isolated_subnet_ids=splat(isolated).id,
        public_route_table_ids=splat(public_table).id,
        private_route_table_ids=splat(private_table).id,
        isolated_route_table_id=fn.one(splat(isolated_table).id),
        route_table_ids=fn.concat(
            splat(public_table).id, splat(private_table).id, splat(isolated_table).id
        ),
        availability_zones=fn.slice(zones.names, 0, zone_count),
        nat_public_ips=splat(address).public_ip,
        gateway_endpoint_ids=_ids(gateway),
        interface_endpoint_ids=_ids(interface),
        interface_endpoint_security_group_id=fn.one(splat(group).id),
        flow_log_group_name=fn.one(splat(log).name),
    )


def _ids(endpoint: Any) -> dict[str, str]:
    return for_map(endpoint, lambda service, made: (service, made.id))
