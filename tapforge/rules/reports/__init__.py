"""A report in the formats that people and programs read."""

from __future__ import annotations

import importlib
from typing import Literal

from tapforge.rules.report import Report

Format = Literal["text", "json", "sarif", "junit"]
FORMATS: dict[Format, str] = {
    "text": "text",
    "json": "json_document",
    "sarif": "sarif",
    "junit": "junit",
}
"""The formats, with the modules that write them."""


def write(report: Report, format_: Format) -> str:
    """Write a report; the same one always comes to the same text.

    Args:
        report: The report.
        format_: One of `FORMATS`.
    """
    text: str = importlib.import_module(f"{__name__}.{FORMATS[format_]}").write(report)
    return text
