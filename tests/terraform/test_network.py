"""The network, the bastion and the key on the real Terraform: as Python says, in every shape."""

from typing import Any

import pytest

from tapforge.lang.inputs import problems
from tapforge.lang.module import Module
from tapforge.lang.resolve import resolve
from tapforge.local.many import judge, plan_many
from tapforge.modules.bastion import bastion
from tapforge.modules.encryption_key import encryption_key
from tapforge.modules.network import network

pytestmark = pytest.mark.terraform

NAMED = {"name": "shop", "environment_suffix": "dev"}
PUBLIC = {"public_subnet_cidrs": ["10.0.0.0/24", "10.0.1.0/24"]}
PRIVATE = {"private_subnet_cidrs": ["10.0.10.0/24", "10.0.11.0/24"]}
ISOLATED = {"isolated_subnet_cidrs": ["10.0.20.0/24", "10.0.21.0/24"]}
NONE: dict[str, Any] = {"isolated_subnet_cidrs": []}
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"

SHAPES: dict[str, dict[str, Any]] = {
    "isolated": {**ISOLATED},
    "isolated with endpoints": {**ISOLATED, "interface_endpoints": ["rds", "ec2messages"]},
    "public": {**NONE, **PUBLIC},
    "public and private": {**NONE, **PUBLIC, **PRIVATE, "nat_gateways": "one"},
    "all": {**PUBLIC, **PRIVATE, **ISOLATED, "nat_gateways": "per-zone"},
    "without gateway endpoints": {**PRIVATE, **NONE, "gateway_endpoints": []},
    "with a log of flows": {**ISOLATED, "flow_log_retention_days": 7, "kms_key_arn": KEY},
}
BASTION = {
    **NAMED,
    "vpc_id": "vpc-1",
    "subnet_id": "subnet-1",
    "database_cidrs": ["10.0.20.0/24"],
    "server_version": "17.5",
}
BAD: dict[str, tuple[Module[Any, Any], dict[str, Any]]] = {
    "no subnet": (network, {**NONE}),
    "tiers overlap": (network, {**ISOLATED, "private_subnet_cidrs": ["10.0.21.0/25"]}),
    "public and private overlap": (
        network,
        {**NONE, **PRIVATE, "public_subnet_cidrs": ["10.0.10.0/23"]},
    ),
    "seven zones": (network, {"isolated_subnet_cidrs": [f"10.0.{n}.0/24" for n in range(7)]}),
    "a block that is none": (network, {**ISOLATED, "public_subnet_cidrs": ["here"]}),
    "NAT without a public subnet": (network, {**NONE, **PRIVATE, "nat_gateways": "one"}),
    "NAT without a private subnet": (network, {**NONE, **PUBLIC, "nat_gateways": "one"}),
    "NAT without a public subnet in each zone": (
        network,
        {
            **NONE,
            **PRIVATE,
            "public_subnet_cidrs": ["10.0.0.0/24"],
            "nat_gateways": "per-zone",
        },
    ),
    "another number of NATs": (network, {**ISOLATED, "nat_gateways": "two"}),
    "unknown endpoint": (network, {**ISOLATED, "interface_endpoints": ["rds", "database"]}),
    "S3 as interface": (network, {**ISOLATED, "interface_endpoints": ["s3"]}),
    "RDS as gateway": (network, {**ISOLATED, "gateway_endpoints": ["s3", "rds"]}),
    "endpoints in no subnet": (network, {**NONE, **PUBLIC, "interface_endpoints": ["rds"]}),
    "an alias for a key": (network, {**ISOLATED, "kms_key_arn": "alias/shop"}),
    "client older than the server": (bastion, BASTION | {"client_package": "postgresql16"}),
    "a package of something else": (bastion, BASTION | {"client_package": "mysql"}),
    "type that is none": (bastion, BASTION | {"instance_type": "micro"}),
    "database nowhere": (bastion, BASTION | {"database_cidrs": []}),
    "database everywhere": (bastion, BASTION | {"database_cidrs": ["0.0.0.0/0"]}),
    "unknown service": (encryption_key, {"services": ["logs", "lambda"]}),
}


def test_python_and_terraform_build_the_same_networks() -> None:
    """Every instance, in every shape."""
    environments = [NAMED | shape for shape in SHAPES.values()]
    plans = plan_many(network, environments)
    built = {
        name: (plan.problems, {a for a in plan.resources if "tapforge" not in a})
        for name, plan in zip(SHAPES, plans, strict=True)
    }
    assert built == {
        name: ((), {i.address for i in resolve(network, given).instances})
        for name, given in zip(SHAPES, environments, strict=True)
    }


@pytest.fixture(scope="module")
def refused() -> dict[str, dict[str, list[str]]]:
    """Terraform's complaints about each case."""
    found: dict[str, dict[str, list[str]]] = {}
    for module in (network, bastion, encryption_key):
        cases = {name: NAMED | given for name, (asked, given) in BAD.items() if asked is module}
        found |= zip(cases, judge(module, cases.values()), strict=True)
    return found


@pytest.mark.parametrize("name", BAD)
def test_what_python_refuses_terraform_refuses_too(
    refused: dict[str, dict[str, list[str]]], name: str
) -> None:
    """In the same words."""
    module, given = BAD[name]
    said = {problem.message for problem in problems(module.inputs, NAMED | given)}
    assert said
    assert said <= {message for messages in refused[name].values() for message in messages}
