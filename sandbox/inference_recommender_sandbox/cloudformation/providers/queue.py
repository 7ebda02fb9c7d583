"""`AWS::SQS::Queue`: moto forgets a queue's policy whenever another attribute is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .api_resource import ApiResourceProvider

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource, ResourceRequest

_POLICY = "Policy"


class QueueProvider(ApiResourceProvider):
    """Provisions queues."""

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Update the queue in place, and leave its policy as it is."""
        sqs, url = self.client(request), current.physical_id
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[_POLICY]).get("Attributes", {})
        updated = super().update(request, current)
        if _POLICY in found:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={_POLICY: found[_POLICY]})
        return updated
