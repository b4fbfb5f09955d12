"""``python -m tests.bench``: measure tapforge, and cdktn beside it, and hold both against the goals.

Prints what it found, writes it to `docs/benchmarks.md`, and exits 1 when a goal is missed.
"""
# ruff: noqa: T201

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench import report
from tests.bench.measure import Command, CommandError, Spread, answer, interleave, tree_memory
from tests.bench.peers import Peers, PeersMissingError, install
from tests.bench.report import Goal, Row, below, times

ROOT = Path(__file__).parents[2]
WORKLOADS = Path(__file__).with_name("workloads")
DOCUMENT = ROOT / "docs" / "benchmarks.md"
TREE_RUNS = 3
_BUSY = 0.5
_RATE = 1000

_PROJECT = '[tool.tapforge]\nsystems = ["{}"]\n'


class Bench:
    """One session: where it works, how often it measures, and what it has found."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.folder = folder
        self.rounds = rounds
        self.rows: list[Row] = []
        self.goals: list[Goal] = []
        self.notes: list[str] = []
        self.rates: list[float] = []

    def measure(self, commands: dict[str, Command], *, rounds: int = 0, tree: bool = False) -> None:
        """Measure commands in turn and keep their rows."""
        for name in commands:
            _progress(name)
        samples = interleave(
            commands, rounds or self.rounds, folder=self.folder, warm_ups=rounds != 1
        )
        for name, command in commands.items():
            whole = [tree_memory(command, self.folder) for _ in range(TREE_RUNS if tree else 0)]
            self.rows.append(Row(name, samples[name], whole))

    def row(self, name: str) -> Row:
        """Give what was measured under a name."""
        return next(row for row in self.rows if row.name == name)

    def start(self) -> None:
        """Measure what it costs to import the package and its models."""
        nothing, package, models = "nothing (bare Python)", "import tapforge", "import tapforge.aws"
        self.measure(
            {
                nothing: _script("nothing"),
                package: _script("import_tapforge"),
                models: _script("import_aws"),
            }
        )
        # It costs so little that noise may make it less than nothing.
        seconds = max(0.0, self.row(package).wall.median - self.row(nothing).wall.median)
        self.goals.append(below("`import tapforge`, over bare Python", seconds * 1000, 40, "ms", 1))
        touched = answer(_script("import_aws"), self.folder)
        self.goals.append(
            Goal(
                "`import tapforge.aws` opens no schema and makes no class",
                f"{len(touched['packs'])} opened, {len(touched['classes'])} made",
                not touched["packs"] and not touched["classes"],
            )
        )

    def render(self) -> None:
        """Measure the rendering of one system and of all, from the command line to the last file."""
        for what, module, seconds, megabytes in (
            ("aurora-demo", "tapforge.systems.aurora_demo", 0.2, 60),
            ("all systems", "tapforge.systems.shipped", 0.5, 100),
        ):
            project = self.folder / what.replace(" ", "-")
            project.mkdir()
            (project / "pyproject.toml").write_text(_PROJECT.format(module), "utf-8")
            name = f"tapforge render ({what})"
            program = str(Path(sys.executable).with_name("tapforge"))
            arguments = (program, "--chdir", str(project), "render")
            made = (project / "modules", project / "terraform")
            self.measure({name: Command(arguments, makes=made)})
            wall, peak = self.row(name).wall.median, self.row(name).peak.maximum
            self.goals += [
                below(f"rendering {what}", wall, seconds, "s", 3),
                below(f"rendering {what}, memory", peak, megabytes, "MB", 1),
            ]

    def resolve(self) -> None:
        """Measure once how many environments of aurora-demo are resolved in a second."""
        _progress("resolving environments")
        found = answer(_script("resolve"), self.folder)
        self.rates.append(found["environments"] / found["seconds"])

    def resolved(self) -> None:
        """Judge how many environments of aurora-demo are resolved in a second."""
        rate = Spread.of(self.rates)
        goal = f"resolving aurora-demo: {_RATE:,} environments a second and core, or more"
        shown = f"{rate.median:,.0f} ({rate.minimum:,.0f} to {rate.maximum:,.0f})"
        self.goals.append(Goal(goal, shown, rate.median >= _RATE))

    def prove(self) -> None:
        """Measure 10,000 environments of aurora-demo under all proofs, by two processes."""
        name = "tapforge prove (aurora-demo, 10,000 environments, 2 processes)"
        options = ("--examples", "10000", "--seed", "1", "--jobs", "2")
        program = str(Path(sys.executable).with_name("tapforge"))
        arguments = (program, "--chdir", str(ROOT), "prove", "aurora-demo", *options)
        self.measure({name: Command(arguments)}, rounds=1)
        self.goals.append(
            below("proving aurora-demo 10,000 times", self.row(name).wall.median, 60, "s", 1)
        )

    def stack(self, peers: Peers | None) -> None:
        """Measure one document of 14 resources, beside cdktn."""
        ours, theirs = "Aurora stack, tapforge", "Aurora stack, cdktn"
        commands = {ours: _script("stack_tapforge", "stack-tapforge")}
        if peers:
            commands[theirs] = peers.script(WORKLOADS / "stack_cdktn.py", "stack-cdktn")
        self.measure(commands, tree=True)
        if peers is None:
            return
        differences = _differences(
            json.loads((self.folder / "stack-tapforge/main.tf.json").read_text("utf-8")),
            json.loads((self.folder / "stack-cdktn/stacks/aurora/cdk.tf.json").read_text("utf-8")),
        )
        self.goals.append(
            Goal(
                "Aurora stack, the same document from both",
                ", ".join(differences[:3]) or "no difference",
                not differences,
            )
        )
        our, their = self.row(ours), self.row(theirs)
        self.goals += [
            times("Aurora stack, faster than cdktn", our.wall.median, their.wall.median, 8),
            times("Aurora stack, less memory", our.peak.median, their.peak.median, 4),
        ]
        if their.whole:
            # Ours is one process, so its own account is exact, and theirs is the one that may lack.
            goal = "Aurora stack, less memory of all processes"
            self.goals.append(times(goal, our.peak.median, their.whole.median, 4))

    def buckets(self, peers: Peers | None) -> None:
        """Measure one document of 2,000 resources, beside cdktn. No goal is set for it."""
        commands = {"2,000 resources, tapforge": _script("buckets_tapforge", "buckets-tapforge")}
        if peers:
            script = peers.script(WORKLOADS / "buckets_cdktn.py", "buckets-cdktn")
            commands["2,000 resources, cdktn"] = script
        self.measure(commands, rounds=3)

    def types(self, peers: Peers | None) -> None:
        """Measure mypy on a file with 15 models, without its cache, beside cdktn."""
        ours, theirs = "mypy, 15 models, tapforge", "mypy, 15 models, cdktn"
        options = ("--strict", "--no-incremental", "--cache-dir=/dev/null", "--config-file=")
        mypy = (sys.executable, "-m", "mypy", *options)
        self.measure({ours: Command((*mypy, str(WORKLOADS / "models_tapforge.py")))}, rounds=3)
        if peers:
            other = f"--python-executable={peers.python}"
            command = Command((*mypy, other, str(WORKLOADS / "models_cdktn.py")))
            self.measure({theirs: command}, rounds=1)
        self.goals += [
            below("mypy --strict, 15 models, cold", self.row(ours).wall.median, 10, "s", 1),
            below("mypy --strict, 15 models, memory", self.row(ours).peak.maximum, 600, "MB", 0),
        ]


def _script(name: str, *arguments: str) -> Command:
    return Command((sys.executable, str(WORKLOADS / f"{name}.py"), *arguments))


def _progress(text: str) -> None:
    print(f"measuring: {text}", file=sys.stderr, flush=True)


def _differences(ours: Any, theirs: Any, place: str = "") -> list[str]:
    """Find where two documents differ, beside what cdktn can't be kept from writing.

    That is: comments with the place of each construct, and a list round a single provider
    configuration.
    """
    if place == "/provider/aws" and isinstance(theirs, list) and len(theirs) == 1:
        theirs = theirs[0]
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = (ours.keys() | theirs.keys()) - {"//"}
        found = [
            _differences(ours.get(key), theirs.get(key), f"{place}/{key}") for key in sorted(keys)
        ]
        return [each for several in found for each in several]
    return [] if ours == theirs else [place]


def _facts(peers: Peers | None, load: float) -> list[str]:
    today = dt.datetime.now(dt.UTC).date()
    found = report.machine()
    facts = [
        f"Measured on {today:%d %B %Y}, load at the start {load:.1f}, niceness {os.nice(0)}.",
        f"{found['processor']}, {found['memory']}, {found['system']}.",
        f"tapforge {version('tapforge')}, Python {sys.version.split()[0]}, mypy {version('mypy')}.",
    ]
    if peers:
        named = ("cdktn", "cdktn-aws", "jsii")
        listed = ", ".join(f"{name} {peers.versions[name]}" for name in named)
        facts.append(f"{listed}, Node.js {peers.node}.")
    return facts


def _peers(bench: Bench, home: Path, *, wanted: bool) -> Peers | None:
    if not wanted:
        bench.notes.append(
            "Without cdktn, as asked: its figures and the goals beside it are left out."
        )
        return None
    _progress("installing cdktn for comparison (once), warming its cache")
    try:
        return install(home)
    except PeersMissingError as error:
        bench.notes.append(f"Without cdktn: {error}. The goals beside it were not measured.")
        return None


def main() -> int:
    """Measure, print, write; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON and write no document")
    parser.add_argument("--rounds", type=int, default=7, help="measured runs of each program")
    parser.add_argument("--no-peers", action="store_true", help="measure tapforge alone")
    options = parser.parse_args()

    load = os.getloadavg()[0]
    home = ROOT / ".tapforge" / "bench"
    work = home / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    bench = Bench(work, options.rounds)
    peers = _peers(bench, home, wanted=not options.no_peers)
    facts = _facts(peers, load)
    try:
        for measure in (
            bench.start,
            bench.render,
            bench.prove,
            lambda: bench.stack(peers),
            lambda: bench.buckets(peers),
            lambda: bench.types(peers),
        ):
            # A second at a time, between the others: a machine is fast or slow for minutes.
            bench.resolve()
            measure()
        bench.resolve()
        bench.resolved()
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    missed = [goal.name for goal in bench.goals if not goal.held]
    if options.json:
        rows = [row.json() for row in bench.rows]
        goals = [goal._asdict() for goal in bench.goals]
        print(json.dumps({"facts": facts, "notes": bench.notes, "goals": goals, "rows": rows}))
    else:
        text = report.markdown(bench.rows, bench.goals, facts, bench.notes)
        print(text)
        if peers:
            report.replace_section(DOCUMENT, text)
        else:
            print(f"\n{DOCUMENT.relative_to(ROOT)} is left as it is: it holds cdktn's figures too.")
    for name in missed:
        print(f"missed: {name}", file=sys.stderr)
    if missed and load > _BUSY:
        print(f"The load was {load:.1f}: measure again when the machine is idle.", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
