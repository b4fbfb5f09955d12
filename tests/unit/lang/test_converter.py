"""Values with unknown parts, converted to the types of the schema."""

import pytest

from tapforge.lang.converter import converter
from tapforge.lang.expression import Call, Failure, Symbol
from tapforge.lang.value import RefusedError

UNKNOWN = Symbol("aws_vpc.main")


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("string", 5, "5"),
        ("number", "5", 5),
        ("bool", "true", True),
        ("string", None, None),
        ("dynamic", {"a": 1}, {"a": 1}),
        (["list", "string"], [1, None, UNKNOWN], ["1", None, UNKNOWN]),
        (["set", "string"], ["b", "a", "b"], ["a", "b"]),
        (["set", "number"], [3, 1, 3], [1, 3]),
        (["set", "string"], ["b", UNKNOWN, "a"], ["a", "b", UNKNOWN]),
        (
            ["set", ["object", {"a": "number"}]],
            [{"a": 2}, {"a": 1}, {"a": 2}],
            [{"a": 1}, {"a": 2}],
        ),
        (["map", "number"], {"a": "1"}, {"a": 1}),
        (["object", {"a": "string", "b": "bool"}], {"a": 1}, {"a": "1", "b": None}),
        (["list", "string"], UNKNOWN, UNKNOWN),
        (["tuple", ["string"]], ["a"], ["a"]),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_values_take_the_type(type_: object, value: object, expected: object) -> None:
    """What is unknown is left alone; sets are put in Terraform's order."""
    found = converter(type_)(value)
    assert repr(found) == repr(expected)


@pytest.mark.parametrize("type_", ["string", "dynamic", ["list", "string"]])
def test_a_failure_is_refused(type_: object) -> None:
    """Wherever it stands."""
    with pytest.raises(RefusedError, match="no such file"):
        converter(type_)(Failure(Call("file", ("x",)), "no such file"))


def test_what_does_not_convert_is_refused() -> None:
    """As Terraform refuses it."""
    with pytest.raises(RefusedError):
        converter("number")("x")
    with pytest.raises(RefusedError):
        converter(["list", "string"])("x")
