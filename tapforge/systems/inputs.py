"""What systems decide alike: whether the data must stay, and a network of several tiers."""

from __future__ import annotations

from tapforge.lang import functions as fn
from tapforge.lang.expression import and_, for_list, ge, le
from tapforge.lang.inputs import Valid, inputs, variable
from tapforge.modules import valid
from tapforge.modules.notifications import emails
from tapforge.systems.system import SystemInputs

_PREFIX = 24
# Four tiers with room for eight zones each.
_LONGEST = 19


_room_for_tiers = Valid(
    # What is no block at all is told by its own rule.
    lambda value, _: fn.try_(le(valid.prefix(value), _LONGEST), True),
    lambda value, _: (
        f"{value} has no room for the /{_PREFIX} blocks of all subnets: give /{_LONGEST} or larger,"
        " such as 10.0.0.0/16."
    ),
)

zones = Valid(
    lambda value, _: and_(ge(value, valid.LEAST_ZONES), le(value, valid.MOST_ZONES)),
    lambda value, _: (
        f"{value} zones: expected {valid.LEAST_ZONES} to {valid.MOST_ZONES}, as a database's subnets"
        " cover two zones or more, with Multi-AZ or without."
    ),
    {"minimum": valid.LEAST_ZONES, "maximum": valid.MOST_ZONES},
)
"""How many availability zones there are."""


@inputs
class ProtectedInputs(SystemInputs):
    """Whether the data may go, or must stay."""

    destroyable: bool = variable(
        "Whether `terraform destroy` removes everything without a trace; false protects the data.",
        default=True,
        valid=[valid.protected_production],
    )
    data_loss_accepted: str = variable(
        "The suffix of a production that is taken down for good, which `destroyable` asks for.",
        default="",
        valid=[valid.pattern("^[a-z0-9-]*$", "an environment suffix, or nothing")],
    )


@inputs
class TieredInputs(ProtectedInputs):
    """Protection, network, and who is told."""

    vpc_cidr: str = variable(
        f"IPv4 block of the VPC; each subnet gets a /{_PREFIX} of it.",
        default="10.0.0.0/16",
        valid=[valid.vpc_cidr, _room_for_tiers],
    )
    zone_count: int = variable(
        "Availability zones of the network.",
        default=2,
        valid=[zones],
    )
    alarm_emails: list[str] = variable(
        "E-mail addresses that are told of alarms.", default=[], valid=[emails]
    )


def subnet_cidrs(v: TieredInputs, tier: int) -> list[str]:
    """Give the blocks of a tier's subnets, one for each zone.

    Args:
        v: The system's inputs.
        tier: Which tier, from 0; each has room for eight zones.
    """
    return for_list(
        fn.range(v.zone_count),
        lambda zone: fn.cidrsubnet(v.vpc_cidr, _PREFIX - valid.prefix(v.vpc_cidr), tier * 8 + zone),
    )
