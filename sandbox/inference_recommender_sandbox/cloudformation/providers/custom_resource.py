"""Custom resources: the whole protocol between CloudFormation and a Lambda function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.parallel_walk import CancelledError
from inference_recommender_sandbox.cloudformation.resource_provider import (
    FailedResourceError,
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)
from inference_recommender_sandbox.functions.function_runner import FunctionNotFoundError

if TYPE_CHECKING:
    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.cloudformation.response_urls import PendingResponse, ResponseUrls
    from inference_recommender_sandbox.functions.event_queue import EventQueue

_DEFAULT_SERVICE_TIMEOUT: Final = 3600
_MAX_SERVICE_TIMEOUT: Final = 3600
_MAX_RESPONSE_BYTES: Final = 4096
_MAX_PHYSICAL_ID_BYTES: Final = 1024


@dataclass(frozen=True, kw_only=True)
class _Response:
    physical_id: str
    attributes: dict[str, Any]
    no_echo: bool


class CustomResourceProvider(ResourceProvider):
    """Sends Create, Update and Delete to the function that `ServiceToken` names, and waits for its response.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html

    Args:
        events: Take the events of custom resources, as CloudFormation invokes asynchronously.
        urls: Where the function responds.
        clock: `ServiceTimeout` runs on it.
    """

    def __init__(self, *, events: EventQueue, urls: ResponseUrls, clock: Clock) -> None:
        self._events = events
        self._urls = urls
        self._clock = clock

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return False: the function decides, by responding with another physical id.

        Raises:
            ResourceError: If the service token changes, which CloudFormation refuses.
        """
        if old.get("ServiceToken") != new.get("ServiceToken"):
            raise ResourceError("Modifying service token is not allowed.")
        return False

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Send Create."""
        return self._send("Create", request, {})

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Send Update."""
        extra = {
            "PhysicalResourceId": current.physical_id,
            "OldResourceProperties": as_text(request.old_properties),
        }
        return self._send("Update", request, extra)

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Send Delete, with an id that CloudFormation invents where the function never gave one."""
        physical_id = current.physical_id or request.generated_name()
        self._send("Delete", request, {"PhysicalResourceId": physical_id})

    def attribute(self, current: ProvisionedResource, name: str) -> Any:
        """Return a member of the response's `Data`; a nested one is named with dots.

        Raises:
            ResourceError: If there is none.
        """
        value: Any = current.attributes
        if name in current.attributes:
            return current.attributes[name]
        for part in name.split("."):
            if not isinstance(value, dict) or part not in value:
                raise ResourceError(
                    f"CustomResource attribute error: Vendor response doesn't contain {name} attribute in object"
                )
            value = value[part]
        return value

    def _send(self, request_type: str, request: ResourceRequest, extra: dict[str, Any]) -> ProvisionedResource:
        properties = as_text(request.properties)
        timeout = _service_timeout(request.properties)
        pending = self._urls.open(stack_id=request.stack_id, logical_id=request.logical_id, region=request.region)
        event = {
            "RequestType": request_type,
            "ServiceToken": properties.get("ServiceToken"),
            "ResponseURL": pending.url,
            "StackId": request.stack_id,
            "RequestId": pending.request_id,
            "LogicalResourceId": request.logical_id,
            "ResourceType": request.type,
            **extra,
            "ResourceProperties": properties,
        }
        self._invoke(str(properties.get("ServiceToken", "")), event, request)
        self._clock.wait_for(lambda: pending.body is not None or request.cancellation.is_cancelled, timeout=timeout)
        if pending.body is None and request.cancellation.is_cancelled:
            raise CancelledError
        fallback = extra.get("PhysicalResourceId", "")
        response = self._read(pending, request_type, fallback or request.generated_name())
        return ProvisionedResource(
            physical_id=response.physical_id, attributes=response.attributes, no_echo=response.no_echo
        )

    def _invoke(self, service_token: str, event: dict[str, Any], request: ResourceRequest) -> None:
        if ":lambda:" not in service_token:
            raise ResourceError(f"Invalid service token {service_token!r}; the sandbox knows Lambda functions only")
        try:
            self._events.accept(
                service_token, json.dumps(event).encode(), region=request.region, account_id=request.account_id
            )
        except FunctionNotFoundError as error:
            raise ResourceError(
                f"Lambda function {service_token} could not be invoked: {error} (Service: Lambda, Status Code: 404)"
            ) from error

    def _read(self, pending: PendingResponse, request_type: str, fallback_id: str) -> _Response:
        def fail(reason: str, physical_id: str | None = None) -> FailedResourceError:
            return FailedResourceError(reason, physical_id=physical_id or fallback_id)

        if pending.body is None:
            raise fail(
                "CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
                f"requestId [{pending.request_id}]. If you are using the Python cfn-response module, you may need to "
                "update your Lambda function code so that CloudFormation can attach the updated version."
            )
        if len(pending.body) > _MAX_RESPONSE_BYTES:
            raise fail("Response object is too long.")
        try:
            response = json.loads(pending.body, parse_constant=_refuse_constant)
        except ValueError as error:
            raise fail(f"Invalid response object: {error}") from error
        if not isinstance(response, dict):
            raise fail("Invalid response object: Response object must be a JSON object.")
        physical_id = response.get("PhysicalResourceId")
        if response.get("Status") == "FAILED":
            raise fail(
                "Received response status [FAILED] from custom resource. Message returned: "
                f"{response.get('Reason') or 'No reason given'} (RequestId: {pending.request_id})",
                physical_id,
            )
        if response.get("Status") != "SUCCESS":
            raise fail(f"Invalid Status: {response.get('Status')}; must be SUCCESS or FAILED.", physical_id)
        if request_type != "Delete" and (
            not isinstance(physical_id, str) or not 0 < len(physical_id.encode()) <= _MAX_PHYSICAL_ID_BYTES
        ):
            raise fail("Invalid PhysicalResourceId")
        data = response.get("Data") or {}
        if not isinstance(data, dict):
            raise fail("Invalid Data: must be an object.", physical_id)
        return _Response(
            physical_id=physical_id or fallback_id, attributes=data, no_echo=response.get("NoEcho") in (True, "true")
        )


def as_text(value: Any) -> Any:
    """Make text of every scalar, as CloudFormation does: `true`, not `True`, and `5`, not 5."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def _service_timeout(properties: dict[str, Any]) -> float:
    given = str(properties.get("ServiceTimeout", _DEFAULT_SERVICE_TIMEOUT))
    if not given.isdigit() or not 1 <= int(given) <= _MAX_SERVICE_TIMEOUT:
        raise ResourceError(
            f"Invalid ServiceTimeout {given}: must be an integer from 1 to {_MAX_SERVICE_TIMEOUT} (seconds)"
        )
    return float(given)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
