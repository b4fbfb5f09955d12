"""The tool beside which tapforge is measured, in a virtual environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.bench.measure import Command

_REQUIREMENTS = Path(__file__).with_name("peers.txt")
_INDEX_SECONDS = 180

# Its Node process writes this index on a thread, and only if the run lasts long enough: none of the
# measured ones does, so one run waits for it.
_INDEXED = """
import sys, time
from pathlib import Path
import cdktn_aws.iam, cdktn_aws.rds, cdktn_aws.s3, cdktn_aws.vpc
cache, deadline = Path(sys.argv[1]), time.monotonic() + float(sys.argv[2])
while not list(cache.glob("@cdktn/aws/*/*/.jsii.runtime-index.v*")):
    if time.monotonic() > deadline:
        sys.exit("the index of the jsii cache was not written in time")
    time.sleep(0.2)
"""


class PeersMissingError(Exception):
    """The peers can't be installed or run here."""


class Peers(NamedTuple):
    """cdktn, installed, its cache warm.

    Attributes:
        python: The interpreter that has it.
        cache: Where it keeps what it unpacks for Node.
        node: The version of Node.
        versions: Versions of what it consists of, by name.
    """

    python: Path
    cache: Path
    node: str
    versions: dict[str, str]

    def script(self, path: Path, *arguments: str) -> Command:
        """Give the command that runs a Python file with the peers."""
        return Command(
            (str(self.python), str(path), *arguments),
            {"JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(self.cache)},
        )


def install(folder: Path) -> Peers:
    """Install the peers below a folder, unless they are there already, and warm their cache.

    Raises:
        PeersMissingError: There is no Node, or the package index can't be reached.
    """
    node = shutil.which("node")
    if node is None:
        raise PeersMissingError("cdktn runs on Node.js, and there is no node on PATH")
    environment = folder / "peers-venv"
    python = environment / "bin" / "python"
    stamp = environment / "installed.txt"
    wanted = _REQUIREMENTS.read_text("utf-8")
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        shutil.rmtree(environment, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(environment))
        pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, "--no-deps", "--requirement", str(_REQUIREMENTS))
        stamp.write_text(wanted, "utf-8")
    lines = (line.partition("==") for line in wanted.splitlines() if not line.startswith("#"))
    peers = Peers(
        python,
        folder / "jsii-cache",
        _run(node, "--version").removeprefix("v"),
        {name: version for name, _, version in lines},
    )
    peers.cache.mkdir(exist_ok=True)
    _run(
        "env",
        f"JSII_RUNTIME_PACKAGE_CACHE_ROOT={peers.cache}",
        *(str(python), "-c", _INDEXED, str(peers.cache), str(_INDEX_SECONDS)),
    )
    return peers


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeersMissingError(f"{' '.join(command[:6])}: {done.stderr.strip()}")
    return done.stdout.strip()
