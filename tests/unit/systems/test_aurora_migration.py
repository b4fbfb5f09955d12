"""What an environment of aurora-migration may say, and what it comes to."""

from typing import Any

import pytest

from tapforge.lang.inputs import declared_inputs, problems
from tapforge.rules.resource import Resource
from tapforge.systems.aurora_migration import AuroraMigrationInputs
from tapforge.systems.resolve import resolve
from tapforge.systems.shipped import aurora_migration as system

FIELDS = declared_inputs(AuroraMigrationInputs).values()
GIVEN = {field.name: field.example for field in FIELDS if field.required}
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:payments/aurora-AbCdEf"
PRODUCTION: dict[str, Any] = {
    "production_vpc_id": "vpc-0123456789abcdef0",
    "production_vpc_cidr": "10.9.0.0/16",
    "production_route_table_ids": ["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"],
    "production_security_groups": {"api": "sg-0123456789abcdef0"},
}


def meant(**variables: Any) -> dict[str, Resource]:
    """Give what the system means, by address."""
    return {each.address: each for each in resolve(system, GIVEN | variables).resources}


def test_production_is_stood_in_for_where_none_is_given() -> None:
    """By a VPC, a route table and a group of its own; else by nothing."""
    made, given = meant(), meant(**PRODUCTION)
    assert "module.production[0].aws_vpc.main" in made
    assert "module.application[0].aws_security_group.main" in made
    assert [each for each in given if each.startswith(("module.production", "module.app"))] == []
    routes = [a for a in given if a.startswith("module.peering.aws_route.back")]
    assert len(routes) == 2
    rule = given['module.peering.aws_vpc_security_group_ingress_rule.database["api"]']
    assert rule.values["referenced_security_group_id"] == "sg-0123456789abcdef0"
    peered = given["module.peering.aws_vpc_peering_connection.main"]
    assert peered.values["peer_vpc_id"] == PRODUCTION["production_vpc_id"]


def test_what_only_the_migration_needs_can_be_taken_down() -> None:
    """Aurora, the names, the peering and the backups stay, each as it was."""
    during, after = meant(), meant(replication=False)
    left = {address: each.values for address, each in after.items()}
    gone = during.keys() - left.keys()
    assert left.keys() <= during.keys()
    ended = {"cutover", "cutover_alarm", "dashboard", "dms", "dms_account"}
    ended |= {f"{way}_alarm" for way in ("source", "target", "reverse_source", "reverse_target")}
    assert {address.split(".")[1].removesuffix("[0]") for address in gone} == ended
    for address in (
        "module.aurora.aws_rds_cluster.main",
        "module.dns.aws_route53_record.writer_new",
        "module.peering.aws_vpc_peering_connection.main",
        "module.backup.aws_backup_plan.main",
    ):
        assert address in left


def test_the_roles_of_dms_stay_where_others_may_need_them() -> None:
    """They are the account's."""
    made = meant(replication=False, create_dms_roles=True)
    assert any(address.startswith("module.dms_account[0].aws_iam_role") for address in made)


def test_the_names_begin_with_all_weight_on_the_old_side() -> None:
    """In a zone whose name has the suffix; reads go to a host of their own where there is one."""
    made = meant(
        environment_suffix="blue", domain="corp.example.com", source_reader_host="r.example.com"
    )
    old, new = (
        made[f"module.dns.aws_route53_record.reader_{side}"].values for side in ("old", "new")
    )
    assert old["name"] == "reader.migration-blue.corp.example.com"
    assert old["records"] == ["r.example.com"]
    assert (old["weighted_routing_policy"], new["weighted_routing_policy"]) == (
        [{"weight": 100}],
        [{"weight": 0}],
    )


def test_an_existing_secret_leaves_the_master_password_to_rds() -> None:
    """DMS takes none that RDS manages: without one a secret is made, and rotated."""
    own, existing = meant(), meant(target_secret_arn=SECRET)
    assert "module.aurora.aws_secretsmanager_secret.master[0]" in own
    assert "module.rotation[0].aws_secretsmanager_secret_rotation.main" in own
    cluster = existing["module.aurora.aws_rds_cluster.main"].values
    assert cluster["manage_master_user_password"] is True
    assert "module.rotation[0].aws_secretsmanager_secret_rotation.main" not in existing
    endpoint = existing["module.dms[0].aws_dms_endpoint.forward_target"].values
    assert endpoint["secrets_manager_arn"] == SECRET


@pytest.mark.parametrize(
    ("secret", "role"),
    [({}, "migration"), ({"target_secret_arn": SECRET}, "dms")],
    ids=["made", "existing"],
)
def test_the_function_knows_the_role_of_replication(secret: dict[str, Any], role: str) -> None:
    """Its sessions are not ended, and its writes pass."""
    (environment,) = meant(**secret)["module.cutover[0].aws_lambda_function.main"].values[
        "environment"
    ]
    assert environment["variables"]["CUTOVER_NEW_REPLICATION_ROLE"] == role
    assert environment["variables"]["CUTOVER_OLD_REPLICATION_ROLE"] == "dms"


def test_parameters_of_replication_can_be_overridden() -> None:
    """But for what nobody gives, which is there from the beginning."""
    made = meant(cluster_parameters={"max_wal_senders": "40"})
    found = {
        each["name"]: each["value"]
        for each in made["module.aurora.aws_rds_cluster_parameter_group.main"].values["parameter"]
    }
    assert found["rds.logical_replication"] == "1"
    assert found["max_wal_senders"] == "40"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"source_host": "192.168.10.4"}, "a CNAME leads to no address", id="address"),
        pytest.param({"source_cidrs": []}, "the old database is nowhere", id="nowhere"),
        pytest.param(
            {"source_cidrs": ["10.0.8.0/24"]}, "never leaves the VPC", id="inside-this-network"
        ),
        pytest.param(
            {"source_secret_arn": SECRET.replace("us-east-1", "eu-west-1")},
            "replicate the secret there",
            id="secret-of-another-region",
        ),
        pytest.param(
            {"source_secret_arn": "payments/onprem"},
            "the full ARN of a secret",
            id="secret-by-name",
        ),
        pytest.param(
            PRODUCTION | {"production_route_table_ids": []},
            "expected all that the VPC of production_vpc_id has",
            id="vpc-without-route-tables",
        ),
        pytest.param(
            {"production_security_groups": {"api": "sg-0123456789abcdef0"}},
            "none where that is null",
            id="groups-without-a-vpc",
        ),
        pytest.param(
            {"production_vpc_cidr": "10.0.0.0/16"}, "can't be peered", id="blocks-that-overlap"
        ),
        pytest.param(
            {"production_vpc_cidr": "10.1.0.0/26"}, "/24 or larger", id="stand-in-without-room"
        ),
        pytest.param(
            {"replication_instance_class": "dms.t3.medium"}, "with 2 vCPU and 8 GB", id="too-small"
        ),
        pytest.param({"ttl": 60}, "expected 5 to 30", id="names-that-last"),
        pytest.param({"reader_steps": [50, 10]}, "rising shares", id="falling-steps"),
        pytest.param({"schemas": []}, "nothing to move", id="no-schema"),
    ],
)
def test_what_can_not_be_migrated_is_refused(given: dict[str, Any], words: str) -> None:
    """With the value, the rule, and a way out."""
    assert words in "\n".join(map(str, problems(AuroraMigrationInputs, GIVEN | given)))
