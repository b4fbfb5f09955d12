"""Calls of Terraform's functions: a plain value when the arguments are known, else an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from tapforge.lang.evaluate import find
from tapforge.lang.expression import (
    Call,
    Expression,
    Failure,
    TypeConstraint,
    find_failure,
    known,
    plain,
)
from tapforge.lang.value import RefusedError, Type, UnfoldedError, normalized

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_PLAIN = frozenset((int, bool, float, type(None)))
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
    values = arguments
    for argument in arguments:
        kind = type(argument)
        if (kind is str and argument.isascii()) or kind in _PLAIN:
            continue
        if not known(argument):
            return _open(function, arguments, result_type)
        if kind is not str:
            values = tuple(map(plain, arguments))
    try:
        evaluator = _evaluators[function]
    except KeyError:
        evaluator = _evaluators[function] = find(function)
    if evaluator is None:
        return Call(function, arguments, result_type)
    try:
        result = evaluator(*values)
    except RefusedError as refusal:
        return Failure(Call(function, arguments), str(refusal))
    except UnfoldedError:
        return Call(function, arguments, result_type)
    if type(result) is str and not result.isascii():
        return normalized(result)
    return result


def _open(function: str, arguments: tuple[Any, ...], result_type: Type) -> Expression:
    """Call a function whose arguments are not all known."""
    failure = find_failure(arguments)
    return Call(function, arguments, result_type) if failure is None else failure


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
    return open_[0] if known(open_[0]) else cast("T", Call("try", tuple(open_)))


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
