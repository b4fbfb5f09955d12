"""Where a database has its master password from, so that no file, plan or state ever holds it."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

import attrs

from tapforge import aws
from tapforge.aws import data, ephemeral
from tapforge.lang import functions as fn
from tapforge.lang.expression import and_, conditional, count, eq, gt, splat
from tapforge.lang.meta import Condition, Lifecycle
from tapforge.lang.module import Body
from tapforge.modules.parts.inputs import PORT, DatabaseInputs

PASSWORD_LENGTH = 32
RECOVERY_DAYS = 30


@attrs.frozen(eq=False)
class Credentials:
    """What a database takes for its master user.

    Attributes:
        managed: ``manage_master_user_password``: true, or null.
        managed_kms_key: The key of the secret that RDS makes.
        password: The write-only password; null where RDS makes it.
        password_version: The version of that password; null where RDS makes it.
        secret: The secret of a generated password.
    """

    managed: bool | None
    managed_kms_key: str | None
    password: str | None
    password_version: float | None
    secret: aws.SecretsmanagerSecret


def credentials(m: Body, v: DatabaseInputs, database: str) -> Credentials:
    """Add what a master password is made with, or read from, before there is a database.

    Args:
        m: The module.
        v: The module's inputs.
        database: What the database is called.
    """
    managed, generated = eq(v.credentials, "managed"), eq(v.credentials, "generated")
    number = conditional(generated, 1, 0)
    name = f"{v.name}-credentials-{v.environment_suffix}"
    random = m.add(
        ephemeral.SecretsmanagerRandomPassword(
            "master", count=number, password_length=PASSWORD_LENGTH, exclude_punctuation=True
        ),
        comment="A new one in every run; only a run that writes a version of the secret uses it.",
    )
    secret = m.add(
        aws.SecretsmanagerSecret(
            "master",
            count=number,
            name=name,
            description=f"Master user of {database}",
            kms_key_id=v.kms_key_arn,
            recovery_window_in_days=conditional(v.destroyable, 0, RECOVERY_DAYS),
            tags={"Name": name},
        ),
        accept={
            "checkov:CKV2_AWS_57": "The module rotation does that, where checkov does not look for it."
        },
    )
    initial = m.add(
        _version(
            "initial",
            v,
            secret,
            number,
            password=random[count.index].random_password,
            stages=["INITIAL"],
        ),
        comment=(
            "Written before the database, which reads its password back from here: a run that fails"
            " half-way leaves the password for the next one. Its own label keeps Secrets Manager from"
            " deleting it after two rotations."
        ),
    )
    region = m.add(data.Region("current"))
    existing: Any = v.secret_arn
    read = m.add(
        ephemeral.SecretsmanagerSecretVersion(
            "master",
            count=conditional(managed, 0, 1),
            secret_id=conditional(generated, fn.one(splat(initial).secret_id), existing),
            version_id=fn.one(splat(initial).version_id),
            lifecycle=Lifecycle(
                precondition=[
                    Condition(
                        condition=conditional(
                            eq(v.credentials, "existing"),
                            eq(fn.element(fn.split(":", existing), 3), region.region),
                            True,
                        ),
                        error_message=(
                            f"The secret {fn.coalesce(existing, 'none')} is not of {region.region}:"
                            " replicate it there, and give the ARN of the replica."
                        ),
                    )
                ]
            ),
        ),
        comment="Read when the database is written, and kept nowhere.",
    )
    password = fn.jsondecode(read[0].secret_string)["password"]
    return Credentials(
        managed=conditional(managed, True, None),
        managed_kms_key=conditional(managed, v.kms_key_arn, None),
        password=conditional(managed, None, password),
        password_version=conditional(managed, None, v.password_version),
        secret=secret,
    )


def connection(
    m: Body,
    v: DatabaseInputs,
    master: Credentials,
    *,
    identifier: dict[str, str],
    host: str,
    managed_arn: str,
) -> str:
    """Add what can be said of the credentials once there is a database, and give the secret's ARN.

    Args:
        m: The module.
        v: The module's inputs.
        master: The credentials.
        identifier: The database's identifier, by the key that RDS has for it in secrets.
        host: Its host name.
        managed_arn: ARN of the secret that RDS made; null where it made none.
    """
    generated = eq(v.credentials, "generated")
    existing_arn: Any = v.secret_arn
    version = m.add(
        _version(
            "connection",
            v,
            master.secret,
            conditional(generated, 1, 0),
            password=master.password,
            stages=["AWSCURRENT", "CONNECTION"],
            more={"host": host, **identifier},
        ),
        comment=(
            "The same password, and where the database is: what applications and the rotation read."
            " A rotation writes newer versions, which Terraform leaves alone."
        ),
    )
    m.add(
        aws.SecretsmanagerSecretRotation(
            "managed",
            count=conditional(
                and_(eq(v.credentials, "managed"), gt(v.managed_rotation_days, 0)), 1, 0
            ),
            secret_id=managed_arn,
            rotate_immediately=False,
            rotation_rules=aws.SecretsmanagerSecretRotation.RotationRules(
                automatically_after_days=v.managed_rotation_days
            ),
        ),
        comment="RDS rotates a secret that it manages itself: there is no function to name.",
    )
    secret_arn: str = conditional(
        eq(v.credentials, "managed"),
        managed_arn,
        conditional(generated, fn.one(splat(version).arn), existing_arn),
    )
    return secret_arn


def _version(
    label: str,
    v: DatabaseInputs,
    secret: aws.SecretsmanagerSecret,
    number: int,
    *,
    password: str | None,
    stages: list[str],
    more: Mapping[str, Any] = types.MappingProxyType({}),
) -> aws.SecretsmanagerSecretVersion:
    return aws.SecretsmanagerSecretVersion(
        label,
        count=number,
        secret_id=secret[count.index].id,
        secret_string_wo=fn.jsonencode(
            {
                "engine": "postgres",
                "username": v.master_username,
                "password": password,
                "dbname": v.database_name,
                "port": PORT,
                **more,
            }
        ),
        secret_string_wo_version=v.password_version,
        version_stages=stages,
        # Secrets Manager moves its own labels from version to version.
        lifecycle=Lifecycle(ignore_changes=["version_stages"]),
    )
