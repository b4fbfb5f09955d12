"""The schema provider, and a record of what it was told and must keep out of plan and state.

A random password is a new one each time it is asked for, and a version of a secret is read back as it was
written, as Secrets Manager has it.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc

from tapforge.local.schema_provider import __main__ as plugin
from tapforge.local.schema_provider import service
from tapforge.local.schema_provider.service import SchemaProvider

tfplugin6: Any = vars(service)["tfplugin6"]

RECORD = Path(os.environ["WRITE_ONLY_RECORD"])
FAIL = Path(os.environ["FAIL_ON"])


class Recording(SchemaProvider):
    """What Terraform tells a provider, written down."""

    def _apply(self, request: Any, context: grpc.ServicerContext) -> Any:
        if FAIL.exists() and FAIL.read_text("utf-8") == request.type_name:
            problem = tfplugin6.Diagnostic(
                severity=tfplugin6.Diagnostic.ERROR, summary="throttled", detail="Try again."
            )
            return tfplugin6.ApplyResourceChange.Response(diagnostics=[problem])
        response = super()._apply(request, context)
        config, state = service._decode(request.config), service._decode(response.new_state)
        if config is not None:
            block = self._block("resource", request.type_name)
            secret = [name for name, a in block["attributes"].items() if a.get("write_only")]
            told = {name: config[name] for name in secret if config[name] is not None}
            if told:
                self._note(type=request.type_name, told=told, version=state.get("version_id"))
        return response

    def _open(self, request: Any, context: grpc.ServicerContext) -> Any:
        response = super()._open(request, context)
        result = service._decode(response.result)
        if request.type_name == "aws_secretsmanager_random_password":
            result["random_password"] = f"Secret{uuid4().hex}"
            self._note(made=result["random_password"])
        elif request.type_name == "aws_secretsmanager_secret_version":
            versions = {n["version"]: n["told"] for n in notes() if n.get("version")}
            if result["version_id"] in versions:
                result["secret_string"] = versions[result["version_id"]]["secret_string_wo"]
        return tfplugin6.OpenEphemeralResource.Response(result=service._encode(result))

    def _note(self, **said: Any) -> None:
        with RECORD.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")


def notes() -> list[dict[str, Any]]:
    """Give what was written down."""
    lines = RECORD.read_text("utf-8").splitlines() if RECORD.exists() else []
    return [json.loads(line) for line in lines]


if __name__ == "__main__":
    setattr(plugin, "SchemaProvider", Recording)  # noqa: B010 - no name that it exports
    plugin.main(int(sys.argv[1]))
