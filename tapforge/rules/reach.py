"""Who can reach what: openings of security groups, and routes of subnets."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import attrs

from tapforge.rules.resource import Block, Configuration, Resource

GROUPS = ("aws_security_group", "aws_default_security_group")
INGRESS = (*GROUPS, "aws_security_group_rule", "aws_vpc_security_group_ingress_rule")
VPCS = ("aws_vpc", "aws_default_vpc")
TABLES = ("aws_route_table", "aws_default_route_table")
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


def private(net: Network) -> bool:
    """Tell whether all addresses of a network are private."""
    return any(net.version == each.version and net.subnet_of(each) for each in _PRIVATE)  # type: ignore[arg-type]


def openings(resource: Resource) -> Iterator[Opening]:
    """Give what a security group, or one rule of it, opens to which addresses, as far as known."""
    if resource.type in GROUPS:
        for block in resource.blocks("ingress"):
            yield from _opened(resource, block, "protocol", ("cidr_blocks", "ipv6_cidr_blocks"))
    elif resource.type == "aws_security_group_rule":
        if resource.known("type") == "ingress":
            yield from _opened(resource, resource, "protocol", ("cidr_blocks", "ipv6_cidr_blocks"))
    else:
        yield from _opened(resource, resource, "ip_protocol", ("cidr_ipv4", "cidr_ipv6"))


def group_openings(configuration: Configuration, groups: Iterable[Resource]) -> Iterator[Opening]:
    """Give what security groups open, in themselves and in rules of their own.

    Args:
        configuration: Where the rules are looked up.
        groups: The security groups.
    """
    for group in groups:
        yield from openings(group)
        for rule in configuration.users(group, "security_group_id", *INGRESS[len(GROUPS) :]):
            yield from openings(rule)


def _opened(
    resource: Resource, block: Block, protocol: str, sources: tuple[str, ...]
) -> Iterator[Opening]:
    cidrs = [(source, cidr) for source in sources for cidr in _texts(block.given(source))]
    if not cidrs:
        return
    name = str(block.known(protocol, "")).lower()
    name = _PROTOCOLS.get(name, name)
    first, last = _ALL_PORTS if name == "-1" else map(_port, _bounds(block))
    if name and first is not None and last is not None:
        for source, cidr in cidrs:
            yield Opening(resource, f"{block.place}{source}", cidr, name, first, last)


def _bounds(block: Block) -> tuple[Any, Any]:
    return block.given("from_port"), block.given("to_port")


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


class Routing:
    """The routes of a configuration, looked up once."""

    def __init__(self, configuration: Configuration) -> None:
        """Read them.

        Args:
            configuration: Where they are written.
        """
        # Not the configuration itself: the cache of these must not keep it alive.
        self.routes = [*_inline(configuration), *_separate(configuration)]
        self._tables: dict[str, list[Resource]] = {}
        self._main: dict[str, list[Resource]] = {}
        for each in configuration.of("aws_route_table_association"):
            for subnet in configuration.targets(each.given("subnet_id"), "aws_subnet"):
                found = configuration.targets(each.given("route_table_id"), *TABLES)
                self._tables.setdefault(subnet.address, []).extend(found)
        for each in configuration.of("aws_main_route_table_association"):
            for vpc in configuration.targets(each.given("vpc_id"), *VPCS):
                found = configuration.targets(each.given("route_table_id"), *TABLES)
                self._main.setdefault(vpc.address, []).extend(found)
        self._public_tables = set[str]()
        self._public_vpcs = set[str]()
        for route in self.routes:
            if _to_internet(configuration, route.block):
                self._public_tables |= {table.address for table in route.tables}
                if route.main:
                    self._public_vpcs |= {vpc.address for vpc in route.vpcs}

    def public(self, configuration: Configuration, subnet: Resource) -> bool:
        """Tell whether a subnet has a route to an internet gateway.

        Args:
            configuration: Where the subnet is.
            subnet: The subnet.
        """
        if not self._public_tables and not self._public_vpcs:
            return False
        if tables := self._tables.get(subnet.address):
            return any(table.address in self._public_tables for table in tables)
        vpcs = configuration.targets(subnet.given("vpc_id"), *VPCS)
        main = [table for vpc in vpcs for table in self._main.get(vpc.address, ())]
        return any(table.address in self._public_tables for table in main) or (
            not main and any(vpc.address in self._public_vpcs for vpc in vpcs)
        )


_ROUTING: WeakKeyDictionary[Configuration, Routing] = WeakKeyDictionary()


def routing(configuration: Configuration) -> Routing:
    """Give the routes of a configuration."""
    known = _ROUTING.get(configuration)
    if known is None:
        known = _ROUTING[configuration] = Routing(configuration)
    return known


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
    destinations = ("cidr_block", "destination_cidr_block", "ipv6_cidr_block")
    everywhere = any(
        (net := network(str(block.known(each, "")))) is not None and net.prefixlen == 0
        for each in (*destinations, "destination_ipv6_cidr_block")
    )
    gateway = block.given("gateway_id")
    return everywhere and (
        bool(configuration.targets(gateway, "aws_internet_gateway"))
        or (isinstance(gateway, str) and gateway.startswith("igw-"))
    )
