"""Every rule, on resources whose arguments are all given, and all unknown."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import tapforge.aws
from tapforge.lang.errors import TapforgeError
from tapforge.lang.provider_package import pack_of
from tapforge.lang.schema import Block, Schema
from tapforge.rules import example, registry
from tapforge.rules.resource import Configuration, Resource, Sensitive, Unknown
from tapforge.rules.rule import Rule

RULES = registry.rules()
PACK = pack_of(Path(tapforge.aws.__file__).parent)
VALUES = {
    "computed": Unknown,
    "from elsewhere": lambda: Unknown(["local.some", "aws_other.one"]),
    "sensitive": Sensitive,
    "empty": str,
}


@functools.cache
def every_argument(kind: str, type_: str, value: Callable[[], Any]) -> dict[str, Any]:
    """Return a value for every argument of a type, in one block of each kind too."""
    try:
        schema = PACK.schema(kind, type_)
    except TapforgeError:
        return {}
    return _block(schema, schema.block, value, depth=3)


def _block(schema: Schema, block: Block, value: Callable[[], Any], depth: int) -> dict[str, Any]:
    found = {name: value() for name in block.attributes}
    for name, nested in block.blocks.items():
        if depth:
            found[name] = [_block(schema, schema.shape(nested.shape), value, depth - 1)]
    return found


def filled(rule: Rule, value: Callable[[], Any], *, over: bool) -> Iterator[Configuration]:
    """Give the examples of a rule with values for all that they leave out, or for everything."""
    for given in (rule.good, rule.bad):
        made = example.configuration(given)
        others = [
            Resource(
                {},
                address=f"{type_}.other",
                type=type_.removeprefix("data."),
                name="other",
                mode="data" if type_.startswith("data.") else "resource",
            )
            for type_ in rule.on
            if type_ != "*"
        ]
        resources = []
        for each in (*made.resources, *others):
            every = every_argument(each.mode, each.type, value)
            values = {**each.values, **every} if over else {**every, **each.values}
            resources.append(attrs.evolve(each, values=values))
        yield attrs.evolve(made, resources=tuple(resources))


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_bears_values_it_does_not_know(rule: Rule, value: Callable[[], Any]) -> None:
    """It reads what is known, and never asks an unknown value for its truth."""
    for over in (False, True):
        for configuration in filled(rule, value, over=over):
            findings = rule.findings(configuration)
            assert all(each.expected for each in findings)
