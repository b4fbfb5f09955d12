"""The plugin process of schema providers, started and stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tapforge.lang.errors import Problem, TapforgeError

_PROGRAM = "tapforge.local.schema_provider"


class SchemaProviderError(TapforgeError):
    """The plugin process did not start."""


class SchemaProviders:
    """Providers that know nothing but a schema, for Terraform to attach to.

    A context manager. A process of its own, and not a thread: it starts while Terraform
    initialises, and gRPC's threads do not mix with the starting of processes.

    Args:
        documents: For each provider's address its entry of ``provider_schemas``.
    """

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._documents = documents
        self._ports: dict[str, int] | None = None

    def __enter__(self) -> Self:
        self._stderr = tempfile.TemporaryFile("w+")
        # A file without a name: nothing of it is left behind, even if this process is killed.
        with tempfile.TemporaryFile("w+") as schemas:
            json.dump(self._documents, schemas)
            schemas.seek(0)
            self._process = subprocess.Popen(
                # -P: no module of the current directory in place of ours
                [sys.executable, "-P", "-m", _PROGRAM, str(schemas.fileno())],
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                    "GRPC_VERBOSITY": "NONE",
                },
                pass_fds=(schemas.fileno(),),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                text=True,
                start_new_session=True,  # Ctrl-C stops Terraform, which needs its provider then
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate()  # the end of its input is what ends it
        self._stderr.close()

    def environment(self) -> dict[str, str]:
        """The variables that make Terraform use these providers; waits until they listen.

        Raises:
            SchemaProviderError: The process has ended.
        """
        if self._ports is None:
            line = self._process.stdout.readline() if self._process.stdout else ""
            if not line:
                raise SchemaProviderError(self._death())
            self._ports = dict[str, int](json.loads(line))
        return self._attach(self._ports)

    def announcement(self) -> dict[str, str]:
        """The variables that make `terraform init` install none of these providers; no waiting."""
        return self._attach(dict.fromkeys(self._documents, 0))

    def _attach(self, ports: Mapping[str, int]) -> dict[str, str]:
        attached = {
            address: {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": self._process.pid,
                "Test": True,  # Terraform must not stop it
                "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
            }
            for address, port in ports.items()
        }
        return {"TF_REATTACH_PROVIDERS": json.dumps(attached)}

    def _death(self) -> Problem:
        self._process.wait()
        self._stderr.seek(0)
        last = (self._stderr.read().strip().splitlines() or ["it said nothing"])[-1]
        return Problem(
            "schema provider",
            f"it did not start: {last}",
            "install what it needs with `pip install 'tapforge[local]'`",
        )
