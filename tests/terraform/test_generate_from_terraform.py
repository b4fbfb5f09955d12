"""Packages generated from what the real Terraform says of real providers."""

import importlib
import json
import platform
import sys
from pathlib import Path

import jsonschema
import pytest

import tapforge.builtin
from tapforge.codegen.generate import generate
from tapforge.codegen.json_schema import json_schema
from tapforge.lang.expression import hcl
from tapforge.lang.json_syntax import dumps
from tapforge.lang.model import DeprecatedArgumentWarning, fields
from tapforge.lang.provider_package import pack_of
from tapforge.local.diagnostics import errors_of
from tapforge.local.mirror import mirror_aws_provider, only_from
from tapforge.local.offline import offline_terraform
from tapforge.local.terraform import Terraform
from tapforge.testing.examples import example

pytestmark = pytest.mark.terraform


def schema_of(folder, document, settings):
    """Ask Terraform for the schemas of the providers that a root module needs."""
    root = folder / "root"
    root.mkdir()
    (root / "main.tf.json").write_text(json.dumps(document))
    terraform = Terraform(root, run_dir=folder, settings=settings)
    terraform.init()
    file = folder / "schema.json"
    file.write_text(terraform.run("providers", "schema", "-json").check().stdout)
    return file


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Generate a package and import it."""

    def make(file, name, **options):
        generate(file, name, root=tmp_path, **options)
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return make


def test_the_builtin_provider_has_models(tmp_path, package):
    """terraform_data and terraform_remote_state become classes, and Terraform takes what they write."""
    document = {"resource": {"terraform_data": {"x": {}}}}
    file = schema_of(tmp_path, document, only_from(tmp_path / "none"))
    builtin = package(file, "builtin_models")
    shipped = pack_of(Path(tapforge.builtin.__file__).parent)
    assert pack_of(tmp_path / "builtin_models").get("resource", "terraform_data") == shipped.get(
        "resource", "terraform_data"
    ), "make tapforge.builtin anew: see CONTRIBUTING.md"
    data = builtin.Data("store", input={"a": [1, "${text}"]}, triggers_replace=["b"])
    assert hcl(data.output) == "terraform_data.store.output"
    state = builtin.data.RemoteState("other", backend="local", config={"path": "x.tfstate"})
    document = {
        "resource": {"terraform_data": {"store": data._tf_body()}},
        "data": {"terraform_remote_state": {"other": state._tf_body()}},
    }
    root = tmp_path / "again"
    root.mkdir()
    (root / "main.tf.json").write_text(dumps(document))
    with offline_terraform(root, schemas={}) as terraform:
        assert terraform.validate() == ()


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="the packaged provider is for Linux on x86-64",
)
@pytest.mark.filterwarnings("ignore::tapforge.lang.model.DeprecatedArgumentWarning")
def test_a_downloaded_provider_has_models(tmp_path, package):
    """All types of the packaged provider 3.39.0, with what only a provider itself can tell."""
    document = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}}
    file = schema_of(tmp_path, document, mirror_aws_provider(tmp_path / "mirror"))
    old = package(file, "aws_3_39", version="3.39.0")
    pack = pack_of(Path(old.__file__).parent)
    assert (len(pack.names("resource")), len(pack.names("data"))) == (711, 246)
    assert fields(old.DbInstance)["password"].sensitive
    with pytest.warns(DeprecatedArgumentWarning, match="rotation_lambda_arn is deprecated"):
        old.SecretsmanagerSecret("x", rotation_lambda_arn="arn:aws:lambda:eu-west-1:1:function:f")
    for kind, module in (("provider", old), ("resource", old), ("data", old.data)):
        for name, type_name in pack.classes(kind).items():
            body = example(getattr(module, name), whole=True)._tf_body()
            schema = json_schema(kind, pack.schema(kind, type_name))
            errors = list(jsonschema.Draft202012Validator(schema).iter_errors(body))
            assert not errors, (type_name, errors)
    blocks = {
        t: {"x": example(getattr(old, n))._tf_body()} for n, t in pack.classes("resource").items()
    }
    root = tmp_path / "again"
    root.mkdir()
    (root / "main.tf.json").write_text(dumps({**document, "resource": blocks}))
    with offline_terraform(root, schemas={pack.address: pack}) as terraform:
        assert errors_of(terraform.validate()) == ()
