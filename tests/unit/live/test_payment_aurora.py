"""What the checks of payment-aurora look at."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tapforge.live import payment_aurora
from tapforge.live.checks import Result, run
from tapforge.live.deployed import Deployed
from tapforge.systems.payment_aurora import PaymentAuroraInputs

CLUSTER = "payment-db-cluster-dev"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An account with a cluster of a writer and a reader, and a reader that auto scaling made."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        rds = boto3.client("rds", "us-east-1")
        cluster: dict[str, Any] = {"DBClusterIdentifier": CLUSTER, "Engine": "aurora-postgresql"}
        rds.create_db_cluster(**cluster, MasterUsername="dbadmin", MasterUserPassword="password1")
        for name in (
            f"{CLUSTER}-instance-1",
            f"{CLUSTER}-instance-2",
            "application-autoscaling-0f1e2d3c",
        ):
            class_ = "db.r6g.large" if name.startswith("application") else "db.t3.medium"
            rds.create_db_instance(**cluster, DBInstanceIdentifier=name, DBInstanceClass=class_)
        yield lambda service: boto3.client(service, "us-east-1")


def checked(client: Any, **inputs: Any) -> dict[str, Result]:
    """Run the checks of the instances, and give the results by what is looked at."""
    given = PaymentAuroraInputs(reader_count=1, **inputs)
    wanted = [each for each in payment_aurora.CHECKS if each.what.startswith("instances: ")]
    results = run(wanted, Deployed(given, {"cluster_identifier": CLUSTER}, client))
    return {each.what.removeprefix("instances: "): each for each in results}


def test_readers_that_auto_scaling_made_are_nobody_elses(client: Any) -> None:
    """They come and go by themselves, with another class where the writer had that."""
    found = checked(client, reader_maximum=3)
    assert found["identifiers"].ok
    assert found["class"].ok


def test_an_instance_that_somebody_added_is_found(client: Any) -> None:
    """It belongs to no environment, whoever made it."""
    client("rds").create_db_instance(
        DBClusterIdentifier=CLUSTER,
        Engine="aurora-postgresql",
        DBInstanceIdentifier="by-hand",
        DBInstanceClass="db.t3.medium",
    )
    assert not checked(client)["identifiers"].ok
