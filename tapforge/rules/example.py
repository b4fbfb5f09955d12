"""Reads a configuration that is written down in Terraform's JSON syntax, as rules' examples are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tapforge.lang.expression import Access, Symbol
from tapforge.rules.resource import Configuration, Mode, Resource
from tapforge.rules.rule import Example

_MODES: tuple[Mode, ...] = ("resource", "data", "ephemeral")
_REFERENCE = re.compile(r"\$\{((?:module\.\w+\.)*(?:data\.)?\w+\.[\w-]+(?:\[[^\]]+\])?)\.(\w+)\}")


def configuration(example: Example, name: str = "example") -> Configuration:
    """Read an example.

    Args:
        example: The configuration; every resource stands for one instance.
        name: What findings call it.
    """
    variables = {n: v.get("default") for n, v in example.get("variable", {}).items()}
    return Configuration(
        resources=tuple(r for mode in _MODES for r in _resources(example, mode)),
        variables=variables,
        name=name,
    )


def _resources(example: Example, mode: Mode) -> Iterator[Resource]:
    for type_, named in example.get(mode, {}).items():
        for name, body in named.items():
            values = {key: _value(value) for key, value in body.items()}
            lifecycle = values.pop("lifecycle", {})
            prefix = "" if mode == "resource" else f"{mode}."
            yield Resource(
                values,
                address=f"{prefix}{type_}.{name}",
                mode=mode,
                type=type_,
                name=name,
                lifecycle=lifecycle,
            )


def _value(value: Any) -> Any:
    if isinstance(value, str) and (match := _REFERENCE.fullmatch(value)):
        return Access(Symbol(match[1]), match[2])
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    return [_value(item) for item in value] if isinstance(value, list) else value
