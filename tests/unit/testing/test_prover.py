"""Systems that are held to proofs: what does not hold is found, made small, and found again."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import settings

from tapforge.testing.case import Case, NoEnvironmentError, Subject
from tapforge.testing.cases import case
from tapforge.testing.proof import Proof, ProofError, proof, proofs
from tapforge.testing.proofs import rules
from tapforge.testing.prover import Counterexample, Outcome, prove, recheck

Subjects = Callable[[str], Subject]


def proven(of: Subject, *proofs: Proof, examples: int = 60, **more: Any) -> Outcome:
    """Hold a system to proofs, each time over the same environments."""
    return prove(of, proofs, examples=examples, number=3, **more)


@pytest.mark.parametrize(
    ("system", "name", "environment", "found"),
    [
        ("refuses", "resolves", {}, "has 72 characters"),
        ("opens", "rules", {"shelf_count": 13}, "[ingress-from-anywhere]"),
        ("sticks", "destroyable", {}, "force_destroy is false, expected true"),
        ("loses", "protected", {"destroyable": False}, "force_destroy is true, expected false"),
        ("collides", "names-apart", {"shelf_count": 13}, '"/store/all" with the suffix'),
        ("misnames", "names-legal", {}, "is 70 characters long; expected at most 63"),
        ("outdates", "family", None, "family is 'aurora-postgresql16', expected"),
        ("mangles", "text-survives", {"motto": " "}, 'motto.value: "", expected " "'),
        ("tells", "no-secrets", {"token": "Zz5-a-secret-Zz5"}, "value shows a sensitive input"),
        ("leaks", "no-secrets", {}, "value looks like an address with a password"),
    ],
    ids=[
        "refuses",
        "opens",
        "sticks",
        "loses",
        "collides",
        "misnames",
        "outdates",
        "mangles",
        "tells",
        "leaks",
    ],
)
def test_a_planted_defect_is_found_and_made_small(  # noqa: PLR0917
    subject_of: Subjects,
    known: dict[str, Proof],
    system: str,
    name: str,
    environment: dict[str, Any] | None,
    found: str,
) -> None:
    """The environment holds what matters and nothing else, and shows the defect again."""
    of = subject_of(system)
    [shown] = proven(of, known[name], examples=200).counterexamples
    assert shown.proof is known[name]
    assert found in "\n".join(shown.found)
    assert shown.variables is not None
    if environment is None:
        assert list(shown.variables) == ["engine_version"]
    else:
        assert shown.variables == environment
    again = recheck(of, [known[name]], shown.variables, shown.suffix)
    assert again.counterexamples == (shown,)
    assert again.examples == 1


@pytest.mark.parametrize(
    ("system", "name", "found"),
    [
        ("leaks", "no-secrets-rendered", "variable pin is sensitive and has a default"),
        ("leaks", "no-secrets-rendered", "main.tf.json:8: looks like an address"),
        ("wavers", "deterministic", "differs from process to process"),
    ],
    ids=["default", "address", "order"],
)
def test_a_defect_of_the_system_itself_needs_no_environment(
    subject_of: Subjects, known: dict[str, Proof], system: str, name: str, found: str
) -> None:
    """It is looked for once."""
    outcome = proven(subject_of(system), known[name])
    [shown] = outcome.counterexamples
    assert shown.variables is None
    assert found in "\n".join(shown.found)
    assert outcome.examples == 0
    assert recheck(subject_of(system), [known[name]], {}).counterexamples == ()


def test_of_a_good_system_everything_holds(subject_of: Subjects, known: dict[str, Proof]) -> None:
    """As many environments are looked at as are asked for, each by the proofs that are about it."""
    ticks: list[None] = []
    outcome = proven(subject_of("store"), *known.values(), tick=lambda: ticks.append(None))
    assert outcome.counterexamples == ()
    assert outcome.examples == len(ticks) == 60
    assert outcome.looked_at["rules"] == outcome.looked_at["few-shelves"] == 60
    assert outcome.looked_at["destroyable"] + outcome.looked_at["protected"] == 60
    assert 0 < outcome.looked_at["protected"] < 60
    assert outcome.seconds > 0


def test_each_rule_has_a_counterexample_of_its_own(
    subject_of: Subjects, known: dict[str, Proof]
) -> None:
    """None hides another."""
    outcome = proven(subject_of("misnames"), known["rules"], examples=300)
    rules = [line.rpartition(" [")[2] for each in outcome.counterexamples for line in each.found]
    assert len(rules) == len(set(rules)) > 2
    assert "bucket-name]" in rules


def test_the_same_seed_draws_the_same_environments(subject_of: Subjects) -> None:
    """Another draws others."""

    def drawn(number: int) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = []

        @proof("sees")
        def sees(case: Case) -> list[str]:
            """Nothing."""
            seen.append(case.variables)
            return []

        prove(subject_of("store"), [sees], examples=20, number=number)
        return seen

    assert drawn(1) == drawn(1) != drawn(2)


def test_as_many_processes_as_one_likes_find_the_same(
    subject_of: Subjects, known: dict[str, Proof]
) -> None:
    """Of a seed; what several find is told once."""
    of = subject_of("misnames")

    def found(jobs: int) -> Outcome:
        ticks: list[None] = []
        outcome = prove(
            of,
            list(known.values()),
            examples=450,
            number=3,
            jobs=jobs,
            tick=lambda: ticks.append(None),
        )
        assert outcome.examples == len(ticks) == 450
        return attrs.evolve(outcome, seconds=0)

    assert found(1) == found(3)
    assert len(found(2).counterexamples) > 3


def test_what_shows_once_only_is_shown_as_it_was(subject_of: Subjects) -> None:
    """A proof that gives now this, now that, still tells what it found."""
    asked: list[None] = []

    @proof("moody")
    def moody(_: Case) -> list[str]:
        """It is in a good mood."""
        asked.append(None)
        return ["it is not"] if len(asked) == 50 else []

    [shown] = proven(subject_of("store"), moody).counterexamples
    assert shown.found == ("it is not",)
    assert shown.variables is not None


def test_without_a_seed_hypothesis_says_whether_it_is_always_the_same(subject_of: Subjects) -> None:
    """As in a CI's profile."""
    drawn: list[dict[str, Any]] = []

    @proof("sees")
    def sees(case: Case) -> list[str]:
        """Nothing."""
        drawn.append(case.variables)
        return []

    def draw(*, derandomize: bool) -> list[dict[str, Any]]:
        before = settings.get_current_profile_name()
        settings.register_profile("drawing", settings(), derandomize=derandomize)
        settings.load_profile("drawing")
        drawn.clear()
        try:
            prove(subject_of("store"), [sees], examples=20)
        finally:
            settings.load_profile(before)
        return [*drawn]

    assert draw(derandomize=True) == draw(derandomize=True)
    assert draw(derandomize=False) != draw(derandomize=False)


def test_what_the_systems_conditions_refuse_is_no_environment(
    subject_of: Subjects, known: dict[str, Proof]
) -> None:
    """It is drawn anew, and refused where it is given."""
    of = subject_of("conditions")
    assert proven(of, known["rules"]).counterexamples == ()
    with pytest.raises(ProofError, match="it breaks a condition between inputs"):
        recheck(of, [known["rules"]], {"least": 9, "most": 1})


def test_a_system_without_environments_is_told(
    subject_of: Subjects, known: dict[str, Proof]
) -> None:
    """Nothing is proven by looking at nothing."""
    with pytest.raises(ProofError, match="leave no environment that could be drawn"):
        proven(subject_of("impossible"), known["rules"])


def test_a_proof_that_fails_is_shown_with_its_environment(subject_of: Subjects) -> None:
    """The mistake may be the system's or the proof's."""

    @proof("divides")
    def divides(case: Case) -> list[str]:
        """Shelves can be shared out."""
        share = 10 / (20 - case.configuration.variables["shelf_count"])
        return [] if share else ["nothing is left"]

    [shown] = proven(subject_of("store"), divides, examples=600).counterexamples
    assert shown.found == ("the proof failed: ZeroDivisionError: division by zero",)
    assert shown.variables == {"shelf_count": 20}


def test_what_is_refused_is_told_once(subject_of: Subjects, known: dict[str, Proof]) -> None:
    """Whichever proofs come upon it."""
    proofs = [known["names-apart"], known["names-legal"]]
    [shown] = proven(subject_of("refuses"), *proofs).counterexamples
    assert shown.proof.name == "resolves"
    [again] = recheck(subject_of("refuses"), proofs, {}).counterexamples
    assert again.proof.name == "resolves"


def test_a_suffix_that_matters_is_kept(subject_of: Subjects) -> None:
    """Where not just any other environment shows the defect."""

    @proof("odd-one", over="pair")
    def odd_one(case: Case) -> list[str]:
        """No suffix ends in an m."""
        case.configuration_beside  # noqa: B018 - it must be one
        return ["it does"] if case.beside["environment_suffix"].endswith("m") else []

    [shown] = proven(subject_of("store"), odd_one, examples=500).counterexamples
    assert shown.suffix
    assert shown.suffix.endswith("m")
    [again] = recheck(subject_of("store"), [odd_one], {}, shown.suffix).counterexamples
    assert again == attrs.evolve(shown, variables={})
    assert recheck(subject_of("store"), [odd_one], {}).counterexamples == ()


def test_an_environment_that_is_reduced_stays_one(subject_of: Subjects) -> None:
    """What would break a condition of the system is not left out."""

    @proof("low")
    def low(case: Case) -> list[str]:
        """The greatest is not below 3."""
        return ["it is"] if case.configuration.variables["most"] < 3 else []

    [shown] = proven(subject_of("conditions"), low, examples=300).counterexamples
    assert shown == Counterexample(low, ("it is",), {"most": 0})


def test_a_condition_that_fails_makes_no_environment(subject_of: Subjects) -> None:
    """A proof that asks for it is told so."""
    with pytest.raises(NoEnvironmentError):
        Case(subject_of("conditions"), {"least": 5, "most": 4}, {}).resolution  # noqa: B018 - it is made


def test_rules_tell_of_destroying_where_there_is_no_form(subject_of: Subjects) -> None:
    """Where a system has one, the proof of the form tells it."""
    of = subject_of("loses")
    environment = {"destroyable": False}
    every = list(proofs(of.project.root).values())
    names = [each.proof.name for each in recheck(of, every, environment).counterexamples]
    assert names == ["protected"]
    assert recheck(of, [rules], environment).counterexamples == ()


def test_a_suffix_is_made_as_long_as_it_may_be(subject_of: Subjects) -> None:
    """And is another than that of the environment."""
    of = subject_of("store")
    for suffix in ("dev", "x" * 19 + "b"):
        beside = case(of, {"environment_suffix": suffix}).beside["environment_suffix"]
        assert len(beside) == 20
        assert beside != suffix
