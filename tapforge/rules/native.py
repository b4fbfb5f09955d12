"""Writes the examples of rules in Terraform's native syntax, as people know it.

The examples are in the JSON syntax, where nothing but the provider's schema tells a block from a map.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tapforge.aws
from tapforge.lang.errors import TapforgeError
from tapforge.lang.expression import hcl
from tapforge.lang.provider_package import pack_of
from tapforge.lang.schema import Block, Kind, Schema
from tapforge.rules.rule import Example

_KINDS: tuple[Kind, ...] = ("data", "ephemeral", "resource")
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_META = ("connection", "lifecycle", "provisioner")
_INLINE = 72


def native(example: Example) -> str:
    """Write an example as the content of a ``.tf`` file, laid out as ``terraform fmt`` does."""
    blocks = [
        *(_block(f'variable "{n}"', v, None, None) for n, v in example.get("variable", {}).items()),
        *(
            _block(f'{kind} "{type_}" "{name}"', body, *_schema(kind, type_))
            for kind in _KINDS
            for type_, named in example.get(kind, {}).items()
            for name, body in named.items()
        ),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks)


def _schema(kind: Kind, type_: str) -> tuple[Schema | None, Block | None]:
    try:
        schema = pack_of(Path(tapforge.aws.__file__).parent).schema(kind, type_)
    except TapforgeError:
        return None, None  # a type of another provider, or one that is no more
    return schema, schema.block


def _block(
    head: str, body: Mapping[str, Any], schema: Schema | None, block: Block | None
) -> list[str]:
    if not body:
        return [f"{head} {{}}"]
    arguments: dict[str, Any] = {}
    nested: list[tuple[str, Mapping[str, Any]]] = []
    for name, value in body.items():
        if _is_block(name, value, block):
            nested += [(name, each) for each in (value if isinstance(value, list) else [value])]
        else:
            arguments[name] = value
    lines = list(_arguments(arguments))
    for name, each in nested:
        inner = block.blocks.get(name) if block else None
        shape = schema.shape(inner.shape) if schema and inner else None
        lines += [""] if lines else []
        lines += _block(name, each, schema, shape)
    return [f"{head} {{", *(f"  {line}" if line else "" for line in lines), "}"]


def _is_block(name: str, value: Any, block: Block | None) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, Mapping) for each in value)
    known = block is not None and name in block.blocks
    return isinstance(value, Mapping) and (known or name in _META)


def _arguments(arguments: Mapping[str, Any], equals: str = "=") -> Iterator[str]:
    """Write arguments, those that follow each other in one line each with their signs aligned."""
    group: list[tuple[str, str]] = []
    for name, value in arguments.items():
        lines = _value(value)
        if len(lines) == 1:
            group.append((name, lines[0]))
            continue
        yield from _aligned(group, equals)
        group = []
        yield f"{name} {equals} {lines[0]}"
        yield from lines[1:]
    yield from _aligned(group, equals)


def _aligned(group: list[tuple[str, str]], equals: str) -> Iterator[str]:
    width = max((len(name) for name, _ in group), default=0)
    for name, value in group:
        yield f"{name:{width}} {equals} {value}"


def _value(value: Any) -> list[str]:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        keys = {k if _WORD.fullmatch(k) else json.dumps(k): v for k, v in value.items()}
        return ["{", *(f"  {line}" for line in _arguments(keys)), "}"] if keys else ["{}"]
    if isinstance(value, list):
        items = [_value(each) for each in value]
        line = f"[{', '.join(item[0] for item in items)}]"
        if all(len(item) == 1 for item in items) and len(line) <= _INLINE:
            return [line]
        inner = [line for item in items for line in (*item[:-1], f"{item[-1]},")]
        return ["[", *(f"  {line}" for line in inner), "]"]
    return [hcl(value)]


def _text(text: str) -> list[str]:
    if reference := _REFERENCE.fullmatch(text):
        return [reference[1]]
    if text.startswith(("{", "[")):
        with contextlib.suppress(ValueError):
            lines = _value(json.loads(text))
            lines[0] = f"jsonencode({lines[0]}"
            lines[-1] = f"{lines[-1]})"
            return lines
    # The references in a template stay; nothing else in an example is one.
    pieces = _REFERENCE.split(text)
    literal = [hcl(piece)[1:-1] for piece in pieces[::2]]
    references = [f"${{{piece}}}" for piece in pieces[1::2]]
    joined = "".join(a + b for a, b in zip(literal, [*references, ""], strict=True))
    return [f'"{joined}"']
