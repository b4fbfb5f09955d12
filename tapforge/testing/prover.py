"""Holds systems to proofs: over environments that hypothesis draws, or over one that is given."""

from __future__ import annotations

import functools
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import attrs
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis.errors import HypothesisWarning, Unsatisfiable

from tapforge.lang.errors import Problem
from tapforge.lang.inputs import declared_inputs, problems
from tapforge.lang.resolve import ResolveError
from tapforge.testing.case import SUFFIX, Case, NoEnvironmentError, Subject
from tapforge.testing.cases import case, cases
from tapforge.testing.proof import Proof, ProofError
from tapforge.testing.proofs import resolves


@attrs.frozen
class Counterexample:
    """What a proof does not hold for.

    Attributes:
        proof: The proof.
        found: What does not hold, a line each.
        variables: The environment; None where it is about the system as it is written.
        suffix: The suffix of the environment beside it, where it is no matter of course.
    """

    proof: Proof
    found: tuple[str, ...]
    variables: Mapping[str, Any] | None = None
    suffix: str | None = None


@attrs.frozen
class Outcome:
    """What came of holding a system to proofs.

    Attributes:
        subject: The system.
        examples: How many environments were looked at.
        looked_at: By proof, how many of them it was about.
        counterexamples: What does not hold; empty if everything does.
        seconds: How long it took.
    """

    subject: Subject
    examples: int
    looked_at: Mapping[str, int]
    counterexamples: tuple[Counterexample, ...]
    seconds: float


def prove(
    subject: Subject,
    proofs: Sequence[Proof],
    *,
    examples: int,
    number: int | None = None,
    tick: Callable[[], object] = lambda: None,
) -> Outcome:
    """Hold a system to proofs, over environments that are drawn.

    Args:
        subject: The system.
        proofs: The proofs.
        examples: How many environments to draw.
        number: The seed: with the same one, the same environments are drawn. None leaves it to the
            settings of hypothesis.
        tick: Called for each environment that was looked at.

    Returns:
        What came of it: of everything that does not hold the smallest counterexample that was found.

    Raises:
        ProofError: no environment could be drawn.
    """
    began = time.monotonic()
    found = list(_of_the_system(subject, proofs))
    search = _Search(subject, [each for each in proofs if each.over != "system"], tick)
    if search.proofs:
        while breach := search.run(examples, number):
            found.append(_reduced(subject, breach))
    seconds = time.monotonic() - began
    return Outcome(subject, search.examples, search.looked_at, tuple(found), seconds)


def recheck(
    subject: Subject,
    proofs: Sequence[Proof],
    variables: Mapping[str, Any],
    suffix: str | None = None,
) -> Outcome:
    """Hold a system to proofs in one environment, such as a counterexample that was saved.

    Args:
        subject: The system.
        proofs: The proofs; those over the system alone are left out.
        variables: The environment.
        suffix: The suffix of the environment beside it; without it, some other of the greatest length.

    Raises:
        ProofError: the system itself says that there is no such environment.
    """
    began = time.monotonic()
    looked_at: dict[str, int] = {}
    given_ = _case(subject, dict(variables), suffix)
    found = []
    try:
        for each in proofs:
            if each.over != "system":
                found += [
                    Counterexample(by, lines, variables, suffix)
                    for by, _, lines in _breaches(each, given_, looked_at)
                ]
    except NoEnvironmentError:
        problem = "it breaks a condition between inputs that the system itself declares"
        fix = f"`tapforge resolve {subject.system.name}` says which"
        raise ProofError(Problem("the environment", problem, fix)) from None
    unique = {(each.proof.name, each.found): each for each in found}
    seconds = time.monotonic() - began
    return Outcome(subject, 1, looked_at, tuple(unique.values()), seconds)


def _of_the_system(subject: Subject, proofs: Iterable[Proof]) -> Iterator[Counterexample]:
    for each in proofs:
        if each.over == "system" and (lines := tuple(each.check(subject))):
            yield Counterexample(each, lines)


_Kind = tuple[str, str]
"""A proof, and what of it does not hold: the rule that is broken, where it is one."""

_Breach = tuple[Proof, _Kind, tuple[str, ...]]


class _Found(AssertionError):  # noqa: N818 - it is found, and no error
    """A proof does not hold. Hypothesis shrinks what raises one class of it by itself."""

    breach: _Breach
    case: Case


@attrs.define(eq=False)
class _Search:
    """Draws environments until a proof does not hold that is not known to.

    Attributes:
        subject: The system.
        proofs: Those over environments.
        tick: Called for each environment.
        known: What is known not to hold.
        examples: How many environments the last run looked at.
        looked_at: By proof, how many of them it was about.
    """

    subject: Subject
    proofs: Sequence[Proof]
    tick: Callable[[], object]
    known: set[_Kind] = attrs.field(factory=set)
    examples: int = 0
    looked_at: dict[str, int] = attrs.field(factory=dict)

    def run(self, examples: int, number: int | None) -> _Found | None:
        """Give the smallest environment for something that does not hold; None if all does."""
        self.examples, self.looked_at = 0, dict.fromkeys((p.name for p in self.proofs), 0)
        test = _settings(examples)(given(cases(self.subject))(self._look_at))
        if number is not None:
            test = seed(number)(test)
        try:
            with warnings.catch_warnings():
                # It is about messages of hypothesis that nobody sees.
                warnings.simplefilter("ignore", HypothesisWarning)
                test()
        except _Found as found:
            self.known.add(found.breach[1])
            return found
        except Unsatisfiable:
            place = f"system {self.subject.system.name}"
            problem = "its inputs and conditions leave no environment that could be drawn"
            fix = "let the inputs' own rules say what its preconditions demand"
            raise ProofError(Problem(place, problem, fix)) from None
        return None

    def _look_at(self, drawn: Case) -> None:
        try:
            for each in self.proofs:
                for breach in _breaches(each, drawn, self.looked_at):
                    if breach[1] not in self.known:
                        found = _exception(breach[1])()
                        found.breach, found.case = breach, drawn
                        raise found
        except NoEnvironmentError:
            assume(False)
        self.examples += 1
        self.tick()


@functools.cache
def _exception(kind: _Kind) -> type[_Found]:
    return type(f"{_Found.__name__}: {' '.join(kind)}", (_Found,), {})


# What a user could do about them is told otherwise, or nothing.
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def _settings(examples: int) -> settings:
    return settings(
        settings(),
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=_SLOW,
        report_multiple_bugs=False,
        print_blob=False,
    )


def _breaches(proof: Proof, of: Case, looked_at: dict[str, int]) -> Iterator[_Breach]:
    """Say what does not hold, by kind."""
    try:
        if not proof.when(of):
            return
        looked_at[proof.name] = looked_at.get(proof.name, 0) + 1
        lines = list(proof.check(of))
    except NoEnvironmentError:
        raise
    except ResolveError as error:
        # Without resources there is nothing that the other proofs could be about.
        proof, lines = resolves, list(map(str, error.problems))
    except Exception as error:  # noqa: BLE001 - of whatever somebody's proof raises, the case is shown
        lines = [f"the proof failed: {type(error).__name__}: {error}"]
    kinds: dict[_Kind, list[str]] = {}
    for line in lines:
        rule = line.rpartition(" [")[2].removesuffix("]") if line.endswith("]") else ""
        kinds.setdefault((proof.name, rule), []).append(line)
    for kind, some in kinds.items():
        yield proof, kind, tuple(some)


def _case(subject: Subject, variables: dict[str, Any], suffix: str | None) -> Case:
    beside = variables | {SUFFIX: suffix} if suffix is not None else None
    return case(subject, variables, beside)


def _reduced(subject: Subject, found: _Found) -> Counterexample:
    """Leave out of an environment what does not matter."""
    proof, kind, lines = found.breach
    suffix: str | None = found.case.beside[SUFFIX] if proof.over == "pair" else None
    variables = found.case.variables

    def still(fewer: dict[str, Any], suffix: str | None) -> tuple[str, ...]:
        if problems(subject.system.inputs, fewer):
            return ()
        try:
            every = _breaches(proof, _case(subject, fewer, suffix), {})
            return next((some for _, other, some in every if other == kind), ())
        except NoEnvironmentError:
            return ()

    if suffix is not None and (same := still(variables, None)):
        suffix, lines = None, same
    declared = declared_inputs(subject.system.inputs)
    optional = [name for name in variables if not declared[name].required]
    # Some can only go together, as a VPC's block and its subnets'.
    for names in (*combinations(optional, 1), *combinations(optional, 2)):
        fewer = {key: value for key, value in variables.items() if key not in names}
        if len(fewer) == len(variables) - len(names) and (same := still(fewer, suffix)):
            variables, lines = fewer, same
    return Counterexample(proof, lines, variables, suffix)
