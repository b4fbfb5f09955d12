"""Models: the blocks of a provider as Python classes, each made at first use from its schema.

A model is constructed with the arguments of its block, which are checked at once, all of them.
Reading an attribute gives a reference, whether it was given or not: what was given is in `arguments`.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from inspect import Parameter, Signature
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Self, cast

import attrs

from tapforge.lang import conversion
from tapforge.lang.errors import ArgumentError, Problem, TapforgeError, closest
from tapforge.lang.expression import Access, Expression, Symbol, parse, reference
from tapforge.lang.json_syntax import Json, expression, literal
from tapforge.lang.meta import Dynamic, Meta
from tapforge.lang.meta_arguments import META_ARGUMENTS, meta_problems
from tapforge.lang.pack import Pack
from tapforge.lang.schema import Attribute, Block, Field, Kind, NestedBlock, Schema, arguments_of

_LANGUAGE: Final = f"{__name__.rpartition('.')[0]}."


class UnknownAttributeError(TapforgeError, AttributeError):
    """A block has no attribute, or a class no nested class, of that name."""


class InstanceError(TapforgeError, TypeError):
    """A block with ``count`` or ``for_each`` was read as one object, or one object as several."""


class DeprecatedArgumentWarning(FutureWarning):
    """The provider advises against an argument or a type."""


class _BlockType(type):
    """The type of the classes made from a schema; it makes those of nested blocks when asked."""

    _tf_schema: Schema
    _tf_owner: _BlockType
    _tf_nested: dict[str, type[NestedObject]]

    def _tf_named(cls, name: str) -> type[NestedObject]:
        owner = cls.__dict__.get("_tf_owner")
        if name.startswith("_") or owner is None:
            raise AttributeError(name)
        names = owner._tf_schema.shape_names
        if owner is cls and name in names:
            return owner._tf_class(name)
        fix = f"it is {owner.__name__}.{name}" if name in names else closest(name, names)
        raise UnknownAttributeError(Problem(cls.__qualname__, f'has no class "{name}"', fix))

    if not TYPE_CHECKING:  # the stubs say which classes there are
        __getattr__ = _tf_named

    def __dir__(cls) -> list[str]:
        names = cls._tf_schema.shape_names if cls.__dict__.get("_tf_owner") is cls else []
        return sorted({*super().__dir__(), *names})

    @property
    def __signature__(cls) -> Signature:
        """What `help` and interactive shells show."""
        made = cast("type[_Base]", cls)
        if "_tf_stored" not in cls.__dict__:
            raise AttributeError
        defaults: dict[str, Any] = {
            name: Parameter.empty if made._tf_fields[name].required else None
            for name in made._tf_stored
        }
        label: list[Parameter] = []
        if issubclass(made, Model):
            name = "label_" if "label" in defaults else "label"
            label.append(Parameter(name, Parameter.POSITIONAL_ONLY))
            defaults |= dict.fromkeys(META_ARGUMENTS[made._tf_kind])
        elif issubclass(made, ProviderConfiguration):
            defaults["alias"] = None
        named = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=default)
            for name, default in sorted(defaults.items())
        ]
        return Signature(label + named)

    @property
    def __attrs_attrs__(cls) -> tuple[Any, ...]:
        """What attrs knows of the class: made when asked for, because attrs takes its time."""
        made: Any = cls
        if not hasattr(cls, "_tf_stored"):
            raise AttributeError
        if made._tf_attributes is None:
            fields = {
                stored: attrs.field(
                    alias=name,
                    default=attrs.NOTHING if made._tf_fields[name].required else None,
                    kw_only=True,
                    metadata={"tapforge": made._tf_fields[name]},
                )
                for name, stored in made._tf_stored.items()
            }
            made._tf_attributes = attrs.fields(attrs.make_class(cls.__name__, fields, init=False))
        return cast("tuple[Any, ...]", made._tf_attributes)

    def _tf_class(cls, shape: str) -> type[NestedObject]:
        """Give the class of a nested block or object of this type."""
        name = cls._tf_schema.canonical(shape)
        made = cls._tf_nested.get(name)
        if made is None:
            block = cls._tf_schema.shape(name)
            base = OpaqueBlock if block.opaque else NestedObject
            made = cast("type[NestedObject]", _make(name, base, block))
            made._tf_schema, made._tf_owner = cls._tf_schema, cls
            made.__qualname__ = f"{cls.__qualname__}.{name}"
            made.__module__ = cls.__module__
            cls._tf_nested[name] = made
        return made


class _Base(metaclass=_BlockType):
    """What the bodies of all blocks share: arguments checked by the schema, and written by it."""

    __slots__ = ()

    _tf_owner: ClassVar[_BlockType]
    _tf_schema: ClassVar[Schema]
    _tf_block: ClassVar[Block]
    _tf_fields: ClassVar[Mapping[str, Field]]
    _tf_stored: ClassVar[Mapping[str, str]]

    _tf_attributes: ClassVar[tuple[Any, ...] | None] = None

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise attrs.exceptions.FrozenInstanceError

    def __delattr__(self, name: str) -> NoReturn:
        raise attrs.exceptions.FrozenInstanceError

    def _tf_keep(self, arguments: Mapping[str, Any]) -> None:
        for name, stored in self._tf_stored.items():
            object.__setattr__(self, stored, arguments.get(name))

    def __setstate__(self, state: tuple[None, Mapping[str, Any]]) -> None:
        # Copies are made of all slots, those of the base classes too, and despite being frozen.
        for name, value in state[1].items():
            object.__setattr__(self, name, value)

    def _tf_given(self) -> Iterator[tuple[Field, Any]]:
        """Give every argument that was given, with its field."""
        for name, stored in self._tf_stored.items():
            value = getattr(self, stored)
            if value is not None:
                yield self._tf_fields[name], value

    def _tf_arguments(self) -> dict[str, Json]:
        """Write what was given: attributes first, then blocks, both in alphabetical order."""
        body: dict[str, Json] = {}
        dynamics: dict[str, Json] = {}
        for field, value in self._tf_given():
            if isinstance(field, Attribute):
                body[field.name] = expression(value)
                continue
            items = _instances(field, value)
            given = [item._tf_body() for item in items if not isinstance(item, Dynamic)]
            generated = [
                item._tf_dynamic(field.name, item.content._tf_body())
                for item in items
                if isinstance(item, Dynamic)
            ]
            if generated:
                dynamics[field.name] = generated if len(generated) > 1 else generated[0]
            if given and field.nesting == "map":
                body[field.name] = dict(zip(map(literal, value), given, strict=True))
            elif given:
                alone = field.single or isinstance(value, NestedObject)
                body[field.name] = given[0] if alone else given
        return body | {"dynamic": dynamics} if dynamics else body

    def _tf_values(self) -> Iterator[Any]:
        """Give every value that was given, those inside nested blocks included."""
        for _, value in self._tf_given():
            yield from _values(value)


def _instances(field: NestedBlock, value: Any) -> list[Any]:
    """Give the blocks given for a kind of nested block, and the dynamic ones among them."""
    if field.nesting == "map" and isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, NestedObject):
        yield from value._tf_values()
    elif isinstance(value, Dynamic):
        yield value.for_each
        yield from value.labels
        yield from _values(value.content)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _values(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _values(item)
    else:
        yield reference(value) if hasattr(value, "_tf_reference") else value


class NestedObject(_Base):
    """A block inside a block, or an object of an attribute; it gives back what it was given."""

    __slots__ = ()

    def __init__(self, *positional: Any, **arguments: Any) -> None:
        cls = type(self)
        place = cls.__qualname__
        found = list(_argument_problems(cls, place, arguments))
        if positional:
            found.insert(0, Problem(place, "takes its arguments by name only", "write name=value"))
        _report(found)
        self._tf_keep(arguments)

    def _tf_body(self) -> dict[str, Json]:
        """Write the object as a block."""
        return self._tf_arguments()

    def _tf_object(self) -> dict[str, Any]:
        """Give the object as a value; where members have no default, with all of them."""
        members = {
            self._tf_fields[name].name: getattr(self, stored)
            for name, stored in self._tf_stored.items()
        }
        if self._tf_block.object:
            return members
        return {name: value for name, value in members.items() if value is not None}

    def __repr__(self) -> str:
        given = ((name, getattr(self, stored)) for name, stored in self._tf_stored.items())
        inside = ", ".join(f"{name}={value!r}" for name, value in given if value is not None)
        return f"{type(self).__qualname__}({inside})"


class OpaqueBlock(NestedObject):
    """A block whose inside the schema does not tell: it takes any argument as it is."""

    __slots__ = ("_tf_anything",)

    _tf_anything: Mapping[str, Any]

    def __init__(self, **arguments: Any) -> None:
        object.__setattr__(self, "_tf_anything", arguments)

    def _tf_body(self) -> dict[str, Json]:
        return {name: expression(self._tf_anything[name]) for name in sorted(self._tf_anything)}

    def _tf_values(self) -> Iterator[Any]:
        yield from _values(self._tf_anything)


class ProviderConfiguration(_Base):
    """The configuration of a provider. Its attributes are what it was given.

    Args:
        alias: The name by which blocks choose this configuration; without one it is the default.
    """

    __slots__ = ("_tf_alias",)

    _tf_alias: str | None
    _tf_provider: ClassVar[Pack]
    _tf_type: ClassVar[str]

    def __init__(self, *, alias: str | None = None, **arguments: Any) -> None:
        name = f"provider.{self._tf_type}"
        place = f"{name}.{alias}" if alias else name
        found = list(_argument_problems(type(self), place, arguments))
        if alias is not None:
            found += _label_problems(f"{name}.alias", (alias,))
        _report(found)
        object.__setattr__(self, "_tf_alias", alias)
        self._tf_keep(arguments)

    @property
    def _tf_path(self) -> tuple[str, str]:
        return "provider", self._tf_type

    def _tf_body(self) -> dict[str, Json]:
        alias = {} if self._tf_alias is None else {"alias": literal(self._tf_alias)}
        return alias | self._tf_arguments()

    def _tf_reference(self) -> Expression:
        return Symbol(f"{self._tf_type}.{self._tf_alias}" if self._tf_alias else self._tf_type)

    def __repr__(self) -> str:
        return f"<provider {self._tf_reference()._hcl()}>"


class Model(_Base):
    """A resource, data source or ephemeral resource. Its attributes are references."""

    __slots__ = ("_tf_label", "_tf_meta")

    _tf_label: str
    _tf_meta: Meta
    _tf_kind: ClassVar[Kind]
    _tf_provider: ClassVar[Pack]
    _tf_type: ClassVar[str]

    def __init__(self, *labels: str, **arguments: Any) -> None:
        cls = type(self)
        name = str(labels[0]) if labels else "?"
        place = f"{_prefix(cls._tf_kind)}{cls._tf_type}.{name}"
        found = list(_label_problems(place, labels))
        meta = {n: arguments.pop(n) for n in META_ARGUMENTS[cls._tf_kind] if n in arguments}
        found += meta_problems(cls._tf_kind, place, meta)
        found += _argument_problems(cls, place, arguments, META_ARGUMENTS[cls._tf_kind])
        _report(found)
        object.__setattr__(self, "_tf_label", name)
        given = {key: value for key, value in meta.items() if value is not None}
        object.__setattr__(self, "_tf_meta", Meta(**given))
        self._tf_keep(arguments)

    @property
    def _tf_path(self) -> tuple[str, str, str]:
        return self._tf_kind, self._tf_type, self._tf_label

    @property
    def _tf_address(self) -> str:
        return f"{_prefix(self._tf_kind)}{self._tf_type}.{self._tf_label}"

    def _tf_body(self) -> dict[str, Json]:
        arguments = self._tf_arguments()
        # Arguments that are called like Terraform's own stand in a block of their own.
        escaped = {name: arguments.pop(name) for name in _META_NAMES if name in arguments}
        body = {"_": escaped} | arguments if escaped else arguments
        return self._tf_meta._tf_head() | body | self._tf_meta._tf_tail()

    def _tf_reference(self) -> Expression:
        type_ = self._tf_schema.type()
        if self._tf_meta.count is not None:
            type_ = ["list", type_]
        elif self._tf_meta.for_each is not None:
            type_ = ["map", type_]
        return Symbol(self._tf_address, type_)

    def _tf_values(self) -> Iterator[Any]:
        yield from super()._tf_values()
        yield from _values(_meta_values(self._tf_meta))

    def _tf_attribute(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        fields = type(self)._tf_fields
        field = fields.get(name) or self._tf_block.attributes.get(name)
        if field is None:
            block = self._tf_block
            fix = closest(name, fields) or closest(name, (f.name for f in block.fields()))
            raise UnknownAttributeError(
                Problem(self._tf_address, f'has no attribute "{name}"', fix)
            )
        keyed = self._tf_keyed()
        if keyed:
            key = "0" if keyed == "count" else '"key"'
            problem = f'has {keyed}, so it is several objects without one "{name}"'
            fix = f"take one, [{key}].{name}, or all, splat(...).{name}"
            raise InstanceError(Problem(self._tf_address, problem, fix))
        type_ = self._tf_schema.field_type(field)
        # Terraform's dot takes no name that begins with a digit.
        step: Any = field.name if field.name.isidentifier() else (field.name,)
        return Access(Symbol(self._tf_address), step, type_)

    if not TYPE_CHECKING:  # the stubs say which attributes there are
        __getattr__ = _tf_attribute

    def __getitem__(self, key: str | int) -> Self:
        keyed = self._tf_keyed()
        key = parse(key)
        if keyed is None:
            problem = Problem(
                self._tf_address, "is one object", "it has neither count nor for_each"
            )
            raise InstanceError(problem)
        text = isinstance(key, str)
        number = isinstance(key, int) and not isinstance(key, bool)
        if not isinstance(key, Expression) and not (number if keyed == "count" else text):
            takes = "numbers, [0]" if keyed == "count" else 'keys, ["key"]'
            problem = Problem(
                self._tf_address, f"has {keyed}: its instances have {takes}, not {key!r}"
            )
            raise InstanceError(problem)
        return cast("Self", self._tf_reference()[key])

    def _tf_keyed(self) -> str | None:
        if self._tf_meta.count is not None:
            return "count"
        return "for_each" if self._tf_meta.for_each is not None else None

    def _tf_iterated(self) -> NoReturn:
        fix = "refer to one as [key], to all with splat(), for_list() or for_map()"
        raise InstanceError(
            Problem(self._tf_address, "can't be iterated: only Terraform knows its instances", fix)
        )

    if TYPE_CHECKING:
        __iter__: None
    else:
        __iter__ = _tf_iterated

    def __format__(self, spec: str) -> str:
        return str(self)

    def __str__(self) -> str:
        names = [n for n in ("arn", "id", "name") if n in self._tf_fields] or list(self._tf_fields)
        problem = "is a whole block, which has no text"
        fix = f"give one of its attributes, such as .{names[0]}" if names else ""
        raise InstanceError(Problem(self._tf_address, problem, fix))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._tf_fields]

    def __repr__(self) -> str:
        return f"<{self._tf_address}>"


class Resource(Model):
    """A managed resource."""

    __slots__ = ()
    _tf_kind = "resource"


class DataSource(Model):
    """A data source: something that exists and is read."""

    __slots__ = ()
    _tf_kind = "data"


class EphemeralResource(Model):
    """An ephemeral resource: opened for the run at hand and kept in no state."""

    __slots__ = ()
    _tf_kind = "ephemeral"


_BASES: Final[Mapping[Kind, type[_Base]]] = {
    "provider": ProviderConfiguration,
    "resource": Resource,
    "data": DataSource,
    "ephemeral": EphemeralResource,
}
_META_NAMES: Final = META_ARGUMENTS["resource"]


def _prefix(kind: Kind) -> str:
    return "" if kind == "resource" else f"{kind}."


def _meta_values(meta: Meta) -> list[Any]:
    values: list[Any] = [meta.count, meta.for_each, meta.depends_on, meta.provider]
    if meta.lifecycle:
        values.append(meta.lifecycle.replace_triggered_by)
        for condition in (*meta.lifecycle.precondition, *meta.lifecycle.postcondition):
            values += [condition.condition, condition.error_message]
    connections = [meta.connection, *(provisioner.connection for provisioner in meta.provisioner)]
    values += [provisioner.arguments for provisioner in meta.provisioner]
    values += [connection.arguments for connection in connections if connection]
    return [value for value in values if value is not None]


def arguments(model: _Base) -> Mapping[str, Any]:
    """Give what a block was given, by the names of Terraform; what was left out or None is not in it.

    Args:
        model: A model, a provider's configuration or a nested block.
    """
    if isinstance(model, OpaqueBlock):
        return dict(model._tf_anything)
    return {field.name: value for field, value in model._tf_given()}


def fields(class_: type[Any]) -> Mapping[str, Field]:
    """Give what the schema says of a block's arguments and attributes, by their names in Python.

    Args:
        class_: The class of a model, a provider's configuration or a nested block.
    """
    return cast("type[_Base]", class_)._tf_fields


def nested_class(class_: type[Any], field: Field) -> type[NestedObject] | None:
    """Give the class of the blocks or objects of a field; None if it has no objects.

    Args:
        class_: The class that has the field.
        field: One of its `fields`.
    """
    owner = cast("type[_Base]", class_)._tf_owner
    return owner._tf_class(field.shape) if field.shape else None


def make_model(kind: Kind, type_name: str, name: str, pack: Pack, module: str) -> type[Any]:
    """Make the class of a type.

    Args:
        kind: What the type is.
        type_name: Its name in Terraform; of a provider's configuration, the provider's.
        name: The name of the class.
        pack: The provider's schemas.
        module: The module the class is found in.
    """
    schema = pack.schema(kind, type_name)
    made: Any = _make(name, _BASES[kind], schema.block)
    made._tf_schema, made._tf_owner, made._tf_nested = schema, made, {}
    made._tf_provider, made._tf_type, made.__module__ = pack, type_name, module
    return cast("type[Any]", made)


def _make(name: str, base: type[_Base], block: Block) -> type[_Base]:
    reserved = META_ARGUMENTS.get(base._tf_kind, ()) if issubclass(base, Model) else ()
    fields = arguments_of(block, reserved)
    # A model's own attributes are references, so what it was given is kept under a private name.
    mark = "_" if issubclass(base, Model) else ""
    stored = {n: f"{mark}{n}" for n, field in fields.items() if field.settable}
    made: Any = _BlockType(name, (base,), {"__slots__": (*stored.values(), "__weakref__")})
    made.__doc__ = block.description or None
    made._tf_block, made._tf_fields, made._tf_stored = block, fields, stored
    return cast("type[_Base]", made)


# --- checks -----------------------------------------------------------------------------------------


def _label_problems(place: str, labels: tuple[Any, ...]) -> Iterator[Problem]:
    if len(labels) != 1 or not isinstance(labels[0], str):
        yield Problem(
            place, "takes one label, its name in Terraform", 'write it first, as in ("main", ...)'
        )
    elif not labels[0].replace("-", "_").isidentifier() or labels[0].startswith("-"):
        problem = f"{labels[0]!r} is no name in Terraform"
        yield Problem(
            place, problem, "begin with a letter or _, go on with letters, digits, _ and -"
        )


def _argument_problems(
    cls: type[_Base], place: str, arguments: Mapping[str, Any], others: tuple[str, ...] = ()
) -> Iterator[Problem]:
    """Check all arguments of a block, and warn of deprecated ones."""
    fields, stored = cls._tf_fields, cls._tf_stored
    if cls._tf_block.deprecated:
        _warn(f"{place} is deprecated")
    for name, value in arguments.items():
        field = fields.get(name)
        if field is None:
            names = [*stored, *others]
            yield Problem(f"{place}.{name}", "is unknown", closest(name, names))
        elif name not in stored:
            fix = "read it from the block instead of giving it"
            yield Problem(f"{place}.{name}", "only the provider sets this attribute", fix)
        elif value is not None:
            if isinstance(field, Attribute):
                class_ = cls._tf_owner._tf_class(field.shape) if field.shape else None
                yield from conversion.problems(f"{place}.{name}", field.type, value, class_)
                if field.deprecated:
                    _warn(f"{place}.{name} is deprecated")
            else:
                yield from _block_problems(cls, f"{place}.{name}", field, value)
    for name in stored:
        field = fields[name]
        if field.required and arguments.get(name) is None:
            yield Problem(f"{place}.{name}", "is missing", f"give {_expected(cls, field)}")


def _block_problems(
    cls: type[_Base], place: str, field: NestedBlock, value: Any
) -> Iterator[Problem]:
    class_ = cls._tf_owner._tf_class(field.shape)
    expected = _expected(cls, field)
    items = _instances(field, value)
    for item in items:
        content = item.content if isinstance(item, Dynamic) else item
        if not isinstance(content, class_):
            unknown = isinstance(parse(content), Expression)
            fix = "make blocks of an unknown list with dynamic()" if unknown else ""
            found = conversion.found(content)
            yield Problem(place, f"takes blocks, {expected}, not {found}", fix)
    if any(isinstance(item, Dynamic) for item in items):
        return
    most = 1 if field.single else field.max_items
    if not (field.min_items <= len(items) <= (most or len(items))):
        limits = f"{field.min_items} to {most}" if most else f"{field.min_items} or more"
        yield Problem(place, f"takes {limits} blocks, not {len(items)}")


def _expected(cls: type[_Base], field: Field) -> str:
    if isinstance(field, Attribute):
        return conversion.article(field.type)
    block = f"{cls._tf_owner.__name__}.{field.shape}(...)"
    if field.nesting == "map":
        return f"{{label: {block}}}"
    return block if field.single else f"[{block}]"


def _writer() -> FrameType:
    """Find the line, outside the language itself, that wrote a block."""
    frame = sys._getframe()
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(_LANGUAGE):
        frame = frame.f_back
    return frame


def _report(found: list[Problem]) -> None:
    if found:
        error = ArgumentError(found)
        frame = _writer()
        error.add_note(f"written at {frame.f_code.co_filename}:{frame.f_lineno}")
        raise error


def _warn(message: str) -> None:
    frame = _writer()
    warnings.warn_explicit(
        message,
        DeprecatedArgumentWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )
