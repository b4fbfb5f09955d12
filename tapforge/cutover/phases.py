"""The phases of a migration, and the only ways between them."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """How far a migration is; names are those of the checkpoint."""

    PREPARED = "PREPARED"
    FULL_LOAD = "FULL_LOAD"
    CDC = "CDC"
    READY = "READY"
    FENCED = "FENCED"
    DRAINED = "DRAINED"
    SEQUENCED = "SEQUENCED"
    REVERSE_READY = "REVERSE_READY"
    SWITCHED = "SWITCHED"
    SOAK = "SOAK"
    COMMITTED = "COMMITTED"

    @property
    def place(self) -> int:
        """Where it stands in the order of phases."""
        return _ORDER.index(self)

    @property
    def next(self) -> Phase | None:
        """The phase after it; nothing after the last."""
        return _ORDER[self.place + 1] if self.place + 1 < len(_ORDER) else None

    @property
    def back(self) -> Phase | None:
        """Where a rollback leads; nothing where there is nothing to undo, or no way back."""
        return _BACK.get(self)


_ORDER = tuple(Phase)

_BACK = {
    Phase.FULL_LOAD: Phase.PREPARED,
    Phase.CDC: Phase.PREPARED,
    Phase.READY: Phase.CDC,
    Phase.FENCED: Phase.CDC,
    Phase.DRAINED: Phase.CDC,
    Phase.SEQUENCED: Phase.CDC,
    Phase.REVERSE_READY: Phase.CDC,
    # The new side holds writes that came from applications: only a new load makes it a copy again.
    Phase.SWITCHED: Phase.PREPARED,
    Phase.SOAK: Phase.PREPARED,
}

PAUSED = frozenset({Phase.FENCED, Phase.DRAINED, Phase.SEQUENCED, Phase.REVERSE_READY})
"""Applications can write nowhere: whatever fails here is undone at once."""

SERVED_BY_NEW = frozenset({Phase.SWITCHED, Phase.SOAK, Phase.COMMITTED})
"""Applications write to the new side: nothing flips back unless a person says so."""

NEEDS = {
    Phase.PREPARED: "nothing",
    Phase.FULL_LOAD: (
        "both databases answer and pass the preflight; DMS reached all endpoints; both names point at "
        "the old side; the new side is fenced"
    ),
    Phase.CDC: "the forward task runs and has loaded every table; foreign keys are made again",
    Phase.READY: (
        "the forward task was healthy without a break: running, latencies low, no table in error, "
        "every table validated; no long or prepared transaction on the old side; the new side can be "
        "restored, its foreign keys are validated and its tables analyzed"
    ),
    Phase.FENCED: "all of READY still holds; readers are on the new side as far as configured",
    Phase.DRAINED: (
        "the old side is still fenced by us; the slot confirmed the last write and the sentinel "
        "row is on the new side"
    ),
    Phase.SEQUENCED: "no sequence of the old side is missing on the new one, none overflows",
    Phase.REVERSE_READY: (
        "the forward task stands still; a slot on the new side is made before its first write; "
        "the reverse task runs from there"
    ),
    Phase.SWITCHED: "the old side is still fenced by us; the records are as they were left",
    Phase.SOAK: "the TTL has passed; the reverse task is healthy",
    Phase.COMMITTED: "the reverse task is healthy to the end, and a person says so",
}
"""What the guard before each phase asks for, in words."""
