"""The DMS account module: the two roles that DMS takes by their names, once in an account."""

from __future__ import annotations

from typing import Any

from tapforge.aws import data
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, splat
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules.parts.roles import service_role

VPC_ROLE, LOGS_ROLE = "dms-vpc-role", "dms-cloudwatch-logs-role"
_ONCE = (
    "it is made where nobody else in the account does so, and that is said by a variable which is off by"
    " default"
)

_FIXED = "DMS takes the role by this name"


@inputs
class DmsAccountInputs:
    """Whether the roles are made here."""

    create: bool = variable(
        "Whether the roles are made here; if not, they have to be there, made by the console of DMS or"
        " by another environment. One environment of an account may make them, and it has to be"
        " destroyed last.",
        default=False,
    )
    destroyable: bool = variable(
        "Whether `terraform destroy` detaches policies that others attached.", default=True
    )


@outputs
class DmsAccountOutputs:
    """The roles."""

    vpc_role_arn: str = output("ARN of the role by which DMS manages its network.")
    logs_role_arn: str = output("ARN of the role by which DMS writes its log.")


@module("dms-account")
def dms_account(m: Body, v: DmsAccountInputs) -> DmsAccountOutputs:
    """The roles `dms-vpc-role` and `dms-cloudwatch-logs-role`, found or made."""
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))
    arns: list[Any] = []
    for label, name, policy, purpose in (
        ("vpc", VPC_ROLE, "AmazonDMSVPCManagementRole", "Network of replication instances"),
        ("logs", LOGS_ROLE, "AmazonDMSCloudWatchLogsRole", "Log of replication tasks"),
    ):
        made = service_role(
            m,
            label,
            service="dms.amazonaws.com",
            name=name,
            description=f"{purpose} of AWS DMS",
            destroyable=v.destroyable,
            account_id=account.account_id,
            partition=partition.partition,
            policies={label: f"service-role/{policy}"},
            count=conditional(v.create, 1, 0),
            accept={"account-wide-name": _ONCE, "environment-suffix": _FIXED},
        )
        found = m.add(
            data.IamRole(label, count=conditional(v.create, 0, 1), name=name),
            comment="Without it a plan fails here: DMS would fail later, when it makes its network.",
        )
        m.wait(f"{label}_role_arn", made.attachments)
        arns.append(fn.one(fn.concat(splat(made.role).arn, splat(found).arn)))
    vpc, logs = arns
    return DmsAccountOutputs(vpc_role_arn=vpc, logs_role_arn=logs)
