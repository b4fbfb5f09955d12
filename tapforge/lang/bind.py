"""What an expression comes to when what it refers to is known: the values of variables, of other blocks.

A value is compiled once, to functions that look up what it refers to and fold the rest as the language
itself does; what stays unknown stays an expression, over the addresses that the scope gives.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tapforge.lang import call as functions
from tapforge.lang.evaluate.arithmetic import calculate
from tapforge.lang.expression import (
    Access,
    Call,
    Conditional,
    Expression,
    Failure,
    For,
    Named,
    Operation,
    Symbol,
    Template,
    TypeConstraint,
    and_,
    attribute_type,
    conditional,
    eq,
    find_failure,
    ge,
    gt,
    le,
    lt,
    ne,
    not_,
    or_,
    parse,
    plain,
    set_elements,
    static_type,
)
from tapforge.lang.rearrange import REARRANGING
from tapforge.lang.value import (
    RefusedError,
    UnfoldedError,
    is_small,
    normalized,
    sequence,
    string,
)

Scope = dict[str, Any]
"""What is known, by address: ``var.region``, ``aws_vpc.main``, ``each``, the variable of a loop."""

Bound = Callable[[Scope], Any]


class Unknown(dict[str, Any]):
    """What only the provider will know of an object, by attribute; nothing of others.

    An attribute is the same expression whenever it is asked for, so that what is computed of it can be
    remembered.
    """

    def __init__(self, address: str, types: Mapping[str, Any]) -> None:
        """Describe an object.

        Args:
            address: Its address, in full.
            types: The types of what the provider computes, by attribute.
        """
        super().__init__()
        self.symbol, self._types = Symbol(address), types

    def __missing__(self, name: str) -> Any:
        """Refer to an attribute."""
        known = name in self._types
        made = self[name] = Access(self.symbol, name, self._types[name]) if known else None
        return made


class Object(Symbol):
    """An object of a provider, with those of its attributes that are known before it exists."""

    __slots__ = ("_unknown", "_values")

    def __init__(self, values: dict[str, Any], unknown: Unknown) -> None:
        """Describe an object.

        Args:
            values: Its attributes, as far as they are known.
            unknown: The others.
        """
        super().__init__(unknown.symbol._address)
        self._values = values
        self._unknown = unknown

    def _attribute(self, name: str) -> Any:
        return self._values[name] if name in self._values else self._unknown[name]


def compiled(value: Any) -> Bound | None:
    """Compile a value; None if it is the same in every scope.

    Args:
        value: Anything that stands in a block: text with references, a list of expressions, a constant.
    """
    value = parse(value)
    if isinstance(value, Expression):
        make = _COMPILERS[type(value)](value)
        return None if make is None else _remembering(value, make)
    if hasattr(value, "_tf_reference"):
        return compiled(value._tf_reference())
    if hasattr(value, "_tf_object"):
        return compiled(value._tf_object())
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, (list, tuple)):
        return _sequence(list(value))
    if isinstance(value, (set, frozenset)):
        # Only text and numbers stand in a set that Python can hold, and text may refer to something.
        make = _sequence(set_elements(value))
        return None if make is None else lambda scope: functions.call("toset", (make(scope),))
    return None


def bind(value: Any, scope: Scope) -> Any:
    """Give what a value comes to in a scope.

    Args:
        value: See `compiled`.
        scope: What is known.
    """
    make = compiled(value)
    return constant(value) if make is None else make(scope)


def constant(value: Any) -> Any:
    """Give the plain value of what is the same in every scope."""
    value = parse(value)
    if hasattr(value, "_tf_object"):
        value = value._tf_object()
    if isinstance(value, (set, frozenset)):
        return value
    return plain(value)


def always(value: Any) -> Bound:
    """Compile a value to a function, whether it depends on the scope or not."""
    make = compiled(value)
    if make is not None:
        return make
    known = constant(value)
    return lambda _: known


def _mapping(value: Mapping[Any, Any]) -> Bound | None:
    makers = [(compiled(key), key, compiled(item), item) for key, item in value.items()]
    if all(key is None and item is None for key, _, item, _ in makers):
        return None
    if all(key is None for key, *_ in makers):
        fixed = {key: constant(item) if make is None else None for _, key, make, item in makers}
        open_ = [(key, make) for _, key, make, _ in makers if make is not None]

        def fill(scope: Scope) -> dict[Any, Any]:
            result = fixed.copy()
            for key, make in open_:
                result[key] = make(scope)
            return result

        return fill
    pairs = [(always(key), always(item)) for _, key, _, item in makers]
    return lambda scope: {key(scope): item(scope) for key, item in pairs}


def _sequence(value: Sequence[Any]) -> Bound | None:
    if all(compiled(item) is None for item in value):
        return None
    makers = [always(item) for item in value]
    return lambda scope: [make(scope) for make in makers]


def _symbol(symbol: Symbol) -> Bound:
    address = symbol._address

    def look_up(scope: Scope) -> Any:
        return scope.get(address, symbol)

    return look_up


def _template(template: Template) -> Bound:
    text = [piece if isinstance(piece, str) else "" for piece in template._pieces]
    open_ = [
        (index, always(piece))
        for index, piece in enumerate(template._pieces)
        if not isinstance(piece, str)
    ]

    def join(scope: Scope) -> Any:
        pieces: list[Any] = text.copy()
        known = True
        for index, make in open_:
            piece = make(scope)
            if piece.__class__ is not str:
                if isinstance(piece, Expression):
                    known = False
                else:
                    try:
                        piece = string(piece)
                    except RefusedError as refusal:
                        return Failure(template, str(refusal))
            pieces[index] = piece
        if not known:
            return _open_template(pieces)
        joined = "".join(pieces)
        # Letters may compose across the pieces.
        return joined if joined.isascii() else normalized(joined)

    return join


def _open_template(pieces: Iterable[Any]) -> Any:
    flat: list[Any] = []
    for piece in pieces:
        for each in piece._pieces if isinstance(piece, Template) else (piece,):
            # Text stands in one piece: of "$" and "{" each alone says nothing of an interpolation.
            if flat and each.__class__ is str and flat[-1].__class__ is str:
                flat[-1] += each
            else:
                flat.append(each)
    failure = find_failure(flat)
    if failure is not None:
        return failure
    made = Template(flat)
    made._sound = True
    return made


def _access(access: Access) -> Bound:
    steps: list[Any] = []
    base: Any = access
    while isinstance(base, Access):
        steps.append(base._step)
        base = base._base
    steps.reverse()
    if type(base) is Symbol and all(isinstance(step, str) for step in steps):
        return _path(base, steps)
    walk = _walk([_step(step) for step in steps])
    make = always(base)
    return lambda scope: walk(make(scope), scope)


def _path(base: Symbol, names: Sequence[str]) -> Bound:
    """Compile a path of names alone, as most are."""
    address = base._address

    def follow(scope: Scope) -> Any:
        value = scope.get(address, base)
        for name in names:
            if value.__class__ is Object:
                value = value._attribute(name)
            elif value.__class__ is dict and name in value:
                value = value[name]
            else:
                value = _attribute(value, name)
        return value

    return follow


_Walk = Callable[[Any, Scope], Any]


def _step(step: Any) -> Any:
    return (always(step[0]),) if isinstance(step, tuple) else step


def _walk(steps: Sequence[Any]) -> _Walk:
    """Compile the steps of an access; those after a splat are taken for each of the elements."""
    if ... in steps:
        at = steps.index(...)
        first, each = _walk(steps[:at]), _walk(steps[at + 1 :])

        def spread(value: Any, scope: Scope) -> Any:
            value = first(value, scope)
            if isinstance(value, Expression) and not isinstance(value, Object):
                return _open_access(Access(value, ...), steps[at + 1 :], scope)
            if value is None:
                return []
            items = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
            return [each(item, scope) for item in items]

        return spread
    if len(steps) == 1 and isinstance(steps[0], str):
        (name,) = steps
        return lambda value, _: _attribute(value, name)

    def go(value: Any, scope: Scope) -> Any:
        for step in steps:
            value = (
                _attribute(value, step)
                if step.__class__ is str
                else _element(value, step[0](scope))
            )
        return value

    return go


def _open_access(value: Expression, steps: Iterable[Any], scope: Scope) -> Expression:
    for step in steps:
        value = Access(value, (step[0](scope),) if isinstance(step, tuple) else step)
    return value


def _attribute(value: Any, name: str) -> Any:
    if value.__class__ is Object:
        return value._attribute(name)
    if value.__class__ is dict:
        if name in value:
            return value[name]
        return Failure(Access(Symbol("object"), name), f"this object has no attribute {name}")
    if isinstance(value, Failure):
        return value
    if isinstance(value, Expression):
        return Access(value, name, attribute_type(value, name))
    if isinstance(value, (list, tuple)) and name.isdigit():
        return _element(value, int(name))
    return Failure(Access(Symbol("value"), name), f"this value has no attribute {name}")


def _element(value: Any, key: Any) -> Any:
    if isinstance(value, Failure) or isinstance(key, Failure):
        return value if isinstance(value, Failure) else key
    if isinstance(value, Expression) or isinstance(key, Expression):
        base = value if isinstance(value, Expression) else Call("unknown", (value,))
        return Access(base, (key,))
    try:
        if isinstance(value, Mapping):
            return value[string(key)]
        return value[int(key)] if int(key) >= 0 else _missing(key)
    except (LookupError, TypeError, ValueError, RefusedError):
        return _missing(key)


def _missing(key: Any) -> Failure:
    return Failure(Access(Symbol("value"), (key,)), "the given key does not identify an element")


def _call(call: Call) -> Bound:
    function, type_ = call._function, call._type
    if function in _LENIENT:
        lenient, makers = _LENIENT[function], [always(each) for each in call._arguments]
        return lambda scope: lenient(*(make(scope) for make in makers))
    if function == "convert":
        value, constraint = call._arguments
        make, to = always(value), constraint._type
        return lambda scope: functions.convert(make(scope), to)
    makers = [_argument(each) for each in call._arguments]
    structural = REARRANGING.get(function)
    if structural is None:
        return lambda scope: functions.call(
            function, tuple([make(scope) for make in makers]), type_
        )

    def rearrange(scope: Scope) -> Any:
        arguments = tuple([make(scope) for make in makers])
        result = structural(*arguments)
        return functions.call(function, arguments, type_) if result is NotImplemented else result

    return rearrange


def _argument(value: Any) -> Bound:
    # A table keeps its name: a call need not look through it each time.
    return (lambda _: value) if isinstance(value, Named) else always(value)


_LENIENT: dict[str, Callable[..., Any]] = {"can": functions.can, "try": functions.try_}


def _calculated(operator: str, *operands: Any) -> Any:
    if not any(isinstance(each, Expression) for each in operands):
        try:
            return calculate(operator, *operands)
        except RefusedError as refusal:
            return Failure(Operation(operator, operands, "number"), str(refusal))
        except UnfoldedError:
            return Operation(operator, operands, "number")
    failure = find_failure(operands)
    return Operation(operator, operands, "number") if failure is None else failure


_OPERATORS: dict[str, Callable[..., Any]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "&&": and_,
    "||": or_,
    "!": not_,
    **{symbol: functools.partial(_calculated, symbol) for symbol in "+-*/%"},
}


# Most that is compared is plain text or a small number.
_NATIVE: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _operation(operation: Operation) -> Bound:
    makers = [always(each) for each in operation._operands]
    symbol = operation._operator
    apply = _OPERATORS[symbol]
    if len(makers) != 2:
        return lambda scope: apply(*[make(scope) for make in makers])
    left, right = makers
    if symbol == "==":

        def equal(scope: Scope) -> Any:
            one, other = left(scope), right(scope)
            plain = one.__class__ is str and other.__class__ is str
            if plain and one.isascii() and other.isascii():
                return one == other
            return eq(one, other)

        return equal
    native = _NATIVE.get(symbol)
    if native is None:
        return lambda scope: apply(left(scope), right(scope))

    def compare(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        return (native if is_small(one) and is_small(other) else apply)(one, other)

    return compare


def _conditional(expression: Conditional) -> Bound:
    condition = always(expression._condition)
    then, otherwise = always(expression._then), always(expression._otherwise)
    if not _are_apart(expression._then, expression._otherwise):
        return lambda scope: conditional(condition(scope), then(scope), otherwise(scope))

    def choose(scope: Scope) -> Any:
        decided = condition(scope)
        if decided is True or decided is False:
            chosen = then(scope) if decided else otherwise(scope)
            if chosen.__class__ is not Failure:
                return chosen
        return conditional(decided, then(scope), otherwise(scope))

    return choose


def _are_apart(then: Any, otherwise: Any) -> bool:
    """Tell whether neither side of a condition changes the type of the other."""
    types = static_type(then), static_type(otherwise)
    return then is None or otherwise is None or (types[0] == types[1] and types[0] in _PRIMITIVES)


_PRIMITIVES = ("string", "number", "bool")


def _for(loop: For) -> Bound:
    collection, value = always(loop._collection), always(loop._value)
    key = None if loop._key is None else always(loop._key)
    when = None if loop._when is None else always(loop._when)
    names, open_ = tuple(loop._names), _open_loop(loop)

    def run(scope: Scope) -> Any:
        items = collection(scope)
        if isinstance(items, Expression):
            return open_(items, scope)
        inner = scope.copy()
        found: list[Any] = []
        for index, item in _pairs(items):
            if len(names) == 1:
                inner[names[0]] = item
            else:
                inner[names[0]], inner[names[1]] = index, item
            if when is not None:
                chosen = and_(when(inner))
                if isinstance(chosen, Expression):
                    return chosen if isinstance(chosen, Failure) else open_(items, scope)
                if not chosen:
                    continue
            found.append((key(inner), value(inner)) if key else value(inner))
        if not key:
            return found
        made = _object(loop, found)
        return open_(items, scope) if made is None else made

    return run


def _object(loop: For, pairs: Iterable[tuple[Any, Any]]) -> Any:
    """Make the object of a loop; None if some key is unknown."""
    result: dict[str, Any] = {}
    for given, value in pairs:
        if isinstance(given, Expression):
            return given if isinstance(given, Failure) else None
        try:
            key = string(given)
        except RefusedError as refusal:
            return Failure(loop, str(refusal))
        if key in result:
            return Failure(loop, f"two different items produced the key {key!r}")
        result[key] = value
    return result


def _pairs(items: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(items, Mapping):
        return [(key, items[key]) for key in sorted(items)]
    if isinstance(items, (set, frozenset)):
        return [(item, item) for item in sequence(items)]
    return enumerate(items)


def _open_loop(loop: For) -> Callable[[Any, Scope], Expression]:
    """Compile a loop to what is left of it where only Terraform will run it: what is around is known."""

    @functools.cache  # few loops are ever open
    def parts() -> list[Bound | None]:
        given = (loop._key, loop._value, loop._when)
        return [None if each is None else always(each) for each in given]

    def bound(collection: Any, scope: Scope) -> Expression:
        if isinstance(collection, Failure):
            return collection
        inner = {key: value for key, value in scope.items() if key not in loop._names}
        made = [None if make is None else make(inner) for make in parts()]
        return For(loop._names, collection, *made)

    return bound


# --- what is remembered -----------------------------------------------------------------------------

_WORTH = 3
"""How many calls and operations make it worth to remember what an expression came to; one fewer where
it reads a single address."""
_KEPT = 1000
"""How many results are remembered: names of parameters, versions and classes come again and again."""
_ATOMS = frozenset((int, bool, float, type(None)))


def _remembering(expression: Expression, make: Bound) -> Bound:
    """Remember what an expression came to, for the same text and numbers in what it reads."""
    nodes = list(_nodes(expression))
    work = sum(isinstance(each, (Call, Conditional, Operation)) for each in nodes)
    # What loops run over is neither text nor a number.
    if work < _WORTH - 1 or any(isinstance(each, For) for each in nodes):
        return make
    paths = {each._hcl(): each for each in nodes if _is_path(each)}
    first = next(iter(paths.values()), None)
    if len(paths) == 1 and isinstance(first, Symbol):
        key_of = _key_of_one(first)
    elif work < _WORTH:
        return make
    else:
        key_of = _key_of_all(list(map(always, paths.values())))
    results: dict[Any, Any] = {}

    def remember(scope: Scope) -> Any:
        key = key_of(scope)
        if key is None:
            return make(scope)
        if key in results:
            return results[key]
        if len(results) == _KEPT:
            results.clear()
        result = results[key] = make(scope)
        return result

    return remember


def _key_of_one(symbol: Symbol) -> Bound:
    """Tell a value from others by what they are remembered by; None if it is no text and no number."""
    address = symbol._address

    def key_of(scope: Scope) -> Any:
        value = scope.get(address, symbol)
        kind = value.__class__
        if kind is str:
            return value
        return (kind, value) if kind in _ATOMS else None  # 1 and true are equal

    return key_of


def _key_of_all(reads: Sequence[Bound]) -> Bound:
    def key_of(scope: Scope) -> Any:
        key: list[Any] = []
        for read in reads:
            value = read(scope)
            kind = value.__class__
            if kind is not str and kind not in _ATOMS:
                return None
            key.append(value if kind is str else (kind, value))
        return tuple(key)

    return key_of


def _nodes(value: Any) -> Iterator[Expression]:
    """Give an expression and all that are in it, but for what a path is made of."""
    value = parse(value)
    parts: Iterable[Any] = ()
    if isinstance(value, Expression):
        yield value
        parts = () if _is_path(value) else value._parts()
    elif hasattr(value, "_tf_reference"):
        parts = (value._tf_reference(),)
    elif isinstance(value, Mapping):
        parts = (*value.keys(), *value.values())
    elif isinstance(value, (list, tuple)):
        parts = value
    for part in parts:
        yield from _nodes(part)


def _is_path(value: Expression) -> bool:
    """Tell whether an expression reads from the scope alone: ``var.region``, ``each.value.name``."""
    while isinstance(value, Access) and isinstance(value._step, str):
        value = value._base
    return type(value) is Symbol


def _constant(_: Expression) -> None:
    return None


_COMPILERS: dict[type[Expression], Callable[[Any], Bound | None]] = {
    Access: _access,
    Call: _call,
    Conditional: _conditional,
    Failure: _constant,
    For: _for,
    Named: _constant,
    Operation: _operation,
    Symbol: _symbol,
    Template: _template,
    TypeConstraint: _constant,
}
