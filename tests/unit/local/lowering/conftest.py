"""The schema that the lowering tests lower to: of 3.39.0, the types that they use."""

import json
from pathlib import Path

import pytest

from tapforge.local.lowering import ProviderSchema

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="session")
def old() -> ProviderSchema:
    """Return the schema of the old provider."""
    document = json.loads((DATA / "aws-3.39.0-cut.schema.json").read_text())
    return ProviderSchema("3.39.0", document)
