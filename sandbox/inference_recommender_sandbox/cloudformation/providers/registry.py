"""Finds what provisions a type of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.providers.moto_resource import MotoResourceProvider
from inference_recommender_sandbox.cloudformation.providers.no_resource import NO_RESOURCE_TYPES, NoResourceProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommender_sandbox.cloudformation.resource_provider import ResourceProvider
    from inference_recommender_sandbox.cloudformation.stack import StackResource


class ProviderRegistry:
    """Providers by type: the sandbox's own ones first, then moto's.

    Args:
        custom: Provisions custom resources.
        own: Providers of the sandbox, by type.
    """

    def __init__(self, *, custom: ResourceProvider, own: Mapping[str, ResourceProvider]) -> None:
        self._custom = custom
        self._own = dict(own)

    def is_custom(self, resource_type: str) -> bool:
        """Whether the type is a custom resource."""
        return resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"

    def of(self, resource_type: str) -> ResourceProvider:
        """Return the provider.

        Raises:
            ResourceError: If the sandbox can't provision the type.
        """
        if self.is_custom(resource_type):
            return self._custom
        if resource_type in self._own:
            return self._own[resource_type]
        if resource_type in NO_RESOURCE_TYPES:
            return NoResourceProvider()
        return MotoResourceProvider(resource_type)

    def attribute(self, resource: StackResource, name: str) -> Any:
        """Return an attribute of a resource.

        Raises:
            ResourceError: If it has none of that name.
        """
        if not resource.physical_id:
            raise ResourceError(f"Resource {resource.logical_id} has no attributes: it was never created")
        return self.of(resource.type).attribute(resource.provisioned, name)
