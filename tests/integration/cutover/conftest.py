"""Two real servers and the embedded AWS, once for all tests of the cutover."""

from collections.abc import Callable, Iterator

import pytest

from tapforge.local.emulator import Emulator
from tests.integration.cutover.rig import Rig


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Start everything."""
    folder = tmp_path_factory.mktemp("cutover")
    with Emulator.start(folder) as emulator:
        rig = Rig(emulator, folder)
        try:
            yield rig
        finally:
            rig.remove()


@pytest.fixture
def rig(servers: Rig) -> Iterator[Rig]:
    """Return the servers, with databases and an AWS made anew."""
    servers.reset()
    yield servers
    servers.close()


Figure = Callable[[str, float], None]


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Note a time, in seconds: all of them stand at the end of the run."""
    figures = request.config.stash.setdefault(_FIGURES, [])
    return lambda name, seconds: figures.append(f"{name}: {seconds:.3f} s")


_FIGURES = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was measured."""
    if figures := terminalreporter.config.stash.get(_FIGURES, []):
        terminalreporter.section("cutover, seconds")
        for line in figures:
            terminalreporter.line(line)
