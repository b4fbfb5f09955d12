"""The JSON Schema of a block as Terraform's JSON syntax has it, from the provider's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tapforge.lang.expression import Type
from tapforge.lang.meta_arguments import META_ARGUMENTS
from tapforge.lang.schema import Attribute, Block, Kind, NestedBlock, Schema

Json = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_TEMPLATE: Final[Json] = {"type": "string", "pattern": "[$%]\\{"}
_ADDRESS: Final[Json] = {"type": "string", "pattern": "^[^${]+$"}
_SCALARS: Final[Mapping[str, Json]] = {
    "string": {"type": ["string", "number", "boolean"]},
    "number": {
        "anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[+-]?[0-9]"}, _TEMPLATE]
    },
    "bool": {"anyOf": [{"type": "boolean"}, {"enum": ["true", "false"]}, _TEMPLATE]},
    "dynamic": {},
}
_CONDITIONS: Final[Json] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"condition": _SCALARS["bool"], "error_message": _SCALARS["string"]},
        "required": ["condition", "error_message"],
        "additionalProperties": False,
    },
}
_ADDRESSES: Final[Json] = {"type": "array", "items": _ADDRESS}
_META: Final[Mapping[str, Json]] = {
    "count": _SCALARS["number"],
    "for_each": {"anyOf": [{"type": "object"}, _TEMPLATE]},
    "depends_on": _ADDRESSES,
    "provider": _ADDRESS,
    "provisioner": {"type": "array", "items": {"type": "object", "maxProperties": 1}},
    "connection": {"type": "object"},
    "lifecycle": {
        "type": "object",
        "properties": {
            "create_before_destroy": {"type": "boolean"},
            "prevent_destroy": {"type": "boolean"},
            "ignore_changes": {"anyOf": [{"const": "all"}, _ADDRESSES]},
            "replace_triggered_by": _ADDRESSES,
            "precondition": _CONDITIONS,
            "postcondition": _CONDITIONS,
        },
        "additionalProperties": False,
    },
}


def json_schema(kind: Kind, schema: Schema) -> Json:
    """Give the JSON Schema, draft 2020-12, that the body of a block of a type conforms to.

    Args:
        kind: What the type is.
        schema: Its schema.
    """
    body = _block(schema.block)
    if kind == "provider":
        body["properties"]["alias"] = {"type": "string"}
    else:
        meta = {name: _META[name] for name in META_ARGUMENTS[kind]}
        body["properties"] = {**body["properties"], **meta, "//": {"type": "string"}}
    definitions: Json = {}
    for name in schema.shape_names:
        if schema.canonical(name) != name:
            definitions[name] = _reference(schema.canonical(name))
            continue
        shape = schema.shape(name)
        definitions[name] = _object(shape) if shape.object else _block(shape)
    return {"$schema": DIALECT, **body, "$defs": definitions}


def _object(shape: Block) -> Json:
    members = {name: _value(a.type, a.shape) for name, a in shape.attributes.items()}
    return {
        "type": "object",
        "properties": {n: {"anyOf": [member, {"type": "null"}]} for n, member in members.items()},
        "required": list(members),
        "additionalProperties": False,
    }


def _block(block: Block) -> Json:
    if block.opaque:
        return {"type": "object"}
    fields = [field for field in block.fields() if field.settable]
    properties = {field.name: _field(field) for field in fields}
    blocks = [field for field in fields if isinstance(field, NestedBlock)]
    if blocks:
        properties["dynamic"] = {
            "type": "object",
            "properties": {field.name: _one_or_more(_dynamic(field)) for field in blocks},
            "additionalProperties": False,
        }
    body: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [f.name for f in fields if isinstance(f, Attribute) and f.required]
    if required:
        body["required"] = required
    generated = [
        {"anyOf": [{"required": [f.name]}, _with_dynamic(f.name)]} for f in blocks if f.required
    ]
    return body | ({"allOf": generated} if generated else {})


def _with_dynamic(name: str) -> Json:
    return {"required": ["dynamic"], "properties": {"dynamic": {"required": [name]}}}


def _dynamic(field: NestedBlock) -> Json:
    return {
        "type": "object",
        "properties": {
            "for_each": {},
            "iterator": {"type": "string"},
            "labels": {"type": "array"},
            "content": _reference(field.shape),
        },
        "required": ["for_each", "content"],
        "additionalProperties": False,
    }


def _field(field: Attribute | NestedBlock) -> Json:
    if isinstance(field, Attribute):
        return _value(field.type, field.shape)
    reference = _reference(field.shape)
    if field.nesting == "map":
        return {"type": "object", "additionalProperties": reference}
    if field.single:
        return reference
    listed: Json = {"type": "array", "items": reference, "minItems": max(1, field.min_items)}
    if field.max_items:
        listed["maxItems"] = field.max_items
    return listed if field.min_items > 1 else {"anyOf": [reference, listed]}


def _one_or_more(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 2}]}


def _reference(shape: str) -> Json:
    return {"$ref": f"#/$defs/{shape}"}


def _value(type_: Type, shape: str | None) -> Json:
    if isinstance(type_, str):
        return _SCALARS[type_]
    match type_:
        case ["list" | "set", element]:
            known: Json = {"type": "array", "items": _value(element, shape)}
        case ["map", element]:
            known = {"type": "object", "additionalProperties": _value(element, shape)}
        case ["object", *_] if shape is not None:
            known = _reference(shape)
        case _:
            known = {"type": ["array", "object"]}
    return {"anyOf": [known, _TEMPLATE]}
