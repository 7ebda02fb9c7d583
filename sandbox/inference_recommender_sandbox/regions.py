"""Which Regions there are, and how AWS refuses a call that is signed for another."""

from __future__ import annotations

import json
import os
import re
from difflib import get_close_matches
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

import boto3
from werkzeug.wrappers import Request, Response

_SCOPE: Final = re.compile(r"Credential=[^/,\s]+/\d+/(?P<region>[^/,\s]*)/(?P<service>[^/,\s]*)/aws4_request")
_FORM: Final = "application/x-www-form-urlencoded"
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403


def check_region(region: str) -> None:
    """Make sure that there is a Region.

    Raises:
        ValueError: There is none that SageMaker is in; the message names the nearest, or all.
    """
    if _is_known(region):
        return
    near = get_close_matches(region.lower(), _regions(), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(_regions())}"
    raise ValueError(f"the Region is {region!r}, and AWS has no such; {hint}")


def refusal(request: Request) -> Response | None:
    """What a call gets that is signed for a Region that doesn't exist; None for any other."""
    scope = _SCOPE.search(request.headers.get("Authorization", ""))
    if scope is None or _is_known(scope["region"]):
        return None
    message = f"Credential should be scoped to a valid region, not '{scope['region']}'."
    if scope["service"] == "s3":
        return _xml("<Error>{}</Error>", "AuthorizationHeaderMalformed", message, status=_BAD_REQUEST)
    if scope["service"] == "ec2":
        return _xml("<Response><Errors><Error>{}</Error></Errors></Response>", "AuthFailure", message)
    if request.headers.get("Content-Type", "").startswith(_FORM):
        return _xml("<ErrorResponse><Error>{}</Error></ErrorResponse>", "SignatureDoesNotMatch", message)
    code = "InvalidSignatureException"
    return Response(
        json.dumps({"__type": code, "message": message}),
        status=_FORBIDDEN,
        content_type="application/x-amz-json-1.1",
        headers={"x-amzn-ErrorType": code},
    )


@cache
def _regions() -> tuple[str, ...]:
    """Where SageMaker is, in every partition."""
    session = boto3.Session()
    return tuple(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("sagemaker", partition_name=partition)
    )


def _is_known(region: str) -> bool:
    # moto's own switch, for a Region that is newer than the installed botocore.
    return region in _regions() or os.environ.get("MOTO_ALLOW_NONEXISTENT_REGION", "").lower() == "true"


def _xml(envelope: str, code: str, message: str, *, status: int = _FORBIDDEN) -> Response:
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    return Response(envelope.format(error), status=status, content_type="text/xml")
