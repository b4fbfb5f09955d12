"""Functions of IP networks."""

from __future__ import annotations

import functools
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


@functools.lru_cache(maxsize=256)
def _network(prefix: str) -> _Network:
    if not _PREFIX.fullmatch(prefix):
        raise RefusedError(f"invalid CIDR address: {prefix}")
    try:
        # To Terraform 010 is ten, to Python an error.
        network = ip_network(_LEADING_ZERO.sub("", prefix), strict=False)
    except ValueError:
        raise RefusedError(f"invalid CIDR address: {prefix}") from None
    if isinstance(network, IPv6Network) and network.overlaps(_MAPPED) and network.prefixlen:
        # Go takes some of these addresses for IPv4.
        raise UnfoldedError
    return network


def _address(network: _Network, offset: int) -> str:
    """Write the address that lies `offset` addresses into a network."""
    if network.version == 4:
        return str(network.network_address + offset)
    address = network.network_address + offset
    if address in _MAPPED:
        raise UnfoldedError
    return str(address)


def _position(value: Any) -> int:
    exactly = exact(number(value))
    position = int(exactly)
    if position != exactly:
        raise RefusedError("value must be a whole number")
    if abs(position) >= _MAX_POSITION:
        raise UnfoldedError
    return position


def _cidrhost(prefix: Any, host: Any) -> str:
    network, position = _network(string(prefix)), _position(host)
    size = 1 << (network.max_prefixlen - network.prefixlen)
    if not -size <= position < size:
        raise RefusedError(
            f"prefix of {network.prefixlen} does not accommodate a host numbered {position}"
        )
    return _address(network, position % size)


def _cidrnetmask(prefix: Any) -> str:
    network = _network(string(prefix))
    if network.version != 4:
        raise RefusedError(f"IPv6 addresses cannot have a netmask: {network}")
    return str(network.netmask)


def _cidrsubnet(prefix: Any, newbits: Any, netnum: Any) -> str:
    network, bits, position = _network(string(prefix)), whole(newbits), _position(netnum)
    if bits < 0 or position < 0:
        raise UnfoldedError
    length = network.prefixlen + bits
    if length > network.max_prefixlen:
        raise RefusedError(
            f"insufficient address space to extend prefix of {network.prefixlen} by {bits}"
        )
    if position >> bits:
        raise RefusedError(
            f"prefix extension of {bits} does not accommodate a subnet numbered {position}"
        )
    return f"{_address(network, position << (network.max_prefixlen - length))}/{length}"


def _cidrsubnets(prefix: Any, *newbits: Any) -> list[str]:
    network = _network(string(prefix))
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
        subnets.append(f"{_address(network, offset)}/{network.prefixlen + bits}")
        offset += size
    return subnets


FUNCTIONS = {
    "cidrhost": _cidrhost,
    "cidrnetmask": _cidrnetmask,
    "cidrsubnet": _cidrsubnet,
    "cidrsubnets": _cidrsubnets,
}
