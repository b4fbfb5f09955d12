"""Every type of hashicorp/aws 6.62.0."""

import importlib
from pathlib import Path

import jsonschema
import pytest

from tapforge import aws
from tapforge.codegen.json_schema import json_schema
from tapforge.lang.provider_package import pack_of
from tapforge.testing.examples import example

PACK = pack_of(Path(aws.__file__).parent)
MODULES = {
    "provider": "tapforge.aws",
    "resource": "tapforge.aws",
    "data": "tapforge.aws.data",
    "ephemeral": "tapforge.aws.ephemeral",
}
COUNTS = {"provider": 1, "resource": 1711, "data": 679, "ephemeral": 10}


def classes(kind):
    """Give every class of a kind, with the name of its type."""
    module = importlib.import_module(MODULES[kind])
    for name, type_name in PACK.classes(kind).items():
        yield getattr(module, name), type_name


@pytest.mark.parametrize("kind", MODULES)
def test_every_type_is_importable(kind):
    """Each type of the provider has a class in the module of its kind."""
    found = list(classes(kind))
    assert len(found) == COUNTS[kind]
    assert {class_._tf_type for class_, _ in found} == set(PACK.names(kind))


@pytest.mark.parametrize("kind", MODULES)
@pytest.mark.parametrize("whole", [False, True], ids=["required", "whole"])
def test_renderings_validate_against_the_schema(kind, whole):
    """The JSON of each type, with required and with all arguments, is what its schema says."""
    for class_, type_name in classes(kind):
        body = example(class_, whole=whole)._tf_body()
        validator = jsonschema.Draft202012Validator(json_schema(kind, PACK.schema(kind, type_name)))
        problems = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(body)]
        assert not problems, (type_name, problems)
