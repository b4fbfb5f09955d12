"""What Terraform takes for a type."""

import math
from decimal import Decimal

import pytest

from tapforge.lang.conversion import article, convertible, found, problems
from tapforge.lang.expression import Named, Symbol, expression_type, splat

OBJECT = ["object", {"id": "string", "size": "number"}]


def messages(type_, value, class_=None):
    """Give what is said of a value."""
    return [str(problem) for problem in problems("here", type_, value, class_)]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("string", "text"),
        ("string", 5),
        ("string", True),
        ("string", Decimal("1.5")),
        pytest.param("string", f"{Symbol('var.a', 'number')} and more", id="template"),
        ("string", Symbol("var.a", "number")),
        ("number", 5),
        ("number", 0.5),
        ("number", "5"),
        ("number", "-1.5e3"),
        ("number", Symbol("var.a", "string")),
        ("number", Symbol("var.a")),
        ("bool", False),
        ("bool", "true"),
        ("bool", Symbol("var.a", "string")),
        ("string", None),
        (["list", "string"], ["a", 1]),
        (["list", "string"], ("a",)),
        (["list", "string"], {"a"}),
        (["set", "string"], frozenset({"a", "b"})),
        (["set", "string"], Symbol("var.a", ["list", "number"])),
        (["list", "number"], Symbol("var.a", ["tuple", ["number", "string"]])),
        (["map", "string"], {"a": 1, f"{Symbol('var.a')}": "b"}),
        (["map", "string"], Symbol("var.a", OBJECT)),
        (["map", "string"], Symbol("var.a", ["map", "bool"])),
        (OBJECT, Symbol("var.a", ["map", "string"])),
        (OBJECT, Symbol("var.a", ["object", {"id": "number", "size": "number", "x": "bool"}])),
        (OBJECT, {"id": "a", "size": 1}),
        (["object", {"id": "string"}, ["id"]], {}),
        (["object", {"id": "string"}, ["id"]], Symbol("var.a", ["object", {}])),
        (["tuple", ["string", "number"]], ["a", 1]),
        (["tuple", ["string"]], Symbol("var.a", ["tuple", ["number"]])),
        ("dynamic", {"a": [1, "b", {"c": True}]}),
        (["set", "string"], splat(Symbol("aws_vpc.a", ["list", OBJECT])).id),
    ],
)
def test_values_that_terraform_converts_are_taken(type_, value):
    """What Terraform converts without loss is no problem."""
    assert messages(type_, value) == []


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("string", ["a"], "here: takes a string, not a list; give 'a'"),
        ("string", ["a", "b"], "here: takes a string, not a list"),
        ("string", Named("local.a", ["a", "b"]), "here: takes a string, not a list"),
        ("string", {"a": 1}, "here: takes a string, not a dict"),
        ("string", int, "here: takes a string, not the class int itself; give int(...)"),
        ("number", True, "here: takes a number, not True"),
        ("number", "many", "here: takes a number, not the text 'many'"),
        ("bool", 1, "here: takes a bool, not the number 1"),
        ("bool", "yes", "here: takes a bool, not the text 'yes'"),
        (["list", "string"], "a", "here: takes a list(string), not the text 'a'; give ['a']"),
        (["list", "string"], 3, "here: takes a list(string), not the number 3; give [3]"),
        (["map", "string"], "a", "here: takes a map(string), not the text 'a'"),
        (["map", "string"], ["a"], "here: takes a map(string), not a list"),
        (["map", "string"], {1: "a"}, "here: its keys are strings, and 1 is none"),
        (["map", "number"], {"a": "b"}, "here['a']: takes a number, not the text 'b'"),
        (["list", "number"], [1, "b"], "here[1]: takes a number, not the text 'b'"),
        (["list", "string"], [None], "here[0]: an element can't be None; leave it out"),
        (
            ["list", "string"],
            {"a", "b"},
            "here: takes a list(string); a Python set has no order; give a list",
        ),
        (
            ["set", "string"],
            {"a", f"{Symbol('var.a')}"},
            "here: takes a set(string); a Python set of references has no order; give a list",
        ),
        (["tuple", ["string"]], ["a", "b"], "here: takes 1 elements, not 2"),
        (OBJECT, ["a"], "here: takes an object, not a list"),
        (OBJECT, {"id": "a"}, "here.size: is missing; give a number"),
        (
            OBJECT,
            {"id": "a", "size": 1, "siz": 1},
            'here.siz: is unknown; did you mean "size"?',
        ),
        ("dynamic", object(), "here: takes a value of Terraform, not an object"),
        ("dynamic", [object()], "here[0]: takes a value of Terraform, not an object"),
        (
            "string",
            Symbol("var.a", ["list", "string"]),
            "here: takes a string, not <var.a>, a list(string); give one element, such as [0]",
        ),
        (
            "string",
            Symbol("var.a", ["set", "string"]),
            "here: takes a string, not <var.a>, a set(string); give one element, with one()",
        ),
        (
            "string",
            Symbol("var.a", OBJECT),
            "here: takes a string, not <var.a>, an object; give one of its attributes, such as .id",
        ),
        (
            "string",
            Symbol("var.a", ["object", {"x": "string"}]),
            "here: takes a string, not <var.a>, an object; give one of its attributes",
        ),
        (
            ["list", "string"],
            Symbol("var.a", "string"),
            "here: takes a list(string), not <var.a>, a string; give a list of it, [...]",
        ),
        ("bool", Symbol("var.a", "number"), "here: takes a bool, not <var.a>, a number"),
        (
            ["map", "number"],
            Symbol("var.a", ["list", "number"]),
            "here: takes a map(number), not <var.a>, a list(number)",
        ),
        (
            OBJECT,
            Symbol("var.a", ["object", {"id": "string"}]),
            "here: takes an object, not <var.a>, an object",
        ),
    ],
)
def test_values_that_terraform_refuses_are_named(type_, value, expected):
    """What Terraform would refuse, or lose something of, is said with its place and a way out."""
    assert messages(type_, value) == [expected]


def test_all_problems_of_a_value_are_named():
    """One problem does not hide another."""
    assert len(messages(["list", "number"], ["a", "b", 3])) == 2


def test_objects_with_a_class_are_instances_of_it():
    """Where objects have a class, a dict is refused and the class is named."""

    class Rule:
        pass

    type_ = ["list", ["object", {"port": "number"}]]
    assert messages(type_, [Rule()], Rule) == []
    found_ = messages(type_, [{"port": 1}], Rule)
    assert "here[0]: takes" in found_[0]
    assert "Rule(...)" in found_[0]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("number", "bool"),
        ("string", ["list", "string"]),
        (["list", "string"], "string"),
        (["tuple", ["string"]], ["tuple", ["string", "string"]]),
        (["list", "string"], ["tuple", ["string"]]),
        (["map", ["list", "string"]], ["map", "string"]),
        (["object", {"a": ["list", "string"]}], ["map", "string"]),
        (["map", "bool"], ["object", {"a": "number"}]),
    ],
)
def test_types_that_never_convert_are_told(source, target):
    """A type none of whose values Terraform converts is not convertible."""
    assert not convertible(source, target)


def test_the_type_of_a_splat_is_a_list():
    """What follows a splat applies to each element, so its value is a list."""
    vpcs = Symbol("aws_vpc.a", ["list", OBJECT])
    assert expression_type(splat(vpcs).id) == ["list", "string"]
    assert expression_type(splat(vpcs)) == ["list", OBJECT]


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (None, "a value of Terraform"),
        ("string", "a string"),
        (["tuple", ["string"]], "a tuple"),
        (["list", OBJECT], "a list of objects"),
        (["map", ["set", "string"]], "a map(set(string))"),
    ],
)
def test_types_are_named_in_words(type_, expected):
    """Messages name a type as Terraform does, and objects in short."""
    assert article(type_) == expected


def test_long_texts_are_cut_in_messages():
    """A message stays readable whatever was given."""
    assert len(found("x" * 200)) < 60
    assert found(math.inf) == "the number inf"
