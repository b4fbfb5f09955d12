"""What is remembered by the identity of values."""

from collections import UserDict

import pytest

from tapforge.lang import identity
from tapforge.lang.expression import Symbol
from tapforge.lang.identity import Memory, apart, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda: str(10**9), lambda: str(10**9)),
        (lambda: 10**30, lambda: 10**30),
        (lambda: ["a", ["b", 7]], lambda: ["a", ["b", 7]]),
        (lambda: {"a": {"b": [None, True]}}, lambda: {"a": {"b": [None, True]}}),
        (lambda: {"b", "a"}, lambda: {"a", "b"}),
        (list, list),
        (dict, dict),
    ],
)
def test_equal_values_are_one(one, other):
    """Texts, whole numbers, lists and maps, however deep."""
    assert same(one()) == one()
    assert same(one()) is same(other())


def test_a_tuple_is_a_list():
    """To Terraform there is no other; what stands in a set stays as it is."""
    assert same(("a", ["b"])) is same(["a", ["b"]])
    assert same({("a", 1)}) == {("a", 1)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        ([1], [True]),
        ([0.0], [-0.0]),
        ({"a": 1}, {"a": True}),
        ([["a"], []], [[], ["a"]]),
        ([], {}),
        ({"a": "b"}, ["a", "b"]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_values_of_other_types_and_orders_are_others(one, other):
    """They are written otherwise, or mean something else to Terraform."""
    assert same(one) is not same(other)


def test_what_was_given_may_be_changed_later():
    """A list or map is a copy."""
    given = {"ports": [80]}
    kept = same(given)
    given["ports"].append(443)
    assert kept == {"ports": [80]}
    assert same({"ports": [80]}) is kept


@pytest.mark.parametrize(
    ("given", "change"),
    [
        ({"a"}, lambda given: given.add("b")),
        (["x", {"a"}], lambda given: given[1].add("b")),
        (("x", ["a"]), lambda given: given[1].append("b")),
        (UserDict({"a": 1}), lambda given: given.update(b=2)),
    ],
)
def test_what_was_changed_is_another(given, change):
    """Of sets, of tuples that hold lists, of maps of any class."""
    kept = same(given)
    change(given)
    assert same(given) is not kept
    assert len(same(given)) + len(str(same(given))) > len(kept) + len(str(kept))


def test_a_copy_may_be_changed():
    """All that is in it, too."""
    kept = same({"ports": [80], "names": {"db": None}})
    copy = apart(kept)
    zones = same({"a"})
    apart(zones).add("b")
    assert same({"a"}) == {"a"}
    assert copy == kept
    copy["ports"].append(443)
    copy["names"]["db"] = "writer"
    assert same({"ports": [80], "names": {"db": None}}) == {"ports": [80], "names": {"db": None}}


def test_expressions_are_themselves():
    """Alone and in a list: two that look alike may have other values."""
    one, other = Symbol("aws_vpc.main"), Symbol("aws_vpc.main")
    assert same(one) is one
    assert same([one]) is same([one])
    assert same([one]) is not same([other])


def test_values_are_forgotten_when_there_are_too_many(monkeypatch):
    """Those that come then are known again."""
    monkeypatch.setattr(identity, "_KEPT", 3)
    monkeypatch.setattr(identity, "_values", {})
    for number in range(1000, 1010):
        assert same([number, str(number)]) is same([number, str(number)])
        assert len(identity._values) <= 3


def test_results_are_remembered_by_the_very_values():
    """Not by values that are equal."""
    memory = Memory()
    one, other = ["a"], ["a"]
    memory.put([one, 1], "result", "more")
    assert memory.get([one, 1])[:2] == ("result", "more")
    assert memory.get([other, 1]) is None
    assert memory.get([one]) is None


def test_a_value_lives_as_long_as_its_result():
    """No other can get its identity meanwhile."""
    memory = Memory()
    memory.put([["a"]], "result")
    assert all(memory.get([each]) is None for each in [["b"] for _ in range(100)])


def test_results_are_forgotten_when_there_are_too_many(monkeypatch):
    """All at once."""
    monkeypatch.setattr(identity, "_RESULTS", 2)
    memory = Memory()
    values = [[number] for number in range(3)]
    for value in values:
        memory.put([value], True)
    assert [memory.get([value]) is None for value in values] == [True, True, False]
    memory.clear()
    assert memory.get([values[2]]) is None
