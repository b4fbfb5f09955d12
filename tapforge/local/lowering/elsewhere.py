"""Resources in another region: today an argument, in the old provider a configuration of its own.

A module that names regions takes a provider for each; whoever calls it passes one on, and the root
configures it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from tapforge.local.lowering.draft import Change, Files
from tapforge.local.lowering.template import Traversal, as_operand, rewrite_template

_REASON = "resources have a region of their own since version 6.0; a provider has it in its stead"
Regions = dict[str, str]
"""The regions that a module's resources are in, as its own expressions, by the provider's alias."""


def with_aliases(modules: Mapping[str, Files]) -> tuple[dict[str, Files], list[Change]]:
    """Give modules in which no resource names its region, and what was changed for that.

    Args:
        modules: The files of each module by its path; they are not touched.
    """
    copies = {path: copy.deepcopy(dict(files)) for path, files in modules.items()}
    changes: list[Change] = []
    known: dict[str, Regions] = {}
    for path in copies:
        _Module(path, copies, known, changes).regions()
    return dict(copies), changes


class _Module:
    def __init__(
        self,
        path: str,
        modules: dict[str, dict[str, Any]],
        known: dict[str, Regions],
        changes: list[Change],
    ) -> None:
        self.path, self.modules, self.known, self.changes = path, modules, known, changes
        self.files: dict[str, dict[str, Any]] = modules[path]

    def regions(self) -> Regions:
        """Rewrite the module and those it calls; give the regions it needs beside its own."""
        if self.path not in self.known:
            found = self._of_resources()
            for label, call in self._calls():
                found |= self._of_call(label, call)
            self.known[self.path] = found
            if found:
                self._take(found)
        return self.known[self.path]

    def _of_resources(self) -> Regions:
        found: Regions = {}
        for file in self.files.values():
            for type_, blocks in file.get("resource", {}).items():
                for name, body in blocks.items():
                    if "region" not in body:
                        continue
                    region = body.pop("region")
                    alias = next((a for a, r in found.items() if r == region), None)
                    alias = alias or f"elsewhere{len(found) or ''}"
                    found[alias] = region
                    body["provider"] = f"aws.{alias}"
                    address = f"{type_}.{name}"
                    self.changes.append(Change(self.path, address, "region", "rewritten", _REASON))
        return found

    def _calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for file in self.files.values():
            yield from file.get("module", {}).items()

    def _of_call(self, label: str, call: dict[str, Any]) -> Regions:
        path = _resolved(self.path, call["source"])
        if path not in self.modules:
            return {}
        called = _Module(path, self.modules, self.known, self.changes)
        defaults = {
            name: variable.get("default")
            for file in called.files.values()
            for name, variable in file.get("variable", {}).items()
        }

        def given(traversal: Traversal) -> str | None:
            name = traversal.steps[0][1:] if traversal.steps else ""
            if traversal.root != "var" or name not in defaults:
                return None
            return as_operand(call.get(name, defaults[name]))

        needed = called.regions()
        if needed:
            passed = {f"aws.{alias}": f"aws.{label}_{alias}" for alias in needed}
            call["providers"] = {"aws": "aws"} | call.get("providers", {}) | passed
        return {
            f"{label}_{alias}": rewrite_template(region, given) for alias, region in needed.items()
        }

    def _take(self, regions: Regions) -> None:
        """Configure the providers, or require them from whoever calls."""
        root = next((f for f in self.files.values() if "aws" in f.get("provider", {})), None)
        if root is None:
            for file in self.files.values():
                aws = file.get("terraform", {}).get("required_providers", {}).get("aws")
                if aws:
                    names = [f"aws.{alias}" for alias in regions]
                    aws["configuration_aliases"] = [*aws.get("configuration_aliases", []), *names]
            return
        configured = root["provider"]["aws"]
        configured = configured if isinstance(configured, list) else [configured]
        own = next(each for each in configured if "alias" not in each)
        more = [
            # No region is given where nothing is built: any will do.
            own
            | {
                "alias": alias,
                "region": f"${{coalesce({as_operand(region)}, {as_operand(own.get('region'))})}}",
            }
            for alias, region in regions.items()
        ]
        root["provider"]["aws"] = [*configured, *more]


def _resolved(path: str, source: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(path) / source).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
