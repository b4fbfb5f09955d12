"""The rendered documents lowered to what an older version of the provider understands."""

from tapforge.local.lowering.draft import Change
from tapforge.local.lowering.lower import Lowered, LoweringError, lower
from tapforge.local.lowering.schema import ProviderSchema

__all__ = ["Change", "Lowered", "LoweringError", "ProviderSchema", "lower"]
