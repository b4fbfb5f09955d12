"""How far the migration is: one small JSON object, the value of one SSM parameter."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from tapforge.cutover.errors import Problem, RefusedError
from tapforge.cutover.phases import Phase

SCHEMA = 1
MAX_BYTES = 4096
"""What a standard parameter holds."""

_RESTORE = (
    "put back the last value that the function wrote: `aws ssm get-parameter-history` shows them"
)


@dataclass(frozen=True)
class Weights:
    """The weights of a name's two records, in percent of the queries."""

    old: int = 100
    new: int = 0

    def __post_init__(self) -> None:
        if self.old + self.new != 100 or min(self.old, self.new) < 0:
            raise ValueError(f"weights must be shares of 100, not {self.old}/{self.new}")

    def __str__(self) -> str:
        return f"{self.old}/{self.new}"


@dataclass(frozen=True)
class Line:
    """One line of history.

    Attributes:
        at: When, in UTC, to the second.
        phase: The phase that was reached or kept.
        what: What was done, in a few words.
    """

    at: str
    phase: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of a migration.

    Attributes:
        version: The parameter's version that this value was written to become. Where it became
            another one, somebody else was faster, and it counts for nothing.
        phase: The last phase that was reached.
        epoch: The fencing token of the step that wrote this.
        underway: The step that was begun and has not ended; empty between steps.
        claim: The claim under which this was written: while it lasts, nobody else goes on.
        opening: A step was begun that lets the new side accept writes.
        fence_epoch: The token with which the old side was fenced for this cutover.
        fenced_at: When, by the old database's clock.
        mark: The token in the old side's sentinel row.
        drain_to: The old side's LSN after its last write.
        forward_slot: The replication slot that the forward task reads.
        reverse_lsn: Where the reverse slot begins.
        writer: The weights of the writer's name.
        reader: The weights of the readers' name.
        lag: Seconds of lag when it was last looked at.
        healthy_since: Since when all signals are good, by the old database's clock.
        switched_at: When applications were let on the new side, by the new database's clock.
        history: The last steps, newest last.
    """

    version: int = 1
    phase: Phase = Phase.PREPARED
    epoch: int = 0
    underway: str = ""
    claim: str = ""
    opening: bool = False
    fence_epoch: int = 0
    fenced_at: float | None = None
    mark: int = 0
    drain_to: str = ""
    forward_slot: str = ""
    reverse_lsn: str = ""
    writer: Weights = Weights()
    reader: Weights = Weights()
    lag: float | None = None
    healthy_since: float | None = None
    switched_at: float | None = None
    history: tuple[Line, ...] = field(default=())

    def to_json(self) -> str:
        """Write it; drops the oldest lines of history that have no room."""
        content = {"schema": SCHEMA, **asdict(self)}
        while True:
            text = _text({**content, "seal": _seal(content)})
            if len(text.encode()) <= MAX_BYTES or not content["history"]:
                return text
            content["history"] = content["history"][1:]

    def with_line(self, at: str, what: str) -> Checkpoint:
        """Add a line of history."""
        return replace(self, history=(*self.history, Line(at, str(self.phase), what[:160])))


def from_json(text: str, place: str) -> Checkpoint:
    """Read a checkpoint.

    Args:
        text: The parameter's value.
        place: The parameter's name.

    Raises:
        RefusedError: It is not what the function wrote.
    """
    try:
        content = json.loads(text)
        schema = content.pop("schema")
        seal = content.pop("seal", None)
    except (ValueError, KeyError, AttributeError, TypeError):
        raise RefusedError(
            Problem(place, "is no checkpoint: expected a JSON object with a schema", _RESTORE)
        ) from None
    if schema != SCHEMA:
        raise RefusedError(
            Problem(
                place,
                f"has version {schema!r} of the schema, and this function knows {SCHEMA}",
                "deploy the function that wrote it",
            )
        )
    if seal != _seal({"schema": schema, **content}):
        raise RefusedError(
            Problem(place, "was changed by somebody else than the function", _RESTORE)
        )
    try:
        return _read(content)
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(Problem(place, f"can't be read: {error}", _RESTORE)) from None


def _read(content: dict[str, Any]) -> Checkpoint:
    expected = {each.name for each in fields(Checkpoint)}
    if set(content) != expected:
        raise ValueError(f"expected the keys {', '.join(sorted(expected))}")
    return Checkpoint(
        **{
            **content,
            "phase": Phase(content["phase"]),
            "writer": Weights(**content["writer"]),
            "reader": Weights(**content["reader"]),
            "history": tuple(Line(**line) for line in content["history"]),
        }
    )


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def _seal(content: dict[str, Any]) -> str:
    """Tell a slip of the hand; whoever wants to forge it can."""
    return hashlib.sha256(_text(content).encode()).hexdigest()[:16]
