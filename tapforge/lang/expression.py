"""Terraform expressions as Python values.

An expression stands wherever its value may stand, so types are written as those of the value: a
reference to a string is annotated ``str``. What is known is plain Python; what only Terraform knows is
an `Expression`. Every function of this module gives a plain value when all it is given is known.
"""

from __future__ import annotations

import inspect
import json
import keyword
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NoReturn, TypeVar, cast

import attrs

from tapforge.lang import marker
from tapforge.lang.errors import (
    ArgumentError,
    Problem,
    UnknownValueError,
    ValueNotAllowedError,
    closest,
)
from tapforge.lang.value import (
    RefusedError,
    UnfoldedError,
    boolean,
    convert,
    equal,
    exact,
    in_order,
    is_number,
    is_small,
    normalized,
    number,
    string,
    type_of,
    unify,
)

T = TypeVar("T")
Type = Any
"""A type as Terraform's schema JSON writes it: ``"string"``, ``["list", "string"]``,
``["object", {"name": "string"}]``; None where it is not known."""


class Expression:
    """A value that only Terraform will know. Made by references, functions and operators."""

    __slots__ = ("_sound", "_type")
    _type: Type
    # Whether it is known to hold no failing call: an expression does not change.
    _sound: bool

    # How tightly the text holds together: what binds looser than its place asks for is put in
    # parentheses. 0 for a conditional, 1 to 6 for operators, 7 for their signs, 8 for all else.
    _binding = 8

    def _hcl(self) -> str:
        """Write the expression in Terraform's native syntax."""
        raise NotImplementedError

    def _parts(self) -> Iterable[Any]:
        """Give the values the expression is made of."""
        return ()

    def _evaluated(self) -> Iterable[Any]:
        """Give those of the values that Terraform evaluates in any case."""
        return self._parts()

    def __repr__(self) -> str:
        return f"<{self._hcl()}>"

    def __format__(self, spec: str) -> str:
        if spec:
            raise _unknown(self, f'formatted with ":{spec}"', "use the function format()")
        if self._type == "bool":
            # Python writes True where Terraform writes true, once the value is known.
            raise _unknown(self, "written into text", "use the function tostring()")
        return marker.mark(self, self._hcl())

    def __str__(self) -> str:
        return format(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name.endswith("_") and keyword.iskeyword(name[:-1]):
            name = name[:-1]  # as arguments are written: and_, from_
        return Access(self, name, attribute_type(self, name))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            raise _unknown(self, "sliced", "use the function slice() or substr()")
        if is_number(key) and key < 0:
            raise _unknown(self, "indexed from its end", "use the function element()")
        return Access(self, (key,), element_type(self, key))

    def __bool__(self) -> NoReturn:
        raise _unknown(
            self,
            "tested for truth",
            "use conditional(condition, a, b), and_(), or_(), not_(), or count and for_each",
        )

    def __iter__(self) -> NoReturn:
        raise _unknown(
            self,
            "iterated",
            "use for_list(), for_map(), or for_each of a resource or dynamic block",
        )

    def __len__(self) -> NoReturn:
        raise _unknown(self, "measured with len()", "use the function length()")

    def __contains__(self, item: object) -> NoReturn:
        raise _unknown(self, 'searched with "in"', "use the function contains()")

    def _compared(self, _other: object) -> NoReturn:
        raise _unknown(self, "compared", "use eq(), ne(), lt(), le(), gt() or ge()")

    __eq__ = _compared
    __ne__ = _compared
    __lt__ = __le__ = __gt__ = __ge__ = _compared
    __hash__ = object.__hash__

    def _converted(self, *_: object) -> NoReturn:
        raise _unknown(self, "converted to a Python number", "use the function tonumber()")

    __int__ = __float__ = __index__ = __round__ = _converted

    def __add__(self, other: Any) -> Any:
        return _arithmetic("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return _arithmetic("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return _arithmetic("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return _arithmetic("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return _arithmetic("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return _arithmetic("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return _arithmetic("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _arithmetic("/", other, self)

    def __mod__(self, other: Any) -> Any:
        return _arithmetic("%", self, other)

    def __rmod__(self, other: Any) -> Any:
        return _arithmetic("%", other, self)

    def __neg__(self) -> Any:
        return Operation("-", (self,), "number")

    def __pos__(self) -> Any:
        return _arithmetic("+", 0, self)

    def __floordiv__(self, _other: object) -> NoReturn:
        raise _unknown(self, "divided with //", "use floor(a / b)")

    def __pow__(self, _other: object) -> NoReturn:
        raise _unknown(self, "raised with **", "use the function pow()")

    def __abs__(self) -> NoReturn:
        raise _unknown(self, "given to Python's abs()", "use the function abs() of Terraform")

    def __and__(self, _other: object) -> NoReturn:
        raise _unknown(
            self, "combined with &, | or ^", "use and_(), or_(), merge(), or a function of sets"
        )

    def __invert__(self) -> NoReturn:
        raise _unknown(self, "inverted with ~", "use not_()")

    def __call__(self, *_: object, **__: object) -> NoReturn:
        """Refuse: a method of Python's strings or dicts was meant."""
        raise _unknown(self, "called", "Terraform's functions take a value as their argument")

    __rfloordiv__ = __floordiv__
    __rpow__ = __pow__
    __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __and__


def _unknown(expression: Expression, use: str, fix: str) -> UnknownValueError:
    if isinstance(expression, Failure):
        return UnknownValueError(Problem(expression._hcl(), expression._reason))
    return UnknownValueError(
        Problem(
            expression._hcl(), f"only Terraform will know this value; it can't be {use} here", fix
        )
    )


class Symbol(Expression):
    """The root of a reference: ``var.region``, ``aws_vpc.main``, ``each``, ``count``."""

    __slots__ = ("_address",)

    def __init__(self, address: str, type_: Type = None) -> None:
        self._address = address
        self._type = type_
        self._sound = True

    def _hcl(self) -> str:
        return self._address


class Named(Symbol):
    """A known value that is rendered by its name: functions fold over it, text refers to it."""

    __slots__ = ("_of_value", "_value")

    def __init__(self, address: str, value: Any) -> None:
        super().__init__(address)
        self._value = value
        # The type of the value, once it was asked for: a table is long.
        self._of_value: Type = None


_SCALARS = frozenset((str, int, float, bool, type(None)))


def plain(value: Any) -> Any:
    """Give a known value itself where it, or a part of it, is rendered by a name."""
    if value.__class__ in _SCALARS:
        return value
    if isinstance(value, Named):
        return value._value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return set(map(plain, value))
    return value


class TypeConstraint(Expression):
    """A type where Terraform expects one: ``list(string)``."""

    __slots__ = ()

    def __init__(self, type_: Type) -> None:
        self._type = type_
        self._sound = True

    def _hcl(self) -> str:
        return describe(self._type)


class Access(Expression):
    """An attribute (a name), an element (a tuple of one key) or a splat (``...``) of an expression."""

    __slots__ = ("_base", "_step")

    def __init__(self, base: Expression, step: Any, type_: Type = None) -> None:
        self._base = base
        self._step = step
        self._type = type_
        self._sound = base._sound and step.__class__ is not tuple

    def _hcl(self) -> str:
        base = _operand(self._base, Expression._binding)
        if isinstance(self._step, str):
            return f"{base}.{self._step}"
        return f"{base}[*]" if self._step is ... else f"{base}[{hcl(self._step[0])}]"

    def _parts(self) -> Iterable[Any]:
        return (self._base, *self._step) if isinstance(self._step, tuple) else (self._base,)


class Call(Expression):
    """A function call whose arguments are not all known."""

    __slots__ = ("_arguments", "_function")

    def __init__(self, function: str, arguments: tuple[Any, ...], type_: Type = None) -> None:
        self._function = function
        self._arguments = arguments
        self._type = type_
        self._sound = False

    def _hcl(self) -> str:
        return f"{self._function}({', '.join(map(hcl, self._arguments))})"

    def _parts(self) -> Iterable[Any]:
        return self._arguments

    def _evaluated(self) -> Iterable[Any]:
        return () if self._function in ("can", "try") else self._arguments


class Failure(Expression):
    """What Terraform would refuse to evaluate: ``can`` and ``try`` see it, anything else reports it."""

    __slots__ = ("_expression", "_reason")

    def __init__(self, expression: Expression, reason: str) -> None:
        self._expression, self._reason = expression, reason
        self._type = None
        self._sound = False

    def _hcl(self) -> str:
        return self._expression._hcl()

    @property
    def _binding(self) -> int:  # type: ignore[override]
        return self._expression._binding

    def _parts(self) -> Iterable[Any]:
        return self._expression._parts()


_BINDINGS = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4}
_BINDINGS |= {"+": 5, "-": 5, "*": 6, "/": 6, "%": 6}


class Operation(Expression):
    """A unary or binary operator."""

    __slots__ = ("_operands", "_operator")

    def __init__(self, operator: str, operands: tuple[Any, ...], type_: Type) -> None:
        self._operator = operator
        self._operands = operands
        self._type = type_
        self._sound = False

    def _hcl(self) -> str:
        if len(self._operands) == 1:
            return self._operator + _operand(self._operands[0], Expression._binding)
        # Only the first operand may bind as loosely as the whole: operators group to the left.
        first, *others = self._operands
        written = [
            _operand(first, self._binding),
            *(_operand(o, self._binding + 1) for o in others),
        ]
        return f" {self._operator} ".join(written)

    @property
    def _binding(self) -> int:  # type: ignore[override]
        return 7 if len(self._operands) == 1 else _BINDINGS[self._operator]

    def __format__(self, spec: str) -> str:
        if self._operator == "/":
            # Python writes 3.0 where Terraform writes 3, once the value is known.
            raise _unknown(self, "written into text", "use the function tostring()")
        return super().__format__(spec)

    def _parts(self) -> Iterable[Any]:
        return self._operands

    def _evaluated(self) -> Iterable[Any]:
        # Whatever one side of these comes to, the other may decide.
        return () if self._operator in ("&&", "||") else self._operands


class Conditional(Expression):
    """``condition ? then : otherwise``."""

    __slots__ = ("_condition", "_otherwise", "_then")
    _binding = 0

    def __init__(self, condition: Any, then: Any, otherwise: Any) -> None:
        self._condition, self._then, self._otherwise = condition, then, otherwise
        # A null takes the type of the other side.
        types = [type_ for type_ in map(static_type, (then, otherwise)) if type_ != "dynamic"]
        self._type = types[0] if types and types[0] == types[-1] else None
        self._sound = False

    def _hcl(self) -> str:
        return " ".join(
            (
                *(_operand(self._condition, 1), "?", _operand(self._then, 1)),
                *(":", _operand(self._otherwise, 1)),
            )
        )

    def _parts(self) -> Iterable[Any]:
        return (self._condition, self._then, self._otherwise)

    def _evaluated(self) -> Iterable[Any]:
        return (self._condition,)


class For(Expression):
    """A ``for`` expression; makes an object when it has a key, else a tuple."""

    __slots__ = ("_collection", "_key", "_names", "_value", "_when")

    def __init__(
        self, names: Sequence[str], collection: Any, key: Any, value: Any, when: Any
    ) -> None:
        self._names, self._collection = names, collection
        self._key, self._value, self._when = key, value, when
        self._type = None
        self._sound = False

    def _hcl(self) -> str:
        head = f"for {', '.join(self._names)} in {hcl(self._collection)} :"
        tail = "" if self._when is None else f" if {hcl(self._when)}"
        if self._key is None:
            return f"[{head} {hcl(self._value)}{tail}]"
        return f"{{{head} {hcl(self._key)} => {hcl(self._value)}{tail}}}"

    def _parts(self) -> Iterable[Any]:
        return (self._collection, self._key, self._value, self._when)

    def _evaluated(self) -> Iterable[Any]:
        return (self._collection,)


class Template(Expression):
    """Text with expressions in it: what an f-string makes."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Sequence[str | Expression]) -> None:
        self._pieces = tuple(pieces)
        self._type = "string"
        self._sound = False

    def _hcl(self) -> str:
        return f'"{self._text(_escape_quoted)}"'

    def _text(self, escape: Callable[[str], str]) -> str:
        """Join the pieces into a template, the text of each escaped."""
        out = []
        for piece, following in zip(self._pieces, (*self._pieces[1:], ""), strict=True):
            if isinstance(piece, Expression):
                out.append("${" + piece._hcl() + "}")
                continue
            # A dollar directly before an interpolation would escape it.
            stem = piece.rstrip("$") if isinstance(following, Expression) else piece
            out.append(escape(stem))
            if stem != piece:
                out.append('${"' + piece[len(stem) :] + '"}')
        return "".join(out)

    def _parts(self) -> Iterable[Any]:
        return self._pieces


# --- text -------------------------------------------------------------------------------------------

_UNQUOTED_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_QUOTED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape_template(text: str) -> str:
    """Write text so that Terraform's template language reads it as itself."""
    return text.replace("${", "$${").replace("%{", "%%{")


def check_text(text: str) -> str:
    """Give the text back if Terraform keeps it as it is.

    Raises:
        ValueNotAllowedError: it is not in Unicode's form NFC.
    """
    if text != normalized(text):
        raise ValueNotAllowedError(
            Problem(
                repr(text),
                "Terraform would change this text: it normalises every string to Unicode form NFC",
                'give unicodedata.normalize("NFC", text)',
            )
        )
    return text


_UNESCAPED = re.compile(r"[ !#&-\[\]-~]*")  # ASCII that needs no escape, whatever stands beside it


def _escape_quoted(text: str) -> str:
    if _UNESCAPED.fullmatch(text):
        return text
    escaped = "".join(
        _QUOTED.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}")
        for c in check_text(text)
    )
    return escape_template(escaped)


def parse(value: Any) -> Any:
    """Turn a string that expressions were formatted into back into an expression.

    Raises:
        DamagedReferenceError: the string was altered after formatting.
    """
    if not isinstance(value, str) or not marker.has_marker(value):
        return value
    pieces = marker.split(value)
    if len(pieces) > 1:
        return Template(pieces)
    (piece,) = pieces
    # A template of nothing but a number would be a number to Terraform; an f-string makes text.
    is_text = isinstance(piece, str) or piece._type != "number"
    return piece if is_text else Call("tostring", (piece,), "string")


def hcl(value: Any) -> str:
    """Write a value, or an expression, in Terraform's native expression syntax."""
    value = parse(value)
    if isinstance(value, Expression):
        return value._hcl()
    if hasattr(value, "_tf_reference"):
        return reference(value)._hcl()
    if hasattr(value, "_tf_object"):
        value = value._tf_object()
    if isinstance(value, str):
        return f'"{_escape_quoted(value)}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_hcl_key(k)} = {hcl(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        return f"toset([{', '.join(map(hcl, set_elements(value)))}])"
    if isinstance(value, Iterable):
        return "[" + ", ".join(map(hcl, value)) + "]"
    return _hcl_scalar(value)


def _hcl_scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not is_number(value) or (isinstance(value, (float, Decimal)) and not math.isfinite(value)):
        raise ValueNotAllowedError(
            Problem(
                repr(value), f"Terraform has no value for a Python {type(value).__name__} like it"
            )
        )
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)


def _hcl_key(key: Any) -> str:
    key = parse(key)
    if isinstance(key, Template):
        return key._hcl()
    if isinstance(key, Expression):
        return f"({key._hcl()})"
    if not isinstance(key, str):
        raise ValueNotAllowedError(Problem(repr(key), "the keys of Terraform's maps are strings"))
    # {for ...} begins a loop.
    plain_word = _UNQUOTED_KEY.fullmatch(key) and key != "for"
    return key if plain_word else f'"{_escape_quoted(key)}"'


def set_elements(values: Iterable[Any]) -> list[Any]:
    """Put a set's elements in Terraform's order; those only it will know come last, by their text."""
    known_ones = [value for value in values if known(value)]
    open_ones = [value for value in values if not known(value)]
    try:
        ordered = in_order(map(plain, known_ones))
    except (RefusedError, UnfoldedError):
        ordered = sorted(known_ones, key=hcl)
    return [*ordered, *sorted(open_ones, key=hcl)]


def _operand(value: Any, binding: int) -> str:
    """Write a part of an expression, in parentheses if it binds looser than its place asks for."""
    value = parse(value)
    text = hcl(value)
    loose = isinstance(value, Expression) and value._binding < binding
    # A number that begins with a minus is two tokens to Terraform.
    signed = binding > 0 and not isinstance(value, Expression) and text.startswith("-")
    return f"({text})" if loose or signed else text


# --- types ------------------------------------------------------------------------------------------


def attribute_type(base: Expression, name: str) -> Type:
    """Give the type of an attribute of an expression.

    Raises:
        AttributeError: the expression's type is known and has no such attribute.
    """
    match base._type:
        case None | "dynamic" | ["map", _]:
            return base._type[1] if isinstance(base._type, (list, tuple)) else None
        case ["object", attributes]:
            if name in attributes:
                return attributes[name]
            hint = closest(name, attributes) or f"it has {', '.join(sorted(attributes))}"
            raise AttributeError(f'{base._hcl()} has no attribute "{name}"; {hint}')
        case "string" if name in dir(str):
            hint = f"Terraform's functions, such as {name}(), take it as their argument"
        case ["list" | "set" | "tuple", _]:
            hint = f"take one element first: [0].{name}, or splat(...).{name} for all"
        case _:
            hint = "only objects and maps have attributes"
    raise AttributeError(f"{base._hcl()} is a {describe(base._type)}, without attributes; {hint}")


def element_type(base: Expression, key: Any) -> Type:
    """Give the type of an element of an expression.

    Raises:
        TypeError: the expression's type is known and has no elements.
    """
    match base._type:
        case None | "dynamic":
            return None
        case ["list" | "map", element]:
            return element
        case ["tuple", elements]:
            return elements[key] if isinstance(key, int) and key < len(elements) else None
        case ["object", attributes] if isinstance(key, str):
            return attributes.get(key)
        case ["set", _]:
            raise TypeError(
                f"{base._hcl()} is a set: its elements have no order; use one() or tolist()"
            )
        case _:
            raise TypeError(f"{base._hcl()} is a {describe(base._type)}: it has no elements")


def expression_type(expression: Expression) -> Type:
    """Give the type of an expression's value, as far as it is known."""
    step: Any = expression
    while isinstance(step, Access):
        if step._step is ...:
            # What follows a splat applies to each element.
            return ["list", expression._type]
        step = step._base
    return expression._type


def static_type(value: Any) -> Type:
    """Give the type of a value, known or not; "dynamic" for null, None where it is not known."""
    value = parse(value)
    if isinstance(value, Named):
        if value._of_value is None:
            value._of_value = static_type(value._value)
        return value._of_value
    if isinstance(value, Expression):
        type_ = expression_type(value)
        return type_ if _is_exact(type_) else None
    if not known(value):
        return _open_type(value)
    try:
        return type_of(plain(value))
    except (TypeError, RefusedError, UnfoldedError):
        return None


def _open_type(value: Any) -> Type:
    """Give the type of a list or map that is written out with something unknown in it."""
    if isinstance(value, (list, tuple)):
        elements = list(map(static_type, value))
        return None if None in elements else ["tuple", elements]
    if isinstance(value, Mapping) and known(list(value)):
        attributes = {str(key): static_type(item) for key, item in value.items()}
        return None if None in attributes.values() else ["object", attributes]
    return None


def _is_exact(type_: Type) -> bool:
    match type_:
        case None | "dynamic":
            return False
        case str():
            return True
        case ["tuple", elements]:
            return all(map(_is_exact, elements))
        case ["object", attributes, *_]:
            return all(map(_is_exact, attributes.values()))
    return _is_exact(type_[1])


def describe(type_: Type) -> str:
    """Write a type the way Terraform's language does: ``list(string)``."""
    match type_:
        case None | "dynamic":
            return "any"
        case str():
            return type_
        case ["tuple", elements]:
            return f"tuple([{', '.join(map(describe, elements))}])"
        case ["object", attributes, *rest]:
            optional = rest[0] if rest else ()
            fields = (
                f"{name} = optional({describe(t)})"
                if name in optional
                else f"{name} = {describe(t)}"
                for name, t in attributes.items()
            )
            return f"object({{ {', '.join(fields)} }})"
        case [kind, element]:
            return f"{kind}({describe(element)})"
    raise TypeError(f"{type_!r} is no Terraform type")


# --- construction -----------------------------------------------------------------------------------


_CONTAINERS = (list, tuple, set, frozenset, Mapping)


def known(value: Any) -> bool:
    """Tell whether a value holds no expression anywhere."""
    if _is_simple(value):
        return True
    if isinstance(value, str):
        return not marker.has_marker(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(known, value))
    if isinstance(value, Expression):
        return isinstance(value, Named)
    if isinstance(value, Mapping):
        return all(map(known, value)) and all(map(known, value.values()))
    if hasattr(value, "_tf_reference"):
        return False
    return known(value._tf_object()) if hasattr(value, "_tf_object") else True


def find_failure(value: Any) -> Failure | None:
    """Find a call in a value that Terraform would evaluate and refuse."""
    if _is_simple(value):
        return None
    value = parse(value)
    if isinstance(value, Expression):
        if value._sound:
            return None
        if isinstance(value, Failure):
            return value
        parts: Iterable[Any] = value._evaluated()
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = value
    elif isinstance(value, Mapping):
        parts = (*value, *value.values())
    else:
        return None
    for part in parts:
        failure = find_failure(part)
        if failure is not None:
            return failure
    if isinstance(value, Expression):
        value._sound = True
    return None


def roots(value: Any) -> list[Symbol]:
    """Give the root of every reference in a value."""
    found: list[Symbol] = []
    _collect_roots(value, found)
    return found


def addresses(value: Any) -> list[str]:
    """Give the address of whatever a value refers to: ``var.region``, ``aws_vpc.main``."""
    root = value
    while root.__class__ is Access and root._step.__class__ is str:
        root = root._base
    if root.__class__ is Symbol:
        return [root._address]  # a plain reference, as most are
    return [root._address for root in roots(value)]


def _collect_roots(value: Any, found: list[Symbol]) -> None:
    if value.__class__ is str and value.isascii():
        return
    value = parse(value)
    if isinstance(value, Symbol):
        found.append(value)
        return
    parts: Iterable[Any] = ()
    if isinstance(value, Expression):
        parts = value._parts()
    elif isinstance(value, Mapping):
        parts = (*value, *value.values())
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = value
    elif hasattr(value, "_tf_reference"):
        parts = (value._tf_reference(),)
    elif attrs.has(type(value)):
        parts = [getattr(value, field.name) for field in attrs.fields(type(value))]
    for part in parts:
        if part.__class__ not in _ATOMS:
            _collect_roots(part, found)


_ATOMS = frozenset((int, float, bool, type(None)))


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    for side, other in ((left, right), (right, left)):
        if isinstance(side, str):
            raise _unknown(other, "added to text", 'use an f-string: f"...{reference}"')
        if not isinstance(side, Expression) and not is_number(side):
            raise _unknown(
                other,
                f"calculated with a Python {type(side).__name__}",
                "calculate with numbers; join lists with concat(), maps with merge()",
            )
        if isinstance(side, float) and not math.isfinite(side):
            raise ValueError(f"Terraform has no number {side}")
    failure = find_failure((left, right))
    return Operation(operator, (left, right), "number") if failure is None else failure


def _compare(symbol: str, left: Any, right: Any, result: Callable[[Any, Any], bool]) -> bool:
    values: tuple[Any, ...] = (left, right)
    if not (_is_simple(left) and _is_simple(right)):
        left, right = parse(left), parse(right)
        values = (plain(left), plain(right)) if known(left) and known(right) else ()
    if values:
        try:
            return result(*values)
        except RefusedError as refusal:
            operation = Operation(symbol, (left, right), "bool")
            return cast("bool", Failure(operation, str(refusal)))
        except UnfoldedError:
            return cast("bool", Operation(symbol, (left, right), "bool"))
    for side, other in ((left, right), (right, left)):
        if isinstance(side, Expression) and isinstance(other, _CONTAINERS):
            # A list never equals a tuple, which is what a list written out is, nor a map an object.
            raise _unknown(
                side,
                "compared with a list or map written out, whose type is another one to Terraform",
                "compare the jsonencode() of both, or ask for the length()",
            )
    failure = find_failure((left, right))
    operation = Operation(symbol, (left, right), "bool")
    return cast("bool", operation if failure is None else failure)


def _is_simple(value: Any) -> bool:
    """Tell quickly of most values that they are known, and are as Terraform has them."""
    return value.isascii() if value.__class__ is str else value.__class__ in _ATOMS


def eq(left: Any, right: Any) -> bool:
    """``left == right``.

    Raises:
        UnknownValueError: a collection that only Terraform will know is compared with one written out.
    """
    return _compare("==", left, right, equal)


def ne(left: Any, right: Any) -> bool:
    """``left != right``; see `eq`."""
    return _compare("!=", left, right, lambda one, other: not equal(one, other))


def lt(left: float, right: float) -> bool:
    """``left < right``, for numbers."""
    return _compare("<", left, right, _BEFORE)


def le(left: float, right: float) -> bool:
    """``left <= right``, for numbers."""
    return _compare("<=", left, right, _UP_TO)


def gt(left: float, right: float) -> bool:
    """``left > right``, for numbers."""
    return _compare(">", left, right, _AFTER)


def ge(left: float, right: float) -> bool:
    """``left >= right``, for numbers."""
    return _compare(">=", left, right, _FROM)


def _numeric(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(left: Any, right: Any) -> bool:
        if not (is_small(left) and is_small(right)):
            left, right = exact(number(left)), exact(number(right))
        return bool(compare(left, right))

    return holds


_BEFORE, _UP_TO = _numeric(operator.lt), _numeric(operator.le)
_AFTER, _FROM = _numeric(operator.gt), _numeric(operator.ge)


def and_(*conditions: bool) -> bool:
    """``a && b && ...``; a false one that is known decides, known true ones fall away."""
    return _logical("&&", conditions, deciding=False)


def or_(*conditions: bool) -> bool:
    """``a || b || ...``; a true one that is known decides, known false ones fall away."""
    return _logical("||", conditions, deciding=True)


def _logical(symbol: str, conditions: Sequence[Any], *, deciding: bool) -> bool:
    open_: list[Any] = []
    decided = False
    for given in conditions:
        condition = _decided(given)
        if condition is True or condition is False:
            decided = decided or condition is deciding
        elif isinstance(condition, Failure) and known(given) and plain(given) is not None:
            # No bool at all, which Terraform refuses even where it need not ask.
            return cast("bool", condition)
        else:
            open_.append(condition)
    if decided:
        return deciding
    if not open_:
        return not deciding
    failures = [find_failure(condition) for condition in open_]
    if all(failure is not None for failure in failures):
        return cast("bool", failures[0])
    if len(open_) == 1:
        return cast("bool", open_[0])
    return cast("bool", Operation(symbol, tuple(open_), "bool"))


def _decided(condition: Any) -> Any:
    """Give a condition as a bool if it is known, and what Terraform would refuse as such."""
    if condition is True or condition is False:
        return condition
    condition = parse(condition)
    if not known(condition):
        return condition
    try:
        return boolean(plain(condition))
    except RefusedError as refusal:
        return Failure(Call("tobool", (condition,), "bool"), str(refusal))


def not_(condition: bool) -> bool:
    """``!condition``."""
    decided = _decided(condition)
    if not isinstance(decided, Expression):
        return not decided
    failure = find_failure(decided)
    return cast("bool", Operation("!", (decided,), "bool") if failure is None else failure)


def conditional(condition: bool, then: T, otherwise: T) -> T:
    """``condition ? then : otherwise``."""
    decided = _decided(condition)
    if decided is True or decided is False:
        return cast("T", _branch(decided, then, otherwise))
    failure = find_failure(decided)
    return cast("T", Conditional(decided, then, otherwise) if failure is None else failure)


_UNCHANGED = frozenset((str, int, bool))


def _are_alike(one: Any, other: Any) -> bool:
    """Tell quickly of most collections that both have elements of one primitive type, or none."""
    if one.__class__ is not other.__class__:
        return False
    if one.__class__ is list:
        kinds = {item.__class__ for item in (*one, *other)}
    elif one.__class__ is dict:
        kinds = {item.__class__ for item in (*one.values(), *other.values())}
    else:
        return False
    return not kinds or (len(kinds) == 1 and kinds <= _UNCHANGED)


def _fits(own: Type, common: Type) -> bool:
    """Tell whether a list or map written out becomes one of a type with its elements as they are."""
    match own, common:
        case ["tuple", elements], ["list", element]:
            return all(each == element for each in elements)
        case ["object", attributes], ["map", element]:
            return all(each == element for each in attributes.values())
    return False


def _branch(decided: bool, then: Any, otherwise: Any) -> Any:
    """Give the chosen side, in the one type that Terraform gives to both."""
    chosen, other = (then, otherwise) if decided else (otherwise, then)
    if chosen.__class__ is other.__class__ and chosen.__class__ in _UNCHANGED:
        return chosen
    if chosen is None or other is None or hasattr(chosen, "_tf_reference"):
        return chosen
    if _are_alike(chosen, other):
        return chosen
    own, types = static_type(chosen), (static_type(chosen), static_type(other))
    if own == "string":
        return chosen
    if None in types:
        # The other side might make a string of this one.
        return Conditional(decided, then, otherwise)
    try:
        common = unify(types)
        if common == own:
            return chosen
        converted = convert(plain(chosen), common) if known(chosen) else None
    except RefusedError as refusal:
        return Failure(Conditional(decided, then, otherwise), str(refusal))
    except UnfoldedError:
        return Conditional(decided, then, otherwise)
    if not known(chosen):
        return chosen if _fits(own, common) else Conditional(decided, then, otherwise)
    return chosen if equal(converted, plain(chosen)) else converted


def let(values: Mapping[str, Any], body: Callable[[Any], T]) -> T:
    """Name the parts of an expression: ``body`` gets them as attributes and may use each often."""
    if known(values):
        return body(SimpleNamespace(**values))
    type_ = ["object", dict.fromkeys(values, "dynamic")]
    with _loop_variables(body, type_) as (variable,):
        loop = For((variable._address,), [dict(values)], None, body(variable), None)
    return cast("T", Access(loop, (0,)))


def splat(collection: Any) -> Any:
    """``collection[*]``: of every element what is asked of the result: ``splat(subnets).id``."""
    value = reference(collection)
    match value._type:
        case ["list" | "set", element]:
            return Access(value, ..., element)
        case ["map", element]:
            return Access(Call("values", (value,)), ..., element)
    return Access(value, ...)


def reference(value: Any) -> Expression:
    """Give the expression that refers to a block (a model, a module call) as a whole."""
    if isinstance(value, Expression):
        return value
    return cast("Expression", value._tf_reference())


def _names(function: Callable[..., Any]) -> Sequence[str]:
    """Give the names of a function's parameters, without those that have a default."""
    code = getattr(function, "__code__", None)
    if code is None:
        return [
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.default is parameter.empty
        ]
    names: tuple[str, ...] = code.co_varnames
    return names[: code.co_argcount - len(cast("Any", function).__defaults__ or ())]


_outer_names: ContextVar[tuple[str, ...]] = ContextVar("_outer_names", default=())
# A loop's variable of such a name would hide what the name means otherwise.
_TAKEN_NAMES = frozenset(
    ("count", "data", "each", "ephemeral", "false", "local", "module", "null", "path", "self")
) | frozenset(("terraform", "true", "var"))


@contextmanager
def _loop_variables(function: Callable[..., Any], type_: Type = None) -> Iterator[list[Symbol]]:
    """Give the variables of a loop, named after parameters, apart from those of loops around it."""
    outer = _outer_names.get()
    names = []
    for name in _names(function):
        fresh, number_ = name, 1
        while fresh in outer or fresh in _TAKEN_NAMES:
            number_ += 1
            fresh = f"{name}_{number_}"
        names.append(fresh)
    token = _outer_names.set((*outer, *names))
    try:
        yield [Symbol(name, type_) for name in names]
    finally:
        _outer_names.reset(token)


def _items(collection: Any, arity: int) -> list[tuple[Any, ...]] | None:
    """Give what a loop walks through, or None if only Terraform will know how many there are."""
    collection = collection._value if isinstance(collection, Named) else parse(collection)
    if isinstance(collection, list):
        pairs: list[tuple[Any, Any]] = list(enumerate(collection))
    elif isinstance(collection, Mapping):
        if not known(list(collection)):
            return None
        pairs = [(key, collection[key]) for key in sorted(collection)]
    elif isinstance(collection, (set, frozenset)):
        if not known(collection):
            return None
        pairs = [(item, item) for item in set_elements(collection)]
    elif isinstance(collection, Expression) or hasattr(collection, "_tf_reference"):
        return None
    elif isinstance(collection, Iterable) and not isinstance(collection, (str, bytes)):
        pairs = list(enumerate(collection))
    else:
        kind = type(collection).__name__
        raise ArgumentError(
            Problem("", f"Terraform has no loop over a {kind}", "give a list, a set or a map")
        )
    return pairs if arity == 2 else [(value,) for _, value in pairs]


def _chosen(
    collection: Any, arity: int, when: Callable[..., bool] | None
) -> list[tuple[Any, ...]] | Failure | None:
    """Give the elements that a loop takes, or None if only Terraform can choose them."""
    items = _items(collection, arity)
    if (failure := find_failure(collection)) is not None:
        return failure
    if items is None or when is None:
        return items
    chosen = []
    for item in items:
        decision = _decided(when(*item))
        if isinstance(decision, Expression):
            return find_failure(decision)
        if decision:
            chosen.append(item)
    return chosen


def for_list(
    collection: Iterable[T] | Mapping[str, T],
    value: Callable[..., Any],
    when: Callable[..., bool] | None = None,
) -> list[Any]:
    """``[for item in collection : value if when]``.

    The parameters of `value` name the loop's variables: one takes the element, two take index or key
    and element. `when` takes the same.

    Raises:
        ArgumentError: the collection is none.
    """
    items = _chosen(collection, len(_names(value)), when)
    if isinstance(items, Failure):
        return cast("list[Any]", items)
    if items is not None:
        result = [value(*item) for item in items]
        if not isinstance(collection, Named) or known(result):
            return result
    with _loop_variables(value) as variables:
        names = [variable._address for variable in variables]
        chosen = when(*variables) if when else None
        return cast("list[Any]", For(names, collection, None, value(*variables), chosen))


def for_map(
    collection: Iterable[T] | Mapping[str, T],
    item: Callable[..., tuple[Any, Any]],
    when: Callable[..., bool] | None = None,
) -> dict[str, Any]:
    """``{for item in collection : key => value if when}``; `item` gives the pair of key and value.

    Raises:
        ArgumentError: the collection is none, two elements have one key, or a key is no string.
    """
    items = _chosen(collection, len(_names(item)), when)
    if isinstance(items, Failure):
        return cast("dict[str, Any]", items)
    if items is not None:
        result = _mapping([item(*i) for i in items])
        if not isinstance(collection, Named) or known(result):
            return result
    with _loop_variables(item) as variables:
        names = [variable._address for variable in variables]
        key, value = item(*variables)
        chosen = when(*variables) if when else None
        return cast("dict[str, Any]", For(names, collection, key, value, chosen))


def _mapping(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    result: dict[Any, Any] = {}
    for given, value in pairs:
        key = given
        if known(given):
            try:
                key = string(plain(given))
            except RefusedError as refusal:
                raise ArgumentError(
                    Problem(repr(given), f"can't be the key of a map: {refusal}")
                ) from None
        if key in result:
            raise ArgumentError(
                Problem(repr(key), "is the key of two elements of a map", "make the keys unique")
            )
        result[key] = value
    return result


each: Any = Symbol("each", ["object", {"key": "string", "value": "dynamic"}])
"""The element at hand in a block with ``for_each``: ``each.key``, ``each.value``."""

count: Any = Symbol("count", ["object", {"index": "number"}])
"""The instance at hand in a block with ``count``: ``count.index``."""

path: Any = Symbol("path", ["object", dict.fromkeys(("module", "root", "cwd"), "string")])
"""Folders: ``path.module``, ``path.root``, ``path.cwd``."""

terraform: Any = Symbol("terraform", ["object", {"workspace": "string", "applying": "bool"}])
"""The run at hand: ``terraform.workspace``, ``terraform.applying``."""

self: Any = Symbol("self")
"""The block's own object, in postconditions and provisioners."""
