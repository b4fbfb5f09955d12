"""Follows the references in a plan's configuration to the resources that a value comes from.

A plan shows of every expression which references are in it, and not how they are combined. They are
followed through variables and outputs of modules, `each.value`, and to the instance of the same key.
Where the trail is lost (the values of locals are not in a plan) the reference itself is given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from tapforge.rules.resource import KEY

_NAME = r"[^.\[\]]+"
_STEP = re.compile(rf"module\.({_NAME})({KEY})?")
_MODULE = re.compile(rf"module\.({_NAME})({KEY})?(?:\.({_NAME}))?")
_EACH = re.compile(rf"each\.value\.({_NAME})")
_OBJECT = re.compile(rf"((?:data\.|ephemeral\.)?{_NAME}\.{_NAME})({KEY})?")
_NOTHING = ("each.key", "count.", "path.", "terraform.", "self.")
_BY_KEY = frozenset(("each.key", "count.index"))

_Steps = tuple[tuple[str, str], ...]
"""The way to a module's instance: names of calls, with the keys of their instances."""


@attrs.frozen
class _Scope:
    """Where an expression stands.

    Attributes:
        steps: The module's instance.
        key: The key of the instance, of a resource or a module, that the expression is of.
        repeated: The references in its ``for_each``.
    """

    steps: _Steps
    key: str = ""
    repeated: tuple[str, ...] = ()


class Origins:
    """Where the values of a plan's resources come from.

    Args:
        root: The root module of the plan's configuration.
        records: The resources of the plan.
    """

    def __init__(self, root: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> None:
        self._root = root
        self._modules: dict[tuple[str, ...], Mapping[str, Any]] = {}
        self._blocks: dict[tuple[str, ...], dict[str, Mapping[str, Any]]] = {}
        self._instances: dict[str, dict[str, None]] = {}
        for record in records:
            address = record["address"]
            whole = address.removesuffix(_key(record))
            self._instances.setdefault(whole, {})[address] = None

    def expressions(self, record: Mapping[str, Any]) -> list[Any]:
        """Give what the configuration tells of a resource's arguments; nothing if it lacks it."""
        block = self._block(_steps(record.get("module_address", "")), record)
        return [] if block is None else [block.get("expressions", {})]

    def provider(self, record: Mapping[str, Any]) -> str:
        """Give the provider configuration of a resource; "" for the default one of its provider."""
        block = self._block(_steps(record.get("module_address", "")), record) or {}
        key: str = block.get("provider_config_key", "")
        # An alias has a full stop before it, and what a module configures itself the module's address.
        return key if "." in key else ""

    def of(self, record: Mapping[str, Any], expressions: Sequence[Any]) -> list[str]:
        """Give the addresses of the resources that expressions of a resource lead to.

        Args:
            record: The resource.
            expressions: Some of what `expressions` gave.

        Returns:
            Addresses of instances; of what can't be followed, the reference.
        """
        if not expressions:
            return []
        steps = _steps(record.get("module_address", ""))
        block = self._block(steps, record) or {}
        repeated = tuple(_references(block.get("for_each_expression")))
        found: dict[str, None] = {}
        self._follow(expressions, _Scope(steps, _key(record), repeated), found, set())
        return list(found)

    def _module(self, steps: _Steps) -> Mapping[str, Any]:
        names = tuple(name for name, _ in steps)
        if names not in self._modules:
            module = self._root
            for name in names:
                module = module.get("module_calls", {}).get(name, {}).get("module", {})
            self._modules[names] = module
        return self._modules[names]

    def _block(self, steps: _Steps, record: Mapping[str, Any]) -> Mapping[str, Any] | None:
        names = tuple(name for name, _ in steps)
        if names not in self._blocks:
            resources = self._module(steps).get("resources", ())
            self._blocks[names] = {each["address"]: each for each in resources}
        prefix = "" if record["mode"] == "managed" else f"{record['mode']}."
        return self._blocks[names].get(f"{prefix}{record['type']}.{record['name']}")

    def _follow(
        self, expression: Any, scope: _Scope, found: dict[str, None], seen: set[tuple[str, _Scope]]
    ) -> None:
        references = list(_references(expression))
        by_key = not _BY_KEY.isdisjoint(references)
        for reference in _longest(references):
            if (reference, scope) in seen:
                continue
            seen.add((reference, scope))
            if reference.startswith("var."):
                self._variable(reference.split(".")[1], scope, found, seen)
            elif reference.startswith("module."):
                self._output(reference, scope, found, seen)
            elif reference.startswith("each.value"):
                self._each(reference, scope, found, seen)
            elif reference.startswith("local."):
                found[f"{_prefix(scope.steps)}{reference}"] = None
            elif not reference.startswith(_NOTHING):
                self._object(reference, scope, by_key, found)

    def _variable(
        self, name: str, scope: _Scope, found: dict[str, None], seen: set[tuple[str, _Scope]]
    ) -> None:
        if not scope.steps:
            return  # the root's variables are known, so they are no reason for not knowing a value
        *outer, (label, key) = scope.steps
        call = self._module(tuple(outer)).get("module_calls", {}).get(label, {})
        repeated = tuple(_references(call.get("for_each_expression")))
        given = call.get("expressions", {}).get(name)
        self._follow(given, _Scope(tuple(outer), key, repeated), found, seen)

    def _output(
        self, reference: str, scope: _Scope, found: dict[str, None], seen: set[tuple[str, _Scope]]
    ) -> None:
        matched = _MODULE.match(reference)
        label, key, output = matched.groups(default="") if matched else ("", "", "")
        steps = (*scope.steps, (label, key))
        declared = self._module(steps).get("outputs", {}).get(output)
        if declared is None:
            # All outputs of the call, or those of all its instances: which one, nobody knows.
            found[f"{_prefix(scope.steps)}{reference}"] = None
        else:
            self._follow(declared.get("expression"), _Scope(steps), found, seen)

    def _each(
        self, reference: str, scope: _Scope, found: dict[str, None], seen: set[tuple[str, _Scope]]
    ) -> None:
        attribute = _EACH.match(reference)
        repeated = []
        for each in scope.repeated:
            whole = _MODULE.fullmatch(each)
            if whole and attribute and whole[2] is None and whole[3] is None:
                repeated.append(f"{each}{scope.key}.{attribute[1]}")
            else:
                repeated.append(each)
        by_key = {"references": [*repeated, "each.key"]}
        self._follow(by_key, attrs.evolve(scope, repeated=()), found, seen)

    def _object(self, reference: str, scope: _Scope, by_key: bool, found: dict[str, None]) -> None:
        matched = _OBJECT.match(reference)
        if matched is None:
            return
        whole = f"{_prefix(scope.steps)}{matched[1]}"
        instances = self._instances.get(whole, {})
        key = matched[2] or (scope.key if by_key else "")
        one = f"{whole}{key}"
        found.update({one: None} if one in instances else instances or {whole: None})


def _key(record: Mapping[str, Any]) -> str:
    if "index" not in record:
        return ""
    index = record["index"]
    # Terraform escapes what begins a template in a key.
    text = json.dumps(index, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return f"[{text}]"


def _steps(module_address: str) -> _Steps:
    return tuple((step[1], step[2] or "") for step in _STEP.finditer(module_address))


def _prefix(steps: _Steps) -> str:
    return "".join(f"module.{name}{key}." for name, key in steps)


def _references(expression: Any) -> Iterable[str]:
    """Give the references in an expression, or in all of those in a block."""
    if isinstance(expression, Mapping):
        references = expression.get("references")
        if isinstance(references, list) and all(isinstance(each, str) for each in references):
            yield from references
            return
        expression = list(expression.values())
    if isinstance(expression, Sequence) and not isinstance(expression, str):
        for each in expression:
            yield from _references(each)


def _longest(references: Iterable[str]) -> Iterable[str]:
    """Leave out what Terraform adds to each reference: the references it begins with."""
    last = ""
    for reference in references:
        if not (last.startswith(reference) and last[len(reference) :][:1] in (".", "[", "")):
            yield reference
            last = reference
