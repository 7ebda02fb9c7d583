"""Types that a deployment may have and that nothing stands for."""

from __future__ import annotations

from typing import Any, Final

from inference_recommender_sandbox.cloudformation.resource_provider import (
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)

NO_RESOURCE_TYPES: Final = frozenset(
    {
        "AWS::CDK::Metadata",  # analytics
        "AWS::CloudFormation::WaitConditionHandle",  # the usual way to have a stack with nothing in it
    }
)


class NoResourceProvider(ResourceProvider):
    """Succeeds and makes nothing."""

    def replaces(self, _old: dict[str, Any], _new: dict[str, Any]) -> bool:
        """Never."""
        return False

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Give it an id."""
        return ProvisionedResource(physical_id=request.generated_name())

    def update(self, _request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Keep its id."""
        return current

    def delete(self, _request: ResourceRequest, _current: ProvisionedResource) -> None:
        """Do nothing."""
