"""Native resources that are provisioned through the service's own API, as CloudFormation does it itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.parallel_walk import Cancellation
from inference_recommender_sandbox.cloudformation.providers.api_values import api_values
from inference_recommender_sandbox.cloudformation.providers.replacement import needs_replacement
from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource, ResourceRequest

Parameters: TypeAlias = dict[str, Any]
_GONE: Final = ("NotFound", "NoSuch", "does not exist", "Could not find", "ResourceNotFound", "not found")


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One operation of an API.

    Attributes:
        operation: For instance `PutBucketPolicy`.
        parameters: Makes the operation's input of the template's properties and the physical id; in a creation, that is
            the resource's name.
    """

    operation: str
    parameters: Callable[[Parameters, str], Parameters]


@dataclass(frozen=True, kw_only=True)
class ApiResource:
    """How a type is provisioned.

    Attributes:
        service: boto3's name of the service.
        create: Creates the resource.
        update: Updates it in place; `None` where nothing can be updated.
        delete: Deletes it; `None` where it goes with another one.
        physical_id: Makes what `Ref` gives of the properties, the name and the answer.
        attributes: Makes what `Fn::GetAtt` gives of the same.
        name_property: The property that names it, if it has a name; else one is made up.
        max_name_length: The longest name that is made up.
    """

    service: str
    create: ApiCall
    update: ApiCall | None = None
    delete: ApiCall | None = None
    physical_id: Callable[[Parameters, str, Parameters], str] = lambda _properties, name, _answer: name
    attributes: Callable[[Parameters, str, Parameters], Parameters] = lambda _properties, _name, _answer: {}
    name_property: str | None = None
    max_name_length: int = 63


@dataclass(kw_only=True)
class ApiClients:
    """Clients of the sandbox itself, one for each service and Region.

    Attributes:
        endpoint_url: The sandbox's own address.
    """

    endpoint_url: Callable[[], str]
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, service: str, region: str) -> Any:
        """Return a client."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = boto3.Session(
                    aws_access_key_id="cloudformation", aws_secret_access_key="cloudformation", region_name=region
                ).client(
                    service, endpoint_url=self.endpoint_url(), config=Config(retries={"total_max_attempts": 1})
                )
            return self._clients[service, region]


class ApiResourceProvider:
    """Provisions one type through an API.

    Args:
        resource_type: For instance `AWS::S3::BucketPolicy`.
        resource: How the type is provisioned.
        clients: Call the sandbox.
    """

    def __init__(self, resource_type: str, resource: ApiResource, clients: ApiClients) -> None:
        self._type = resource_type
        self._resource = resource
        self._clients = clients

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Whether a property changed that can't be changed in place."""
        return needs_replacement(self._type, old, new)

    def create(self, request: ResourceRequest, _cancellation: Cancellation) -> ProvisionedResource:
        """Create it."""
        given = request.properties.get(self._resource.name_property or "")
        name = str(given or request.generated_name(max_length=self._resource.max_name_length))
        answer = self._call(self._resource.create, request, name)
        return self._provisioned(request, name, answer)

    def update(
        self,
        request: ResourceRequest,
        current: ProvisionedResource,
        old_properties: dict[str, Any],
        _cancellation: Cancellation,
    ) -> ProvisionedResource:
        """Update it in place."""
        del old_properties
        if self._resource.update is None:
            raise ResourceError(f"The sandbox can't update {self._type} in place")
        answer = self._call(self._resource.update, request, current.physical_id)
        return ProvisionedResource(
            physical_id=current.physical_id,
            attributes={**current.attributes, **self._resource.attributes(request.properties, current.physical_id, answer)},
        )

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Delete it."""
        if self._resource.delete is None or not current.physical_id:
            return
        try:
            self._call(self._resource.delete, request, current.physical_id)
        except ResourceError as error:
            if not any(text in str(error) for text in _GONE):
                raise

    def attribute(self, current: ProvisionedResource, name: str) -> Any:
        """Return an attribute."""
        if name not in current.attributes:
            raise ResourceError(f"Resource type {self._type} does not support attribute {{{name}}}")
        return current.attributes[name]

    def _provisioned(self, request: ResourceRequest, name: str, answer: Parameters) -> ProvisionedResource:
        return ProvisionedResource(
            physical_id=self._resource.physical_id(request.properties, name, answer),
            attributes=self._resource.attributes(request.properties, name, answer),
        )

    def _call(self, call: ApiCall, request: ResourceRequest, name: str) -> Parameters:
        client = self._clients.of(self._resource.service, request.region)
        shape = client.meta.service_model.operation_model(call.operation).input_shape
        parameters = api_values(call.parameters(request.properties, name), shape)
        method = client.meta.method_to_api_mapping
        try:
            python_name = next(key for key, value in method.items() if value == call.operation)
            answer: Parameters = getattr(client, python_name)(**parameters)
        except (ClientError, ParamValidationError) as error:
            raise ResourceError(f'Resource handler returned message: "{error}"') from error
        return answer


def same(properties: Mapping[str, Any], *names: str) -> Parameters:
    """Return the properties of these names, where they are there: for parameters that have the property's name."""
    return {name: properties[name] for name in names if name in properties}
