"""Gaps of moto's server as a whole."""

from __future__ import annotations

import json
import logging
from html import escape
from typing import TYPE_CHECKING, Any

from tapforge.local.emulator.patches import gap, wrap
from tapforge.local.emulator.patches.signature import signed_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_LOG = logging.getLogger("tapforge.emulator")

_EC2_ERROR = (
    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
    "<RequestID>0</RequestID></Response>"
)
_QUERY_ERROR = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
    "</Error><RequestId>0</RequestId></ErrorResponse>"
)


@gap(
    "An action that moto lacks answers HTTP 500 with an HTML page: the AWS SDKs retry it for a long "
    "time and then print an error that does not name the action."
)
def unimplemented_actions() -> None:
    """Answer HTTP 501, which no SDK retries, in the error format of the service's protocol."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    @wrap(DomainDispatcherApplication, "__call__")
    def call(
        original: Callable[..., Iterable[bytes]],
        self: Any,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        try:
            return original(self, environ, start_response)
        except NotImplementedError as error:
            message = f"the emulator does not implement this: {error}"
            _LOG.warning("%s %s: %s", environ["REQUEST_METHOD"], environ["PATH_INFO"], message)
            content_type, body = _error(environ, "NotImplemented", message)
            start_response(
                "501 Not Implemented",
                [
                    ("Content-Type", content_type),
                    ("Content-Length", str(len(body))),
                    ("X-Amzn-ErrorType", "NotImplemented"),
                ],
            )
            return [body]


def _error(environ: Mapping[str, Any], code: str, message: str) -> tuple[str, bytes]:
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        form = _EC2_ERROR if signed_scope(environ)[0] == "ec2" else _QUERY_ERROR
        return "text/xml", form.format(code=code, message=escape(message)).encode()
    return "application/json", json.dumps({"__type": code, "message": message}).encode()
