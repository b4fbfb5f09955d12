"""How Terraform's names are written in Python."""

from __future__ import annotations

import keyword


def class_name(name: str) -> str:
    """Write a Terraform name as the name of a class: ``rds_cluster`` is ``RdsCluster``."""
    words = "".join([word[:1].upper() + word[1:] for word in name.replace("-", "_").split("_")])
    if words.isidentifier() and not keyword.iskeyword(words):
        return words
    return f"{words}_" if keyword.iskeyword(words) else f"X{words}"


def python_name(name: str) -> str:
    """Write the name of an argument or attribute; Python's own words get an underscore: ``from_``."""
    if keyword.iskeyword(name) or name == "self":
        return f"{name}_"
    name = name.replace("-", "_")
    return name if name.isidentifier() else f"x_{name}"
