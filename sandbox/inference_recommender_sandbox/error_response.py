"""Errors in the form of each of AWS's protocols, for what is refused before moto sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

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
    """What AWS calls one error in its protocols; the last one is that of the JSON protocols."""

    s3: str
    ec2: str
    query: str
    json: str
    s3_status: int = FORBIDDEN


def error_response(request: Request, service: str, codes: ErrorCodes, message: str) -> Response:
    """Return an error in the form that the request's service has.

    Args:
        request: The refused one.
        service: Its name in the signature, for instance `s3`.
        codes: Of the error.
        message: For the reader.
    """
    if service in ("s3", "ec2") or request.headers.get("Content-Type", "").startswith(_FORM):
        protocol = service if service in _ENVELOPES else "query"
        error = f"<Code>{getattr(codes, protocol)}</Code><Message>{escape(message)}</Message>"
        status = codes.s3_status if protocol == "s3" else FORBIDDEN
        return Response(_ENVELOPES[protocol].format(error), status=status, content_type="text/xml")
    return Response(
        json.dumps({"__type": codes.json, "message": message}),
        status=FORBIDDEN,
        content_type="application/x-amz-json-1.1",
        headers={"x-amzn-ErrorType": codes.json},
    )
