"""What proofs look at, drawn."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tapforge.lang.resolve import ResolveError, resolve
from tapforge.systems.project import find
from tapforge.testing.case import Case, subject
from tapforge.testing.cases import cases

PROJECT = find(Path(__file__))
EXAMPLES = 30


@pytest.mark.parametrize("name", PROJECT.systems)
def test_hardly_any_case_is_drawn_in_vain(name: str) -> None:
    """With words in it or without: the system takes what is drawn."""
    looked_at, lost, worded = [], [], []

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(subject(PROJECT, name)))
    def look(case: Case) -> None:
        looked_at.append(case)
        if "note" in case.variables.get("default_tags", {}):
            worded.append(case)
        try:
            resolve(case.subject.system, case.variables)
        except ResolveError as error:
            lost.append(str(error))

    look()
    assert len(looked_at) >= EXAMPLES
    assert len(lost) <= EXAMPLES / 10, lost
    assert len(worded) >= EXAMPLES / 4
