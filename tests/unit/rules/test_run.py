"""Rules run over a configuration, and every finding becomes a violation or is accepted."""

from collections.abc import Iterator

import pytest

from tapforge.rules.registry import RuleError
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import Rule, rule
from tapforge.rules.run import Acceptance, Violation, check


def made(id_: str = "lid", severity: str = "error", *on: str) -> Rule:
    """Make a rule that finds something everywhere."""

    @rule(id_, severity=severity, source="", fix="close it", good={}, bad={}, on=on)  # type: ignore[arg-type]
    def found(*given: Resource | Configuration) -> Iterator[Finding]:
        """A lid is closed."""
        if isinstance(given[0], Resource):
            yield given[0].finding("lid", "open", "a closed one")
        else:
            yield Finding(None, "", "no lid", "one", "buy one")

    return found


def crate(address: str = "box_crate.a", **accepted: str) -> Resource:
    """Make a resource."""
    name = address.partition("[")[0].rpartition(".")[2]
    return Resource({}, address=address, type="box_crate", name=name, accepted=accepted)


def test_violations_come_by_rule_and_resource() -> None:
    """In the order that they were given."""
    configuration = Configuration((crate("box_crate.b"), crate("box_crate.a")), name="c")

    found = check(configuration, [made("z", "error", "*"), made("a", "error", "box_crate")])

    assert [(each.rule.id, each.address) for each in found] == [
        ("z", "box_crate.b"),
        ("z", "box_crate.a"),
        ("a", "box_crate.b"),
        ("a", "box_crate.a"),
    ]
    assert {each.configuration for each in found} == {"c"}


def test_a_message_says_found_expected_and_fix() -> None:
    """With the rule's fix, where the finding has none of its own."""
    (found,) = check(Configuration((crate(),)), [made("lid", "error", "*")])
    (whole,) = check(Configuration(()), [made()])

    assert found.message == 'lid is "open", expected a closed one; close it'
    assert whole.message == "no lid, expected one; buy one"
    assert (found.address, whole.address) == ("box_crate.a", "")


def test_a_rule_of_resources_alone_looks_at_each_once() -> None:
    """However many configurations it is in; one that takes the configuration looks again."""
    looked: list[str] = []

    @rule("alone", severity="error", source="", fix="close it", good={}, bad={}, on=("*",))
    def alone(resource: Resource) -> Iterator[Finding]:
        """A lid is closed."""
        looked.append("alone")
        yield resource.finding("lid", "open", "a closed one")

    @rule("within", severity="error", source="", fix="close it", good={}, bad={}, on=("*",))
    def within(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
        """A lid is closed where it must be."""
        looked.append("within")
        yield resource.finding("lid", configuration.name, "a closed one")

    shared = crate()
    for name in ("one", "other"):
        found = check(Configuration((shared,), name=name), [alone, within])
        assert [(each.rule, each.finding.found) for each in found] == [
            (alone, '"open"'),
            (within, f'"{name}"'),
        ]
    assert looked == ["alone", "within", "within"]
    assert (alone.alone, within.alone, made().alone) == (True, False, False)


@pytest.mark.parametrize(
    ("severity", "accepted", "fails"),
    [
        pytest.param("error", "", True, id="error"),
        pytest.param("warning", "", True, id="warning"),
        pytest.param("note", "", False, id="note"),
        pytest.param("error", "why not", False, id="accepted"),
    ],
)
def test_what_fails(severity: str, accepted: str, fails: bool) -> None:
    """Errors and warnings that nobody accepted."""
    assert Violation(made("lid", severity), Finding(None, "", "", ""), "c", accepted).fails is fails


@pytest.mark.parametrize(
    ("address", "covered"),
    [
        pytest.param("box_crate.a[0]", True, id="itself"),
        pytest.param("box_crate.a[*]", True, id="all-instances"),
        pytest.param("box_*", True, id="pattern"),
        pytest.param("box_crate.a[1]", False, id="other-instance"),
        pytest.param("box_crate.a", False, id="shorter"),
        pytest.param("box_crate.a0", False, id="no-character-class"),
    ],
)
def test_acceptances_are_about_places(address: str, covered: bool) -> None:
    """Brackets are keys of instances in them."""
    (found,) = check(
        Configuration((crate("box_crate.a[0]"),)),
        [made("lid", "error", "*")],
        [Acceptance("other", "*", "no"), Acceptance("lid", address, "fine")],
    )

    assert found.accepted == ("fine" if covered else "")


def test_what_a_resource_says_itself_comes_first() -> None:
    """The reason that stands nearest counts."""
    acceptances = [Acceptance("lid", "*", "elsewhere")]

    (found,) = check(Configuration((crate(lid="here"),)), [made("lid", "error", "*")], acceptances)

    assert found.accepted == "here"


def test_a_rule_that_fails_is_named() -> None:
    """With the configuration, and how to go on without it."""

    @rule("bad", severity="note", source="", fix="", good={}, bad={})
    def failing(_: Configuration) -> Iterator[Finding]:
        """Title."""
        raise ValueError("oops")

    with pytest.raises(RuleError) as raised:
        check(Configuration((), name="c"), [failing])

    assert str(raised.value) == (
        "rule bad on c: failed: ValueError: oops; leave it out with ignore, and report it"
    )
