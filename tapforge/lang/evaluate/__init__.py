"""What Terraform's functions come to when all their arguments are known.

An evaluator raises `RefusedError` where Terraform refuses the call and `UnfoldedError` where Python
can't be sure of Terraform's answer. Tests hold each of them against the real Terraform.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_MODULES = {
    "collection": (
        "chunklist coalesce coalescelist compact concat contains distinct element flatten index keys"
        " length lookup matchkeys merge one reverse setintersection setproduct setsubtract setunion"
        " slice sort transpose values zipmap"
    ),
    "conversion": "convert nonsensitive tobool tolist tomap tonumber toset tostring",
    "digest": "base64sha256 base64sha512 md5 sha1 sha256 sha512 uuidv5",
    "encoding": (
        "base64decode base64encode csvdecode jsondecode jsonencode textdecodebase64"
        " textencodebase64 urlencode"
    ),
    "formatting": "format formatlist",
    "network": "cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "numeric": "abs alltrue anytrue ceil floor log max min parseint pow range signum sum",
    "pattern": "regex regexall replace",
    "text": (
        "basename chomp dirname endswith indent join lower split startswith strcontains strrev substr"
        " title trim trimprefix trimspace trimsuffix upper"
    ),
    "time": "formatdate timeadd timecmp",
}
MODULES = {name: module for module, names in _MODULES.items() for name in names.split()}
"""The module of each function that Python evaluates."""


def find(function: str) -> Callable[..., Any] | None:
    """Give the evaluator of a function; None if only Terraform evaluates it."""
    module = MODULES.get(function)
    if module is None:
        return None
    evaluator: Callable[..., Any] = import_module(f"{__name__}.{module}").FUNCTIONS[function]
    return evaluator
