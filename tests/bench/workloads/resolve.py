"""Workload: resolves environments of aurora-demo; prints how many a second of processor time.

The environments are drawn from the declarations of its inputs, all different, and each is validated
and resolved in full. Another process draws them: what that costs, and leaves behind, is not counted.
"""

import json
import subprocess
import sys
import time
import warnings

COUNT = 1000


def draw() -> None:
    """Draw environments, and print them as their files would hold them."""
    from hypothesis import HealthCheck, Phase, given, seed, settings

    from tapforge.systems.aurora_demo import aurora_demo
    from tapforge.testing.strategies import environments

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
    def collect(variables):  # type: ignore[no-untyped-def]
        drawn.append(variables)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collect()
    json.dump(drawn, sys.stdout)


def main() -> None:
    """Resolve, print."""
    command = [sys.executable, __file__, "draw"]
    drawn = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    from tapforge.systems.aurora_demo import aurora_demo
    from tapforge.systems.resolve import resolve

    resolve(aurora_demo, drawn[0])  # which compiles the system
    start = time.process_time()
    resources = [len(resolve(aurora_demo, variables).resources) for variables in drawn]
    seconds = time.process_time() - start
    found = {"environments": len(drawn), "resources": sum(resources), "seconds": seconds}
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    draw() if sys.argv[1:] == ["draw"] else main()
