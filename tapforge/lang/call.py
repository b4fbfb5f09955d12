"""Calls of Terraform's functions: a plain value when the arguments are known, else an expression."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from tapforge.lang.evaluate import find
from tapforge.lang.expression import (
    Call,
    Expression,
    Failure,
    Named,
    TypeConstraint,
    find_failure,
    known,
    plain,
    static_type,
)
from tapforge.lang.value import RefusedError, Type, UnfoldedError, normalized

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")
_ATOMS = frozenset((int, bool, float, type(None)))
_KEEPABLE = _ATOMS | {str}
_KEPT = 10_000
"""How many results are remembered."""

_results: dict[tuple[Any, ...], tuple[Any, tuple[Any, ...]]] = {}
_evaluators: dict[str, Callable[..., Any] | None] = {}


def call(function: str, arguments: tuple[Any, ...], result_type: Type = None) -> Any:
    """Call a function of Terraform.

    Args:
        function: Its name.
        arguments: Its arguments, known or not.
        result_type: The type of its result, for what is asked of an expression.

    Returns:
        The value, if all arguments are known and Python can be sure of it; a `Failure` if Terraform
        would refuse the call, or one of its arguments; else the call as an expression.
    """
    named = False
    for argument in arguments:
        kind = argument.__class__
        if kind is Named:
            named = True
        elif not (kind is int or (kind is str and (argument.isascii() or known(argument)))):
            return _call(function, arguments, result_type)
    # Of text, whole numbers and tables alone: the same are asked again and again.
    key: tuple[Any, ...] = (function, *arguments)
    if named:
        key = tuple((id(each),) if each.__class__ is Named else each for each in key)
    if key not in _results:
        values = tuple(map(plain, arguments)) if named else arguments
        result = _result(function, values, arguments, result_type)
        if not _is_keepable(result):
            return result
        if len(_results) == _KEPT:
            _results.clear()
        # A table is kept beside it: another one could have its id later.
        _results[key] = (result, arguments if named else ())
    result = _results[key][0]
    return result.copy() if result.__class__ is list else result


def _call(function: str, arguments: tuple[Any, ...], result_type: Type) -> Any:
    """Call a function of lists, maps, or what is not known."""
    values = arguments
    for argument in arguments:
        kind = argument.__class__
        if kind in _KEEPABLE and (kind is not str or argument.isascii()):
            continue
        if _is_plain(argument, kind):
            continue
        if not known(argument):
            return _open(function, arguments, result_type)
        values = tuple(map(plain, arguments))
    return _result(function, values, arguments, result_type)


def _is_keepable(result: Any) -> bool:
    """Tell whether a result can be remembered: it does not change, or is copied easily."""
    if result.__class__ is list:
        return all(item.__class__ in _KEEPABLE for item in result)
    return result.__class__ in _KEEPABLE


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """Have remembered what a function comes to for known text and whole numbers.

    Args:
        function: A function that calls those of Terraform, and that is asked the same again and again.
            It gives text, a number or a bool.
    """
    kept: Callable[..., T] = functools.lru_cache(maxsize=_KEPT)(function)

    @functools.wraps(function)
    def ask(*arguments: P.args, **named: P.kwargs) -> T:
        argument: Any
        for argument in (*arguments, *named.values()):
            kind = argument.__class__
            if not (kind is int or (kind is str and argument.isascii())):
                return function(*arguments, **named)
        return kept(*arguments, **named)

    return ask


def _result(
    function: str, values: tuple[Any, ...], arguments: tuple[Any, ...], result_type: Type
) -> Any:
    """Call a function whose arguments are known; what stays open is over them as they were given."""
    try:
        evaluator = _evaluators[function]
    except KeyError:
        evaluator = _evaluators[function] = find(function)
    if evaluator is None:
        return _open(function, arguments, result_type)
    try:
        result = evaluator(*values)
    except RefusedError as refusal:
        return Failure(Call(function, arguments), str(refusal))
    except UnfoldedError:
        return _open(function, arguments, result_type)
    if type(result) is str and not result.isascii():
        return normalized(result)
    return result


def _is_plain(value: Any, kind: type) -> bool:
    """Tell quickly of most collections that there is nothing unknown or named in them."""
    if kind is dict:
        return _is_plain(list(value), list) and _is_plain(list(value.values()), list)
    if kind is not list and kind is not tuple:
        return False
    for item in value:
        kind = item.__class__
        if not (item.isascii() if kind is str else kind in _ATOMS or _is_plain(item, kind)):
            return False
    return True


def _open(function: str, arguments: tuple[Any, ...], result_type: Type) -> Expression:
    """Call a function whose arguments are not all known."""
    failure = find_failure(arguments)
    if failure is not None:
        return failure
    made = Call(function, arguments, _precise_type(function, arguments) or result_type)
    made._sound = True
    return made


_SAME = frozenset(
    ("coalesce", "coalescelist", "concat", "merge", "nonsensitive", "sensitive", "try")
)
_OF_FIRST = frozenset(("reverse", "slice"))
_ELEMENT_OF_FIRST = frozenset(("element", "lookup", "one"))
_LIST_OF_FIRST = frozenset(("distinct", "tolist", "values"))
_BY_FIRST = _OF_FIRST | _ELEMENT_OF_FIRST | _LIST_OF_FIRST


def _precise_type(function: str, arguments: tuple[Any, ...]) -> Type:
    """Give the type of a result that has the type of the arguments, or of their elements."""
    if function in _SAME:
        types = [static_type(argument) for argument in arguments]
        return types[0] if all(type_ == types[0] for type_ in types) else None
    if function not in _BY_FIRST:
        return None
    match static_type(arguments[0]):
        case ["list" | "set" | "map" as kind, element]:
            if function in _OF_FIRST:
                return [kind, element] if kind == "list" else None
            return ["list", element] if function in _LIST_OF_FIRST else element
    return None


def can(expression: Any, /) -> bool:
    """Tell whether Terraform gets a value from an expression.

    https://developer.hashicorp.com/terraform/language/functions/can
    """
    if find_failure(expression) is not None:
        return False
    return known(expression) or cast("bool", Call("can", (expression,), "bool"))


def try_(*expressions: T) -> T:
    """Give the first of the expressions that Terraform gets a value from.

    https://developer.hashicorp.com/terraform/language/functions/try
    """
    open_ = [expression for expression in expressions if find_failure(expression) is None]
    if not open_:
        return cast("T", Failure(Call("try", expressions), "none of the expressions has a value"))
    return open_[0] if known(open_[0]) else cast("T", _open("try", tuple(open_), None))


def convert(value: Any, type_: Type, /) -> Any:
    """Convert a value to a type: ``convert(value, type)``.

    https://developer.hashicorp.com/terraform/language/functions/convert

    Args:
        value: The value.
        type_: The type as the provider schemas write it: ``"string"``, ``["list", "string"]``.
    """
    if known(value):
        return call("convert", (value, type_), type_)
    return _open("convert", (value, TypeConstraint(type_)), type_)
