"""Packages that only the extra `local` brings."""

from __future__ import annotations

import importlib
from typing import Any

from tapforge.lang.errors import Problem, TapforgeError


class PackageMissingError(TapforgeError):
    """A package of the extra `local` is not installed."""


def import_package(module: str, package: str) -> Any:
    """Import `module` of `package`.

    Raises:
        PackageMissingError: It is not installed; says how to get it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        problem = Problem(
            f"package {package}",
            f"it is not installed ({error})",
            "install it with `pip install 'tapforge[local]'`",
        )
        raise PackageMissingError(problem) from None
