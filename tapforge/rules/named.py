"""The names in a configuration: every argument that AWS takes for the name of something."""

from __future__ import annotations

import functools
from typing import NamedTuple

from tapforge.facts import names
from tapforge.facts.names import NameRule
from tapforge.rules.resource import Block, Configuration, Resource


class Named(NamedTuple):
    """A name that is known.

    Attributes:
        resource: The resource that it is given in.
        block: The resource itself, or the block of it that holds the argument.
        argument: The argument; ``_prefix`` ends it where the provider puts more behind the name.
        name: The name.
        known: What AWS asks of it.
    """

    resource: Resource
    block: Block
    argument: str
    name: str
    known: NameRule

    @property
    def path(self) -> str:
        """The path of the argument inside the resource."""
        return f"{self.block.place}{self.argument}"


def named(configuration: Configuration) -> list[Named]:
    """Give the names of all resources; ask for them with `Configuration.once`."""
    found = []
    for resource in configuration.resources:
        if resource.mode == "resource":
            for block, argument, known in arguments(resource.type):
                for place in resource.blocks(block) if block else (resource,):
                    name = place.values.get(argument)
                    if name.__class__ is str and name:
                        found.append(Named(resource, place, argument, name, known))
    return found


@functools.cache
def arguments(type_: str) -> tuple[tuple[str, str, NameRule], ...]:
    """Give the arguments of a type that take a name, or the beginning of one: block, argument, rule."""
    found = []
    for path, known in names.by_type().get(type_, ()):
        block, _, argument = path.rpartition(".")
        found += [(block, each, known) for each in (argument, f"{argument}_prefix")]
    return tuple(found)
