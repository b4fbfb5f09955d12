"""Terraform's functions as typed Python functions, from what ``terraform metadata functions`` says.

``terraform metadata functions -json | python -m tapforge.codegen.functions`` writes the text of
`tapforge.lang.functions`: same input, same bytes.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
from collections.abc import Mapping
from typing import Any

DOCUMENTATION = "https://developer.hashicorp.com/terraform/language/functions"
"""Where Terraform describes each of its functions, on a page of its name."""

_HEADER = '''\
"""Terraform's functions: on known values they give the value, else the call as an expression.

Written by `tapforge.codegen.functions` from ``terraform metadata functions -json``; do not edit.
"""
# mypy: disable-error-code="no-any-return"
# ruff: noqa: A001, A002

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tapforge.lang.call import call, can, convert, try_

__all__ = [
{names}
]

T = TypeVar("T")
'''

# Written by hand in tapforge.lang.call: they look at expressions, not at values, or take a type.
_BY_HAND = {"can": "can", "convert": "convert", "try": "try_"}

_SCALARS = {"bool": "bool", "dynamic": "Any", "number": "float", "string": "str"}
_TAKEN = {"list": "Sequence[{}]", "map": "Mapping[str, {}]", "set": "Iterable[{}]"}
_GIVEN = {"list": "list[{}]", "map": "dict[str, {}]", "set": "set[{}]"}

# Where the metadata says "dynamic" or "number" and more is known: the types taken (a variadic one
# last), the type given, and the type of the expression if that is known too.
_PRECISE: dict[str, tuple[tuple[str, ...], str, Any]] = {
    "ceil": (("float",), "int", "number"),
    "chunklist": (("Sequence[T]", "float"), "list[list[T]]", ["list", ["list", "dynamic"]]),
    "coalesce": (("T | None",), "T", None),
    "coalescelist": (("Sequence[T]",), "list[T]", None),
    "concat": (("Sequence[T]",), "list[T]", None),
    "contains": (("Iterable[Any]", "Any"), "bool", "bool"),
    "csvdecode": (("str",), "list[dict[str, str]]", ["list", "dynamic"]),
    "distinct": (("Sequence[T]",), "list[T]", ["list", "dynamic"]),
    "element": (("Sequence[T]", "float"), "T", None),
    "ephemeralasnull": (("T",), "T | None", None),
    "flatten": (("Iterable[Any]",), "list[Any]", None),
    "floor": (("float",), "int", "number"),
    "index": (("Sequence[Any]", "Any"), "int", "number"),
    "keys": (("Mapping[str, Any]",), "list[str]", ["list", "string"]),
    "length": (("str | Collection[Any]",), "int", "number"),
    "lookup": (("Mapping[str, T]", "str", "T"), "T", None),
    "matchkeys": (
        ("Sequence[T]", "Sequence[Any]", "Sequence[Any]"),
        "list[T]",
        ["list", "dynamic"],
    ),
    "merge": (("Mapping[str, T] | None",), "dict[str, T]", None),
    "nonsensitive": (("T",), "T", None),
    "one": (("Collection[T]",), "T | None", None),
    "parseint": (("str", "float"), "int", "number"),
    "reverse": (("Iterable[T]",), "list[T]", None),
    "sensitive": (("T",), "T", None),
    "setintersection": (("Iterable[T]", "Iterable[T]"), "set[T]", ["set", "dynamic"]),
    "setproduct": (("Iterable[T]",), "list[list[T]]", None),
    "setsubtract": (("Iterable[T]", "Iterable[T]"), "set[T]", ["set", "dynamic"]),
    "setunion": (("Iterable[T]", "Iterable[T]"), "set[T]", ["set", "dynamic"]),
    "signum": (("float",), "int", "number"),
    "slice": (("Sequence[T]", "float", "float"), "list[T]", None),
    "sum": (("Iterable[float]",), "float", "number"),
    "templatefile": (("str", "Mapping[str, Any]"), "Any", None),
    "templatestring": (("str", "Mapping[str, Any]"), "str", "string"),
    "timecmp": (("str", "str"), "int", "number"),
    "tolist": (("Iterable[T]",), "list[T]", ["list", "dynamic"]),
    "tomap": (("Mapping[str, T]",), "dict[str, T]", ["map", "dynamic"]),
    "toset": (("Iterable[T]",), "set[T]", ["set", "dynamic"]),
    "values": (("Mapping[str, T]",), "list[T]", None),
    "zipmap": (("Sequence[str]", "Sequence[T]"), "dict[str, T]", None),
}


def generate(metadata: Mapping[str, Any]) -> str:
    """Write the module.

    Args:
        metadata: What ``terraform metadata functions -json`` prints, as JSON.
    """
    signatures: dict[str, Any] = {
        name: signature
        for name, signature in sorted(metadata["function_signatures"].items())
        # Each stands there a second time, under the name that a provider's function can't hide.
        if "::" not in name
    }
    names = sorted(_BY_HAND.get(name, name) for name in signatures)
    header = _HEADER.replace("{names}", "\n".join(f'    "{name}",' for name in names))
    functions = [
        _function(name, signature) for name, signature in signatures.items() if name not in _BY_HAND
    ]
    return "\n\n".join([header, *functions])


def _function(name: str, signature: Mapping[str, Any]) -> str:
    parameters = list(signature.get("parameters", ()))
    variadic = signature.get("variadic_parameter")
    taken, given, type_ = _PRECISE.get(name) or (
        tuple(_python(p["type"], _TAKEN) for p in (*parameters, *([variadic] if variadic else []))),
        _python(signature["return_type"], _GIVEN),
        signature["return_type"],
    )
    names = [_identifier(parameter["name"]) for parameter in parameters]
    declared = [f"{n}: {t}" for n, t in zip(names, taken, strict=False)]
    arguments, shown = names.copy(), names.copy()
    if declared:
        declared.append("/")
    if variadic:
        rest = _identifier(variadic["name"])
        declared.append(f"*{rest}: {taken[-1]}")
        arguments.append(f"*{rest}")
        shown.append(f"{rest}...")
    packed = arguments[0][1:] if arguments and arguments[0][:1] == "*" else _tuple(arguments)
    result = "" if type_ in (None, "dynamic") else f", {_literal(type_)}"
    return (
        f"def {name}({', '.join(declared)}) -> {given}:\n"
        f'    """Call ``{name}({", ".join(shown)})``.\n\n    {DOCUMENTATION}/{name}\n    """\n'
        f'    return call("{name}", {packed}{result})\n'
    )


def _python(type_: Any, collections: Mapping[str, str]) -> str:
    if isinstance(type_, str):
        return _SCALARS[type_]
    kind, element = type_
    return collections[kind].format(_python(element, collections))


def _identifier(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def _tuple(arguments: list[str]) -> str:
    return f"({', '.join(arguments)}{',' if len(arguments) == 1 else ''})"


def _literal(type_: Any) -> str:
    return json.dumps(type_)


def main() -> None:
    """Read the metadata from standard input and write the module to standard output."""
    sys.stdout.write(generate(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
