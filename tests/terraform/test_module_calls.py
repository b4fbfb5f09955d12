"""Calls of modules on a condition and a number of times: Python and Terraform come to the same."""

from typing import Any

import pytest

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, count, eq, for_map, gt
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.lang.resolve import ResolveError, resolve
from tapforge.local.many import Planned, plan_many

pytestmark = pytest.mark.terraform


@inputs
class TopicInputs:
    """A topic."""

    name: str = variable(
        "Its name.",
        example="news",
        valid=[Valid(lambda v, _: fn.startswith(v, "n"), lambda v, _: f'"{v}": no n.')],
    )


@outputs
class TopicOutputs:
    """The topic."""

    arn: str = output("Its ARN.")
    name: str = output("Its name.")


@module("topic")
def topic(m: Body, v: TopicInputs) -> TopicOutputs:
    """A topic."""
    made = m.add(aws.SnsTopic("main", name=v.name))
    return TopicOutputs(arn=made.arn, name=v.name)


@inputs
class NewsInputs:
    """Which topics there are."""

    wanted: bool = variable("Whether there is news.", default=False)
    kinds: list[str] = variable("More of it.", default=[])


@outputs
class NewsOutputs:
    """The topics."""

    name: str | None = output("Of the news.")
    names: list[str] = output("Of each kind.")
    first: str | None = output("Of the first kind.")
    length: int = output("How many topics there are.")
    by_kind: dict[str, str] = output("Names by kind.")
    told: str = output("Whether there is news.")


@module("news")
def news(m: Body, v: NewsInputs) -> NewsOutputs:
    """Topics."""
    one = m.call("one", topic, TopicInputs(name="news"), when=v.wanted)
    some = m.call(
        "some",
        topic,
        TopicInputs(name=f"{fn.element(v.kinds, count.index)}-{count.index}"),
        count=fn.length(v.kinds),
    )
    m.add(
        aws.SnsTopicSubscription(
            "news",
            count=conditional(v.wanted, 1, 0),
            topic_arn=one.arn,
            protocol="email",
            endpoint="news@example.com",
        )
    )
    return NewsOutputs(
        name=one.name,
        names=some.name,
        first=conditional(gt(fn.length(v.kinds), 0), fn.try_(fn.element(some.name, 0), None), None),
        length=fn.length(fn.concat(some.arn, fn.compact([one.name]))),
        by_kind=for_map(v.kinds, lambda i, kind: (kind, fn.element(some.name, i))),
        told=conditional(eq(one.name, None), "no", "yes"),
    )


CASES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "on the condition": {"wanted": True},
    "a number of times": {"kinds": ["nearby", "new"]},
    "both": {"wanted": True, "kinds": ["nearby"]},
}


@pytest.fixture(scope="module")
def plans() -> dict[str, Planned]:
    """What Terraform plans in each case."""
    return dict(zip(CASES, plan_many(news, CASES.values()), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_python_and_terraform_come_to_the_same(plans: dict[str, Planned], name: str) -> None:
    """Each call's instances, and what the outputs are with and without it."""
    resolution = resolve(news, CASES[name])
    assert {i.address for i in resolution.instances} == plans[name].resources.keys()
    assert resolution.outputs == plans[name].outputs


def test_the_inputs_of_each_call_are_held_to_their_rules(plans: dict[str, Planned]) -> None:
    """The call is told by its index, and one that is not made has no say."""
    assert plans["nothing"].problems == ()
    with pytest.raises(ResolveError, match=r'module\.some\[1\]: name: "old-1": no n\.'):
        resolve(news, {"kinds": ["new", "old"]})
    (refused,) = plan_many(news, [{"kinds": ["new", "old"]}])
    assert [(p.place, p.message) for p in refused.problems] == [
        ("module.some[1].var.name", '"old-1": no n.')
    ]
