"""A report in SARIF 2.1.0, which code hosts and editors show beside the code.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import tapforge
from tapforge.rules.report import Checked, Report
from tapforge.rules.rule import Rule
from tapforge.rules.run import Violation

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def write(report: Report) -> str:
    """Write a report as SARIF."""
    places = {each.name: each for each in report.checked}
    indices = {rule.id: index for index, rule in enumerate(report.rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "tapforge",
                "version": tapforge.__version__,
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": remark}} for remark in report.remarks
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(each, indices[each.rule.id], places[each.configuration])
            for each in report.violations
        ],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return f"{json.dumps(document, indent=2, ensure_ascii=False)}\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.description or rule.title},
        "help": {"text": f"Fix: {rule.fix}.\nSource: {rule.source}"},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(violation: Violation, index: int, checked: Checked) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [
            {
                "fullyQualifiedName": violation.address or violation.configuration,
                "kind": "resource" if violation.address else "module",
            }
        ]
    }
    if checked.file:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(checked.file)},
            # Whoever shows results beside code asks for a line; a resource's own is not known.
            "region": {"startLine": 1},
        }
    result: dict[str, Any] = {
        "ruleId": violation.rule.id,
        "ruleIndex": index,
        "level": violation.rule.severity,
        "message": {"text": f"{violation.address or violation.configuration}: {violation.message}"},
        "locations": [location],
        "partialFingerprints": {"place/v1": _fingerprint(violation)},
    }
    if violation.accepted:
        resource = violation.finding.resource
        in_source = resource is not None and violation.rule.id in resource.accepted
        result["suppressions"] = [
            {
                "kind": "inSource" if in_source else "external",
                "status": "accepted",
                "justification": violation.accepted,
            }
        ]
    return result


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _fingerprint(violation: Violation) -> str:
    """Give what stays as long as the same is found at the same place."""
    finding = violation.finding
    place = (
        *(violation.configuration, violation.rule.id),
        *(violation.address, finding.attribute, finding.found, finding.expected),
    )
    return hashlib.sha256("\0".join(place).encode("utf-8", "surrogatepass")).hexdigest()
