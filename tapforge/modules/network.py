"""The network module: a VPC and its subnets."""

from __future__ import annotations

from tapforge import aws
from tapforge.aws import data
from tapforge.lang import functions as fn
from tapforge.lang.expression import count, splat
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import valid


@inputs
class NetworkInputs:
    """Where the network lies and what it is called."""

    name: str = variable(
        "What the network is for; begins every name.", valid=valid.stem, example="shop"
    )
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    vpc_cidr: str = variable(
        "IPv4 block of the VPC.", default="10.0.0.0/16", valid=[valid.vpc_cidr]
    )
    isolated_subnet_cidrs: list[str] = variable(
        "IPv4 blocks of the subnets without a route to the internet, one for each availability zone.",
        valid=valid.zone_subnets,
        example=["10.0.1.0/24", "10.0.2.0/24"],
    )


@outputs
class NetworkOutputs:
    """The network's ids."""

    vpc_id: str = output("Id of the VPC.")
    vpc_arn: str = output("ARN of the VPC.")
    vpc_cidr: str = output("IPv4 block of the VPC.")
    isolated_subnet_ids: list[str] = output(
        "Ids of the isolated subnets, in the order of their blocks."
    )
    isolated_route_table_id: str = output("Id of the route table of the isolated subnets.")
    availability_zones: list[str] = output("Zones of the isolated subnets, in the same order.")


@module("network")
def network(m: Body, v: NetworkInputs) -> NetworkOutputs:
    """A VPC with isolated subnets in different availability zones: nothing routes to the internet."""
    zones = m.add(
        data.AvailabilityZones(
            "available",
            state="available",
            filter=[
                data.AvailabilityZones.Filter(name="opt-in-status", values=["opt-in-not-required"])
            ],
        ),
        comment="Local and wavelength zones, which need an opt-in, have no RDS.",
    )
    vpc = m.add(
        aws.Vpc(
            "main",
            cidr_block=v.vpc_cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": f"{v.name}-vpc-{v.environment_suffix}"},
        )
    )
    m.add(
        aws.DefaultSecurityGroup(
            "main",
            vpc_id=vpc.id,
            tags={"Name": f"{v.name}-default-unused-{v.environment_suffix}"},
        ),
        comment="AWS makes this group with every VPC; without rules nothing can use it by accident.",
    )
    subnet = m.add(
        aws.Subnet(
            "isolated",
            count=fn.length(v.isolated_subnet_cidrs),
            vpc_id=vpc.id,
            cidr_block=fn.element(v.isolated_subnet_cidrs, count.index),
            availability_zone=zones.names[count.index],
            tags={"Name": f"{v.name}-subnet-{count.index + 1}-{v.environment_suffix}"},
        )
    )
    table = m.add(
        aws.RouteTable(
            "isolated",
            vpc_id=vpc.id,
            tags={"Name": f"{v.name}-isolated-{v.environment_suffix}"},
        ),
        comment="Holds the VPC's local route and nothing else.",
    )
    m.add(
        aws.RouteTableAssociation(
            "isolated",
            count=fn.length(v.isolated_subnet_cidrs),
            subnet_id=subnet[count.index].id,
            route_table_id=table.id,
        )
    )
    return NetworkOutputs(
        vpc_id=vpc.id,
        vpc_arn=vpc.arn,
        vpc_cidr=vpc.cidr_block,
        isolated_subnet_ids=splat(subnet).id,
        isolated_route_table_id=table.id,
        availability_zones=splat(subnet).availability_zone,
    )
