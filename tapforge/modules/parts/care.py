"""What a database needs beside itself: its log group, Enhanced Monitoring, a final snapshot's name."""

from __future__ import annotations

import attrs

from tapforge import aws, builtin
from tapforge.aws import data
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, gt, not_, splat
from tapforge.lang.meta import Lifecycle
from tapforge.lang.module import Body
from tapforge.modules.parts.accepted import LOG_KEY, RETENTION
from tapforge.modules.parts.inputs import DatabaseInputs
from tapforge.modules.parts.roles import service_role


@attrs.frozen(eq=False)
class Monitoring:
    """The role of Enhanced Monitoring.

    Attributes:
        role_arn: Its ARN; null where monitoring is off.
        attachment: What lets it write; a database waits for it.
    """

    role_arn: str | None
    attachment: aws.IamRolePolicyAttachment


def enhanced_monitoring(m: Body, v: DatabaseInputs, database: str) -> Monitoring:
    """Add the role that Enhanced Monitoring writes with, unless it is off: RDS then takes none."""
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))
    made = service_role(
        m,
        "monitoring",
        service="monitoring.rds.amazonaws.com",
        name=f"{v.monitoring_role_name}-{v.environment_suffix}",
        description=f"Enhanced Monitoring of {database}",
        destroyable=v.destroyable,
        account_id=account.account_id,
        partition=partition.partition,
        policies={"monitoring": "service-role/AmazonRDSEnhancedMonitoringRole"},
        count=conditional(gt(v.monitoring_interval, 0), 1, 0),
    )
    return Monitoring(fn.one(splat(made.role).arn), made.attachments[0])


def postgresql_log(
    m: Body, v: DatabaseInputs, label: str, name: str, count: int | None = None
) -> aws.CloudwatchLogGroup:
    """Add the log group that RDS exports the PostgreSQL log to.

    Args:
        m: The module.
        v: The module's inputs.
        label: The group's name in the module.
        name: The name that RDS gives it.
        count: How many there are.
    """
    return m.add(
        aws.CloudwatchLogGroup(
            label,
            count=count,
            name=name,
            retention_in_days=v.log_retention_days,
            kms_key_id=v.log_kms_key_arn,
            skip_destroy=False,
            deletion_protection_enabled=not_(v.destroyable),
            tags={"Name": name},
        ),
        comment="RDS would make this group itself, keep its log for ever and leave it behind.",
        accept={**LOG_KEY, **RETENTION},
    )


def final_snapshot(m: Body, v: DatabaseInputs, identifier: str) -> str | None:
    """Add what makes the name of a final snapshot new each time, and give that name."""
    made = m.add(
        builtin.Data(
            "made",
            input=fn.formatdate("YYYYMMDDhhmmss", fn.plantimestamp()),
            lifecycle=Lifecycle(ignore_changes=["input"]),
        ),
        comment="When the database was made: a final snapshot's name must be new each time.",
    )
    return conditional(v.destroyable, None, f"{identifier}-final-{made.output}")
