"""Every system of the project is under every proof."""

import functools
from pathlib import Path

import pytest
from hypothesis import settings

from tapforge.systems.project import find
from tapforge.testing.case import subject
from tapforge.testing.proof import proofs
from tapforge.testing.prover import Outcome, prove

PROJECT = find(Path(__file__).parents[2])
PROOFS = proofs(PROJECT.root)


@functools.cache
def outcome(system: str) -> Outcome:
    """Hold a system to all proofs at once, over as many environments as the profile says."""
    return prove(subject(PROJECT, system), list(PROOFS.values()), examples=settings().max_examples)


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("system", PROJECT.systems)
def test_a_proof_holds(system: str, proof: str) -> None:
    """In every environment that the inputs of the system allow."""
    shown = [each for each in outcome(system).counterexamples if each.proof.name == proof]
    assert shown == []
    if PROOFS[proof].over != "system":
        assert outcome(system).looked_at[proof] > 0
