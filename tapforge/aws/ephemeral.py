"""hashicorp/aws 6.62.0: ephemeral. Made by `tapforge generate`."""

from tapforge.lang.provider_package import bind

__getattr__, __dir__ = bind(__name__, __file__, "ephemeral")
