"""What a second plan would change: nothing, but for gaps of the emulator that are listed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs


@attrs.frozen
class Gap:
    """An attribute that the emulator does not give back as it was set.

    Attributes:
        type: The resource.
        attribute: The attribute.
        reason: What the emulator does instead.
    """

    type: str
    attribute: str
    reason: str


GAPS: tuple[Gap, ...] = ()
"""The known ones: none. A gap is better closed in `tapforge.local.emulator.patches`."""


@attrs.frozen
class Drift:
    """Something that a plan right after an apply would change.

    Attributes:
        address: The resource or output.
        attribute: The attribute; empty for the whole.
        found: What is there.
        expected: What the document asks for; `(known after apply)` where that is not known yet.
    """

    address: str
    attribute: str
    found: Any
    expected: Any

    def __str__(self) -> str:
        place = f"{self.address}.{self.attribute}" if self.attribute else self.address
        return f"{place}: found {self.found!r}, expected {self.expected!r}"


def drift_of(plan: Mapping[str, Any], gaps: Iterable[Gap] = GAPS) -> list[Drift]:
    """Read what a plan would change.

    Args:
        plan: A plan in Terraform's JSON format.
        gaps: What is not counted.
    """
    ignored = {(gap.type, gap.attribute) for gap in gaps}
    found: list[Drift] = []
    for resource in plan.get("resource_changes", []):
        change = resource["change"]
        if resource.get("mode") != "managed" or change["actions"] in (["no-op"], ["read"]):
            continue
        found += [
            each
            for each in _attributes(resource["address"], change)
            if (resource["type"], each.attribute) not in ignored
        ]
    for name, change in plan.get("output_changes", {}).items():
        if change["actions"] != ["no-op"]:
            found.append(
                Drift(f"output.{name}", "", change.get("before"), _expected(change, "", None))
            )
    return found


def _attributes(address: str, change: Mapping[str, Any]) -> list[Drift]:
    before, after = change.get("before"), change.get("after")
    if before is None or after is None:
        return [
            Drift(address, "", "nothing" if before is None else "it", "/".join(change["actions"]))
        ]
    unknown = change.get("after_unknown") or {}
    return [
        Drift(address, name, before.get(name), _expected(change, name, after.get(name)))
        for name in sorted(before.keys() | after.keys() | unknown.keys())
        if before.get(name) != after.get(name) or unknown.get(name) is True
    ]


def _expected(change: Mapping[str, Any], name: str, value: Any) -> Any:
    unknown = change.get("after_unknown")
    unknown = unknown.get(name) if name and isinstance(unknown, dict) else unknown
    if unknown is True:
        return "(known after apply)"
    return value if name else change.get("after")
