"""Where schemas come from, and how much of them a configuration needs."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import attrs

from tapforge.lang.errors import Problem, TapforgeError
from tapforge.lang.schema import Kind

SECTIONS: Mapping[Kind, str] = {
    "resource": "resource_schemas",
    "data": "data_source_schemas",
    "ephemeral": "ephemeral_resource_schemas",
}
"""The kinds of types that are served, and their keys in ``terraform providers schema -json``."""


class SchemaSource(Protocol):
    """The schemas of one provider; the packed schema of a generated package is one."""

    def provider_block(self) -> Mapping[str, Any]:
        """Give the schema of the provider's configuration block."""
        ...

    def names(self, kind: Kind) -> Iterable[str]:
        """Give the names of all types of a kind."""
        ...

    def get(self, kind: Kind, type_name: str) -> Mapping[str, Any]:
        """Give the schema of one type, as ``terraform providers schema -json`` writes it."""
        ...


@attrs.frozen
class SchemaDocument:
    """One provider of a ``terraform providers schema -json`` document.

    Attributes:
        schemas: The value of its address in ``provider_schemas``.
    """

    schemas: Mapping[str, Any]

    def provider_block(self) -> Mapping[str, Any]:
        """Give the schema of the provider's configuration block."""
        block: Mapping[str, Any] = self.schemas.get("provider") or {"block": {}}
        return block

    def names(self, kind: Kind) -> Iterable[str]:
        """Give the names of all types of a kind."""
        types: Mapping[str, Any] = self.schemas.get(SECTIONS[kind], {})
        return types.keys()

    def get(self, kind: Kind, type_name: str) -> Mapping[str, Any]:
        """Give the schema of one type."""
        schema: Mapping[str, Any] = self.schemas[SECTIONS[kind]][type_name]
        return schema


def read_schemas(path: Path) -> dict[str, SchemaDocument]:
    """Read the output of ``terraform providers schema -json``.

    Args:
        path: The file; may be compressed, if its name ends in ``.xz``.

    Returns:
        The schemas by the provider's address, such as ``registry.terraform.io/hashicorp/aws``.

    Raises:
        TapforgeError: The file cannot be read, or is something else.
    """
    try:
        data = path.read_bytes()
        document = json.loads(lzma.decompress(data) if path.suffix == ".xz" else data)
        return {
            address: SchemaDocument(schemas)
            for address, schemas in document["provider_schemas"].items()
        }
    except (OSError, lzma.LZMAError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = Problem(
            str(path),
            f"it is not the output of `terraform providers schema -json` ({error})",
            "write one with `terraform providers schema -json > FILE`",
        )
        raise TapforgeError(problem) from None


def subset(source: SchemaSource, used: Mapping[Kind, Iterable[str]] | None) -> dict[str, Any]:
    """Write out the schemas of the types that are used.

    Args:
        source: The provider's schemas.
        used: The types a configuration uses, by kind; None if that is not known.

    Returns:
        The provider's entry of ``provider_schemas``: with all types, if `used` is not known or
        has one that the provider should have and has not, as Terraform's advice on a misspelt
        type is to be had only with all names.
    """
    document: dict[str, Any] = {"provider": source.provider_block()}
    for kind, section in SECTIONS.items():
        names = list(source.names(kind))
        if used is not None:
            own = {_prefix(name) for name in names}
            wanted = {name for name in used.get(kind, ()) if _prefix(name) in own}
            names = sorted(wanted) if wanted <= set(names) else names
        document[section] = {name: _served(source.get(kind, name)) for name in names}
    return document


def _prefix(type_name: str) -> str:
    """The part of a type's name by which Terraform finds its provider: `aws` of `aws_vpc`."""
    return type_name.partition("_")[0]


def _served(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    block, changed = _without_opaque(schema["block"])
    return {**schema, "block": block} if changed else schema


def _without_opaque(block: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """Serve nested blocks whose inside the schema does not tell as attributes of any type.

    In Terraform's JSON the two look the same. Terraform has no sets of blocks with such an
    attribute inside, so those around it are served as lists.
    """
    attributes, blocks, changed = dict(block.get("attributes", {})), {}, False
    for name, nested in block.get("block_types", {}).items():
        if nested["block"].get("opaque"):
            attributes[name] = {"type": "dynamic", "optional": True}
            changed = True
            continue
        inner, inner_changed = _without_opaque(nested["block"])
        if inner_changed:
            mode = "list" if nested["nesting_mode"] == "set" else nested["nesting_mode"]
            blocks[name] = {**nested, "block": inner, "nesting_mode": mode}
            changed = True
        else:
            blocks[name] = nested
    return {**block, "attributes": attributes, "block_types": blocks}, changed


def used_types(root: Path) -> dict[Kind, set[str]] | None:
    """Find the types that a root module and the modules it calls use.

    Args:
        root: The root module's directory.

    Returns:
        The types by kind; None if they cannot be told without Terraform, as modules are written
        in HCL or come from elsewhere.
    """
    used: dict[Kind, set[str]] = {kind: set() for kind in SECTIONS}
    waiting, seen = [root.resolve()], set[Path]()
    while waiting:
        directory = waiting.pop()
        if directory in seen:
            continue
        seen.add(directory)
        if any(directory.glob("*.tf")):
            return None
        for path in directory.glob("*.tf.json"):
            try:
                document = json.loads(path.read_text())
            except ValueError:
                return None  # Terraform says what is wrong with it
            for block in _bodies(document):
                _collect(block, used)
                for check in _labelled(block, "check"):
                    _collect(check, used)
                for call in _labelled(block, "module"):
                    source = call.get("source")
                    if not isinstance(source, str) or not source.startswith(("./", "../")):
                        return None
                    waiting.append((directory / source).resolve())
    return used


def _collect(block: Mapping[str, Any], used: Mapping[Kind, set[str]]) -> None:
    for kind, names in used.items():
        for types in _bodies(block.get(kind)):
            names.update(name for name in types if name != "//")


def _labelled(block: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    for labels in _bodies(block.get(key)):
        for body in labels.values():
            yield from _bodies(body)


def _bodies(value: Any) -> Iterator[Mapping[str, Any]]:
    """Terraform's JSON has one block as an object and several as an array of them."""
    for body in value if isinstance(value, list) else [value]:
        if isinstance(body, dict):
            yield body
