"""Values of a schema: what is unknown in a plan, what is filled in by an apply.

Values are as MessagePack has them in Terraform's plugin protocol: an unknown value is an
extension type, a set is a list, an object is a dict with all its attributes. Nothing here knows a
provider; only the schema says what is computed.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgpack import ExtType

UNKNOWN = ExtType(0, b"\x00")
"""A value that is known after apply."""

Schema = Mapping[str, Any]
"""A block, attribute or nested type of ``terraform providers schema -json``."""

Object = dict[str, Any]

Fill = Callable[[str, Schema, Object], Any]
"""Makes a value: of an attribute's name and schema, and of the object it stands in."""

_Visit = Callable[[str, Schema, Any, Object], Any]
"""Makes the new value of an attribute: of its name, schema, value and the object it stands in."""


def is_unknown(value: Any) -> bool:
    """Whether a value is known only after apply."""
    return isinstance(value, ExtType)


def is_dynamic(value: Any) -> bool:
    """Whether a value carries its own type, as values of the type `dynamic` do."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], bytes)


def carried(block: Schema, prior: Object, proposed: Object) -> Object:
    """Carry computed values over into sets, as providers do.

    Terraform proposes prior values wherever it has none from the configuration, but not for
    elements of a set that have sets in them: those it cannot match.

    Args:
        block: The schema.
        prior: The object as it is.
        proposed: What Terraform proposes.
    """
    new = dict(proposed)
    for name, nesting, body in _nested(block):
        before, after = prior.get(name), proposed.get(name)
        if nesting == "set" and isinstance(before, list) and isinstance(after, list):
            new[name] = [
                next((old for old in before if _agree(body, old, element)), element)
                for element in after
            ]
    return new


def _agree(block: Schema, prior: Object, proposed: Object) -> bool:
    """Whether an object is the prior one, but for computed values that are not proposed."""
    nested = {name: (nesting, body) for name, nesting, body in _nested(block)}
    attributes = block.get("attributes", {})
    for name, value in proposed.items():
        before = prior.get(name)
        if value == before or (value is None and attributes.get(name, {}).get("computed")):
            continue
        if name not in nested or not isinstance(value, list) or not isinstance(before, list):
            return False
        _, body = nested[name]
        if len(value) != len(before) or not all(
            map(functools.partial(_agree, body), before, value)
        ):
            return False
    return True


def _nested(block: Schema) -> Iterator[tuple[str, str, Schema]]:
    """What is nested in a block: names, nesting modes and schemas."""
    for name, attribute in block.get("attributes", {}).items():
        if body := attribute.get("nested_type"):
            yield name, body["nesting_mode"], body
    for name, nested in block.get("block_types", {}).items():
        yield name, nested["nesting_mode"], nested["block"]


def planned(block: Schema, proposed: Object) -> Object:
    """Plan an object: what is computed and not configured is unknown until the apply.

    Args:
        block: The schema.
        proposed: What Terraform proposes: the configuration, and prior values where it has none.
    """

    def visit(_: str, attribute: Schema, value: Any, __: Object) -> Any:
        return UNKNOWN if attribute.get("computed") and _is_null(value) else value

    return _walk(block, visit, proposed)


def applied(block: Schema, plan: Object, fill: Fill) -> Object:
    """Make an object as planned, its unknown values filled in."""

    def visit(name: str, attribute: Schema, value: Any, siblings: Object) -> Any:
        return fill(name, attribute, siblings) if is_unknown(value) else value

    return _walk(block, visit, plan)


def read(block: Schema, config: Object, fill: Fill) -> Object:
    """Read a data source or open an ephemeral resource: computed values are filled in."""
    return applied(block, planned(block, config), fill)


def empty(block: Schema, *, stored: bool = False) -> Object:
    """An object with nothing in it: null attributes and no nested blocks.

    Args:
        block: The schema.
        stored: Write it as state files do.
    """
    value: Object = dict.fromkeys(block.get("attributes", {}))
    for name, nested in block.get("block_types", {}).items():
        match nested["nesting_mode"]:
            case "single":
                value[name] = None
            case "group":
                value[name] = empty(nested["block"], stored=stored)
            case mode:
                nothing: Any = {} if mode == "map" else []
                if _varies(nested["block"]):
                    type_ = ["object", {}] if mode == "map" else ["tuple", []]
                    value[name] = (
                        {"type": type_, "value": nothing}
                        if stored
                        else [json.dumps(type_).encode(), nothing]
                    )
                else:
                    value[name] = nothing
    return value


def conforms(value: Any, type_: Any) -> bool:
    """Whether a value that JSON knows is of a type of the schema."""
    match type_:
        case "string":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ["list" | "set", of]:
            return isinstance(value, list) and all(conforms(element, of) for element in value)
        case ["map", of]:
            return isinstance(value, dict) and all(conforms(v, of) for v in value.values())
        case ["object", attributes]:
            return (
                isinstance(value, dict)
                and value.keys() == attributes.keys()
                and all(conforms(value[name], of) for name, of in attributes.items())
            )
        case _:
            return False


def completed(block: Schema, stored: Object) -> Object:
    """Add to an object from a state file what its schema has got since then."""
    value = {**empty(block, stored=True), **stored}
    for name, nesting, body in _nested(block):
        if not _varies(body):  # what varies is stored with its type, which would have to follow
            value[name] = _each(nesting, value[name], functools.partial(completed, body))
    return value


def _varies(block: Schema) -> bool:
    """Whether objects of a block differ in type, so that several of them carry their type along."""
    attributes = block.get("attributes", {}).values()
    return any("dynamic" in json.dumps(a.get("type")) for a in attributes) or any(
        _varies(body) for _, _, body in _nested(block)
    )


def _is_null(value: Any) -> bool:
    return value is None or (is_dynamic(value) and value[1] is None)


def _walk(block: Schema, visit: _Visit, value: Object) -> Object:
    """Rebuild an object by a visit to each attribute, inside nested blocks and objects too."""
    new = dict(value)
    for name, attribute in block.get("attributes", {}).items():
        # Terraform refuses a plan or state with the value of a write-only attribute in it.
        found = None if attribute.get("write_only") else value.get(name)
        new[name] = visit(name, attribute, found, value)
    for name, nesting, body in _nested(block):
        new[name] = _each(nesting, new.get(name), functools.partial(_walk, body, visit))
    return new


def _each(nesting: str, value: Any, change: Callable[[Object], Object]) -> Any:
    """Change every object of a nested block or attribute; null and unknown stay as they are."""
    if value is None or is_unknown(value):
        return value
    if nesting in ("single", "group"):
        return change(value)
    if is_dynamic(value):  # objects that differ in type
        type_, elements = value
        return [type_, _each(nesting, elements, change)]
    if nesting == "map":
        return {key: _each("single", element, change) for key, element in value.items()}
    return [_each("single", element, change) for element in value]
