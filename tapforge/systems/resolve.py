"""A system's resources in one environment, computed in Python, as rules read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tapforge.lang import resolve as lang
from tapforge.lang.module import Module
from tapforge.rules.resource import Configuration, Resource
from tapforge.systems.system import System


def resolve(
    system: System[Any, Any],
    variables: Mapping[str, Any],
    *,
    environment: str = "",
    validate: bool = True,
) -> Configuration:
    """Compute every resource instance that a system means for given variables, without Terraform.

    Args:
        system: The system.
        variables: Values of its variables; those left out take their defaults.
        environment: What reports call the environment.
        validate: Whether to hold the values to their validations; False for values that are known to
            be valid.

    Raises:
        ResolveError: everything that Terraform would refuse.
    """
    return configuration(system, lang.resolve(system, variables, validate=validate), environment)


def configuration(
    system: Module[Any, Any], resolution: lang.Resolution, environment: str = ""
) -> Configuration:
    """Show what a system came to as rules read it.

    Args:
        system: The system, or a module alone.
        resolution: What it came to.
        environment: What reports call the environment.
    """
    name = f"{system.name} ({environment})" if environment else system.name
    return Configuration(tuple(map(_resource, resolution.instances)), resolution.inputs, name)


def _resource(instance: lang.Instance) -> Resource:
    lifecycle = instance.lifecycle
    known = ("prevent_destroy", "ignore_changes")
    return Resource(
        instance.values,
        address=instance.address,
        mode=instance.mode,
        type=instance.type,
        name=instance.name,
        lifecycle={name: getattr(lifecycle, name) for name in known} if lifecycle else {},
        accepted=instance.accepted,
    )
