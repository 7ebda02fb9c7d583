"""What a request's signature says of its caller and its service (AWS Signature Version 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

_SCOPE: Final = re.compile(r"(?P<key>[^/,=\s]+)/\d+/(?P<region>[^/,\s]*)/(?P<service>[^/,\s]*)/aws4_request", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class CredentialScope:
    """The credential scope of a signature.

    Attributes:
        access_key_id: Of the caller.
        region: What the request is signed for.
        service: Its name in signatures, for instance `monitoring`.
    """

    access_key_id: str
    region: str
    service: str


def credential_scope(request: Request) -> CredentialScope | None:
    """Return the scope from the header, or from a presigned URL; None for an unsigned request."""
    signed = request.headers.get("Authorization") or request.args.get("X-Amz-Credential", "")
    found = _SCOPE.search(signed)
    if found is None:
        return None
    return CredentialScope(access_key_id=found["key"], region=found["region"], service=found["service"])
