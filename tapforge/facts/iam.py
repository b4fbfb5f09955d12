"""What IAM policies can be narrowed to: actions that take a resource, services that name their source.

Example:
    >>> narrowable("secretsmanager:GetSecret*")
    ('secretsmanager:GetSecretValue',)
"""

from __future__ import annotations

import functools
import re
from typing import Literal

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


def source() -> str:
    """Return where the tables come from."""
    return str(load("iam")["source"])
