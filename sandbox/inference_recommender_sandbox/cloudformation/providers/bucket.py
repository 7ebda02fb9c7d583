"""`AWS::S3::Bucket`: moto's own class empties a bucket to delete it, which CloudFormation doesn't."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.s3.models import s3_backends

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.providers.moto_resource import MotoResourceProvider
from inference_recommender_sandbox.moto_lock import MOTO_LOCK

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource, ResourceRequest


class BucketProvider(MotoResourceProvider):
    """Provisions buckets."""

    def __init__(self) -> None:
        super().__init__("AWS::S3::Bucket")

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Delete the bucket.

        Raises:
            ResourceError: If there is something in it.
        """
        with MOTO_LOCK:
            bucket = s3_backends[request.account_id]["aws"].buckets.get(current.physical_id)
            if bucket is None:
                return
            if bucket.keys:
                raise ResourceError("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
            super().delete(request, current)
