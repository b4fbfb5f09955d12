"""A report in JUnit's XML, which every CI system shows as test results.

There is no standard of it; this is the part that Jenkins, GitLab and the others have in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from tapforge.rules.report import Checked, Report
from tapforge.rules.run import Violation

# XML has no way to write these: https://www.w3.org/TR/xml/#charsets
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    """Write a report as JUnit XML.

    A configuration is a suite, and a rule that holds there a test that passes. Every violation is a test
    that fails, or is skipped if it is accepted; a note is one that passes and says something.
    """
    suites = ET.Element("testsuites", {"name": "tapforge check"})
    for checked in report.checked:
        suites.append(_suite(checked, report))
    _count(suites, list(suites.iter("testcase")))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, "unicode")}\n'


def _suite(checked: Checked, report: Report) -> ET.Element:
    suite = ET.Element("testsuite", {"name": _text(checked.name)})
    found: dict[str, list[Violation]] = {rule.id: [] for rule in report.rules}
    for violation in report.violations:
        if violation.configuration == checked.name:
            found[violation.rule.id].append(violation)
    for id_, violations in found.items():
        if not violations:
            _case(suite, checked, id_)
        for violation in violations:
            place = filter(None, (id_, violation.address, violation.finding.attribute))
            _violation(_case(suite, checked, " ".join(place)), violation)
    _count(suite, list(suite.iter("testcase")))
    return suite


def _case(suite: ET.Element, checked: Checked, name: str) -> ET.Element:
    attributes = {"classname": _text(checked.name), "name": _text(name), "time": "0"}
    return ET.SubElement(suite, "testcase", attributes)


def _violation(case: ET.Element, violation: Violation) -> None:
    message = _text(violation.message)
    if violation.accepted:
        reason = _text(f"accepted: {violation.accepted}")
        ET.SubElement(case, "skipped", {"message": reason}).text = message
    elif violation.fails:
        kind = violation.rule.severity
        ET.SubElement(case, "failure", {"type": kind, "message": message}).text = _text(
            f"{violation.rule.title}\n{violation.address}: {violation.message}"
        )
    else:
        ET.SubElement(case, "system-out").text = message


def _count(element: ET.Element, cases: Iterable[ET.Element]) -> None:
    cases = list(cases)
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("errors", "0")
    element.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    element.set("time", "0")


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
