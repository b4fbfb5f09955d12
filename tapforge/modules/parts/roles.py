"""IAM roles that one AWS service assumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from tapforge import aws
from tapforge.aws import data
from tapforge.lang.module import Body


@attrs.frozen(eq=False)
class ServiceRole:
    """A role, and the attachments of AWS's own policies that whoever uses it waits for."""

    role: aws.IamRole
    attachments: tuple[aws.IamRolePolicyAttachment, ...]


def service_role(
    m: Body,
    label: str,
    *,
    service: str,
    name: str,
    description: str,
    destroyable: bool,
    account_id: str | None,
    partition: str,
    policies: Mapping[str, str],
    count: int | None = None,
    accept: Mapping[str, str] | None = None,
) -> ServiceRole:
    """Add a role that one service may assume, on behalf of this account alone.

    Args:
        m: The module.
        label: What the role is called in the module; its trust policy is ``{label}_trust``.
        service: The service's principal, such as ``monitoring.rds.amazonaws.com``.
        name: Its name in IAM.
        description: What it is for.
        destroyable: Whether a destroy detaches policies that others attached.
        account_id: The account that the service must act for (IAM User Guide: The confused deputy
            problem); None for a service that does not say for whom it acts.
        partition: The partition of the ARNs.
        policies: AWS's own policies, by the label of the attachment, such as
            ``service-role/AmazonRDSEnhancedMonitoringRole``.
        count: How many of each to make, 0 or 1; None for one that is always there.
        accept: Rules that the role may break, and why.
    """
    document = data.IamPolicyDocument
    conditions = [
        document.Condition(test="StringEquals", variable="aws:SourceAccount", values=[account])
        for account in ([] if account_id is None else [account_id])
    ]
    trust = m.add(
        document(
            f"{label}_trust",
            statement=[
                document.Statement(
                    actions=["sts:AssumeRole"],
                    principals=[document.Principals(type="Service", identifiers=[service])],
                    condition=conditions,
                )
            ],
        )
    )
    repeated: dict[str, Any] = {} if count is None else {"count": count}
    role = m.add(
        aws.IamRole(
            label,
            name=name,
            description=description,
            assume_role_policy=trust.json,
            force_detach_policies=destroyable,
            tags={"Name": name},
            **repeated,
        ),
        accept=accept,
    )
    one = role if count is None else role[0]
    attachments = [
        m.add(
            aws.IamRolePolicyAttachment(
                attachment,
                role=one.name,
                policy_arn=f"arn:{partition}:iam::aws:policy/{policy}",
                **repeated,
            )
        )
        for attachment, policy in policies.items()
    ]
    return ServiceRole(role, tuple(attachments))
