"""What is lowered, before the real hashicorp/aws 3.39.0."""

import json
import platform
import sys
from pathlib import Path
from typing import Any

import pytest

from tapforge.lang.json_syntax import dumps
from tapforge.local.lowering import ProviderSchema, lower
from tapforge.local.program import find_terraform
from tapforge.local.provider import emulated, install, packaged_settings
from tapforge.local.terraform import Terraform
from tapforge.systems import project

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data"
EXAMPLES = sorted((DATA / "lowering").glob("*.json"))

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="the packaged provider is for Linux on x86-64",
    ),
]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ProviderSchema]:
    """Return the settings that install the provider, and its schema."""
    return install(tmp_path_factory.mktemp("provider"), find_terraform())


def validate(directory: Path, root: Path, settings: str) -> None:
    """Have the real Terraform and the real provider check a root module."""
    run_dir = directory / "run"
    run_dir.mkdir()
    terraform = Terraform(root, run_dir=run_dir, settings=settings)
    terraform.init("-backend=false")
    errors = [str(each) for each in terraform.validate() if each.severity == "error"]
    assert errors == []


def test_the_examples_are_valid(tmp_path: Path, installed: tuple[str, ProviderSchema]) -> None:
    """Each is a module of one root, so that the provider is started once."""
    settings, _ = installed
    required = {"aws": {"source": "hashicorp/aws", "version": "3.39.0"}}
    calls: dict[str, Any] = {}
    for file in EXAMPLES:
        document = json.loads(file.read_text())["lowered"]
        # Only a root may have these.
        root_only = {name: document.pop(name, None) for name in ("import", "provider")}
        assert bool(root_only["provider"]) == (file.stem == "settings")
        document["terraform"] = {"required_providers": {"aws": dict(required["aws"])}}
        if file.stem == "settings":
            document["terraform"]["required_providers"]["aws"]["configuration_aliases"] = [
                "aws.west"
            ]
        folder = tmp_path / "modules" / file.stem
        folder.mkdir(parents=True)
        (folder / "main.tf.json").write_text(dumps(document))
        calls[file.stem] = {"source": f"./modules/{file.stem}"}
    calls["settings"]["providers"] = {"aws": "aws", "aws.west": "aws.west"}
    main = {
        "terraform": {"required_providers": required},
        "provider": json.loads((DATA / "lowering/settings.json").read_text())["lowered"][
            "provider"
        ],
        "module": calls,
    }
    (tmp_path / "main.tf.json").write_text(dumps(main))

    validate(tmp_path, tmp_path, settings)


def test_the_cut_schema_is_the_providers_own(installed: tuple[str, ProviderSchema]) -> None:
    """What the unit tests lower to says of its types what the provider says."""
    cut = ProviderSchema("", json.loads((DATA / "aws-3.39.0-cut.schema.json").read_text()))
    _, real = installed
    kinds = (("resource", "resource_schemas"), ("data", "data_source_schemas"))
    for kind, key in kinds:
        for name in cut.document[key]:
            mine, theirs = cut.find(kind, name), real.find(kind, name)
            assert mine is not None
            assert theirs is not None
            assert mine.names() == theirs.names(), name
            assert mine.arguments() == theirs.arguments(), name
            assert mine.required() == theirs.required(), name
    assert cut.configuration().arguments() == real.configuration().arguments()


@pytest.mark.parametrize("name", sorted(project.find(ROOT).systems))
def test_every_system_is_lowered_to_what_the_provider_takes(
    tmp_path: Path, installed: tuple[str, ProviderSchema], name: str
) -> None:
    """The whole tree, with the settings by which the provider finds the emulator."""
    settings, schema = installed
    system = project.find(ROOT).system(name)
    bodies = [system.body, *(each.body for each in system.modules().values())]

    lowered = lower({body.document.name: body.document.files("x") for body in bodies}, schema)
    path = f"terraform/{name}"
    own = packaged_settings(schema, "http://127.0.0.1:1", "test", "test")
    modules = lowered.modules | {path: emulated(lowered.modules[path], own)}
    for module, files in modules.items():
        (tmp_path / module).mkdir(parents=True)
        for file, document in files.items():
            (tmp_path / module / file).write_text(dumps(document))
    for body in bodies:
        for file, make in body.attachments.items():
            (tmp_path / body.document.name / file).write_bytes(make("x"))

    validate(tmp_path, tmp_path / path, settings)
