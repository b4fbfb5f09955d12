"""Expressions bound to values: what is known folds, what is not stays an expression."""

import pytest

from tapforge.lang import functions as fn
from tapforge.lang.bind import Object, Unknown, bind, compiled
from tapforge.lang.expression import (
    Conditional,
    Expression,
    Failure,
    Named,
    Symbol,
    addresses,
    and_,
    conditional,
    eq,
    for_list,
    for_map,
    gt,
    hcl,
    not_,
    splat,
)

NAME, NUMBER = Symbol("var.name", "string"), Symbol("var.number", "number")
LIST, MAP = Symbol("var.list", ["list", "string"]), Symbol("var.map", ["map", "string"])
FLAG = Symbol("var.flag", "bool")
VPC = Symbol("aws_vpc.main", ["object", dict.fromkeys(("id", "name", "note"), "string")])
TABLE = Named("local.table", {"a": "1 2", "b": "2"})
SCOPE = {
    "var.name": "shop",
    "var.number": 7,
    "var.list": ["b", "a"],
    "var.map": {"y": "2", "x": "1"},
    "var.flag": True,
    "var.null": None,
    "var.any": "text",
    "var.set": {"b", "a"},
    "aws_vpc.main": Object({"name": "n"}, Unknown("module.net.aws_vpc.main", {"id": "string"})),
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        (f"{NAME}-{NUMBER}", "shop-7"),
        ({"a": [NAME, {"b": NUMBER}], "c": 1}, {"a": ["shop", {"b": 7}], "c": 1}),
        ({f"k-{NAME}": 1}, {"k-shop": 1}),
        ((1, NAME), [1, "shop"]),
        ({"a", f"{NAME}"}, {"a", "shop"}),
        (NUMBER + 1, 8),
        (NUMBER * 2 - 1, 13),
        (NUMBER / 2, 3.5),
        (-NUMBER % 4, -3),
        (-NUMBER, -7),
        (eq(NAME, "shop"), True),
        (and_(FLAG, eq(NUMBER, 8)), False),
        (not_(FLAG), False),
        (conditional(FLAG, NAME, "other"), "shop"),
        (LIST[1], "a"),
        (MAP["x"], "1"),
        (MAP.y, "2"),
        (fn.length(LIST), 2),
        (fn.upper(NAME), "SHOP"),
        (fn.lookup(TABLE, NAME, "none"), "none"),
        (fn.try_(MAP["z"], "default"), "default"),
        (fn.can(MAP["z"]), False),
        (fn.convert(NUMBER, "string"), "7"),
        (for_list(LIST, lambda item: f"{item}{NAME}"), ["bshop", "ashop"]),
        (for_list(LIST, lambda i, item: [i, item], when=lambda i, _: eq(i, 1)), [[1, "a"]]),
        (for_list(MAP, lambda key, value: f"{key}={value}"), ["x=1", "y=2"]),
        (for_map(LIST, lambda item: (item, NAME)), {"b": "shop", "a": "shop"}),
        (splat(Symbol("var.name", "string")), ["shop"]),
        (splat(Symbol("var.null", ["list", "string"])), []),
        (for_list(Symbol("var.set", ["set", "string"]), lambda item: item), ["a", "b"]),
        (for_map(MAP, lambda key, value: (value, key)), {"1": "x", "2": "y"}),
        (VPC.name, "n"),
        (VPC.note, None),
        (fn.length([VPC.id]), 1),
        (fn.keys({"b": VPC.id, "a": 1}), ["a", "b"]),
    ],
    ids=lambda value: hcl(value)[:60],
)
def test_what_is_known_folds(value: object, expected: object) -> None:
    """To the value that Terraform gives it."""
    assert bind(value, SCOPE) == expected


def test_what_is_unknown_stays_over_its_full_address() -> None:
    """So that a rule can follow it to the object that it comes from."""
    bound = bind({"id": VPC.id, "text": f"x-{VPC.id}-{NAME}"}, SCOPE)
    assert hcl(bound["id"]) == "module.net.aws_vpc.main.id"
    assert hcl(bound["text"]) == '"x-${module.net.aws_vpc.main.id}-shop"'
    assert addresses(bound) == ["module.net.aws_vpc.main"] * 2


@pytest.mark.parametrize(
    "value",
    [
        fn.upper(VPC.id),
        eq(VPC.id, "x"),
        conditional(eq(VPC.id, "x"), 1, 2),
        NUMBER + fn.tonumber(VPC.id),
        for_list(fn.split(",", VPC.id), lambda item: f"{item}{NAME}"),
        for_list(LIST, lambda item: item, when=lambda item: eq(item, VPC.id)),
        for_map(LIST, lambda item: (VPC.id, item)),
        fn.split(",", VPC.id)[0],
        MAP[VPC.id],
        splat(fn.split(",", VPC.id)),
    ],
    ids=lambda value: hcl(value)[:60],
)
def test_what_depends_on_it_is_unknown_too(value: object) -> None:
    """And still refers to it."""
    bound = bind(value, SCOPE)
    assert isinstance(bound, Expression)
    assert "module.net.aws_vpc.main" in addresses(bound)


def test_open_expressions_mean_what_they_meant() -> None:
    """Known text in a template is one text, and a loop with an unknown key is still that loop."""
    brace = Symbol("var.brace", "string")
    scope = {**SCOPE, "var.brace": "{x}"}
    assert hcl(bind(f"{VPC.id}${brace}%{brace}", scope)) == (
        '"${module.net.aws_vpc.main.id}$${x}%%{x}"'
    )
    loop = for_map(LIST, lambda item: (f"{item}{VPC.id}", NAME))
    assert hcl(bind(loop, SCOPE)) == (
        '{for item in ["b", "a"] : "${item}${module.net.aws_vpc.main.id}" => "shop"}'
    )


def test_letters_compose_across_the_pieces_of_a_text() -> None:
    """As Terraform keeps all text in Unicode's form NFC."""
    assert bind(f"e{NAME}", {"var.name": "\u0301"}) == "\u00e9"


def test_structures_keep_their_unknown_elements() -> None:
    """Functions that only rearrange elements work although some are unknown."""
    merged = bind(fn.merge({"a": VPC.id}, MAP), SCOPE)
    assert list(merged) == ["a", "y", "x"]
    assert [hcl(each) for each in bind(fn.concat([VPC.id], LIST), SCOPE)] == [
        "module.net.aws_vpc.main.id",
        '"b"',
        '"a"',
    ]
    assert hcl(bind(fn.one([VPC.id]), SCOPE)) == "module.net.aws_vpc.main.id"
    assert hcl(bind(fn.element([VPC.id, "b"], 2), SCOPE)) == "module.net.aws_vpc.main.id"
    (first,) = bind(fn.coalescelist([], [VPC.id], ["b", "c"]), SCOPE)
    assert hcl(first) == "module.net.aws_vpc.main.id"


def test_a_condition_keeps_unknown_elements_of_the_type_of_both_sides() -> None:
    """Of another type they would be converted, which only Terraform can do."""
    (chosen,) = bind(conditional(FLAG, [VPC.id], []), SCOPE)
    assert hcl(chosen) == "module.net.aws_vpc.main.id"
    assert list(bind(conditional(FLAG, {"a": VPC.id}, {"b": "x", "c": "y"}), SCOPE)) == ["a"]
    assert isinstance(bind(conditional(FLAG, [VPC.id + 1], ["a"]), SCOPE), Conditional)
    assert isinstance(bind(conditional(FLAG, [Symbol("each.value")], ["a"]), SCOPE), Conditional)


def test_elements_of_every_object_are_taken() -> None:
    """A splat over instances gives the attribute of each."""
    instances = Symbol("aws_subnet.all", ["list", ["object", {"id": "string", "cidr": "string"}]])
    scope = {
        "aws_subnet.all": [
            Object({"cidr": f"10.0.{i}.0/24"}, Unknown(f"aws_subnet.all[{i}]", {"id": "string"}))
            for i in range(2)
        ]
    }
    assert bind(splat(instances).cidr, scope) == ["10.0.0.0/24", "10.0.1.0/24"]
    assert [hcl(each) for each in bind(splat(instances).id, scope)] == [
        "aws_subnet.all[0].id",
        "aws_subnet.all[1].id",
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (LIST[2], "does not identify an element"),
        (MAP["z"], "does not identify an element"),
        (NUMBER / 0, "division by zero"),
        (fn.tonumber(NAME), "number"),
        (for_map(LIST, lambda item: (f"{NAME}{fn.length(item)}", 1)), "two different items"),
        (f"{LIST}-", "string required"),
        (fn.upper(LIST[2]), "does not identify an element"),
        (MAP.z, "has no attribute z"),
        (Symbol("var.any").z, "has no attribute z"),
        (Symbol("var.list")[2].z, "does not identify an element"),
        (Symbol("var.list")[2][0], "does not identify an element"),
        (LIST[fn.length(LIST) - 3], "does not identify an element"),
        (NUMBER + fn.tonumber(NAME), "number"),
        (for_list(fn.split(",", LIST[2]), lambda item: item), "does not identify an element"),
    ],
    ids=[
        *("index", "key", "division", "conversion", "repeated key", "text", "argument"),
        *("attribute", "attribute of a text", "attribute of a failure", "element of a failure"),
        *("index below 0", "operand", "loop"),
    ],
)
def test_what_terraform_refuses_is_a_failure(value: object, reason: str) -> None:
    """With the reason; nothing is raised, as `try` may still catch it."""
    bound = bind(value, SCOPE)
    assert isinstance(bound, Failure)
    assert reason in bound._reason


def test_constants_need_no_scope() -> None:
    """They compile to nothing."""
    assert compiled({"a": [1, "x", None]}) is None
    assert compiled(TABLE) is None
    assert bind(TABLE, {}) == {"a": "1 2", "b": "2"}


def test_what_is_remembered_is_not_confused_by_equal_values() -> None:
    """1 and true are equal to Python, and two values to Terraform."""
    value = Symbol("var.any")
    for text in (fn.tostring(value), fn.upper(fn.trimspace(fn.tostring(value)))):
        make = compiled(text)
        assert make is not None
        found = [make({"var.any": each}) for each in (1, True, "1", 1.0)]
        assert [each.lower() for each in found] == ["1", "true", "1", "1"]


def test_only_text_and_numbers_are_remembered() -> None:
    """What reads lists, objects or something unknown is computed each time."""
    made = conditional(gt(fn.length(fn.split(",", f"{NAME},{fn.join(',', LIST)}")), 2), NAME, "few")
    make = compiled(made)
    assert make is not None
    for names, expected in (["a", "b"], "shop"), ([], "few"), (["a"], "few"):
        assert make({"var.name": "shop", "var.list": names}) == expected
    assert isinstance(make({"var.list": ["a", "b"]}), Expression)


def test_null_is_not_confused_with_what_is_not_there() -> None:
    """Of an address that is not in the scope nothing is known, and null is a value."""
    make = compiled(conditional(eq(Symbol("var.any"), None), "none", "some"))
    assert make is not None
    assert isinstance(make({}), Expression)
    assert make({"var.any": None}) == "none"


def test_the_other_side_of_a_condition_is_not_asked_where_it_decides_no_type() -> None:
    """So that what Terraform would refuse there does no harm, as it does none to Terraform."""
    refused = fn.tonumber(Symbol("var.any", "string"))
    assert bind(conditional(FLAG, NUMBER, refused), SCOPE) == 7
    assert bind(conditional(not_(FLAG), refused, None), SCOPE) is None
    assert isinstance(bind(conditional(FLAG, refused, None), SCOPE), Failure)
    assert bind(conditional(FLAG, LIST, [NAME]), SCOPE) == ["b", "a"]
