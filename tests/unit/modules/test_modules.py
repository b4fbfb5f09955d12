"""What holds for every module of this project, however many there are."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tapforge.facts import names, regions
from tapforge.lang.inputs import declared_inputs, problems
from tapforge.lang.module import Module
from tapforge.systems.project import find

PROJECT = find(Path(__file__).parents[3])
MODULES = [*PROJECT.modules().values(), *PROJECT.systems.values()]


@pytest.fixture(params=MODULES, ids=lambda module: module.name)
def module(request: pytest.FixtureRequest) -> Module[Any, Any]:
    """One module, or system."""
    found: Module[Any, Any] = request.param
    return found


def objects(module: Module[Any, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give the type, the address and the body of every resource of a module."""
    for type_, instances in module.body.document.json().get("resource", {}).items():
        for label, body in instances.items():
            yield type_, f"{type_}.{label}", body


def own(module: Module[Any, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give those whose name AWS does not fix for the whole account."""
    for type_, address, body in objects(module):
        if not any((f"{type_}.{key}", str(body[key])) in names.account_wide() for key in body):
            yield type_, address, body


def test_the_example_of_an_input_is_right(module: Module[Any, Any]) -> None:
    """Every input that must be given has one, and all of them together with the defaults hold."""
    fields = declared_inputs(module.inputs).values()
    examples = {field.name: field.example for field in fields if field.required}
    assert [name for name, example in examples.items() if example is None] == []
    assert problems(module.inputs, examples) == []


def test_every_name_is_made_from_what_it_is_given(module: Module[Any, Any]) -> None:
    """Its name, its Name tag: none is written out, so that no two environments share one."""
    for type_, address, body in own(module):
        for argument, value in body.items():
            rule = names.for_argument(type_, argument)
            if rule and rule.suffixed:
                assert "${" in value, f"{address}.{argument}"
        if "tags" in body:
            assert "${" in body["tags"]["Name"], address


def test_every_name_ends_in_the_suffix_or_was_given_whole(module: Module[Any, Any]) -> None:
    """Where a module makes the name, the suffix is in it."""
    for type_, address, body in own(module):
        for argument, value in body.items():
            rule = names.for_argument(type_, argument)
            whole = re.fullmatch(r"\$\{[\w.\[\]]+\}", str(value))
            optional = "final_snapshot" in argument
            named = rule and rule.suffixed and not rule.kind.endswith(("_description", "_password"))
            if named and not whole and not optional:
                assert "var.environment_suffix" in value, f"{address}.{argument}"


def test_nothing_is_hard_coded(module: Module[Any, Any]) -> None:
    """No region, account, partition or environment in what a module builds."""
    text = json.dumps(
        {k: v for k, v in module.body.document.json().items() if k not in ("variable", "locals")}
    )
    everywhere = "|".join(map(re.escape, regions.names()))
    assert not re.search(rf"\b({everywhere})\b", text)
    assert not re.search(r"\b\d{12}\b", text)
    assert not re.search(r"arn:aws", text)
    assert not re.search(r'"(dev|prod|staging)"|-(dev|prod|staging)\b', text)


def test_nothing_is_depended_on_twice(module: Module[Any, Any]) -> None:
    """`depends_on` says only what no reference says."""
    for _, address, body in objects(module):
        rest = json.dumps({k: v for k, v in body.items() if k != "depends_on"})
        for target in body.get("depends_on", ()):
            assert f"{target}." not in rest, address
            assert f"{target}[" not in rest, address
