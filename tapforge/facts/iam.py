"""What IAM policies can be narrowed to: actions that take a resource, services that name their source.

Example:
    >>> narrowable("secretsmanager:GetSecret*")
    ('secretsmanager:GetSecretValue',)
"""

from __future__ import annotations

import functools
import re
from typing import Literal, NamedTuple

from tapforge.facts._data import load


@functools.lru_cache(maxsize=4096)
def narrowable(action: str) -> tuple[str, ...]:
    """Give the actions that an `Action` element covers and that AWS lets one limit to resources.

    Only actions that act on one resource are known: lists and descriptions are not among them, nor are
    services whose actions often make what has no name yet, such as EC2.

    Args:
        action: ``service:Name``; ``*`` and ``?`` are wildcards, and case does not matter.
    """
    service, _, name = action.partition(":")
    known = load("iam")["narrowable_actions"].get(service.lower(), ())
    pattern = re.escape(name).replace(r"\*", ".*").replace(r"\?", ".")
    fits = re.compile(pattern, re.IGNORECASE).fullmatch
    return tuple(f"{service.lower()}:{each}" for each in known if fits(each))


def names_its_source(principal: str, where: Literal["trust", "resource"]) -> bool:
    """Tell whether a service sets ``aws:SourceAccount`` or ``aws:SourceArn`` when it acts.

    Args:
        principal: The service principal, such as ``monitoring.rds.amazonaws.com``.
        where: ``trust`` for roles that it assumes, ``resource`` for topics, queues and keys that it uses.
    """
    return bool(load("iam")["services"].get(principal, {}).get(where))


@functools.cache
def shared_issuers() -> frozenset[str]:
    """Return the hosts of identity providers that issue tokens to everybody who has an account there."""
    return frozenset(load("iam")["shared_issuers"])


class TopicWriter(NamedTuple):
    """A type of resource that has a service write to a topic.

    Attributes:
        principal: The service, as policies name it.
        arguments: The arguments that name the topic.
    """

    principal: str
    arguments: tuple[str, ...]


@functools.cache
def topic_writers() -> dict[str, TopicWriter]:
    """Return the types of resources that have a service write to a topic of SNS."""
    return {
        type_: TopicWriter(each["principal"], tuple(each["arguments"]))
        for type_, each in load("iam")["topic_writers"].items()
    }


def source() -> str:
    """Return where the tables come from."""
    return str(load("iam")["source"])
