"""A Terraform module as one value: its blocks, checked against each other, and its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from tapforge.lang.blocks import Block, Local, ModuleCall, Output, Settings, Variable
from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.lang.expression import symbols
from tapforge.lang.json_syntax import Json

B = TypeVar("B")

_LISTED = ("moved", "removed", "import")
_FILES = {
    "terraform": "versions.tf.json",
    "provider": "providers.tf.json",
    "variable": "variables.tf.json",
    "output": "outputs.tf.json",
}
_MAIN = "main.tf.json"
_ORDER = ("terraform", "provider", "variable", "locals", "data", "ephemeral", "resource", "action")


class DocumentError(TapforgeError, ValueError):
    """Blocks of one document that do not fit together."""


class Document:
    """The blocks of one module.

    Attributes:
        name: How messages name the document.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._blocks: list[tuple[Any, str]] = []

    def add(self, block: B, *, comment: str = "") -> B:
        """Add a block, and give it back.

        Args:
            block: A model, or a block of `tapforge.lang.blocks`.
            comment: Why it is as it is; written beside it.
        """
        self._blocks.append((block, comment))
        return block

    def __iter__(self) -> Iterator[Any]:
        return (block for block, _ in self._blocks)

    def of(self, *types: type[B]) -> list[B]:
        """Give the blocks of some types, in the order they were added."""
        return [block for block in self if isinstance(block, types)]

    def check(self) -> None:
        """Hold the document together.

        Raises:
            DocumentError: two blocks have one address, or a reference leads nowhere; all of them.
        """
        problems: list[Problem] = []
        addresses: dict[str, Any] = {}
        for block in self:
            address = _address(block)
            if address in addresses:
                problems.append(
                    Problem(f"{self.name}: {address}", "is declared twice", "rename one of the two")
                )
            if address:
                addresses[address] = block
        for block in self:
            place = f"{self.name}: {_address(block) or block._tf_path[0]}"
            for target in sorted({s for value in block._tf_values() for s in symbols(value)}):
                if "." in target and target not in addresses:
                    hint = closest(target, addresses) or "add the block it refers to"
                    problems.append(Problem(place, f"refers to {target}, which is not declared", hint))
        if problems:
            raise DocumentError(problems)

    def json(self, blocks: Iterable[tuple[Any, str]] | None = None) -> dict[str, Json]:
        """Write the document as one JSON value in Terraform's JSON syntax."""
        out: dict[str, Json] = {}
        for block, comment in self._blocks if blocks is None else blocks:
            kind, *labels = block._tf_path
            body = block._tf_body()
            if comment:
                body = {"//": comment} | body
            if kind in _LISTED:
                out.setdefault(kind, []).append(body)
            elif kind == "provider":
                configurations = out.setdefault(kind, {}).setdefault(labels[0], [])
                configurations.append(body)
            else:
                *groups, last = labels or [""]
                place = out.setdefault(kind, {})
                for group in groups:
                    place = place.setdefault(group, {})
                if labels:
                    place[last] = body
                else:
                    place.update(body)
        for name, configurations in out.get("provider", {}).items():
            if len(configurations) == 1:
                out["provider"][name] = configurations[0]
        order = {kind: index for index, kind in enumerate(_ORDER)}
        return dict(sorted(out.items(), key=lambda item: order.get(item[0], len(order))))

    def files(self, header: str) -> dict[str, dict[str, Json]]:
        """Write the document as files in the standard module structure.

        Args:
            header: The root comment of every file.

        Returns:
            What each file holds, by its name.

        Raises:
            DocumentError: see `check`.
        """
        self.check()
        grouped: dict[str, list[tuple[Any, str]]] = {}
        for block, comment in self._blocks:
            name = _FILES.get(block._tf_path[0], _MAIN)
            grouped.setdefault(name, []).append((block, comment))
        for name in ("variables.tf.json", "outputs.tf.json"):
            if name in grouped:
                grouped[name].sort(key=lambda item: item[0].name)
        return {
            name: {"//": header} | self.json(blocks) for name, blocks in sorted(grouped.items())
        }


def _address(block: Any) -> str:
    """Give a block's address: how others refer to it. Settings and lists of blocks have none."""
    match block:
        case Variable():
            return f"var.{block.name}"
        case Local():
            return f"local.{block.name}"
        case Output():
            return f"output.{block.name}"
        case ModuleCall():
            return f"module.{block.label}"
        case Settings():
            return ""
    kind, *labels = block._tf_path
    if kind == "resource":
        return ".".join(labels)
    if kind == "provider":
        # A model of a provider configuration knows its alias.
        return str(block._tf_reference()._hcl())
    return "" if kind in _LISTED else ".".join((kind, *labels))


__all__ = ["Block", "Document", "DocumentError"]
