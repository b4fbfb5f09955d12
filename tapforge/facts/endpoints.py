"""AWS services that a VPC reaches by an endpoint of its own, without the internet.

Example:
    >>> gateway()
    ('dynamodb', 's3')
"""

from __future__ import annotations

import functools

from tapforge.facts._data import load


@functools.cache
def gateway() -> tuple[str, ...]:
    """Return the services that have gateway endpoints, by the end of their endpoints' names."""
    return tuple(load("endpoints")["gateway"])


@functools.cache
def interface() -> tuple[str, ...]:
    """Return the services that have interface endpoints, by the end of their endpoints' names.

    S3 and DynamoDB are not among them: their gateway endpoints cost nothing.
    """
    return tuple(load("endpoints")["interface"])


@functools.cache
def iam_prefixes() -> dict[str, str]:
    """Return what begins the actions of services whose endpoints are known to take a policy."""
    return dict(load("endpoints")["iam_prefixes"])


def source() -> str:
    """Return where the tables come from."""
    return str(load("endpoints")["source"])
