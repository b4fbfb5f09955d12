"""What a system or module comes to, for tests: its resources by address, its outputs, its inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tapforge.lang import resolve as lang
from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.lang.module import Module
from tapforge.rules.resource import KEY, Configuration, Resource
from tapforge.systems.environment import load
from tapforge.systems.project import find
from tapforge.systems.resolve import configuration
from tapforge.systems.system import System

_KEY = re.compile(f"{KEY}$")


class AddressError(TapforgeError, KeyError):
    """There is no resource at an address."""

    def __str__(self) -> str:
        # A KeyError would quote it.
        return str(self.args[0])


class Resolved(Mapping[str, Resource]):
    """Every resource instance that a system or module means for some values, by its address.

    ``resolved["module.aurora.aws_rds_cluster.main"]`` gives a `Resource`: ``known("port")`` is an
    argument's value, ``unknown("vpc_id")`` tells that only AWS will know it, ``blocks("parameter")`` are
    its blocks. Data sources are there too, at ``data.aws_partition.current``.

    Attributes:
        configuration: The same as rules read it.
        inputs: The value of each input, defaults included.
        outputs: The value of each output; an expression where only AWS will know it.
    """

    def __init__(self, configuration: Configuration, resolution: lang.Resolution) -> None:
        self.configuration = configuration
        self.inputs: Mapping[str, Any] = resolution.inputs
        self.outputs: Mapping[str, Any] = resolution.outputs
        self._resources = {each.address: each for each in configuration.resources}

    def __getitem__(self, address: str) -> Resource:
        """Give the resource at an address.

        Raises:
            AddressError: there is none; it names the closest address, or the instances of a resource.
        """
        if address in self._resources:
            return self._resources[address]
        instances = [each for each in self._resources if _KEY.sub("", each) == address]
        hint = f"one of: {', '.join(instances)}" if instances else closest(address, self)
        place = f'{self.configuration.name or "module"}: address "{address}"'
        raise AddressError(Problem(place, "there is no such resource", hint))

    def __iter__(self) -> Iterator[str]:
        return iter(self._resources)

    def __len__(self) -> int:
        return len(self._resources)

    def of(self, *types: str) -> list[Resource]:
        """Give the resources of some types; data sources are called ``data.aws_vpc``."""
        return list(self.configuration.of(*types))

    def instances(self, address: str) -> list[Resource]:
        """Give the instances of a resource with ``count`` or ``for_each``, in order; maybe none.

        Args:
            address: The resource's, without a key: ``module.aurora.aws_rds_cluster_instance.reader``.
        """
        return [each for name, each in self._resources.items() if _KEY.sub("", name) == address]


def resolve(
    module: Module[Any, Any] | str,
    variables: Mapping[str, Any] | None = None,
    *,
    environment: str = "",
    folder: Path | None = None,
) -> Resolved:
    """Compute every resource instance that a system or module means, without Terraform.

    Args:
        module: The system, or a module; or the name of a system of the project.
        variables: Values of its variables; those left out have the values of the environment, or else
            their defaults.
        environment: An environment of the project, whose file gives values.
        folder: The project's folder, or one below it; by default the current one.

    Raises:
        ResolveError: everything that Terraform would refuse.
        ProjectError: there is no such project or system.
        EnvironmentFileError: everything that is wrong with the environment's files.
    """
    project = find(folder or Path()) if environment or isinstance(module, str) else None
    given = dict(variables or {})
    if project and isinstance(module, str):
        module = project.system(module)
    assert isinstance(module, Module)  # noqa: S101 - a name has been looked up
    if project and environment:
        if not isinstance(module, System):
            raise TypeError(f"module {module.name} has no environments, only systems have")
        given = load(project, module, environment).variables | given
    resolution = lang.resolve(module, given)
    return Resolved(configuration(module, resolution, environment), resolution)
