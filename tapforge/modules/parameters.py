"""Parameter groups in a module: which parameters a family has, which are static, what they count in.

The tables travel in the module as locals, so that Terraform itself refuses an unknown parameter, derives
``apply_method``, and counts ``1GB`` in the parameter's own unit.
"""

from __future__ import annotations

import functools
from typing import Any, Literal, cast

from tapforge.facts import parameter_values, parameters
from tapforge.lang import functions as fn
from tapforge.lang.call import remembered
from tapforge.lang.expression import (
    Named,
    and_,
    conditional,
    eq,
    for_list,
    for_map,
    gt,
    ne,
    not_,
)
from tapforge.lang.inputs import Valid
from tapforge.modules import classes

_STATIC = "static"
Level = Literal["cluster", "instance"]


def _table(engine: str, level: Level) -> dict[str, str]:
    """Give, by parameter, the major versions that have it at a level, and whether it is static."""
    return {
        name: " ".join(
            f"{major}-{_STATIC}" if static else str(major) for major, static in by_major.items()
        )
        for name, by_major in sorted(parameters.static_by_major(engine, level).items())
    }


@functools.cache
def _named(engine: str, level: Level) -> dict[str, str]:
    return cast("dict[str, str]", Named(f"local.{level}_parameters", _table(engine, level)))


@functools.cache
def valid(engine: str, level: Level) -> tuple[Valid, ...]:
    """Every parameter exists in the family, at this level. The module has ``engine_version``."""
    table = _named(engine, level)
    return (
        Valid(
            lambda value, inputs: eq(fn.length(_strangers(table, value, inputs)), 0),
            lambda value, inputs: (
                f"{engine} {_major(inputs)} has no {level} parameter"
                f" {fn.join(' and no ', _strangers(table, value, inputs))}."
            ),
        ),
        Valid(
            lambda value, _: eq(fn.length(_uncountable(value)), 0),
            lambda value, _: f"{fn.join('; ', _uncountable(value))}.",
        ),
        Valid(
            # What can't be counted is told by the rule above.
            lambda value, inputs: fn.try_(eq(fn.length(_too_large(value, inputs)), 0), True),
            lambda value, inputs: (
                f"{fn.join('; ', _too_large(value, inputs))}: that is too much of the"
                f" {_mebibytes(classes.memory(inputs.instance_class))} MiB of"
                f" {inputs.instance_class}; take less, or a larger class."
            ),
        ),
    )


def _strangers(table: dict[str, str], value: dict[str, str], inputs: object) -> list[str]:
    return for_list(
        fn.keys(value),
        lambda name: name,
        when=lambda name: not_(_exists(table, name, _major(inputs))),
    )


def apply_method(engine: str, level: Level, name: str, major: str) -> str:
    """Give when a parameter takes effect.

    AWS refuses ``immediate`` for a static parameter; a dynamic one with ``pending-reboot`` drifts.
    """
    listed = fn.split(" ", fn.lookup(_named(engine, level), name, ""))
    return conditional(fn.contains(listed, f"{major}-{_STATIC}"), "pending-reboot", "immediate")


# --- sizes and times --------------------------------------------------------------------------------

_QUANTITY = f"^-?[0-9]+([.][0-9]+)?({'|'.join(parameter_values.UNITS)})$"


def _tables() -> tuple[dict[str, str], dict[str, int]]:
    units = Named("local.parameter_units", parameters.units())
    sizes = Named("local.units", dict(parameter_values.OWN_UNITS))
    return cast("dict[str, str]", units), cast("dict[str, int]", sizes)


_UNITS, _SIZES = _tables()


def written(name: str, value: str) -> str:
    """Give a parameter's value as a group must have it: a size or a time in the parameter's own unit.

    A number without a unit, a formula and anything else stays as it is.
    """
    return conditional(_is_quantity(name, value), fn.tostring(_counted(name, value)), value)


@remembered
def _is_quantity(name: str, value: str) -> bool:
    return and_(ne(_unit(name), ""), fn.can(fn.regex(_QUANTITY, value)))


def _unit(name: str) -> str:
    return fn.lookup(_UNITS, name, "")


def _size(unit: str) -> float:
    return fn.lookup(_SIZES, unit, 1)


def _number(value: str) -> float:
    return fn.tonumber(fn.regex("^-?[0-9]+(?:[.][0-9]+)?", value))


@remembered
def _counted(name: str, value: str) -> float:
    """Give a quantity in the parameter's own unit; to be asked only of a quantity."""
    return _number(value) * _size(fn.regex("[A-Za-z]+$", value)) / _size(_unit(name))


def _uncountable(value: dict[str, str]) -> list[str]:
    """Tell of each quantity that is none in its parameter's unit."""
    return for_list(
        value,
        lambda name, text: (
            f'{name} is "{text}", and counts in {_unit(name)}: expected a whole number of these, with a'
            f" unit of the same kind"
        ),
        when=lambda name, text: and_(_is_quantity(name, text), not_(_is_countable(name, text))),
    )


def _is_countable(name: str, value: str) -> bool:
    same_kind = eq(fn.endswith(value, "B"), fn.endswith(_unit(name), "B"))
    counted = _counted(name, value)
    return fn.try_(and_(same_kind, eq(fn.floor(counted), counted)), False)


# --- memory -----------------------------------------------------------------------------------------


_SHARES = cast("list[str]", Named("local.memory_parameters", list(parameters.of_memory())))


def _too_large(value: dict[str, str], inputs: Any) -> list[str]:
    """Tell of each parameter that asks for more memory than there is."""
    memory = classes.memory(inputs.instance_class)
    sizes = for_map(
        value,
        lambda name, text: (name, _bytes(name, text)),
        when=lambda name, text: and_(gt(memory, 0), _is_share(name, text)),
    )
    return for_list(
        sizes,
        lambda name, size: (
            f"{name} {fn.lookup(value, name)} (counted in {_unit(name)}) is {_mebibytes(size)} MiB"
        ),
        when=lambda name, size: gt(
            size,
            memory
            * conditional(eq(name, "shared_buffers"), parameters.SHARED_BUFFERS_OF_MEMORY, 1),
        ),
    )


@remembered
def _is_share(name: str, text: str) -> bool:
    return and_(
        fn.contains(_SHARES, name), fn.can(fn.regex("^[0-9]+([.][0-9]+)?([kMGT]?B)?$", text))
    )


def _bytes(name: str, text: str) -> float:
    return fn.tonumber(written(name, text)) * _size(_unit(name))


def _mebibytes(size: float) -> float:
    return fn.floor(size / classes.MIB)


# --- the table --------------------------------------------------------------------------------------


def _major(inputs: Any) -> str:
    return fn.split(".", inputs.engine_version)[0]


def _exists(table: dict[str, str], name: str, major: str) -> bool:
    listed = fn.split(" ", fn.lookup(table, name, ""))
    return fn.anytrue([fn.contains(listed, major), fn.contains(listed, f"{major}-{_STATIC}")])
