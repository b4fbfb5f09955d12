"""Ways into a database: its address, its master password, IAM, and its certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tapforge.facts import limits
from tapforge.lang.expression import addresses
from tapforge.rules.databases import (
    COPIES,
    INSTANCES,
    SERVERS,
    databases,
    exists,
    is_copy,
    present,
)
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_PASSWORD = {"aws_db_instance": "password", "aws_rds_cluster": "master_password"}
_WRITE_ONLY = {
    "aws_db_instance": ("password_wo", "password_wo_version"),
    "aws_rds_cluster": ("master_password_wo", "master_password_wo_version"),
}
_MANAGED = "manage_master_user_password"


def _one(type_: str = "aws_db_instance", /, **arguments: Any) -> dict[str, Any]:
    return {"resource": {type_: {"main": {"engine": "postgres", **arguments}}}}


@rule(
    "publicly-accessible",
    on=INSTANCES,
    severity="error",
    source="Amazon RDS User Guide: Hiding a DB instance in a VPC from the internet; "
    "AWS Security Hub RDS.2",
    fix="set publicly_accessible to false, and reach the database by a bastion, a VPN or a peering",
    good=_one(publicly_accessible=False),
    bad=_one(publicly_accessible=True),
)
def publicly_accessible(resource: Resource) -> Iterator[Finding]:
    """No database has a public address.

    With one, nothing but a security group stands between its port and everybody.
    """
    if resource.known("publicly_accessible") is True:
        yield resource.finding("publicly_accessible", True, "false")


@rule(
    "iam-authentication",
    on=SERVERS,
    severity="note",
    source="Amazon RDS User Guide: IAM database authentication; AWS Security Hub RDS.10, RDS.12",
    fix="set iam_database_authentication_enabled, or let RDS manage and rotate the password",
    good=_one(iam_database_authentication_enabled=True),
    bad=_one(),
)
def iam_authentication(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Programs get into a database without a password that lives for ever.

    With IAM they get tokens of fifteen minutes; a password that RDS manages is another one each week.
    """
    argument = "iam_database_authentication_enabled"
    off = resource.known(argument, default=False) is False
    if not off or is_copy(resource) or present(resource, "global_cluster_identifier"):
        return
    managed = resource.known(_MANAGED, default=False) is not False
    if not managed and databases(configuration).get(resource).postgres:
        yield resource.finding(argument, resource.given(argument), "true")


@rule(
    "master-password-literal",
    on=SERVERS,
    severity="error",
    source="Amazon RDS User Guide: Password management with AWS Secrets Manager; Terraform: Sensitive "
    "data in state",
    fix="set manage_master_user_password, or give a write-only argument an ephemeral random_password",
    good=_one(manage_master_user_password=True),
    bad=_one(password="Hq2-correct-horse"),  # noqa: S106 - an example
)
def master_password_literal(resource: Resource) -> Iterator[Finding]:
    """The master password is not written in the configuration or among its variables.

    Whoever reads the repository, a plan or the state has it, and it rules over all data.
    """
    argument = _PASSWORD[resource.type]
    value = resource.given(argument)
    if _is_literal(resource, argument):
        hidden = "a hidden value that was given, and not made by Terraform"
        found = "a password in plain text" if isinstance(value, str) else hidden
        yield Finding(resource, argument, found, "none in the configuration or its variables")


def _is_literal(resource: Resource, argument: str) -> bool:
    """Tell whether a password is plain, or hidden and made from nothing that Terraform made."""
    value = resource.given(argument)
    if resource.sensitive(argument):
        return not addresses(value)
    return isinstance(value, str) and value != ""


@rule(
    "master-password-in-state",
    on=SERVERS,
    severity="warning",
    source="Terraform: Sensitive data in state, write-only arguments (Terraform 1.11)",
    fix="set manage_master_user_password, or use the write-only argument and its version",
    good=_one(password_wo_version=1),
    bad=_one(password="${random_password.main.result}"),  # noqa: S106 - a reference
)
def master_password_in_state(resource: Resource) -> Iterator[Finding]:
    """The master password is not kept in the state.

    There it stands in plain text, also where it was generated, for everybody who may read the state.
    """
    argument = _PASSWORD[resource.type]
    if present(resource, argument) and not _is_literal(resource, argument):
        wanted = f"{_MANAGED}, or {_WRITE_ONLY[resource.type][0]}"
        yield resource.finding(argument, resource.given(argument), wanted)


@rule(
    "master-password-choice",
    on=SERVERS,
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance.ManageMasterUserPassword; hashicorp/aws: arguments that "
    "conflict",
    fix="keep one of them, at best manage_master_user_password",
    good=_one(manage_master_user_password=True),
    bad=_one(manage_master_user_password=True, password="Hq2-correct-horse"),  # noqa: S106 - an example
)
def master_password_choice(resource: Resource) -> Iterator[Finding]:
    """The master password comes from one place.

    RDS refuses a password where it is to manage one, and one of two is not the one that counts.
    """
    managed = resource.known(_MANAGED, default=False) is True
    plain = _PASSWORD[resource.type]
    write_only = next((a for a in _WRITE_ONLY[resource.type] if present(resource, a)), "")
    given = [
        argument for argument in (plain, write_only) if argument and present(resource, argument)
    ]
    if managed and given:
        yield Finding(resource, given[0], "a password", f"none beside {_MANAGED}")
    elif write_only and len(given) > 1:
        yield Finding(resource, plain, "a password", f"none beside {write_only}")


# What gives a database the users of another.
_INHERITED = (
    *COPIES,
    *("snapshot_identifier", "global_cluster_identifier", "restore_to_point_in_time"),
)
_NAMED = {"aws_db_instance": "username", "aws_rds_cluster": "master_username"}


@rule(
    "master-password-missing",
    on=SERVERS,
    severity="error",
    source="botocore 1.44.5 rds CreateDBInstance, CreateDBCluster: MasterUserPassword, "
    "ManageMasterUserPassword",
    fix="set manage_master_user_password",
    good=_one(username="postgresadmin", manage_master_user_password=True),
    bad=_one(username="postgresadmin"),
)
def master_password_missing(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A master user has a password from somewhere.

    RDS makes no database without one, unless it is a copy of another and has its users. One that is
    there already has a password, whoever gave it.
    """
    named = resource.known(_NAMED[resource.type])
    given = (_PASSWORD[resource.type], *_WRITE_ONLY[resource.type])
    if (
        not named
        or exists(resource)
        or any(present(resource, each) for each in (*given, *_INHERITED))
    ):
        return
    off = resource.known(_MANAGED, default=False) is False
    if off and databases(configuration).get(resource).postgres:
        yield resource.finding(_MANAGED, resource.given(_MANAGED), "true, as there is no password")


def _replicated(**source: Any) -> dict[str, Any]:
    replica = {"replicate_source_db": "${aws_db_instance.main.identifier}"}
    primary = {"engine": "postgres", "identifier": "orders", **source}
    return {"resource": {"aws_db_instance": {"main": primary, "replica": replica}}}


@rule(
    "managed-password-replica",
    on=("aws_db_instance",),
    severity="error",
    source="Amazon RDS User Guide rds-secrets-manager: limitations; not for sources of read replicas, "
    "nor for blue/green deployments",
    fix="give the password with password_wo, and rotate it by a function of Secrets Manager",
    good=_replicated(password_wo_version=1),
    bad=_replicated(manage_master_user_password=True),
)
def managed_password_replica(database: Resource, configuration: Configuration) -> Iterator[Finding]:
    """RDS does not manage the master password of a database that has read replicas.

    It refuses to make a replica of a database whose password it manages, and a blue/green deployment.
    """
    managed = database.known(_MANAGED, default=False) is True
    if not managed or not databases(configuration).get(database).postgres:
        return
    replicas = databases(configuration).replicas(database)
    if replicas:
        address = replicas[0].resource.address
        yield database.finding(_MANAGED, True, f"false, as {address} is a replica of it")
    if any(block.known("enabled") is True for block in database.blocks("blue_green_update")):
        yield database.finding(_MANAGED, True, "false beside blue_green_update")


_RETIRED = re.compile(r"rds-ca-\d{4}")


@rule(
    "ca-certificate",
    on=(*INSTANCES, "aws_rds_cluster"),
    severity="error",
    source=limits.get("rds_ca_certificate").source,
    fix="set it to rds-ca-rsa2048-g1, and give clients the new bundle first",
    good=_one(ca_cert_identifier="rds-ca-rsa2048-g1"),
    bad=_one(ca_cert_identifier="rds-ca-2019"),
)
def ca_certificate(resource: Resource) -> Iterator[Finding]:
    """The server's certificate is signed by an authority that has not expired.

    Clients that verify certificates no longer connect, and RDS refuses the old names.
    """
    cluster = resource.type == "aws_rds_cluster"
    argument = "ca_certificate_identifier" if cluster else "ca_cert_identifier"
    value = resource.known(argument)
    if isinstance(value, str) and _RETIRED.fullmatch(value):
        known = limits.get("rds_ca_certificate").values
        yield resource.finding(argument, value, f"one of {', '.join(map(str, known))}")


@rule(
    "proxy-tls",
    on=("aws_db_proxy",),
    severity="warning",
    source="Amazon RDS User Guide: RDS Proxy concepts, Using TLS/SSL with RDS Proxy",
    fix="set require_tls to true",
    good={"resource": {"aws_db_proxy": {"main": {"require_tls": True}}}},
    bad={"resource": {"aws_db_proxy": {"main": {"require_tls": False}}}},
)
def proxy_tls(proxy: Resource) -> Iterator[Finding]:
    """A proxy takes connections with TLS only.

    Otherwise passwords and data pass the network in the clear up to the proxy, whatever the database
    asks for.
    """
    if proxy.known("require_tls", default=False) is False:
        yield proxy.finding("require_tls", proxy.given("require_tls"), "true")
