"""Authorises functions' calls of the services that don't do it themselves.

Of the resources' own policies only those of buckets are seen. No condition key of these services is known: a statement
that needs one allows nothing, and denies whatever it names.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request as RoutedRequest
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

from inference_recommender_sandbox.error_response import ErrorCodes, error_response
from inference_recommender_sandbox.request_signature import credential_scope

from .authorization import AccessDenied
from .call_resources import Account, resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from werkzeug.wrappers import Request, Response

    from .authorization import Authorizer

_AUTHORIZED_ELSEWHERE: Final = frozenset({"application-autoscaling", "cloudformation", "sagemaker", "states"})
_MODELS: Final[Mapping[str, str]] = {"monitoring": "cloudwatch"}
"""Names of service models that aren't the name in the signature; IAM's prefix is the model's name then."""
_ACTIONS: Final[Mapping[str, str]] = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:UploadPart": "s3:PutObject",
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
        scope = credential_scope(request)
        if scope is None or self._authorizer.session(scope.access_key_id) is None:
            return None
        if scope.service in _AUTHORIZED_ELSEWHERE:
            return None
        model = _MODELS.get(scope.service, scope.service)
        operation, members = _operation(request, model)
        if f"{model}:{operation}" == _ALWAYS_ALLOWED:
            return None
        account = Account(account_id=self._account_id, region=scope.region)
        needed = list(_needed(model, operation, members, account))
        source = request.headers.get("X-Amz-Copy-Source")
        if model == "s3" and source:
            needed.append(("s3:GetObject", f"arn:aws:s3:::{unquote(source).lstrip('/').partition('?')[0]}"))
        try:
            for action, resource in needed:
                self._authorizer.authorize(
                    account_id=self._account_id,
                    access_key_id=scope.access_key_id,
                    action=action,
                    resource=resource,
                    context={},
                )
        except AccessDenied as denied:
            return error_response(request, _DENIED, str(denied))
        return None


def _operation(request: Request, model: str) -> tuple[str, Mapping[str, Any]]:
    """Return the operation that a request calls, and its members; `Unknown` is one that only a wildcard allows."""
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rsplit(".", 1)[-1], _json_members(request)
    if request.mimetype == "application/x-www-form-urlencoded":
        form = parse_qs(request.get_data(parse_form_data=False, as_text=True))
        return form.get("Action", ["Unknown"])[0], {name: values[0] for name, values in form.items()}
    try:
        operation, members = get_service_router(model).match(RoutedRequest(request.environ))
    except (NotFound, NotImplementedError, UnknownServiceError):
        return "Unknown", {}
    return str(operation.name), {**(_json_members(request) if model != "s3" else {}), **members}


def _json_members(request: Request) -> Mapping[str, Any]:
    try:
        document = json.loads(request.get_data() or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _needed(model: str, operation: str, members: Mapping[str, Any], account: Account) -> Iterator[tuple[str, str]]:
    """Yield the actions that a call needs, each with a resource."""
    action = f"{model}:{operation}"
    for resource in resources(model, operation, members, account):
        yield _ACTIONS.get(action, action), resource
