"""Holds systems to proofs: over environments that hypothesis draws, or over one that is given."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import attrs
from hypothesis import settings

from tapforge.lang.errors import Problem
from tapforge.lang.inputs import declared_inputs, problems
from tapforge.testing.case import SUFFIX, Case, NoEnvironmentError, Subject
from tapforge.testing.cases import case
from tapforge.testing.processes import spread
from tapforge.testing.proof import Proof, ProofError
from tapforge.testing.proofs import resolves
from tapforge.testing.search import Batch, Breach, Kind, Search, Seen, breaches

_BATCH = 200
"""How many environments are drawn together: enough to draw well, few enough for cores to share."""

_WARM_UP = Batch("warm-up", 5)


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
    jobs: int = 1,
    tick: Callable[[], object] = lambda: None,
) -> Outcome:
    """Hold a system to proofs, over environments that are drawn.

    Args:
        subject: The system.
        proofs: The proofs.
        examples: How many environments to draw.
        number: The seed: with the same one the same environments are drawn, however many processes do
            it. None takes any, or always the same if the settings of hypothesis derandomize.
        jobs: How many processes may draw environments and look at them.
        tick: Called for each environment that was looked at.

    Returns:
        What came of it: of everything that does not hold the smallest counterexample that was found.

    Raises:
        ProofError: no environment could be drawn.
    """
    began = time.monotonic()
    found = list(_of_the_system(subject, proofs))
    search = Search(subject, [each for each in proofs if each.over != "system"])
    every: list[Seen] = []
    if search.proofs:
        batches = _batches(examples, number)
        # What is loaded at the first use is loaded once, and before anything that counts is drawn:
        # hypothesis draws otherwise when more modules are loaded.
        search.look(_WARM_UP)
        every = spread(search.look, batches, jobs, tick)
        found += _counterexamples(search, batches, every)
    looked_at = Counter(dict.fromkeys((each.name for each in search.proofs), 0))
    for seen in every:
        looked_at.update(seen.looked_at)
    count = sum(seen.examples for seen in every)
    if search.proofs and not count and not found:
        place = f"system {subject.system.name}"
        problem = "its inputs and conditions leave no environment that could be drawn"
        fix = "let the inputs' own rules say what its preconditions demand"
        raise ProofError(Problem(place, problem, fix))
    return Outcome(subject, count, looked_at, tuple(found), time.monotonic() - began)


def _batches(examples: int, number: int | None) -> list[Batch]:
    if number is None:
        number = 0 if settings().derandomize else random.SystemRandom().getrandbits(32)
    return [
        Batch(f"{number} {first}", min(_BATCH, examples - first))
        for first in range(0, examples, _BATCH)
    ]


def _counterexamples(
    search: Search, batches: Sequence[Batch], every: Sequence[Seen]
) -> Iterator[Counterexample]:
    """Make small what was found, each kind once, where it was found first."""
    named = {each.name: each for each in (resolves, *search.proofs)}
    first: dict[Kind, tuple[Batch, Breach]] = {}
    for batch, seen in zip(batches, every, strict=True):
        for kind, breach in seen.breaches.items():
            first.setdefault(kind, (batch, breach))
    for kind, (batch, breach) in first.items():
        smallest = search.shrink(batch, kind) or breach
        yield _reduced(search.subject, named[kind[0]], kind, smallest)


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
                    Counterexample(
                        resolves if name == resolves.name else each, lines, variables, suffix
                    )
                    for (name, _), lines in breaches(each, given_, looked_at)
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


def _case(subject: Subject, variables: dict[str, Any], suffix: str | None) -> Case:
    beside = variables | {SUFFIX: suffix} if suffix is not None else None
    return case(subject, variables, beside)


def _reduced(subject: Subject, proof: Proof, kind: Kind, breach: Breach) -> Counterexample:
    """Leave out of an environment what does not matter."""
    lines, variables = breach.found, breach.variables
    suffix = breach.suffix if proof.over == "pair" else None

    def still(fewer: dict[str, Any], suffix: str | None) -> tuple[str, ...]:
        if problems(subject.system.inputs, fewer):
            return ()
        try:
            every = breaches(proof, _case(subject, fewer, suffix), {})
            return next((some for other, some in every if other == kind), ())
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
