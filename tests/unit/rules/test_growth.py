"""A configuration of twice the size takes twice the work, whatever is in it."""

import json
import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tapforge.rules import example, registry
from tapforge.rules.resource import Configuration
from tapforge.rules.rule import Example, Rule

RULES = registry.rules()
_REFERENCE = re.compile(r"\$\{((?:data\.)?\w+\.\w+)")


def copies(of: Example, number: int) -> Configuration:
    """Write an example down many times, each with labels and references of its own."""
    made: dict[str, Any] = {"variable": of.get("variable", {})}
    for mode in ("resource", "data"):
        for type_, named in of.get(mode, {}).items():
            for label, body in named.items():
                for index in range(number):
                    text = _REFERENCE.sub(rf"${{\1_{index}", json.dumps(body))
                    of_type = made.setdefault(mode, {}).setdefault(type_, {})
                    of_type[f"{label}_{index}"] = json.loads(text)
    return example.configuration(made)


def calls(do: Callable[[], object]) -> int:
    """Count the functions that are called."""
    number = 0

    def count(_frame: FrameType, event: str, _: object) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        do()
    finally:
        sys.setprofile(before)
    return number


@pytest.mark.parametrize("written", ["good", "bad"])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_work_grows_no_faster_than_the_configuration(rule: Rule, written: str) -> None:
    """Ten more copies after twenty are as dear as ten more after ten: nothing looks at each pair."""
    done = []
    for number in (10, 20, 30):
        rule.findings(copies(getattr(rule, written), number))  # what is kept for ever is made now
        configuration = copies(getattr(rule, written), number)
        done.append(calls(lambda: rule.findings(configuration)))  # noqa: B023 - called at once
    first, second = done[1] - done[0], done[2] - done[1]
    assert second <= 1.15 * first + 20, done
