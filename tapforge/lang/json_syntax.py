"""Values in Terraform's JSON syntax, by position: what a string means there decides how it is written.

Expression positions read every string as a template, literal positions read it as it is, traversal
positions take the bare address of an object. The position comes from the language, never from the
value, so a user's ``${`` is data wherever it stands.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tapforge.lang.errors import Problem, ValueNotAllowedError
from tapforge.lang.expression import (
    Access,
    Expression,
    Symbol,
    Template,
    check_text,
    escape_template,
    parse,
    reference,
    set_elements,
)

Json = Any
"""A value that `json.dumps` writes."""


def expression(value: Any) -> Json:
    """Write a value at a position where Terraform expects an expression.

    Raises:
        ValueNotAllowedError: a number without a finite value, or text that Terraform would change.
    """
    value = parse(value)
    if isinstance(value, str):
        return _template(value if "{" not in value else _escaped(value))
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Template):
        return _template(value._text(_escaped))
    if isinstance(value, Expression):
        return "${" + value._hcl() + "}"
    if isinstance(value, Mapping):
        return {_key(key): expression(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [expression(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return [expression(item) for item in set_elements(value)]
    if hasattr(value, "_tf_reference"):
        return expression(value._tf_reference())
    if hasattr(value, "_tf_object"):
        return expression(value._tf_object())
    return _number(value)


def literal(value: Any) -> Json:
    """Write a value at a position where Terraform takes constants only.

    Raises:
        ValueNotAllowedError: the value holds an expression.
    """
    value = parse(value)
    if isinstance(value, Expression):
        raise ValueNotAllowedError(
            Problem(
                value._hcl(),
                "Terraform takes only a constant here",
                "give a plain value; a backend is filled in by `terraform init -backend-config`",
            )
        )
    if isinstance(value, str):
        return check_text(value)
    if isinstance(value, Mapping):
        return {literal(key): literal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [literal(item) for item in value]
    return value if value is None or isinstance(value, (bool, int)) else _number(value)


def traversal(value: Any) -> str:
    """Write the bare address of an object: of a block, or of an attribute where that is allowed.

    Raises:
        ValueNotAllowedError: the value is no reference.
    """
    target = reference(value) if hasattr(value, "_tf_reference") else value
    root = target
    while isinstance(root, Access) and root._step is not ...:
        root = root._base
    if isinstance(target, Expression) and isinstance(root, Symbol):
        return target._hcl()
    raise ValueNotAllowedError(
        Problem(
            repr(value), "Terraform takes only a reference here", "give the block that is meant"
        )
    )


def _key(key: Any) -> str:
    key = parse(key)
    if isinstance(key, (str, Expression)):
        return str(expression(key))
    raise ValueNotAllowedError(Problem(repr(key), "the keys of Terraform's maps are strings"))


def _number(value: Any) -> Json:
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        # Through an expression a decimal keeps every digit; JSON's numbers pass through a float.
        return int(value) if value == value.to_integral_value() else f"${{{value:f}}}"
    raise ValueNotAllowedError(
        Problem(
            repr(value), f"Terraform has no value for a Python {type(value).__name__} like this"
        )
    )


_LONE_RETURN = re.compile(r"(\$*)\r(?!\n)")
_MARK = "\ufeff"  # the byte order mark


def _escaped(text: str) -> str:
    """Write text so that a template reads it as itself."""
    escaped = escape_template(check_text(text))
    # Terraform finds neither escapes nor references after a carriage return on its own.
    return _LONE_RETURN.sub(r'${"\1\\r"}', escaped) if "\r" in text else escaped


def _template(text: str) -> str:
    """Give a template whose text Terraform keeps: it drops a byte order mark at the start."""
    return f'${{"\\ufeff"}}{text[1:]}' if text.startswith(_MARK) else check_text(text)


def dumps(document: Mapping[str, Json]) -> str:
    """Write a JSON document as the project writes all of them: stable, one construct a line."""
    return _indented(document, "\n") + "\n"


def _indented(value: Json, newline: str) -> str:
    # The standard library indents in Python, and slowly: a tenth of the time a rendering takes.
    if isinstance(value, str):
        return json.encoder.encode_basestring(value)
    inside = newline + "  "
    if isinstance(value, Mapping) and value:
        lines = [f"{_indented(str(k), '')}: {_indented(v, inside)}" for k, v in value.items()]
        return f"{{{inside}{f',{inside}'.join(lines)}{newline}}}"
    if isinstance(value, (list, tuple)) and value:
        lines = [_indented(v, inside) for v in value]
        return f"[{inside}{f',{inside}'.join(lines)}{newline}]"
    return json.dumps(value, allow_nan=False)
