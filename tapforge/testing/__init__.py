"""What users' tests use: environments that are drawn, what they come to, and proofs about them.

Example:
    .. code-block:: python

        from hypothesis import given
        from tapforge.testing import environments, resolve

        @given(environments(shop))
        def test_every_cluster_is_encrypted(variables):
            for cluster in resolve(shop, variables).of("aws_rds_cluster"):
                assert cluster.known("storage_encrypted")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tapforge.systems.resolve import resolve
    from tapforge.testing.proof import proof
    from tapforge.testing.strategies import environments, inputs_of

_PLACES = {
    "environments": "tapforge.testing.strategies",
    "inputs_of": "tapforge.testing.strategies",
    "proof": "tapforge.testing.proof",
    "resolve": "tapforge.systems.resolve",
}
__all__ = ["environments", "inputs_of", "proof", "resolve"]


def __getattr__(name: str) -> Any:
    # pytest loads the plugin in this package in every run, also where nobody uses tapforge.
    if name in _PLACES:
        return getattr(importlib.import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
