"""The JUnit report is what CI systems read."""

from xml.etree import ElementTree as ET

import junitparser
import pytest

from tapforge.rules.report import Report
from tapforge.rules.reports import write


@pytest.fixture
def parsed(report: Report) -> junitparser.JUnitXml:
    """The report, read."""
    return junitparser.JUnitXml.fromstring(write(report, "junit").encode())


def test_a_configuration_is_a_suite(parsed: junitparser.JUnitXml) -> None:
    """Its tests are rules that hold, and violations."""
    assert [(suite.name, suite.tests, suite.failures, suite.skipped) for suite in parsed] == [
        ("boxes (dev)", 6, 2, 2),
        ("boxes (prod)", 4, 1, 1),
    ]
    assert (parsed.tests, parsed.failures, parsed.skipped, parsed.errors) == (10, 3, 3, 0)


def test_the_counts_are_those_of_the_cases(parsed: junitparser.JUnitXml) -> None:
    """What is written is what a reader would count."""
    written = [(s.tests, s.failures, s.skipped, s.errors) for s in parsed]
    for suite in parsed:
        suite.update_statistics()

    assert [(s.tests, s.failures, s.skipped, s.errors) for s in parsed] == written


def test_cases_say_what_is_wrong(parsed: junitparser.JUnitXml) -> None:
    """A failure has its severity and the whole message, a skipped one the reason."""
    first, *_ = parsed
    cases = {case.name: case for case in first}

    (failure,) = cases["lid-open box_crate.a[0] lid"].result
    assert isinstance(failure, junitparser.Failure)
    assert failure.type == "error"
    assert failure.message == 'lid is "ajar\u00fc", expected closed; close the lid'
    assert failure.text.startswith("A lid is <closed> & locked.\nbox_crate.a[0]: ")
    (skipped,) = cases["lid-loose box_label.l lid"].result
    assert isinstance(skipped, junitparser.Skipped)
    assert skipped.message == "accepted: it holds <well>"


def test_a_note_passes_and_says_something(parsed: junitparser.JUnitXml) -> None:
    """It fails no build."""
    first, *_ = parsed
    (note,) = [case for case in first if case.name == "lid-old box_crate.a[0] lid"]

    assert note.is_passed
    assert "expected closed" in note.system_out


def test_a_rule_that_holds_is_a_test_that_passes(parsed: junitparser.JUnitXml) -> None:
    """So the number of tests tells what was looked at."""
    _, second = parsed
    (held,) = [case for case in second if case.name == "lid-loose"]

    assert held.is_passed
    assert held.classname == "boxes (prod)"


def test_it_is_xml_whatever_names_hold(report: Report) -> None:
    """Characters that XML lacks are replaced."""
    text = write(report, "junit")

    assert "\x1b" not in text
    names = [case.get("name") for case in ET.fromstring(text.encode()).iter("testcase")]  # noqa: S314
    assert 'lid-open box_crate.a["\u00fc\ufffd"] lid' in names
