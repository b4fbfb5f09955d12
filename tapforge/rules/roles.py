"""What roles are allowed by the policies that are attached to them."""

from __future__ import annotations

from typing import Any

from tapforge.rules import policies
from tapforge.rules.policies import many
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
    """Give the name of a policy of AWS with its path, such as ``service-role/AWS_ConfigRole``.

    Args:
        arn: A text, or an expression that ends in a known text.

    Returns:
        What stands behind ``:policy/`` in the ARN; "" if it is unknown, or a policy of one's own.
    """
    return policies.ending(arn).partition(":iam::aws:policy/")[2]


def managed_policies(configuration: Configuration, role: Resource) -> frozenset[str] | None:
    """Give the names of all managed policies that a role has.

    Args:
        configuration: Where the role is.
        role: The role.

    Returns:
        The names as `managed_name` gives them; None if the role has others too, inline, of one's own or
        unknown, so that what they allow can't be told from their names.
    """
    inline = configuration.may_be_used(role, "role", "aws_iam_role_policy")
    if inline or not role.left_out("inline_policy"):
        return None
    arns = [*many(role.given("managed_policy_arns"))]
    for type_, (whose, which) in _OF_ROLES.items():
        if not configuration.all_traced(whose, type_):
            return None
        for each in configuration.users(role, whose, type_):
            arns += many(each.given(which))
    names = frozenset(map(managed_name, arns))
    return None if "" in names else names
