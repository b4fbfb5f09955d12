"""Arguments and attributes whose value nobody may read, whether or not Terraform knows that.

Terraform marks in a plan what a provider's schema calls sensitive. Schemas differ in that between
versions, and one that was cut down may not say it at all: reports then rely on this table.

Example:
    >>> is_sensitive("aws_db_instance", "password")
    True
"""

from __future__ import annotations

import functools
import re

from tapforge.facts._data import load

_INDEX = re.compile(r"\[[^\]]*\]")
_WRITE_ONLY = "_wo"


@functools.lru_cache(maxsize=4096)
def is_sensitive(type_: str, path: str) -> bool:
    """Tell whether an argument or attribute holds a secret.

    Args:
        type_: The type of the resource; that of a data source with ``data.`` before it.
        path: The argument's path: ``password``, ``kafka_settings[0].sasl_password``.

    Source: the AWS provider's schemas, as the data file says.
    """
    table = load("sensitive")
    plain = _INDEX.sub("", path)
    name = plain.rpartition(".")[2]
    if plain in table["arguments"].get(type_, ()) or name.endswith(_WRITE_ONLY):
        return True
    return name in _names()


@functools.cache
def _names() -> frozenset[str]:
    return frozenset(load("sensitive")["names"])
