"""Functions between values and text: JSON, Base64, URLs, CSV."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from tapforge.lang.value import (
    RefusedError,
    UnfoldedError,
    exact,
    is_number,
    normalized,
    number_text,
    sequence,
    simplest,
    string,
)

_HTML = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_CODECS = {"utf-8": "utf-8", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}


def encode_json(value: Any) -> str:
    """Write JSON as ``jsonencode`` does: sorted, dense, and safe to stand in HTML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).translate(_HTML)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if is_number(value):
        return number_text(value)
    if isinstance(value, Mapping):
        items = sorted(value.items(), key=lambda item: item[0])
        return (
            "{" + ",".join(f"{encode_json(key)}:{encode_json(item)}" for key, item in items) + "}"
        )
    return "[" + ",".join(map(encode_json, sequence(value))) + "]"


def _jsondecode(text: Any) -> Any:
    try:
        return json.loads(
            string(text),
            object_pairs_hook=_object,
            parse_float=lambda numeral: simplest(Decimal(exact(Decimal(numeral)))),
            parse_int=_integer,
            parse_constant=_refuse,
        )
    except json.JSONDecodeError as error:
        raise RefusedError(str(error)) from None
    except RecursionError:
        raise UnfoldedError from None


def _integer(numeral: str) -> int:
    return int(exact(int(numeral) if len(numeral) < 200 else 1 << 1000))


def _refuse(constant: str) -> Any:
    raise RefusedError(f"{constant} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = {key: _decoded(value) for key, value in pairs}
    if len(result) < len(pairs) or any(key != _decoded(key) for key in result):
        raise UnfoldedError
    return result


def _decoded(value: Any) -> Any:
    """Give a decoded value with the text in it as Terraform keeps it."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise UnfoldedError
        return normalized(value)
    return [_decoded(item) for item in value] if isinstance(value, list) else value


def _base64encode(text: Any) -> str:
    return _base64(string(text).encode())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except ValueError:
        raise RefusedError("failed to decode base64 data") from None


def _base64decode(text: Any) -> str:
    return _textdecodebase64(text, "utf-8")


def _textencodebase64(text: Any, encoding: Any) -> str:
    return _base64(string(text).encode(_codec(encoding)))


def _textdecodebase64(text: Any, encoding: Any) -> str:
    try:
        return _unbase64(string(text)).decode(_codec(encoding))
    except UnicodeDecodeError:
        if encoding == "utf-8":
            raise RefusedError("the decoded bytes are not valid UTF-8") from None
        raise UnfoldedError from None


def _codec(encoding: Any) -> str:
    codec = _CODECS.get(string(encoding).lower())
    if codec is None:
        raise UnfoldedError
    return codec


def _urlencode(text: Any) -> str:
    return quote_plus(string(text), safe="")


def _csvdecode(text: Any) -> list[dict[str, str]]:
    text = string(text)
    if '"' in text:
        raise UnfoldedError
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    rows = [line.split(",") for line in lines if line]
    if not rows:
        raise RefusedError("missing header line")
    names = rows[0]
    if len(set(names)) < len(names):
        raise RefusedError("duplicate column name")
    if any(len(row) != len(names) for row in rows):
        raise RefusedError("wrong number of fields")
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]


FUNCTIONS = {
    "base64decode": _base64decode,
    "base64encode": _base64encode,
    "csvdecode": _csvdecode,
    "jsondecode": lambda text: _decoded(_jsondecode(text)),
    "jsonencode": encode_json,
    "textdecodebase64": _textdecodebase64,
    "textencodebase64": _textencodebase64,
    "urlencode": _urlencode,
}
