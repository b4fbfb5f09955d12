"""A whole cutover between two real servers, under load."""

import time

from tests.integration.cutover.rig import Applications, Rig


def test_a_cutover_loses_no_write_and_the_new_side_serves(rig: Rig) -> None:
    """From PREPARED to COMMITTED, while applications write 200 times a second."""
    with Applications(rig) as applications:
        rig.ready()
        began = time.time()
        rig.advance("SWITCHED")
        applications.until_paid("new", began)
        rig.advance("SOAK")
        rig.advance("COMMITTED")
        time.sleep(0.5)

    applications.prove(rig, serving="new", turns=1)
