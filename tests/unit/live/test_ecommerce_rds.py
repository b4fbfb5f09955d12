"""What the checks of ecommerce-rds expect."""

from typing import Any

import pytest

from tapforge.live import ecommerce_rds
from tapforge.live.deployed import Deployed
from tapforge.systems.ecommerce_rds import EcommerceRdsInputs


def expected(what: str, outputs: dict[str, Any] | None = None, **inputs: Any) -> Any:
    """Give what a check expects of an environment."""
    (check,) = (each for each in ecommerce_rds.CHECKS if each.what == what)
    given = EcommerceRdsInputs(**inputs)
    return check.expected(Deployed(given, outputs or {}, lambda service: service))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("shared_buffers", "1GB", "131072"),
        ("work_mem", "1.5MB", "1536"),
        ("log_min_duration_statement", "1s", "1000"),
        ("statement_timeout", "5min", "300000"),
        ("work_mem", "65536", "65536"),
        ("max_connections", "{DBInstanceClassMemory/12582880}", "{DBInstanceClassMemory/12582880}"),
        ("random_page_cost", "1.1", "1.1"),
        ("log_statement", "ddl", "ddl"),
    ],
)
def test_parameters_are_expected_as_a_group_has_them(name: str, text: str, value: str) -> None:
    """Sizes and times in the parameter's own unit, and everything else as it was given."""
    assert expected("parameters: for reads", parameters={name: text}) == {name: value}


def test_tls_is_enforced_whatever_the_parameters_say() -> None:
    """So that it is no parameter of the environment's."""
    given = {"rds.force_ssl": "0", "work_mem": "4MB"}
    assert expected("parameters: for reads", parameters=given) == {"work_mem": "4096"}
    assert expected("parameters: TLS alone", parameters=given) == {"rds.force_ssl": "1"}


def test_a_client_that_is_named_twice_is_admitted_once() -> None:
    """EC2 has no rule twice."""
    found = expected(
        "database security group: ingress",
        {"application_security_group_id": "sg-1", "bastion_security_group_id": "sg-2"},
        credentials="managed",
        replica_count=0,
        client_cidrs=["10.1.0.0/16", "10.1.0.0/16"],
    )
    assert found == [("tcp", 5432, 5432, each) for each in ("10.1.0.0/16", "sg-1", "sg-2")]


@pytest.mark.parametrize(("days", "kept"), [(7, [7]), (0, [None])])
def test_without_performance_insights_nothing_is_kept(days: int, kept: list[Any]) -> None:
    """RDS tells no number of days then."""
    what = "primary and replicas: PerformanceInsightsRetentionPeriod"
    assert expected(what, performance_insights_retention_days=days) == kept
