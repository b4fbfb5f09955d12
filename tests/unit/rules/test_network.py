"""Networks, beyond the examples of their rules."""

from typing import Any

import pytest

from tapforge.lang.expression import Access, Call, Symbol
from tapforge.rules import run
from tapforge.rules.catalogue import network
from tapforge.rules.example import configuration
from tapforge.rules.resource import Configuration, Resource, Unknown
from tapforge.rules.rule import Rule

UNKNOWN = "${aws_unknown.main.value}"
VPC = "${aws_vpc.main.id}"


def found(
    rule: Rule,
    resources: dict[str, Any],
    data: dict[str, Any] | None = None,
    **variables: Any,
) -> list[str]:
    """Return what a rule finds, place by place."""
    declared = {name: {"default": value} for name, value in variables.items()}
    made = configuration({"resource": resources, "data": data or {}, "variable": declared})
    return [f"{each.address} {each.message}" for each in run.check(made, [rule])]


def check(messages: list[str], words: str | None) -> None:
    """Assert that there is one message with some words, or none."""
    assert len(messages) == (words is not None), messages
    assert not words or words in messages[0]


def group(cidr: Any, first: Any = 5432, last: Any = None, protocol: Any = "tcp") -> dict[str, Any]:
    """Return a security group that opens ports to addresses."""
    ports = {"from_port": first, "to_port": first if last is None else last, "protocol": protocol}
    key = "ipv6_cidr_blocks" if ":" in str(cidr) else "cidr_blocks"
    return {"aws_security_group": {"main": {"ingress": [{**ports, key: [cidr]}]}}}


@pytest.mark.parametrize(
    ("resources", "anywhere", "port", "wide"),
    [
        pytest.param(group("0.0.0.0/0"), "PostgreSQL (5432)", None, None, id="database"),
        pytest.param(group("::/0", 22), "SSH (22)", None, None, id="SSH by IPv6"),
        pytest.param(
            group("0.0.0.0/0", 5000, 6000), "(5432), Redshift (5439)", None, None, id="range"
        ),
        pytest.param(group("0.0.0.0/0", 0, 65535), "all ports", None, None, id="all TCP"),
        pytest.param(group("0.0.0.0/0", 0, 0, "-1"), "all ports", None, None, id="everything"),
        pytest.param(group("0.0.0.0/0", 443), None, None, None, id="HTTPS"),
        pytest.param(group("0.0.0.0/0", 80), None, None, None, id="HTTP"),
        pytest.param(group("0.0.0.0/0", 80, 81), None, "ports 80-81 (tcp)", None, id="web range"),
        pytest.param(group("0.0.0.0/0", 8080), None, "port 8080 (tcp)", None, id="other port"),
        pytest.param(group("0.0.0.0/0", 51820, protocol="udp"), None, "(udp)", None, id="UDP"),
        pytest.param(group("0.0.0.0/0", 22, protocol="udp"), None, "(udp)", None, id="UDP of 22"),
        pytest.param(group("0.0.0.0/0", 8, 0, "icmp"), None, None, None, id="ping"),
        pytest.param(group("10.0.0.0/8"), None, None, None, id="private"),
        pytest.param(group("203.0.113.0/24"), None, None, None, id="an office"),
        pytest.param(group("203.0.112.0/23"), None, None, "512 public addresses", id="too many"),
        pytest.param(group("52.0.0.0/8", 0, 0, "-1"), None, None, "opens all ports", id="a cloud"),
        pytest.param(group("52.0.0.0/8", 443), None, None, None, id="a cloud to HTTPS"),
        pytest.param(group("52.0.0.0/8", 22), None, None, None, id="a cloud to SSH"),
        pytest.param(group("2001:db8::/32"), None, None, "public addresses", id="IPv6 range"),
        pytest.param(group("2001:db8::/56"), None, None, None, id="IPv6 of a VPC"),
        pytest.param(group("fd00::/8"), None, None, None, id="private IPv6"),
        pytest.param(group("0.0.0.0/1"), None, None, "public addresses", id="half the world"),
        pytest.param(group(UNKNOWN), None, None, None, id="unknown addresses"),
        pytest.param(group("0.0.0.0/0", UNKNOWN), None, None, None, id="unknown port"),
        pytest.param(group("0.0.0.0/0", protocol=UNKNOWN), None, None, None, id="unknown protocol"),
        pytest.param(group("everybody"), None, None, None, id="no addresses"),
    ],
)
def test_ingress(
    resources: dict[str, Any], anywhere: str | None, port: str | None, wide: str | None
) -> None:
    """Each opening is told by one rule at most: by what it opens, and to whom."""
    check(found(network.ingress_from_anywhere, resources), anywhere)
    check(found(network.public_port, resources), port)
    check(found(network.database_ingress_range, resources), wide)


def test_ingress_is_told_at_its_argument() -> None:
    """The place is that of the addresses, in rules of their own too."""
    body = {"ip_protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_ipv4": "0.0.0.0/0"}
    (message,) = found(
        network.ingress_from_anywhere, {"aws_vpc_security_group_ingress_rule": {"main": body}}
    )
    assert message.startswith("aws_vpc_security_group_ingress_rule.main cidr_ipv4 is")


SUBNETS = {
    each: {
        "vpc_id": VPC,
        "cidr_block": f"10.0.{number}.0/24",
        "availability_zone": f"us-east-1{each}",
    }
    for number, each in enumerate("abc")
}
BOTH = ["${aws_subnet.a.id}", "${aws_subnet.b.id}"]
NET = {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}, "aws_subnet": SUBNETS}


@pytest.mark.parametrize(
    ("change", "subnets", "words"),
    [
        ({}, BOTH, None),
        ({}, BOTH[:1], "subnet_ids is one subnet"),
        ({}, [], None),
        ({}, UNKNOWN, None),
        ({}, [UNKNOWN], "one subnet"),
        ({}, ["subnet-1"], "one subnet"),
        ({}, ["subnet-1", UNKNOWN], None),
        ({}, [BOTH[0], "subnet-1"], None),
        ({}, "${aws_subnet.a.id}", "one subnet"),
        ({}, "${data.aws_subnet.a.id}", None),
        ({"availability_zone": "us-east-1a"}, BOTH, "2 subnets, all in us-east-1a"),
        ({"availability_zone": UNKNOWN}, BOTH, None),
        ({"availability_zone": None}, BOTH, None),
    ],
    ids=[
        *(
            "two zones",
            "one subnet",
            "empty",
            "unknown set",
            "one unknown subnet",
            "one by id",
            "unknown subnets",
        ),
        *(
            "partly known",
            "unknown set of one",
            "data source",
            "one zone",
            "unknown zone",
            "no zone",
        ),
    ],
)
@pytest.mark.parametrize("type_", ["aws_db_subnet_group", "aws_dms_replication_subnet_group"])
def test_zones_of_subnet_groups(
    type_: str, change: dict[str, Any], subnets: Any, words: str | None
) -> None:
    """Only subnets that are all known can be too few."""
    both = {"a": SUBNETS["a"], "b": {**SUBNETS["b"], **change}}
    resources = {**NET, "aws_subnet": both, type_: {"main": {"subnet_ids": subnets}}}
    check(found(network.subnet_group_zones, resources), words)


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (Access(Symbol("aws_subnet.a"), "id"), True),
        (Unknown(["aws_subnet.a"]), False),
        (Call("concat", (Symbol("aws_subnet.a"), ["subnet-0"])), False),
    ],
    ids=["reference", "plan", "concat"],
)
def test_zones_of_sets_that_may_have_more(value: Any, wrong: bool) -> None:
    """A plan does not show what a function adds to the subnets that it refers to."""
    subnet = Resource({}, address="aws_subnet.a", type="aws_subnet", name="a")
    group = Resource(
        {"subnet_ids": value}, address="aws_db_subnet_group.m", type="aws_db_subnet_group", name="m"
    )
    rule = network.subnet_group_zones
    assert bool(rule.findings(Configuration((subnet, group)))) is wrong


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (
            {"aws_security_group": {"a": {"ingress": [{}, {"description": "x"}, {}]}}},
            "ingress[0].description is not set, expected what the rule is for, and of 1 more",
        ),
        ({"aws_security_group": {"a": {"egress": [{"description": ""}]}}}, "egress[0].description"),
        ({"aws_security_group": {"a": {"egress": [{"description": UNKNOWN}]}}}, None),
        ({"aws_security_group": {"a": {}}}, None),
        ({"aws_security_group_rule": {"a": {"type": "egress"}}}, "description is not set"),
        ({"aws_vpc_security_group_egress_rule": {"a": {"description": "To S3"}}}, None),
    ],
    ids=["inline", "empty", "unknown", "no rules", "old rule", "new rule"],
)
def test_rules_without_a_description(resources: dict[str, Any], words: str | None) -> None:
    """Each kind of rule is asked for it, and a group once."""
    check(found(network.security_group_rule_description, resources), words)


def test_zones_are_compared_by_id_too() -> None:
    """Subnets may be placed by availability_zone_id."""
    zone = {"vpc_id": VPC, "availability_zone": "", "availability_zone_id": "use1-az1"}
    resources = {
        "aws_subnet": {"a": zone, "b": zone},
        "aws_db_subnet_group": {"m": {"subnet_ids": BOTH}},
    }
    check(found(network.subnet_group_zones, resources), "all in use1-az1")


@pytest.mark.parametrize(
    ("launch", "words"),
    [(True, "which gives out public addresses"), (False, None), (None, None), (UNKNOWN, None)],
    ids=["public", "private", "unset", "unknown"],
)
def test_public_subnets_of_databases(launch: Any, words: str | None) -> None:
    """A subnet that gives out public addresses is public without a route too."""
    subnet = {**SUBNETS["a"], "map_public_ip_on_launch": launch}
    resources = {
        "aws_subnet": {"a": subnet},
        "aws_db_subnet_group": {"m": {"subnet_ids": BOTH[:1]}},
    }
    check(found(network.database_subnet_public, resources), words)


@pytest.mark.parametrize(
    ("vpc", "cidr", "more", "words"),
    [
        ({"cidr_block": "10.0.0.0/16"}, "10.0.255.0/24", {}, None),
        ({"cidr_block": "10.0.0.0/16"}, "10.0.0.0/16", {}, None),
        ({"cidr_block": "10.0.0.0/16"}, "10.0.0.0/28", {}, None),
        ({"cidr_block": "10.0.0.0/16"}, "10.0.0.0/29", {}, "expected a block between /16 and /28"),
        ({"cidr_block": "10.0.0.0/16"}, "10.1.0.0/24", {}, "expected a part of 10.0.0.0/16"),
        ({"cidr_block": "10.0.0.0/24"}, "10.0.0.0/20", {}, "expected a part of 10.0.0.0/24"),
        ({"cidr_block": UNKNOWN}, "10.1.0.0/24", {}, None),
        ({"ipv4_ipam_pool_id": "ipam-pool-1"}, "10.1.0.0/24", {}, None),
        ({"cidr_block": "10.0.0.0/16"}, UNKNOWN, {}, None),
        ({"cidr_block": "10.0.0.0/16"}, None, {}, None),
        ({"cidr_block": "10.0.0.0/16"}, "10.1.0.0/24", {"cidr_block": "10.1.0.0/16"}, None),
        ({"cidr_block": "10.0.0.0/16"}, "10.1.0.0/24", {"cidr_block": UNKNOWN}, None),
        (
            {"cidr_block": "10.0.0.0/16"},
            "10.2.0.0/24",
            {"cidr_block": "10.1.0.0/16"},
            "10.0.0.0/16 or 10.1.0.0/16",
        ),
    ],
    ids=[
        *(
            "inside",
            "all of it",
            "smallest",
            "too small",
            "outside",
            "larger",
            "unknown VPC",
            "IPAM",
        ),
        *("unknown", "unset", "in a second block", "unknown second block", "outside of both"),
    ],
)
def test_subnets_in_their_vpc(
    vpc: dict[str, Any], cidr: Any, more: dict[str, Any], words: str | None
) -> None:
    """A VPC may have more blocks than its first."""
    resources = {"aws_vpc": {"main": vpc}, "aws_subnet": {"a": {"vpc_id": VPC, "cidr_block": cidr}}}
    if more:
        resources["aws_vpc_ipv4_cidr_block_association"] = {"more": {"vpc_id": VPC, **more}}
    check(found(network.subnet_outside_vpc, resources), words)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({}, {}, "10.0.1.0/24, which overlaps aws_subnet.a"),
        ({"cidr_block": "10.0.0.0/20"}, {}, "expected addresses outside 10.0.0.0/20"),
        ({"cidr_block": "10.0.2.0/24"}, {}, None),
        ({"cidr_block": UNKNOWN}, {}, None),
        ({"vpc_id": "vpc-1"}, {"vpc_id": "vpc-1"}, "which overlaps"),
        ({"vpc_id": "vpc-1"}, {"vpc_id": "vpc-2"}, None),
        ({"vpc_id": VPC}, {"vpc_id": "${aws_vpc.other.id}"}, None),
        ({"vpc_id": UNKNOWN}, {"vpc_id": UNKNOWN}, None),
        ({"vpc_id": "${aws_default_vpc.d.id}"}, {"vpc_id": "${aws_default_vpc.d.id}"}, "overlaps"),
    ],
    ids=[
        *("equal", "inside", "apart", "unknown", "one VPC by id", "two VPCs by id", "two VPCs"),
        *("unknown VPCs", "default VPC"),
    ],
)
def test_overlapping_subnets(one: dict[str, Any], other: dict[str, Any], words: str | None) -> None:
    """Only within one VPC that is known to be one."""
    same = {"vpc_id": VPC, "cidr_block": "10.0.1.0/24"}
    resources = {
        "aws_vpc": {"main": {}, "other": {}},
        "aws_default_vpc": {"d": {}},
        "aws_subnet": {"a": {**same, **one}, "b": {**same, **other}},
    }
    check(found(network.subnets_overlap, resources), words)


def test_subnets_of_two_ip_versions_do_not_overlap() -> None:
    """The comparison ends with the last of one version."""
    subnets = {
        "a": {"vpc_id": "v", "cidr_block": "::/0"},
        "b": {"vpc_id": "v", "cidr_block": "0.0.0.0/0"},
    }
    assert found(network.subnets_overlap, {"aws_subnet": subnets}) == []


NATS = {each: {"subnet_id": f"${{aws_subnet.{each}.id}}"} for each in "ab"}


@pytest.mark.parametrize(
    ("nats", "variables", "words"),
    [
        (NATS, {"environment_suffix": "dev"}, "a second NAT gateway beside aws_nat_gateway.a"),
        (NATS, {}, None),
        ({"a": NATS["a"]}, {"environment_suffix": "dev"}, None),
        (
            {"a": NATS["a"], "b": {**NATS["b"], "connectivity_type": "private"}},
            {"environment_suffix": "dev"},
            None,
        ),
        (NATS, {"environment_suffix": "dev", "nat_gateway_per_zone": True}, None),
        (NATS, {"environment_suffix": "dev", "nat_gateway_per_zone": False}, "second"),
        (NATS, {"environment_suffix": "dev", "nat_gateway_per_zone": None}, "second"),
        (NATS, {"environment_suffix": "dev", "single_nat_gateway": False}, None),
        (NATS, {"environment_suffix": "dev", "single_nat_gateway": True}, "second"),
        (NATS, {"environment_suffix": "dev", "nat_gateway_count": 2}, None),
        (NATS, {"environment_suffix": "dev", "nat_gateway_count": 1}, "second"),
        (NATS, {"environment_suffix": "dev", "nat_gateway_count": UNKNOWN}, None),
        (NATS, {"environment_suffix": "dev", "enable_nat_gateway": True}, "second"),
    ],
    ids=[
        *("two", "no environments", "one", "private", "per zone", "not per zone", "undecided"),
        *("not single", "single", "number", "one asked for", "unknown", "merely on"),
    ],
)
def test_nat_gateways(nats: dict[str, Any], variables: dict[str, Any], words: str | None) -> None:
    """A variable that asks for more than one is a decision."""
    check(found(network.nat_gateway_count, {**NET, "aws_nat_gateway": nats}, **variables), words)


def test_nat_gateways_of_two_vpcs() -> None:
    """Each VPC may have its own."""
    other = {"b": {"vpc_id": "${aws_vpc.other.id}"}}
    resources = {
        "aws_vpc": {"main": {}, "other": {}},
        "aws_subnet": {"a": SUBNETS["a"], **other},
        "aws_nat_gateway": NATS,
    }
    assert found(network.nat_gateway_count, resources, environment_suffix="dev") == []


ENDPOINT = {"vpc_id": VPC, "service_name": "com.amazonaws.us-east-1.s3"}


@pytest.mark.parametrize(
    ("resources", "number"),
    [
        ({}, 1),
        ({"aws_vpc_endpoint": {"s3": ENDPOINT}}, 0),
        ({"aws_vpc_endpoint": {"s3": {**ENDPOINT, "vpc_id": "vpc-1"}}}, 1),
        ({"aws_vpc_endpoint": {"s3": {**ENDPOINT, "service_name": UNKNOWN}}}, 0),
        ({"aws_vpc_endpoint": {"s3": {"vpc_id": VPC}}}, 0),
        ({"aws_dynamodb_table": {"a": {}}}, 2),
        ({"aws_nat_gateway": {"a": {"subnet_id": UNKNOWN}}}, 0),
    ],
    ids=["none", "S3", "of another VPC", "unknown", "unset", "DynamoDB too", "unknown gateway"],
)
def test_gateway_endpoints(resources: dict[str, Any], number: int) -> None:
    """One for S3, and one for DynamoDB where there is a table, beside a NAT gateway."""
    base = {**NET, "aws_nat_gateway": {"a": NATS["a"]}}
    assert len(found(network.gateway_endpoint, {**base, **resources})) == number


INTERFACE = {
    "vpc_id": VPC,
    "vpc_endpoint_type": "Interface",
    "service_name": "com.amazonaws.us-east-1.ssm",
    "security_group_ids": ["sg-1"],
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "private_dns_enabled is not set"),
        ({"private_dns_enabled": False}, "private_dns_enabled is false"),
        ({"private_dns_enabled": True}, None),
        ({"private_dns_enabled": UNKNOWN}, None),
        ({"vpc_endpoint_type": "Gateway"}, None),
        ({"vpc_endpoint_type": None}, None),
        ({"service_name": "com.amazonaws.us-east-1.s3"}, None),
        ({"service_name": "com.amazonaws.s3-global.accesspoint"}, None),
        ({"service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"}, None),
        ({"service_name": "com.amazonaws.us-east-1.ecr.api"}, "private_dns_enabled"),
        ({"service_name": UNKNOWN}, None),
    ],
    ids=[
        *("unset", "off", "on", "unknown", "gateway", "gateway by default", "S3", "access points"),
        *("somebody's service", "name with two parts", "unknown service"),
    ],
)
def test_private_dns_of_endpoints(change: dict[str, Any], words: str | None) -> None:
    """It is asked of AWS's own services."""
    resources = {"aws_vpc_endpoint": {"main": {**INTERFACE, **change}}}
    check(found(network.interface_endpoint_dns, resources), words)


@pytest.mark.parametrize(
    ("type_", "number"),
    [("Interface", 1), ("Gateway", 0)],
)
def test_open_endpoints(type_: str, number: int) -> None:
    """A rule of its own that admits everybody counts too."""
    endpoint = {**INTERFACE, "vpc_endpoint_type": type_}
    resources = {
        "aws_security_group": {"a": {"vpc_id": VPC}},
        "aws_vpc_endpoint": {
            "main": {**endpoint, "security_group_ids": ["${aws_security_group.a.id}"]}
        },
        "aws_vpc_security_group_ingress_rule": {
            "a": {
                "security_group_id": "${aws_security_group.a.id}",
                "ip_protocol": "-1",
                "cidr_ipv6": "::/0",
            }
        },
    }
    assert len(found(network.interface_endpoint_open, resources)) == number


PRIVATE = {**INTERFACE, "private_dns_enabled": True}
PEERING = {"vpc_id": VPC, "peer_vpc_id": "${aws_vpc.other.id}"}
REMOTE = [{"allow_remote_vpc_dns_resolution": True}]


def in_a_subnet(**database: Any) -> dict[str, Any]:
    """Make a database in two subnets of the VPC."""
    ids = ["${aws_subnet.a.id}", "${aws_subnet.b.id}"]
    group = "${aws_db_subnet_group.g.name}"
    return {
        "aws_subnet": {"a": {"vpc_id": VPC}, "b": {"vpc_id": VPC}},
        "aws_db_subnet_group": {"g": {"subnet_ids": ids}},
        "aws_db_instance": {"d": {"db_subnet_group_name": group, **database}},
    }


@pytest.mark.parametrize(
    ("vpc", "users", "messages"),
    [
        pytest.param({}, {"aws_vpc_endpoint": {"a": PRIVATE}}, 1, id="endpoint"),
        pytest.param(
            {"enable_dns_support": False}, {"aws_vpc_endpoint": {"a": PRIVATE}}, 2, id="both off"
        ),
        pytest.param(
            {"enable_dns_hostnames": True}, {"aws_vpc_endpoint": {"a": PRIVATE}}, 0, id="both on"
        ),
        pytest.param(
            {"enable_dns_hostnames": UNKNOWN}, {"aws_vpc_endpoint": {"a": PRIVATE}}, 0, id="unknown"
        ),
        pytest.param({}, {"aws_vpc_endpoint": {"a": INTERFACE}}, 0, id="no private DNS"),
        pytest.param(
            {}, {"aws_vpc_endpoint": {"a": {**PRIVATE, "vpc_id": "v"}}}, 0, id="elsewhere"
        ),
        pytest.param({}, {"aws_route53_zone": {"a": {"vpc": [{"vpc_id": VPC}]}}}, 1, id="zone"),
        pytest.param({}, {"aws_route53_zone": {"a": {"vpc": []}}}, 0, id="public zone"),
        pytest.param(
            {}, {"aws_route53_zone_association": {"a": {"vpc_id": VPC}}}, 1, id="association"
        ),
        pytest.param(
            {},
            {"aws_vpc_peering_connection": {"a": {**PEERING, "requester": REMOTE}}},
            1,
            id="peering",
        ),
        pytest.param(
            {},
            {"aws_vpc_peering_connection": {"a": {**PEERING, "accepter": REMOTE}}},
            0,
            id="the other side of a peering",
        ),
        pytest.param(
            {},
            {
                "aws_vpc_peering_connection": {"a": PEERING},
                "aws_vpc_peering_connection_options": {
                    "a": {
                        "vpc_peering_connection_id": "${aws_vpc_peering_connection.a.id}",
                        "requester": REMOTE,
                    }
                },
            },
            1,
            id="options of a peering",
        ),
        pytest.param({}, in_a_subnet(publicly_accessible=True), 1, id="public database"),
        pytest.param({}, in_a_subnet(publicly_accessible=False), 0, id="private database"),
        pytest.param({}, in_a_subnet(publicly_accessible=UNKNOWN), 0, id="unknown"),
    ],
)
def test_dns_of_a_vpc(vpc: dict[str, Any], users: dict[str, Any], messages: int) -> None:
    """Only what has private names there needs it."""
    resources = {"aws_vpc": {"main": vpc}, **users}
    assert len(found(network.vpc_dns, resources)) == messages


def test_dns_of_a_vpc_is_told_once() -> None:
    """However many resources need it."""
    resources = {"aws_vpc": {"main": {}}, "aws_vpc_endpoint": dict.fromkeys("abc", PRIVATE)}
    (message,) = found(network.vpc_dns, resources)
    assert "true, as aws_vpc_endpoint.a has private DNS, and 2 more" in message


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({"aws_db_instance": {"a": {"vpc_security_group_ids": []}}}, "is not set"),
        ({"aws_db_instance": {"a": {"vpc_security_group_ids": UNKNOWN}}}, None),
        ({"aws_rds_cluster": {"a": {}}}, "vpc_security_group_ids is not set"),
        (
            {
                "aws_default_security_group": {"d": {}},
                "aws_instance": {
                    "a": {"vpc_security_group_ids": ["${aws_default_security_group.d.id}"]}
                },
            },
            "aws_default_security_group.d",
        ),
        ({"aws_instance": {"a": {}}}, "vpc_security_group_ids is not set"),
        ({"aws_instance": {"a": {"security_groups": ["default"]}}}, None),
        ({"aws_instance": {"a": {"security_groups": UNKNOWN}}}, None),
        ({"aws_instance": {"a": {"launch_template": [{"id": "lt-1"}]}}}, None),
        ({"aws_instance": {"a": {"network_interface": [], "launch_template": []}}}, "is not set"),
        ({"aws_vpc_endpoint": {"a": {}}}, None),
        (
            {"aws_vpc_endpoint": {"a": {**INTERFACE, "security_group_ids": None}}},
            "security_group_ids",
        ),
        ({"aws_default_security_group": {"d": {}}}, None),
        ({"aws_default_security_group": {"d": {"ingress": [], "egress": []}}}, None),
        (
            {"aws_default_security_group": {"d": {"ingress": [{"self": True}]}}},
            "ingress[0] is a rule",
        ),
    ],
    ids=[
        *("empty", "unknown", "cluster", "the default one", "instance", "by name", "unknown names"),
        *("launch template", "filled in", "gateway endpoint", "interface endpoint", "closed"),
        *("closed, filled in", "with a rule"),
    ],
)
def test_default_security_groups(resources: dict[str, Any], words: str | None) -> None:
    """What has no group has the default one, and that should have no rules."""
    check(found(network.default_security_group, resources), words)


SIDES = {
    "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}, "other": {"cidr_block": "10.1.0.0/16"}},
    "aws_route_table": {"main": {"vpc_id": VPC}, "other": {"vpc_id": "${aws_vpc.other.id}"}},
    "aws_vpc_peering_connection": {"main": PEERING},
}
TO_PEER = {"vpc_peering_connection_id": "${aws_vpc_peering_connection.main.id}"}


def tables(**routes: Any) -> dict[str, Any]:
    """Return the route tables of both sides with inline routes."""
    both = SIDES["aws_route_table"]
    return {"aws_route_table": {n: {**both[n], "route": routes.get(n, [])} for n in both}}


@pytest.mark.parametrize(
    ("resources", "number"),
    [
        ({}, 2),
        (tables(main=[TO_PEER], other=[TO_PEER]), 0),
        (tables(main=[TO_PEER]), 1),
        ({"aws_route": {"a": {**TO_PEER, "route_table_id": "${aws_route_table.other.id}"}}}, 1),
        ({"aws_route": {"a": {**TO_PEER, "route_table_id": UNKNOWN}}}, 0),
        ({"aws_vpc_peering_connection": {"main": {"vpc_id": VPC, "peer_vpc_id": "vpc-1"}}}, 0),
        (
            {
                "aws_vpc_peering_connection": {"main": {"vpc_id": VPC, "peer_vpc_id": "vpc-1"}},
                "aws_route": {"a": {**TO_PEER, "route_table_id": "${aws_route_table.main.id}"}},
            },
            0,
        ),
    ],
    ids=[
        *("none", "inline", "inline on one side", "separate on one side", "unknown table"),
        *("the other side is elsewhere", "the other side is elsewhere, with a route"),
    ],
)
def test_routes_of_a_peering(resources: dict[str, Any], number: int) -> None:
    """What is on the other side may be another configuration's."""
    assert len(found(network.peering_routes, {**SIDES, **resources})) == number


@pytest.mark.parametrize(
    ("cidr", "peer", "overlaps"),
    [
        ("10.0.128.0/17", PEERING["peer_vpc_id"], True),
        ("10.1.0.0/16", PEERING["peer_vpc_id"], False),
        (UNKNOWN, PEERING["peer_vpc_id"], False),
        ("10.0.0.0/16", "vpc-1", False),
    ],
    ids=["overlap", "apart", "unknown", "elsewhere"],
)
def test_addresses_of_a_peering(cidr: str, peer: str, overlaps: bool) -> None:
    """Those of both sides are compared where both are known."""
    vpcs = {"main": {"cidr_block": "10.0.0.0/16"}, "other": {"cidr_block": cidr}}
    resources = {
        "aws_vpc": vpcs,
        "aws_vpc_peering_connection": {"main": {"vpc_id": VPC, "peer_vpc_id": peer}},
    }
    assert bool(found(network.peering_overlap, resources)) is overlaps


AL2023 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
PARAMETER = {"aws_ssm_parameter": {"image": {"name": AL2023}}}
FILTER = {"filter": [{"name": "name", "values": ["al2023-ami-2023.*-x86_64"]}]}


@pytest.mark.parametrize(
    ("body", "data", "words"),
    [
        ({}, {}, "metadata_options.http_tokens is not set"),
        ({"metadata_options": [{}]}, {}, "metadata_options[0].http_tokens is not set"),
        ({"metadata_options": [{"http_tokens": "optional"}]}, {}, 'http_tokens is "optional"'),
        ({"metadata_options": [{"http_tokens": "required"}]}, {}, None),
        ({"metadata_options": [{"http_tokens": UNKNOWN}]}, {}, None),
        ({"metadata_options": UNKNOWN}, {}, None),
        ({"metadata_options": [{"http_endpoint": "disabled"}]}, {}, None),
        ({"ami": "${data.aws_ssm_parameter.image.value}"}, PARAMETER, None),
        ({"ami": "${data.aws_ami.image.id}"}, {"aws_ami": {"image": FILTER}}, None),
        (
            {"ami": "${data.aws_ami.image.id}"},
            {"aws_ami": {"image": {"owners": ["self"]}}},
            "not set",
        ),
        ({"ami": f"resolve:ssm:{AL2023}"}, {}, None),
        ({"ami": "ami-0123456789abcdef0"}, {}, "not set"),
        ({"ami": UNKNOWN}, {}, "not set"),
        ({"launch_template": [{"id": "lt-1"}]}, {}, None),
    ],
    ids=[
        *("nothing", "empty block", "optional", "required", "unknown", "unknown block", "off"),
        *("image by parameter", "image by filter", "own image", "image resolved by EC2"),
        *("image by id", "unknown image", "launch template"),
    ],
)
def test_instance_metadata(body: dict[str, Any], data: dict[str, Any], words: str | None) -> None:
    """The image, the template or the account may ask for tokens as well."""
    check(found(network.instance_metadata_v2, {"aws_instance": {"a": body}}, data), words)
    account = {"aws_ec2_instance_metadata_defaults": {"a": {"http_tokens": "required"}}}
    if words and "optional" not in words:
        resources = {"aws_instance": {"a": body}, **account}
        assert found(network.instance_metadata_v2, resources, data) == []


def test_metadata_of_a_launch_template() -> None:
    """Its image has another name."""
    template = {"aws_launch_template": {"a": {"image_id": f"resolve:ssm:{AL2023}"}}}
    assert found(network.instance_metadata_v2, template) == []
    check(found(network.instance_metadata_v2, {"aws_launch_template": {"a": {}}}), "not set")


@pytest.mark.parametrize(
    ("resources", "data", "words"),
    [
        (
            {},
            {"aws_ami": {"a": {"filter": [{"name": "name", "values": ["amzn2-ami-hvm-*"]}]}}},
            "filter is",
        ),
        ({}, {"aws_ami": {"a": FILTER}}, None),
        (
            {},
            {"aws_ami": {"a": {"filter": [{"name": "state", "values": ["amzn2-ami-hvm-*"]}]}}},
            None,
        ),
        ({}, {"aws_ami": {"a": {"filter": [{"name": "name", "values": UNKNOWN}]}}}, None),
        (
            {"aws_instance": {"a": {"ami": "resolve:ssm:/aws/amzn2-ami-hvm-x86_64-gp2"}}},
            {},
            "ami is",
        ),
        ({"aws_launch_template": {"a": {"image_id": "ami-0123456789abcdef0"}}}, {}, None),
        ({"aws_instance": {"a": {"ami": UNKNOWN}}}, {}, None),
    ],
    ids=[
        "filter",
        "newer",
        "another filter",
        "unknown",
        "resolved by EC2",
        "by id",
        "unknown image",
    ],
)
def test_generations_of_images(
    resources: dict[str, Any], data: dict[str, Any], words: str | None
) -> None:
    """The name tells the generation; an id does not."""
    check(found(network.image_generation, resources, data), words)


@pytest.mark.parametrize(
    ("label", "body", "public", "key"),
    [
        ("bastion", {}, False, False),
        ("bastion", {"associate_public_ip_address": True, "key_name": "ops"}, True, True),
        ("bastion", {"associate_public_ip_address": UNKNOWN, "key_name": UNKNOWN}, False, True),
        ("bastion", {"key_name": "", "subnet_id": "${aws_subnet.a.id}"}, True, False),
        ("jump_host", {"associate_public_ip_address": True}, True, False),
        ("web", {"associate_public_ip_address": True, "key_name": "ops"}, False, False),
        ("web", {"tags": {"Name": "orders-bastion-dev"}, "key_name": "ops"}, False, True),
        ("web", {"tags": {"Name": "sebastiano"}, "key_name": "ops"}, False, False),
        ("web", {"tags": UNKNOWN, "key_name": "ops"}, False, False),
    ],
    ids=[
        *("nothing", "both", "unknown", "public subnet", "jump host", "no bastion", "by its title"),
        *("another word", "unknown tags"),
    ],
)
def test_bastions(label: str, body: dict[str, Any], public: bool, key: bool) -> None:
    """A bastion is known by its label or title."""
    subnet = {"aws_subnet": {"a": {"map_public_ip_on_launch": True}}}
    resources = {**subnet, "aws_instance": {label: body}}
    assert bool(found(network.bastion_public, resources)) is public
    assert bool(found(network.bastion_key_pair, resources)) is key


OWN = {"db": {"vpc_id": VPC}}
GUARDS = ["${aws_security_group.db.id}", "${aws_security_group.main.id}"]
BEHIND = {"aws_rds_cluster": {"a": {"vpc_security_group_ids": GUARDS}}}
ALL = {"ip_protocol": "-1", "security_group_id": "${aws_security_group.db.id}"}


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        pytest.param({**group("10.0.0.0/16", 0, 65535), **BEHIND}, True, id="inline"),
        pytest.param(
            {
                "aws_security_group": OWN,
                "aws_vpc_security_group_ingress_rule": {"a": {**ALL, "cidr_ipv4": "10.0.0.0/8"}},
                **BEHIND,
            },
            True,
            id="a rule of its own",
        ),
        pytest.param(
            {
                "aws_security_group": OWN,
                "aws_vpc_security_group_ingress_rule": {
                    "a": {**ALL, "referenced_security_group_id": "sg-1"}
                },
                **BEHIND,
            },
            False,
            id="for a group",
        ),
        pytest.param({**group("10.0.0.0/16", 5432), **BEHIND}, False, id="its port"),
        pytest.param({**group("0.0.0.0/0", 0, 65535), **BEHIND}, False, id="told otherwise"),
        pytest.param(group("10.0.0.0/16", 0, 65535), False, id="of something else"),
    ],
)
def test_all_ports_of_a_database(resources: dict[str, Any], wrong: bool) -> None:
    """A range of addresses needs one port; of other groups nobody knows."""
    assert bool(found(network.database_all_ports, resources)) is wrong


@pytest.mark.parametrize(
    ("groups", "wrong"),
    [
        pytest.param({}, True, id="none"),
        pytest.param({"a": {"vpc_id": VPC}}, False, id="its own"),
        pytest.param({"a": {"vpc_id": "vpc-1"}}, True, id="another's"),
        pytest.param({"a": {"vpc_id": UNKNOWN}}, False, id="unknown"),
    ],
)
def test_default_security_group_of_a_vpc(groups: dict[str, Any], wrong: bool) -> None:
    """One that may be the VPC's is taken for it."""
    resources = {"aws_vpc": {"main": {}}, "aws_default_security_group": groups}
    assert bool(found(network.default_security_group_open, resources)) is wrong
