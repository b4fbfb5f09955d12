"""What tests of rules share."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tapforge.rules import run
from tapforge.rules.example import configuration
from tapforge.rules.rule import Rule


@pytest.fixture
def findings() -> Callable[..., list[str]]:
    """Hold resources, in Terraform's JSON syntax, to a rule: address and message of what it finds."""

    def check(
        rule: Rule, resources: dict[str, Any], today: dt.date | None = None, **variables: Any
    ) -> list[str]:
        declared = {name: {"default": value} for name, value in variables.items()}
        example = configuration({"resource": resources, "variable": declared})
        if today is not None:
            example = attrs.evolve(example, today=today)
        return [f"{each.address} {each.message}".strip() for each in run.check(example, [rule])]

    return check
