"""The systems of this project, each a root module rendered to ``terraform/<name>/``."""

from tapforge.systems.aurora_demo import aurora_demo

__all__ = ["aurora_demo"]
