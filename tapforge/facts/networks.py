"""Blocks of addresses: which are private, how few public ones are a team's own, how large a VPC is.

Source: RFC 1918, RFC 6598 and RFC 4193 for private addresses; the Amazon VPC User Guide, VPC CIDR blocks,
for the sizes.
"""

from __future__ import annotations

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
"""Addresses that no packet from the internet can have."""

OWN_PREFIX = {4: 24, 6: 48}
"""The prefix of the widest public block, by IP version, that is an office's, and no provider's."""

LARGEST, SMALLEST = 16, 28
"""The prefixes that the IPv4 blocks of VPCs and subnets lie between."""

BLOCK_PATTERN = "^[0-9.]+/(1[6-9]|2[0-8])$"
"""The IPv4 block of a VPC or subnet, by its form and its prefix."""
