"""Functions of IP networks."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any

from tapforge.lang.value import RefusedError, UnfoldedError, exact, number, string, whole

_Network = IPv4Network | IPv6Network
_LEADING_ZERO = re.compile(r"(?<![0-9A-Fa-f:])0+(?=[0-9])")
_PREFIX = re.compile(r"[0-9.]+/[0-9]{1,3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/[0-9]{1,3}")
_MAPPED = IPv6Network("::ffff:0:0/96")
_MAX_POSITION = 1 << 63  # beyond it Terraform's own arithmetic overflows
_MAX_EXTENSION = 32  # bits by which cidrsubnets extends a prefix at most


def _network(prefix: Any) -> _Network:
    text = string(prefix)
    if not _PREFIX.fullmatch(text):
        raise RefusedError(f"invalid CIDR address: {text}")
    try:
        # To Terraform 010 is ten, to Python an error.
        network = ip_network(_LEADING_ZERO.sub("", text), strict=False)
    except ValueError:
        raise RefusedError(f"invalid CIDR address: {text}") from None
    if isinstance(network, IPv6Network) and network.overlaps(_MAPPED) and network.prefixlen:
        # Go takes some of these addresses for IPv4.
        raise UnfoldedError
    return network


def _position(value: Any) -> int:
    exactly = exact(number(value))
    position = int(exactly)
    if position != exactly:
        raise RefusedError("value must be a whole number")
    if abs(position) >= _MAX_POSITION:
        raise UnfoldedError
    return position


def _cidrhost(prefix: Any, host: Any) -> str:
    network = _network(prefix)
    position = _position(host)
    if not -network.num_addresses <= position < network.num_addresses:
        raise RefusedError(
            f"prefix of {network.prefixlen} does not accommodate a host numbered {position}"
        )
    address = network[position]
    if address in _MAPPED:
        raise UnfoldedError
    return str(address)


def _cidrnetmask(prefix: Any) -> str:
    network = _network(prefix)
    if network.version != 4:
        raise RefusedError(f"IPv6 addresses cannot have a netmask: {network}")
    return str(network.netmask)


def _cidrsubnet(prefix: Any, newbits: Any, netnum: Any) -> str:
    network, bits = _network(prefix), whole(newbits)
    position = _position(netnum)
    if bits < 0 or position < 0:
        raise UnfoldedError
    if network.prefixlen + bits > network.max_prefixlen:
        raise RefusedError(
            f"insufficient address space to extend prefix of {network.prefixlen} by {bits}"
        )
    if position >> bits:
        raise RefusedError(
            f"prefix extension of {bits} does not accommodate a subnet numbered {position}"
        )
    return _subnet(network, bits, position << (network.max_prefixlen - network.prefixlen - bits))


def _subnet(network: _Network, bits: int, offset: int) -> str:
    """Write the network that begins `offset` addresses into another one."""
    address = network.network_address + offset
    if address in _MAPPED:
        raise UnfoldedError
    return f"{address}/{network.prefixlen + bits}"


def _cidrsubnets(prefix: Any, *newbits: Any) -> list[str]:
    network = _network(prefix)
    before = int(network.network_address) - 1
    if before < 0 or (network.version == 6 and IPv6Address(before) in _MAPPED):
        # Terraform takes the network before this one for the last of all.
        raise UnfoldedError
    subnets, offset = [], 0
    for value in newbits:
        bits = whole(value)
        if not 1 <= bits <= _MAX_EXTENSION:
            raise RefusedError(f"must extend prefix by 1 to {_MAX_EXTENSION} bits")
        if network.prefixlen + bits > network.max_prefixlen:
            raise RefusedError(f"would extend prefix to {network.prefixlen + bits} bits")
        size = 1 << (network.max_prefixlen - network.prefixlen - bits)
        offset = -(-offset // size) * size
        if offset + size > network.num_addresses:
            raise RefusedError("not enough remaining address space")
        subnets.append(_subnet(network, bits, offset))
        offset += size
    return subnets


FUNCTIONS = {
    "cidrhost": _cidrhost,
    "cidrnetmask": _cidrnetmask,
    "cidrsubnet": _cidrsubnet,
    "cidrsubnets": _cidrsubnets,
}
