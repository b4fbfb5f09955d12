"""Gaps of moto's Route 53."""

import pytest
from botocore.exceptions import ClientError

ALARM = {"Region": "us-east-1", "Name": "lag"}


@pytest.fixture
def route53(aws):
    """Return a client of Route 53."""
    return aws.boto3_client("route53")


@pytest.mark.gap("route53.private_zones")
def test_a_zone_with_a_vpc_is_private(route53):
    """The VPC alone makes the zone private, and a second VPC can join."""
    vpc = {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}
    other = {"VPCRegion": "us-east-1", "VPCId": "vpc-2"}

    created = route53.create_hosted_zone(
        Name="db.internal", CallerReference="1", VPC=vpc, HostedZoneConfig={"Comment": "names"}
    )["HostedZone"]

    assert created["Config"] == {"Comment": "names", "PrivateZone": True}
    route53.associate_vpc_with_hosted_zone(HostedZoneId=created["Id"], VPC=other)
    assert route53.get_hosted_zone(Id=created["Id"])["VPCs"] == [vpc, other]


def test_a_zone_without_a_vpc_is_public(route53):
    """Nothing changes for public zones."""
    created = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]

    assert created["Config"]["PrivateZone"] is False


def _health_check(route53, **config):
    return route53.create_health_check(CallerReference="1", HealthCheckConfig=config)[
        "HealthCheck"
    ]["Id"]


def _config_of(route53, check):
    return route53.get_health_check(HealthCheckId=check)["HealthCheck"]["HealthCheckConfig"]


@pytest.mark.gap("route53.alarm_health_checks")
def test_the_health_check_of_an_alarm_keeps_the_alarm(route53):
    """It shows the alarm and what missing data means, and no endpoint."""
    check = _health_check(
        route53,
        Type="CLOUDWATCH_METRIC",
        AlarmIdentifier=ALARM,
        InsufficientDataHealthStatus="Healthy",
    )

    config = _config_of(route53, check)
    assert config["AlarmIdentifier"] == ALARM
    assert config["InsufficientDataHealthStatus"] == "Healthy"
    assert {"Port", "RequestInterval", "FailureThreshold", "MeasureLatency"}.isdisjoint(config)


@pytest.mark.gap("route53.alarm_health_checks")
def test_the_alarm_of_a_health_check_can_change(route53):
    """UpdateHealthCheck changes what it names and leaves the rest."""
    check = _health_check(
        route53,
        Type="CLOUDWATCH_METRIC",
        AlarmIdentifier=ALARM,
        InsufficientDataHealthStatus="Healthy",
    )

    route53.update_health_check(HealthCheckId=check, InsufficientDataHealthStatus="Unhealthy")

    config = _config_of(route53, check)
    assert config["InsufficientDataHealthStatus"] == "Unhealthy"
    assert config["AlarmIdentifier"] == ALARM


def test_the_health_check_of_an_endpoint_shows_the_endpoint(route53):
    """Nothing changes for checks of an endpoint."""
    check = _health_check(route53, Type="TCP", IPAddress="192.0.2.1", Port=5432)

    config = _config_of(route53, check)
    assert (config["IPAddress"], config["Port"]) == ("192.0.2.1", 5432)
    assert "AlarmIdentifier" not in config


def _weighted(name, side, weight):
    return {
        "Name": f"{name}.db.internal.",
        "Type": "CNAME",
        "SetIdentifier": side,
        "Weight": weight,
        "TTL": 5,
        "ResourceRecords": [{"Value": f"{side}.example.com"}],
    }


def _weights(route53, zone):
    listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {
        (record["Name"], record["SetIdentifier"]): record["Weight"]
        for record in listed
        if "Weight" in record
    }


@pytest.fixture
def zone(route53):
    """Return a zone with two names, each with a weighted record for two sides."""
    zone = route53.create_hosted_zone(Name="db.internal", CallerReference="1")["HostedZone"]["Id"]
    _change(
        route53,
        zone,
        *[
            ("CREATE", _weighted(name, side, weight))
            for name in ("writer", "reader")
            for side, weight in (("old", 100), ("new", 0))
        ],
    )
    return zone


def _change(route53, zone, *changes):
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})


@pytest.mark.gap("route53.change_batches")
def test_a_weight_changes_by_deletion_and_creation_under_its_own_name_alone(route53, zone):
    """Forth and back again; the other name keeps its weights."""
    for before, after in ((100, 0), (0, 100)):
        _change(
            route53,
            zone,
            ("DELETE", _weighted("writer", "old", before)),
            ("CREATE", _weighted("writer", "old", after)),
            ("DELETE", _weighted("writer", "new", 100 - before)),
            ("CREATE", _weighted("writer", "new", 100 - after)),
        )

        assert _weights(route53, zone) == {
            ("writer.db.internal.", "old"): after,
            ("writer.db.internal.", "new"): 100 - after,
            ("reader.db.internal.", "old"): 100,
            ("reader.db.internal.", "new"): 0,
        }


@pytest.mark.gap("route53.change_batches")
def test_a_batch_fails_as_a_whole_where_a_weight_is_another_by_now(route53, zone):
    """What was read is no longer there: nothing changes."""
    before = _weights(route53, zone)

    with pytest.raises(ClientError, match="InvalidChangeBatch"):
        _change(
            route53,
            zone,
            ("DELETE", _weighted("writer", "new", 0)),
            ("CREATE", _weighted("writer", "new", 100)),
            ("DELETE", _weighted("writer", "old", 50)),
            ("CREATE", _weighted("writer", "old", 0)),
        )

    assert _weights(route53, zone) == before
