"""The wrappers of Terraform's functions are those that the real Terraform's metadata make."""

import json
from pathlib import Path

import pytest

from tapforge.codegen.functions import generate
from tapforge.lang import functions
from tapforge.lang.evaluate import MODULES
from tapforge.local.terraform import Terraform

pytestmark = pytest.mark.terraform


@pytest.fixture(scope="module")
def metadata(tmp_path_factory):
    """Ask Terraform for the signatures of its functions."""
    root = tmp_path_factory.mktemp("functions")
    return json.loads(
        Terraform(root, run_dir=root).run("metadata", "functions", "-json").check().stdout
    )


def test_committed_module_is_what_terraform_says(metadata):
    """Generating anew gives the very same bytes."""
    assert generate(metadata) == Path(functions.__file__).read_text(encoding="utf-8")


def test_every_function_has_a_wrapper(metadata):
    """Nothing of Terraform is left out, and nothing is evaluated that Terraform lacks."""
    names = {name for name in metadata["function_signatures"] if "::" not in name}
    assert {name.rstrip("_") for name in functions.__all__} == names
    assert set(MODULES) <= names
