"""Random values by the hundred, for one Terraform process."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st


@pytest.fixture
def drawn() -> Callable[[st.SearchStrategy[Any], int], list[Any]]:
    """Give a function that draws up to a number of different examples; the same ones each time in CI."""

    def draw(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
        found: dict[str, Any] = {}

        @settings(max_examples=count, phases=[Phase.generate], database=None)
        @given(strategy)
        def collect(example: Any) -> None:
            found[repr(example)] = example

        collect()
        return list(found.values())

    return draw
