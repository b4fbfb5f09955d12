"""Who can reach what: openings of security groups, and routes of subnets."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from tapforge.rules.resource import Block, Configuration, Resource

GROUPS = ("aws_security_group", "aws_default_security_group")
INGRESS_RULES = ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule")
INGRESS = (*GROUPS, *INGRESS_RULES)
VPCS = ("aws_vpc", "aws_default_vpc")
TABLES = ("aws_route_table", "aws_default_route_table")
_DESTINATIONS = (
    *("cidr_block", "destination_cidr_block"),
    *("ipv6_cidr_block", "destination_ipv6_cidr_block"),
)
_GATEWAYS = ("aws_internet_gateway", "data.aws_internet_gateway")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ALL_PORTS = (0, 65535)
_PROTOCOLS = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
# RFC 1918, RFC 6598 and RFC 4193: addresses that no packet from the internet can have.
_PRIVATE = [
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]


@attrs.frozen(eq=False)
class Opening:
    """Ports that a rule of a security group opens to addresses.

    Attributes:
        resource: The resource that the rule is written in.
        place: The path of the argument that holds the addresses.
        cidr: The addresses.
        protocol: ``tcp``, ``udp``, ``-1`` for all, and so on.
        first: The first port; 0 where the protocol has all.
        last: The last port.
    """

    resource: Resource
    place: str
    cidr: str
    protocol: str
    first: int
    last: int

    @property
    def world(self) -> bool:
        """Whether it is open to every address."""
        net = network(self.cidr)
        return net is not None and net.prefixlen == 0

    @property
    def everything(self) -> bool:
        """Whether it opens all ports."""
        return self.protocol == "-1" or (self.first <= 1 and self.last >= _ALL_PORTS[1])

    @property
    def ports(self) -> str:
        """The ports in words."""
        if self.everything:
            return "all ports"
        return (
            f"port {self.first}" if self.first == self.last else f"ports {self.first}-{self.last}"
        )


@functools.lru_cache(maxsize=4096)
def network(cidr: str) -> Network | None:
    """Read a CIDR block; None where it is none."""
    try:
        return ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return None


def overlap(one: Network, other: Network) -> bool:
    """Tell whether two networks of one IP version share addresses."""
    return one.version == other.version and one.overlaps(other)


@functools.lru_cache(maxsize=4096)
def private(net: Network) -> bool:
    """Tell whether all addresses of a network are private."""
    return any(within(net, each) for each in _PRIVATE)


def within(net: Network, whole: Network) -> bool:
    """Tell whether all addresses of a network are among those of another."""
    return net.version == whole.version and net.subnet_of(whole)  # type: ignore[arg-type]


# Several rules look at one group, one after the other; a large configuration has hundreds.
@functools.lru_cache(maxsize=2048)
def openings(resource: Resource) -> tuple[Opening, ...]:
    """Give what a security group, or one rule of it, opens to which addresses, as far as known."""
    blocks: list[Block] = [resource]
    protocol, sources = "protocol", ("cidr_blocks", "ipv6_cidr_blocks")
    if resource.type in GROUPS:
        blocks = resource.blocks("ingress")
    elif resource.type == "aws_security_group_rule":
        blocks = [resource] if resource.known("type") == "ingress" else []
    else:
        protocol, sources = "ip_protocol", ("cidr_ipv4", "cidr_ipv6")
    return tuple(o for block in blocks for o in _opened(resource, block, protocol, sources))


def group_openings(configuration: Configuration, groups: Iterable[Resource]) -> Iterator[Opening]:
    """Give what security groups open, in themselves and in rules of their own.

    Args:
        configuration: Where the rules are looked up.
        groups: The security groups.
    """
    for group in groups:
        yield from openings(group)
        for rule in configuration.users(group, "security_group_id", *INGRESS_RULES):
            yield from openings(rule)


def _opened(
    resource: Resource, block: Block, protocol: str, sources: tuple[str, ...]
) -> Iterator[Opening]:
    cidrs = [(source, cidr) for source in sources for cidr in _texts(block.given(source))]
    if not cidrs:
        return
    name = str(block.known(protocol) or "").lower()
    name = _PROTOCOLS.get(name, name)
    bounds = (block.given("from_port"), block.given("to_port"))
    first, last = _ALL_PORTS if name == "-1" else map(_port, bounds)
    if name and first is not None and last is not None:
        for source, cidr in cidrs:
            yield Opening(resource, f"{block.place}{source}", cidr, name, first, last)


def _port(value: Any) -> int | None:
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return int(value) if isinstance(value, (int, float)) else None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [v for v in value if isinstance(v, str)] if isinstance(value, (list, tuple, set)) else []


@attrs.frozen(eq=False)
class Route:
    """One route.

    Attributes:
        block: Its arguments.
        tables: The route tables that it is in.
        vpcs: The VPCs of those.
        main: Whether it is in the main route table of the VPCs.
    """

    block: Block
    tables: tuple[Resource, ...]
    vpcs: tuple[Resource, ...]
    main: bool = False


def routes(configuration: Configuration) -> list[Route]:
    """Give the routes of a configuration; ask for them with `Configuration.once`."""
    return [*_inline(configuration), *_separate(configuration)]


def public_subnets(configuration: Configuration) -> frozenset[str]:
    """Give the addresses of the subnets with a route to an internet gateway, as `routes`."""
    public = [r for r in configuration.once(routes) if _to_internet(configuration, r.block)]
    if not public:
        return frozenset()
    tables = {table.address for route in public for table in route.tables}
    vpcs = {vpc.address for route in public if route.main for vpc in route.vpcs}
    own = _associated(configuration, "aws_route_table_association", "subnet_id", "aws_subnet")
    main = _associated(configuration, "aws_main_route_table_association", "vpc_id", *VPCS)

    def is_public(subnet: Resource) -> bool:
        if subnet.address in own:
            return own[subnet.address] <= tables
        theirs = configuration.targets(subnet.given("vpc_id"), *VPCS)
        return any(
            main[vpc.address] <= tables if vpc.address in main else vpc.address in vpcs
            for vpc in theirs
        )

    return frozenset(each.address for each in configuration.of("aws_subnet") if is_public(each))


def _associated(
    configuration: Configuration, type_: str, argument: str, *types: str
) -> dict[str, set[str]]:
    """Give the route tables that subnets or VPCs may be associated with; "" for one not known."""
    found: dict[str, set[str]] = {}
    for each in configuration.of(type_):
        tables = configuration.targets(each.given("route_table_id"), *TABLES)
        names = {table.address for table in tables} or {""}
        for one in configuration.targets(each.given(argument), *types):
            found.setdefault(one.address, set()).update(names)
    return found


def _inline(configuration: Configuration) -> Iterator[Route]:
    for table in configuration.of(*TABLES):
        if blocks := table.blocks("route"):
            place, main = _place(configuration, table)
            for block in blocks:
                yield Route(block, (table,), place, main)


def _separate(configuration: Configuration) -> Iterator[Route]:
    for route in configuration.of("aws_route"):
        value = route.given("route_table_id")
        tables = configuration.targets(value, *TABLES)
        if tables:
            for table in tables:
                place, main = _place(configuration, table)
                yield Route(route, (table,), place, main)
            continue
        # A VPC's attribute is the id of its main route table.
        vpcs = configuration.targets(value, *VPCS)
        yield Route(route, (), tuple(vpcs), main=bool(vpcs))


def _place(configuration: Configuration, table: Resource) -> tuple[tuple[Resource, ...], bool]:
    if table.type == "aws_default_route_table":
        return tuple(configuration.targets(table.given("default_route_table_id"), *VPCS)), True
    return tuple(configuration.targets(table.given("vpc_id"), *VPCS)), False


def _to_internet(configuration: Configuration, block: Block) -> bool:
    nets = [network(str(block.known(each))) for each in _DESTINATIONS]
    everywhere = any(net.prefixlen == 0 for net in nets if net)
    gateway = block.given("gateway_id")
    return everywhere and (
        bool(configuration.targets(gateway, *_GATEWAYS))
        or (isinstance(gateway, str) and gateway.startswith("igw-"))
    )
