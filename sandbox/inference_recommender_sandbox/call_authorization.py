"""Authorises functions' calls of the services that don't do it themselves.

Which resource such a call is about isn't known here, so that a permission on some resource isn't enough: the action
must be allowed on `*`. That is harsher than AWS where an action supports a narrower resource, and right for those that
don't, such as `ec2:DescribeNetworkInterfaces`. What only a resource's own policy grants isn't seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request as RoutedRequest
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

from inference_recommender_sandbox.authorization import AccessDenied
from inference_recommender_sandbox.error_response import ErrorCodes, error_response
from inference_recommender_sandbox.request_signature import credential_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Request, Response

    from inference_recommender_sandbox.authorization import Authorizer

_AUTHORIZED_ELSEWHERE: Final = frozenset({"application-autoscaling", "cloudformation", "sagemaker", "states"})
_MODELS: Final[Mapping[str, str]] = {"monitoring": "cloudwatch"}
"""Names of service models that aren't the name in the signature; IAM's prefix is the model's name then."""
_ACTIONS: Final[Mapping[str, str]] = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
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
        action = f"{model}:{_operation(request, model)}"
        if action == _ALWAYS_ALLOWED:
            return None
        try:
            self._authorizer.authorize(
                account_id=self._account_id,
                access_key_id=scope.access_key_id,
                action=_ACTIONS.get(action, action),
                resource="*",
                context={},
            )
        except AccessDenied as denied:
            return error_response(request, _DENIED, str(denied))
        return None


def _operation(request: Request, model: str) -> str:
    """Return the operation that a request calls; `Unknown` is one that only a wildcard allows."""
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rsplit(".", 1)[-1]
    if request.mimetype == "application/x-www-form-urlencoded":
        return parse_qs(request.get_data(parse_form_data=False, as_text=True)).get("Action", ["Unknown"])[0]
    try:
        operation, _ = get_service_router(model).match(RoutedRequest(request.environ))
    except (NotFound, NotImplementedError, UnknownServiceError):
        return "Unknown"
    return str(operation.name)
