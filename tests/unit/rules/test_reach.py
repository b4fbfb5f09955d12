"""Openings of security groups, and routes of subnets."""

from typing import Any

import pytest

from tapforge.rules import reach
from tapforge.rules.example import configuration

UNKNOWN = "${aws_unknown.main.value}"
PORT = {"from_port": 5432, "to_port": 5432, "protocol": "tcp"}


def opened(type_: str, body: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return what a resource opens: place, addresses, protocol and ports."""
    (resource,) = configuration({"resource": {type_: {"main": body}}}).resources
    return [(o.place, o.cidr, o.protocol, o.ports) for o in reach.openings(resource)]


# As the provider fills in what was left out.
FILLED = {"prefix_list_ids": [], "security_groups": [], "self": False, "description": ""}


@pytest.mark.parametrize(
    ("type_", "body", "found"),
    [
        pytest.param(
            "aws_security_group",
            {
                "ingress": [
                    {**PORT, "cidr_blocks": ["10.0.0.0/16", UNKNOWN], "ipv6_cidr_blocks": ["::/0"]},
                    {**PORT, **FILLED, "cidr_blocks": [], "ipv6_cidr_blocks": [], "self": True},
                    {**PORT, "security_groups": [UNKNOWN]},
                    {**PORT, "prefix_list_ids": ["pl-1"]},
                    {**PORT, "cidr_blocks": UNKNOWN},
                ]
            },
            [
                ("ingress[0].cidr_blocks", "10.0.0.0/16", "tcp", "port 5432"),
                ("ingress[0].ipv6_cidr_blocks", "::/0", "tcp", "port 5432"),
            ],
            id="inline",
        ),
        pytest.param("aws_security_group", {"ingress": []}, [], id="inline without rules"),
        pytest.param("aws_security_group", {"ingress": UNKNOWN}, [], id="inline and unknown"),
        pytest.param(
            "aws_default_security_group",
            {
                "ingress": [
                    {"from_port": 0, "to_port": 0, "protocol": -1, "cidr_blocks": "0.0.0.0/0"}
                ]
            },
            [("ingress[0].cidr_blocks", "0.0.0.0/0", "-1", "all ports")],
            id="default group",
        ),
        pytest.param(
            "aws_security_group_rule",
            {**PORT, "type": "ingress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "TCP"},
            [("cidr_blocks", "0.0.0.0/0", "tcp", "port 5432")],
            id="rule",
        ),
        pytest.param(
            "aws_security_group_rule",
            {**PORT, "type": "egress", "cidr_blocks": ["0.0.0.0/0"]},
            [],
            id="rule for egress",
        ),
        pytest.param(
            "aws_security_group_rule",
            {**PORT, "type": UNKNOWN, "cidr_blocks": ["0.0.0.0/0"]},
            [],
            id="rule for who knows what",
        ),
        pytest.param(
            "aws_vpc_security_group_ingress_rule",
            {"ip_protocol": "6", "from_port": 5000, "to_port": 6000, "cidr_ipv4": "10.0.0.0/8"},
            [("cidr_ipv4", "10.0.0.0/8", "tcp", "ports 5000-6000")],
            id="new rule",
        ),
        pytest.param(
            "aws_vpc_security_group_ingress_rule",
            {"ip_protocol": "-1", "cidr_ipv6": "::/0"},
            [("cidr_ipv6", "::/0", "-1", "all ports")],
            id="new rule for everything",
        ),
        pytest.param(
            "aws_vpc_security_group_ingress_rule",
            {"ip_protocol": "tcp", "from_port": "22", "to_port": "22", "cidr_ipv4": "10.0.0.1/32"},
            [("cidr_ipv4", "10.0.0.1/32", "tcp", "port 22")],
            id="ports as text",
        ),
        *(
            pytest.param(
                "aws_vpc_security_group_ingress_rule",
                {"ip_protocol": "tcp", "from_port": 1, "to_port": 1, "cidr_ipv4": "::/0", **change},
                [],
                id=f"unknown {next(iter(change))}",
            )
            for change in (
                {"ip_protocol": UNKNOWN},
                {"from_port": UNKNOWN},
                {"to_port": None},
                {"cidr_ipv4": UNKNOWN},
                {"from_port": "ssh"},
            )
        ),
    ],
)
def test_openings(type_: str, body: dict[str, Any], found: list[tuple[str, str, str, str]]) -> None:
    """All spellings of a rule give addresses, protocol and ports, as far as they are known."""
    assert opened(type_, body) == found


@pytest.mark.parametrize(
    ("cidr", "world"),
    [
        ("0.0.0.0/0", True),
        ("::/0", True),
        ("0.0.0.0/1", False),
        ("10.0.0.0/8", False),
        ("all", False),
    ],
)
def test_the_world(cidr: str, world: bool) -> None:
    """It is every address of one IP version."""
    (resource,) = configuration({"resource": {"aws_security_group": {"a": {}}}}).resources
    assert reach.Opening(resource, "", cidr, "tcp", 1, 1).world is world


@pytest.mark.parametrize(
    ("cidr", "private"),
    [
        *(("10.1.0.0/16", True), ("172.16.0.0/12", True), ("172.0.0.0/8", False)),
        *(("192.168.1.1/32", True), ("100.64.0.0/10", True), ("8.8.8.0/24", False)),
        *(("fd00::/8", True), ("2001:db8::/32", False), ("10.0.0.0/7", False)),
    ],
)
def test_private_addresses(cidr: str, private: bool) -> None:
    """A network is private if all of it is."""
    net = reach.network(cidr)
    assert net is not None
    assert reach.private(net) is private


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("10.0.0.0/16", "10.0.5.0/24", True),
        ("10.0.0.0/24", "10.0.1.0/24", False),
        ("::/0", "0.0.0.0/0", False),
    ],
)
def test_overlap(one: str, other: str, overlap: bool) -> None:
    """Networks of two IP versions share nothing."""
    nets = [reach.network(one), reach.network(other)]
    assert reach.overlap(nets[0], nets[1]) is overlap
    assert reach.overlap(nets[1], nets[0]) is overlap


def test_the_openings_of_a_group_are_its_own_and_those_of_its_rules() -> None:
    """Rules of other groups, and rules whose group is not known, do not count."""
    world = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"}
    made = configuration(
        {
            "resource": {
                "aws_security_group": {"a": {"ingress": [{**PORT, "cidr_blocks": ["10.0.0.0/8"]}]}},
                "aws_security_group_rule": {
                    "a": {
                        **PORT,
                        "type": "ingress",
                        "cidr_blocks": ["10.1.0.0/16"],
                        "security_group_id": "${aws_security_group.a.id}",
                    }
                },
                "aws_vpc_security_group_ingress_rule": {
                    "a": {**world, "security_group_id": "${aws_security_group.a.id}"},
                    "b": {**world, "security_group_id": UNKNOWN},
                    "c": {**world, "security_group_id": "sg-1"},
                },
            }
        }
    )
    found = reach.group_openings(made, made.of("aws_security_group"))
    assert [each.cidr for each in found] == ["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0"]


VPC = "${aws_vpc.main.id}"
IGW = "${aws_internet_gateway.main.id}"
OUT = {"cidr_block": "0.0.0.0/0", "gateway_id": IGW}
ROUTE = {"route_table_id": "${aws_route_table.a.id}", "destination_cidr_block": "0.0.0.0/0"}
ASSOCIATED = {
    "aws_route_table_association": {
        "a": {"subnet_id": "${aws_subnet.a.id}", "route_table_id": "${aws_route_table.a.id}"}
    }
}
MAIN_TABLE = {"default_route_table_id": "${aws_vpc.main.default_route_table_id}"}


def public(resources: dict[str, Any], **data: Any) -> bool:
    """Tell whether the subnet `a` of a VPC with an internet gateway is public."""
    made = configuration(
        {
            "data": data,
            "resource": {
                "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
                "aws_internet_gateway": {"main": {"vpc_id": VPC}},
                "aws_subnet": {"a": {"vpc_id": VPC}},
                **resources,
            },
        }
    )
    return "aws_subnet.a" in made.once(reach.public_subnets)


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        pytest.param({}, False, id="no route"),
        pytest.param(
            {"aws_route_table": {"a": {"vpc_id": VPC, "route": [OUT]}}, **ASSOCIATED},
            True,
            id="inline route",
        ),
        pytest.param(
            # As the provider fills in what was left out.
            {
                "aws_route_table": {
                    "a": {
                        "vpc_id": VPC,
                        "route": [{**OUT, "ipv6_cidr_block": "", "nat_gateway_id": ""}],
                    }
                },
                **ASSOCIATED,
            },
            True,
            id="inline route, filled in",
        ),
        pytest.param(
            {
                "aws_route_table": {"a": {}},
                "aws_route": {"a": {**ROUTE, "gateway_id": IGW}},
                **ASSOCIATED,
            },
            True,
            id="separate route",
        ),
        pytest.param(
            {
                "aws_route_table": {"a": {}},
                "aws_route": {"a": {**ROUTE, "gateway_id": "igw-0123456789abcdef0"}},
                **ASSOCIATED,
            },
            True,
            id="gateway by its id",
        ),
        pytest.param(
            {
                "aws_route_table": {
                    "a": {"route": [{"ipv6_cidr_block": "::/0", "gateway_id": IGW}]}
                },
                **ASSOCIATED,
            },
            True,
            id="IPv6",
        ),
        pytest.param(
            {
                "aws_route_table": {"a": {"route": [{**OUT, "cidr_block": "10.9.0.0/16"}]}},
                **ASSOCIATED,
            },
            False,
            id="some addresses",
        ),
        pytest.param(
            {"aws_route_table": {"a": {"route": [{**OUT, "cidr_block": UNKNOWN}]}}, **ASSOCIATED},
            False,
            id="unknown addresses",
        ),
        pytest.param(
            {
                "aws_route_table": {"a": {"route": [{**OUT, "gateway_id": "vgw-1"}]}},
                **ASSOCIATED,
            },
            False,
            id="VPN gateway",
        ),
        pytest.param(
            {"aws_route_table": {"a": {"route": [{**OUT, "gateway_id": UNKNOWN}]}}, **ASSOCIATED},
            False,
            id="unknown gateway",
        ),
        pytest.param(
            {"aws_default_route_table": {"a": {**MAIN_TABLE, "route": [OUT]}}},
            True,
            id="main table",
        ),
        pytest.param(
            {
                "aws_default_route_table": {"a": {**MAIN_TABLE, "route": [OUT]}},
                "aws_route_table": {"a": {"vpc_id": VPC}},
                **ASSOCIATED,
            },
            False,
            id="main table, and one of its own",
        ),
        pytest.param(
            {
                "aws_default_route_table": {"a": {**MAIN_TABLE, "route": [OUT]}},
                "aws_route_table_association": {
                    "a": {"subnet_id": "${aws_subnet.a.id}", "route_table_id": UNKNOWN}
                },
            },
            False,
            id="main table, and an unknown one of its own",
        ),
        pytest.param(
            {
                "aws_route": {
                    "a": {
                        **ROUTE,
                        "route_table_id": "${aws_vpc.main.main_route_table_id}",
                        "gateway_id": IGW,
                    }
                }
            },
            True,
            id="route in the main table",
        ),
        pytest.param(
            {
                "aws_route_table": {"a": {"vpc_id": VPC, "route": [OUT]}},
                "aws_main_route_table_association": {
                    "a": {"vpc_id": VPC, "route_table_id": "${aws_route_table.a.id}"}
                },
            },
            True,
            id="table made the main one",
        ),
        pytest.param(
            {
                "aws_default_route_table": {"a": {**MAIN_TABLE, "route": [OUT]}},
                "aws_route_table": {"a": {"vpc_id": VPC}},
                "aws_main_route_table_association": {
                    "a": {"vpc_id": VPC, "route_table_id": "${aws_route_table.a.id}"}
                },
            },
            False,
            id="another table made the main one",
        ),
    ],
)
def test_public_subnets(resources: dict[str, Any], expected: bool) -> None:
    """A subnet is public by a route of its table, or of its VPC's main table if it has none."""
    assert public(resources) is expected


def test_a_gateway_may_be_made_elsewhere() -> None:
    """A data source of one leads to the internet too."""
    gateway = "${data.aws_internet_gateway.main.id}"
    table = {"aws_route_table": {"a": {"route": [{**OUT, "gateway_id": gateway}]}}}
    assert public({**table, **ASSOCIATED}, aws_internet_gateway={"main": {}})


def test_a_subnet_that_may_have_one_of_two_tables_is_not_public_for_sure() -> None:
    """A plan tells of some associations no more than what they refer to."""
    tables = {"a": {"route": [OUT]}, "b": {}}
    either = {"subnet_id": "${aws_subnet.a.id}", "route_table_id": "${aws_route_table.b.id}"}
    associations = {**ASSOCIATED["aws_route_table_association"], "b": either}
    assert not public({"aws_route_table": tables, "aws_route_table_association": associations})
