"""Native resources that are provisioned through the service's own API, as CloudFormation does it itself."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.resource_provider import (
    FailedResourceError,
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)

from .api_values import api_values
from .replacement import needs_replacement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from inference_recommender_sandbox.clock import Clock

Parameters: TypeAlias = dict[str, Any]
_POLL_SECONDS: Final = 30.0
_GONE: Final = ("NotFound", "NoSuch", "does not exist", "Could not find", "ResourceNotFound", "not found")


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One operation of an API.

    Attributes:
        operation: For instance `PutBucketPolicy`.
        parameters: Makes the operation's input of the template's properties and the physical id; in a creation, that is
            the resource's name.
        when: Whether the call is needed at all.
        until: Whether the response says that what was begun is done; else the call is made again, every so often.
        failure: Returns why what was begun has failed, given the template's properties and the response. Default: it
            hasn't.
    """

    operation: str
    parameters: Callable[[Parameters, str], Parameters]
    when: Callable[[Parameters], bool] = lambda _properties: True
    until: Callable[[Parameters], bool] = lambda _response: True
    failure: Callable[[Parameters, Parameters], str | None] = lambda _properties, _response: None


@dataclass(frozen=True, kw_only=True)
class ApiResource:
    """How a type is provisioned.

    Attributes:
        service: boto3's name of the service.
        create: Creates the resource; the first call's response identifies it.
        update: Updates it in place; empty where nothing can be updated.
        delete: Deletes it; empty where it goes with another one.
        physical_id: Makes what `Ref` gives of the properties, the name and the response.
        attributes: Makes what `Fn::GetAtt` gives of the same.
        mutable: Attributes that an update changes.
        describe: Calls after the creation whose responses are added to the first call's, for `attributes`.
        changes: Makes the calls that turn the old properties into the new ones, for what the old ones have to be known.
        updatable: The properties that `update` and `changes` bring about; a change of another one is refused. Default:
            any where there is an `update`, else none.
        arn: Pattern of the attribute `Arn`, where no response holds it: `{region}`, `{account_id}` and `{name}`.
        name_property: The property that names it, if it has a name; else one is made up.
        max_name_length: The longest name that is made up.
        lower_case_name: Whether a name that is made up has to be in lower case.
    """

    service: str
    create: tuple[ApiCall, ...]
    update: tuple[ApiCall, ...] = ()
    delete: tuple[ApiCall, ...] = ()
    physical_id: Callable[[Parameters, str, Parameters], str] = lambda _properties, name, _response: name
    attributes: Callable[[Parameters, str, Parameters], Parameters] = lambda _properties, _name, _response: {}
    mutable: tuple[str, ...] = ()
    describe: tuple[ApiCall, ...] = ()
    changes: Callable[[Parameters, Parameters, ProvisionedResource], Iterable[ApiCall]] = lambda *_: ()
    updatable: frozenset[str] | None = None
    arn: str | None = None
    name_property: str | None = None
    max_name_length: int = 63
    lower_case_name: bool = False


@dataclass(kw_only=True)
class ApiClients:
    """Clients of the sandbox itself, one for each service and Region.

    Attributes:
        endpoint_url: The sandbox's own address.
        clock: What takes its time takes it on this clock.
    """

    endpoint_url: Callable[[], str]
    clock: Clock
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, service: str, region: str) -> Any:
        """Return a client."""
        with self._lock:
            if (service, region) not in self._clients:
                session: Any = boto3.Session(
                    aws_access_key_id="cloudformation",
                    aws_secret_access_key="cloudformation",  # noqa: S106 - the sandbox takes any
                    region_name=region,
                )
                config = Config(retries={"total_max_attempts": 1})
                self._clients[service, region] = session.client(
                    service, endpoint_url=self.endpoint_url(), config=config
                )
            return self._clients[service, region]


class ApiResourceProvider(ResourceProvider):
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

    def client(self, request: ResourceRequest) -> Any:
        """Return a client of the type's service."""
        return self._clients.of(self._resource.service, request.region)

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return whether a property changed that can't be changed in place."""
        return needs_replacement(self._type, old, new)

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Create it."""
        given = request.properties.get(self._resource.name_property or "")
        generated = request.generated_name(max_length=self._resource.max_name_length)
        name = str(given or (generated.lower() if self._resource.lower_case_name else generated))
        first, *others = self._resource.create
        response = self._call(first, request, name)
        physical_id = self._resource.physical_id(request.properties, name, response)
        for call in self._resource.describe:
            response |= self._call(call, request, physical_id)
        provisioned = ProvisionedResource(
            physical_id=physical_id, attributes=self._resource.attributes(request.properties, name, response)
        )
        if self._resource.arn is not None:
            arn = self._resource.arn.format(region=request.region, account_id=request.account_id, name=name)
            provisioned.attributes["Arn"] = arn
        for call in others:
            try:
                self._call(call, request, provisioned.physical_id)
            except ResourceError as error:
                raise FailedResourceError(str(error), physical_id=provisioned.physical_id) from error
        return provisioned

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Update it in place."""
        self._refuse_unknown_changes(request.old_properties, request.properties)
        for call in (
            *self._resource.update,
            *self._resource.changes(request.old_properties, request.properties, current),
        ):
            self._call(call, request, current.physical_id)
        changed = self._resource.attributes(request.properties, current.physical_id, {})
        return replace(current, attributes={**changed, **current.attributes, **same(changed, *self._resource.mutable)})

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Delete it; one that is gone already, or never came to be, is no failure."""
        if not current.physical_id:
            return
        for call in self._resource.delete:
            try:
                self._call(call, request, current.physical_id)
            except ResourceError as error:
                if not any(text in str(error) for text in _GONE):
                    raise

    def _refuse_unknown_changes(self, old: Parameters, new: Parameters) -> None:
        updatable = self._resource.updatable
        if updatable is None:
            if self._resource.update:
                return
            updatable = frozenset()
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if changed - updatable:
            raise ResourceError(
                f"the sandbox can't change {', '.join(sorted(changed - updatable))} of {self._type} in place; it can "
                f"change: {', '.join(sorted(updatable)) or 'nothing'}"
            )

    def _call(self, call: ApiCall, request: ResourceRequest, name: str) -> Parameters:
        if not call.when(request.properties):
            return {}
        client = self.client(request)
        shape = client.meta.service_model.operation_model(call.operation).input_shape
        parameters = api_values(call.parameters(request.properties, name), shape)
        method = next(key for key, value in client.meta.method_to_api_mapping.items() if value == call.operation)
        while True:
            try:
                response: Parameters = getattr(client, method)(**parameters)
            except (ClientError, ParamValidationError) as error:
                raise refusal(error) from error
            if call.until(response):
                reason = call.failure(request.properties, response)
                if reason is not None:
                    raise refusal(reason)
                return response
            self._clients.clock.sleep(_POLL_SECONDS)


def refusal(error: Exception | str) -> ResourceError:
    """Return what a stack's event shows of a call that an API refused."""
    return ResourceError(f'Resource handler returned message: "{error}"')


def same(properties: Mapping[str, Any], *names: str) -> Parameters:
    """Return the properties of these names, where they are there: for parameters that have the property's name."""
    return {name: properties[name] for name in names if name in properties}


def fixed(operation: str, parameters: Parameters) -> ApiCall:
    """Return a call whose parameters are known."""
    return ApiCall(operation=operation, parameters=lambda _properties, _name: parameters)


def tag_changes(old: Parameters, new: Parameters) -> tuple[list[str], list[Parameters]]:
    """Return the keys of the tags that are gone, and the tags that are new or changed."""
    before, after = ({tag["Key"]: tag for tag in properties.get("Tags") or ()} for properties in (old, new))
    gone = [key for key in before if key not in after]
    return gone, [tag for key, tag in after.items() if before.get(key) != tag]


def camel_case(value: Any) -> Any:
    """Lower the first letter of every member's name, for the APIs that write them so."""
    if isinstance(value, dict):
        return {f"{key[:1].lower()}{key[1:]}": camel_case(item) for key, item in value.items()}
    return [camel_case(item) for item in value] if isinstance(value, list) else value
