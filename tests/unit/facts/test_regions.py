"""Regions and partitions."""

import pytest

from tapforge.facts import regions


def test_every_region_is_right() -> None:
    """No region of the table is refused, and each lies in one partition."""
    assert [regions.check(name) for name in regions.names()] == [None] * len(regions.names())
    split = [name for partition in regions.partitions() for name in regions.names(partition)]
    assert sorted(split) == list(regions.names())


def test_regions_of_a_partition() -> None:
    """China is a partition of its own."""
    assert regions.names("aws-cn") == ("cn-north-1", "cn-northwest-1")
    assert regions.partition("us-gov-west-1") == "aws-us-gov"
    assert regions.dns_suffix("cn-north-1") == "amazonaws.com.cn"
    assert regions.title("us-east-2") == "US East (Ohio)"


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("us-est-1", "did you mean us-east-1 or us-west-1?"),
        ("US-EAST-2", "did you mean us-east-2?"),
        ("eu-central-3", "eu-central-1"),
        ("mars", "expected a name such as us-east-1"),
        ("", "expected a name"),
    ],
)
def test_unknown_region_names_the_closest(region: str, words: str) -> None:
    """A region that does not exist is refused with the nearest one that does."""
    assert words in (regions.check(region) or "")


def test_unknown_region_or_partition_raises() -> None:
    """Facts about a region that does not exist are not made up."""
    with pytest.raises(ValueError, match='no region "us-east-9"'):
        regions.partition("us-east-9")
    with pytest.raises(ValueError, match="is not one of aws, aws-cn"):
        regions.names("aws-mars")
