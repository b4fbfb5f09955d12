"""Inputs and outputs of a module, each declared once as a field of an attrs class.

An input becomes the Terraform ``variable`` with its ``validation``, the JSON Schema of the environment
file, a row of the README and the check on a value given in Python.
"""

from __future__ import annotations

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
from tapforge.lang.identity import Memory, same
from tapforge.lang.input_values import convert
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
    # By the rule: a system and the modules it calls often hold a value to the same.
    _asks: list[str] = attrs.field(init=False, repr=False, factory=list)
    _found: Memory = attrs.field(init=False, repr=False, factory=Memory)

    def broken(self, value: Any, inputs: Mapping[str, Any]) -> tuple[str, ...]:
        """Say what is wrong with a value, and what was meant; () if nothing is.

        Args:
            value: The value, as `take` gives it.
            inputs: The values of all inputs that have one.
        """
        # It is remembered for the value beside those other inputs that the rule asks for.
        read = [value, *[inputs.get(name, NotImplemented) for name in self._asks]]
        if remembered := self._found.get(read):
            known_already: tuple[str, ...] = remembered[0]
            return known_already
        found = _reason(self, value, _Asked(inputs, self._asks))
        if len(read) <= len(self._asks):
            self._found.clear()
            read = [value, *[inputs.get(name, NotImplemented) for name in self._asks]]
        self._found.put(read, found)
        return found


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


_KEPT = 1000
"""How many values of an input are remembered."""


@attrs.define(eq=False)
class _Taken:
    """A value that was given for an input.

    Attributes:
        given: The value.
        value: The same, converted to the input's type.
        rules: Those rules that it may break, in some environment.
    """

    given: Any
    value: Any
    rules: tuple[Valid, ...]

    def broken(self, inputs: Mapping[str, Any]) -> list[tuple[str, ...]]:
        """Say what is wrong with the value.

        Args:
            inputs: The values of all inputs that have one.
        """
        found = [each for rule in self.rules if (each := rule.broken(self.value, inputs))]
        if not found:
            # A rule that asks for no other input now never will with this value.
            self.rules = tuple([rule for rule in self.rules if rule._asks])
        return found


@attrs.define(eq=False)
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
    _taken: dict[Any, _Taken] = attrs.field(init=False, repr=False, factory=dict)

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is attrs.NOTHING

    def take(self, value: Any, place: str, found: list[Problem]) -> _Taken | None:
        """Convert a value to the input's type; None if it has no such type.

        Args:
            value: The value that was given.
            place: What each problem's place begins with.
            found: Where problems are added.
        """
        key = value
        if value.__class__ is not str:
            taken = self._taken.get(id(value))
            if taken is not None and taken.given is value:
                return taken
            value = value if value is self.default else same(value)
            key = id(value)
        taken = self._taken.get(key)
        if taken is None:
            before = len(found)
            converted = convert(f"{place}: {self.name}", value, self.type, found)
            if len(found) != before:
                return None
            if len(self._taken) == _KEPT:
                self._taken.clear()
            rules = self.valid if converted is not None and known(converted) else ()
            if converted is not value:
                converted = same(converted)
            taken = self._taken[key] = _Taken(value, converted, rules)
        return taken

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
            same(default),
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
    values_taken: dict[str, Any] = {}
    ruled = []
    for name, field in declared.items():
        value = values.get(name)
        if value is None and not (field.nullable and name in values):
            value = field.default
            if value is attrs.NOTHING:
                what = "is null" if name in values else "has no value"
                fix = f"give one: {field.description}"
                found.append(Problem(f"{prefix}: {name}", what, fix))
                continue
        taken = field.take(value, prefix, found)
        if taken is not None:
            values_taken[name] = taken.value
            if taken.rules:
                ruled.append((name, taken))
    if validate:
        for name, taken in ruled:
            if broken := taken.broken(values_taken):
                found += [Problem(f"{prefix}: {name}", *each) for each in broken]
    return values_taken, found


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


def _reason(rule: Valid, value: Any, inputs: _Asked) -> tuple[str, ...]:
    try:
        holds = rule.condition(value, inputs)
        if holds is not False and not isinstance(holds, Failure):
            return ()
        message = parse(rule.message(_shown(value), inputs))
    except AttributeError as error:
        if error.obj is not inputs:
            raise
        # The rule compares with an input that is itself wrong, and reported.
        return ()
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
