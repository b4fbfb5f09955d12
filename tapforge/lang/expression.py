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
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NoReturn, TypeVar, cast

import attrs

from tapforge.lang import marker
from tapforge.lang.errors import Problem, UnknownValueError, closest

T = TypeVar("T")
Type = Any
"""A type as Terraform's schema JSON writes it: ``"string"``, ``["list", "string"]``,
``["object", {"name": "string"}]``; None where it is not known."""


class Expression:
    """A value that only Terraform will know. Made by references, functions and operators."""

    __slots__ = ("_type",)
    _type: Type

    # An operand or a base of `.x` and `[x]` that is no primary expression needs parentheses.
    _primary = True

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


def _unknown(expression: Expression, use: str, fix: str) -> UnknownValueError:
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

    def _hcl(self) -> str:
        return self._address


class Named(Symbol):
    """A known value that is rendered by its name: functions fold over it, text refers to it."""

    __slots__ = ("_value",)

    def __init__(self, address: str, value: Any) -> None:
        super().__init__(address)
        self._value = value


def plain(value: Any) -> Any:
    """Give a known value itself where it, or a part of it, is rendered by a name."""
    if isinstance(value, Named):
        return value._value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


class TypeConstraint(Expression):
    """A type where Terraform expects one: ``list(string)``."""

    __slots__ = ()

    def __init__(self, type_: Type) -> None:
        self._type = type_

    def _hcl(self) -> str:
        return describe(self._type)


class Access(Expression):
    """An attribute (a name), an element (a tuple of one key) or a splat (``...``) of an expression."""

    __slots__ = ("_base", "_step")

    def __init__(self, base: Expression, step: Any, type_: Type = None) -> None:
        self._base = base
        self._step = step
        self._type = type_

    def _hcl(self) -> str:
        base = _operand(self._base)
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

    def _hcl(self) -> str:
        return f"{self._function}({', '.join(map(hcl, self._arguments))})"

    def _parts(self) -> Iterable[Any]:
        return self._arguments

    def _evaluated(self) -> Iterable[Any]:
        return () if self._function in ("can", "try") else self._arguments


class Failure(Call):
    """A call that Terraform would refuse: ``can`` and ``try`` see it, anything else reports it."""

    __slots__ = ("_reason",)

    def __init__(self, function: str, arguments: tuple[Any, ...], reason: str) -> None:
        super().__init__(function, arguments)
        self._reason = reason

    def __bool__(self) -> NoReturn:
        raise UnknownValueError(Problem(self._hcl(), self._reason))


class Operation(Expression):
    """A unary or binary operator."""

    __slots__ = ("_operands", "_operator")
    _primary = False

    def __init__(self, operator: str, operands: tuple[Any, ...], type_: Type) -> None:
        self._operator = operator
        self._operands = operands
        self._type = type_

    def _hcl(self) -> str:
        operands = [_operand(operand) for operand in self._operands]
        if len(operands) == 1:
            return self._operator + operands[0]
        return f" {self._operator} ".join(operands)

    def _parts(self) -> Iterable[Any]:
        return self._operands

    def _evaluated(self) -> Iterable[Any]:
        return self._operands[:1] if self._operator in ("&&", "||") else self._operands


class Conditional(Expression):
    """``condition ? then : otherwise``."""

    __slots__ = ("_condition", "_otherwise", "_then")
    _primary = False

    def __init__(self, condition: Any, then: Any, otherwise: Any) -> None:
        self._condition, self._then, self._otherwise = condition, then, otherwise
        self._type = None

    def _hcl(self) -> str:
        return " ".join(
            (_operand(self._condition), "?", _operand(self._then), ":", _operand(self._otherwise))
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


def _escape_quoted(text: str) -> str:
    escaped = "".join(
        _QUOTED.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text
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
    return pieces[0] if len(pieces) == 1 else Template(pieces)


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
    if isinstance(value, Iterable):
        return "[" + ", ".join(map(hcl, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, allow_nan=False)


def _hcl_key(key: Any) -> str:
    key = parse(key)
    if isinstance(key, Template):
        return key._hcl()
    if isinstance(key, Expression):
        return f"({key._hcl()})"
    return key if _UNQUOTED_KEY.fullmatch(key) else f'"{_escape_quoted(key)}"'


def _operand(value: Any) -> str:
    text = hcl(value)
    negative = text.startswith("-")
    return (
        f"({text})" if negative or (isinstance(value, Expression) and not value._primary) else text
    )


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


def known(value: Any) -> bool:
    """Tell whether a value holds no expression anywhere."""
    if isinstance(value, str):
        return not marker.has_marker(value)
    if isinstance(value, Mapping):
        return all(known(k) and known(v) for k, v in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(known, value))
    return isinstance(value, Named) or not isinstance(value, Expression)


def find_failure(value: Any) -> Failure | None:
    """Find a call in a value that Terraform would evaluate and refuse."""
    value = parse(value)
    if isinstance(value, Failure):
        return value
    if isinstance(value, Mapping):
        parts: Iterable[Any] = (*value, *value.values())
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = value
    elif isinstance(value, Expression):
        parts = value._evaluated()
    else:
        return None
    return next(filter(lambda f: f is not None, map(find_failure, parts)), None)


def roots(value: Any) -> Iterable[Symbol]:
    """Give the root of every reference in a value."""
    value = parse(value)
    if isinstance(value, Symbol):
        yield value
    elif isinstance(value, Expression):
        for part in value._parts():
            yield from roots(part)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from roots(key)
            yield from roots(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from roots(item)
    elif hasattr(value, "_tf_reference"):
        yield from roots(value._tf_reference())
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from roots(getattr(value, field.name))


def symbols(value: Any) -> Iterable[str]:
    """Give the address of every reference in a value."""
    return (root._address for root in roots(value))


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    for side in (left, right):
        if isinstance(side, str):
            other = right if side is left else left
            raise _unknown(other, "added to text", 'use an f-string: f"...{reference}"')
        if isinstance(side, Failure):
            return side
        if isinstance(side, float) and not math.isfinite(side):
            raise ValueError(f"Terraform has no number {side}")
    return Operation(operator, (left, right), "number")


def _compare(symbol: str, left: Any, right: Any, result: Callable[[Any, Any], bool]) -> bool:
    left, right = parse(left), parse(right)
    for side in (left, right):
        if isinstance(side, Failure):
            return cast("bool", side)
    if known(left) and known(right):
        return result(plain(left), plain(right))
    return cast("bool", Operation(symbol, (left, right), "bool"))


def _same(left: Any, right: Any) -> bool:
    # Terraform compares type and value: true is not 1, while 1 is 1.0.
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def eq(left: Any, right: Any) -> bool:
    """``left == right``."""
    return _compare("==", left, right, _same)


def ne(left: Any, right: Any) -> bool:
    """``left != right``."""
    return _compare("!=", left, right, lambda one, other: not _same(one, other))


def lt(left: float, right: float) -> bool:
    """``left < right``, for numbers."""
    return _compare("<", left, right, operator.lt)


def le(left: float, right: float) -> bool:
    """``left <= right``, for numbers."""
    return _compare("<=", left, right, operator.le)


def gt(left: float, right: float) -> bool:
    """``left > right``, for numbers."""
    return _compare(">", left, right, operator.gt)


def ge(left: float, right: float) -> bool:
    """``left >= right``, for numbers."""
    return _compare(">=", left, right, operator.ge)


def and_(*conditions: bool) -> bool:
    """``a && b && ...``; a false one that is known decides, known true ones fall away."""
    return _logical("&&", conditions, deciding=False)


def or_(*conditions: bool) -> bool:
    """``a || b || ...``; a true one that is known decides, known false ones fall away."""
    return _logical("||", conditions, deciding=True)


def _logical(operator: str, conditions: Sequence[Any], *, deciding: bool) -> bool:
    open_ = []
    for condition in map(parse, conditions):
        if isinstance(condition, Failure):
            return cast("bool", condition)
        if isinstance(condition, Expression):
            open_.append(condition)
        elif bool(condition) == deciding:
            return deciding
    if len(open_) > 1:
        return cast("bool", Operation(operator, tuple(open_), "bool"))
    return cast("bool", open_[0]) if open_ else not deciding


def not_(condition: bool) -> bool:
    """``!condition``."""
    if isinstance(condition, Failure):
        return cast("bool", condition)
    if isinstance(condition, Expression):
        return cast("bool", Operation("!", (condition,), "bool"))
    return not condition


def conditional(condition: bool, then: T, otherwise: T) -> T:
    """``condition ? then : otherwise``."""
    if isinstance(condition, Failure):
        return cast("T", condition)
    if isinstance(condition, Expression):
        return cast("T", Conditional(condition, then, otherwise))
    return then if condition else otherwise


def let(values: Mapping[str, Any], body: Callable[[Any], T]) -> T:
    """Name the parts of an expression: ``body`` gets them as attributes and may use each often."""
    if known(values):
        return body(SimpleNamespace(**values))
    (name,) = _names(body)
    variable = Symbol(name, ["object", dict.fromkeys(values, "dynamic")])
    return cast("T", Access(For((name,), [dict(values)], None, body(variable), None), (0,)))


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


def _names(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


def _items(collection: Any, arity: int) -> list[tuple[Any, ...]]:
    if isinstance(collection, Mapping):
        pairs = sorted(collection.items())
    elif isinstance(collection, (set, frozenset)):
        pairs = [(item, item) for item in sorted(collection)]
    else:
        pairs = list(enumerate(collection))
    return pairs if arity == 2 else [(value,) for _, value in pairs]


def _chosen(
    collection: Any, arity: int, when: Callable[..., bool] | None
) -> list[tuple[Any, ...]] | None:
    """Give the elements that a loop takes, or None if only Terraform can choose them."""
    items = _items(plain(collection), arity)
    if when is None:
        return items
    decisions = [when(*item) for item in items]
    if any(isinstance(decision, Expression) for decision in decisions):
        return None
    return [item for item, decision in zip(items, decisions, strict=True) if decision]


def for_list(
    collection: Iterable[T] | Mapping[str, T],
    value: Callable[..., Any],
    when: Callable[..., bool] | None = None,
) -> list[Any]:
    """``[for item in collection : value if when]``.

    The parameters of `value` name the loop's variables: one takes the element, two take index or key
    and element. `when` takes the same.
    """
    names = _names(value)
    if known(collection):
        items = _chosen(collection, len(names), when)
        result = None if items is None else [value(*item) for item in items]
        if result is not None and (known(result) or not isinstance(collection, Named)):
            return result
    variables = [Symbol(name) for name in names]
    chosen = when(*variables) if when else None
    return cast("list[Any]", For(names, collection, None, value(*variables), chosen))


def for_map(
    collection: Iterable[T] | Mapping[str, T],
    item: Callable[..., tuple[Any, Any]],
    when: Callable[..., bool] | None = None,
) -> dict[str, Any]:
    """``{for item in collection : key => value if when}``; `item` gives the pair of key and value."""
    names = _names(item)
    if known(collection):
        items = _chosen(collection, len(names), when)
        result = None if items is None else dict(item(*i) for i in items)
        if result is not None and (known(result) or not isinstance(collection, Named)):
            return result
    variables = [Symbol(name) for name in names]
    key, value = item(*variables)
    chosen = when(*variables) if when else None
    return cast("dict[str, Any]", For(names, collection, key, value, chosen))


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
