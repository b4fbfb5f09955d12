"""What users' tests use.

`resolve` computes what a system means, in a millisecond and without Terraform::

    from tapforge.testing import resolve, unknown


    def test_the_writer_is_private():
        demo = resolve("aurora-demo", {"reader_count": 2}, environment="prod")
        writer = demo["module.aurora.aws_rds_cluster_instance.writer"]
        assert writer.known("publicly_accessible") is False
        assert unknown(writer.given("monitoring_role_arn"))
        assert len(demo.instances("module.aurora.aws_rds_cluster_instance.reader")) == 2
        assert demo.outputs["cluster_port"] == 5432

`tapforge.testing.strategies` draws environments with hypothesis, so that a property is tested in all
that the inputs allow; it is imported by itself, as it needs hypothesis.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tapforge.rules.resource import Block, Resource, unknown
    from tapforge.testing.resolved import AddressError, Resolved, resolve

__all__ = ["AddressError", "Block", "Resolved", "Resource", "resolve", "unknown"]

_RULES = {"Block", "Resource", "unknown"}


def __getattr__(name: str) -> Any:
    # pytest imports this package with its plugin, in projects that may not use it at all.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "tapforge.rules.resource" if name in _RULES else "tapforge.testing.resolved"
    return getattr(importlib.import_module(home), name)
