"""The backup module: AWS Backup of databases, with a copy in another region if wanted."""

from __future__ import annotations

from tapforge import aws
from tapforge.aws import data
from tapforge.facts import limits
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, eq, ne, splat
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.meta import Condition, Lifecycle, dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.parts.roles import service_role

_kept = valid.between(1, limits.most("backup_vault_lock_retention"))


@inputs
class BackupInputs:
    """What is backed up, when, and for how long it is kept."""

    name: str = variable("Begins every name.", valid=valid.stem, example="shop-db")
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    destroyable: bool = variable(
        "Whether `terraform destroy` removes the vault with all that is kept in it.", default=True
    )
    resource_arns: list[str] = variable(
        "ARNs of the databases.",
        example=["arn:aws:rds:us-east-1:123456789012:cluster:shop-db-dev"],
    )
    kms_key_arn: str = variable(
        "ARN of the key that encrypts what is kept.",
        example="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )
    schedule: str = variable(
        "When a backup begins, in UTC.",
        default="cron(0 5 * * ? *)",
        valid=[
            valid.pattern(
                r"^cron\([^()]+\)$", "an expression of AWS Backup, such as cron(0 5 * * ? *)"
            )
        ],
    )
    retention_days: int = variable("Days that each backup is kept.", default=35, valid=[_kept])
    copy_region: str = variable(
        "Region that keeps a copy of each backup; empty for none.",
        default="",
        valid=[valid.other_region],
    )
    copy_retention_days: int = variable("Days that each copy is kept.", default=35, valid=[_kept])


@outputs
class BackupOutputs:
    """The vaults and the plan."""

    vault_arn: str = output("ARN of the vault.")
    vault_name: str = output("Name of the vault.")
    plan_id: str = output("Id of the plan.")
    copy_vault_arn: str | None = output(
        "ARN of the vault in the other region; null if there is none."
    )


@module("backup")
def backup(m: Body, v: BackupInputs) -> BackupOutputs:
    """A vault, a plan with a daily backup, and the role that AWS Backup works with."""
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))
    region = m.add(data.Region("current"))
    name = f"{v.name}-backup-{v.environment_suffix}"
    vault = m.add(
        aws.BackupVault(
            "main",
            name=name,
            kms_key_arn=v.kms_key_arn,
            force_destroy=v.destroyable,
            tags={"Name": name},
        )
    )
    copies = m.add(
        aws.BackupVault(
            "copy",
            count=conditional(eq(v.copy_region, ""), 0, 1),
            region=v.copy_region,
            name=name,
            force_destroy=v.destroyable,
            tags={"Name": name},
            lifecycle=Lifecycle(
                precondition=[
                    Condition(
                        condition=ne(v.copy_region, region.region),
                        error_message=(
                            f"Backups are made in {v.copy_region} already: a copy there is none. Name"
                            " another region."
                        ),
                    )
                ]
            ),
        ),
        comment="Keys belong to one region: copies are encrypted with AWS Backup's own key there.",
    )
    plan = m.add(
        aws.BackupPlan(
            "main",
            name=name,
            rule=[
                aws.BackupPlan.Rule(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=v.schedule,
                    start_window=60,
                    completion_window=480,
                    lifecycle=aws.BackupPlan.Lifecycle(delete_after=v.retention_days),
                    copy_action=dynamic(
                        splat(copies).arn,
                        lambda arn: aws.BackupPlan.CopyAction(
                            destination_vault_arn=arn.value,
                            lifecycle=aws.BackupPlan.Lifecycle(delete_after=v.copy_retention_days),
                        ),
                    ),
                )
            ],
            tags={"Name": name},
        )
    )
    role = service_role(
        m,
        "backup",
        service="backup.amazonaws.com",
        name=name,
        description=f"AWS Backup of {v.name}-{v.environment_suffix}",
        destroyable=v.destroyable,
        account_id=account.account_id,
        partition=partition.partition,
        policies={
            "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
            "restore": "service-role/AWSBackupServiceRolePolicyForRestores",
        },
    )
    m.add(
        aws.BackupSelection(
            "main",
            name=name,
            plan_id=plan.id,
            iam_role_arn=role.role.arn,
            resources=v.resource_arns,
            depends_on=role.attachments,
        )
    )
    return BackupOutputs(
        vault_arn=vault.arn,
        vault_name=vault.name,
        plan_id=plan.id,
        copy_vault_arn=fn.one(splat(copies).arn),
    )
