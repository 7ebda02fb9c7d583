"""`AWS::S3::BucketPolicy`: moto has none, and judges policies without their conditions."""

from __future__ import annotations

import json
from typing import Any, Final

from moto.s3.models import s3_backends

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.resource_provider import (
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)
from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .replacement import needs_replacement

_TYPE: Final = "AWS::S3::BucketPolicy"


class BucketPolicyProvider(ResourceProvider):
    """Sets the policy of a bucket, without the statements that have a condition.

    moto would take a condition for fulfilled, so that "deny what isn't encrypted in transit", which the CDK puts on its
    asset bucket, would deny everything. What comes over loopback counts as encrypted.
    """

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return whether it is another bucket's now."""
        return needs_replacement(_TYPE, old, new)

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Set the policy."""
        self._set(request)
        return ProvisionedResource(physical_id=str(request.properties["Bucket"]))

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Set the policy."""
        self._set(request)
        return current

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Remove the policy, if the bucket is still there."""
        with MOTO_LOCK:
            bucket = s3_backends[request.account_id]["aws"].buckets.get(current.physical_id)
            if bucket is not None:
                bucket.policy = None

    def _set(self, request: ResourceRequest) -> None:
        name = str(request.properties["Bucket"])
        with MOTO_LOCK:
            bucket = s3_backends[request.account_id]["aws"].buckets.get(name)
            if bucket is None:
                raise ResourceError(f"The specified bucket does not exist (bucket {name})")
            document = request.properties["PolicyDocument"]
            judged = [statement for statement in document["Statement"] if "Condition" not in statement]
            bucket.policy = json.dumps({**document, "Statement": judged}).encode() if judged else None
