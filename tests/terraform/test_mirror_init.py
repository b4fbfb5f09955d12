"""Terraform installs the packaged provider from the mirror."""

import json
import platform
import sys
from pathlib import Path

import pytest

from tapforge.local.mirror import mirror_aws_provider
from tapforge.local.terraform import Terraform, TerraformFailedError

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="the package is for Linux on x86-64",
    ),
]


def root(directory: Path, **sources: str) -> Path:
    """A root module that needs the providers of `sources`."""
    directory.mkdir()
    providers = {name: {"source": source} for name, source in sources.items()}
    document = {"terraform": {"required_providers": providers}}
    (directory / "main.tf.json").write_text(json.dumps(document))
    return directory


def test_init_takes_the_provider_from_the_mirror(tmp_path: Path) -> None:
    """No registry is asked, and the provider that is installed answers."""
    settings = mirror_aws_provider(tmp_path / "mirror")
    terraform = Terraform(
        root(tmp_path / "root", aws="hashicorp/aws"), run_dir=tmp_path, settings=settings
    )

    terraform.init()

    version = json.loads(terraform.run("version", "-json").stdout)
    assert version["provider_selections"] == {"registry.terraform.io/hashicorp/aws": "3.39.0"}
    assert terraform.validate() == ()


def test_another_provider_is_an_error_and_not_a_download(tmp_path: Path) -> None:
    """What the mirror does not have is missing, and said so."""
    settings = mirror_aws_provider(tmp_path / "mirror")
    terraform = Terraform(
        root(tmp_path / "root", random="hashicorp/random"), run_dir=tmp_path, settings=settings
    )

    with pytest.raises(TerraformFailedError, match=r"hashicorp/random: provider registry"):
        terraform.init()
