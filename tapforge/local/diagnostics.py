"""Terraform's errors and warnings, read from its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping


@attrs.frozen
class Diagnostic:
    """One error or warning of Terraform.

    Attributes:
        severity: `error` or `warning`.
        summary: What is wrong, in a few words.
        detail: The explanation; may be empty.
        address: The resource it is about, such as `module.db.aws_rds_cluster.this`; may be empty.
        filename: The document it points at, relative to the root; empty if none.
        line: The line in that document, from 1; 0 if none.
        context: The block it stands in, such as `output.endpoint`; may be empty.
    """

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    filename: str = ""
    line: int = 0
    context: str = ""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Diagnostic:
        """Read one entry of `diagnostics` of `validate -json`, or of a `-json` message."""
        place = document.get("range") or {}
        snippet = document.get("snippet") or {}
        return cls(
            severity=document["severity"],
            summary=document["summary"],
            detail=document.get("detail", ""),
            address=document.get("address", ""),
            filename=place.get("filename", ""),
            line=place.get("start", {}).get("line", 0),
            context=snippet.get("context") or "",
        )

    def __str__(self) -> str:
        where = self.address
        if self.filename:
            where = f"{where} ({self.filename}:{self.line})" if where else self._position()
        head = f"{where}: {self.summary}" if where else self.summary
        return f"{head}: {self.detail}" if self.detail else head

    def _position(self) -> str:
        position = f"{self.filename}:{self.line}"
        return f"{position} ({self.context})" if self.context else position


def errors_of(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The errors among `diagnostics`, without the warnings."""
    return tuple(diagnostic for diagnostic in diagnostics if diagnostic.severity == "error")
