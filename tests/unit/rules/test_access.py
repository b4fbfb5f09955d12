"""Ways into a database, beyond the examples of the rules."""

from typing import Any

import pytest

from tapforge.rules import run
from tapforge.rules.catalogue import access as catalogue
from tapforge.rules.resource import Configuration, Resource, Sensitive, Unknown

UNKNOWN = "${random_password.main.result}"


def server(type_: str = "aws_db_instance", /, **arguments: Any) -> dict[str, Any]:
    """Return a database of PostgreSQL."""
    engine = "postgres" if type_ == "aws_db_instance" else "aurora-postgresql"
    return {type_: {"main": {"engine": engine, **arguments}}}


@pytest.mark.parametrize(
    ("value", "wrong"), [(True, True), (False, False), (None, False), (UNKNOWN, False)], ids=str
)
def test_publicly_accessible(findings, value: Any, wrong: bool) -> None:
    """No database is public unless it says so."""
    resources = server("aws_rds_cluster_instance", publicly_accessible=value)
    assert bool(findings(catalogue.publicly_accessible, resources)) is wrong


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (server(), True),
        (server("aws_rds_cluster", iam_database_authentication_enabled=False), True),
        (server(iam_database_authentication_enabled=UNKNOWN), False),
        (server(manage_master_user_password=True), False),
        (server(manage_master_user_password=UNKNOWN), False),
        (server(replicate_source_db="orders"), False),
        (server("aws_rds_cluster", global_cluster_identifier="orders"), False),
        (server(engine="oracle-ee"), False),
    ],
    ids=str,
)
def test_iam_authentication(findings, resources: dict[str, Any], wrong: bool) -> None:
    """A password that RDS rotates is as good."""
    assert bool(findings(catalogue.iam_authentication, resources)) is wrong


@pytest.mark.parametrize(
    ("value", "literal", "in_state"),
    [
        ("Hq2-correct-horse", True, False),
        (Sensitive(), True, False),
        (Sensitive(["random_password.main"]), False, True),
        (Sensitive(["local.password"]), False, True),
        (Unknown(["random_password.main"]), False, True),
        ("", False, False),
        (None, False, False),
    ],
    ids=[
        *("plain", "hidden", "generated before", "from a local value", "to be generated", "empty"),
        "none",
    ],
)
@pytest.mark.parametrize(
    ("type_", "argument"), [("aws_db_instance", "password"), ("aws_rds_cluster", "master_password")]
)
def test_master_password(
    type_: str, argument: str, value: Any, literal: bool, in_state: bool
) -> None:
    """A password is literal where nothing has made it; any other lies in the state."""
    resource = Resource({argument: value}, address=f"{type_}.main", type=type_, name="main")
    configuration = Configuration((resource,))
    for rule, wrong in (
        (catalogue.master_password_literal, literal),
        (catalogue.master_password_in_state, in_state),
    ):
        found = run.check(configuration, [rule])
        assert bool(found) is wrong
        assert all("horse" not in each.message for each in found)


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (server(manage_master_user_password=True), None),
        (server(manage_master_user_password=False, password="x"), None),
        (server(manage_master_user_password=True, password=UNKNOWN), "password is a password"),
        (server(manage_master_user_password=True, password_wo_version=1), "password_wo_version is"),
        (server(password=UNKNOWN, password_wo_version=1), "none beside password_wo_version"),
        (server(password_wo=UNKNOWN, password_wo_version=1), None),
        (
            server("aws_rds_cluster", master_password="x", manage_master_user_password=True),
            "none beside manage_master_user_password",
        ),
    ],
    ids=str,
)
def test_master_password_choice(findings, resources: dict[str, Any], words: str | None) -> None:
    """One way is enough, and another beside it is refused."""
    messages = findings(catalogue.master_password_choice, resources)
    assert (words in messages[0]) if words else not messages


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ({"manage_master_user_password": True}, 1),
        ({"manage_master_user_password": True, "blue_green_update": [{"enabled": True}]}, 2),
        ({"manage_master_user_password": False}, 0),
        ({"manage_master_user_password": True, "engine": "sqlserver-ee"}, 0),
    ],
    ids=str,
)
def test_managed_password_replica(findings, source: dict[str, Any], wrong: int) -> None:
    """A replica and a blue/green deployment each rule it out; SQL Server takes it."""
    resources = server(identifier="orders", **source)
    resources["aws_db_instance"]["copy"] = {"replicate_source_db": "orders"}
    assert len(findings(catalogue.managed_password_replica, resources)) == wrong


def test_a_managed_password_without_replicas_is_right(findings) -> None:
    """It is the best way there."""
    resources = server(manage_master_user_password=True)
    assert findings(catalogue.managed_password_replica, resources) == []


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (server(ca_cert_identifier="rds-ca-2019"), True),
        (server("aws_rds_cluster", ca_certificate_identifier="rds-ca-2019"), True),
        (server("aws_rds_cluster_instance", ca_cert_identifier="rds-ca-2015"), True),
        (server(ca_cert_identifier="rds-ca-ecc384-g1"), False),
        (server(ca_cert_identifier="rds-ca-rsa2048-g2"), False),
        (server(ca_cert_identifier=UNKNOWN), False),
        (server(), False),
    ],
    ids=str,
)
def test_ca_certificate(findings, resources: dict[str, Any], wrong: bool) -> None:
    """Authorities that are called by a year have ended."""
    assert bool(findings(catalogue.ca_certificate, resources)) is wrong


@pytest.mark.parametrize(("value", "wrong"), [(None, True), (True, False), (UNKNOWN, False)])
def test_proxy_tls(findings, value: Any, wrong: bool) -> None:
    """A proxy asks for nothing by default."""
    resources = {"aws_db_proxy": {"main": {"require_tls": value}}}
    assert bool(findings(catalogue.proxy_tls, resources)) is wrong


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (server(username="app"), True),
        (server(username="app", manage_master_user_password=False), True),
        (server("aws_rds_cluster", master_username="app", master_password=""), True),
        (server(), False),
        (server(username=UNKNOWN), False),
        (server(username="app", manage_master_user_password=True), False),
        (server(username="app", manage_master_user_password=UNKNOWN), False),
        (server(username="app", password=UNKNOWN), False),
        (server(username="app", password_wo_version=1), False),
        (server(username="app", snapshot_identifier="before"), False),
        (server(username="app", restore_to_point_in_time=[{}]), False),
        (server(username="app", engine="oracle-ee"), False),
        (server("aws_rds_cluster", master_username="app", global_cluster_identifier="g"), False),
    ],
    ids=str,
)
def test_master_password_missing(findings, resources: dict[str, Any], wrong: bool) -> None:
    """RDS makes no database without one; a copy has the users of the other."""
    assert bool(findings(catalogue.master_password_missing, resources)) is wrong
