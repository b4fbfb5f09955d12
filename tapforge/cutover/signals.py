"""What must be well for a cutover to begin: task, tables, transactions and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapforge.cutover.errors import Problem
from tapforge.cutover.preflight import long_transactions, unguarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapforge.cutover.checkpoint import Checkpoint
    from tapforge.cutover.dns import WeightedNames
    from tapforge.cutover.replication import Health
    from tapforge.cutover.run import Run
    from tapforge.cutover.settings import Settings

_SHOWN = 5


def problems(run: Run, health: Health) -> list[Problem]:
    """List everything that stands against a cutover now."""
    seconds = run.settings.max_transaction_seconds
    return [
        *of_task(run.forward.name, health),
        *_of_lag(health, run.settings),
        *long_transactions(run.old, seconds),
        *unguarded(run.old),
        *unguarded(run.new),
        *of_names(run.names, run.settings, run.checkpoint),
    ]


def of_task(name: str, health: Health) -> Iterator[Problem]:
    """Complain of a task that does not run well."""
    if health.status != "running":
        yield Problem(name, f"is {health.status}, expected running", "see its log group, resume it")
    for tables, what, fix in (
        (health.unloaded, "are not loaded", "wait, or see the task's log group"),
        (health.broken, "are in error", "see awsdms_apply_exceptions, reload them"),
        (
            health.unvalidated,
            "are not validated",
            "wait, or see awsdms_validation_failures_v1",
        ),
    ):
        if tables:
            more = f" and {len(tables) - _SHOWN} more" if len(tables) > _SHOWN else ""
            yield Problem(name, f"{', '.join(tables[:_SHOWN])}{more} {what}", fix)


def of_names(names: WeightedNames, settings: Settings, checkpoint: Checkpoint) -> Iterator[Problem]:
    """Complain of weights that somebody else set."""
    for name, weights in (
        (settings.writer_name, checkpoint.writer),
        (settings.reader_name, checkpoint.reader),
    ):
        found = names.weights(name)
        if found != (weights.old, weights.new):
            yield Problem(
                name,
                f"has the weights {found[0]}/{found[1]}, and the function set {weights}",
                "put them back: `tapforge cutover names`",
            )


def _of_lag(health: Health, settings: Settings) -> Iterator[Problem]:
    for metric, lag in (
        ("CDCLatencySource", health.source_lag),
        ("CDCLatencyTarget", health.target_lag),
    ):
        if lag is None:
            yield Problem(metric, "has no data point: the task may be dead", "see its log group")
        elif lag > settings.max_lag_seconds:
            yield Problem(
                metric,
                f"is {lag:g} s, at most {settings.max_lag_seconds:g} s are expected",
                "wait until the task has caught up",
            )
