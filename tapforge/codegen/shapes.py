"""Nested blocks and objects of one type: which are equal, and what their classes are called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs

from tapforge.lang.names import class_name

Path = tuple[str, ...]
Json = dict[str, Any]


@attrs.frozen
class _Shape:
    """A nested block or object as it stands at one place.

    Attributes:
        path: The names of the blocks around it and its own.
        body: Its packed schema. Shapes inside it are named by their `key` until names are known.
        identity: Equal for shapes that are the same but for descriptions.
    """

    path: Path
    body: Json
    identity: str

    @property
    def key(self) -> tuple[str, str]:
        return self.path[-1], self.identity


def pack_schema(schema: Mapping[str, Any], own_name: str) -> Json:
    """Pack the schema of one type: every nested shape once, under the name of its class.

    A class is called after its block or object, ``ScalingConfiguration``. Where blocks of one name
    differ, the one nearest to the type's own body keeps the short name and the others get their
    parents' names before it. Equal shapes of different names are one class with several names.

    Args:
        schema: The type's schema as ``terraform providers schema -json`` writes it.
        own_name: The name of the type's own class, which no nested class may have.
    """
    shapes: list[_Shape] = []
    block = _pack_body(schema["block"], (), shapes)
    shapes.sort(key=lambda shape: (len(shape.path), shape.path))
    names = _names(shapes, own_name)
    packed: Json = {}
    first_names: dict[str, str] = {}
    for shape in shapes:
        name = names[shape.key]
        first = first_names.setdefault(shape.identity, name)
        packed.setdefault(name, shape.body if first == name else first)
    for body in (block, *packed.values()):
        for holder in _holders(body):
            holder["shape"] = names[holder["shape"]]
    version = {"version": schema["version"]} if "version" in schema else {}
    return version | {"block": block} | ({"shapes": dict(sorted(packed.items()))} if packed else {})


def _pack_body(body: Mapping[str, Any], path: Path, shapes: list[_Shape]) -> Json:
    packed = _said(body, without=("attributes", "block_types"))
    if body.get("attributes"):
        packed["attributes"] = {
            name: _pack_attribute(attribute, (*path, name), shapes)
            for name, attribute in sorted(body["attributes"].items())
        }
    if body.get("block_types"):
        packed["block_types"] = {
            name: _said(nested, without=("block",))
            | {"shape": _add(nested["block"], (*path, name), shapes)}
            for name, nested in sorted(body["block_types"].items())
        }
    return packed


def _said(part: Mapping[str, Any], without: Collection[str] = ()) -> Json:
    """Leave out what says nothing: false, zero and empty, and how descriptions are marked up."""
    return {
        key: value
        for key, value in part.items()
        if value and key != "description_kind" and key not in without
    }


def _pack_attribute(attribute: Mapping[str, Any], path: Path, shapes: list[_Shape]) -> Json:
    packed = _said(attribute)
    if "nested_type" in packed:
        nested = packed["nested_type"]
        inside = {"attributes": nested["attributes"]}
        rest = _said(nested, without=("attributes",))
        packed["nested_type"] = rest | {"shape": _add(inside, path, shapes)}
        return packed
    members = object_members(packed["type"])
    if members is not None:
        types = {name: {"type": type_} for name, type_ in members.items()}
        packed["shape"] = _add({"attributes": types, "object": True}, path, shapes)
    return packed


def object_members(type_: Any) -> Mapping[str, Any] | None:
    """Give the members of the objects that a type is made of, None if it is made of none."""
    while isinstance(type_, list):
        if type_[0] == "object":
            members: Mapping[str, Any] = type_[1]
            return members
        type_ = type_[1] if type_[0] != "tuple" else None
    return None


def _add(body: Mapping[str, Any], path: Path, shapes: list[_Shape]) -> tuple[str, str]:
    packed = _pack_body(body, path, shapes)
    text = json.dumps(_undescribed(packed), sort_keys=True)
    shape = _Shape(path, packed, hashlib.sha256(text.encode()).hexdigest())
    shapes.append(shape)
    return shape.key


def _undescribed(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _undescribed(item)
            for key, item in value.items()
            if not (key == "description" and isinstance(item, str))
        }
    return value


def _holders(body: Any) -> Iterator[Json]:
    """Give whatever names a shape directly inside a body."""
    if isinstance(body, str):
        return
    for member in (*body.get("attributes", {}).values(), *body.get("block_types", {}).values()):
        holder = member.get("nested_type", member)
        if "shape" in holder:
            yield holder


def _names(shapes: list[_Shape], own_name: str) -> dict[tuple[str, str], str]:
    """Name every shape, the ones nearest to the type's own body first."""
    names: dict[tuple[str, str], str] = {}
    taken = {own_name}
    nearest: dict[tuple[str, str], Path] = {}
    for shape in shapes:
        nearest.setdefault(shape.key, shape.path)
    for depth in sorted({len(path) for path in nearest.values()}):
        unnamed = {key: path for key, path in nearest.items() if len(path) == depth}
        for length in range(1, depth + 1):
            wanted = {key: class_name("_".join(path[-length:])) for key, path in unnamed.items()}
            counts = list(wanted.values())
            for key, name in wanted.items():
                if name not in taken and counts.count(name) == 1:
                    names[key] = name
                    del unnamed[key]
            taken.update(names.values())
        for key, path in unnamed.items():
            stem = class_name("_".join(path))
            number = 2
            while f"{stem}{number}" in taken:
                number += 1
            names[key] = f"{stem}{number}"
            taken.add(names[key])
    return names
