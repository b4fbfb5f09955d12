"""What a provider of a given version takes, as `terraform providers schema -json` tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import attrs

Kind = Literal["resource", "data", "ephemeral"]
"""A kind of block that a provider offers."""

_KEYS = {
    "resource": "resource_schemas",
    "data": "data_source_schemas",
    "ephemeral": "ephemeral_resource_schemas",
}


@attrs.frozen(eq=False)
class BlockSchema:
    """What may stand in a block.

    Attributes:
        document: The block, as the schema's JSON has it.
    """

    document: Mapping[str, Any]

    def arguments(self) -> set[str]:
        """The attributes that may be given, and the blocks."""
        settable = {n for n, a in self._attributes().items() if "required" in a or "optional" in a}
        return settable.union(self._blocks())

    def required(self) -> set[str]:
        """The attributes that must be given."""
        return {name for name, each in self._attributes().items() if each.get("required")}

    def names(self) -> set[str]:
        """All that an expression may refer to, what only the provider sets included."""
        return {*self._attributes(), *self._blocks()}

    def nested(self, name: str) -> BlockSchema | None:
        """The block `name` inside this one; None if it is no block."""
        block = self._blocks().get(name)
        return None if block is None else BlockSchema(block["block"])

    def _attributes(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document.get("attributes", {})
        return found

    def _blocks(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document.get("block_types", {})
        return found


@attrs.frozen(eq=False)
class ProviderSchema:
    """A provider's schema.

    Attributes:
        version: The provider's version.
        document: Its part of what `terraform providers schema -json` prints.
    """

    version: str
    document: Mapping[str, Any]

    def configuration(self) -> BlockSchema:
        """What the provider's own block takes."""
        return BlockSchema(self.document["provider"]["block"])

    def find(self, kind: Kind, type_name: str) -> BlockSchema | None:
        """What a type takes; None if the provider has no such type."""
        found = self.document.get(_KEYS[kind], {}).get(type_name)
        return None if found is None else BlockSchema(found["block"])
