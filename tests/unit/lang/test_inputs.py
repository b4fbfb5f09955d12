"""Inputs and outputs: one declaration, and what follows from it."""

from decimal import Decimal
from typing import Any, Literal

import attrs
import pytest

from tapforge import builtin
from tapforge.lang import functions as fn
from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import Symbol, and_, ge, le, lt, ne
from tapforge.lang.inputs import (
    Valid,
    declared_inputs,
    declared_outputs,
    inputs,
    json_schema,
    one_of,
    output,
    outputs,
    problems,
    references,
    take,
    terraform_type,
    type_schema,
    variable,
)

small = Valid(
    lambda value, _: le(value, 10),
    lambda value, _: f"{value} is more than 10.",
    {"maximum": 10},
)
short = Valid(
    lambda value, _: le(fn.length(value), 3),
    lambda value, _: f'"{value}" is long.',
    {"maxLength": 3},
)
below = Valid(
    lambda value, inputs: lt(value, inputs.most),
    lambda value, inputs: f"{value} is not less than {inputs.most}.",
)


@inputs
class Box:
    """A box."""

    name: str = variable("Its name.", valid=[short], example="abc")
    least: int = variable("At least.", default=1, valid=[small, below])
    most: int = variable("At most.", default=5, valid=[small])
    label: str | None = variable("What is written on it.", default=None, valid=[short])
    size: Literal["small", "large"] = variable("Its size.", default="small")
    zones: list[str] = variable("Where it may stand.", default=["a"])
    tags: dict[str, str] = variable("Its tags.", default={})
    heavy: bool = variable("Whether two must carry it.", default=False, sensitive=True)


def messages(**given):
    """Give what is wrong with the inputs of a box."""
    return list(map(str, problems(Box, given, "box")))


# --- values in Python -------------------------------------------------------------------------------


def test_inputs_are_values_with_defaults():
    """Every input can be read; what is mutable belongs to one object alone."""
    box = Box(name="abc", zones=["b"])
    assert (box.name, box.least, box.size, box.label, box.heavy) == ("abc", 1, "small", None, False)
    assert box.zones == ["b"]
    assert Box(name="a").tags is not Box(name="b").tags


def test_inputs_show_their_values():
    """In messages and in a debugger."""
    shown = repr(Box(name="abc"))
    assert shown.startswith("Box(name='abc', least=1, ")


def test_inputs_do_not_change():
    """They are values."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Box(name="abc").name = "x"


def test_every_problem_is_told_at_once():
    """What is unknown, missing, mistyped or not valid, by every rule that it breaks, as in Terraform."""
    with pytest.raises(ArgumentError) as caught:
        Box(nmae="abc", least=11, size="medium", zones="a", heavy=1, tags={"a": [1]})
    assert list(map(str, caught.value.problems)) == [
        'Box: nmae: there is no such input; did you mean "name"?',
        "Box: name: has no value; give one: Its name.",
        'Box: zones: "a" is no list(string)',
        'Box: tags["a"]: [1] is no string',
        "Box: heavy: 1 is no bool",
        "Box: least: 11 is more than 10.",
        "Box: least: 11 is not less than 5.",
        'Box: size: "medium" is none of: small, large.',
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "abcd"}, ['box: name: "abcd" is long.']),
        ({"name": None}, ["box: name: is null; give one: Its name."]),
        ({"name": "a", "least": 1.5}, ["box: least: 1.5 is no whole number."]),
        ({"name": "a", "least": True}, ["box: least: true is no number"]),
        ({"name": "a", "least": "one"}, ['box: least: "one" is no number']),
        ({"name": "a", "least": [1]}, ["box: least: [1] is no number"]),
        ({"name": "a", "heavy": "yes"}, ['box: heavy: "yes" is no bool']),
        ({"name": "a", "label": "abcd"}, ['box: label: "abcd" is long.']),
        ({"name": 12345}, ['box: name: "12345" is long.']),
        ({"name": "a", "label": None}, []),
        ({"name": "a", "zones": ["a", [1], {}]}, None),
        ({"name": "a", "tags": ["a"]}, ['box: tags: ["a"] is no map(string)']),
        ({"name": "a", "tags": {(1,): "a"}}, ['box: tags["(1,)"]: [1] is no string']),
        (
            {"name": "a", "least": 1e16},
            [
                "box: least: 10000000000000000 is more than 10.",
                "box: least: 10000000000000000 is not less than 5.",
            ],
        ),
        (
            {"name": "a", "least": 10.0000001},
            [
                "box: least: 10.0000001 is no whole number.",
                "box: least: 10.0000001 is more than 10.",
                "box: least: 10.0000001 is not less than 5.",
            ],
        ),
        ({"name": "a", "least": Decimal("0.1234567890123456789")}, None),
        ({"name": "a", "least": 1e-7}, ["box: least: 0.0000001 is no whole number."]),
        ({"name": object, "least": 1e300}, None),
    ],
)
def test_values_of_another_type_are_refused(given, expected):
    """Those that do not convert; in words that show a value as Terraform does."""
    found = messages(**given)
    if expected is not None:
        assert found == expected
    elif "zones" in given:
        assert found == ["box: zones[1]: [1] is no string", "box: zones[2]: {} is no string"]
    elif given["name"] is object:
        assert "is no string" in found[0]
        assert "1e+300 has more digits than are kept here" in found[1]
    else:
        assert found == ["box: least: 0.1234567890123456789 is no whole number."]


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("name", 1.50, "1.5"),
        ("name", True, "true"),
        ("name", "e\N{COMBINING ACUTE ACCENT}", "é"),
        ("least", "2", 2),
        ("least", "2.50e-1", 0.25),
        ("least", 2.0, 2),
        ("heavy", "true", True),
        ("heavy", "0", False),
        ("heavy", None, False),
        ("label", None, None),
        ("zones", ("a", 1, None), ["a", "1", None]),
        ("tags", {"e\N{COMBINING ACUTE ACCENT}": 7, 1: None}, {"é": "7", "1": None}),
    ],
)
def test_values_are_taken_as_terraform_takes_them(name, given, expected):
    """Converted to their types; null, where it is no value, stands for the default."""
    taken, found = take(Box, {"name": "abc"} | {name: given}, validate=False)
    assert found == []
    assert taken[name] == expected
    assert type(taken[name]) is type(expected)
    if name not in {"name", "least"}:
        assert getattr(Box(**{"name": "abc"} | {name: given}), name) == expected


def test_null_is_no_way_to_share_a_default():
    """An object of its own for each, as without it."""
    assert Box(name="a", zones=None).zones is not Box(name="a").zones


def test_a_set_has_every_value_once():
    """In no order, if its values can be in a Python set; of references it is what was given."""

    @inputs
    class Sets:
        names: set[str] = variable("Names.", default=[])
        pairs: set[list[str]] = variable("Pairs.", default=[])

    taken, found = take(Sets, {"names": ["a", 1, "a"], "pairs": [["a"]]})
    assert found == []
    assert taken == {"names": {"a", "1"}, "pairs": [["a"]]}
    unknown = Symbol("var.x", "string")
    assert take(Sets, {"names": ["a", unknown]})[0]["names"] == ["a", unknown]


def test_an_input_of_any_type_takes_anything():
    """As it is."""

    @inputs
    class Free:
        value: Any = variable("Anything.", default="")

    for value in (1.5, {"a": [None]}, "é"):
        assert take(Free, {"value": value}) == ({"value": value}, [])


def test_text_that_is_no_text_is_refused():
    """Half characters, and parts of a reference, keys included."""
    assert "holds a damaged reference" in messages(name="\ud800")[0]
    assert "holds a damaged reference" in messages(name="a", tags={"\ud800": "x"})[0]


def test_rules_compare_inputs():
    """With the default of the other, with its value; not with one that is itself wrong."""
    assert messages(name="a", least=5) == ["box: least: 5 is not less than 5."]
    assert messages(name="a", least=5, most=6) == []
    assert messages(name="a", least=5, most="6") == []
    assert messages(name="a", least=5, most="six") == ['box: most: "six" is no number']


def test_references_are_judged_by_their_type():
    """As far as it can be known before Terraform runs."""
    assert (
        messages(name=Symbol("var.x"), least=Symbol("var.y", "number"), zones=[Symbol("var.z")])
        == []
    )
    found = messages(name=Symbol("var.all", ["list", "string"]), zones=Symbol("var.one", "string"))
    assert found == [
        "box: name: takes a string, not <var.all>, a list(string); give one element, such as [0]",
        "box: zones: takes a list(string), not <var.one>, a string; give a list of it, [...]",
    ]
    assert "give one of its attributes, such as .id" in messages(name=builtin.Data("x"))[0]
    assert messages(name=f"{Symbol('var.x')}-b") == []


def test_a_rule_over_something_unknown_is_left_to_terraform():
    """The message of one that fails all the same shows the reference as Terraform writes it."""
    assert messages(name="a", least=5, most=Symbol("var.most", "number")) == []
    rule = Valid(
        lambda value, inputs: and_(ge(value, 3), lt(value, inputs.b)),
        lambda value, inputs: f"{value}: expected 3 to {inputs.b}.",
    )

    @inputs
    class Pair:
        a: int = variable("A.", valid=[rule])
        b: int = variable("B.")

    found = problems(Pair, {"a": 1, "b": Symbol("var.b", "number")})
    assert list(map(str, found)) == ["Pair: a: 1: expected 3 to ${var.b}."]


def test_a_rule_that_terraform_could_not_evaluate_is_broken():
    """A value that makes a function fail is refused here as there."""
    rule = Valid(
        lambda value, _: ne(fn.cidrhost(value, 0), ""), lambda value, _: f"{value} is no block."
    )

    @inputs
    class Net:
        cidr: str = variable("A block.", valid=[rule])

    assert list(map(str, problems(Net, {"cidr": "x"}))) == ["Net: cidr: x is no block."]
    assert problems(Net, {"cidr": "10.0.0.0/8"}) == []


def test_a_mistake_in_a_rule_is_not_taken_for_a_wrong_value():
    """Only an input that is missing because it is wrong itself makes a rule wait."""
    rule = Valid(lambda value, _: value.nonesuch, lambda _value, _: "")

    @inputs
    class Wrong:
        a: str = variable("A.", valid=[rule])

    with pytest.raises(AttributeError, match="nonesuch"):
        problems(Wrong, {"a": "x"})


def test_a_misspelt_value_is_told_what_was_meant():
    """From the values that the rule names."""
    rule = Valid(
        lambda value, _: fn.contains(["alpha", "beta"], value),
        lambda value, _: f"there is no {value}.",
        meant=["alpha", "beta"],
    )

    @inputs
    class Greek:
        letter: str = variable("A letter.", valid=[rule])

    assert list(map(str, problems(Greek, {"letter": "alfa"}))) == [
        'Greek: letter: there is no alfa; did you mean "alpha"?'
    ]


# --- Terraform's variables --------------------------------------------------------------------------


def body(name, cls=Box):
    """Write one input as a variable."""
    return declared_inputs(cls)[name].variable(references(cls))._tf_body()


def test_an_input_becomes_a_variable_with_its_rules():
    """The rule's condition and message are those of Python, over references."""
    assert body("name") == {
        "type": "string",
        "description": "Its name.",
        "nullable": False,
        "validation": [
            {
                "condition": "${length(var.name) <= 3}",
                "error_message": '"${var.name}" is long.',
            }
        ],
    }
    assert body("least")["validation"] == [
        {
            "condition": "${floor(var.least) == var.least}",
            "error_message": "${var.least} is no whole number.",
        },
        {"condition": "${var.least <= 10}", "error_message": "${var.least} is more than 10."},
        {
            "condition": "${var.least < var.most}",
            "error_message": "${var.least} is not less than ${var.most}.",
        },
    ]
    assert body("heavy") == {
        "type": "bool",
        "description": "Whether two must carry it.",
        "default": False,
        "sensitive": True,
        "nullable": False,
    }


def test_null_passes_every_rule_of_a_nullable_input():
    """And never stands in a message, which Terraform evaluates even if the condition holds."""
    assert body("label") == {
        "type": "string",
        "description": "What is written on it.",
        "default": None,
        "validation": [
            {
                "condition": "${var.label == null ? true : length(var.label) <= 3}",
                "error_message": '${var.label == null ? "null" : "\\"${var.label}\\" is long."}',
            }
        ],
    }


def test_references_have_the_types_of_their_inputs():
    """So that a mistake in a module's function is found when it is written."""
    made = references(Box)
    assert made.zones[0]._hcl() == "var.zones[0]"
    with pytest.raises(AttributeError, match=r"var\.name is a string, without attributes"):
        _ = made.name.upper


# --- types ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, "string"),
        (int, "number"),
        (float, "number"),
        (bool, "bool"),
        (Any, "dynamic"),
        (list[str], ["list", "string"]),
        (set[int], ["set", "number"]),
        (dict[str, list[bool]], ["map", ["list", "bool"]]),
        (Literal["a", "b"], "string"),
        (Literal[1, 2], "number"),
    ],
)
def test_annotations_are_types_of_terraform(annotation, expected):
    """Of Terraform's own types only; a literal is of the type of its values."""
    assert terraform_type(annotation) == expected


@pytest.mark.parametrize("annotation", [bytes, list, dict[int, str], tuple[str, ...], int | str])
def test_other_annotations_are_refused(annotation):
    """With those that can be used."""
    with pytest.raises(TypeError, match="has no Terraform type; use str, int, float"):
        terraform_type(annotation)


def test_a_literal_of_numbers_is_an_input_of_numbers():
    """Its values are checked as such."""

    @inputs
    class Steps:
        days: Literal[1, 7] = variable("Days.")

    assert problems(Steps, {"days": 7}) == []
    assert [p.message for p in problems(Steps, {"days": 2})] == ["2 is none of: 1, 7."]


def test_one_of_takes_what_it_names():
    """Numbers and text."""
    rule = one_of("a", "b")
    assert rule.condition("a", None) is True
    assert rule.condition("c", None) is False
    assert rule.message("c", None) == '"c" is none of: a, b.'


# --- JSON Schema ------------------------------------------------------------------------------------


def test_the_schema_says_what_can_be_said():
    """Types, limits, defaults, what is required; in alphabetical order."""
    schema = json_schema(declared_inputs(Box).values(), title="Box", description="A box.")
    assert schema["required"] == ["name"]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == sorted(declared_inputs(Box))
    assert schema["properties"] == {
        "name": {"description": "Its name.", "type": "string", "maxLength": 3, "examples": ["abc"]},
        "least": {"description": "At least.", "type": "integer", "maximum": 10, "default": 1},
        "most": {"description": "At most.", "type": "integer", "maximum": 10, "default": 5},
        "label": {
            "description": "What is written on it.",
            "type": ["string", "null"],
            "maxLength": 3,
            "default": None,
        },
        "size": {
            "description": "Its size.",
            "type": "string",
            "enum": ["small", "large"],
            "default": "small",
        },
        "zones": {
            "description": "Where it may stand.",
            "type": "array",
            "items": {"type": ["string", "null"]},
            "default": ["a"],
        },
        "tags": {
            "description": "Its tags.",
            "type": "object",
            "additionalProperties": {"type": ["string", "null"]},
            "default": {},
        },
        "heavy": {"description": "Whether two must carry it.", "type": "boolean", "default": False},
    }


def test_the_schema_takes_null_where_python_does():
    """Beside an enumeration too; a value of any type is any value."""

    @inputs
    class Nullable:
        choice: Literal["a"] | None = variable("A choice.", default=None)
        free: Any | None = variable("Anything.", default=None)

    properties = json_schema(declared_inputs(Nullable).values(), title="", description="")[
        "properties"
    ]
    assert properties["choice"]["enum"] == ["a", None]
    assert properties["choice"]["type"] == ["string", "null"]
    assert "type" not in properties["free"]
    assert problems(Nullable, {"choice": None, "free": {"a": [1]}}) == []


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("dynamic", {}),
        ("number", {"type": "number"}),
        (["set", "bool"], {"type": "array", "items": {"type": ["boolean", "null"]}}),
    ],
)
def test_types_have_a_schema(type_, expected):
    """A set is an array, in which Terraform takes repetitions, and nulls."""
    assert type_schema(type_) == expected


def test_a_type_that_no_input_has_has_no_schema():
    """It could not have been declared."""
    with pytest.raises(TypeError, match="is no type of an input"):
        type_schema(["object", {}, []])


# --- outputs ----------------------------------------------------------------------------------------


def test_outputs_are_declared_likewise():
    """With their types and what they mean."""

    @outputs
    class Made:
        id: str = output("Its id.")
        keys: list[str] | None = output("Its keys.", sensitive=True)

    made = declared_outputs(Made)
    assert {n: (o.type, o.description, o.sensitive) for n, o in made.items()} == {
        "id": ("string", "Its id.", False),
        "keys": (["list", "string"], "Its keys.", True),
    }
    assert Made(id="x", keys=None).id == "x"
    with pytest.raises(TypeError):
        Made(id="x")
