"""Write the packed schema of a provider."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from tapforge.codegen.shapes import pack_schema
from tapforge.lang.names import class_name
from tapforge.lang.pack import FORMAT

PROVIDER_CLASS = "Provider"
_KINDS = {
    "resource": "resource_schemas",
    "data": "data_source_schemas",
    "ephemeral": "ephemeral_resource_schemas",
}


def pack(address: str, version: str, schemas: Mapping[str, Any]) -> bytes:
    """Write a provider's schemas as a `tapforge.lang.pack.Pack` reads them.

    Args:
        address: The provider's full address.
        version: Its version, empty if unknown.
        schemas: What ``terraform providers schema -json`` says of it.
    """
    local_name = address.rpartition("/")[2]
    index: dict[str, dict[str, Any]] = {}
    blobs: list[bytes] = []

    def add(kind: str, type_name: str, name: str, schema: Mapping[str, Any]) -> None:
        text = json.dumps(pack_schema(schema, name), separators=(",", ":"), ensure_ascii=False)
        blobs.append(zlib.compress(text.encode(), 9))
        columns = index.setdefault(kind, {"types": [], "classes": [], "sizes": []})
        columns["types"].append(type_name)
        columns["classes"].append(name)
        columns["sizes"].append(len(blobs[-1]))

    provider = schemas.get("provider") or {}
    add("provider", local_name, PROVIDER_CLASS, provider if "block" in provider else {"block": {}})
    for kind, key in _KINDS.items():
        types = schemas.get(key) or {}
        names = _class_names(sorted(types), local_name, kind)
        for type_name, name in names.items():
            add(kind, type_name, name, types[type_name])
    for columns in index.values():
        # One string is read faster than two thousand.
        columns["types"] = " ".join(columns["types"])
        columns["classes"] = " ".join(columns["classes"])
    header = {"format": FORMAT, "provider": address, "version": version, "index": index}
    first_line = json.dumps(header, separators=(",", ":"), ensure_ascii=False)
    return b"".join([first_line.encode(), b"\n", *blobs])


def _class_names(types: list[str], local_name: str, kind: str) -> dict[str, str]:
    """Name the class of every type: ``aws_rds_cluster`` is ``RdsCluster``."""
    prefix = f"{local_name}_"
    names: dict[str, str] = {}
    taken = {PROVIDER_CLASS} if kind == "resource" else set()
    for type_name in types:
        name = class_name(type_name.removeprefix(prefix))
        # Two types may differ in their underscores only.
        while name in taken:
            name += "_"
        taken.add(name)
        names[type_name] = name
    return names
