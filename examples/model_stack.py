"""The model that the example applications benchmark and deploy.

Context values (`cdk deploy -c name=value`):
    model_package_arn: ARN of the model package version to benchmark; it ends in `/<number>`.
    payload_bucket: Bucket with the sample payload and the model's artifacts; by default the one that SageMaker names.
    image_repository: ECR repository with the model's container image: its name, or its ARN in another account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import ModelSource

from .acknowledged_findings import acknowledge_defaults

if TYPE_CHECKING:
    from constructs import Construct


class ModelStack(Stack):
    """Stack with a model, the bucket of its payload, and the repository of its image.

    Attributes:
        model_package_arn: ARN of the model package version.
        model: The model package version, as the library takes it.
        payload_bucket: Bucket with the sample payload and the model's artifacts.
        images: Repository with the model's container image.
    """

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        super().__init__(scope, id)
        acknowledge_defaults(self)
        package = self.format_arn(service="sagemaker", resource="model-package", resource_name="image-classifier/1")
        self.model_package_arn = self.context("model_package_arn", package)
        self.model = ModelSource.from_model_package(self.model_package_arn)
        bucket_name = self.context("payload_bucket", f"sagemaker-{self.region}-{self.account}")
        self.payload_bucket = s3.Bucket.from_bucket_name(self, "Payload", bucket_name)
        repository = self.context("image_repository", "image-classifier")
        self.images = (
            ecr.Repository.from_repository_arn(self, "Images", repository)
            if repository.startswith("arn:")
            else ecr.Repository.from_repository_name(self, "Images", repository)
        )

    def context(self, name: str, default: str) -> str:
        """Return a context value, or the default where it is not given."""
        return str(self.node.try_get_context(name) or default)
