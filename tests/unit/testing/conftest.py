"""A store with systems about which everything holds, and systems that are wrong in one way each."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tapforge.systems.project import Project, find
from tapforge.testing.case import Subject, subject
from tapforge.testing.proof import Proof, proofs

DATA = Path(__file__).parents[2] / "data/store"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project."""
    root = tmp_path_factory.mktemp("project") / "store"
    shutil.copytree(DATA, root, ignore=shutil.ignore_patterns("__pycache__"))
    return find(root)


@pytest.fixture(scope="session")
def subject_of(store: Project) -> Callable[[str], Subject]:
    """Give a system of the project."""
    return lambda name: subject(store, name)


@pytest.fixture(scope="session")
def known(store: Project) -> dict[str, Proof]:
    """All proofs of the project."""
    return proofs(store.root)
