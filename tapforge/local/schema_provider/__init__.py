"""A provider that serves nothing but a schema, so that Terraform validates, plans and applies offline.

Terraform attaches to it instead of starting the real provider. It needs no credentials, no network
and no download, and works for every ``terraform providers schema -json`` document.
"""

from tapforge.local.schema_provider.process import SchemaProviderError, SchemaProviders
from tapforge.local.schema_provider.source import (
    SchemaDocument,
    SchemaSource,
    read_schemas,
    subset,
    used_types,
)

__all__ = [
    "SchemaDocument",
    "SchemaProviderError",
    "SchemaProviders",
    "SchemaSource",
    "read_schemas",
    "subset",
    "used_types",
]
