"""Functions of lists and maps whose elements may be unknown."""

import pytest

from tapforge.lang.expression import Symbol
from tapforge.lang.rearrange import REARRANGING

ID = Symbol("aws_vpc.main").id


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("coalescelist", ([], [ID], ["b"]), [ID]),
        ("concat", ([ID], ["b"]), [ID, "b"]),
        ("element", ([ID, "b"], 3), "b"),
        ("keys", ({"b": ID, "a": 1},), ["a", "b"]),
        ("length", ([ID, ID],), 2),
        ("length", ({"a": ID},), 1),
        ("merge", ({"a": ID}, {"b": 1}), {"a": ID, "b": 1}),
        ("one", ([ID],), ID),
        ("one", ([],), None),
        ("toset", (["b", "a", "b"],), {"a", "b"}),
    ],
)
def test_elements_are_taken_as_they_are(function, arguments, expected):
    """Known or not."""
    found = REARRANGING[function](*arguments)
    # An expression is compared with nothing but itself.
    assert found is expected or found == expected


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("coalescelist", ([], [])),
        ("coalescelist", (None, ["a"])),
        ("concat", ([1], {2})),
        ("concat", ([1], ID)),
        ("element", ([], 0)),
        ("element", (["a"], -1)),
        ("element", (["a"], ID)),
        ("element", (["a"], True)),
        ("keys", (ID,)),
        ("length", ("text",)),
        ("length", (None,)),
        ("merge", ({"a": 1}, None)),
        ("one", ([1, 2],)),
        ("one", ({1},)),
        ("toset", ([1, "a"],)),
        ("toset", ([ID],)),
    ],
)
def test_what_is_not_sure_is_left_to_the_function_itself(function, arguments):
    """It knows what Terraform would refuse, and what types come to."""
    assert REARRANGING[function](*arguments) is NotImplemented
