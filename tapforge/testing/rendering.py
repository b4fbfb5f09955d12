"""Renders a system in a process of its own, and prints its files as JSON by path."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tapforge.systems.project import find
from tapforge.testing.case import rendered


def main(root: str, name: str) -> None:
    """Print the files.

    Args:
        root: The project's folder.
        name: The system.
    """
    project = find(Path(root))
    sys.stdout.write(json.dumps(rendered(project, project.system(name))))


if __name__ == "__main__":
    main(*sys.argv[1:])
