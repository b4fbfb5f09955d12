"""The text report is for people, and harmless to their terminals."""

import attrs

from tapforge.rules.report import Report
from tapforge.rules.reports import text


def test_it_reads_from_the_worst_down(report: Report) -> None:
    """Rules with their places, the fix once, what is accepted, remarks, the outcome."""
    assert text.write(report) == (
        """\
error lid-open: A lid is <closed> & locked.
  box_crate.a[0] in boxes (dev), boxes (prod)
  box_crate.a["\u00fc\\x1b"] in boxes (dev)
    lid is "ajar\u00fc", expected closed
  fix: close the lid

note lid-old: A lid is <closed> & locked.
  box_crate.a[0] in boxes (dev), boxes (prod)
  box_crate.a["\u00fc\\x1b"] in boxes (dev)
    lid is "ajar\u00fc", expected closed
  fix: close the lid

accepted
  box_label.l lid-loose in boxes (dev)
    because: it holds <well>
  the configuration lids in boxes (dev), boxes (prod)
    because: known

remark: box_label.l accepts lid-lose: there is no such rule; did you mean "lid-loose"?
remark: lid-open is accepted at box_crate.gone, and nothing there breaks it; take it out
More on a rule, with an example: tapforge explain lid-open
3 errors, 3 notes, 3 accepted; checked 4 resources of boxes (dev), boxes (prod) against 4 rules
"""
    )


def test_an_outcome_without_violations_is_one_line(clean: Report) -> None:
    """Nothing else is worth saying."""
    assert text.write(clean) == (
        f"no violations; checked 0 resources of empty against {len(clean.rules)} rules\n"
    )


def test_different_fixes_stand_at_their_places(report: Report) -> None:
    """A fix that is about one place is not said of others."""
    first, second, *_ = report.violations
    other = attrs.evolve(first, finding=attrs.evolve(first.finding, found="wide", fix="push it"))
    mixed = Report(report.checked, report.rules, (second, other))

    written = text.write(mixed)

    assert "    fix: close the lid\n" in written
    assert "    lid is wide, expected closed\n    fix: push it\n" in written


def test_many_configurations_are_counted_in_the_outcome(report: Report) -> None:
    """Their names would fill the last line."""
    many = Report(report.checked * 3, report.rules, ())

    assert text.summary(many) == (
        "no violations; checked 12 resources of 6 configurations against 4 rules"
    )


def test_long_messages_are_wrapped_between_words(report: Report) -> None:
    """A name that is broken could not be searched for."""
    name = "x" * 120
    first = report.violations[0]
    finding = attrs.evolve(first.finding, found=f"{name} and {'more ' * 30}")
    long = Report(report.checked, report.rules, (attrs.evolve(first, finding=finding),))

    lines = text.write(long).splitlines()

    assert any(line.strip() == name for line in lines)
    assert all(len(line) <= 100 for line in lines if name not in line)


def test_a_style_colours_parts(report: Report) -> None:
    """Severities, places and the outcome; the words stay the same."""

    def marked(part: str, **_: object) -> str:
        return f"\x00{part}\x01"

    coloured = text.write(report, marked)

    assert "\x00error\x01 \x00lid-open\x01" in coloured
    assert coloured.replace("\x00", "").replace("\x01", "") == text.write(report)
