"""The JSON Schema of a block's JSON."""

from pathlib import Path

import jsonschema
import pytest

from tapforge.codegen.json_schema import json_schema
from tapforge.lang.provider_package import pack_of
from tapforge.testing.examples import example

pytestmark = pytest.mark.filterwarnings("ignore::tapforge.lang.model.DeprecatedArgumentWarning")

STICKERS = [{"text": "a"}, {"text": "b"}]
LIFECYCLE = {
    "precondition": [{"condition": "${x}", "error_message": "No."}],
    "ignore_changes": "all",
}


@pytest.fixture
def check(box):
    """Validate the body of a crate, or of another type."""
    pack = pack_of(Path(box.__file__).parent)

    def validate(body, kind="resource", type_name="box_crate"):
        schema = json_schema(kind, pack.schema(kind, type_name))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        return [error.json_path for error in validator.iter_errors(body)]

    return validate


def test_examples_conform(box, check):
    """What the models write is what the schema describes."""
    assert check(example(box.Crate)._tf_body()) == []
    body = example(box.Crate, whole=True)._tf_body()
    assert body.pop("_") == {"count": 1}
    assert check(body) == []
    assert check(example(box.Provider, alias="a")._tf_body(), "provider", "box") == []


@pytest.mark.parametrize(
    "more",
    [
        {"size": "${var.size}", "open": "%{ if x }true%{ endif }", "tags": "${var.tags}"},
        {"count": 2, "depends_on": ["a.b"], "provider": "box.west", "lifecycle": LIFECYCLE},
        {"for_each": {"a": 1}, "//": "why", "connection": {"type": "ssh"}},
        {"for_each": "${toset(x)}", "provisioner": [{"local-exec": {"command": "true"}}]},
        {"dynamic": {"slot": {"for_each": "${x}", "content": {"width": 1}}}},
        {"dynamic": {"slot": [{"for_each": "${x}", "content": {"width": 1}}] * 2}},
        {"rule": [{"port": None, "notes": [{"text": None}]}]},
        {"rule": "${var.rules}", "pair": ["a", 1]},
        {"lock": [{"anything": {"at": "all"}}], "slot": {"width": 1}},
    ],
)
def test_what_terraform_reads_conforms(check, more):
    """Templates stand for values, dynamic blocks for blocks, and meta-arguments are known."""
    assert check({"name": "n", "sticker": STICKERS, **more}) == []


def test_required_blocks_may_be_dynamic(check):
    """A required block is there if Terraform makes it."""
    dynamic = {"sticker": {"for_each": "${x}", "content": {"text": "a"}, "iterator": "it"}}
    assert check({"name": "n", "dynamic": dynamic}) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"nam": "x"}, "$"),
        ({"id": "x"}, "$"),
        ({"name": ["x"]}, "$.name"),
        ({"name": None}, "$.name"),
        ({"size": "many"}, "$.size"),
        ({"open": 1}, "$.open"),
        ({"labels": "x"}, "$.labels"),
        ({"tags": {"a": ["b"]}}, "$.tags"),
        ({"lid": [{"color": "x"}]}, "$.lid"),
        ({"slot": []}, "$.slot"),
        ({"slot": [{"width": 1}] * 4}, "$.slot"),
        ({"slot": [{}]}, "$.slot"),
        ({"slot": {}}, "$.slot"),
        ({"sticker": [{"text": "a"}]}, "$.sticker"),
        ({"sticker": {"text": "a"}}, "$.sticker"),
        ({"sticker": [{"text": "a"}, {}]}, "$.sticker[1]"),
        ({"drawer": {"top": {"depht": 1}}}, "$.drawer.top"),
        ({"rule": [{"port": 1}]}, "$.rule"),
        ({"depends_on": ["${a.b}"]}, "$.depends_on[0]"),
        ({"for_each": ["a"]}, "$.for_each"),
        ({"lifecycle": {"prevent_destroy": "${x}"}}, "$.lifecycle.prevent_destroy"),
        ({"dynamic": {"slott": {}}}, "$.dynamic"),
        ({"dynamic": {"slot": {"for_each": "${x}", "content": {}}}}, "$.dynamic.slot"),
    ],
)
def test_what_terraform_refuses_does_not_conform(check, change, place):
    """Unknown, missing, mistyped, too many or too few: each is found in its place."""
    assert check({"name": "n", "sticker": STICKERS, **change}) == [place]


def test_missing_arguments_are_found(check):
    """A required attribute and a required block are both required."""
    assert check({}) == ["$", "$"]


def test_data_sources_have_no_provisioners(check):
    """Each kind of block has its own meta-arguments."""
    assert check({"count": 1}, "data", "box_crate") == []
    assert check({"provisioner": []}, "data", "box_crate") == ["$"]
