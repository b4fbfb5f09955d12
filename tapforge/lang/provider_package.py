"""How a generated package finds its classes: by name, each made when it is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tapforge.lang.errors import Problem, closest
from tapforge.lang.model import UnknownAttributeError, make_model
from tapforge.lang.pack import FILE_NAME, Pack
from tapforge.lang.schema import Kind

_packs: dict[Path, Pack] = {}


def pack_of(package: Path) -> Pack:
    """Give the schemas of a generated package, read once a process.

    Args:
        package: The package's folder.
    """
    path = package / FILE_NAME
    return _packs.setdefault(path, Pack(path))


def bind(
    module: str, file: str, *kinds: Kind
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make the ``__getattr__`` and ``__dir__`` of a module that offers a provider's classes.

    Args:
        module: The module's ``__name__``.
        file: Its ``__file__``; the packed schema lies beside it.
        kinds: The kinds of types it offers.
    """
    pack = pack_of(Path(file).parent)

    def getattribute(name: str) -> Any:
        for kind in kinds:
            type_name = None if name.startswith("_") else pack.classes(kind).get(name)
            if type_name:
                made = make_model(kind, type_name, name, pack, module)
                setattr(sys.modules[module], name, made)
                return made
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        names = [known for kind in kinds for known in pack.classes(kind)]
        raise UnknownAttributeError(Problem(module, f'has no "{name}"', closest(name, names)))

    def directory() -> list[str]:
        names = {known for kind in kinds for known in pack.classes(kind)}
        return sorted(names.union(sys.modules[module].__dict__))

    return getattribute, directory
