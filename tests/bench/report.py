"""What was measured, as text: for the terminal, for `docs/benchmarks.md`, and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.measure import Sample, Spread

BEGIN = "<!-- begin: written by `make bench` -->"
END = "<!-- end: written by `make bench` -->"


class Row(NamedTuple):
    """One program, measured.

    Attributes:
        name: What it does.
        samples: Its runs.
        tree: Most memory of all its processes together, in MB, of each run made for that.
    """

    name: str
    samples: Sequence[Sample]
    tree: Sequence[float] = ()

    @property
    def wall(self) -> Spread:
        """Seconds from start to end."""
        return Spread.of([sample.wall for sample in self.samples])

    @property
    def cpu(self) -> Spread:
        """Seconds of processor time."""
        return Spread.of([sample.cpu for sample in self.samples])

    @property
    def peak(self) -> Spread:
        """Memory of its largest process, in MB."""
        return Spread.of([sample.peak for sample in self.samples])

    @property
    def whole(self) -> Spread | None:
        """Memory of all its processes together, in MB."""
        return Spread.of(self.tree) if self.tree else None

    def json(self) -> dict[str, Any]:
        """Give the figures, each as median, minimum and maximum."""
        return {
            "name": self.name,
            "runs": len(self.samples),
            "wall_s": self.wall,
            "cpu_s": self.cpu,
            "peak_mb": self.peak,
            "tree_mb": self.whole,
        }


class Goal(NamedTuple):
    """A figure that must hold.

    Attributes:
        name: What is asked.
        found: What was found, in words.
        held: Whether that is enough.
    """

    name: str
    found: str
    held: bool


def below(name: str, value: float, limit: float, unit: str, digits: int) -> Goal:
    """Ask that a value stays below a limit."""
    return Goal(f"{name} < {limit:g} {unit}", f"{value:.{digits}f} {unit}", value < limit)


def times(name: str, ours: float, theirs: float, factor: float) -> Goal:
    """Ask that theirs is at least so many times ours."""
    found = theirs / ours
    return Goal(f"{name}: {factor:g} times or more", f"{found:.1f} times", found >= factor)


def machine() -> dict[str, str]:
    """Describe the machine."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "memory": f"{memory / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
    }


def markdown(
    rows: Sequence[Row], goals: Sequence[Goal], facts: Sequence[str], notes: Sequence[str]
) -> str:
    """Write everything as Markdown."""
    measured = [
        "| | runs | wall s | CPU s | largest process MB | all processes MB |",
        "|---|---|---|---|---|---|",
        *(
            f"| {row.name} | {len(row.samples)} | {_spread(row.wall, 3)} | {row.cpu.median:.3f}"
            f" | {row.peak.median:.1f} | {f'{row.whole.median:.1f}' if row.whole else ''} |"
            for row in rows
        ),
    ]
    asked = [
        "| goal | found | holds |",
        "|---|---|---|",
        *(f"| {goal.name} | {goal.found} | {'yes' if goal.held else '**no**'} |" for goal in goals),
    ]
    described = [f"- {fact}" for fact in facts]
    return "\n\n".join("\n".join(part) for part in (asked, measured, described, notes) if part)


def _spread(spread: Spread, digits: int) -> str:
    if spread.minimum == spread.maximum:
        return f"{spread.median:.{digits}f}"
    return (
        f"{spread.median:.{digits}f} ({spread.minimum:.{digits}f} to {spread.maximum:.{digits}f})"
    )


def replace_section(path: Path, text: str) -> None:
    """Replace what stands between the two markers of a file.

    Raises:
        ValueError: The file does not have both.
    """
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} has no section between {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")
