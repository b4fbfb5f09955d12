"""Inputs and outputs of a module, each declared once as a field of an attrs class.

An input becomes the Terraform ``variable`` with its ``validation``, the JSON Schema of the environment
file, a row of the README and the check on a value given in Python.
"""

from __future__ import annotations

import collections
import functools
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeVar, Union, cast, dataclass_transform

import attrs

from tapforge.lang.blocks import Variable
from tapforge.lang.errors import ArgumentError, Problem, closest
from tapforge.lang.expression import (
    Failure,
    Symbol,
    Template,
    Type,
    conditional,
    eq,
    known,
    parse,
)
from tapforge.lang.functions import contains, floor
from tapforge.lang.input_values import convert, is_plain
from tapforge.lang.json_syntax import Json
from tapforge.lang.meta import Condition
from tapforge.lang.value import number_text

C = TypeVar("C", bound=type)
T = TypeVar("T")
_VARIABLE, _OUTPUT = "tapforge.variable", "tapforge.output"


@attrs.frozen(eq=False)
class Valid:
    """What must hold for an input.

    Written once: over plain values it is Python's check, over references it is the ``validation``
    block that Terraform checks.

    Attributes:
        condition: Given the input's value, and all inputs of the module, tells whether all is well.
        message: Given the same, says what was found, what is expected and what to do.
        schema: The same for editors, as keywords of JSON Schema, as far as it can say it.
        meant: What a misspelt value may have meant; Python's message names the closest.
    """

    condition: Callable[[Any, Any], bool]
    message: Callable[[Any, Any], str]
    schema: Mapping[str, Json] = attrs.field(factory=dict)
    meant: Sequence[str] = ()


@attrs.frozen
class _Declaration:
    description: str
    valid: tuple[Valid, ...]
    sensitive: bool
    example: Any


def variable(
    description: str,
    *,
    default: Any = attrs.NOTHING,
    valid: Iterable[Valid] = (),
    sensitive: bool = False,
    example: Any = None,
) -> Any:
    """Declare an input; its type is the field's annotation, ``X | None`` where null is a value.

    Args:
        description: What it means, with its unit; one sentence.
        default: A constant; of a set, a list. An input without one must be given.
        valid: What must hold.
        sensitive: Terraform shows no value that derives from it.
        example: A value to show where there is no default.
    """
    declaration = _Declaration(description, tuple(valid), sensitive, example)
    if isinstance(default, (dict, list)):
        return attrs.field(factory=default.copy, metadata={_VARIABLE: declaration})
    return attrs.field(default=default, metadata={_VARIABLE: declaration})


@attrs.frozen(eq=False)
class Input:
    """One input of a module, as declared.

    Attributes:
        name: The field, and the Terraform variable.
        type: Its Terraform type.
        nullable: Whether null is a value.
        default: The constant, or `attrs.NOTHING`.
        description: See `variable`, as are the others.
    """

    name: str
    type: Type
    nullable: bool
    default: Any
    description: str
    valid: tuple[Valid, ...]
    sensitive: bool
    example: Any

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is attrs.NOTHING

    def variable(self, all_inputs: Any) -> Variable:
        """Write the input as a Terraform variable; `all_inputs` refers to the module's inputs."""
        value = getattr(all_inputs, self.name)

        def unless_null(then: Any, otherwise: Any) -> Any:
            # Not `||`: Terraform before 1.12 evaluates both of its sides. It evaluates the message of a
            # condition that holds, too, and takes no null in it.
            return conditional(eq(value, None), then, otherwise) if self.nullable else otherwise

        return Variable(
            self.name,
            type=self.type,
            description=self.description,
            default=self.default,
            nullable=None if self.nullable else False,
            sensitive=self.sensitive or None,
            validation=[
                Condition(
                    condition=unless_null(True, valid.condition(value, all_inputs)),
                    error_message=unless_null("null", valid.message(value, all_inputs)),
                )
                for valid in self.valid
            ],
        )


@attrs.frozen(eq=False)
class OutputDeclaration:
    """One output of a module, as declared."""

    name: str
    type: Type
    description: str
    sensitive: bool


_integer = Valid(
    lambda value, _: eq(floor(value), value),
    lambda value, _: f"{value} is no whole number.",
    {"type": "integer"},
)


_inputs: dict[type, dict[str, Input]] = {}


def declared_inputs(cls: type) -> dict[str, Input]:
    """Give the inputs of a class made with `inputs`, by name."""
    if cls not in _inputs:
        _inputs[cls] = _declared_inputs(cls)
    return _inputs[cls]


def _hints(cls: type) -> dict[str, Any]:
    """Do what `typing.get_type_hints` does, which compiles each annotation of each class anew."""
    return {
        name: _evaluated(base.__module__, annotation)
        for base in reversed(cls.__mro__)
        for name, annotation in inspect.get_annotations(base).items()
    }


@functools.cache
def _evaluated(module: str, annotation: Any) -> Any:
    if not isinstance(annotation, str):
        return annotation
    return eval(annotation, vars(sys.modules[module]))  # noqa: S307 - as Python itself does


def _declared_inputs(cls: Any) -> dict[str, Input]:
    hints = _hints(cls)
    found = {}
    for field in attrs.fields(cls):
        declaration: _Declaration = field.metadata[_VARIABLE]
        annotation, nullable = _optional(hints[field.name])
        default = field.default
        if hasattr(default, "factory"):
            default = default.factory()
        valid = declaration.valid
        if typing.get_origin(annotation) is Literal:
            valid = (one_of(*typing.get_args(annotation)), *valid)
        elif annotation is int:
            valid = (_integer, *valid)
        found[field.name] = Input(
            field.name,
            terraform_type(annotation),
            nullable,
            default,
            declaration.description,
            valid,
            declaration.sensitive,
            declaration.example,
        )
    return found


def declared_outputs(cls: Any) -> dict[str, OutputDeclaration]:
    """Give the outputs of a class made with `outputs`, by name."""
    hints = _hints(cls)
    return {
        field.name: OutputDeclaration(
            field.name,
            terraform_type(_optional(hints[field.name])[0]),
            field.metadata[_OUTPUT].description,
            field.metadata[_OUTPUT].sensitive,
        )
        for field in attrs.fields(cls)
    }


def one_of(*values: float | str) -> Valid:
    """The value is one of a few."""
    listed = ", ".join(map(str, values))
    mark = '"' if any(isinstance(value, str) for value in values) else ""
    return Valid(
        lambda value, _: contains(list(values), value),
        # Of text that is empty, Terraform would show a message that begins with a blank.
        lambda value, _: f"{mark}{value}{mark} is none of: {listed}.",
        {"enum": list(values)},
    )


def _optional(annotation: Any) -> tuple[Any, bool]:
    if typing.get_origin(annotation) in (Union, types.UnionType):
        arguments = [a for a in typing.get_args(annotation) if a is not types.NoneType]
        if len(arguments) == 1:
            return arguments[0], True
    return annotation, False


_SCALARS = {str: "string", int: "number", float: "number", bool: "bool", Any: "dynamic"}
_COLLECTIONS = {list: "list", Sequence: "list", set: "set", frozenset: "set"}


def terraform_type(annotation: Any) -> Type:
    """Give the Terraform type of a Python annotation.

    Raises:
        TypeError: Terraform has no such type.
    """
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        (type_,) = {_SCALARS.get(type(value)) for value in arguments}
        return type_
    if origin in _COLLECTIONS:
        return [_COLLECTIONS[origin], terraform_type(arguments[0])]
    if origin in (dict, Mapping) and arguments[0] is str:
        return ["map", terraform_type(arguments[1])]
    msg = f"{annotation} has no Terraform type; use str, int, float, bool, list, set or dict[str, ...]"
    raise TypeError(msg)


def problems(cls: type, values: Mapping[str, Any], place: str = "") -> list[Problem]:
    """Find everything that is wrong with the values of some inputs.

    Args:
        cls: A class made with `inputs`.
        values: Values, or expressions, by input.
        place: What each problem's place begins with.
    """
    return take(cls, values, place)[1]


def take(
    cls: type, values: Mapping[str, Any], place: str = "", *, validate: bool = True
) -> tuple[dict[str, Any], list[Problem]]:
    """Take values for some inputs as Terraform takes them, and find everything that is wrong.

    Each is converted to the type of its input, as ``"7"`` is for a number; null, where it is no value,
    stands for the default.

    Args:
        cls: A class made with `inputs`.
        values: Values, or expressions, by input.
        place: What each problem's place begins with.
        validate: Whether to hold the values to their rules.

    Returns:
        The value of every input that has one of its type, defaults included; and the problems.
    """
    declared = declared_inputs(cls)
    prefix = place or cls.__name__
    found = [
        Problem(f"{prefix}: {name}", "there is no such input", closest(name, declared))
        for name in values
        if name not in declared
    ]
    taken: dict[str, Any] = {}
    unsure = set()
    for name, field in declared.items():
        value = values.get(name)
        if value is None and not (field.nullable and name in values):
            value = field.default
            if value is attrs.NOTHING:
                what = "is null" if name in values else "has no value"
                fix = f"give one: {field.description}"
                found.append(Problem(f"{prefix}: {name}", what, fix))
                continue
        elif not is_plain(value, field.type):
            before = len(found)
            value = convert(f"{prefix}: {name}", value, field.type, found)
            if len(found) != before:
                continue
            unsure.add(name)
        taken[name] = value
    if validate:
        marks = _Marks(taken)
        for name, value in taken.items():
            valid = declared[name].valid
            if not valid or value is None or (name in unsure and not known(value)):
                continue
            found += [
                Problem(f"{prefix}: {name}", *broken)
                for broken in _verdicts_on(valid, value, marks[name], marks)
            ]
    return taken, found


_KEPT = 1000
"""How many verdicts a rule remembers: many environments have most of their values in common."""

_Broken = tuple[str, str]


@attrs.define(eq=False)
class _Verdicts:
    """What a rule said of values, beside the values of those other inputs that it asked for."""

    asks: list[str] = attrs.field(factory=list)
    of: dict[Any, _Broken | None] = attrs.field(factory=dict)


@attrs.define(eq=False)
class _Agreed:
    """The values that all of some rules accept, but for the rules that ask for other inputs."""

    values: set[Any] = attrs.field(factory=set)
    asking: list[Valid] = attrs.field(factory=list)


# By the rule: a system and the modules it calls often hold a value to the same.
_verdicts: dict[Valid, _Verdicts] = collections.defaultdict(_Verdicts)
_agreed: dict[tuple[Valid, ...], _Agreed] = collections.defaultdict(_Agreed)


class _Marks(dict[str, Any]):
    """What each input's value is told from others by, made when it is asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.values_of = values

    def __missing__(self, name: str) -> Any:
        value = self.values_of.get(name, NotImplemented)
        # 1 is equal to true, and no list can be looked up.
        mark = self[name] = value if value.__class__ is str else (repr(value),)
        return mark


class _Asked:
    """The inputs as rules see them; it notes which of them the rules ask for."""

    def __init__(self, inputs: Mapping[str, Any], names: list[str]) -> None:
        self._inputs, self._names = inputs, names

    def __getattr__(self, name: str) -> Any:
        if name not in self._names:
            self._names.append(name)
        try:
            return self._inputs[name]
        except KeyError:
            raise AttributeError(name, name=name, obj=self) from None


def _verdicts_on(rules: tuple[Valid, ...], value: Any, mark: Any, marks: _Marks) -> list[_Broken]:
    """Give all that is wrong with a value."""
    agreed = _agreed[rules]
    if mark in agreed.values:
        for rule in agreed.asking:
            if _verdict(rule, value, mark, marks):
                break
        else:
            return []
    broken = [each for rule in rules if (each := _verdict(rule, value, mark, marks))]
    asking = [rule for rule in rules if _verdicts[rule].asks]
    if len(asking) != len(agreed.asking) or len(agreed.values) == _KEPT:
        agreed.asking = asking
        agreed.values.clear()
    if not broken:
        agreed.values.add(mark)
    return broken


def _verdict(rule: Valid, value: Any, mark: Any, marks: _Marks) -> _Broken | None:
    """Give what is wrong, remembered for the same value beside the same other inputs."""
    verdicts = _verdicts[rule]
    asks = verdicts.asks
    key = (mark, *map(marks.__getitem__, asks)) if asks else mark
    if key not in verdicts.of:
        before = len(asks)
        broken = _reason(rule, value, _Asked(marks.values_of, asks))
        if len(asks) != before or len(verdicts.of) == _KEPT:
            verdicts.of.clear()
            key = (mark, *map(marks.__getitem__, asks)) if asks else mark
        verdicts.of[key] = broken
    return verdicts.of[key]


def _reason(rule: Valid, value: Any, inputs: Any) -> _Broken | None:
    """Say what is wrong with a value, and what was meant; nothing if only Terraform can tell."""
    try:
        holds = rule.condition(value, inputs)
        if holds is not False and not isinstance(holds, Failure):
            return None
        message = parse(rule.message(_shown(value), inputs))
    except AttributeError as error:
        if error.obj is not inputs:
            raise
        # The rule compares with an input that is itself wrong, and reported.
        return None
    if isinstance(message, Template):
        message = message._text(str)  # it shows an input that only Terraform will know
    return str(message), closest(str(value), rule.meant)


class _Digits(float):
    """A number that is shown as Terraform shows it: all digits, and never an exponent."""

    text: str

    def __format__(self, _: str) -> str:
        return self.text


def _shown(value: Any) -> Any:
    if not isinstance(value, (float, Decimal)):
        return value
    shown = _Digits(value)
    shown.text = number_text(value)
    return shown


def _init(self: Any, **values: Any) -> None:
    taken, found = take(type(self), values)
    if found:
        raise ArgumentError(found)
    # Null, where it is no value, is left out.
    given = {n: taken[n] for n, value in values.items() if value is not None or taken[n] is None}
    self.__attrs_init__(**given)


def _repr(self: Any) -> str:
    # One for all: attrs would write, and compile at every start, one for each class.
    fields = (f"{field.name}={getattr(self, field.name)!r}" for field in attrs.fields(type(self)))
    return f"{type(self).__qualname__}({', '.join(fields)})"


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(variable,))
def inputs(cls: C) -> C:
    """Make a class the inputs of a module: every field is declared with `variable`.

    The class's ``__init__`` checks the types and validations of all values that are known, and raises
    one `ArgumentError` with every problem.
    """
    cls.__init__ = _init  # type: ignore[misc]
    cls.__repr__ = _repr  # type: ignore[method-assign,assignment]
    return attrs.define(kw_only=True, frozen=True, slots=True, eq=False, init=False, repr=False)(
        cls
    )


def references(cls: type[T]) -> T:
    """Give the inputs of a module as references to its variables."""
    made = cls.__new__(cls)
    fields = declared_inputs(cls).values()
    cast("Any", made).__attrs_init__(**{f.name: Symbol(f"var.{f.name}", f.type) for f in fields})
    return made


def output(description: str, *, sensitive: bool = False) -> Any:
    """Declare an output; its type is the field's annotation."""
    return attrs.field(metadata={_OUTPUT: _Declaration(description, (), sensitive, None)})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(output,))
def outputs(cls: C) -> C:
    """Make a class the outputs of a module: every field is declared with `output`."""
    cls.__repr__ = _repr  # type: ignore[method-assign,assignment]
    return attrs.define(kw_only=True, frozen=True, slots=True, eq=False, repr=False)(cls)


def json_schema(fields: Iterable[Input], *, title: str, description: str) -> dict[str, Json]:
    """Give the JSON Schema (2020-12) of an object with these inputs, for editors.

    It takes whatever `take` takes once it is written in the type of its input, and refuses what JSON
    Schema can say.
    """
    fields = sorted(fields, key=lambda field: field.name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        "type": "object",
        "properties": {field.name: _property(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _property(field: Input) -> dict[str, Json]:
    schema: dict[str, Json] = {"description": field.description} | type_schema(field.type)
    for valid in field.valid:
        schema |= valid.schema
    if field.nullable:
        schema = _or_null(schema)
    if field.nullable and "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if not field.required:
        schema["default"] = field.default
    if field.example is not None:
        schema["examples"] = [field.example]
    return schema


_JSON_TYPES = {"string": "string", "number": "number", "bool": "boolean"}


def _or_null(schema: dict[str, Json]) -> dict[str, Json]:
    # Terraform takes a null among the elements of a list or map, unless a rule says otherwise.
    return schema | {"type": [schema["type"], "null"]} if "type" in schema else schema


def type_schema(type_: Type) -> dict[str, Json]:
    """Give the JSON Schema of the values of a Terraform type."""
    match type_:
        case "dynamic":
            return {}
        case str():
            return {"type": _JSON_TYPES[type_]}
        case ["map", element]:
            return {"type": "object", "additionalProperties": _or_null(type_schema(element))}
        case [_, element]:
            return {"type": "array", "items": _or_null(type_schema(element))}
    raise TypeError(f"{type_!r} is no type of an input")
