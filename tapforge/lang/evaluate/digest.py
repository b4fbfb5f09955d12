"""Functions that digest text."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from typing import TYPE_CHECKING, Any

from tapforge.lang.value import RefusedError, UnfoldedError, string

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMESPACES = ("dns", "url", "oid", "x500")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_UUID_LENGTHS = (32, 36, 38, 45)  # bare, with dashes, in braces, as URN


def _hexadecimal(algorithm: str) -> Callable[[Any], str]:
    return lambda text: _digest(algorithm, text).hex()


def _encoded(algorithm: str) -> Callable[[Any], str]:
    return lambda text: base64.b64encode(_digest(algorithm, text)).decode()


def _digest(algorithm: str, text: Any) -> bytes:
    return hashlib.new(algorithm, string(text).encode(), usedforsecurity=False).digest()


def _uuidv5(namespace: Any, name: Any) -> str:
    namespace, name = string(namespace), string(name)
    if namespace in _NAMESPACES:
        space = getattr(uuid, f"NAMESPACE_{namespace.upper()}")
    elif _UUID.fullmatch(namespace):
        space = uuid.UUID(namespace)
    elif len(namespace) in _UUID_LENGTHS:
        raise UnfoldedError
    else:
        raise RefusedError(f"does not support namespace {namespace}")
    return str(uuid.uuid5(space, name))


FUNCTIONS = {
    "base64sha256": _encoded("sha256"),
    "base64sha512": _encoded("sha512"),
    "md5": _hexadecimal("md5"),
    "sha1": _hexadecimal("sha1"),
    "sha256": _hexadecimal("sha256"),
    "sha512": _hexadecimal("sha512"),
    "uuidv5": _uuidv5,
}
