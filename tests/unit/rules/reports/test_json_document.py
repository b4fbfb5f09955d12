"""The JSON report is stable: what is documented is what is written."""

import json
import re
from pathlib import Path

import tapforge
from tapforge.rules.report import Report
from tapforge.rules.reports import write

PAGE = Path(__file__).parents[4] / "docs/checking.md"


def test_it_tells_everything(report: Report) -> None:
    """The outcome, what was checked, and each violation."""
    document = json.loads(write(report, "json"))

    violations = document.pop("violations")
    assert document == {
        "tapforge": tapforge.__version__,
        "ok": False,
        "counts": {"error": 3, "warning": 0, "note": 3, "accepted": 3},
        "configurations": [
            {"name": "boxes (dev)", "file": "terraform/box es/main.tf.json", "resources": 3},
            {"name": "boxes (prod)", "file": "/plans/p.json", "resources": 1},
        ],
        "rules": ["lid-open", "lid-loose", "lid-old", "lids"],
        "remarks": list(report.remarks),
    }
    assert violations[0] == {
        "rule": "lid-open",
        "severity": "error",
        "configuration": "boxes (dev)",
        "address": "box_crate.a[0]",
        "attribute": "lid",
        "found": '"ajar\u00fc"',
        "expected": "closed",
        "fix": "close the lid",
        "accepted": None,
    }
    assert [each["accepted"] for each in violations if each["accepted"]] == [
        "it holds <well>",
        "known",
        "known",
    ]


def test_without_violations_it_is_ok(clean: Report) -> None:
    """One key tells the outcome."""
    document = json.loads(write(clean, "json"))

    assert document["ok"] is True
    assert document["violations"] == []


def test_its_keys_are_documented(report: Report) -> None:
    """The page that describes the format names each key, and no other."""
    section = PAGE.read_text().partition("### JSON")[2].partition("\n### ")[0]
    named = set(re.findall(r"^\| `([\w\[\].]+)` \|", section, re.MULTILINE))

    document = json.loads(write(report, "json"))

    written = set(document)
    written |= {f"counts.{key}" for key in document["counts"]}
    for name in ("configurations", "violations"):
        written |= {f"{name}[].{key}" for each in document[name] for key in each}
    assert named == written


def test_the_same_report_is_the_same_text(report: Report) -> None:
    """Reports can be compared."""
    assert write(report, "json") == write(report, "json")
