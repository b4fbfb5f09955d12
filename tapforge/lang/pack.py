"""The packed schema of a provider: one file, read type by type.

Its first line is JSON: the provider's address and version, and the index, which gives for every kind
the types, their classes and the sizes of their schemas, in columns. The schemas follow in the order
of the index, each packed JSON (`tapforge.lang.schema`) compressed by itself, so that reading one
costs nothing for all the others.
"""

from __future__ import annotations

import functools
import itertools
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tapforge.lang.errors import Problem, TapforgeError, closest
from tapforge.lang.schema import Kind, Schema, expand

FORMAT = 1
FILE_NAME = "schema.pack"


class Pack:
    """The schemas of a provider. Nothing is read before it is asked for.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @functools.cached_property
    def _opened(self) -> tuple[dict[str, Any], int]:
        with self.path.open("rb") as file:
            line = file.readline()
        return json.loads(line), len(line)

    @functools.cached_property
    def _places(self) -> dict[str, dict[str, tuple[int, int]]]:
        header, offset = self._opened
        places: dict[str, dict[str, tuple[int, int]]] = {}
        for kind, columns in header["index"].items():
            sizes = columns["sizes"]
            offsets = list(itertools.accumulate(sizes, initial=offset))
            types = columns["types"].split()
            places[kind] = dict(zip(types, zip(offsets, sizes, strict=False), strict=True))
            offset = offsets[-1]
        return places

    @property
    def address(self) -> str:
        """The provider's full address: ``registry.terraform.io/hashicorp/aws``."""
        return str(self._opened[0]["provider"])

    @property
    def name(self) -> str:
        """The name the provider has in configurations: ``aws``."""
        return self.address.rpartition("/")[2]

    @property
    def version(self) -> str:
        """The provider's version; empty when it was not given."""
        return str(self._opened[0]["version"])

    def names(self, kind: Kind) -> list[str]:
        """Give the names of all types of a kind, in alphabetical order."""
        return list(self._places.get(kind, ()))

    @functools.cache  # noqa: B019 - packs live as long as the process
    def classes(self, kind: Kind) -> Mapping[str, str]:
        """Give the type of each class of a kind, by the class's name."""
        columns = self._opened[0]["index"].get(kind)
        if columns is None:
            return {}
        return dict(zip(columns["classes"].split(), columns["types"].split(), strict=True))

    def schema(self, kind: Kind, type_name: str) -> Schema:
        """Read the schema of one type.

        Raises:
            TapforgeError: the provider has no such type.
        """
        return Schema(self._read(kind, type_name))

    def get(self, kind: Kind, type_name: str) -> dict[str, Any]:
        """Read the schema of one type in the form of ``terraform providers schema -json``.

        Raises:
            TapforgeError: the provider has no such type.
        """
        return expand(self._read(kind, type_name))

    def provider_block(self) -> dict[str, Any]:
        """Read the schema of the provider's configuration, in the same form."""
        return self.get("provider", self.name)

    def _read(self, kind: Kind, type_name: str) -> dict[str, Any]:
        types = self._places.get(kind, {})
        if type_name not in types:
            raise TapforgeError(
                Problem(
                    type_name,
                    f"{self.address} {self.version} has no such {kind} type",
                    closest(type_name, types),
                )
            )
        offset, size = types[type_name]
        with self.path.open("rb") as file:
            file.seek(offset)
            packed: dict[str, Any] = json.loads(zlib.decompress(file.read(size)))
        return packed
