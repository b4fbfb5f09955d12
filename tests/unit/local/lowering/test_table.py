"""Every row of the table, on examples: what is rendered, what runs, and what is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapforge.local.lowering import LoweringError, ProviderSchema, lower
from tapforge.local.lowering.table import TABLE

EXAMPLES = sorted((Path(__file__).parents[3] / "data" / "lowering").glob("*.json"))


def example(file: Path) -> dict[str, Any]:
    """Read an example."""
    return dict(json.loads(file.read_text()))


def lowered(document: dict[str, Any], old: ProviderSchema, table: Any = TABLE) -> dict[str, Any]:
    """Lower one file of one module."""
    return lower({"modules/x": {"main.tf.json": document}}, old, table).modules["modules/x"][
        "main.tf.json"
    ]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_lowered_as_it_says(file: Path, old: ProviderSchema) -> None:
    """The lowered document and the list of changes are what the example holds."""
    given = example(file)

    result = lower({"modules/x": {"main.tf.json": given["rendered"]}}, old)

    assert result.modules == {"modules/x": {"main.tf.json": given["lowered"]}}
    changes = [
        f"{each.address}{f'.{each.argument}' if each.argument else ''} {each.done}"
        for each in result.changes
    ]
    assert changes == given["changes"]
    assert all(each.reason for each in result.changes)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_lowering_touches_nothing_that_it_is_given(file: Path, old: ProviderSchema) -> None:
    """The rendered document is the same afterwards."""
    given = example(file)

    lowered(given["rendered"], old)

    assert given["rendered"] == example(file)["rendered"]


@pytest.mark.parametrize("row", TABLE, ids=[f"{type(r).__name__}-{i}" for i, r in enumerate(TABLE)])
def test_no_row_is_idle(row: Any, old: ProviderSchema) -> None:
    """Without it at least one example is lowered otherwise, or told otherwise."""
    rest = [each for each in TABLE if each is not row]
    differs = []
    for file in EXAMPLES:
        modules = {"modules/x": {"main.tf.json": example(file)["rendered"]}}
        try:
            differs.append(lower(modules, old, rest) != lower(modules, old))
        except LoweringError:
            differs.append(True)

    assert any(differs)
