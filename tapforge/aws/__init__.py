"""hashicorp/aws 6.62.0: resources and the provider's configuration. Made by `tapforge generate`."""

from tapforge.aws import data, ephemeral
from tapforge.lang.provider_package import bind

__getattr__, __dir__ = bind(__name__, __file__, "provider", "resource")
