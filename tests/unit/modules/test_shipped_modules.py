"""What the modules build, over references."""

from typing import Any

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.module import Module
from tapforge.modules.aurora import AuroraInputs, aurora


def resources(module: Module[Any, Any]) -> dict[str, Any]:
    """Give the resources of a module by type."""
    found: dict[str, Any] = module.body.document.json()["resource"]
    return found


# --- aurora -----------------------------------------------------------------------------------------


def given(**more: Any) -> AuroraInputs:
    """Give inputs that are right."""
    return AuroraInputs(
        **{
            "name": "shop",
            "cluster_name": "shop-db",
            "environment_suffix": "dev",
            "vpc_id": "vpc-1",
            "subnet_ids": ["a", "b"],
            "client_cidrs": ["10.0.0.0/16"],
            "engine_version": "16.9",
            "database_name": "shop",
            "master_username": "postgresadmin",
            **more,
        }
    )


def test_the_cluster_is_encrypted_and_its_password_is_rds_s() -> None:
    """No secret passes through Terraform, and nobody connects without TLS."""
    found = resources(aurora)
    cluster = found["aws_rds_cluster"]["main"]
    assert cluster["storage_encrypted"] is True
    assert cluster["manage_master_user_password"] == (
        '${var.credentials == "managed" ? true : null}'
    )
    assert cluster["master_password_wo"].startswith('${var.credentials == "managed" ? null : ')
    assert "master_password" not in cluster
    parameters = found["aws_rds_cluster_parameter_group"]["main"]["dynamic"]["parameter"]
    assert parameters["for_each"] == '${merge(var.cluster_parameters, {"rds.force_ssl" = "1"})}'
    for instance in found["aws_rds_cluster_instance"].values():
        assert instance["publicly_accessible"] is False


def test_the_flag_makes_every_resource_destroyable_or_none() -> None:
    """The protected form of each argument is its opposite."""
    found = resources(aurora)
    cluster = found["aws_rds_cluster"]["main"]
    assert cluster["deletion_protection"] == "${!var.destroyable}"
    assert cluster["skip_final_snapshot"] == "${var.destroyable}"
    assert cluster["delete_automated_backups"] == "${var.destroyable}"
    assert cluster["final_snapshot_identifier"].startswith("${var.destroyable ? null : ")
    log = found["aws_cloudwatch_log_group"]["postgresql"]
    assert (log["deletion_protection_enabled"], log["skip_destroy"]) == (
        "${!var.destroyable}",
        False,
    )


def test_the_families_follow_from_the_version() -> None:
    """They are no inputs."""
    assert "family" not in str(AuroraInputs.__annotations__)
    for type_ in ("aws_rds_cluster_parameter_group", "aws_db_parameter_group"):
        group = resources(aurora)[type_]["main"]
        assert group["family"] == "${local.parameter_group_family}"
        assert group["lifecycle"] == {"create_before_destroy": True}
    locals_ = aurora.body.document.json()["locals"]
    assert locals_["parameter_group_family"] == "aurora-postgresql${local.engine_major}"


def test_only_named_clients_connect() -> None:
    """Over PostgreSQL's port; answers go to the same."""
    found = resources(aurora)
    ingress = found["aws_vpc_security_group_ingress_rule"]["postgresql"]
    assert (ingress["from_port"], ingress["to_port"], ingress["ip_protocol"]) == (5432, 5432, "tcp")
    egress = found["aws_vpc_security_group_egress_rule"]["clients"]
    assert ingress["cidr_ipv4"] == egress["cidr_ipv4"] == "${each.value}"
    assert not {"ingress", "egress"} & found["aws_security_group"]["cluster"].keys()


def test_the_monitoring_role_trusts_one_service_of_this_account() -> None:
    """And takes the policy of whatever partition it is in."""
    data = aurora.body.document.json()["data"]
    (statement,) = data["aws_iam_policy_document"]["monitoring_trust"]["statement"]
    assert statement["principals"] == [
        {"identifiers": ["monitoring.rds.amazonaws.com"], "type": "Service"}
    ]
    assert statement["condition"][0]["variable"] == "aws:SourceAccount"
    attachment = resources(aurora)["aws_iam_role_policy_attachment"]["monitoring"]
    assert attachment["policy_arn"].startswith(
        "arn:${data.aws_partition.current.partition}:iam::aws:"
    )


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"master_username": "rdsadmin"}, "is reserved"),
        ({"database_name": "shop-db"}, "expected letters, digits and underscores"),
        (
            {"instance_parameters": {"rds.force_ssl": "1"}},
            "has no instance parameter rds.force_ssl",
        ),
        ({"engine_version": "16.1"}, "AWS does not create aurora-postgresql 16.1"),
        ({"client_cidrs": ["0.0.0.0/0"]}, "never the whole internet"),
        ({"log_retention_days": 2}, "2 is none of: 0, 1, 3"),
        ({"subnet_ids": ["a"]}, "expected 2 or more"),
    ],
)
def test_wrong_inputs_are_errors_when_they_are_written(
    wrong: dict[str, Any], expected: str
) -> None:
    """Each rule alone; together they would all be told."""
    given()
    with pytest.raises(ArgumentError, match=expected) as caught:
        given(**wrong)
    assert len(caught.value.problems) == 1
