"""The peering module: two VPCs that reach each other, and clients in one that reach a database."""

from __future__ import annotations

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import count, each, ge, not_
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.modules import valid
from tapforge.modules.parts.inputs import PORT

_some_table = Valid(
    lambda value, _: ge(fn.length(value), 1),
    lambda _value, _: (
        "no route table: without a route nothing finds the other side; give all of them."
    ),
    {"minItems": 1},
)

apart = Valid(
    # What is no block at all is told by its own rule.
    lambda value, inputs: fn.try_(not_(valid.overlap(value, inputs.vpc_cidr)), True),
    lambda value, inputs: (
        f"{value} shares addresses with {inputs.vpc_cidr}: VPCs that overlap can't be peered; give one of"
        " them another block."
    ),
)
"""The block of a VPC shares no address with that of the module's ``vpc_cidr``."""


@inputs
class PeeringInputs:
    """Both sides: this one with the database, the other with its clients."""

    name: str = variable("Begins every name.", valid=valid.stem, example="shop")
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    vpc_id: str = variable("Id of the VPC with the database.", example="vpc-0123456789abcdef0")
    vpc_cidr: str = variable("Its IPv4 block.", valid=[valid.vpc_cidr], example="10.0.0.0/16")
    route_table_ids: list[str] = variable(
        "Ids of all of its route tables.", valid=[_some_table], example=["rtb-0123456789abcdef0"]
    )
    database_security_group_id: str = variable(
        "Id of the database's security group.", example="sg-0123456789abcdef0"
    )
    peer_vpc_id: str = variable(
        "Id of the VPC with the clients, in the same account and region.",
        example="vpc-0123456789abcdef1",
    )
    peer_vpc_cidr: str = variable(
        "Its IPv4 block.", valid=[valid.vpc_cidr, apart], example="10.1.0.0/16"
    )
    peer_route_table_ids: list[str] = variable(
        "Ids of all of its route tables.", valid=[_some_table], example=["rtb-0123456789abcdef1"]
    )
    client_security_groups: dict[str, str] = variable(
        "Ids of the clients' security groups, each by a name that says whose it is.",
        valid=valid.client_security_groups,
        example={"application": "sg-0123456789abcdef1"},
    )


@outputs
class PeeringOutputs:
    """The connection."""

    connection_id: str = output("Id of the peering connection.")


@module("peering")
def peering(m: Body, v: PeeringInputs) -> PeeringOutputs:
    """A peering connection with routes, security group rules and DNS on both sides."""
    suffix = v.environment_suffix
    name = f"{v.name}-peering-{suffix}"
    peer = aws.VpcPeeringConnection
    connection = m.add(
        peer(
            "main",
            vpc_id=v.vpc_id,
            peer_vpc_id=v.peer_vpc_id,
            auto_accept=True,
            requester=peer.Requester(allow_remote_vpc_dns_resolution=True),
            accepter=peer.Accepter(allow_remote_vpc_dns_resolution=True),
            tags={"Name": name},
        ),
        comment="Names of either side resolve to private addresses on the other.",
    )
    for label, tables, cidr in (
        ("there", v.route_table_ids, v.peer_vpc_cidr),
        ("back", v.peer_route_table_ids, v.vpc_cidr),
    ):
        m.add(
            aws.Route(
                label,
                count=fn.length(tables),
                route_table_id=fn.element(tables, count.index),
                destination_cidr_block=cidr,
                vpc_peering_connection_id=connection.id,
            )
        )
    m.add(
        aws.VpcSecurityGroupIngressRule(
            "database",
            for_each=v.client_security_groups,
            security_group_id=v.database_security_group_id,
            description=f"PostgreSQL from {each.key} in the other VPC",
            referenced_security_group_id=each.value,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags={"Name": f"{v.name}-from-{each.key}-{suffix}"},
            depends_on=[connection],
        ),
        comment="A group of another VPC can be named once the two are connected.",
    )
    m.add(
        aws.VpcSecurityGroupEgressRule(
            "client",
            for_each=v.client_security_groups,
            security_group_id=each.value,
            description=f"PostgreSQL of {v.name}-{suffix} in the other VPC",
            referenced_security_group_id=v.database_security_group_id,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags={"Name": f"{v.name}-by-{each.key}-{suffix}"},
            depends_on=[connection],
        )
    )
    return PeeringOutputs(connection_id=connection.id)
