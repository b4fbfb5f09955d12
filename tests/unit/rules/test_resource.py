"""Configurations and resources, as rules ask them."""

import datetime as dt
import gc
import weakref

import attrs

from tapforge.rules import registry, run
from tapforge.rules.example import configuration
from tapforge.rules.resource import Configuration, Resource


def test_users_of_a_data_source() -> None:
    """They are found as those of a resource are."""
    known = configuration(
        {
            "data": {"aws_vpc": {"main": {"default": True}}},
            "resource": {"aws_subnet": {"a": {"vpc_id": "${data.aws_vpc.main.id}"}}},
        }
    )
    (vpc,) = known.of("data.aws_vpc")

    assert [each.address for each in known.users(vpc, "vpc_id", "aws_subnet")] == ["aws_subnet.a"]
    assert known.may_be_used(vpc, "vpc_id", "aws_subnet")
    assert not known.may_be_used(vpc, "vpc_id", "aws_route_table")


def test_what_is_computed_of_a_resource_is_computed_once() -> None:
    """Whoever asks, and however often; of another resource anew."""
    asked: list[str] = []

    def address(resource: Resource) -> str:
        asked.append(resource.address)
        return resource.address

    one, other = (Resource({}, address=f"aws_vpc.{n}", type="aws_vpc", name=n) for n in "ab")
    assert [each.once(address) for each in (one, one, other)] == [
        *("aws_vpc.a", "aws_vpc.a", "aws_vpc.b")
    ]
    assert asked == ["aws_vpc.a", "aws_vpc.b"]


def test_nothing_of_a_configuration_is_kept_when_it_was_checked() -> None:
    """Not by any rule: a program that checks thousands does not grow with them."""
    examples = [each.bad for each in registry.rules().values()]
    kept = []
    for example in examples:
        known = configuration(example)
        run.check(known, registry.rules().values())
        kept += [weakref.ref(each) for each in known.resources]
        del known
    gc.collect()
    assert {each().address for each in kept if each()} == set()


def test_the_day_is_today_unless_another_is_given() -> None:
    """Versions grow old by the calendar: whoever asks about another day says so."""
    day = dt.date(2020, 2, 29)
    before = dt.datetime.now(tz=dt.UTC).date()
    known = Configuration(())
    assert before <= known.today <= dt.datetime.now(tz=dt.UTC).date()
    assert attrs.evolve(known, today=day).today == day
