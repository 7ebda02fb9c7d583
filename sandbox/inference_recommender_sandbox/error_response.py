"""Errors in the form of each of AWS's protocols, for what is refused before moto sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from .request_signature import credential_scope

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

FORBIDDEN: Final = 403
_FORM: Final = "application/x-www-form-urlencoded"
_ENVELOPES: Final = {
    "s3": "<Error>{}</Error>",
    "ec2": "<Response><Errors><Error>{}</Error></Errors></Response>",
    "query": "<ErrorResponse><Error>{}</Error></ErrorResponse>",
}


@dataclass(frozen=True, kw_only=True)
class ErrorCodes:
    """Codes of one error in AWS's protocols.

    Attributes:
        s3: In S3's XML.
        ec2: In EC2's XML.
        query: In the other query protocols' XML.
        json: In the JSON protocols.
        status: The HTTP status.
        s3_status: S3's, if it differs.
    """

    s3: str
    ec2: str
    query: str
    json: str
    status: int = FORBIDDEN
    s3_status: int | None = None


def error_response(request: Request, codes: ErrorCodes, message: str) -> Response:
    """Return an error in the form that the request's service has.

    Args:
        request: The one that gets the error; its signature names the service.
        codes: Of the error.
        message: For the reader.
    """
    scope = credential_scope(request)
    service = scope.service if scope else ""
    if service in ("s3", "ec2") or request.headers.get("Content-Type", "").startswith(_FORM):
        protocol = service if service in _ENVELOPES else "query"
        error = f"<Code>{getattr(codes, protocol)}</Code><Message>{escape(message)}</Message>"
        status = codes.s3_status if protocol == "s3" and codes.s3_status else codes.status
        return Response(_ENVELOPES[protocol].format(error), status=status, content_type="text/xml")
    return Response(
        json.dumps({"__type": codes.json, "message": message}),
        status=codes.status,
        content_type="application/x-amz-json-1.1",
        headers={"x-amzn-ErrorType": codes.json},
    )
