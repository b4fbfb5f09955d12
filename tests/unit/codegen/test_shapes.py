"""Equal shapes and their names."""

from tapforge.codegen.shapes import object_members, pack_schema


def nested(*blocks, **attributes):
    """Make a block's schema."""
    return {
        "attributes": {
            name: {"type": type_, "optional": True} for name, type_ in attributes.items()
        },
        "block_types": {name: {"nesting_mode": "list", "block": block} for name, block in blocks},
    }


def pack(*blocks, own="Own"):
    """Pack a type of these blocks."""
    return pack_schema({"block": nested(*blocks)}, own)


def test_a_type_without_blocks_has_no_shapes():
    """Nothing is written that says nothing."""
    packed = pack_schema(
        {"block": {"attributes": {"a": {"type": "string", "optional": False}}}}, "X"
    )
    assert packed == {"block": {"attributes": {"a": {"type": "string"}}}}


def test_equal_shapes_are_kept_once():
    """Descriptions do not make shapes differ, and another name of a shape is just a name."""
    described = nested(color="string")
    described["attributes"]["color"]["description"] = "Red or blue."
    packed = pack(("lid", nested(color="string")), ("cover", described))
    assert isinstance(packed["shapes"]["Cover"], dict)
    assert packed["shapes"]["Lid"] == "Cover"
    assert packed["block"]["block_types"]["lid"]["shape"] == "Lid"


def test_an_attribute_called_description_makes_a_difference():
    """Only texts of the provider are ignored, not attributes of that name."""
    packed = pack(("a", nested(description="string")), ("b", nested(description="number")))
    assert isinstance(packed["shapes"]["B"], dict)


def test_the_nearest_shape_has_the_short_name():
    """A block inside a block of a different shape gets its parent's name."""
    packed = pack(("filter", nested(a="string")), ("rule", nested(("filter", nested(b="string")))))
    assert set(packed["shapes"]) == {"Filter", "Rule", "RuleFilter"}
    assert "a" in packed["shapes"]["Filter"]["attributes"]


def test_equally_near_shapes_of_one_name_all_get_longer_names():
    """No block's name depends on which comes first in the alphabet."""
    packed = pack(
        ("left", nested(("filter", nested(a="string")))),
        ("right", nested(("filter", nested(b="string")))),
    )
    assert set(packed["shapes"]) == {"Left", "Right", "LeftFilter", "RightFilter"}


def test_names_never_collide():
    """Joined names that happen to be equal, and the type's own name, get a number."""
    packed = pack(
        ("a_b", nested(("c", nested(x="string")))),
        ("a_b_c", nested(y="string")),
        ("a_b_c2", nested(z="string")),
        ("c", nested(z="number")),
        ("own", nested(z="bool")),
    )
    assert set(packed["shapes"]) == {"AB", "ABC", "ABC2", "ABC3", "C", "Own2"}
    assert "x" in packed["shapes"]["ABC3"]["attributes"]


def test_objects_inside_types_are_shapes():
    """The objects of an attribute's type have a class, however deep they are."""
    assert object_members(["map", ["list", ["object", {"a": "string"}]]]) == {"a": "string"}
    assert object_members(["tuple", ["string"]]) is None
    assert object_members(["list", "string"]) is None
    assert object_members("string") is None
