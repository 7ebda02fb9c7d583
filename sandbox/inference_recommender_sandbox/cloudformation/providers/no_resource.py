"""Types that a deployment may have and that nothing stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource, ResourceRequest

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.parallel_walk import Cancellation

NO_RESOURCE_TYPES: Final = frozenset(
    {
        "AWS::CDK::Metadata",  # analytics
        "AWS::CloudFormation::WaitConditionHandle",  # the usual way to have a stack with nothing in it
    }
)


class NoResourceProvider:
    """Succeeds and makes nothing."""

    def replaces(self, _old: dict[str, Any], _new: dict[str, Any]) -> bool:
        """Never."""
        return False

    def create(self, request: ResourceRequest, _cancellation: Cancellation) -> ProvisionedResource:
        """Give it an id."""
        return ProvisionedResource(physical_id=request.generated_name())

    def update(
        self,
        _request: ResourceRequest,
        current: ProvisionedResource,
        _old_properties: dict[str, Any],
        _cancellation: Cancellation,
    ) -> ProvisionedResource:
        """Keep its id."""
        return current

    def delete(self, _request: ResourceRequest, _current: ProvisionedResource) -> None:
        """Do nothing."""

    def attribute(self, current: ProvisionedResource, name: str) -> Any:
        """Return an attribute; there is none."""
        return current.attributes[name]
