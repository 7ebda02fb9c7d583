"""A recommendation job in one stack, and an endpoint on its winner in another.

    cdk deploy --all --app "python examples/recommended_endpoint.py" -c optimize_for=ModelLatency

A new winner, of another objective or of another job, reaches the endpoint with the next `cdk deploy --all`. Unlike
`app.py` this leaves an endpoint running, which costs money until `cdk destroy --all`.

Context values (`-c name=value`):
    optimize_for: By which measure the winner is chosen. Default: CostPerInference.
    model_package_arn: ARN of the model package version to benchmark; it ends in `/<number>`.
    payload_bucket: Bucket with the sample payload and the model's artifacts.
    image_repository: Name of the ECR repository with the model's container image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import (
    EndpointInputConfiguration,
    InferenceRecommendationsJob,
    JobType,
    LatencyPercentile,
    ModelLatencyThreshold,
    ModelSource,
    Objective,
    RealTimeRecommendation,
    RecommendedEndpoint,
    StoppingConditions,
    TrafficPattern,
)

if TYPE_CHECKING:
    from constructs import Construct

PREFIX = "/inference-recommender-example/endpoint"


class ModelStack(Stack):
    """What both stacks need to know of the model."""

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        super().__init__(scope, id)
        package = self.format_arn(service="sagemaker", resource="model-package", resource_name="image-classifier/1")
        bucket = self._context("payload_bucket", f"sagemaker-{self.region}-{self.account}")
        repository = self._context("image_repository", "image-classifier")
        self.model = ModelSource.from_model_package(self._context("model_package_arn", package))
        self.readable: dict[str, Any] = {
            "input_buckets": [s3.Bucket.from_bucket_name(self, "Payload", bucket)],
            "image_repositories": [ecr.Repository.from_repository_name(self, "Images", repository)],
        }

    def _context(self, name: str, default: str) -> str:
        return str(self.node.try_get_context(name) or default)


class Measured(ModelStack):
    """A load test of two instance types with two settings each, and the winner for other stacks to read."""

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        super().__init__(scope, id)
        job = InferenceRecommendationsJob(
            self,
            "Job",
            job_type=JobType.ADVANCED,
            model=self.model,
            job_duration=Duration.hours(1),
            traffic_pattern=TrafficPattern.stairs(duration=Duration.seconds(240), number_of_steps=2, users_per_step=2),
            endpoint_configurations=[
                EndpointInputConfiguration.real_time(
                    instance_type, environment_parameter_ranges={"OMP_NUM_THREADS": ["2", "4"]}
                )
                for instance_type in ("ml.c5.xlarge", "ml.g4dn.xlarge")
            ],
            max_number_of_tests=4,
            max_parallel_of_tests=4,
            stopping_conditions=StoppingConditions(
                max_invocations=1000,
                model_latency_thresholds=[
                    ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=Duration.millis(500))
                ],
            ),
            **self.readable,
        )
        best = job.recommend_real_time(
            "Best", optimize_for=Objective.of(self._context("optimize_for", "CostPerInference"))
        )
        best.publish(PREFIX)
        job.add_outputs(best)


class Served(ModelStack):
    """The endpoint: as the winner was measured, its environment variables included."""

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        super().__init__(scope, id)
        endpoint = RecommendedEndpoint(
            self,
            "Endpoint",
            recommendation=RealTimeRecommendation.from_parameters(self, "Best", PREFIX),
            model=self.model,
            **self.readable,
        )
        CfnOutput(self, "EndpointName", value=endpoint.endpoint_name)


app = App()
Measured(app, "Measured")
Served(app, "Served")
app.synth()
