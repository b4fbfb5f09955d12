"""The plugin process: ``python -m tapforge.local.schema_provider DESCRIPTOR``.

It serves each provider of the open file (the value of ``provider_schemas``), prints their ports as
one line of JSON, and ends when its standard input does: so it cannot outlive the process that
started it.
"""

from __future__ import annotations

import json
import os
import sys

from tapforge.local.schema_provider.service import SchemaProvider


def main(descriptor: int) -> None:
    """Serve until standard input ends."""
    with open(descriptor) as file:
        documents = json.load(file)
    served = {address: SchemaProvider(document).serve() for address, document in documents.items()}
    print(json.dumps({address: port for address, (_, port) in served.items()}), flush=True)  # noqa: T201 - the answer to the parent
    sys.stdin.read()
    # Nothing is worth waiting for: whoever started the process is gone or done.
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
