"""Which Regions there are, and how AWS refuses a call that is signed for another."""

from __future__ import annotations

import os
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3

from .error_response import ErrorCodes, error_response
from .request_signature import credential_scope

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

_UNKNOWN_REGION: Final = ErrorCodes(
    s3="AuthorizationHeaderMalformed",
    s3_status=400,
    ec2="AuthFailure",
    query="SignatureDoesNotMatch",
    json="InvalidSignatureException",
)


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
    scope = credential_scope(request)
    if scope is None or _is_known(scope.region):
        return None
    message = f"Credential should be scoped to a valid region, not '{scope.region}'."
    return error_response(request, _UNKNOWN_REGION, message)


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
