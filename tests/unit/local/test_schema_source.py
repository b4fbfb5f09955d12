"""Where schemas come from, and how much of them a configuration needs."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from tapforge.lang.errors import TapforgeError
from tapforge.local.schema_provider import SchemaDocument, read_schemas, subset, used_types

SCHEMA: dict[str, Any] = {"version": 0, "block": {"attributes": {"id": {"type": "string"}}}}
DOCUMENT = SchemaDocument(
    {
        "provider": {"block": {"attributes": {}}},
        "resource_schemas": {"g_tree": SCHEMA, "g_bed": SCHEMA},
        "data_source_schemas": {"g_soil": SCHEMA},
    }
)


@pytest.mark.parametrize("suffix", [".json", ".json.xz"])
def test_a_schema_document_is_read(tmp_path: Path, suffix: str) -> None:
    """Plain or compressed, by provider."""
    path = tmp_path / f"schema{suffix}"
    text = json.dumps({"provider_schemas": {"x/y/garden": DOCUMENT.schemas}}).encode()
    path.write_bytes(lzma.compress(text) if suffix.endswith(".xz") else text)

    source = read_schemas(path)["x/y/garden"]

    assert source == DOCUMENT
    assert set(source.names("resource")) == {"g_tree", "g_bed"}
    assert set(source.names("ephemeral")) == set()
    assert source.get("data", "g_soil") == SCHEMA


def test_a_provider_without_a_configuration_has_an_empty_block() -> None:
    """Not every provider has one."""
    assert SchemaDocument({}).provider_block() == {"block": {}}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"provider_schemas": 1}'])
def test_anything_else_is_an_error_that_says_how_to_get_one(tmp_path: Path, text: str) -> None:
    """The message names the file and the command."""
    path = tmp_path / "schema.json"
    path.write_text(text)

    with pytest.raises(TapforgeError, match=r"schema\.json: .*terraform providers schema -json > "):
        read_schemas(path)


def test_a_missing_or_damaged_file_is_the_same_error(tmp_path: Path) -> None:
    """No traceback for a wrong path or a broken archive."""
    (tmp_path / "broken.xz").write_bytes(b"no archive")

    for name in ("missing.json", "broken.xz"):
        with pytest.raises(TapforgeError, match=name):
            read_schemas(tmp_path / name)


def test_only_used_types_are_served() -> None:
    """Serving little makes every command of Terraform faster; others serve their own types."""
    document = subset(DOCUMENT, {"resource": {"g_bed", "terraform_data"}})

    assert document == {
        "provider": {"block": {"attributes": {}}},
        "resource_schemas": {"g_bed": SCHEMA},
        "data_source_schemas": {},
        "ephemeral_resource_schemas": {},
    }


@pytest.mark.parametrize("used", [None, {"resource": {"g_bed", "g_tre"}}])
def test_all_types_are_served_when_in_doubt(used: Any) -> None:
    """For a misspelt type Terraform proposes the nearest of those it is told."""
    assert set(subset(DOCUMENT, used)["resource_schemas"]) == {"g_tree", "g_bed"}


def test_an_opaque_block_takes_anything() -> None:
    """It is served as an attribute of any type, in lists instead of sets."""
    opaque = {"nesting_mode": "list", "block": {"opaque": True}}
    plain = {"nesting_mode": "set", "block": {"attributes": {}}}
    rule = {"nesting_mode": "set", "block": {"block_types": {"statement": opaque, "plain": plain}}}
    one = {"nesting_mode": "single", "block": {"block_types": {"rule": rule}}}
    schemas = {"resource_schemas": {"g_wall": {"block": {"block_types": {"one": one}}}}}

    served = subset(SchemaDocument(schemas), None)["resource_schemas"]["g_wall"]["block"]

    assert served["block_types"]["one"]["nesting_mode"] == "single"
    inner = served["block_types"]["one"]["block"]["block_types"]["rule"]
    assert inner["nesting_mode"] == "list"
    assert inner["block"]["attributes"] == {"statement": {"type": "dynamic", "optional": True}}
    assert inner["block"]["block_types"] == {"plain": plain}


def write(path: Path, document: Any) -> None:
    """Write a document into a directory that may not exist yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))


def test_types_are_found_in_the_root_and_in_its_modules(tmp_path: Path) -> None:
    """Objects and arrays of objects, checks, modules of modules; a circle ends."""
    write(
        tmp_path / "root" / "main.tf.json",
        [
            {"resource": [{"a_one": {"x": {}}}, {"a_two": {"x": {}}}], "data": {"//": "note"}},
            {"check": {"health": {"data": {"d_one": {"x": {}}}}}, "locals": []},
            {"module": {"m": {"source": "../modules/m"}, "same": [{"source": "../modules/m"}]}},
        ],
    )
    write(
        tmp_path / "modules" / "m" / "main.tf.json",
        {"ephemeral": {"e_one": {"x": {}}}, "module": {"root": {"source": "../../root"}}},
    )

    assert used_types(tmp_path / "root") == {
        "resource": {"a_one", "a_two"},
        "data": {"d_one"},
        "ephemeral": {"e_one"},
    }


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("main.tf", 'resource "a" "b" {}'),
        ("broken.tf.json", "{"),
        ("main.tf.json", {"module": {"m": {"source": "terraform-aws-modules/vpc/aws"}}}),
        ("main.tf.json", {"module": {"m": {"source": 1}}}),
    ],
)
def test_types_are_not_told_without_reading_like_terraform(
    tmp_path: Path, name: str, document: Any
) -> None:
    """HCL, broken JSON and modules from elsewhere are left to Terraform."""
    write(tmp_path / name, document)

    assert used_types(tmp_path) is None
