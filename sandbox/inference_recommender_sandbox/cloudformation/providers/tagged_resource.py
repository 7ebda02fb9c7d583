"""Native resources of SageMaker whose tags change in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from inference_recommender_sandbox.cloudformation.providers.api_resource import ApiResourceProvider, refusal

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.parallel_walk import Cancellation
    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource, ResourceRequest


class TaggedResourceProvider(ApiResourceProvider):
    """Provisions a type through SageMaker's API; its physical id is the ARN that carries the tags."""

    def update(
        self,
        request: ResourceRequest,
        current: ProvisionedResource,
        old_properties: dict[str, Any],
        cancellation: Cancellation,
    ) -> ProvisionedResource:
        """Update the resource, then remove, add and change its tags."""
        updated = current
        if self.updates:
            updated = super().update(request, current, old_properties, cancellation)
        tags = {tag["Key"]: tag for tag in request.properties.get("Tags") or ()}
        gone = [tag["Key"] for tag in old_properties.get("Tags") or () if tag["Key"] not in tags]
        sagemaker = self.client(request)
        try:
            if gone:
                sagemaker.delete_tags(ResourceArn=current.physical_id, TagKeys=gone)
            if tags:
                sagemaker.add_tags(ResourceArn=current.physical_id, Tags=list(tags.values()))
        except ClientError as error:
            raise refusal(error) from error
        return updated
