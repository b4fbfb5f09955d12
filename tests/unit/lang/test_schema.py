"""The schema of a type, read from its packed form."""

import json
from pathlib import Path

import pytest

from tapforge.codegen.shapes import pack_schema
from tapforge.lang.provider_package import pack_of
from tapforge.lang.schema import Schema, arguments_of


@pytest.fixture
def crate(box_schema):
    """A schema with everything a schema may have."""
    [provider] = box_schema["provider_schemas"].values()
    return Schema(pack_schema(provider["resource_schemas"]["box_crate"], "Crate"))


def test_attributes_say_what_the_provider_says(crate):
    """Required, optional, computed, sensitive, write-only, deprecated and description are kept."""
    attributes = crate.block.attributes
    assert attributes["name"].required
    assert attributes["name"].description == 'Its "name".'
    assert attributes["secret"].sensitive
    assert attributes["token_wo"].write_only
    assert attributes["old"].deprecated
    assert not attributes["id"].settable
    assert attributes["rule"].computed
    assert attributes["rule"].settable


def test_blocks_say_how_they_nest(crate):
    """A block that may stand once is single; one with a least number is required."""
    blocks = crate.block.blocks
    assert {name for name, block in blocks.items() if block.single} == {
        "cover",
        "door",
        "lid",
        "timeouts",
    }
    assert [name for name, block in blocks.items() if block.required] == ["sticker"]


def test_the_type_of_a_reference_has_attributes_and_blocks(crate):
    """A reference to a whole object has the type of all it holds, nested blocks included."""
    kind, members = crate.type()
    assert kind == "object"
    assert members["name"] == "string"
    assert members["lid"] == ["list", ["object", {"color": "string"}]]
    assert members["drawer"] == ["map", ["object", {"depth": "number"}]]
    assert members["door"] == ["object", {"hinges": "number"}]
    assert members["layout"][1]["cells"] == ["list", ["object", {"color": "string"}]]
    assert members["lock"] == ["list", "dynamic"]
    assert crate.type() is crate.type()


def test_objects_may_leave_out_what_their_schema_does_not_require(crate):
    """Members of an attribute's object are all optional; those of a nested type as it says."""
    assert not crate.shape("Rule").attributes["port"].required
    assert crate.shape("Layout").attributes["rows"].required


def test_arguments_have_the_names_of_python(crate):
    """Words of Python and of the language get an underscore, other names stay."""
    names = arguments_of(crate.block, ("count",))
    assert {"from_", "self_", "x_2fa", "count_", "label"} <= set(names)
    assert names["from_"].name == "from"


def test_a_packed_schema_expands_to_the_original(box):
    """What Terraform wrote of a type can be written out again, but for what means nothing."""
    written = pack_of(Path(box.__file__).parent).get("resource", "box_crate")
    assert written["version"] == 2
    blocks = written["block"]["block_types"]
    assert blocks["slot"]["block"]["block_types"]["filter"]["block"] == {
        "attributes": {"slots": {"type": "string", "optional": True}}
    }
    layout = written["block"]["attributes"]["layout"]["nested_type"]
    assert layout["attributes"]["cells"]["nested_type"]["nesting_mode"] == "list"
    assert "shape" not in json.dumps(written)
    assert written["block"]["attributes"]["rule"]["type"][0] == "set"
