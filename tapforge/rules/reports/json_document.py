"""A report in JSON, for programs of one's own."""

from __future__ import annotations

import json
from typing import Any

import tapforge
from tapforge.rules.report import Report
from tapforge.rules.run import Violation


def write(report: Report) -> str:
    """Write a report as JSON."""
    document = {
        "tapforge": tapforge.__version__,
        "ok": not report.failing,
        "counts": {**report.counts, "accepted": len(report.accepted)},
        "configurations": [
            {"name": each.name, "file": each.file, "resources": each.resources}
            for each in report.checked
        ],
        "rules": [rule.id for rule in report.rules],
        "violations": [_violation(each) for each in report.violations],
        "remarks": list(report.remarks),
    }
    return f"{json.dumps(document, indent=2, ensure_ascii=False)}\n"


def _violation(violation: Violation) -> dict[str, Any]:
    return {
        "rule": violation.rule.id,
        "severity": violation.rule.severity,
        "configuration": violation.configuration,
        "address": violation.address,
        "attribute": violation.finding.attribute,
        "found": violation.finding.found,
        "expected": violation.finding.expected,
        "fix": violation.fix,
        "accepted": violation.accepted or None,
    }
