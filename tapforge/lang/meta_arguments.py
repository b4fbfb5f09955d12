"""Which meta-arguments each kind of block takes, and the checks of what was given for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from tapforge.lang import conversion
from tapforge.lang.errors import Problem
from tapforge.lang.expression import (
    Access,
    Expression,
    Symbol,
    expression_type,
    parse,
    reference,
)
from tapforge.lang.meta import Connection, Lifecycle, Provisioner
from tapforge.lang.schema import Kind

_COMMON = ("count", "for_each", "depends_on", "provider", "lifecycle")
META_ARGUMENTS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "resource": (*_COMMON, "provisioner", "connection"),
    "data": _COMMON,
    "ephemeral": _COMMON,
}
_CONDITIONS_ONLY = ("precondition", "postcondition")


def meta_problems(kind: Kind, place: str, given: Mapping[str, Any]) -> Iterator[Problem]:
    """Say what is wrong with the meta-arguments given to a block."""
    checks = {
        "count": _count_problems,
        "for_each": _for_each_problems,
        "depends_on": _depends_on_problems,
        "provider": _provider_problems,
        "provisioner": _provisioner_problems,
    }
    for name, value in given.items():
        if value is None:
            continue
        if name in checks:
            yield from checks[name](f"{place}.{name}", value)
        elif name == "lifecycle":
            yield from _lifecycle_problems(kind, f"{place}.{name}", value)
        else:
            yield from _instance_problems(f"{place}.{name}", Connection, value)
    if given.get("count") is not None and given.get("for_each") is not None:
        yield Problem(place, "takes count or for_each, not both", "leave one out")


def _count_problems(place: str, value: Any) -> Iterator[Problem]:
    yield from conversion.problems(place, "number", value)
    if isinstance(value, (int, float)) and (value < 0 or value != int(value)):
        yield Problem(place, f"takes a whole number from 0 on, not {value}")


def _for_each_problems(place: str, value: Any) -> Iterator[Problem]:
    value = parse(value)
    if hasattr(value, "_tf_reference"):
        value = reference(value)
    if isinstance(value, Expression):
        match expression_type(value):
            case None | "dynamic" | ["map" | "object", *_] | ["set", "string" | "dynamic"]:
                return
            case ["list" | "tuple", _]:
                fix = "use toset() for a set of strings, for_map() for a map"
                yield Problem(place, f"takes a map or a set, and {value!r} is a list", fix)
            case other:
                description = conversion.article(other)
                yield Problem(place, f"takes a map or a set of strings, not {description}")
    elif isinstance(value, (set, frozenset, list, tuple)):
        yield from conversion.problems(place, ["set", "string"], value)
    elif isinstance(value, Mapping):
        yield from conversion.problems(place, ["map", "dynamic"], value)
    else:
        yield Problem(place, f"takes a map or a set of strings, not {conversion.found(value)}")


def _depends_on_problems(place: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)):
        yield Problem(place, f"takes a list of blocks, not {conversion.found(value)}", "give [...]")
        return
    for index, item in enumerate(value):
        base = _instance_of(item)
        if isinstance(base, Access) and base._step is not ...:
            # An output of a module is an object of its own to Terraform.
            module = _instance_of(base._base)
            base = module if module._hcl().startswith("module.") else base
        if not (hasattr(base, "_tf_reference") or isinstance(base, Symbol)):
            found = repr(item) if isinstance(item, Expression) else conversion.found(item)
            yield Problem(f"{place}[{index}]", f"takes a whole block, not {found}")


def _instance_of(value: Any) -> Any:
    while isinstance(value, Access) and isinstance(value._step, tuple):
        value = value._base
    return value


def _provider_problems(place: str, value: Any) -> Iterator[Problem]:
    path = getattr(value, "_tf_path", ("", ""))
    if path[0] != "provider" and not isinstance(value, Expression):
        fix = 'give a Provider(alias="...", ...)'
        yield Problem(
            place, f"takes a provider's configuration, not {conversion.found(value)}", fix
        )


def _provisioner_problems(place: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)):
        yield Problem(place, f"takes a list, not {conversion.found(value)}", "give [...]")
        return
    for index, item in enumerate(value):
        yield from _instance_problems(f"{place}[{index}]", Provisioner, item)


def _instance_problems(place: str, class_: type, value: Any) -> Iterator[Problem]:
    if not isinstance(value, class_):
        fix = f"give {class_.__name__}(...)"
        yield Problem(place, f"takes a {class_.__name__}, not {conversion.found(value)}", fix)


def _lifecycle_problems(kind: Kind, place: str, value: Any) -> Iterator[Problem]:
    yield from _instance_problems(place, Lifecycle, value)
    if not isinstance(value, Lifecycle):
        return
    for field in attrs.fields(Lifecycle):
        given = getattr(value, field.name)
        if given is None or given in ((), []):
            continue
        if field.name == "destroy":
            yield Problem(f"{place}.destroy", "belongs in a removed block", "leave it out here")
        elif kind != "resource" and field.name not in _CONDITIONS_ONLY:
            yield Problem(f"{place}.{field.name}", "is for resources only", "leave it out")
