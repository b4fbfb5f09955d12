"""What the function is told: environment variables, declared once for it and for its system."""

from __future__ import annotations

import os
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, get_type_hints

from tapforge.cutover.errors import Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "CUTOVER_"


def _variable(description: str, default: Any = MISSING) -> Any:
    if default is MISSING:
        return field(metadata={"description": description})
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an environment decides. Each field is the variable `CUTOVER_<NAME>`."""

    state_parameter: str = _variable("Name of the parameter with the checkpoint.")
    topic_arn: str = _variable("SNS topic that hears of every step and every refusal.")
    zone_id: str = _variable("Private hosted zone of both names.")
    writer_name: str = _variable("DNS name that applications write to.")
    reader_name: str = _variable("DNS name that applications read from.")
    old_identifier: str = _variable("Set identifier of the old side's records.", "onprem")
    new_identifier: str = _variable("Set identifier of the new side's records.", "aurora")
    old_secret_arn: str = _variable(
        "Secret of the old side: host, port, dbname, username, password."
    )
    new_secret_arn: str = _variable(
        "Secret of the new side: host, port, dbname, username, password."
    )
    old_replication_role: str = _variable("Database role of replication on the old side.")
    new_replication_role: str = _variable("Database role of replication on the new side.")
    schemas: tuple[str, ...] = _variable("Schemas that move.", ("public",))
    forward_task_arn: str = _variable("DMS task from the old side to the new one.")
    reverse_task_arn: str = _variable("DMS task from the new side to the old one.")
    forward_slot: str = _variable(
        "Slot of the forward task; empty to find the one that its role reads.", ""
    )
    reverse_slot: str = _variable("Slot that the reverse task reads.", "tapforge_reverse")
    reverse_plugin: str = _variable("Output plugin of the reverse slot.", "test_decoding")
    tls: str = _variable("verify-full, or none for servers on this machine.", "verify-full")
    ca_file: str = _variable(
        "File with the authorities of both servers; empty for the system's.", ""
    )
    reader_steps: tuple[int, ...] = _variable(
        "Percent of reads on the new side, step by step, before writes move.", (10, 50, 100)
    )
    max_lag_seconds: float = _variable("Lag up to which a cutover may begin.", 5.0)
    healthy_minutes: float = _variable("Minutes that all signals were good before READY.", 10.0)
    max_transaction_seconds: float = _variable(
        "Age from which an open transaction on the old side is too long.", 30.0
    )
    new_cluster: str = _variable(
        "Aurora cluster of the new side, whose backups are looked at; empty looks at none.", ""
    )
    snapshot: str = _variable(
        "Snapshot of that cluster that must be there before READY; empty asks for none.", ""
    )
    backup_minutes: float = _variable(
        "How old the latest time may be that the cluster can be restored to.", 15.0
    )
    settle_seconds: float = _variable(
        "How long READY may validate foreign keys and analyze tables before the rest waits.", 600.0
    )
    drain_seconds: float = _variable("How long a drain may take before it is undone.", 60.0)
    pause_seconds: float = _variable(
        "How long applications may be without a writer before the pause is undone.", 600.0
    )
    task_seconds: float = _variable("How long a task may take to stop or start.", 240.0)
    patience_seconds: float = _variable("How long a step repeats what did not answer.", 10.0)
    lease_seconds: float = _variable(
        "When an invocation counts as gone; longer than the function's timeout.", 960.0
    )
    sequence_margin: int = _variable("How far sequences jump on the side that opens.", 1000)
    prove_reverse: bool = _variable(
        "Whether the reverse task must run before applications write to the new side.", True
    )

    def to_environment(self) -> dict[str, str]:
        """Write it as environment variables."""
        return {variable(each.name): _text(getattr(self, each.name)) for each in fields(self)}


def variable(name: str) -> str:
    """Name the environment variable of a field."""
    return PREFIX + name.upper()


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        RefusedError: Variables are missing or have no value of their type.
    """
    kinds = get_type_hints(Settings)
    values: dict[str, Any] = {}
    problems = []
    for each in fields(Settings):
        name = variable(each.name)
        text = environment.get(name)
        if text is None:
            if each.default is MISSING:
                problems.append(
                    Problem(name, "is not set", f"set it: {each.metadata['description']}")
                )
            continue
        try:
            values[each.name] = _value(kinds[each.name], text)
        except ValueError:
            problems.append(
                Problem(name, f"is {text!r}", f"expected {_EXPECTED[kinds[each.name]]}")
            )
    if not problems:
        settings = Settings(**values)
        problems = list(_problems(settings))
        if not problems:
            return settings
    raise RefusedError(*problems)


def _problems(settings: Settings) -> Any:
    steps = settings.reader_steps
    if list(steps) != sorted(set(steps)) or any(not 0 < step <= 100 for step in steps):
        yield Problem(
            variable("reader_steps"),
            f"is {_text(steps)}",
            "give rising shares of 100, such as 10,50,100",
        )
    if settings.tls not in {"verify-full", "none"}:
        yield Problem(variable("tls"), f"is {settings.tls!r}", "expected verify-full or none")
    if settings.sequence_margin < 1:
        yield Problem(
            variable("sequence_margin"), f"is {settings.sequence_margin}", "expected 1 or more"
        )
    if settings.old_identifier == settings.new_identifier:
        yield Problem(variable("new_identifier"), "equals the old side's", "give each side its own")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _value(kind: Any, text: str) -> Any:
    if kind is bool:
        return {"true": True, "false": False}.get(text) if text in _BOOLEANS else _no(text)
    if kind in (int, float, str):
        return kind(text)
    of = int if kind == tuple[int, ...] else str
    return tuple(of(part.strip()) for part in text.split(",") if part.strip())


_BOOLEANS = ("true", "false")


def _no(text: str) -> bool:
    raise ValueError(text)


_EXPECTED = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple[int, ...]: "whole numbers with commas between them",
    tuple[str, ...]: "names with commas between them",
}
