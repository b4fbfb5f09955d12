"""What is planned, filled in and carried over, by the schema alone."""

from typing import Any

import pytest

from tapforge.local.schema_provider import objects
from tapforge.local.schema_provider.objects import UNKNOWN

STRING = {"type": "string"}
COMPUTED = {**STRING, "computed": True}
EITHER = {**COMPUTED, "optional": True}
LEAF = {"attributes": {"given": {**STRING, "optional": True}, "made": EITHER}}


def nested(mode: str, body: dict[str, Any] = LEAF) -> dict[str, Any]:
    """A schema with one nested block and one nested attribute of a mode."""
    attribute_mode = "single" if mode == "group" else mode
    return {
        "attributes": {
            "object": {"optional": True, "nested_type": {"nesting_mode": attribute_mode, **body}}
        },
        "block_types": {"block": {"nesting_mode": mode, "block": body}},
    }


def several(mode: str, *values: Any) -> Any:
    """Values as a nesting mode keeps them."""
    match mode:
        case "single" | "group":
            return values[0]
        case "map":
            return {str(index): value for index, value in enumerate(values)}
        case _:
            return list(values)


def fill(name: str, _: Any, siblings: dict[str, Any]) -> str:
    """A value that says where it was made."""
    return f"{name} of {siblings['given']}"


def test_what_is_computed_and_not_given_is_unknown() -> None:
    """A given value stays, even where the provider could have made one."""
    block = {"attributes": {"id": COMPUTED, "name": EITHER, "zone": EITHER, "note": STRING}}

    plan = objects.planned(block, {"id": None, "name": "given", "zone": None, "note": None})

    assert plan == {"id": UNKNOWN, "name": "given", "zone": UNKNOWN, "note": None}


@pytest.mark.parametrize("mode", ["single", "group", "list", "set", "map"])
def test_nested_objects_are_planned_and_filled_in(mode: str) -> None:
    """Blocks and attributes of every nesting mode."""
    given = several(mode, {"given": "a", "made": None}, {"given": "b", "made": "c"})
    block = nested(mode)

    plan = objects.planned(block, {"object": given, "block": given})
    state = objects.applied(block, plan, fill)

    unknown = several(mode, {"given": "a", "made": UNKNOWN}, {"given": "b", "made": "c"})
    assert plan == {"object": unknown, "block": unknown}
    made = several(mode, {"given": "a", "made": "made of a"}, {"given": "b", "made": "c"})
    assert state == {"object": made, "block": made}


@pytest.mark.parametrize("value", [None, UNKNOWN])
def test_nested_objects_that_are_not_there_stay_away(value: Any) -> None:
    """Null stays null, and what is unknown as a whole stays so."""
    given = {"object": value, "block": value}

    assert objects.planned(nested("list"), given) == given


def test_a_write_only_value_is_nowhere() -> None:
    """Neither the plan nor the state has it."""
    block = {"attributes": {"secret": {**STRING, "optional": True, "write_only": True}}}

    assert objects.planned(block, {"secret": "x"}) == {"secret": None}
    assert objects.applied(block, {"secret": "x"}, fill) == {"secret": None}


def test_a_dynamic_null_counts_as_not_given() -> None:
    """A null that carries its type is null too."""
    block = {"attributes": {"any": {"type": "dynamic", "optional": True, "computed": True}}}

    assert objects.planned(block, {"any": [b'"string"', None]}) == {"any": UNKNOWN}
    assert objects.planned(block, {"any": [b'"string"', "x"]}) == {"any": [b'"string"', "x"]}


@pytest.mark.parametrize("mode", ["list", "map"])
def test_blocks_of_several_types_keep_them(mode: str) -> None:
    """Blocks that differ in type carry the type along."""
    value = {"object": None, "block": [b"type", several(mode, {"given": "a", "made": None})]}

    plan = objects.planned(nested(mode), value)

    assert plan["block"] == [b"type", several(mode, {"given": "a", "made": UNKNOWN})]


def test_a_read_fills_in_what_is_not_configured() -> None:
    """Data sources have no plan: their values are made at once."""
    config = {"given": "a", "made": None}

    assert objects.read(LEAF, config, fill) == {"given": "a", "made": "made of a"}


def test_an_empty_object_has_every_attribute() -> None:
    """Null attributes, no blocks; a group is always there."""
    block = {
        "attributes": {"id": STRING},
        "block_types": {
            mode: {"nesting_mode": mode, "block": LEAF}
            for mode in ("single", "group", "list", "set", "map")
        },
    }

    assert objects.empty(block) == {
        "id": None,
        "single": None,
        "group": {"given": None, "made": None},
        "list": [],
        "set": [],
        "map": {},
    }


@pytest.mark.parametrize(
    ("mode", "sent", "stored"),
    [
        ("list", [b'["tuple", []]', []], {"type": ["tuple", []], "value": []}),
        ("map", [b'["object", {}]', {}], {"type": ["object", {}], "value": {}}),
    ],
)
def test_no_blocks_that_may_differ_in_type_carry_a_type(mode: str, sent: Any, stored: Any) -> None:
    """As Terraform does, in its protocol and in its state files."""
    inner = {"nesting_mode": "single", "block": {"attributes": {"any": {"type": "dynamic"}}}}
    body = {"block_types": {"inner": inner}}
    block = {"block_types": {"block": {"nesting_mode": mode, "block": body}}}

    assert objects.empty(block) == {"block": sent}
    assert objects.completed(block, {}) == {"block": stored}


def test_a_stored_object_gets_what_its_schema_has_gained() -> None:
    """New attributes and blocks are added, inside nested blocks too; the rest stays."""
    block = nested("list", {**LEAF, **nested("set")})

    stored = {"object": None, "block": [{"given": "a", "object": None}]}

    assert objects.completed(block, stored) == {
        "object": None,
        "block": [{"given": "a", "object": None, "block": []}],
    }


def test_a_stored_list_of_several_types_is_left_alone() -> None:
    """A state file writes it as a value with its type."""
    body = {"attributes": {"any": {"type": "dynamic"}, "new": STRING}}
    stored = {"object": None, "block": {"value": [{}], "type": ["tuple", [["object", {}]]]}}

    assert objects.completed(nested("list", body), stored) == stored


INNER = nested("list")
SET = nested("set", {**INNER, "attributes": LEAF["attributes"] | INNER["attributes"]})
OLD = {"given": "a", "made": "m", "object": None, "block": [{"given": "x", "made": "y"}]}


@pytest.mark.parametrize(
    "proposed",
    [
        {"given": "a", "made": None, "object": None, "block": [{"given": "x", "made": None}]},
        {"given": "a", "made": "m", "object": None, "block": [{"given": "x", "made": None}]},
    ],
)
def test_an_element_of_a_set_keeps_its_computed_values(proposed: dict[str, Any]) -> None:
    """An element that says nothing else than the prior one is the prior one."""
    carried = objects.carried(SET, {"block": [OLD]}, {"block": [proposed]})

    assert carried == {"block": [OLD]}


@pytest.mark.parametrize(
    "proposed",
    [
        {"given": "b", "made": None, "object": None, "block": []},
        {"given": "a", "made": "other", "object": None, "block": OLD["block"]},
        {"given": "a", "made": None, "object": None, "block": []},
        {"given": "a", "made": None, "object": None, "block": [{"given": "z", "made": None}]},
        {"given": "a", "made": None, "object": None, "block": UNKNOWN},
    ],
)
def test_another_element_of_a_set_is_a_new_one(proposed: dict[str, Any]) -> None:
    """One configured difference, however deep, is enough."""
    carried = objects.carried(SET, {"block": [OLD]}, {"block": [proposed]})

    assert carried == {"block": [proposed]}


def test_only_sets_are_carried_over() -> None:
    """Terraform itself does the lists; a set that is not there is nothing to carry."""
    proposed = {"object": None, "block": [{"given": "a", "made": None}]}

    assert objects.carried(nested("list"), {"block": [OLD]}, proposed) == proposed
    assert objects.carried(SET, {"block": None}, {"block": None}) == {"block": None}


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("x", "string"),
        (True, "bool"),
        (1, "number"),
        (1.5, "number"),
        (["x"], ["list", "string"]),
        ([], ["set", "number"]),
        ({"a": "x"}, ["map", "string"]),
        ({"a": 1}, ["object", {"a": "number"}]),
    ],
)
def test_a_value_conforms_to_its_type(value: Any, type_: Any) -> None:
    """JSON values are told by their Python types."""
    assert objects.conforms(value, type_)


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (1, "string"),
        (None, "string"),
        (1, "bool"),
        (True, "number"),
        ([1], ["list", "string"]),
        ("x", ["set", "string"]),
        ({"a": 1}, ["map", "string"]),
        ({}, ["object", {"a": "number"}]),
        ({"a": "x"}, ["object", {"a": "number"}]),
        ("x", "dynamic"),
        ("x", None),
    ],
)
def test_a_value_of_another_type_does_not(value: Any, type_: Any) -> None:
    """Booleans are no numbers; what has no certain type never conforms."""
    assert not objects.conforms(value, type_)
