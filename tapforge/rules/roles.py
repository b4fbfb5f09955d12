"""What roles are allowed by the policies that are attached to them."""

from __future__ import annotations

from typing import Any

from tapforge.rules import policies
from tapforge.rules.resource import Configuration, Resource

ATTACHMENTS = {
    "aws_iam_role_policy_attachment": "policy_arn",
    "aws_iam_user_policy_attachment": "policy_arn",
    "aws_iam_group_policy_attachment": "policy_arn",
    "aws_iam_policy_attachment": "policy_arn",
    "aws_iam_role": "managed_policy_arns",
}
"""The resources that attach managed policies, and the argument that names those."""

_OF_ROLES = {
    "aws_iam_role_policy_attachment": ("role", "policy_arn"),
    "aws_iam_policy_attachment": ("roles", "policy_arn"),
    "aws_iam_role_policy_attachments_exclusive": ("role_name", "policy_arns"),
}


def managed_name(arn: Any) -> str:
    """Give what stands behind ``:policy/`` in a policy's ARN, such as ``service-role/AWS_ConfigRole``.

    Args:
        arn: A text, or an expression that ends in a known text.

    Returns:
        The name with its path; "" if it is unknown.
    """
    return policies.ending(arn).partition(":policy/")[2]


def managed_policies(configuration: Configuration, role: Resource) -> frozenset[str] | None:
    """Give the names of all managed policies that a role has.

    Args:
        configuration: Where the role is.
        role: The role.

    Returns:
        The names as `managed_name` gives them; None if the role has others too, inline, of one's own or
        unknown, so that what they allow can't be told from their names.
    """
    inline = configuration.users(role, "role", "aws_iam_role_policy")
    if role.given("inline_policy") or next(inline, None):
        return None
    arns = [*_listed(role.given("managed_policy_arns"))]
    for type_, (whose, which) in _OF_ROLES.items():
        for each in configuration.of(type_):
            roles = configuration.targets(each.given(whose), "aws_iam_role")
            if role in roles:
                arns += _listed(each.given(which))
            elif not roles and each.unknown(whose):
                return None
    names = frozenset(map(managed_name, arns))
    return None if "" in names else names


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
