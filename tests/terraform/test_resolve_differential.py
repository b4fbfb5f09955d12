"""What Python resolves is what the real Terraform plans: every instance, every argument, every output."""

import functools
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st

import tapforge
from tapforge.lang.expression import Expression, Symbol, hcl, roots
from tapforge.lang.inputs import declared_inputs
from tapforge.lang.module import Module
from tapforge.lang.provider_package import pack_of
from tapforge.lang.resolve import Instance, ResolveError, resolve
from tapforge.lang.schema import Kind
from tapforge.lang.value import equal
from tapforge.local.many import UNKNOWN, Planned, plan_many
from tapforge.local.offline import aws_schemas
from tapforge.local.schema_provider import SchemaSource
from tapforge.systems.project import find
from tapforge.systems.system import called
from tapforge.testing import strategies

pytestmark = pytest.mark.terraform

PROVE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
ENVIRONMENTS = 1000 if PROVE else 50
PROJECT = find(Path(__file__).parents[2])
MODULES: dict[str, Module[Any, Any]] = {**PROJECT.systems, **PROJECT.modules()}

Drawn = Callable[[st.SearchStrategy[Any], int], list[Any]]
Body = Mapping[str, Any]
"""A block, or the object of an attribute, as ``terraform providers schema -json`` writes it."""


class Plain:
    """A provider's schemas in which what may be given is computed only where something refers to it.

    So a plan tells an argument that is given and unknown from one that the provider will choose.

    Args:
        source: The schemas.
        referred: The names of the attributes that something refers to.
    """

    def __init__(self, source: SchemaSource, referred: set[str]) -> None:
        self._source, self._referred = source, referred

    def provider_block(self) -> Body:
        """Give the schema of the provider's configuration."""
        return self._source.provider_block()

    def names(self, kind: Kind) -> list[str]:
        """Give the names of all types of a kind."""
        return list(self._source.names(kind))

    def get(self, kind: Kind, type_name: str) -> Body:
        """Give the schema of one type."""
        schema = json.loads(json.dumps(self._source.get(kind, type_name)))
        for body in self._bodies(schema["block"]):
            for name, attribute in body.get("attributes", {}).items():
                if attribute.get("optional") and name not in self._referred:
                    attribute.pop("computed", None)
        return schema

    def _bodies(self, body: Body) -> Iterator[Body]:
        yield body
        for nested in body.get("block_types", {}).values():
            yield from self._bodies(nested["block"])
        for attribute in body.get("attributes", {}).values():
            if "nested_type" in attribute:
                yield from self._bodies(attribute["nested_type"])


def referred(module: Module[Any, Any]) -> set[str]:
    """Give the names of all attributes that a module, or one it calls, refers to; maybe more."""
    bodies = [module.body, *(each.body for each in called(module.body).values())]
    texts = (json.dumps(text) for body in bodies for text in body.document.files("").values())
    return {name for text in texts for name in re.findall(r"\.(\w+)", text)}


# --- one value of both ------------------------------------------------------------------------------


def placed(expression: Expression) -> bool:
    """Tell whether a value depends on where the module lies, which a plan alone knows."""
    return any(root._address == "path" for root in roots(expression))


def timed(value: Any) -> bool:
    """Tell whether a value is known at the time of the plan, and not before."""
    return "plantimestamp()" in hcl(value)


def differences(mine: Any, planned: Any, type_: Any, place: str) -> Iterator[str]:
    """Say where a resolved value is another than the planned one.

    Args:
        mine: What was resolved.
        planned: What Terraform plans.
        type_: The type as the schema writes it; `None` if nothing is known of it.
        place: The path of the argument.
    """
    if isinstance(mine, Expression):
        if planned is not UNKNOWN and not timed(mine) and not placed(mine):
            yield f"{place} is {planned!r}, resolved to the unknown {hcl(mine)}"
        return
    match type_, mine, planned:
        case ["set", element], list() | set() | frozenset(), list():
            yield from _unordered(list(mine), planned, element, place)
        case ["object", members], Mapping(), Mapping():
            for name, member in members.items():
                theirs = planned.get(name)
                yield from differences(mine.get(name), theirs, member, f"{place}.{name}")
        case _, Mapping(), Mapping():
            element = type_[1] if isinstance(type_, list) and type_[0] == "map" else None
            for key in sorted(mine.keys() | planned.keys()):
                at = f"{place}.{key}"
                if (key in mine) == (key in planned):
                    yield from differences(mine[key], planned[key], element, at)
                else:
                    yield f"{at} is only {'resolved' if key in mine else 'planned'}"
        case _, list() | tuple(), list() if len(mine) == len(planned):
            element = type_[1] if isinstance(type_, list) and type_[0] == "list" else None
            for index, pair in enumerate(zip(mine, planned, strict=True)):
                yield from differences(*pair, element, f"{place}[{index}]")
        case _ if planned is UNKNOWN or not equal(mine, planned):
            yield f"{place} is {planned!r}, resolved to {mine!r}"


def _unordered(mine: list[Any], planned: list[Any], type_: Any, place: str) -> Iterator[str]:
    """Compare two sets: each value of the one with one of the other, the known ones first."""
    left = list(planned)
    for value in sorted(mine, key=lambda each: isinstance(each, Expression)):
        for index, theirs in enumerate(left):
            if not any(differences(value, theirs, type_, "")):
                del left[index]
                break
        else:
            yield f"{place} has {planned!r}, resolved to {mine!r}"
            return
    if left:
        yield f"{place} has {planned!r}, resolved to {mine!r}"


# --- one object of both -----------------------------------------------------------------------------


def _block(mine: Body, planned: Body, schema: Body, place: str) -> Iterator[str]:
    attributes, blocks = schema.get("attributes", {}), schema.get("block_types", {})
    for name in sorted(mine.keys() - attributes.keys() - blocks.keys()):
        yield f"{place}{name} is nothing that the schema knows"
    for name, attribute in attributes.items():
        at, theirs = f"{place}{name}", planned.get(name)
        if attribute.get("write_only"):
            if theirs is not None:
                yield f"{at} is write-only, and planned"
        elif name in mine:
            yield from differences(mine[name], theirs, attribute.get("type"), at)
        elif theirs is not None and not (theirs is UNKNOWN and attribute.get("computed")):
            yield f"{at} is {theirs!r}, resolved to nothing"
    for name, nested in blocks.items():
        yield from _blocks(mine.get(name), planned.get(name), nested, f"{place}{name}")


def _blocks(mine: Any, planned: Any, nested: Body, place: str) -> Iterator[str]:
    inner = functools.partial(_block, schema=nested["block"])
    if isinstance(mine, Expression) or planned is UNKNOWN:
        if not (isinstance(mine, Expression) and planned is UNKNOWN):
            yield f"{place} is {planned!r}, resolved to {mine!r}"
        return
    if nested["nesting_mode"] in ("single", "group"):
        mine, planned = ([each] if each else [] for each in (mine, planned))
    mine, planned = mine or [], list(planned or [])
    if len(mine) != len(planned):
        yield f"{place}: {len(planned)} blocks are planned, {len(mine)} resolved"
        return
    for index, block in enumerate(mine):
        # A set is kept in an order that says nothing.
        like = [
            each
            for each in (planned if nested["nesting_mode"] == "set" else [planned[0]])
            if not any(inner(block, each, place=""))
        ]
        yield from () if like else inner(block, planned[0], place=f"{place}[{index}].")
        planned.remove(like[0] if like else planned[0])


def of_instance(mine: Instance, planned: Body, schemas: SchemaSource) -> Iterator[str]:
    """Say where a resolved instance is another than the planned one."""
    source = pack_of(Path(tapforge.__file__).parent / "builtin") if mine.type == DATA else schemas
    yield from _block(
        mine.values, planned, source.get(mine.mode, mine.type)["block"], f"{mine.address}: "
    )


DATA = "terraform_data"


def of_environment(
    module: Module[Any, Any], values: Body, planned: Planned, schemas: SchemaSource
) -> Iterator[str]:
    """Say where what is resolved in an environment is another than what Terraform plans."""
    try:
        resolved = resolve(module, values)
    except ResolveError as error:
        mine = {(each.place, each.message) for each in error.problems}
        theirs = {(each.place, each.message) for each in planned.problems}
        yield from (f"only Python refuses {each}" for each in sorted(mine - theirs))
        yield from (f"only Terraform refuses {each}" for each in sorted(theirs - mine))
        return
    yield from (f"only Terraform refuses {each}" for each in planned.problems)
    if planned.problems:
        return
    # A plan shows nothing of what is ephemeral.
    instances = {each.address: each for each in resolved.instances if each.mode != "ephemeral"}
    yield from (f"{each} is only resolved" for each in instances.keys() - planned.resources.keys())
    yield from (f"{each} is only planned" for each in planned.resources.keys() - instances.keys())
    for address, instance in instances.items():
        if address in planned.resources:
            yield from of_instance(instance, planned.resources[address], schemas)
    yield from differences(resolved.outputs, planned.outputs, None, "outputs")


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_what_is_resolved_is_what_terraform_plans(module: Module[Any, Any], drawn: Drawn) -> None:
    """In any environment: addresses, known values, what is unknown, and what is refused."""
    given = drawn(strategies.inputs_of(module.inputs), ENVIRONMENTS)
    [(address, source)] = aws_schemas().items()
    schemas = Plain(source, referred(module))
    wrong = []
    for values, planned in zip(
        given, plan_many(module, given, schemas={address: schemas}), strict=True
    ):
        found = list(of_environment(module, values, planned, schemas))
        if found:
            wrong.append("\n  ".join([json.dumps(values), *found]))
    assert not wrong, f"{len(wrong)} of {len(given)}:\n" + "\n".join(sorted(wrong, key=len)[:5])
    # Of few inputs there are few: each is left out, or has one of two values at least.
    assert len(given) > min(ENVIRONMENTS, 3 ** len(declared_inputs(module.inputs))) / 2


def test_any_other_value_would_be_found() -> None:
    """Each argument of each instance, taken away, changed, or turned from known to unknown."""
    module = MODULES["aurora-demo"]
    [(address, source)] = aws_schemas().items()
    schemas = Plain(source, referred(module))
    values = {"reader_count": 1, "destroyable": False}
    [planned] = plan_many(module, [values], schemas={address: schemas})
    instances = resolve(module, values).instances
    for instance in instances:
        theirs = planned.resources[instance.address]
        assert list(of_instance(instance, theirs, schemas)) == []
        for name, value in instance.values.items():
            others = [{**instance.values, name: "other"}]
            if not isinstance(value, Expression):
                others.append({**instance.values, name: Symbol("local.unknown")})
            if isinstance(value, list) and value:
                others.append({**instance.values, name: value[1:]})
            for other in others:
                if timed(value):
                    continue  # any value could be it
                changed = attrs.evolve(instance, values=other)
                assert list(of_instance(changed, theirs, schemas)), f"{instance.address}: {name}"
