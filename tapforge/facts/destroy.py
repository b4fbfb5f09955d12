"""Arguments that decide whether a resource can be destroyed, and what it leaves behind.

Terraform destroys with the values in its state: a change of one of these arguments needs an apply
before the destroy. Source: provider documentation and botocore, as each record says.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

from tapforge.facts._data import load

ANY_RESOURCE = "*"


class DestroyRule(NamedTuple):
    """One argument of one resource type, in its two forms.

    Attributes:
        resource_type: The type, or `*` for a meta-argument of every type.
        argument: The argument, with a full stop before one of a nested block; None when the whole
            resource is meant.
        concern: What it is about: `protection` against deletion, a final `snapshot`, automated
            `backups`, the `contents` that block a deletion, the `window` before one takes effect,
            `residue` that is left, a `lock` of data, network `interfaces`, or the `lifecycle`.
        default: What the provider takes when the argument is left out.
        destroyable: The value with which the resource is destroyed without a manual step and leaves
            nothing behind; None stands for leaving the argument out.
        protected: The value that guards the data; None where any does.
        effect: What happens at a destroy with another value than the destroyable one.
        source: Where the rule comes from.
        forbidden: Whether the resource must not exist at all in the destroyable form.
        required_when_protected: Whether the protected form needs a value of one's own.
        allowed: The allowed numbers in words, or an empty text.
        needs: An argument that must be given with it, or an empty text.
        only_with: Arguments without one of which it has no effect; empty if it always has.
    """

    resource_type: str
    argument: str | None
    concern: str
    default: bool | int | str | None
    destroyable: bool | int | str | None
    protected: bool | int | str | None
    effect: str
    source: str
    forbidden: bool = False
    required_when_protected: bool = False
    allowed: str = ""
    needs: str = ""
    only_with: tuple[str, ...] = ()


@functools.cache
def rules() -> tuple[DestroyRule, ...]:
    """Return the rules of the resource types that have one of their own."""
    table = load("destroy_rules")
    return tuple(
        DestroyRule(
            resource_type=entry["resource"],
            source=table["source"],
            **{key: value for key, value in entry.items() if key != "resource"},
        )
        for entry in table["rules"]
    )


@functools.cache
def for_type(resource_type: str) -> tuple[DestroyRule, ...]:
    """Return the rules for `resource_type`: its own first, then those for every type.

    A type without rules of its own gets them from the meaning that its arguments have on all types,
    such as `force_destroy`.
    """
    own = [rule for rule in rules() if rule.resource_type == resource_type]
    covered = {rule.argument for rule in own}
    table = load("destroy_arguments")
    derived = (
        DestroyRule(
            resource_type=resource_type,
            argument=argument,
            source=table["source"],
            **{"default": None, **table["forms"][argument]},
        )
        for argument in arguments(resource_type)
        if argument in table["forms"] and argument not in covered
    )
    general = (rule for rule in rules() if rule.resource_type == ANY_RESOURCE)
    return (*own, *derived, *general)


def arguments(resource_type: str) -> tuple[str, ...]:
    """Return every argument of `resource_type` that bears on its destruction, sorted.

    Some of them have no rule, because which value is right depends on the case.
    """
    return tuple(load("destroy_arguments")["resources"].get(resource_type, ()))


@functools.cache
def of_concern(concern: str) -> Mapping[str, tuple[DestroyRule, ...]]:
    """Return, by resource type, the rules that are about one concern.

    Args:
        concern: As `DestroyRule` lists them.
    """
    every = {type_: for_type(type_) for type_ in resource_types()}
    own = {
        type_: tuple(rule for rule in found if rule.concern == concern)
        for type_, found in every.items()
    }
    return {type_: found for type_, found in own.items() if found}


@functools.cache
def resource_types() -> tuple[str, ...]:
    """Return the resource types with such arguments or rules, sorted."""
    types = {rule.resource_type for rule in rules()} - {ANY_RESOURCE}
    return tuple(sorted(types | set(load("destroy_arguments")["resources"])))
