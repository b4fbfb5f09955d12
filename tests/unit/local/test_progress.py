"""What Terraform is doing, from its messages."""

from typing import Any

from tapforge.local.progress import Work


def planned(address: str, action: str) -> dict[str, Any]:
    """Write a planned change."""
    change = {"resource": {"addr": address}, "action": action}
    return {"type": "planned_change", "change": change}


def hook(kind: str, address: str, action: str, seconds: int | None = None) -> dict[str, Any]:
    """Write a message about a resource that is worked on."""
    told = {"resource": {"addr": address}, "action": action}
    return {"type": kind, "hook": told if seconds is None else told | {"elapsed_seconds": seconds}}


def test_steps_are_counted() -> None:
    """A replacement is two, a reading none, and what is done is no longer running."""
    work = Work()
    for action in ("create", "replace", "read", "no-op"):
        work.take(planned(f"aws_vpc.{action}", action))
    assert work.total == 3

    started = work.take(hook("apply_start", "aws_vpc.create", "create"))
    assert started is not None
    assert (started.kind, started.task.doing) == ("started", "creating")
    assert [task.address for task in work.running.values()] == ["aws_vpc.create"]

    working = work.take(hook("apply_progress", "aws_vpc.create", "create", 10))
    assert working is not None
    assert (working.kind, working.seconds) == ("working", 10)

    finished = work.take(hook("apply_complete", "aws_vpc.create", "create", 11))
    assert finished is not None
    assert (finished.kind, finished.task.done) == ("finished", "created")
    assert (work.finished, work.running) == (1, {})


def test_reading_data_is_no_step() -> None:
    """It is not planned, so it must not count as done."""
    work = Work()
    work.take(hook("apply_start", "data.aws_region.x", "read"))
    event = work.take(hook("apply_complete", "data.aws_region.x", "read", 0))

    assert event is not None
    assert event.task.done == "read"
    assert work.finished == 0


def test_a_failure_ends_a_task() -> None:
    """It is no longer running, and not done."""
    work = Work()
    work.take(hook("apply_start", "aws_vpc.x", "delete"))
    event = work.take(hook("apply_errored", "aws_vpc.x", "delete", 3))

    assert event is not None
    assert event.kind == "failed"
    assert (work.finished, work.running) == (0, {})


def test_other_messages_are_no_events() -> None:
    """Whatever Terraform says beside it."""
    work = Work()
    messages: list[dict[str, Any]] = [
        {"type": "version"},
        {"type": "refresh_start", "hook": {"resource": {"addr": "aws_vpc.x"}}},
        {"type": "resource_drift", "change": {"action": "update"}},
        hook("apply_progress", "aws_vpc.unknown", "create", 10),
        hook("provision_start", "aws_vpc.unknown", "create"),
    ]
    assert [work.take(message) for message in messages] == [None] * len(messages)
    work.take(hook("apply_start", "aws_vpc.x", "create"))
    assert work.take(hook("provision_start", "aws_vpc.x", "create")) is None
    assert work == Work(running=work.running)
