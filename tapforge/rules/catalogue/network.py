"""Networks: who may come in, where databases lie, names, endpoints, peerings and bastions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from tapforge.facts import networks, ports, runtimes
from tapforge.lang.expression import Call, Expression, addresses
from tapforge.rules import reach
from tapforge.rules.resource import Block, Configuration, Finding, Resource
from tapforge.rules.rule import rule

_WEB = (ports.HTTP, ports.HTTPS)
_TCP = ("tcp", "-1")

_VPC = {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}}
_ID = "${aws_vpc.main.id}"


def _group(**ingress: Any) -> dict[str, Any]:
    return {"resource": {"aws_security_group": {"db": {"vpc_id": _ID, "ingress": [ingress]}}}}


@rule(
    "ingress-from-anywhere",
    on=reach.INGRESS,
    severity="error",
    source="Amazon VPC User Guide: Security best practices; AWS Security Hub EC2.13, EC2.18, EC2.19",
    fix="name the clients: their security group or their CIDR blocks",
    good=_group(protocol="tcp", from_port=5432, to_port=5432, cidr_blocks=["10.0.0.0/16"]),
    bad=_group(protocol="tcp", from_port=5432, to_port=5432, cidr_blocks=["0.0.0.0/0"]),
)
def ingress_from_anywhere(resource: Resource) -> Iterator[Finding]:
    """Nobody may reach ports of databases or of administration, or all ports, from anywhere.

    A port that is open to 0.0.0.0/0 or ::/0 is scanned within minutes, and then one password stands
    between the database and everybody.
    """
    for opening in reach.openings(resource):
        if not opening.world or opening.protocol not in _TCP:
            continue
        if opening.everything:
            what = "all ports"
        elif known := ports.between(opening.first, opening.last):
            what = ", ".join(map(str, known))
        else:
            continue
        found = f'"{opening.cidr}", which opens {what} to everybody'
        yield Finding(resource, opening.place, found, "the clients alone")


@rule(
    "public-port",
    on=reach.INGRESS,
    severity="warning",
    source="Amazon VPC User Guide: Security best practices; AWS Security Hub EC2.18",
    fix="name the clients, or put a load balancer with 443 in front",
    good=_group(protocol="tcp", from_port=443, to_port=443, cidr_blocks=["0.0.0.0/0"]),
    bad=_group(protocol="tcp", from_port=8080, to_port=8080, cidr_blocks=["0.0.0.0/0"]),
)
def public_port(resource: Resource) -> Iterator[Finding]:
    """Only the ports of web servers are open to everybody.

    80 and 443 are meant for the world; most other ports are open to it by mistake.
    """
    for opening in reach.openings(resource):
        sensitive = opening.protocol in _TCP and (
            opening.everything or ports.between(opening.first, opening.last)
        )
        web = opening.first == opening.last and opening.first in _WEB
        if opening.world and opening.protocol in ("tcp", "udp") and not sensitive and not web:
            found = f'"{opening.cidr}", which opens {opening.ports} ({opening.protocol})'
            yield Finding(resource, opening.place, f"{found} to everybody", "the clients alone")


@rule(
    "database-ingress-range",
    on=reach.INGRESS,
    severity="warning",
    source="RFC 1918, RFC 6598 and RFC 4193 for private addresses; Amazon RDS User Guide: Controlling "
    "access with security groups",
    fix="name the few addresses of the clients, or bring them in by VPN, peering or Session Manager",
    good=_group(protocol="tcp", from_port=5432, to_port=5432, cidr_blocks=["52.94.76.10/32"]),
    bad=_group(protocol="tcp", from_port=5432, to_port=5432, cidr_blocks=["52.0.0.0/8"]),
)
def database_ingress_range(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A database is not open to a whole range of public addresses.

    The addresses of a cloud or of a country belong to strangers too. Those of the VPC itself do not,
    whichever they are.
    """
    for opening in reach.openings(resource):
        if opening.world or opening.protocol not in _TCP:
            continue
        net = reach.network(opening.cidr)
        if net is None or net.prefixlen >= networks.OWN_PREFIX[net.version] or reach.private(net):
            continue
        known = ports.between(opening.first, opening.last, "database")
        if known and not _of_a_vpc(net, configuration):
            what = "all ports" if opening.everything else ", ".join(map(str, known))
            found = (
                f'"{opening.cidr}", which opens {what} to {net.num_addresses:,} public addresses'
            )
            expected = f"private addresses, or at most a /{networks.OWN_PREFIX[net.version]}"
            yield Finding(resource, opening.place, found, expected)


_GUARDED = {
    "aws_db_instance": {"main": {"vpc_security_group_ids": ["${aws_security_group.db.id}"]}}
}
_DATABASES = (
    *("aws_db_instance", "aws_rds_cluster", "aws_db_proxy", "aws_dms_replication_instance"),
)


def _guarding(**ingress: Any) -> dict[str, Any]:
    return {"resource": {**_group(**ingress)["resource"], **_GUARDED}}


@rule(
    "database-all-ports",
    on=reach.INGRESS,
    severity="warning",
    source="Amazon RDS User Guide: Controlling access with security groups; AWS Well-Architected "
    "Framework SEC05-BP02",
    fix="open the port of the database alone",
    good=_guarding(protocol="tcp", from_port=5432, to_port=5432, cidr_blocks=["10.0.0.0/16"]),
    bad=_guarding(protocol="-1", from_port=0, to_port=0, cidr_blocks=["10.0.0.0/16"]),
)
def database_all_ports(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The security group of a database opens the ports of the database, and not all of them.

    A range of addresses, even one's own, holds more than the clients; whatever else listens is within
    their reach too.
    """
    wide = [each for each in reach.openings(resource) if each.everything and not each.world]
    if wide and _guards_a_database(resource, configuration):
        for opening in wide:
            found = f'"{opening.cidr}", which opens all ports'
            yield Finding(resource, opening.place, found, "the port of the database alone")


def _guards_a_database(resource: Resource, configuration: Configuration) -> bool:
    groups = [resource]
    if resource.type in reach.INGRESS_RULES:
        groups = configuration.targets(resource.given("security_group_id"), *reach.GROUPS)
    users = (configuration.users(each, "vpc_security_group_ids", *_DATABASES) for each in groups)
    return next((True for some in users for _ in some), False)


def _of_a_vpc(net: reach.Network, configuration: Configuration) -> bool:
    """Tell whether a network is part of a VPC's block: inside the VPC its addresses lead nowhere else."""
    blocks = configuration.once(_vpc_blocks)
    return any(net.supernet(new_prefix=length) in blocks for length in range(net.prefixlen + 1))


def _vpc_blocks(configuration: Configuration) -> frozenset[reach.Network | None]:
    blocks = (vpc.known("cidr_block") for vpc in configuration.of("aws_vpc"))
    return frozenset(reach.network(block) for block in blocks if isinstance(block, str))


_SUBNETS = {
    "a": {"vpc_id": _ID, "cidr_block": "10.0.1.0/24", "availability_zone": "us-east-1a"},
    "b": {"vpc_id": _ID, "cidr_block": "10.0.2.0/24", "availability_zone": "us-east-1b"},
}
_SUBNET_GROUP = {"main": {"subnet_ids": ["${aws_subnet.a.id}", "${aws_subnet.b.id}"]}}
_GROUPS = ("aws_db_subnet_group", "aws_dms_replication_subnet_group")


def _routed(gateway: dict[str, str]) -> dict[str, Any]:
    return {
        "resource": {
            **_VPC,
            "aws_subnet": _SUBNETS,
            "aws_db_subnet_group": _SUBNET_GROUP,
            "aws_internet_gateway": {"main": {"vpc_id": _ID}},
            "aws_nat_gateway": {"main": {}},
            "aws_route_table": {
                "db": {"vpc_id": _ID, "route": [{"cidr_block": "0.0.0.0/0", **gateway}]}
            },
            "aws_route_table_association": {
                each: {
                    "subnet_id": f"${{aws_subnet.{each}.id}}",
                    "route_table_id": "${aws_route_table.db.id}",
                }
                for each in _SUBNETS
            },
        }
    }


@rule(
    "database-subnet-public",
    on=("aws_db_subnet_group",),
    severity="warning",
    source="Amazon RDS User Guide: Working with a DB instance in a VPC; AWS Security Hub RDS.46",
    fix="take subnets whose route table has no internet gateway",
    good=_routed({"nat_gateway_id": "${aws_nat_gateway.main.id}"}),
    bad=_routed({"gateway_id": "${aws_internet_gateway.main.id}"}),
)
def database_subnet_public(group: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Databases lie in subnets without a way in from the internet.

    In a public subnet one argument, ``publicly_accessible``, is all that keeps the world out.
    """
    public = configuration.once(reach.public_subnets)
    for subnet in configuration.targets(group.given("subnet_ids"), "aws_subnet"):
        if subnet.address in public:
            found = f"{subnet.address}, which has a route to an internet gateway"
        elif subnet.known("map_public_ip_on_launch") is True:
            found = f"{subnet.address}, which gives out public addresses"
        else:
            continue
        yield Finding(group, "subnet_ids", found, "private subnets")


@rule(
    "subnet-group-zones",
    on=_GROUPS,
    severity="error",
    source="botocore 1.44.5 rds CreateDBSubnetGroup and dms CreateReplicationSubnetGroup: at least two "
    "subnets in at least two Availability Zones",
    fix="give it subnets of at least two Availability Zones",
    good={
        "resource": {**_VPC, "aws_subnet": _SUBNETS, "aws_db_subnet_group": _SUBNET_GROUP},
    },
    bad={
        "resource": {
            **_VPC,
            "aws_subnet": {**_SUBNETS, "b": {**_SUBNETS["b"], "availability_zone": "us-east-1a"}},
            "aws_db_subnet_group": _SUBNET_GROUP,
        },
    },
)
def subnet_group_zones(group: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A subnet group spans two Availability Zones.

    RDS and DMS refuse to make a group with fewer, also for a database that is in one zone only.
    """
    value = group.given("subnet_ids")
    subnets = configuration.targets(value, "aws_subnet")
    if isinstance(value, Expression):
        # A function may put more into the set, and a plan does not show whether there is one.
        sure = not isinstance(value, Call)
        known = sure and bool(subnets) and all(map(_refers_to_subnet, addresses(value)))
        number = len(subnets)
    else:
        number = len(value) if isinstance(value, (list, tuple, set)) else 0
        known = 0 < number == max(len(subnets), 1)
    if not known:
        return
    zones = {_zone(each) for each in subnets}
    if number == 1:
        yield Finding(group, "subnet_ids", "one subnet", "subnets of at least two zones")
    elif len(zones) == 1 and None not in zones:
        found = f"{number} subnets, all in {zones.pop()}"
        yield Finding(group, "subnet_ids", found, "subnets of at least two zones")


def _refers_to_subnet(address: str) -> bool:
    return re.search(r"(?<!data\.)\baws_subnet\.", address) is not None


def _zone(subnet: Resource) -> Any:
    return subnet.known("availability_zone") or subnet.known("availability_zone_id")


def _subnet(cidr: str) -> dict[str, Any]:
    return {"resource": {**_VPC, "aws_subnet": {"a": {"vpc_id": _ID, "cidr_block": cidr}}}}


@rule(
    "subnet-outside-vpc",
    on=("aws_subnet",),
    severity="error",
    source="botocore 1.44.5 ec2 CreateSubnet: a subset of the VPC's CIDR block, /16 to /28",
    fix="derive the subnets from the VPC's block with cidrsubnet()",
    good=_subnet("10.0.1.0/24"),
    bad=_subnet("10.1.1.0/24"),
)
def subnet_outside_vpc(subnet: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A subnet's addresses are among those of its VPC, and neither too many nor too few.

    EC2 refuses any other block when the subnet is made, after the VPC was.
    """
    net = reach.network(str(subnet.known("cidr_block")))
    if net is None:
        return
    if not networks.LARGEST <= net.prefixlen <= networks.SMALLEST:
        expected = f"a block between /{networks.LARGEST} and /{networks.SMALLEST}"
        yield subnet.finding("cidr_block", str(net), expected)
    for vpc in configuration.targets(subnet.given("vpc_id"), "aws_vpc"):
        blocks = _blocks(vpc, configuration)
        if blocks and not any(reach.within(net, block) for block in blocks):
            yield subnet.finding(
                "cidr_block", str(net), f"a part of {' or '.join(map(str, blocks))}"
            )


def _blocks(vpc: Resource, configuration: Configuration) -> list[reach.Network]:
    """Give the IPv4 blocks of a VPC; none if not all of them are known."""
    type_ = "aws_vpc_ipv4_cidr_block_association"
    more = configuration.users(vpc, "vpc_id", type_)
    found = [reach.network(str(each.known("cidr_block"))) for each in (vpc, *more)]
    sure = configuration.all_traced("vpc_id", type_) and None not in found
    return [net for net in found if net] if sure else []


@rule(
    "subnets-overlap",
    severity="error",
    source="botocore 1.44.5 ec2 CreateSubnet: InvalidSubnet.Conflict for a block that overlaps another",
    fix="give each subnet a block of its own, with cidrsubnet()",
    good={"resource": {**_VPC, "aws_subnet": _SUBNETS}},
    bad={
        "resource": {
            **_VPC,
            "aws_subnet": {**_SUBNETS, "b": {**_SUBNETS["b"], "cidr_block": "10.0.0.0/23"}},
        }
    },
)
def subnets_overlap(configuration: Configuration) -> Iterator[Finding]:
    """No two subnets of a VPC share addresses.

    EC2 makes the one that comes first and refuses the other, so an apply stops halfway.
    """
    by_vpc: dict[tuple[str, int], list[tuple[int, int, Resource]]] = {}
    for subnet in configuration.of("aws_subnet"):
        net = reach.network(str(subnet.known("cidr_block")))
        vpcs = configuration.targets(subnet.given("vpc_id"), *reach.VPCS)
        vpc = vpcs[0].address if vpcs else subnet.known("vpc_id")
        if net is not None and vpc:
            bounds = int(net.network_address), int(net.broadcast_address)
            by_vpc.setdefault((vpc, net.version), []).append((*bounds, subnet))
    for known in by_vpc.values():
        known.sort(key=lambda each: each[:2])
        for index, (_, last, subnet) in enumerate(known):
            for first, _, other in itertools.islice(known, index + 1, None):
                if first > last:
                    break
                found = f"{other.known('cidr_block')}, which overlaps {subnet.address}"
                expected = f"addresses outside {subnet.known('cidr_block')}"
                yield Finding(other, "cidr_block", found, expected)


_PER_ZONE = frozenset(("az", "azs", "count", "gateways", "per", "zone", "zones"))


@rule(
    "nat-gateway-count",
    severity="warning",
    source="Amazon VPC pricing: a NAT gateway costs by the hour, used or not",
    fix="keep one NAT gateway, or let a variable such as nat_gateway_per_zone ask for more",
    good={
        "variable": {"environment_suffix": {"default": "dev"}},
        "resource": {"aws_nat_gateway": {"a": {"subnet_id": "subnet-a"}}},
    },
    bad={
        "variable": {"environment_suffix": {"default": "dev"}},
        "resource": {
            "aws_nat_gateway": {"a": {"subnet_id": "subnet-a"}, "b": {"subnet_id": "subnet-b"}}
        },
    },
)
def nat_gateway_count(configuration: Configuration) -> Iterator[Finding]:
    """A VPC that is made once for each environment has one NAT gateway, unless a variable asks for more.

    A gateway per zone survives the loss of a zone and costs as much again in every environment, so it
    is a decision that the configuration shows. It concerns configurations with ``environment_suffix``.
    """
    gateways = [
        each
        for each in configuration.of("aws_nat_gateway")
        if each.known("connectivity_type", "public") == "public"
    ]
    if len(gateways) < 2 or "environment_suffix" not in configuration.variables:
        return
    if any(_asks_for_nats(*variable) for variable in configuration.variables.items()):
        return
    seen: dict[str, Resource] = {}
    for gateway in gateways:
        subnets = configuration.targets(gateway.given("subnet_id"), "aws_subnet")
        vpcs = configuration.targets([each.given("vpc_id") for each in subnets], *reach.VPCS)
        first = seen.setdefault(vpcs[0].address if vpcs else "", gateway)
        if first is not gateway:
            found = f"a second NAT gateway beside {first.address}"
            yield Finding(gateway, "", found, "one NAT gateway for each VPC")


def _asks_for_nats(name: str, value: Any) -> bool:
    """Tell whether a variable's value means more than one NAT gateway."""
    words = set(name.split("_"))
    if "nat" not in words or value is None:
        return False
    if isinstance(value, Expression):
        return True
    if "single" in words:
        return value is False
    return bool(words & _PER_ZONE) and (value is True or value not in (0, 1))


_NAT = {
    "aws_subnet": {"public": {"vpc_id": _ID}},
    "aws_nat_gateway": {"main": {"subnet_id": "${aws_subnet.public.id}"}},
}


@rule(
    "gateway-endpoint",
    on=reach.VPCS,
    severity="note",
    source="Amazon VPC User Guide: Gateway endpoints; they cost nothing, and NAT gateways by the byte",
    fix="add aws_vpc_endpoint of type Gateway and associate it with the private route tables",
    good={
        "resource": {
            **_VPC,
            **_NAT,
            "aws_vpc_endpoint": {
                "s3": {"vpc_id": _ID, "service_name": "com.amazonaws.us-east-1.s3"}
            },
        }
    },
    bad={"resource": {**_VPC, **_NAT}},
)
def gateway_endpoint(vpc: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A VPC with a NAT gateway reaches S3, and DynamoDB if it is used, through gateway endpoints.

    Without them every byte to and from S3 is paid for at the NAT gateway.
    """
    subnets = configuration.users(vpc, "vpc_id", "aws_subnet")
    if not any(configuration.users(each, "subnet_id", "aws_nat_gateway") for each in subnets):
        return
    endpoints = configuration.users(vpc, "vpc_id", "aws_vpc_endpoint")
    # An endpoint of a VPC that is not known may be the one.
    if not configuration.all_traced("vpc_id", "aws_vpc_endpoint") or any(
        each.given("service_name") is None or each.unknown("service_name") for each in endpoints
    ):
        return
    services = {str(each.known("service_name")).rsplit(".", 1)[-1] for each in endpoints}
    wanted = ["s3", *(["dynamodb"] if configuration.of("aws_dynamodb_table") else [])]
    for service in wanted:
        if service not in services:
            yield Finding(vpc, "", f"no gateway endpoint for {service}", "one beside a NAT gateway")


def _endpoint(**arguments: Any) -> dict[str, Any]:
    dns = {"enable_dns_hostnames": True, "enable_dns_support": True}
    endpoint = {
        "vpc_id": _ID,
        "service_name": "com.amazonaws.us-east-1.secretsmanager",
        "vpc_endpoint_type": "Interface",
        "private_dns_enabled": True,
        **arguments,
    }
    return {
        "aws_vpc": {"main": {**_VPC["aws_vpc"]["main"], **dns}},
        "aws_vpc_endpoint": {"secrets": endpoint},
    }


# Endpoints of other companies' services, and of S3, have names of their own.
_AWS_SERVICE = re.compile(
    r"com\.amazonaws\.(?!(vpce|s3-global)\.)[a-z0-9-]+\.(?!(s3|dynamodb)\b)[a-z0-9.-]+"
)


def _interface(endpoint: Resource) -> bool:
    return bool(endpoint.known("vpc_endpoint_type") == "Interface")


@rule(
    "interface-endpoint-dns",
    on=("aws_vpc_endpoint",),
    severity="warning",
    source="AWS PrivateLink Guide: Access an AWS service using an interface endpoint; "
    "private_dns_enabled is false unless it is set",
    fix="set private_dns_enabled = true",
    good={"resource": _endpoint()},
    bad={"resource": _endpoint(private_dns_enabled=None)},
)
def interface_endpoint_dns(endpoint: Resource) -> Iterator[Finding]:
    """An interface endpoint of an AWS service answers for the service's own name.

    Without private DNS every client still goes to the public address, through a NAT gateway or, from an
    isolated subnet, nowhere.
    """
    if not _interface(endpoint) or not _AWS_SERVICE.fullmatch(str(endpoint.known("service_name"))):
        return
    if endpoint.known("private_dns_enabled", default=False) is False:
        yield endpoint.finding("private_dns_enabled", endpoint.given("private_dns_enabled"), "true")


_ENDPOINT_GROUP = {"security_group_ids": ["${aws_security_group.endpoint.id}"]}


def _guarded(cidr: str) -> dict[str, Any]:
    ingress = {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": [cidr]}
    group = {"vpc_id": _ID, "ingress": [ingress]}
    return {"resource": {**_endpoint(**_ENDPOINT_GROUP), "aws_security_group": {"endpoint": group}}}


@rule(
    "interface-endpoint-open",
    on=("aws_vpc_endpoint",),
    severity="warning",
    source="AWS PrivateLink Guide: Control access to VPC endpoints; security groups",
    fix="admit 443 from the VPC's CIDR block or from the clients' security groups",
    good=_guarded("10.0.0.0/16"),
    bad=_guarded("0.0.0.0/0"),
)
def interface_endpoint_open(endpoint: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The security group of an interface endpoint admits the VPC, and not everybody.

    Peered networks, VPNs and transit gateways reach the endpoint's private address too.
    """
    if not _interface(endpoint):
        return
    groups = configuration.targets(endpoint.given("security_group_ids"), *reach.GROUPS)
    for opening in reach.group_openings(configuration, groups):
        if opening.world:
            found = f'"{opening.cidr}" at the endpoint {endpoint.address}'
            yield Finding(opening.resource, opening.place, found, "the VPC's own addresses")


@rule(
    "vpc-dns",
    on=("aws_vpc",),
    severity="error",
    source="Amazon VPC User Guide: DNS attributes for your VPC; enable_dns_hostnames is false unless it "
    "is set",
    fix="set enable_dns_support = true and enable_dns_hostnames = true on the VPC",
    good={"resource": _endpoint()},
    bad={
        "resource": {
            **_endpoint(),
            "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16", "enable_dns_support": True}},
        }
    },
)
def vpc_dns(vpc: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A VPC with private names or public databases has DNS support and DNS host names.

    AWS refuses an endpoint with private DNS, the resolution of names over a peering, and a database with
    a public address without both, and a private hosted zone answers nobody.
    """
    switches = (("enable_dns_support", True), ("enable_dns_hostnames", False))
    off = [argument for argument, default in switches if vpc.known(argument, default) is False]
    if not off:
        return
    users = configuration.once(_private_names).get(vpc.address, [])
    for argument in off if users else ():
        more = f", and {len(users) - 1} more" if len(users) > 1 else ""
        yield vpc.finding(argument, vpc.given(argument), f"true, as {users[0]}{more}")


def _private_names(configuration: Configuration) -> dict[str, list[str]]:
    """Say by the address of a VPC what needs DNS in it."""
    found: dict[str, list[str]] = {}
    for user, value, why in _named_privately(configuration):
        for vpc in configuration.targets(value, *reach.VPCS):
            found.setdefault(vpc.address, []).append(f"{user.address} has {why}")
    return found


def _named_privately(configuration: Configuration) -> Iterator[tuple[Resource, Any, str]]:
    """Give what needs DNS in a VPC: the resource, the VPC's id, and what for."""
    for endpoint in configuration.of("aws_vpc_endpoint"):
        if _interface(endpoint) and endpoint.known("private_dns_enabled") is True:
            yield endpoint, endpoint.given("vpc_id"), "private DNS"
    for zone in configuration.of("aws_route53_zone"):
        for block in zone.blocks("vpc"):
            yield zone, block.given("vpc_id"), "records for a VPC"
    for zone in configuration.of("aws_route53_zone_association"):
        yield zone, zone.given("vpc_id"), "records for a VPC"
    for peering in configuration.of("aws_vpc_peering_connection"):
        options = configuration.users(
            peering, "vpc_peering_connection_id", "aws_vpc_peering_connection_options"
        )
        holders = [peering, *options]
        for side, argument in (("requester", "vpc_id"), ("accepter", "peer_vpc_id")):
            blocks = [block for each in holders for block in each.blocks(side)]
            if any(b.known("allow_remote_vpc_dns_resolution") is True for b in blocks):
                yield peering, peering.given(argument), "resolution of names over the peering"
    for database in configuration.of("aws_db_instance"):
        if database.known("publicly_accessible") is True:
            group = configuration.targets(
                database.given("db_subnet_group_name"), "aws_db_subnet_group"
            )
            ids = [each.given("subnet_ids") for each in group]
            subnets = configuration.targets(ids, "aws_subnet")
            for subnet in subnets[:1]:  # all subnets of a group are in one VPC
                yield database, subnet.given("vpc_id"), "a public address"


_WITH_GROUPS = {
    "aws_db_instance": "vpc_security_group_ids",
    "aws_rds_cluster": "vpc_security_group_ids",
    "aws_dms_replication_instance": "vpc_security_group_ids",
    "aws_instance": "vpc_security_group_ids",
    "aws_vpc_endpoint": "security_group_ids",
}

# What else gives an instance its groups.
_GROUPED_ELSEWHERE = (
    *("security_groups", "network_interface", "primary_network_interface", "launch_template"),
)


@rule(
    "default-security-group",
    on=("aws_default_security_group", *_WITH_GROUPS),
    severity="warning",
    source="Amazon VPC User Guide: Default security groups; AWS Security Hub EC2.2",
    fix="give the resource a security group of its own, and the default group no rules",
    good={
        "resource": {
            "aws_db_instance": {"main": {"vpc_security_group_ids": ["sg-0123456789abcdef0"]}}
        }
    },
    bad={"resource": {"aws_db_instance": {"main": {"identifier": "orders"}}}},
)
def default_security_group(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Nothing uses a VPC's default security group, and that has no rules.

    A resource without a group gets the default one, in which everything may reach everything.
    """
    if resource.type == "aws_default_security_group":
        for block in resource.blocks("ingress"):
            yield Finding(resource, block.place.rstrip("."), "a rule", "no rule for ingress")
        return
    if resource.type == "aws_vpc_endpoint" and not _interface(resource):
        return
    if not all(map(resource.left_out, _GROUPED_ELSEWHERE)):
        return
    argument = _WITH_GROUPS[resource.type]
    if resource.left_out(argument):
        yield resource.finding(argument, None, "a security group of its own")
    for group in configuration.targets(resource.given(argument), "aws_default_security_group"):
        yield Finding(resource, argument, group.address, "a security group of its own")


_EGRESS_RULES = ("aws_vpc_security_group_egress_rule",)


@rule(
    "security-group-rule-description",
    on=(*reach.INGRESS, *_EGRESS_RULES),
    severity="note",
    source="Amazon VPC User Guide: Security group rules; a rule can have a description",
    fix="set description to who may come, and what for",
    good=_group(protocol="tcp", from_port=443, to_port=443, description="HTTPS from the office"),
    bad=_group(protocol="tcp", from_port=443, to_port=443),
)
def security_group_rule_description(resource: Resource) -> Iterator[Finding]:
    """A rule of a security group says what it is for.

    After a year nobody dares to take away one that does not.
    """
    blocks: list[Block] = [resource]
    if resource.type in reach.GROUPS:
        blocks = [each for side in ("ingress", "egress") for each in resource.blocks(side)]
    silent = [each for each in blocks if each.left_out("description")]
    for each in silent[:1]:
        more = f", and of {len(silent) - 1} more" if len(silent) > 1 else ""
        yield resource.finding(f"{each.place}description", None, f"what the rule is for{more}")


_EMPTY = {"aws_default_security_group": {"main": {"vpc_id": _ID}}}


@rule(
    "default-security-group-open",
    on=("aws_vpc",),
    severity="warning",
    source="Amazon VPC User Guide: Default security groups; AWS Security Hub EC2.2",
    fix="add aws_default_security_group with vpc_id and no rules",
    good={"resource": {**_VPC, **_EMPTY}},
    bad={"resource": _VPC},
)
def default_security_group_open(vpc: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The default security group of a new VPC has no rules.

    AWS makes it with rules by which all its members reach each other and everything outside, and gives
    it to whatever names no group.
    """
    if not configuration.may_be_used(vpc, "vpc_id", "aws_default_security_group"):
        found = "no aws_default_security_group for this VPC"
        yield Finding(vpc, "", found, "one without rules")


_PEERED = {
    "aws_vpc": {
        "main": {"cidr_block": "10.0.0.0/16"},
        "other": {"cidr_block": "10.1.0.0/16"},
    },
    "aws_vpc_peering_connection": {"main": {"vpc_id": _ID, "peer_vpc_id": "${aws_vpc.other.id}"}},
    "aws_route_table": {
        "main": {"vpc_id": _ID},
        "other": {"vpc_id": "${aws_vpc.other.id}"},
    },
}
_PEERING = "${aws_vpc_peering_connection.main.id}"
_THERE = {"route_table_id": "${aws_route_table.main.id}", "vpc_peering_connection_id": _PEERING}
_BACK = {**_THERE, "route_table_id": "${aws_route_table.other.id}"}


@rule(
    "peering-routes",
    on=("aws_vpc_peering_connection",),
    severity="warning",
    source="Amazon VPC Peering Guide: Update your route tables for a VPC peering connection",
    fix="add a route to the peering connection in every route table of that side",
    good={"resource": {**_PEERED, "aws_route": {"there": _THERE, "back": _BACK}}},
    bad={"resource": {**_PEERED, "aws_route": {"there": _THERE}}},
)
def peering_routes(peering: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Both sides of a peering have a route to the other.

    With a route on one side only, packets arrive and no answer comes back: connections time out.
    """
    routes = configuration.once(_peered).get(peering.address, [])
    sides = [
        configuration.targets(peering.given(argument), *reach.VPCS)
        for argument in ("vpc_id", "peer_vpc_id")
    ]
    if not all(each.vpcs for each in routes) or not (routes or all(sides)):
        return
    if configuration.once(_unsure_routes):
        return
    reached = {vpc.address for each in routes for vpc in each.vpcs}
    for argument, vpcs in zip(("vpc_id", "peer_vpc_id"), sides, strict=True):
        for vpc in vpcs:
            if vpc.address not in reached:
                found = f"{vpc.address}, which has no route to the peering"
                yield Finding(peering, argument, found, "a route on both sides")


def _unsure_routes(configuration: Configuration) -> bool:
    """Tell whether there are routes that may lead to a peering, which one nobody knows."""
    routes = configuration.once(reach.routes)
    tables = configuration.of(*reach.TABLES)
    return any(
        not configuration.traced(each.block.given("vpc_peering_connection_id")) for each in routes
    ) or any(table.unknown("route") and table.writes("route") for table in tables)


def _peered(configuration: Configuration) -> dict[str, list[reach.Route]]:
    """Give the routes to peering connections by the address of those."""
    found: dict[str, list[reach.Route]] = {}
    for route in configuration.once(reach.routes):
        value = route.block.given("vpc_peering_connection_id")
        for peering in configuration.targets(value, "aws_vpc_peering_connection"):
            found.setdefault(peering.address, []).append(route)
    return found


@rule(
    "peering-overlap",
    on=("aws_vpc_peering_connection",),
    severity="error",
    source="Amazon VPC Peering Guide: VPC peering limitations; overlapping CIDR blocks are refused",
    fix="give the two VPCs different address ranges",
    good={"resource": _PEERED},
    bad={
        "resource": {
            **_PEERED,
            "aws_vpc": {**_PEERED["aws_vpc"], "other": {"cidr_block": "10.0.128.0/17"}},
        }
    },
)
def peering_overlap(peering: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Peered VPCs share no addresses.

    EC2 refuses the peering of VPCs whose blocks overlap, and a block can't be changed later.
    """
    sides = [
        next(iter(configuration.targets(peering.given(argument), "aws_vpc")), None)
        for argument in ("vpc_id", "peer_vpc_id")
    ]
    nets = [reach.network(str(vpc.known("cidr_block"))) if vpc else None for vpc in sides]
    if nets[0] and nets[1] and reach.overlap(nets[0], nets[1]):
        found = f"a VPC with {nets[1]}, which overlaps {nets[0]}"
        yield Finding(peering, "peer_vpc_id", found, "a VPC with other addresses")


_IMDS = {"http_endpoint": "enabled", "http_tokens": "required"}


@rule(
    "instance-metadata-v2",
    on=("aws_instance", "aws_launch_template"),
    severity="warning",
    source="Amazon EC2 User Guide: Use IMDSv2; AWS Security Hub EC2.8. Images of Amazon Linux 2023 ask "
    "for it by themselves",
    fix='set metadata_options { http_tokens = "required" }',
    good={"resource": {"aws_instance": {"bastion": {"metadata_options": _IMDS}}}},
    bad={
        "resource": {
            "aws_instance": {"bastion": {"metadata_options": {**_IMDS, "http_tokens": "optional"}}}
        }
    },
)
def instance_metadata_v2(instance: Resource, configuration: Configuration) -> Iterator[Finding]:
    """An instance gives its role's credentials only to sessions of IMDSv2.

    With version 1 any program on it that can be made to fetch a URL gives the credentials away.
    """
    if instance.unknown("metadata_options"):
        return
    options = next(iter(instance.blocks("metadata_options")), Block({}, "metadata_options."))
    tokens = options.known("http_tokens", "")
    if tokens in ("required", None) or options.known("http_endpoint") == "disabled":
        return
    if not tokens and _elsewhere_required(instance, configuration):
        return
    yield instance.finding(f"{options.place}http_tokens", tokens or None, '"required"')


def _elsewhere_required(instance: Resource, configuration: Configuration) -> bool:
    """Tell whether the template, the image or the account may ask for IMDSv2."""
    defaults = configuration.of("aws_ec2_instance_metadata_defaults")
    return (
        not instance.left_out("launch_template")
        or any(each.known("http_tokens") == "required" for each in defaults)
        or any("al2023-ami" in name for name in _image_names(instance, configuration))
    )


def _image_names(instance: Resource, configuration: Configuration) -> Iterator[str]:
    """Give the names that tell of what generation an instance's image is."""
    value = instance.given(_IMAGE[instance.type])
    if isinstance(value, str):
        yield value
    for found in configuration.targets(value, "data.aws_ssm_parameter", "data.aws_ami"):
        yield from _names(found)


def _names(image: Resource) -> Iterator[str]:
    if image.type == "aws_ssm_parameter":
        yield str(image.known("name", ""))
        return
    for block in image.blocks("filter"):
        values = block.known("values")
        if block.known("name") == "name" and isinstance(values, (list, tuple, set)):
            yield from (each for each in values if isinstance(each, str))


_IMAGE = {
    "data.aws_ssm_parameter": "name",
    "data.aws_ami": "filter",
    "aws_instance": "ami",
    "aws_launch_template": "image_id",
}


@rule(
    "image-generation",
    on=_IMAGE,
    severity="warning",
    source="endoflife-date/endoflife.date (Amazon Linux): Amazon Linux 2 ended on 2026-06-30",
    fix="take /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64, or arm64",
    good={
        "data": {
            "aws_ssm_parameter": {
                "image": {
                    "name": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
                }
            }
        }
    },
    bad={
        "data": {
            "aws_ssm_parameter": {
                "image": {"name": "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2"}
            }
        }
    },
)
def image_generation(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Instances start from an image that still gets security updates.

    An ended Amazon Linux gets none, and has no clients for newer versions of PostgreSQL.
    """
    argument = _IMAGE[resource.kind]
    names = _names(resource) if resource.mode == "data" else [str(resource.known(argument))]
    for name in names:
        image = runtimes.image(name)
        if image and image.ended(configuration.today):
            expected = f"an image of {image.successor.rstrip('-')}"
            found = f'"{name}" ({image.title}, ended {image.deprecated})'
            yield Finding(resource, argument, found, expected)


_BASTION = re.compile(
    r"(^|[^a-z])(bastion|jump[-_ ]?(host|box|server)?|ssm[-_ ]?host)([^a-z]|$)", re.IGNORECASE
)


def _is_bastion(instance: Resource) -> bool:
    tags = instance.known("tags")
    tag = tags.get("Name") if isinstance(tags, dict) else None
    return any(isinstance(n, str) and _BASTION.search(n) for n in (instance.name, tag))


@rule(
    "bastion-public",
    on=("aws_instance",),
    severity="warning",
    source="AWS Systems Manager User Guide: Session Manager; no inbound ports, no public address",
    fix="put it in a private subnet, and connect with aws ssm start-session",
    good={"resource": {"aws_instance": {"bastion": {"associate_public_ip_address": False}}}},
    bad={"resource": {"aws_instance": {"bastion": {"associate_public_ip_address": True}}}},
)
def bastion_public(instance: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A bastion has no public address.

    Session Manager reaches it from inside; a public address is one more door to the databases.
    """
    if not _is_bastion(instance):
        return
    if instance.known("associate_public_ip_address") is True:
        yield instance.finding("associate_public_ip_address", found=True, expected="false")
    elif instance.left_out("associate_public_ip_address"):
        for subnet in configuration.targets(instance.given("subnet_id"), "aws_subnet"):
            if subnet.known("map_public_ip_on_launch") is True:
                found = f"{subnet.address}, which gives out public addresses"
                yield Finding(instance, "subnet_id", found, "a private subnet")


@rule(
    "bastion-key-pair",
    on=("aws_instance",),
    severity="warning",
    source="AWS Systems Manager User Guide: Session Manager; access by IAM and no SSH keys",
    fix="leave key_name out, and give the instance profile AmazonSSMManagedInstanceCore",
    good={"resource": {"aws_instance": {"bastion": {"iam_instance_profile": "bastion-dev"}}}},
    bad={"resource": {"aws_instance": {"bastion": {"key_name": "operations"}}}},
)
def bastion_key_pair(instance: Resource) -> Iterator[Finding]:
    """A bastion has no key pair.

    A key is shared, copied and never taken back; Session Manager asks IAM, and writes down who came.
    """
    if _is_bastion(instance) and not instance.left_out("key_name"):
        yield instance.finding("key_name", instance.given("key_name"), "no key pair")
