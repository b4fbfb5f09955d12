"""The pytest plugin: fixtures for the systems of a project, and its proofs as tests.

pytest loads it wherever tapforge is installed, so it imports nothing until a fixture or an option asks.

Fixtures:
    ``tapforge_project``: the project that pytest's root folder belongs to.
    ``tapforge_system``: every system in turn.
    ``tapforge_environment``: every environment in turn, of that system or, without it, of all.
    ``tapforge_environments``: the strategy that draws environments of that system.

With ``--tapforge-prove`` every proof of every system is a test beside those that were found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from tapforge.systems.environment import Environment
    from tapforge.systems.project import Project
    from tapforge.systems.system import System
    from tapforge.testing.proof import Proof
    from tapforge.testing.prover import Outcome

_PROJECT = pytest.StashKey["Project"]()
_OUTCOMES = pytest.StashKey[dict[str, "Outcome"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's options."""
    group = parser.getgroup("tapforge")
    group.addoption(
        "--tapforge-prove",
        action="store_true",
        help="hold every system of the project to the proofs of tapforge, and to its own",
    )
    group.addoption(
        "--tapforge-examples",
        type=int,
        metavar="N",
        help="how many environments of each system the proofs draw (default: as the settings of"
        " hypothesis say)",
    )
    group.addoption(
        "--tapforge-seed",
        type=int,
        metavar="N",
        help="draw the environments of a seed again",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for each system, or for each environment, if it asks for one."""
    wanted = set(metafunc.fixturenames)
    if "tapforge_environment" in wanted:
        project = _project(metafunc.config)
        pairs = [
            pytest.param(system, name, id=f"{system}-{name}")
            for system in project.systems
            for name in project.environments(system)
        ]
        both = ["tapforge_system", "tapforge_environment"]
        metafunc.parametrize(both, pairs, indirect=True, scope="session")
    elif wanted & {"tapforge_system", "tapforge_environments"}:
        systems = list(_project(metafunc.config).systems)
        metafunc.parametrize("tapforge_system", systems, indirect=True, scope="session")


@pytest.fixture(scope="session")
def tapforge_project(pytestconfig: pytest.Config) -> Project:
    """The project that pytest's root folder belongs to."""
    return _project(pytestconfig)


@pytest.fixture(scope="session")
def tapforge_system(request: pytest.FixtureRequest, tapforge_project: Project) -> System[Any, Any]:
    """Each system of the project in turn."""
    return tapforge_project.system(request.param)


@pytest.fixture(scope="session")
def tapforge_environment(
    request: pytest.FixtureRequest, tapforge_project: Project, tapforge_system: System[Any, Any]
) -> Environment:
    """Each environment of each system in turn, read from its files and checked."""
    from tapforge.systems.environment import load  # noqa: PLC0415

    return load(tapforge_project, tapforge_system, request.param)


@pytest.fixture(scope="session")
def tapforge_environments(tapforge_system: System[Any, Any]) -> SearchStrategy[dict[str, Any]]:
    """The strategy that draws what an environment of the system may give for its variables."""
    from tapforge.testing.strategies import environments  # noqa: PLC0415

    return environments(tapforge_system)


def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Add the proofs."""
    if session.config.getoption("tapforge_prove"):
        items.extend(_proofs(session))


def _proofs(session: pytest.Session) -> Iterator[pytest.Item]:
    from tapforge.testing.proof import proofs  # noqa: PLC0415

    project = _project(session.config)
    for system in project.systems:
        for each in proofs(project.root).values():
            yield ProofItem.from_parent(
                session,
                name=f"{system}: {each.name}",
                nodeid=f"tapforge::{system}::{each.name}",
                system=system,
                proof=each,
            )


class ProofItem(pytest.Item):
    """A proof of a system."""

    def __init__(self, *, system: str, proof: Proof, **more: Any) -> None:
        super().__init__(**more)
        self._system, self._proof = system, proof

    def runtest(self) -> None:
        """Look whether the proof holds; the first of a system looks for all of them."""
        shown = [
            each
            for each in _outcome(self.config, self._system).counterexamples
            if each.proof.name == self._proof.name
        ]
        if shown:
            import json  # noqa: PLC0415

            lines: list[str] = []
            for each in shown:
                lines += each.found
                if each.variables is not None:
                    lines.append(f"in the environment {json.dumps(each.variables)}")
            pytest.fail("\n".join([self._proof.statement, *lines]), pytrace=False)

    def reportinfo(self) -> tuple[str, None, str]:
        """Name the proof."""
        return "tapforge", None, self.name


def _project(config: pytest.Config) -> Project:
    if _PROJECT not in config.stash:
        from tapforge.lang.errors import TapforgeError  # noqa: PLC0415
        from tapforge.systems.project import find  # noqa: PLC0415

        try:
            config.stash[_PROJECT] = find(config.rootpath)
        except TapforgeError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[_PROJECT]


def _outcome(config: pytest.Config, system: str) -> Outcome:
    outcomes = config.stash.setdefault(_OUTCOMES, {})
    if system not in outcomes:
        from hypothesis import settings  # noqa: PLC0415

        from tapforge.testing.case import subject  # noqa: PLC0415
        from tapforge.testing.proof import proofs  # noqa: PLC0415
        from tapforge.testing.prover import prove  # noqa: PLC0415

        project = _project(config)
        outcomes[system] = prove(
            subject(project, system),
            list(proofs(project.root).values()),
            examples=config.getoption("tapforge_examples") or settings().max_examples,
            number=config.getoption("tapforge_seed"),
        )
    return outcomes[system]
