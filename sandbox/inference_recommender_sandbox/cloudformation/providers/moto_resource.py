"""Native resources that moto's own CloudFormation classes provision; these write into the properties that they get."""

from __future__ import annotations

import inspect
from copy import deepcopy
from typing import Any

from moto.core.common_models import CloudFormationModel

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.resource_provider import (
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)
from inference_recommender_sandbox.moto_lock import MOTO_LOCK
from inference_recommender_sandbox.moto_symbols import USED_ON_DEMAND, check_moto

from .replacement import needs_replacement


class MotoResourceProvider(ResourceProvider):
    """Provisions one type by the class that moto registers for it.

    Args:
        resource_type: For instance `AWS::DynamoDB::Table`.

    Raises:
        RuntimeError: If the installed moto lacks what is needed.
    """

    def __init__(self, resource_type: str) -> None:
        check_moto(USED_ON_DEMAND)
        from moto.cloudformation.parsing import get_model_map  # noqa: PLC0415

        self._type = resource_type
        self._model: Any = get_model_map()[resource_type]

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return whether a property changed that can't be changed in place."""
        return needs_replacement(self._type, old, new)

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Create it in moto."""
        name = self._name(request)
        with MOTO_LOCK:
            resource = self._model.create_from_cloudformation_json(
                name,
                {"Type": self._type, "Properties": deepcopy(request.properties)},
                request.account_id,
                request.region,
                LogicalId=request.logical_id,
                StackId=request.stack_id,
                ResourceType=self._type,
            )
        resource.cf_resource_type = self._type
        resource.logical_resource_id = request.logical_id
        return _provisioned(resource, name)

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Update it in moto.

        Raises:
            ResourceError: If moto can't update the type.
        """
        if not _implements(self._model, "update_from_cloudformation_json"):
            raise ResourceError(f"The sandbox can't update {self._type} in place")
        properties = deepcopy(request.properties)
        name_property = self._model.cloudformation_name_type()
        name = properties.get(name_property) or current.physical_id
        with MOTO_LOCK:
            resource = self._model.update_from_cloudformation_json(
                original_resource=current.handle,
                new_resource_name=name,
                cloudformation_json={"Type": self._type, "Properties": properties},
                account_id=request.account_id,
                region_name=request.region,
            )
        return _provisioned(resource if resource is not None else current.handle, current.physical_id)

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Delete it in moto."""
        if current.handle is None:
            return
        with MOTO_LOCK:
            delete = getattr(current.handle, "delete", None)
            if delete is not None and "account_id" in inspect.signature(delete).parameters:
                delete(request.account_id, request.region)
            elif _implements(self._model, "delete_from_cloudformation_json"):
                self._model.delete_from_cloudformation_json(
                    current.physical_id,
                    {"Type": self._type, "Properties": deepcopy(request.properties)},
                    request.account_id,
                    request.region,
                )

    def attribute(self, current: ProvisionedResource, name: str) -> Any:
        """Return an attribute as moto gives it."""
        with MOTO_LOCK:
            return current.handle.get_cfn_attribute(name)

    def _name(self, request: ResourceRequest) -> str:
        name_property = self._model.cloudformation_name_type()
        given = request.properties.get(name_property) if name_property else None
        return str(given or request.generated_name())


def _provisioned(resource: Any, name: str) -> ProvisionedResource:
    return ProvisionedResource(
        physical_id=str(getattr(resource, "physical_resource_id", None) or name), handle=resource
    )


def _implements(model: Any, method: str) -> bool:
    return getattr(model, method).__func__ is not getattr(CloudFormationModel, method).__func__
