"""Services that have VPC endpoints."""

from botocore.session import Session

from tapforge.facts import endpoints


def test_a_service_has_endpoints_of_one_kind() -> None:
    """Those with gateway endpoints are asked for as such."""
    assert endpoints.gateway() == ("dynamodb", "s3")
    assert not set(endpoints.gateway()) & set(endpoints.interface())
    assert {"rds", "sns", "logs", "events", "secretsmanager", "ssmmessages"} < set(
        endpoints.interface()
    )
    assert list(endpoints.interface()) == sorted(endpoints.interface())


def test_policies_are_of_services_that_exist() -> None:
    """Each has an endpoint, and its actions begin with a service's name."""
    prefixes = endpoints.iam_prefixes()
    assert prefixes.keys() <= {*endpoints.gateway(), *endpoints.interface()}
    assert set(prefixes.values()) <= set(Session().get_available_services())
