"""A module on its way from one version of a provider to an older one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, cast

import attrs

from tapforge.lang.errors import Problem
from tapforge.local.lowering.schema import BlockSchema, Kind, ProviderSchema
from tapforge.local.lowering.template import Traversal

Files = Mapping[str, Mapping[str, Any]]
"""The files of a module by name, each a document in Terraform's JSON syntax."""

PREFIX = "aws_"
_KINDS: tuple[Kind, ...] = ("data", "ephemeral", "resource")


@attrs.frozen
class Change:
    """What the lowered module has otherwise than the rendered one.

    Attributes:
        module: The module, such as `modules/aurora`.
        address: The block in it, such as `aws_rds_cluster.main`.
        argument: The argument, such as `rule.filter`; empty for the whole block.
        done: What became of it.
        reason: Why.
    """

    module: str
    address: str
    argument: str
    done: Literal["left out", "rewritten"]
    reason: str

    def __str__(self) -> str:
        place = f"{self.address}.{self.argument}" if self.argument else self.address
        return f"{self.module}: {place} {self.done}: {self.reason}"


@attrs.define(eq=False)
class Block:
    """A resource, data source or ephemeral resource.

    Attributes:
        kind: Which of these.
        type: Its type, such as `aws_vpc`.
        name: Its name in the module.
        body: What stands in it.
        file: The file it stands in.
    """

    kind: Kind
    type: str
    name: str
    body: dict[str, Any]
    file: str

    @property
    def address(self) -> str:
        """How the module refers to it."""
        return address_of(self.kind, self.type, self.name)

    def instances(self) -> dict[str, Any]:
        """The arguments that say how many there are of it: `count` or `for_each`, or none."""
        return {name: self.body[name] for name in ("count", "for_each") if name in self.body}


@attrs.frozen
class Reference:
    """A reference to a block of a provider.

    Attributes:
        kind: Its kind.
        type: Its type.
        name: Its name in the module.
        index: Which of its instances: `[count.index]`, `[*]`, or nothing.
        attribute: The attribute that is read; empty for the whole object.
        rest: What is read of that attribute, such as `[0].secret_arn`.
    """

    kind: Kind
    type: str
    name: str
    index: str
    attribute: str
    rest: str

    @classmethod
    def of(cls, traversal: Traversal) -> Reference | None:
        """Read a traversal as one; None if it leads to no block of the AWS provider."""
        names = [traversal.root, *traversal.steps]
        kind: Kind = "resource"
        if names[0] in ("data", "ephemeral"):
            kind = cast("Kind", names.pop(0))
        if len(names) < 2 or not names[0].lstrip(".").startswith(PREFIX) or names[1][0] != ".":
            return None
        type_, name, *steps = names
        index = ""
        while steps and (steps[0][0] == "[" or steps[0] == ".*" or steps[0][1:].isdigit()):
            index += steps.pop(0)
        attribute = steps.pop(0)[1:] if steps else ""
        return cls(kind, type_.lstrip("."), name[1:], index, attribute, "".join(steps))

    @property
    def address(self) -> str:
        """The block it leads to."""
        return address_of(self.kind, self.type, self.name)

    @property
    def splat(self) -> bool:
        """Whether it reads the attribute of all instances at once."""
        return "*" in self.index

    def to(self, address: str, attribute: str | None = None) -> str:
        """The same reference to another block, or to another attribute.

        Args:
            address: The block.
            attribute: The attribute; by default the same.
        """
        name = self.attribute if attribute is None else attribute
        return f"{address}{self.index}{f'.{name}' if name else ''}{self.rest}"


Redirect = Callable[[Reference], str | None]
"""Gives the text of a reference in the lowered module; None if it stays."""


def address_of(kind: Kind, type_name: str, name: str) -> str:
    """How a module refers to a block."""
    return f"{type_name}.{name}" if kind == "resource" else f"{kind}.{type_name}.{name}"


class Draft:
    """A module while it is lowered.

    Args:
        path: The module, such as `modules/aurora`.
        files: Its files; they are not touched.
        old: The schema of the provider that it is lowered to.

    Attributes:
        blocks: Its resources, data sources and ephemeral resources.
        rest: What else is in its files.
        changes: What was done to it.
        problems: What can't be lowered.
    """

    def __init__(self, path: str, files: Files, old: ProviderSchema) -> None:
        self.path = path
        self.old = old
        self.blocks: list[Block] = []
        self.rest: dict[str, dict[str, Any]] = {}
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self._redirects: dict[str, list[Redirect]] = {}
        for file, document in files.items():
            self.rest[file] = copy.deepcopy({k: v for k, v in document.items() if k not in _KINDS})
            for kind in _KINDS:
                for type_name, bodies in document.get(kind, {}).items():
                    for name, body in bodies.items():
                        self.blocks.append(
                            Block(kind, type_name, name, copy.deepcopy(dict(body)), file)
                        )
        self._addresses = {block.address for block in self.blocks}

    def of(self, kind: Kind, type_name: str) -> list[Block]:
        """The blocks of a type."""
        return [each for each in self.blocks if (each.kind, each.type) == (kind, type_name)]

    def ours(self) -> Iterator[Block]:
        """The blocks of the AWS provider, as they stand when this is called."""
        return iter([block for block in self.blocks if block.type.startswith(PREFIX)])

    def schema(self, block: Block) -> BlockSchema | None:
        """What the old provider takes in a block; None if it has no such type."""
        return self.old.find(block.kind, block.type)

    def redirect(self, address: str, redirect: Redirect) -> None:
        """Have the references to a block rewritten; the first redirect that answers is taken."""
        self._redirects.setdefault(address, []).append(redirect)

    def moves(self, reference: Reference) -> bool:
        """Whether the block that a reference leads to is another one in the lowered module."""
        return self.redirected(attrs.evolve(reference, attribute="", rest="")) is not None

    def redirected(self, reference: Reference) -> str | None:
        """The text of a reference in the lowered module; None if it stays as it is."""
        for redirect in self._redirects.get(reference.address, ()):
            text = redirect(reference)
            if text is not None:
                return text
        return None

    def declares(self, reference: Reference) -> bool:
        """Whether the rendered module has the block that a reference leads to."""
        return reference.address in self._addresses

    def left_out(self, address: str, argument: str, reason: str) -> None:
        """Note that something is not in the lowered module."""
        self.changes.append(Change(self.path, address, argument, "left out", reason))

    def rewritten(self, address: str, argument: str, reason: str) -> None:
        """Note that something is otherwise in the lowered module."""
        self.changes.append(Change(self.path, address, argument, "rewritten", reason))

    def refuse(self, address: str, message: str, fix: str = "") -> None:
        """Note that something can't be lowered."""
        place = f"{self.path}: {address}"
        self.problems.append(
            Problem(place, message, fix or "add a row to the table of the lowering")
        )

    def files(self) -> dict[str, dict[str, Any]]:
        """The files of the lowered module, as far as it is."""
        files: dict[str, dict[str, Any]] = {}
        for file, rest in self.rest.items():
            document = dict(rest)
            for block in self.blocks:
                if block.file == file:
                    group = document.setdefault(block.kind, {}).setdefault(block.type, {})
                    group[block.name] = block.body
            files[file] = document
        return files
