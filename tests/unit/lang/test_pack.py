"""The packed schema of a provider."""

from pathlib import Path

import pytest

from tapforge import aws
from tapforge.lang.errors import TapforgeError
from tapforge.lang.pack import FILE_NAME, Pack


@pytest.fixture
def pack(box):
    """The pack of the small provider, not read yet."""
    return Pack(Path(box.__file__).with_name(FILE_NAME))


def test_a_pack_says_whose_it_is(pack):
    """The provider's address, name and version are in the pack."""
    assert pack.address == "registry.terraform.io/example/box"
    assert pack.name == "box"
    assert pack.version == "1.2.3"


def test_names_are_those_of_the_kind(pack):
    """Types are listed by kind, in alphabetical order; other kinds of schemas are left out."""
    assert pack.names("data") == ["box_crate", "box_lambda"]
    assert pack.names("ephemeral") == ["box_key"]
    assert pack.names("provider") == ["box"]
    assert pack.names("resource") == sorted(pack.names("resource"))


def test_classes_are_told_apart(pack):
    """Types whose names differ in underscores only have classes of different names."""
    classes = pack.classes("resource")
    assert classes["Crate2"] == "box_crate2"
    assert classes["Crate2_"] == "box_crate_2"
    assert classes["None_"] == "box_none"
    assert classes["OtherThing"] == "other_thing"


def test_the_provider_block_is_read_like_a_type(pack):
    """The provider's own configuration has a schema too."""
    assert set(pack.provider_block()["block"]["attributes"]) == {"region", "token"}


def test_an_unknown_type_is_named_with_the_closest(pack):
    """A misspelt type is an error that says which was meant."""
    with pytest.raises(
        TapforgeError, match=r'box_crat: .* has no such resource type; did you mean "box_crate"'
    ):
        pack.get("resource", "box_crat")


def test_a_provider_without_a_kind_has_no_names(tmp_path):
    """A kind that a provider does not have is empty."""
    file = tmp_path / "x.pack"
    file.write_bytes(b'{"format":1,"provider":"a/b/c","version":"","index":{}}\n')
    assert Pack(file).names("data") == []
    assert Pack(file).classes("data") == {}


def test_aws_is_6_62_0():
    """The models of AWS are those of the version the design names."""
    pack = Pack(Path(aws.__file__).with_name(FILE_NAME))
    assert (pack.address, pack.version) == ("registry.terraform.io/hashicorp/aws", "6.62.0")
