"""Write the stubs of a generated package, which tell editors and type checkers what it holds.

Classes of one service, the first word of a type's name, share a stub module: type checkers read all
modules, so their number counts, and editors read only those a file uses, so their size does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import attrs

from tapforge.lang.expression import Type
from tapforge.lang.meta_arguments import META_ARGUMENTS
from tapforge.lang.names import python_name
from tapforge.lang.pack import Pack
from tapforge.lang.schema import Attribute, Block, Field, Kind, Schema, arguments_of

_BASES: Mapping[Kind, str] = {
    "provider": "ProviderConfiguration",
    "resource": "Resource",
    "data": "DataSource",
    "ephemeral": "EphemeralResource",
}
_IMPORTS = (
    "import builtins as _builtins\n"
    "import typing as _typing\n"
    "from collections.abc import Mapping\n"
    "from typing import Any, TypeAlias, Unpack\n"
    "\n"
    "from tapforge.lang import model as _model, typed as _typed\n"
    "from tapforge.lang.typed import ListOf\n"
)
# Names that a class may use for its own attributes and classes, and what they are called then.
_QUALIFIED = {
    **{
        name: f"_builtins.{name}" for name in ("str", "int", "float", "bool", "list", "set", "dict")
    },
    **{name: f"_typing.{name}" for name in ("Any", "Mapping", "TypeAlias", "Unpack")},
    "ListOf": "_typed.ListOf",
}
_ARGUMENTS = {"string": "str", "number": "float", "bool": "bool"}
# What is read may stand where a whole number is taken as well as where any number is.
_VALUES = {"string": "str", "number": "int", "bool": "bool"}
_WORD = re.compile(r"(?<![.\w])\w+(?!\w)")


def stub_modules(pack: Pack, kind: Kind, marker: str) -> dict[str, str]:
    """Write the stub modules of all types of a kind.

    Args:
        pack: The provider's schemas.
        kind: The kind of types.
        marker: The first line of every module.

    Returns:
        The text of each module, by its name.
    """
    modules: dict[str, list[str]] = defaultdict(list)
    for name, type_name in pack.classes(kind).items():
        schema = pack.schema(kind, type_name)
        modules[_service(pack, type_name)].append(
            "\n".join(_Stub(pack, kind, type_name, name, schema).lines()) + "\n"
        )
    return {
        module: f"{marker}\n\n{_IMPORTS}\n{''.join(classes)}"
        for module, classes in sorted(modules.items())
    }


def index_stub(pack: Pack, kind: Kind, folder: str) -> str:
    """Write the imports that gather the classes of a kind from their stub modules."""
    modules: dict[str, list[str]] = defaultdict(list)
    for name, type_name in pack.classes(kind).items():
        modules[_service(pack, type_name)].append(name)
    lines: list[str] = []
    for module, names in sorted(modules.items()):
        lines += [f"from .{folder}.{module} import {name} as {name}" for name in names]
    return "".join(f"{line}\n" for line in lines)


def _service(pack: Pack, type_name: str) -> str:
    word = type_name.removeprefix(f"{pack.name}_").partition("_")[0]
    return python_name(word)


@attrs.frozen
class _Stub:
    """The stub of one type."""

    _pack: Pack
    _kind: Kind
    _type_name: str
    _name: str
    _schema: Schema

    def lines(self) -> Iterator[str]:
        """Write the class with the classes of its nested blocks and objects."""
        yield f"class {self._name}(_model.{_BASES[self._kind]}):"
        yield from _docstring(self._title(), "    ")
        names = self._schema.shape_names
        fields = arguments_of(self._schema.block, META_ARGUMENTS.get(self._kind, ()))
        inside = {*fields, *names}
        for name in names:
            canonical = self._schema.canonical(name)
            if canonical == name:
                yield from self._nested(name, self._schema.shape(name))
        for name in names:
            canonical = self._schema.canonical(name)
            if canonical != name:
                alias = _qualified("TypeAlias", inside)
                yield f"    {name}: {alias} = {canonical}"
        yield from _indented(self._fields(fields, inside))
        yield from _indented(self._constructor(fields, inside))

    def _title(self) -> str:
        url = documentation_url(self._pack, self._kind, self._type_name)
        description = _one_line(self._schema.block.description)
        return " ".join(filter(None, [f"``{self._type_name}``.", description, url]))

    def _nested(self, name: str, block: Block) -> Iterator[str]:
        base = "OpaqueBlock" if block.opaque else "NestedObject"
        fields = arguments_of(block)
        yield f"    class {name}(_model.{base}):"
        if block.description:
            yield from _docstring(_one_line(block.description), "        ")
        if not block.opaque:
            yield from _indented(_indented(self._fields(fields, set(fields))))
            constructor = _signature(["self"], self._parameters(fields, set(fields)))
            yield from _indented(_indented(constructor))
        elif not block.description:
            yield "        ..."

    def _constructor(self, fields: Mapping[str, Field], inside: set[str]) -> Iterator[str]:
        if self._kind == "provider":
            alias = f"alias: {_qualified('str | None', inside)} = ..."
            yield from _signature(["self"], [*self._parameters(fields, inside), alias])
            return
        label = "label_" if "label" in fields else "label"
        meta = "meta_" if "meta" in fields else "meta"
        arguments = "ResourceMetaArguments" if self._kind == "resource" else "MetaArguments"
        more = f"**{meta}: {_qualified('Unpack', inside)}[_typed.{arguments}]"
        first = ["self", f"{label}: {_qualified('str', inside)}", "/"]
        yield from _signature(first, self._parameters(fields, inside), more)

    def _parameters(self, fields: Mapping[str, Field], inside: set[str]) -> list[str]:
        types = {
            name: _qualified(self._argument(field), inside)
            for name, field in fields.items()
            if field.settable
        }
        required = [f"{name}: {t}" for name, t in types.items() if fields[name].required]
        optional = [
            f"{name}: {t} | None = ..." for name, t in types.items() if not fields[name].required
        ]
        return required + optional

    def _fields(self, fields: Mapping[str, Field], inside: set[str]) -> Iterator[str]:
        for name, field in fields.items():
            yield f"{name}: {_qualified(self._value(field), inside)}"
            if isinstance(field, Attribute):
                yield from _docstring(_notes(field), "")

    def _argument(self, field: Field) -> str:
        class_ = f"{self._name}.{field.shape}"
        if isinstance(field, Attribute):
            return _argument_type(field.type, class_)
        match field.nesting:
            case "single" | "group":
                return class_
            case "map":
                return f"Mapping[str, {class_}]"
        return f"{class_} | ListOf[{class_}]"

    def _value(self, field: Field) -> str:
        class_ = f"{self._name}.{field.shape}"
        if isinstance(field, Attribute):
            return _value_type(field.type, class_)
        match field.nesting:
            case "single" | "group":
                return class_
            case "map":
                return f"dict[str, {class_}]"
        return f"{field.nesting}[{class_}]"


def documentation_url(pack: Pack, kind: Kind, type_name: str) -> str:
    """Give the page of a type in Terraform's public registry; empty for other registries."""
    host, namespace, name = pack.address.split("/")
    if host != "registry.terraform.io" or not pack.version:
        return ""
    base = f"https://{host}/providers/{namespace}/{name}/{pack.version}/docs"
    if kind == "provider":
        return base
    folder = {"resource": "resources", "data": "data-sources", "ephemeral": "ephemeral-resources"}
    return f"{base}/{folder[kind]}/{type_name.removeprefix(f'{name}_')}"


def _argument_type(type_: Type, class_: str) -> str:
    match type_:
        case str() if type_ in _ARGUMENTS:
            return _ARGUMENTS[type_]
        case ["list" | "set", element]:
            return f"ListOf[{_argument_type(element, class_)}]"
        case ["map", element]:
            return f"Mapping[str, {_argument_type(element, class_)}]"
        case ["object", *_]:
            return class_
    return "Any"


def _value_type(type_: Type, class_: str) -> str:
    match type_:
        case str() if type_ in _VALUES:
            return _VALUES[type_]
        case ["list" | "set" as kind, element]:
            return f"{kind}[{_value_type(element, class_)}]"
        case ["map", element]:
            return f"dict[str, {_value_type(element, class_)}]"
        case ["object", *_]:
            return class_
    return "Any"


def _qualified(annotation: str, inside: set[str]) -> str:
    """Write an annotation so that no attribute or class around it takes the place of its names."""
    if inside.isdisjoint(_QUALIFIED):
        return annotation
    return _WORD.sub(
        lambda word: _QUALIFIED.get(word[0], word[0]) if word[0] in inside else word[0], annotation
    )


def _notes(attribute: Attribute) -> str:
    notes = [
        "Deprecated." if attribute.deprecated else "",
        "Sensitive." if attribute.sensitive else "",
        "Write-only." if attribute.write_only else "",
        _one_line(attribute.description),
    ]
    return " ".join(filter(None, notes))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _signature(first: list[str], named: list[str], more: str = "") -> Iterator[str]:
    parameters = [*first, *(["*", *named] if named else []), *([more] if more else [])]
    if not named:
        yield f"def __init__({', '.join(parameters)}) -> None: ..."
        return
    yield "def __init__("
    yield from (f"    {parameter}," for parameter in parameters)
    yield ") -> None: ..."


def _docstring(text: str, indent: str) -> Iterator[str]:
    if text:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        yield f'{indent}"""{escaped}"""'


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)
