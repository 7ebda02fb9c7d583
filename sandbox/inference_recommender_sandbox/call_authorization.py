"""Authorises functions' calls of the services that don't do it themselves.

Which resource such a call is about, `call_resources` says.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request as RoutedRequest
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

from inference_recommender_sandbox.authorization import AccessDenied
from inference_recommender_sandbox.call_resources import called_resource
from inference_recommender_sandbox.error_response import ErrorCodes, error_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Request, Response

    from inference_recommender_sandbox.authorization import Authorizer

_CREDENTIAL: Final = re.compile(r"(?P<key>[^/,=\s]+)/\d{8}/(?P<region>[^/,\s]*)/(?P<service>[^/,\s]+)/aws4_request")
_AUTHORIZED_ELSEWHERE: Final = frozenset({"application-autoscaling", "cloudformation", "sagemaker", "states"})
_MODELS: Final[Mapping[str, str]] = {"monitoring": "cloudwatch"}
"""Names of service models that aren't the name in the signature; IAM's prefix is the model's name then."""
_ACTIONS: Final[Mapping[str, str]] = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
}
"""Actions that aren't called like the operation (Service Authorization Reference)."""
_ALWAYS_ALLOWED: Final = "sts:GetCallerIdentity"
"""It needs no permission, even with an explicit deny (API reference, GetCallerIdentity)."""
_DENIED: Final = ErrorCodes(
    s3="AccessDenied", ec2="UnauthorizedOperation", query="AccessDenied", json="AccessDeniedException"
)


class CallAuthorization:
    """Refuses calls of registered sessions that their role doesn't allow.

    Args:
        authorizer: Knows the sessions.
        account_id: Twelve digits; the account that functions run in.
    """

    def __init__(self, authorizer: Authorizer, account_id: str) -> None:
        self._authorizer = authorizer
        self._account_id = account_id

    def refusal(self, request: Request) -> Response | None:
        """Return what a call gets that isn't allowed; None for any other."""
        signed = request.headers.get("Authorization") or request.args.get("X-Amz-Credential", "")
        credential = _CREDENTIAL.search(signed)
        if credential is None or self._authorizer.session(credential["key"]) is None:
            return None
        service = credential["service"]
        if service in _AUTHORIZED_ELSEWHERE:
            return None
        model = _MODELS.get(service, service)
        operation, parameters = _called(request, model)
        action = f"{model}:{operation}"
        if action == _ALWAYS_ALLOWED:
            return None
        action = _ACTIONS.get(action, action)
        resource = called_resource(action, parameters, region=credential["region"], account_id=self._account_id)
        try:
            self._authorizer.authorize(
                account_id=self._account_id,
                access_key_id=credential["key"],
                action=action,
                resource=resource,
                context={},
            )
        except AccessDenied as denied:
            return error_response(request, service, _DENIED, str(denied))
        return None


def _called(request: Request, model: str) -> tuple[str, Mapping[str, Any]]:
    """Return the operation that a request calls, and its parameters as far as they are known.

    The operation `Unknown` is one that only a wildcard allows.
    """
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rsplit(".", 1)[-1], _json(_body(request))
    if request.mimetype == "application/x-www-form-urlencoded":
        form = {name: values[0] for name, values in parse_qs(_body(request).decode()).items()}
        return form.get("Action", "Unknown"), form
    try:
        operation, parameters = get_service_router(model).match(RoutedRequest(request.environ))
    except (NotFound, NotImplementedError, UnknownServiceError):
        return "Unknown", {}
    return str(operation.name), parameters


def _body(request: Request) -> bytes:
    body = request.get_data(parse_form_data=False)
    request.environ["wsgi.input"] = BytesIO(body)  # for moto, which reads it again
    return body


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
