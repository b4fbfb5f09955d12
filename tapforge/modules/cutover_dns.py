"""The cutover DNS module: a private zone whose weighted names tell clients which database to use."""

from __future__ import annotations

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import eq, ge
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import Lifecycle, dynamic
from tapforge.lang.module import Body, module
from tapforge.modules import valid

OLD, NEW = "onprem", "aurora"
"""The set identifiers of the two sides' records."""

HOST = r"^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\.?$"
host = valid.pattern(HOST, "a host name such as db1.example.com; a CNAME leads to no address")
"""Where a CNAME may lead to."""

ttl = valid.between(5, 30)
"""Seconds that resolvers keep an answer: as long as a cutover waits for them."""


@inputs
class CutoverDnsInputs:
    """The zone, who sees it, and where its names lead to."""

    name: str = variable("Begins the zone's Name tag.", valid=valid.stem, example="shop")
    environment_suffix: str = variable("Ends every name.", valid=valid.suffix, example="dev")
    destroyable: bool = variable(
        "Whether `terraform destroy` also removes records that somebody else made in the zone.",
        default=True,
    )
    zone_name: str = variable(
        "Name of the zone.", valid=valid.name("route53_zone"), example="shop-dev.internal"
    )
    vpc_ids: list[str] = variable(
        "Ids of the VPCs that see the zone.",
        valid=[
            Valid(
                lambda value, _: ge(fn.length(value), 1),
                lambda _value, _: "no VPC: a zone that no VPC sees is public; give one at least.",
                {"minItems": 1},
            ),
            Valid(
                lambda value, _: eq(fn.length(fn.distinct(value)), fn.length(value)),
                lambda value, _: f"{fn.jsonencode(value)}: name each VPC once.",
                {"uniqueItems": True},
            ),
        ],
        example=["vpc-0123456789abcdef0", "vpc-0123456789abcdef1"],
    )
    ttl: int = variable(
        "Seconds that resolvers keep an answer; clients follow a switch only after it.",
        default=10,
        valid=[ttl],
    )
    old_writer: str = variable(
        "Host name of the old database.", valid=[host], example="db1.example.com"
    )
    old_reader: str = variable(
        "Host name that reads of the old database go to.", valid=[host], example="db2.example.com"
    )
    new_writer: str = variable(
        "Host name of the new database.",
        example="shop-db-dev.cluster-abc.eu-central-1.rds.amazonaws.com",
    )
    new_reader: str = variable(
        "Host name that reads of the new database go to.",
        example="shop-db-dev.cluster-ro-abc.eu-central-1.rds.amazonaws.com",
    )


@outputs
class CutoverDnsOutputs:
    """The zone and its names."""

    zone_id: str = output("Id of the zone.")
    zone_arn: str = output("ARN of the zone.")
    zone_name: str = output("Name of the zone.")
    writer_name: str = output("Name that applications write to.")
    reader_name: str = output("Name that applications read from.")


@module("cutover-dns")
def cutover_dns(m: Body, v: CutoverDnsInputs) -> CutoverDnsOutputs:
    """A private zone with the names `writer` and `reader`, all of whose weight is on the old side."""
    suffix = v.environment_suffix
    zone = m.add(
        aws.Route53Zone(
            "main",
            name=v.zone_name,
            comment=f"Which database {v.name}-{suffix} uses",
            vpc=dynamic(v.vpc_ids, lambda vpc: aws.Route53Zone.Vpc(vpc_id=vpc.value)),
            force_destroy=v.destroyable,
            tags={"Name": f"{v.name}-{suffix}"},
        )
    )

    def record(label: str, host: str, side: str, weight: int) -> aws.Route53Record:
        return aws.Route53Record(
            f"{label}_{'old' if side == OLD else 'new'}",
            zone_id=zone.zone_id,
            name=f"{label}.{v.zone_name}",
            type="CNAME",
            ttl=v.ttl,
            records=[host],
            set_identifier=side,
            weighted_routing_policy=aws.Route53Record.WeightedRoutingPolicy(weight=weight),
            lifecycle=Lifecycle(ignore_changes=["weighted_routing_policy"]),
        )

    names = {}
    for label, old, new in (
        ("writer", v.old_writer, v.new_writer),
        ("reader", v.old_reader, v.new_reader),
    ):
        made = m.add(
            record(label, old, OLD, 100),
            comment=(
                "The weights are where a migration begins. From then on the cutover function has them:"
                " an apply afterwards must not send anybody back."
            ),
        )
        m.add(record(label, new, NEW, 0))
        names[label] = made.name
    return CutoverDnsOutputs(
        zone_id=zone.zone_id,
        zone_arn=zone.arn,
        zone_name=zone.name,
        writer_name=names["writer"],
        reader_name=names["reader"],
    )
