"""What the signature of a request tells about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def signed_scope(environ: Mapping[str, Any]) -> tuple[str, str]:
    """Return the service and the region that a request was signed for; empty when it was not.

    The credential scope of Signature Version 4 is `key/date/region/service/aws4_request`:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    _, _, credential = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")
    match credential.partition(",")[0].split("/"):
        case [_, _, region, service, _]:
            return service, region
    return "", ""
