"""The encryption key module: a KMS key that its services may use, and nobody else but by IAM."""

from __future__ import annotations

from typing import Any, cast

from tapforge import aws
from tapforge.aws import data
from tapforge.facts import limits
from tapforge.lang import functions as fn
from tapforge.lang.expression import Named, conditional, eq, for_list, for_map, not_
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import valid

_WINDOW = "kms_deletion_window_in_days"
_SOON, _LATE = limits.least(_WINDOW), limits.most(_WINDOW)
_ENVELOPE = ["kms:Decrypt", "kms:GenerateDataKey*"]
# AWS KMS Developer Guide, CloudWatch Logs User Guide (Encrypt log data), Amazon SNS Developer Guide
# (Key management: AWS services that publish), Amazon RDS User Guide (Exporting DB snapshot data).
_ACTIONS = {
    "logs": [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    ],
    "cloudwatch": _ENVELOPE,
    "events": _ENVELOPE,
    "events.rds": _ENVELOPE,
    "backup": ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"],
    "export.rds": [
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    ],
}
_table = cast(
    "dict[str, list[str]]",
    Named("local.service_actions", {name: sorted(each) for name, each in _ACTIONS.items()}),
)
_known = cast("list[str]", Named("local.key_services", sorted(_ACTIONS)))


def _is_known(name: str) -> bool:
    return fn.try_(fn.contains(_known, name), False)  # null is none


def _strangers(names: list[str]) -> list[str]:
    return for_list(names, lambda name: name, when=lambda name: not_(_is_known(name)))


_services = Valid(
    lambda value, _: eq(fn.length(_strangers(value)), 0),
    lambda value, _: (
        f"{fn.jsonencode(_strangers(value))}: the key has no statement for that; expected"
        f" {fn.join(', ', _known)}."
    ),
    {"items": {"enum": sorted(_ACTIONS)}},
)


@inputs
class EncryptionKeyInputs:
    """What the key is for, and who uses it."""

    name: str = variable("What the key is for; begins its alias.", valid=valid.stem, example="shop")
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    destroyable: bool = variable(
        f"Whether the key is gone for good {_SOON} days after `terraform destroy`; if not, {_LATE} days.",
        default=True,
    )
    rotation: bool = variable("Whether KMS makes new key material every year.", default=True)
    services: list[str] = variable(
        "AWS services that use the key by themselves, by what begins their principals: logs for log"
        " groups, cloudwatch for alarms and events and events.rds for events that go to an encrypted"
        " topic, backup for its vaults, export.rds for snapshots in S3.",
        default=[],
        valid=[_services],
    )


@outputs
class EncryptionKeyOutputs:
    """The key."""

    arn: str = output("ARN of the key.")
    key_id: str = output("Id of the key.")
    alias_name: str = output("Name of the key's alias.")


@module("encryption-key")
def encryption_key(m: Body, v: EncryptionKeyInputs) -> EncryptionKeyOutputs:
    """A KMS key with an alias; IAM policies of the account decide who else may use it."""
    account = m.add(data.CallerIdentity("current"))
    partition = m.add(data.Partition("current"))
    region = m.add(data.Region("current"))
    suffix = v.environment_suffix
    document = data.IamPolicyDocument
    of_logs = f"arn:{partition.partition}:logs:{region.region}:{account.account_id}:log-group:*"

    def use(service: Any) -> data.IamPolicyDocument.Statement:
        # CloudWatch Logs has a principal in each region, and names the log group but no account.
        logs = eq(service.key, "logs")
        principal = conditional(logs, f"logs.{region.region}", f"{service.key}")
        return document.Statement(
            sid=f"Use{fn.title(fn.replace(service.key, '.', ''))}",
            actions=service.value,
            resources=["*"],
            principals=[
                document.Principals(type="Service", identifiers=[f"{principal}.amazonaws.com"])
            ],
            condition=[
                document.Condition(
                    test=conditional(logs, "ArnLike", "StringEquals"),
                    variable=conditional(
                        logs, "kms:EncryptionContext:aws:logs:arn", "aws:SourceAccount"
                    ),
                    values=[conditional(logs, of_logs, account.account_id)],
                )
            ],
        )

    services: Any = dynamic(
        for_map(
            cast("Any", _table),
            lambda service, actions: (service, actions),
            when=lambda service, _: fn.contains(v.services, service),
        ),
        use,
    )
    policy = m.add(
        document(
            "main",
            statement=[
                document.Statement(
                    sid="AccountDecidesByIam",
                    actions=["kms:*"],
                    resources=["*"],
                    principals=[
                        document.Principals(
                            type="AWS",
                            identifiers=[
                                f"arn:{partition.partition}:iam::{account.account_id}:root"
                            ],
                        )
                    ],
                ),
                services,
            ],
        ),
        comment="In a key's policy * is this key; without the account nobody could manage it any more.",
    )
    key = m.add(
        aws.KmsKey(
            "main",
            description=f"Encrypts {v.name}-{suffix}",
            policy=policy.json,
            enable_key_rotation=v.rotation,
            deletion_window_in_days=conditional(v.destroyable, _SOON, _LATE),
            tags={"Name": f"{v.name}-{suffix}"},
        ),
        accept={"kms-key-rotation": "Rotation is the caller's to decide, and on if nobody does."},
    )
    alias = m.add(aws.KmsAlias("main", name=f"alias/{v.name}-{suffix}", target_key_id=key.key_id))
    return EncryptionKeyOutputs(arn=key.arn, key_id=key.key_id, alias_name=alias.name)
