"""A report counts, and says which acceptances are of no use."""

from collections.abc import Iterator

import pytest

from tapforge.rules.report import Report, check
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import Rule, rule
from tapforge.rules.run import Acceptance


def made(id_: str, severity: str, type_: str) -> Rule:
    """Make a rule that finds something in each resource of a type."""

    @rule(id_, severity=severity, source="", fix="", good={}, bad={}, on=(type_,))  # type: ignore[arg-type]
    def found(resource: Resource, _: Configuration) -> Iterator[Finding]:
        """Title."""
        yield resource.finding("lid", "open", "a closed one")

    return found


def crate(address: str, **accepted: str) -> Resource:
    """Make a resource."""
    type_, name = address.partition("[")[0].split(".")
    return Resource({}, address=address, type=type_, name=name, accepted=accepted)


LID = made("lid", "error", "box_crate")
NOTE = made("old", "note", "box_crate")


def report(*resources: Resource, **more: object) -> Report:
    """Check one configuration."""
    configuration = Configuration(resources, name="c")
    return check([(configuration, "file")], [LID, NOTE], **more)  # type: ignore[arg-type]


def test_it_counts_by_severity_without_accepted() -> None:
    """And knows what fails."""
    found = report(crate("box_crate.a"), crate("box_crate.b", lid="fine"))

    assert found.counts == {"error": 1, "warning": 0, "note": 2}
    assert [each.address for each in found.failing] == ["box_crate.a"]
    assert [each.address for each in found.accepted] == ["box_crate.b"]
    (checked,) = found.checked
    assert (checked.name, checked.file, checked.resources) == ("c", "file", 2)


@pytest.mark.parametrize(
    ("accepted", "remarks"),
    [
        pytest.param({"lid": "fine"}, (), id="used"),
        pytest.param(
            {"lidd": "fine"},
            ('box_label.a accepts lidd: there is no such rule; did you mean "lid"?',),
            id="misspelt",
        ),
        pytest.param({"checkov:CKV_AWS_18": "fine"}, (), id="another-tool's"),
        pytest.param(
            {"something": "fine"},
            ("box_label.a accepts something: there is no such rule; take it out",),
            id="no-such-rule",
        ),
        pytest.param({"known": "fine"}, (), id="rule-that-is-not-checked"),
    ],
)
def test_acceptances_in_code(accepted: dict[str, str], remarks: tuple[str, ...]) -> None:
    """One that no rule knows is said once for all instances."""
    type_ = "box_crate" if "lid" in accepted else "box_label"
    resources = [crate(f"{type_}.a[{number}]", **accepted) for number in (0, 1)]

    assert report(*resources, known=["known", "lid"]).remarks == remarks


def test_an_acceptance_that_is_about_nothing_is_said() -> None:
    """In settings, if all was checked that it may be about; code is for other environments too."""
    unused = [Acceptance("lid", "box_crate.gone", "x"), Acceptance("other", "*", "x")]
    resource = crate("box_label.a", lid="fine")

    assert report(resource, acceptances=unused).remarks == (
        "lid is accepted at box_crate.gone, and nothing there breaks it; take it out",
    )
    assert report(resource, acceptances=unused, whole=False).remarks == ()
    used = [Acceptance("lid", "*", "x")]
    assert report(crate("box_crate.a"), acceptances=used).remarks == ()
