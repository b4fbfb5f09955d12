"""AWS regions and the partitions they lie in. Source: botocore's `endpoints.json`."""

from __future__ import annotations

import functools

from tapforge.facts._data import did_you_mean, load


@functools.cache
def names(partition: str | None = None) -> tuple[str, ...]:
    """Return the names of all regions, or of the regions of one partition, sorted.

    Raises:
        ValueError: If there is no such partition.
    """
    if partition is not None and partition not in partitions():
        raise ValueError(f'partition "{partition}" is not one of {", ".join(partitions())}')
    return tuple(
        sorted(
            name
            for name, entry in load("regions")["regions"].items()
            if partition in (None, entry["partition"])
        )
    )


@functools.cache
def partitions() -> tuple[str, ...]:
    """Return the names of the partitions: `aws` first, then the separate ones."""
    return tuple(load("regions")["partitions"])


def partition(region: str) -> str:
    """Return the partition that `region` lies in, such as `aws` or `aws-us-gov`.

    Raises:
        ValueError: If there is no such region.
    """
    return _region(region)["partition"]


def title(region: str) -> str:
    """Return what people call `region`, such as `US East (Ohio)`.

    Raises:
        ValueError: If there is no such region.
    """
    return _region(region)["title"]


def dns_suffix(region: str) -> str:
    """Return the end of the service addresses of `region`, such as `amazonaws.com`.

    Raises:
        ValueError: If there is no such region.
    """
    return str(load("regions")["partitions"][partition(region)]["dns_suffix"])


def check(region: str) -> str | None:
    """Return what is wrong with the name `region`, or None when the region exists."""
    known = names()
    if region in known:
        return None
    near = did_you_mean(region.strip().lower(), known)
    advice = near or "expected a name such as us-east-1"
    return f'AWS has no region "{region}"; {advice}'


def source() -> str:
    """Return where the regions come from."""
    return str(load("regions")["source"])


def _region(name: str) -> dict[str, str]:
    message = check(name)
    if message:
        raise ValueError(message)
    return dict(load("regions")["regions"][name])
