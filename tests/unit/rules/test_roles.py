"""The managed policies of roles."""

from typing import Any

import pytest

from tapforge.lang.expression import Symbol, parse
from tapforge.rules import roles
from tapforge.rules.example import configuration

UNKNOWN = "${aws_unknown.main.value}"
ROLE = "${aws_iam_role.main.name}"
A, B = "arn:aws:iam::aws:policy/A", "arn:aws-cn:iam::aws:policy/service-role/B"
PARTITION = Symbol("data.aws_partition.p").partition


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (A, "A"),
        (B, "service-role/B"),
        (parse(f"arn:{PARTITION}:iam::aws:policy/service-role/B"), "service-role/B"),
        ("arn:aws:iam::123456789012:policy/AdministratorAccess", ""),
        (Symbol("aws_iam_policy.own").arn, ""),
        (None, ""),
    ],
    ids=["AWS", "China", "template", "own", "reference", "nothing"],
)
def test_names_of_policies(arn: Any, name: str) -> None:
    """Only a policy of AWS is known by its name."""
    assert roles.managed_name(arn) == name


def attached(type_: str, **arguments: Any) -> dict[str, Any]:
    """Return one attachment."""
    return {type_: {"main": arguments}}


@pytest.mark.parametrize(
    ("resources", "names"),
    [
        ({}, set()),
        (attached("aws_iam_role_policy_attachment", role=ROLE, policy_arn=A), {"A"}),
        (attached("aws_iam_role_policy_attachment", role="main", policy_arn=A), {"A"}),
        (attached("aws_iam_role_policy_attachment", role="other", policy_arn=A), set()),
        (attached("aws_iam_role_policy_attachment", role=UNKNOWN, policy_arn=A), None),
        (attached("aws_iam_role_policy_attachment", role=ROLE, policy_arn=UNKNOWN), None),
        (
            attached(
                "aws_iam_role_policy_attachment",
                role=ROLE,
                policy_arn="arn:aws:iam::123456789012:policy/own",
            ),
            None,
        ),
        (
            attached("aws_iam_policy_attachment", roles=["other", ROLE], policy_arn=B),
            {"service-role/B"},
        ),
        (attached("aws_iam_policy_attachment", roles=["other", UNKNOWN], policy_arn=B), None),
        (
            attached(
                "aws_iam_role_policy_attachments_exclusive", role_name=ROLE, policy_arns=[A, B]
            ),
            {"A", "service-role/B"},
        ),
        (attached("aws_iam_role_policy", role=ROLE, policy="{}"), None),
        (attached("aws_iam_role_policy", role=UNKNOWN, policy="{}"), None),
        (attached("aws_iam_role_policy", role="other", policy="{}"), set()),
        (attached("aws_iam_role", name="main", managed_policy_arns=[A]), {"A"}),
        (attached("aws_iam_role", name="main", managed_policy_arns=[], inline_policy=[]), set()),
        (attached("aws_iam_role", name="main", inline_policy=[{"name": "x"}]), None),
        (attached("aws_iam_role", name="main", inline_policy=UNKNOWN), None),
    ],
    ids=[
        *("none", "attachment", "attachment by name", "other role", "unknown role"),
        *("unknown policy", "own policy", "for several", "for several, unknown", "exclusive"),
        *("inline resource", "inline resource of an unknown role", "inline resource of another"),
        *("argument", "empty arguments", "inline block", "unknown inline block"),
    ],
)
def test_policies_of_a_role(resources: dict[str, Any], names: set[str] | None) -> None:
    """They are known only if all are managed by AWS, and nothing else may be attached."""
    made = configuration({"resource": {"aws_iam_role": {"main": {"name": "main"}}, **resources}})
    (role,) = made.of("aws_iam_role")
    assert roles.managed_policies(made, role) == names
