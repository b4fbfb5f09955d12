"""Workload: resolves environments of aurora-demo; prints how many a second of processor time.

The environments are drawn from the declarations of its inputs, all different, and each is validated
and resolved in full. What drawing them costs is not counted.
"""

import json
import time
import warnings

from hypothesis import HealthCheck, Phase, given, seed, settings

from tapforge.systems.aurora_demo import aurora_demo
from tapforge.systems.resolve import resolve
from tapforge.testing.strategies import environments

COUNT = 1000


def main() -> None:
    """Draw, resolve, print."""
    drawn = []

    @seed(1)
    @settings(
        max_examples=COUNT,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(environments(aurora_demo))
    def draw(variables):  # type: ignore[no-untyped-def]
        drawn.append(variables)

    draw()
    # Drawing validates, and validation remembers: forget it, so that all of it is counted.
    from tapforge.lang import inputs

    inputs.forget()
    resolve(aurora_demo, drawn[0])
    start = time.process_time()
    resources = [len(resolve(aurora_demo, variables).resources) for variables in drawn]
    seconds = time.process_time() - start
    found = {"environments": len(drawn), "resources": sum(resources), "seconds": seconds}
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
