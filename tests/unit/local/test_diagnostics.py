"""Terraform's diagnostics as text."""

import pytest

from tapforge.local.diagnostics import Diagnostic, errors_of

RANGE = {"filename": "main.tf.json", "start": {"line": 7, "column": 3}}


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({}, "Bad value"),
        ({"detail": "A number is needed."}, "Bad value: A number is needed."),
        ({"address": "aws_vpc.this"}, "aws_vpc.this: Bad value"),
        ({"range": RANGE}, "main.tf.json:7: Bad value"),
        ({"address": "aws_vpc.this", "range": RANGE}, "aws_vpc.this (main.tf.json:7): Bad value"),
        (
            {"range": RANGE, "snippet": {"context": "output.id", "code": ""}},
            "main.tf.json:7 (output.id): Bad value",
        ),
        ({"range": RANGE, "snippet": {"context": None}}, "main.tf.json:7: Bad value"),
    ],
)
def test_a_diagnostic_reads_as_place_then_fault(document: dict[str, object], text: str) -> None:
    """The text leads with the most exact place that Terraform gave."""
    diagnostic = Diagnostic.from_json({"severity": "error", "summary": "Bad value", **document})

    assert str(diagnostic) == text


def test_errors_are_told_from_warnings() -> None:
    """Only severity `error` counts."""
    error, warning = Diagnostic("error", "e"), Diagnostic("warning", "w")

    assert errors_of((warning, error)) == (error,)
