"""What a provider's schema says of one type, read from its packed form.

The packed form is that of ``terraform providers schema -json`` with one difference: the nested
blocks and objects of a type stand once, in ``shapes``, under the names of their Python classes, and
the places that use them say that name (``shape``). A shape that is a string is another name of one.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any, Literal, cast

import attrs

from tapforge.lang.expression import Type
from tapforge.lang.names import python_name

Kind = Literal["resource", "data", "ephemeral", "provider"]
"""What a schema describes; "provider" is the provider's own configuration block."""

Nesting = Literal["single", "group", "list", "set", "map"]


@attrs.frozen(eq=False)
class Attribute:
    """An attribute of a block or object.

    Attributes:
        name: Its name in Terraform.
        type: Its type as Terraform's schema JSON writes it.
        required: It must be given.
        optional: It may be given.
        computed: The provider sets it where it is not given.
        sensitive: Terraform hides its value.
        write_only: Terraform keeps its value neither in the plan nor in the state.
        deprecated: The provider advises against it.
        description: What the provider says of it; may be Markdown.
        shape: The class of the objects it is made of, if it is.
    """

    name: str
    type: Type
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    write_only: bool = False
    deprecated: bool = False
    description: str = ""
    shape: str | None = None

    @property
    def settable(self) -> bool:
        """Whether it may be given at all."""
        return self.required or self.optional


@attrs.frozen(eq=False)
class NestedBlock:
    """A kind of block inside a block.

    Attributes:
        name: Its name in Terraform.
        nesting: How its instances are kept: one, a list, a set, or a map by label.
        min_items: At least so many have to be given.
        max_items: At most so many may be given; 0 is no limit.
        shape: The class of its instances.
    """

    name: str
    nesting: Nesting
    min_items: int
    max_items: int
    shape: str

    @property
    def required(self) -> bool:
        """Whether at least one has to be given."""
        return self.min_items > 0

    @property
    def settable(self) -> bool:
        """Whether it may be given at all: always."""
        return True

    @property
    def single(self) -> bool:
        """Whether at most one may be given, and so without a list."""
        return self.nesting in ("single", "group") or self.max_items == 1


Field = Attribute | NestedBlock


@attrs.frozen(eq=False)
class Block:
    """The body of a type, of a nested block, or an object.

    Attributes:
        attributes: By their names in Terraform, in alphabetical order.
        blocks: Likewise.
        deprecated: The provider advises against it.
        object: It is the object of an attribute's type: members have no defaults, all are written.
        opaque: The schema does not say what is inside; anything is taken.
        description: What the provider says of it.
    """

    attributes: Mapping[str, Attribute]
    blocks: Mapping[str, NestedBlock]
    deprecated: bool = False
    object: bool = False
    opaque: bool = False
    description: str = ""

    def fields(self) -> Iterator[Field]:
        """Give the attributes, then the blocks."""
        yield from self.attributes.values()
        yield from self.blocks.values()


class Schema:
    """The schema of one type.

    Args:
        packed: The type's schema in packed form.
    """

    __slots__ = ("_shapes", "_types", "block", "packed")

    def __init__(self, packed: Mapping[str, Any]) -> None:
        self.packed = packed
        self._shapes: Mapping[str, Any] = packed.get("shapes", {})
        self._types: dict[str, Type] = {}
        self.block = self._block(packed["block"])

    @property
    def shape_names(self) -> list[str]:
        """The names of the classes of nested blocks and objects."""
        return list(self._shapes)

    def canonical(self, shape: str) -> str:
        """Give the name a shape is kept under, which several names may share."""
        target = self._shapes[shape]
        return target if isinstance(target, str) else shape

    def shape(self, name: str) -> Block:
        """Give what a nested block or object is made of."""
        return self._block(self._shapes[self.canonical(name)])

    def type(self) -> Type:
        """Give the type of a reference to one whole object."""
        if "" not in self._types:
            self._types[""] = self._object(self.block)
        return self._types[""]

    def field_type(self, field: Field) -> Type:
        """Give the type of a reference to an attribute or nested block."""
        if isinstance(field, Attribute):
            return field.type
        return _nest(field.nesting, self._shape_type(field.shape))

    def _shape_type(self, name: str) -> Type:
        name = self.canonical(name)
        if name not in self._types:
            block = self.shape(name)
            self._types[name] = "dynamic" if block.opaque else self._object(block)
        return self._types[name]

    def _object(self, block: Block) -> Type:
        return ["object", {field.name: self.field_type(field) for field in block.fields()}]

    def _block(self, packed: Mapping[str, Any]) -> Block:
        attributes = {
            name: self._attribute(name, attribute, of_object="object" in packed)
            for name, attribute in packed.get("attributes", {}).items()
        }
        blocks = {
            name: NestedBlock(
                name,
                block["nesting_mode"],
                block.get("min_items", 0),
                block.get("max_items", 0),
                block["shape"],
            )
            for name, block in packed.get("block_types", {}).items()
        }
        return Block(
            attributes,
            blocks,
            packed.get("deprecated", False),
            packed.get("object", False),
            packed.get("opaque", False),
            packed.get("description", ""),
        )

    def _attribute(self, name: str, packed: Mapping[str, Any], *, of_object: bool) -> Attribute:
        nested = packed.get("nested_type")
        if nested:
            shape = nested["shape"]
            type_ = _nest(nested["nesting_mode"], self._shape_type(shape))
        else:
            shape, type_ = packed.get("shape"), packed["type"]
        return Attribute(
            name,
            type_,
            packed.get("required", False),
            packed.get("optional", of_object),
            packed.get("computed", False),
            packed.get("sensitive", False),
            packed.get("write_only", False),
            packed.get("deprecated", False),
            packed.get("description", ""),
            shape,
        )


def _nest(nesting: Nesting, type_: Type) -> Type:
    return type_ if nesting in ("single", "group") else [nesting, type_]


def expand(packed: Mapping[str, Any]) -> dict[str, Any]:
    """Write a packed schema out as ``terraform providers schema -json`` does."""
    shapes: Mapping[str, Any] = packed.get("shapes", {})

    def body(block: Mapping[str, Any]) -> dict[str, Any]:
        written = {key: value for key, value in block.items() if key != "object"}
        if "attributes" in block:
            written["attributes"] = {n: attribute(a) for n, a in block["attributes"].items()}
        if "block_types" in block:
            written["block_types"] = {
                name: {key: value for key, value in nested.items() if key != "shape"}
                | {"block": body(shape(nested["shape"]))}
                for name, nested in block["block_types"].items()
            }
        return written

    def attribute(packed_attribute: Mapping[str, Any]) -> dict[str, Any]:
        written = {key: value for key, value in packed_attribute.items() if key != "shape"}
        nested = written.get("nested_type")
        if nested:
            rest = {key: value for key, value in nested.items() if key != "shape"}
            written["nested_type"] = rest | body(shape(nested["shape"]))
        return written

    def shape(name: str) -> Mapping[str, Any]:
        found = shapes[name]
        return cast("Mapping[str, Any]", shapes[found] if isinstance(found, str) else found)

    return {key: value for key, value in packed.items() if key not in ("block", "shapes")} | {
        "block": body(packed["block"])
    }


def arguments_of(block: Block, reserved: Container[str] = ()) -> dict[str, Field]:
    """Give the fields of a block by the names of their Python arguments.

    Args:
        block: The block.
        reserved: Arguments of the language itself; a field of such a name gets an underscore.
    """
    fields: dict[str, Field] = {}
    for field in block.fields():
        name = python_name(field.name)
        fields[f"{name}_" if name in reserved else name] = field
    return fields
