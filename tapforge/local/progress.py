"""What Terraform is doing, read from its `-json` messages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal

import attrs

_DONE = {"create": "created", "update": "updated", "delete": "destroyed", "read": "read"}
_DOING = {"create": "creating", "update": "updating", "delete": "destroying", "read": "reading"}
_STEPS = {"create": 1, "update": 1, "delete": 1, "replace": 2}


@attrs.frozen
class Task:
    """A resource that Terraform works on.

    Attributes:
        address: The resource.
        action: What is done, such as `create`.
        since: When it began, on `time.monotonic`'s clock.
    """

    address: str
    action: str
    since: float

    @property
    def doing(self) -> str:
        """Such as `creating`."""
        return _DOING.get(self.action, self.action)

    @property
    def done(self) -> str:
        """Such as `created`."""
        return _DONE.get(self.action, self.action)


@attrs.frozen
class Event:
    """Something that happened to a task.

    Attributes:
        kind: What.
        task: To which.
        seconds: How long it has been worked on.
    """

    kind: Literal["started", "working", "finished", "failed"]
    task: Task
    seconds: float


@attrs.define
class Work:
    """The state of one Terraform command.

    Attributes:
        total: How many steps it has, as far as it is known.
        finished: How many are done.
        running: What it works on now, by address and action.
    """

    total: int = 0
    finished: int = 0
    running: dict[tuple[str, str], Task] = attrs.field(factory=dict)

    def take(self, message: Mapping[str, Any]) -> Event | None:
        """Follow one message.

        Returns:
            What happened to a resource, if that is what the message is about.
        """
        kind = message.get("type")
        if kind == "planned_change":
            self.total += _STEPS.get(message["change"]["action"], 0)
            return None
        hook = message.get("hook")
        if not isinstance(hook, dict) or "action" not in hook:
            return None
        key = (hook["resource"]["addr"], hook["action"])
        if kind == "apply_start":
            self.running[key] = Task(*key, time.monotonic())
            return Event("started", self.running[key], 0)
        if key not in self.running:
            return None
        seconds = float(hook.get("elapsed_seconds", 0))
        if kind == "apply_progress":
            return Event("working", self.running[key], seconds)
        if kind == "apply_complete":
            # Reading data is not planned, so it is no step.
            self.finished += hook["action"] in _STEPS
            return Event("finished", self.running.pop(key), seconds)
        if kind == "apply_errored":
            return Event("failed", self.running.pop(key), seconds)
        return None
