"""Blocks of addresses."""

import ipaddress
import re

import pytest

from tapforge.facts import networks


@pytest.mark.parametrize("block", networks.PRIVATE)
def test_private_blocks_are_none_of_the_internet(block: str) -> None:
    """As Python's own table says."""
    assert not ipaddress.ip_network(block).is_global


@pytest.mark.parametrize("prefix", range(33))
def test_the_pattern_takes_the_sizes_of_a_vpc(prefix: int) -> None:
    """From the largest block to the smallest, both included."""
    taken = re.fullmatch(networks.BLOCK_PATTERN, f"10.0.0.0/{prefix}") is not None
    assert taken is (networks.LARGEST <= prefix <= networks.SMALLEST)
