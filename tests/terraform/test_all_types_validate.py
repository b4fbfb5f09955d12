"""Every type of hashicorp/aws 6.62.0, checked by the real Terraform against the provider's schema."""

import importlib
from pathlib import Path

import pytest

from tapforge import aws
from tapforge.lang.json_syntax import dumps
from tapforge.lang.provider_package import pack_of
from tapforge.local.diagnostics import errors_of
from tapforge.local.offline import offline_plan, offline_terraform
from tapforge.testing.examples import example

pytestmark = pytest.mark.terraform

PACK = pack_of(Path(aws.__file__).parent)
MODULES = {
    "resource": "tapforge.aws",
    "data": "tapforge.aws.data",
    "ephemeral": "tapforge.aws.ephemeral",
}
CHUNK = 450
SETTINGS = {"required_providers": {"aws": {"source": "hashicorp/aws"}}}


def chunks():
    """Divide the types into documents that Terraform reads in seconds."""
    for kind in MODULES:
        names = PACK.names(kind)
        for start in range(0, len(names), CHUNK):
            yield pytest.param(kind, names[start : start + CHUNK], id=f"{kind}-{start}")


def write(root, kind, names, *, whole):
    """Write a root module with one block of each type."""
    module = importlib.import_module(MODULES[kind])
    classes = {type_name: name for name, type_name in PACK.classes(kind).items()}
    blocks = {
        name: {"example": example(getattr(module, classes[name]), whole=whole)._tf_body()}
        for name in names
    }
    provider = {} if not whole else example(aws.Provider, whole=True)._tf_body()
    document = {"terraform": SETTINGS, "provider": {"aws": provider}, kind: blocks}
    (root / "main.tf.json").write_text(dumps(document))


@pytest.mark.parametrize(("kind", "names"), list(chunks()))
def test_terraform_plans_every_type(tmp_path, kind, names):
    """What the models write with required arguments is valid to Terraform, and can be planned."""
    write(tmp_path, kind, names, whole=False)
    plan = offline_plan(tmp_path).document
    if kind == "resource":
        assert {change["type"] for change in plan["resource_changes"]} == set(names)


@pytest.mark.parametrize(("kind", "names"), list(chunks()))
def test_terraform_finds_every_argument_valid(tmp_path, kind, names):
    """What the models write with every argument in every nested block is valid to Terraform."""
    write(tmp_path, kind, names, whole=True)
    with offline_terraform(tmp_path) as terraform:
        assert [str(error) for error in errors_of(terraform.validate())] == []


def test_terraform_would_find_what_is_not_valid(tmp_path):
    """The checks are real: an argument too many, one too few and a wrong type are found."""
    names = {
        "aws_vpc": {"cidr_blok": "10.0.0.0/16"},
        "aws_rds_cluster": {},
        "aws_subnet": {"vpc_id": ["a"]},
    }
    blocks = {name: {"example": body} for name, body in names.items()}
    (tmp_path / "main.tf.json").write_text(dumps({"terraform": SETTINGS, "resource": blocks}))
    with offline_terraform(tmp_path) as terraform:
        assert len(errors_of(terraform.validate())) == len(names)
