"""Parameter groups in a module: which parameters a family has at which level, and which are static.

The table travels in the module as locals, so that Terraform itself refuses an unknown parameter and
derives ``apply_method``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, Literal, cast

from tapforge.facts import parameters
from tapforge.lang import functions as fn
from tapforge.lang.expression import Named, conditional, eq, for_list, not_
from tapforge.lang.inputs import Valid

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


def valid(engine: str, level: Level) -> Iterable[Valid]:
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


def _major(inputs: Any) -> str:
    return fn.split(".", inputs.engine_version)[0]


def _exists(table: dict[str, str], name: str, major: str) -> bool:
    listed = fn.split(" ", fn.lookup(table, name, ""))
    return fn.anytrue([fn.contains(listed, major), fn.contains(listed, f"{major}-{_STATIC}")])
