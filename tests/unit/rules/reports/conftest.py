"""A report that has one of each kind in it."""

from collections.abc import Iterator

import pytest

from tapforge.rules.registry import rules
from tapforge.rules.report import Report, check
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import Rule, rule
from tapforge.rules.run import Acceptance

EXAMPLE = {"resource": {"box_crate": {"main": {}}}}


def made(id_: str, severity: str, *on: str) -> Rule:
    """Make a rule that finds something wherever it looks."""

    @rule(
        id_,
        severity=severity,  # type: ignore[arg-type]
        source="the handbook of boxes",
        fix="close the lid",
        good={},
        bad=EXAMPLE,
        on=on,
    )
    def found(*given: Resource | Configuration) -> Iterator[Finding]:
        """A lid is <closed> & locked.

        Rain gets in.
        """
        resource = given[0] if isinstance(given[0], Resource) else None
        yield Finding(resource, "lid" if resource else "", '"ajar\u00fc"', "closed")

    return found


OPEN = made("lid-open", "error", "box_crate")
LOOSE = made("lid-loose", "warning", "box_label")
OLD = made("lid-old", "note", "box_crate")
ALL = made("lids", "warning")


def crate(address: str, **more: object) -> Resource:
    """Make a resource of the type that its address says."""
    type_, name = address.partition("[")[0].split(".")
    return Resource({}, address=address, type=type_, name=name, **more)  # type: ignore[arg-type]


@pytest.fixture
def report() -> Report:
    """Two configurations: errors, a warning accepted in code, a note, one of the whole accepted."""
    inside = {"lid-loose": "it holds <well>", "lid-lose": "a typing error"}
    first = Configuration(
        (
            crate("box_crate.a[0]"),
            crate('box_crate.a["\u00fc\x1b"]'),
            crate("box_label.l", accepted=inside),
        ),
        name="boxes (dev)",
    )
    second = Configuration((crate("box_crate.a[0]"),), name="boxes (prod)")
    configurations = [(first, "terraform/box es/main.tf.json"), (second, "/plans/p.json")]
    acceptances = [
        Acceptance("lids", "*", "known"),
        Acceptance("lid-open", "box_crate.gone", "no more"),
    ]
    return check(configurations, [OPEN, LOOSE, OLD, ALL], acceptances)


@pytest.fixture
def clean() -> Report:
    """A report without a violation, of rules there are."""
    return check([(Configuration((), name="empty"), "")], list(rules().values()))
