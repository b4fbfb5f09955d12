"""Reads the plan of any Terraform configuration, as ``terraform show -json PLANFILE`` writes it.

The format: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tapforge.aws
from tapforge.facts.sensitive import is_sensitive
from tapforge.lang.errors import Problem, TapforgeError
from tapforge.lang.provider_package import pack_of
from tapforge.rules.origins import Origins
from tapforge.rules.resource import Configuration, Mode, Resource, Sensitive, Unknown

_MODES: dict[str, Mode] = {"managed": "resource", "data": "data", "ephemeral": "ephemeral"}
_GONE = (["delete"], ["forget"])
_HOW = "terraform plan -out=FILE && terraform show -json FILE > plan.json"


class PlanError(TapforgeError):
    """What was given is no plan that rules can be held to."""


def parse(text: bytes, name: str) -> Configuration:
    """Read the file that a plan was written to.

    Args:
        text: What is in it.
        name: What messages and findings call it.

    Raises:
        PlanError: it is no plan in JSON.
    """
    if text.startswith(b"PK"):
        raise _error(
            name, "is Terraform's own plan file", "give its JSON: terraform show -json FILE"
        )
    try:
        # PowerShell redirects output as UTF-16, and json tells the encodings of Unicode apart.
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip().startswith(b'{"@level"'):
            problem = "is what `terraform plan -json` prints, which tells no values"
            raise _error(name, problem, f"give the plan itself: {_HOW}") from None
        if not text.strip():
            raise _error(name, "is empty", f"write the plan into it: {_HOW}") from None
        raise _error(name, f"is no JSON: {error}", f"write it with {_HOW}") from None
    return read(document, name)


def read(document: Any, name: str) -> Configuration:
    """Read a plan.

    Resources are as the plan leaves them; what it destroys or forgets is left out. Data sources are
    kept, those that were read while planning among them.

    Args:
        document: The plan.
        name: What messages and findings call it.

    Raises:
        PlanError: it is no plan, or one that Terraform could not finish.
    """
    _check(document, name)
    try:
        return Configuration(tuple(_resources(document)), _variables(document), name)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"is not as Terraform writes a plan ({type(error).__name__}: {error})"
        raise _error(name, problem, f"write it anew: {_HOW}") from error


def _error(name: str, problem: str, fix: str) -> PlanError:
    return PlanError(Problem(name, problem, fix))


def _check(document: Any, name: str) -> None:
    if not isinstance(document, Mapping):
        raise _error(name, "is no JSON object", f"write the plan with {_HOW}")
    if "lineage" in document or ("values" in document and "planned_values" not in document):
        raise _error(name, "is a state and no plan", f"give a plan: {_HOW}")
    version = document.get("format_version")
    if not isinstance(version, str) or "planned_values" not in document:
        raise _error(name, "is no plan of Terraform", f"write one with {_HOW}")
    if version.partition(".")[0] != "1":
        problem = f'has the format version "{version}", and 1.x is known'
        raise _error(name, problem, "plan with Terraform 1.1 or newer")
    if document.get("errored"):
        problem = "is of a plan that failed, so it is not whole"
        raise _error(name, problem, "correct what Terraform said, and plan again")


def _variables(document: Mapping[str, Any]) -> dict[str, Any]:
    declared = document.get("configuration", {}).get("root_module", {}).get("variables", {})
    given = {name: each.get("value") for name, each in document.get("variables", {}).items()}
    defaults = {name: each.get("default") for name, each in declared.items()}
    hidden = {name for name, each in declared.items() if each.get("sensitive")}
    return {
        name: Sensitive() if name in hidden and value is not None else value
        for name, value in (defaults | given).items()
    }


def _resources(document: Mapping[str, Any]) -> Iterator[Resource]:
    """Give the resources and data sources, in the order of their addresses."""
    records = sorted((*_planned(document), *_already_read(document)), key=_place)
    origins = Origins(document.get("configuration", {}).get("root_module", {}), records)
    for record in records:
        if record.get("already_read") and not origins.expressions(record):
            continue  # it was in the state before, and is no part of the configuration any more
        mode = _MODES[record["mode"]]
        kind = f"data.{record['type']}" if mode == "data" else record["type"]
        values = _Values(kind, functools.partial(origins.of, record))
        yield Resource(
            values.mapping(
                *(record["after"], record["after_unknown"], record["after_sensitive"]),
                *(origins.expressions(record), ""),
            ),
            address=record["address"],
            mode=mode,
            type=record["type"],
            name=record["name"],
            written=frozenset(name for each in origins.expressions(record) for name in each),
            provider=origins.provider(record),
        )


def _place(record: Mapping[str, Any]) -> tuple[str, str, str, str, int, str]:
    index = record.get("index")
    number = index if isinstance(index, int) else -1
    module = record.get("module_address", "")
    return (module, record["mode"], record["type"], record["name"], number, str(index))


def _planned(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    deferred = (each["resource_change"] for each in document.get("deferred_changes", ()))
    for record in (*document.get("resource_changes", ()), *deferred):
        change = record["change"]
        if change["actions"] in _GONE or change.get("after") is None or "deposed" in record:
            continue
        yield record | {
            "after": change["after"],
            "after_unknown": change.get("after_unknown") or {},
            "after_sensitive": change.get("after_sensitive") or {},
        }


def _already_read(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the data sources whose values were known early enough to be read for the plan."""
    state = document.get("prior_state", {}).get("values", {}).get("root_module", {})
    planned = {each["address"] for each in document.get("resource_changes", ())}
    pending = [state]
    while pending:
        module = pending.pop()
        pending += module.get("child_modules", ())
        for record in module.get("resources", ()):
            if record["mode"] == "data" and record["address"] not in planned:
                yield record | {
                    "already_read": True,
                    "module_address": module.get("address", ""),
                    "after": record["values"],
                    "after_unknown": {},
                    "after_sensitive": record.get("sensitive_values") or {},
                }


class _Values:
    """Puts together what a plan tells of a resource's values in three places.

    Args:
        kind: The resource's type; ``data.`` goes before that of a data source.
        origins: Gives the addresses that lead to the value of some expressions.
    """

    def __init__(self, kind: str, origins: Callable[[Sequence[Any]], list[str]]) -> None:
        self._kind = kind
        self._origins = origins

    def mapping(
        self,
        values: Mapping[str, Any],
        unknown: Any,
        sensitive: Any,
        expressions: Sequence[Any],
        place: str,
    ) -> dict[str, Any]:
        """Give the values of a block or map, without those that are null."""
        unknown, sensitive = _mapping(unknown), _mapping(sensitive)
        found = {}
        for name in dict.fromkeys((*values, *unknown)):
            inside = _inside(expressions, name)
            if expressions and not inside and unknown.get(name) is True:
                if self._left_out(name):
                    continue  # the provider or AWS chooses a value
                inside = [{}] if self._kind.startswith("data.") else []
            value = self._value(
                *(values.get(name), unknown.get(name), sensitive.get(name)),
                *(inside, f"{place}{name}"),
            )
            if value is not None:
                found[name] = value
        return found

    def _left_out(self, name: str) -> bool:
        """Tell whether an argument that the configuration does not show was not given for sure.

        Dynamic blocks are not shown, nor are blocks that the provider takes for an attribute.
        """
        blocks = _blocks(self._kind)
        return blocks is not None and name not in blocks

    def _value(
        self, value: Any, unknown: Any, sensitive: Any, expressions: Sequence[Any], place: str
    ) -> Any:
        if unknown is True:
            # The configuration does not show what is inside a dynamic block.
            lost = () if expressions else (f"{self._kind}.{place}",)
            return Unknown((*self._origins(expressions), *lost))
        if value is None:
            return None
        if sensitive is True or (isinstance(value, str) and is_sensitive(self._kind, place)):
            return Sensitive(self._origins(expressions))
        if isinstance(value, Mapping):
            return self.mapping(value, unknown, sensitive, expressions, f"{place}.")
        if isinstance(value, list):
            return self._list(value, unknown, sensitive, expressions, place)
        return value

    def _list(
        self,
        values: list[Any],
        unknown: Any,
        sensitive: Any,
        expressions: Sequence[Any],
        place: str,
    ) -> list[Any]:
        unknown, sensitive = _padded(unknown, len(values)), _padded(sensitive, len(values))
        if values and all(each is True for each in unknown) and all(map(_is_leaf, expressions)):
            origins = self._origins(expressions)
            if len(origins) == len(values):
                return [Unknown((origin,)) for origin in origins]
        return [
            self._value(
                item, unknown[i], sensitive[i], _fitting(expressions, item), f"{place}[{i}]"
            )
            for i, item in enumerate(values)
        ]


@functools.cache
def _blocks(kind: str) -> frozenset[str] | None:
    """Give what can be written as blocks in a resource, at any depth; None where nobody knows."""
    if kind.startswith("data."):
        return None
    try:
        schema = pack_of(Path(tapforge.aws.__file__).parent).schema("resource", kind)
    except TapforgeError:
        return None
    fields = [
        field
        for block in (schema.block, *map(schema.shape, schema.shape_names))
        for field in block.fields()
    ]
    return frozenset(each.name for each in fields if each.settable and each.shape)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _padded(value: Any, length: int) -> list[Any]:
    given = value if isinstance(value, list) else []
    return [*given, *[None] * (length - len(given))]


def _is_leaf(expression: Any) -> bool:
    """Tell whether the configuration tells no more than references from here on."""
    if not isinstance(expression, Mapping):
        return False
    return "constant_value" in expression or isinstance(expression.get("references"), list)


def _inside(expressions: Iterable[Any], name: str) -> list[Any]:
    """Give the expressions of an argument, of those of the block or map it is in."""
    found = []
    for each in expressions:
        if _is_leaf(each):
            found.append(each)
        elif isinstance(each, Mapping) and name in each:
            found.append(each[name])
    return found


def _fitting(expressions: Iterable[Any], item: Any) -> list[Any]:
    """Give the expressions of an element: those of the blocks whose constants it has.

    Blocks of a set come in another order than they are written.
    """
    found = []
    for each in expressions:
        if not isinstance(each, list):
            found.append(each)
            continue
        fitting = [block for block in each if isinstance(item, Mapping) and _fits(block, item)]
        found += fitting or each
    return found


def _fits(block: Any, item: Mapping[str, Any]) -> bool:
    for name, expression in _mapping(block).items():
        if not isinstance(expression, Mapping) or "constant_value" not in expression:
            continue
        constant = expression["constant_value"]
        # The JSON syntax shows a template as it is written.
        template = "references" in expression or (isinstance(constant, str) and "${" in constant)
        if not template and str(constant) != str(item.get(name)):
            return False
    return True
