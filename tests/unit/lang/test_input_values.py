"""Values of inputs, converted as Terraform converts the values of variables."""

from decimal import Decimal
from typing import Any

import pytest

from tapforge.lang.expression import Symbol
from tapforge.lang.input_values import convert, is_plain
from tapforge.lang.marker import has_marker

NAME = Symbol("var.name", "string")


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        ("7", "number", 7),
        ("1.50", "number", 1.5),
        (Decimal("2.0"), "number", 2),
        (7, "string", "7"),
        (Decimal("1.50"), "string", "1.5"),
        (True, "string", "true"),
        ("e\u0301", "string", "\u00e9"),
        ("true", "bool", True),
        ("0", "bool", False),
        (None, "string", None),
        (["1", 2], ["list", "number"], [1, 2]),
        ((1, True), ["list", "string"], ["1", "true"]),
        (["b", "a", "b"], ["set", "string"], {"a", "b"}),
        ({"e\u0301": 1}, ["map", "string"], {"\u00e9": "1"}),
        ({"a": {"b": "2"}}, ["map", ["map", "number"]], {"a": {"b": 2}}),
        ("e\u0301", "dynamic", "\u00e9"),
        ({"a": [1]}, "dynamic", {"a": [1]}),
    ],
    ids=lambda value: repr(sorted(value) if isinstance(value, set) else value)[:40],
)
def test_values_become_those_of_the_type(value: Any, type_: Any, expected: Any) -> None:
    """What Terraform takes for it, in Unicode's form NFC."""
    found: list[Any] = []
    assert convert("x", value, type_, found) == expected
    assert found == []


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        ("seven", "number", 'x: "seven" is no number'),
        (True, "number", "x: true is no number"),
        ("1e9999999", "number", "x: 1e9999999 has more digits than are kept here, or is no number"),
        ("yes", "bool", 'x: "yes" is no bool'),
        ([1], "string", "x: [1] is no string"),
        ("a", ["list", "string"], 'x: "a" is no list(string)'),
        ({"a": 1}, ["set", "string"], 'x: {"a": 1} is no set(string)'),
        ([1], ["map", "string"], "x: [1] is no map(string)"),
        ([1, "a"], ["list", "number"], 'x[1]: "a" is no number'),
        ({"a": "b"}, ["map", "number"], 'x["a"]: "b" is no number'),
        (
            {"\u00e9": 1, "e\u0301": 2},
            ["map", "number"],
            'x["e\u0301"]: the key "\u00e9" is there twice',
        ),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_has_no_such_value_is_told_with_its_place(
    value: Any, type_: Any, expected: str
) -> None:
    """The value as JSON has it, and the type in words."""
    found: list[Any] = []
    convert("x", value, type_, found)
    assert [str(each) for each in found] == [expected]


def test_references_are_held_to_their_types() -> None:
    """A text that one was formatted into is a template, and a damaged one is told."""
    found: list[Any] = []
    assert convert("x", NAME, "string", found) is NAME
    convert("x", [f"{NAME}-a"], ["set", "string"], found)
    assert found == []
    convert("x", NAME, ["list", "string"], found)
    damaged = f"{NAME}"[:-1]
    assert has_marker(damaged)
    convert("x", damaged, "string", found)
    assert [each.place for each in found] == ["x", "x"]


@pytest.mark.parametrize(
    ("value", "type_", "plain"),
    [
        ("shop", "string", True),
        ("é", "string", False),
        (7, "string", False),
        (7, "number", True),
        (7.0, "number", False),
        (1 << 64, "number", False),
        (True, "bool", True),
        (True, "number", False),
        (None, "string", False),
        ("x", "dynamic", False),
        (["x"], ["list", "string"], False),
    ],
)
def test_most_values_need_no_conversion(value, type_, plain):
    """It is seen at one look; of the others it is not said that they need one."""
    assert is_plain(value, type_) is plain
