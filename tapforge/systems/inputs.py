"""What systems with a network of several tiers decide alike."""

from __future__ import annotations

from tapforge.lang import functions as fn
from tapforge.lang.expression import and_, for_list, ge, le
from tapforge.lang.inputs import Valid, inputs, variable
from tapforge.modules import valid
from tapforge.modules.notifications import emails
from tapforge.systems.system import SystemInputs

_PREFIX = 24


def _prefix(cidr: str) -> float:
    return fn.tonumber(fn.element(fn.split("/", cidr), 1))


_room_for_tiers = Valid(
    # What is no block at all is told by its own rule.
    lambda value, _: fn.try_(le(_prefix(value), 19), True),
    lambda value, _: (
        f"{value} has no room for the /{_PREFIX} blocks of all subnets: give /19 or larger, such as"
        " 10.0.0.0/16."
    ),
)

zones = Valid(
    lambda value, _: and_(ge(value, 2), le(value, 6)),
    lambda value, _: (
        f"{value} zones: expected 2 to 6, as a database's subnets cover two zones or more, with Multi-AZ"
        " or without."
    ),
    {"minimum": 2, "maximum": 6},
)
"""How many availability zones there are."""


@inputs
class TieredInputs(SystemInputs):
    """Protection, network, and who is told."""

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
        lambda zone: fn.cidrsubnet(v.vpc_cidr, _PREFIX - _prefix(v.vpc_cidr), tier * 8 + zone),
    )
