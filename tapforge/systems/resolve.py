"""A system's resources in one environment, computed in Python, as rules read them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from tapforge import aws
from tapforge.lang import resolve as lang
from tapforge.lang.bind import Bound, always
from tapforge.lang.expression import Expression
from tapforge.lang.identity import same
from tapforge.lang.module import Module
from tapforge.rules.resource import Configuration, Resource
from tapforge.systems.system import System

_ANY = object()
"""Stands for all default tags, where a resource takes none."""


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
    tags = _default_tags(system, resolution.inputs) if isinstance(system, System) else None
    resources = tuple(
        [
            shown[1]
            if (shown := each.shown) and (shown[0] is tags or shown[0] is _ANY)
            else _shown(each, tags)
            for each in resolution.instances
        ]
    )
    return Configuration(resources, resolution.inputs, name)


def _default_tags(system: System[Any, Any], inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the tags that the provider adds to all resources; None if that is not known."""
    scope = {f"var.{name}": value for name, value in inputs.items()}
    every = [make(scope) for make in _compiled_tags(system)]
    # Which of several configurations a resource has does not matter if they add the same.
    known = all(isinstance(each, dict) and each == every[0] for each in every)
    return same(every[0]) if known else None


@functools.cache
def _compiled_tags(system: System[Any, Any]) -> list[Bound]:
    return [
        always(block.tags)
        for provider in system.body.document.of(aws.Provider)
        for block in provider.default_tags or [aws.Provider.DefaultTags(tags={})]
    ]


def _shown(instance: lang.Instance, default_tags: dict[str, Any] | None) -> Resource:
    values = instance.values
    depends: Any = _ANY
    if "tags_all" in instance.model._tf_block.attributes:  # noqa: SLF001
        depends = default_tags
        tags = values.get("tags")
        if default_tags is not None and not isinstance(tags, Expression):
            values = values | {"tags_all": default_tags | (tags or {})}
    resource = Resource(
        values,
        address=instance.address,
        mode=instance.mode,
        type=instance.type,
        name=instance.name,
        lifecycle=instance.lifecycle,
        accepted=instance.accepted,
    )
    # An instance is in many environments, as what most blocks come to is the same there.
    instance.shown = depends, resource
    return resource
