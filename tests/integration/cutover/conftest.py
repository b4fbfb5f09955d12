"""Two real servers and the embedded AWS, once for all tests of the cutover."""

from collections.abc import Iterator

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
