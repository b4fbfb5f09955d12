"""Many environments of one module, judged and planned by the real Terraform at once."""

import pytest

from tapforge import aws, builtin
from tapforge.aws import data
from tapforge.lang import functions as fn
from tapforge.lang.errors import Problem
from tapforge.lang.expression import conditional, count, gt, lt, ne
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import Condition, Lifecycle
from tapforge.lang.module import Body, module
from tapforge.local.many import UNKNOWN, judge, plan_many
from tapforge.local.terraform import TerraformFailedError
from tapforge.systems.aurora_demo import aurora_demo

pytestmark = pytest.mark.terraform


@inputs
class YardInputs:
    """Inputs."""

    name: str = variable(
        "A name.",
        valid=[
            Valid(lambda v, _: ne(v, "bad"), lambda v, _: f'"{v}" is no name.'),
            Valid(lambda v, _: ne(v, "bad"), lambda v, _: f'"{v}" is really none.'),
        ],
        example="a",
    )
    rank: str = variable(
        "A number, as text.",
        default="1",
        valid=[Valid(lambda v, _: gt(fn.tonumber(v), 0), lambda v, _: f"{v} is too low.")],
    )
    size: int = variable("How many.", default=1)
    note: str | None = variable("A note.", default=None)


@outputs
class YardOutputs:
    """Outputs."""

    vpc_id: str = output("The first.")
    names: list[str] = output("Names, known and unknown.")


@module("yard")
def yard(m: Body, v: YardInputs) -> YardOutputs:
    """Networks."""
    zones = m.add(data.AvailabilityZones("here", state="available"))
    m.add(builtin.Data("note", input=v.note))
    vpc = m.add(
        aws.Vpc(
            "main",
            count=v.size,
            cidr_block=f"10.{count.index}.0.0/16",
            tags={"Name": v.name, "Zone": zones.names[0]},
            lifecycle=Lifecycle(
                precondition=[
                    Condition(
                        condition=lt(v.size, 3),
                        error_message=f"{v.size} are too many.",
                    )
                ]
            ),
        )
    )
    first = vpc[0].id  # type: ignore[index]
    return YardOutputs(vpc_id=conditional(gt(v.size, 0), first, ""), names=[v.name, zones.names[1]])


def test_a_verdict_names_every_rule_that_is_broken() -> None:
    """By variable; values are converted, defaults are taken, and a missing one is refused."""
    found = judge(
        yard,
        [{"name": "a", "size": "2"}, {"name": "bad", "size": 1.5}, {"name": "a", "other": 1}, {}],
    )
    assert found[0] == found[2] == {}
    assert found[1] == {
        "name": ['"bad" is no name.', '"bad" is really none.'],
        "size": ["1.5 is no whole number."],
    }
    assert [text.partition(":")[0] for text in found[3]["name"]] == ["Required variable not set"]
    assert judge(yard, [{"name": [], "size": "x"}])[0].keys() == {"name", "size"}
    assert judge(yard, []) == []


def test_a_rule_that_has_no_answer_refuses_too() -> None:
    """Terraform's complaint about the rule is one about the value of its variable."""
    [found] = judge(yard, [{"name": "a", "rank": "x"}])
    assert found.keys() == {"rank"}
    assert 'cannot convert "x" to number' in found["rank"][0]


def test_more_environments_than_fit_at_once_are_judged() -> None:
    """In their order."""
    found = judge(yard, [{"name": "bad" if n % 7 == 0 else "a"} for n in range(85)])
    assert [number for number, said in enumerate(found) if said] == list(range(0, 85, 7))


def test_a_system_is_judged_with_the_facts_its_rules_ask() -> None:
    """Its tables are locals of the module."""
    [found] = judge(aurora_demo, [{"aws_region": "mars"}])
    assert found == {
        "aws_region": ['AWS has no region "mars": expected one such as us-east-1 or eu-central-1.']
    }


def test_environments_are_planned_side_by_side() -> None:
    """Each with its resources, data sources and outputs; a refused one keeps none of them waiting."""
    plans = plan_many(
        yard, [{"name": "a", "size": 2}, {"name": "bad"}, {"name": "b", "size": 3}, {"name": "c"}]
    )
    first, bad, many, last = plans
    assert first.problems == last.problems == ()
    assert sorted(first.resources) == [
        "aws_vpc.main[0]",
        "aws_vpc.main[1]",
        "data.aws_availability_zones.here",
        "terraform_data.note",
    ]
    vpc = first.resources["aws_vpc.main[1]"]
    assert vpc["cidr_block"] == "10.1.0.0/16"
    assert vpc["id"] is UNKNOWN
    assert vpc["tags"] == {"Name": "a", "Zone": UNKNOWN}
    assert vpc["ipv4_ipam_pool_id"] is None
    assert last.outputs == {"vpc_id": UNKNOWN, "names": ["c", UNKNOWN]}
    assert bad.resources == many.resources == {}
    assert Problem("var.name", '"bad" is no name.') in bad.problems
    assert Problem("aws_vpc.main[0]", "3 are too many.") in many.problems


def test_a_system_is_planned_as_a_module() -> None:
    """Its provider and backend are the root's, and its data sources are read later."""
    [planned] = plan_many(aurora_demo, [{"reader_count": 1}])
    assert planned.problems == ()
    reader = planned.resources["module.aurora.aws_rds_cluster_instance.reader[0]"]
    assert reader["identifier"] == "aurora-postgres-dev-instance-2"
    partition = planned.resources["module.aurora.data.aws_partition.current"]
    assert partition["partition"] is UNKNOWN
    assert planned.outputs["cluster_port"] == 5432


@inputs
class NoInputs:
    """Nothing."""


@outputs
class OneOutput:
    """One."""

    value: str = output("A value.")


@module("astray")
def astray(m: Body, v: NoInputs) -> OneOutput:  # noqa: ARG001 - every module takes both
    """A module that is wrong in every environment."""
    return OneOutput(value=fn.regex("x", fn.plantimestamp()))


def test_what_belongs_to_no_environment_is_raised() -> None:
    """Since no values could mend it."""
    with pytest.raises(TerraformFailedError, match="pattern did not match"):
        plan_many(astray, [{}])
