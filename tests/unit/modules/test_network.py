"""The network in its many shapes, resolved."""

from collections import Counter
from typing import Any

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import hcl
from tapforge.lang.resolve import Resolution, resolve
from tapforge.modules.network import NetworkInputs, network

PUBLIC = ["10.0.0.0/24", "10.0.1.0/24"]
PRIVATE = ["10.0.10.0/24", "10.0.11.0/24"]
ISOLATED = ["10.0.20.0/24", "10.0.21.0/24"]
ALL = {
    "public_subnet_cidrs": PUBLIC,
    "private_subnet_cidrs": PRIVATE,
    "isolated_subnet_cidrs": ISOLATED,
}


def made(**given: Any) -> Resolution:
    """Resolve a network."""
    inputs = {"isolated_subnet_cidrs": [], **given}
    return resolve(network, {"name": "shop", "environment_suffix": "dev", **inputs})


def counted(resolution: Resolution) -> Counter[str]:
    """Count the resources by type."""
    return Counter(i.type for i in resolution.instances if i.mode == "resource")


def values(resolution: Resolution, address: str) -> dict[str, Any]:
    """Give the values of one instance."""
    return next(i.values for i in resolution.instances if i.address == address)


def written(value: Any) -> str:
    """Give a value as Terraform's language writes it."""
    return hcl(value)


def test_isolated_subnets_have_no_way_out() -> None:
    """No gateway, no route, no endpoint; each in the route table."""
    found = made(isolated_subnet_cidrs=ISOLATED)
    assert counted(found) == {
        "aws_vpc": 1,
        "aws_default_security_group": 1,
        "aws_subnet": 2,
        "aws_route_table": 1,
        "aws_route_table_association": 2,
    }
    assert "route" not in values(found, "aws_route_table.isolated[0]")
    assert [i.address for i in found.instances if i.type == "aws_subnet"] == [
        "aws_subnet.isolated[0]",
        "aws_subnet.isolated[1]",
    ]
    assert values(found, "aws_subnet.isolated[0]")["tags"] == {"Name": "shop-subnet-1-dev"}


def test_there_is_no_table_of_a_tier_that_is_not() -> None:
    """Each tier has its own, and none is made for nothing."""
    found = made(private_subnet_cidrs=PRIVATE)
    tables = [each.address for each in found.instances if each.type == "aws_route_table"]
    assert tables == ["aws_route_table.private[0]"]
    assert found.outputs["isolated_route_table_id"] is None


def test_the_default_security_group_admits_nobody() -> None:
    """Without rules nothing can use it by accident."""
    group = values(made(isolated_subnet_cidrs=ISOLATED), "aws_default_security_group.main")
    assert not {"ingress", "egress"} & group.keys()


def test_only_public_subnets_route_to_the_internet() -> None:
    """And none gives out public addresses by itself."""
    found = made(**ALL)
    (route,) = (i for i in found.instances if i.type == "aws_route")
    assert written(route.values["route_table_id"]) == "aws_route_table.public[0].id"
    assert written(route.values["gateway_id"]) == "aws_internet_gateway.main[0].id"
    for number in range(2):
        association = values(found, f"aws_route_table_association.public[{number}]")
        assert written(association["route_table_id"]) == "aws_route_table.public[0].id"
        assert "map_public_ip_on_launch" not in values(found, f"aws_subnet.public[{number}]")


@pytest.mark.parametrize(
    ("gateways", "number", "tables"),
    [
        pytest.param("none", 0, 1, id="none"),
        pytest.param("one", 1, 1, id="one"),
        pytest.param("per-zone", 2, 2, id="per zone"),
    ],
)
def test_private_subnets_reach_the_internet_by_nat(gateways: str, number: int, tables: int) -> None:
    """Each gateway has an address, a public subnet, and a route table that leads to it."""
    found = made(**ALL, nat_gateways=gateways)
    counts = counted(found)
    assert (counts["aws_nat_gateway"], counts["aws_eip"]) == (number, number)
    assert counts["aws_route"] == 1 + number
    assert len(found.outputs["private_route_table_ids"]) == tables
    assert len(found.outputs["nat_public_ips"]) == number
    for index in range(number):
        gateway = values(found, f"aws_nat_gateway.main[{index}]")
        assert written(gateway["subnet_id"]) == f"aws_subnet.public[{index}].id"
        route = values(found, f"aws_route.nat[{index}]")
        assert written(route["nat_gateway_id"]) == f"aws_nat_gateway.main[{index}].id"
        assert written(route["route_table_id"]) == f"aws_route_table.private[{index}].id"
    used = [
        written(values(found, f"aws_route_table_association.private[{i}]")["route_table_id"])
        for i in range(2)
    ]
    assert used == [f"aws_route_table.private[{i % tables}].id" for i in range(2)]


def test_a_peering_finds_every_route_table() -> None:
    """Routes are resources of their own, so that others may be added."""
    found = made(**ALL, nat_gateways="per-zone")
    assert [written(id_) for id_ in found.outputs["route_table_ids"]] == [
        "aws_route_table.public[0].id",
        "aws_route_table.private[0].id",
        "aws_route_table.private[1].id",
        "aws_route_table.isolated[0].id",
    ]
    tables = [i for i in found.instances if i.type == "aws_route_table"]
    assert [i.address for i in tables if "route" in i.values] == []


@pytest.mark.parametrize(
    ("given", "services"),
    [
        pytest.param({"isolated_subnet_cidrs": ISOLATED}, [], id="isolated only"),
        pytest.param({"private_subnet_cidrs": PRIVATE}, ["dynamodb", "s3"], id="private"),
        pytest.param(
            {"private_subnet_cidrs": PRIVATE, "gateway_endpoints": []}, [], id="none asked for"
        ),
        pytest.param(
            {"isolated_subnet_cidrs": ISOLATED, "gateway_endpoints": ["s3"]}, ["s3"], id="asked for"
        ),
    ],
)
def test_gateway_endpoints_serve_private_and_isolated_subnets(
    given: dict[str, Any], services: list[str]
) -> None:
    """S3's and DynamoDB's, unless others are asked for."""
    found = made(**given)
    assert sorted(found.outputs["gateway_endpoint_ids"]) == services
    for service in services:
        endpoint = values(found, f'aws_vpc_endpoint.gateway["{service}"]')
        assert endpoint["vpc_endpoint_type"] == "Gateway"
        assert [written(id_) for id_ in endpoint["route_table_ids"]] == [
            f"{each.address}.id" for each in found.instances if each.type == "aws_route_table"
        ]
        name = written(endpoint["service_name"])
        assert name == f'"com.amazonaws.${{data.aws_region.current.region}}.{service}"'


def test_an_endpoint_serves_this_account_alone() -> None:
    """And anybody who reads the packages of Amazon Linux, which is done without keys."""
    found = made(**ALL, interface_endpoints=["rds", "monitoring", "ec2messages"])
    statements = {
        i.address.split('"')[1]: i.values["statement"]
        for i in found.instances
        if i.address.startswith("data.aws_iam_policy_document.endpoint[")
    }
    assert sorted(statements) == ["dynamodb", "monitoring", "rds", "s3"]
    assert statements["monitoring"][0]["actions"] == ["cloudwatch:*"]
    for of_service in statements.values():
        (condition,) = of_service[0]["condition"]
        assert condition["variable"] == "aws:PrincipalAccount"
    assert [len(statements[name]) for name in ("rds", "s3")] == [1, 2]
    assert statements["s3"][1]["actions"] == ["s3:GetObject"]
    assert "policy" not in values(found, 'aws_vpc_endpoint.interface["ec2messages"]')
    assert "endpoint" in written(values(found, 'aws_vpc_endpoint.interface["rds"]')["policy"])


@pytest.mark.parametrize(
    ("given", "tier"),
    [
        pytest.param(ALL, "private", id="private first"),
        pytest.param({"isolated_subnet_cidrs": ISOLATED}, "isolated", id="else isolated"),
    ],
)
def test_interface_endpoints_answer_the_vpc(given: dict[str, Any], tier: str) -> None:
    """Under the services' own names, by HTTPS from inside."""
    found = made(**given, interface_endpoints=["rds", "sns"])
    assert sorted(found.outputs["interface_endpoint_ids"]) == ["rds", "sns"]
    endpoint = values(found, 'aws_vpc_endpoint.interface["sns"]')
    assert endpoint["private_dns_enabled"] is True
    subnets = [f"aws_subnet.{tier}[{number}].id" for number in range(2)]
    assert [written(id_) for id_ in endpoint["subnet_ids"]] == subnets
    (rule,) = (i.values for i in found.instances if "ingress_rule" in i.type)
    assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (443, 443, "tcp")
    assert rule["cidr_ipv4"] == "10.0.0.0/16"
    assert "egress" not in values(found, "aws_security_group.endpoints[0]")


def test_flows_are_logged_where_somebody_wants_them() -> None:
    """To a group that is there first, by a role that may do nothing else."""
    off = made(isolated_subnet_cidrs=ISOLATED)
    assert off.outputs["flow_log_group_name"] is None
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    found = made(
        isolated_subnet_cidrs=ISOLATED,
        flow_log_retention_days=7,
        kms_key_arn=key,
        destroyable=False,
    )
    group = values(found, "aws_cloudwatch_log_group.flows[0]")
    assert group["name"] == found.outputs["flow_log_group_name"] == "/aws/vpc/shop-dev/flows"
    assert (group["retention_in_days"], group["kms_key_id"]) == (7, key)
    assert (group["deletion_protection_enabled"], group["skip_destroy"]) == (True, False)
    log = values(found, "aws_flow_log.main[0]")
    assert (log["traffic_type"], log["log_destination_type"]) == ("ALL", "cloud-watch-logs")
    (statement,) = values(found, "data.aws_iam_policy_document.flows[0]")["statement"]
    assert "logs:CreateLogGroup" not in statement["actions"]
    assert "aws_cloudwatch_log_group.flows[0].arn" in written(statement["resources"])


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        pytest.param({"isolated_subnet_cidrs": []}, "has no subnet", id="no subnet"),
        pytest.param(
            {"isolated_subnet_cidrs": ["10.1.0.0/24"]},
            r"lie in the VPC's block 10\.0\.0\.0/16",
            id="outside",
        ),
        pytest.param(
            {"private_subnet_cidrs": ["10.0.20.128/25"]},
            r'\["10\.0\.20\.0/24","10\.0\.21\.0/24"\] overlaps subnets of another tier',
            id="tiers overlap",
        ),
        pytest.param(
            {"public_subnet_cidrs": PUBLIC, "private_subnet_cidrs": PUBLIC},
            "private_subnet_cidrs: .* overlaps subnets of another tier",
            id="public and private overlap",
        ),
        pytest.param(
            {"isolated_subnet_cidrs": [f"10.0.{n}.0/24" for n in range(7)]},
            "7 subnets: expected at most 6",
            id="more subnets than zones",
        ),
        pytest.param(
            {"private_subnet_cidrs": PRIVATE, "nat_gateways": "one"},
            'stands in a public subnet, and there is none; give public_subnet_cidrs, or take "none"',
            id="NAT without a public subnet",
        ),
        pytest.param(
            {"public_subnet_cidrs": PUBLIC, "nat_gateways": "one"},
            "serve private subnets, and there is none",
            id="NAT for nobody",
        ),
        pytest.param(
            {**ALL, "public_subnet_cidrs": PUBLIC[:1], "nat_gateways": "per-zone"},
            "2 private subnets and 1 public ones; each zone of a private subnet needs",
            id="NAT per zone without a public subnet in each",
        ),
        pytest.param(
            {"nat_gateways": "two"}, '"two" is none of: none, one, per-zone', id="two NATs"
        ),
        pytest.param(
            {"interface_endpoints": ["rds", "database"]},
            r'no interface endpoint is called \["database"\]',
            id="unknown interface endpoint",
        ),
        pytest.param(
            {"interface_endpoints": ["s3"]},
            "s3 and dynamodb belong to gateway_endpoints",
            id="gateway service as interface",
        ),
        pytest.param(
            {"gateway_endpoints": ["rds"]}, "others belong to interface_endpoints", id="as gateway"
        ),
        pytest.param({"flow_log_retention_days": 2}, "2 is none of", id="retention"),
        pytest.param({"kms_key_arn": "alias/shop"}, "expected the ARN of a KMS key", id="alias"),
    ],
)
def test_wrong_networks_are_errors_when_they_are_written(
    wrong: dict[str, Any], expected: str
) -> None:
    """In Python as in Terraform."""
    right: dict[str, Any] = {
        "name": "shop",
        "environment_suffix": "dev",
        "isolated_subnet_cidrs": ISOLATED,
    }
    NetworkInputs(**right)
    with pytest.raises(ArgumentError, match=expected):
        NetworkInputs(**right | wrong)


def test_endpoints_need_a_subnet_that_is_not_public() -> None:
    """There is no other place for them."""
    with pytest.raises(ArgumentError, match="stand in private or isolated subnets, and there is n"):
        NetworkInputs(
            name="shop",
            environment_suffix="dev",
            public_subnet_cidrs=PUBLIC,
            isolated_subnet_cidrs=[],
            interface_endpoints=["rds"],
        )
