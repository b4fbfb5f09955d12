"""Following a run: on a terminal, in a log, and in silence."""

import io
import time
from typing import Any

import pytest
from rich.console import Console

from tapforge.cli import progress
from tapforge.cli.display import Display
from tapforge.cli.progress import Lines, Silent, watcher


def hook(kind: str, address: str, action: str, seconds: int = 0) -> dict[str, Any]:
    """Write a message about a resource that is worked on."""
    told = {"resource": {"addr": address}, "action": action, "elapsed_seconds": seconds}
    return {"type": kind, "hook": told}


def follow(watch: Silent) -> None:
    """Let a short run pass by."""
    with watch:
        watch.begin("init")
        watch.begin("apply")
        change = {"resource": {"addr": "aws_vpc.x"}, "action": "create"}
        watch.message({"type": "planned_change", "change": change})
        watch.message(hook("apply_start", "data.aws_region.x", "read"))
        watch.message(hook("apply_complete", "data.aws_region.x", "read"))
        watch.message(hook("apply_start", "aws_vpc.x", "create"))
        watch.message(hook("apply_progress", "aws_vpc.x", "create", 10))
        watch.message(hook("apply_progress", "aws_vpc.x", "create", 90))
        watch.note("take note")
        watch.message(hook("apply_complete", "aws_vpc.x", "create", 95))
        watch.message(hook("apply_start", "aws_vpc.y", "create"))
        watch.message(hook("apply_errored", "aws_vpc.y", "create", 3))
        counts = {"add": 1, "change": 0, "import": 0, "remove": 2, "operation": "apply"}
        watch.message({"type": "change_summary", "changes": counts})


def test_a_log_has_a_line_for_what_is_done_and_what_takes_long(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On standard error, and without reading, starting and every ten seconds."""
    follow(Lines())

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "init",
        "apply",
        "  still creating aws_vpc.x after 1 min 30 s",
        "  take note",
        "  created aws_vpc.x in 1 min 35 s (1 of 1)",
        "  failed aws_vpc.y after 3 s",
    ]


def test_silence_counts_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """The result needs the counts and the times."""
    watch = Silent()

    follow(watch)

    assert capsys.readouterr() == ("", "")
    assert watch.summary == {"add": 1, "change": 0, "remove": 2}
    assert list(watch.seconds) == ["init", "apply"]


def test_a_phase_that_comes_again_is_timed_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The times are added up."""
    now = iter(range(100))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(now)))
    watch = Silent()
    with watch:
        for phase in ("a", "b", "a"):
            watch.begin(phase)

    assert watch.seconds.keys() == {"a", "b"}
    assert watch.seconds["a"] == 2 * watch.seconds["b"]


def test_a_terminal_shows_what_is_being_done() -> None:
    """With how long it has taken; what is done and what failed stays above."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, highlight=False)
    watch = Display(console)
    with watch:
        watch.begin("apply")
        change = {"resource": {"addr": "aws_vpc.x"}, "action": "create"}
        watch.message({"type": "planned_change", "change": change})
        watch.message(hook("apply_start", "aws_vpc.x", "create"))
        with console.capture() as capture:
            console.print(watch._picture())
        shown = capture.get()
    follow(Display(console))

    assert "apply" in shown
    assert "0 of 1" in shown
    assert "aws_vpc.x" in shown
    assert "creating" in shown
    text = stream.getvalue()
    assert "created aws_vpc.x in 1 min 35 s (1 of 1)" in text
    assert "failed aws_vpc.y after 3 s" in text
    assert "take note" in text
    assert "read data.aws_region.x" not in text


def test_the_display_is_gone_after_an_error() -> None:
    """The cursor is shown again, and the error goes on."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100)
    watch = Display(console)

    def interrupted() -> None:
        with watch:
            watch.begin("apply")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    shows_cursor = "\x1b[?25h"
    assert stream.getvalue().count(shows_cursor) == 1
    assert watch.seconds.keys() == {"apply"}


@pytest.mark.parametrize(
    ("silent", "terminal", "kind"),
    [(True, True, Silent), (False, False, Lines), (False, True, Display)],
)
def test_who_follows_depends_on_where_the_output_goes(
    monkeypatch: pytest.MonkeyPatch, silent: bool, terminal: bool, kind: type
) -> None:
    """Only a terminal is drawn on."""
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: terminal, raising=False)

    assert type(watcher(silent=silent)) is kind


def test_short_times_are_in_seconds() -> None:
    """And the clock is the monotonic one."""
    assert [progress.clock(seconds) for seconds in (0, 59.9, 60, 3725)] == [
        "0 s",
        "59 s",
        "1 min 00 s",
        "62 min 05 s",
    ]
    assert Silent().began <= time.monotonic()
