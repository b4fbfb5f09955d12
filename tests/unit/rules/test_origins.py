"""References in a plan's configuration lead to the resources that a value comes from."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tapforge.rules.origins import Origins

Document = Mapping[str, Any]


def refer(*references: str) -> dict[str, Any]:
    """Make an expression as Terraform shows it: each reference, then what it begins with."""
    every: list[str] = []
    for each in references:
        parts = each.split(".")
        every += [".".join(parts[:n]) for n in range(len(parts), min(len(parts), 2) - 1, -1)]
    return {"references": every}


def resource(address: str, **more: Any) -> dict[str, Any]:
    """Make a resource of a configuration."""
    return {"address": address, "expressions": {}, **more}


def record(address: str) -> dict[str, Any]:
    """Make the record of a planned instance."""
    module, _, local = address.rpartition("|")
    whole, _, key = local.partition("[")
    data = whole.startswith("data.")
    type_, name = whole.removeprefix("data.").split(".")
    found = {
        "address": address.replace("|", "."),
        "mode": "data" if data else "managed",
        "type": type_,
        "name": name,
    }
    if module:
        found["module_address"] = module
    if key:
        found["index"] = json.loads(key.removesuffix("]").replace("$${", "${"))
    return found


def origins(root: Document, instances: list[str], of: str, *expressions: Any) -> list[str]:
    """Follow expressions of an instance."""
    return Origins(root, map(record, instances)).of(record(of), expressions)


CALL = {
    "db": {
        "expressions": {"subnets": refer("aws_subnet.a.id", "aws_subnet.b.id")},
        "module": {
            "resources": [resource("aws_db_subnet_group.this")],
            "outputs": {"name": {"expression": refer("aws_db_subnet_group.this.name")}},
        },
    }
}
MANY = {"db": CALL["db"] | {"for_each_expression": refer("aws_vpc.main.tags")}}
INNER = "aws_db_subnet_group.this"


@pytest.mark.parametrize(
    ("root", "instances", "of", "expression", "expected"),
    [
        pytest.param(
            {}, ["aws_vpc.a"], "aws_subnet.s", refer("aws_vpc.a.id"), ["aws_vpc.a"], id="resource"
        ),
        pytest.param(
            *({}, ["data.aws_vpc.a"], "aws_subnet.s", refer("data.aws_vpc.a.id")),
            ["data.aws_vpc.a"],
            id="data-source",
        ),
        pytest.param(
            *({}, ["aws_subnet.a[0]", "aws_subnet.a[1]"], "aws_lb.l", refer("aws_subnet.a[1].id")),
            ["aws_subnet.a[1]"],
            id="instance",
        ),
        pytest.param(
            *({}, ["aws_subnet.a[0]", "aws_subnet.a[1]"], "aws_lb.l", refer("aws_subnet.a")),
            ["aws_subnet.a[0]", "aws_subnet.a[1]"],
            id="all-instances",
        ),
        pytest.param(
            *({}, ["aws_subnet.a[0]", "aws_subnet.a[1]"], "aws_route.r[1]"),
            *(refer("aws_subnet.a", "count.index"), ["aws_subnet.a[1]"]),
            id="instance-of-the-same-count",
        ),
        pytest.param(
            *({}, ['aws_subnet.a["$${x}"]', 'aws_subnet.a["b"]'], 'aws_route.r["$${x}"]'),
            *(refer("aws_subnet.a", "each.key"), ['aws_subnet.a["$${x}"]']),
            id="key-like-a-template",
        ),
        pytest.param(
            {}, [], "aws_subnet.s", refer("aws_vpc.gone.id"), ["aws_vpc.gone"], id="not-in-the-plan"
        ),
        pytest.param({}, [], "aws_subnet.s", refer("var.size"), [], id="variable-of-the-root"),
        pytest.param({}, [], "aws_subnet.s", refer("local.size"), ["local.size"], id="local"),
        pytest.param({}, [], "aws_subnet.s", {"constant_value": 1}, [], id="constant"),
        pytest.param({}, [], "aws_subnet.s", refer("path.module"), [], id="nothing-of-aws"),
        pytest.param(
            *({}, ["aws_vpc.a"], "aws_subnet.s"),
            *([{"x": refer("aws_vpc.a.id")}, {"y": {"references": {}}}], ["aws_vpc.a"]),
            id="blocks",
        ),
        pytest.param(
            *({"module_calls": CALL}, ["aws_subnet.a", "aws_subnet.b"], f"module.db|{INNER}"),
            *(refer("var.subnets"), ["aws_subnet.a", "aws_subnet.b"]),
            id="variable-of-a-module",
        ),
        pytest.param(
            *({"module_calls": CALL}, [f"module.db|{INNER}"], "aws_db_instance.a"),
            *(refer("module.db.name"), [f"module.db.{INNER}"]),
            id="output",
        ),
        pytest.param(
            *({"module_calls": CALL}, [f"module.db|{INNER}"], "aws_db_instance.a"),
            *({"references": ["module.db"]}, ["module.db"]),
            id="all-outputs",
        ),
        pytest.param(
            *({"module_calls": MANY}, [f'module.db["x"]|{INNER}'], "aws_db_instance.a"),
            *(refer('module.db["x"].name'), [f'module.db["x"].{INNER}']),
            id="output-of-an-instance",
        ),
    ],
)
def test_references_are_followed(
    root: Document, instances: list[str], of: str, expression: Any, expected: list[str]
) -> None:
    """Through variables and outputs, to the instance of the same key."""
    assert origins(root, instances, of, expression) == expected


def test_each_value_leads_to_the_repeated() -> None:
    """The value of an element comes from what is repeated, at the same key."""
    root = {"resources": [resource("aws_eip.e", for_each_expression=refer("aws_subnet.a"))]}
    instances = ['aws_subnet.a["x"]', 'aws_subnet.a["y"]']

    found = origins(root, instances, 'aws_eip.e["y"]', refer("each.value.id"))

    assert found == ['aws_subnet.a["y"]']


def test_each_value_of_repeated_modules_leads_into_the_module() -> None:
    """`for_each = module.db` and `each.value.name`: the output of the instance of this key."""
    root = {
        "module_calls": MANY,
        "resources": [
            resource("aws_db_instance.a", for_each_expression={"references": ["module.db"]})
        ],
    }
    instances = [f'module.db["{key}"]|{INNER}' for key in "xy"]

    found = origins(root, instances, 'aws_db_instance.a["y"]', refer("each.value.name"))

    assert found == [f'module.db["y"].{INNER}']


def test_nested_modules_are_followed_to_the_root() -> None:
    """A variable that is handed on is followed as far as it goes."""
    inner = {"expressions": {"vpc": refer("var.vpc")}, "module": {"resources": []}}
    outer = {
        "expressions": {"vpc": refer("aws_vpc.main.id")},
        "module": {"module_calls": {"inner": inner}},
    }
    root = {"module_calls": {"outer": outer}}

    found = origins(
        root, ["aws_vpc.main"], "module.outer.module.inner|aws_subnet.a", refer("var.vpc")
    )

    assert found == ["aws_vpc.main"]


def test_references_in_a_circle_end() -> None:
    """Two modules may feed each other's other outputs; nobody follows that for ever."""
    module = {"outputs": {"x": {"expression": refer("var.x")}}}
    root = {"module_calls": {"a": {"expressions": {"x": refer("module.a.x")}, "module": module}}}

    assert origins(root, [], "aws_vpc.main", refer("module.a.x")) == []


def test_expressions_of_what_the_configuration_lacks_are_none() -> None:
    """A resource that is only in the state shows no arguments."""
    root = {"resources": [resource("aws_vpc.a", expressions={"cidr_block": refer("var.x")})]}
    known = Origins(root, [])

    assert known.expressions(record("aws_vpc.a")) == [{"cidr_block": refer("var.x")}]
    assert known.expressions(record("aws_vpc.b")) == []
    assert known.of(record("aws_vpc.b"), []) == []
