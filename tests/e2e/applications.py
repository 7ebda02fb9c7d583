"""CDK apps for the tests, synthesised here so that the CLI needn't."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender import (
    EndpointConfiguration,
    InferenceRecommendationsJob,
    JobType,
    LatencyPercentile,
    ModelLatencyThreshold,
    ModelSource,
    Objective,
    RealTimeRecommendation,
    ResourceLimit,
    StoppingConditions,
    TrafficPattern,
)

MODEL_PACKAGE_ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/1"
MODEL_NAME = "a-model"
PREFIX = "/e2e/best"
FIVE_HOURS: dict[str, Any] = {
    "job_type": JobType.ADVANCED,
    "job_duration": Duration.seconds(18_000),
    "traffic_pattern": TrafficPattern.stairs(duration=Duration.seconds(3600), number_of_steps=3, users_per_step=1),
    "endpoint_configurations": [
        EndpointConfiguration.real_time(f"ml.c5.{size}") for size in ("large", "xlarge", "2xlarge", "4xlarge")
    ],
    "resource_limit": ResourceLimit(max_number_of_tests=4, max_parallel_of_tests=1),
    "stopping_conditions": StoppingConditions(
        max_invocations=1000,
        model_latency_thresholds=[ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=Duration.millis(500))],
    ),
}
"""Props of the longest job that the service allows."""


def job_app(
    folder: Path,
    stack_name: str,
    *,
    model_package_arn: str = MODEL_PACKAGE_ARN,
    role_arn: str | None = None,
    **props: Any,
) -> Path:
    """One stack with a job and its cheapest result."""
    app = App(outdir=str(folder / "cdk.out"))
    stack = Stack(app, stack_name)
    if role_arn is not None:
        props["role"] = iam.Role.from_role_arn(stack, "Role", role_arn)
    job = _job(stack, model_package_arn, **props)
    best = job.recommend_real_time("Best")
    CfnOutput(stack, "JobName", value=job.job_name)
    CfnOutput(stack, "InstanceType", value=best.instance_type)
    return _synthesised(app)


def publishing_app(folder: Path, *, optimize_for: Objective) -> Path:
    """A stack with a job that publishes its winner, and one that reads it."""
    app = App(outdir=str(folder / "cdk.out"))
    reader = Stack(app, "Reader")
    recommendation = RealTimeRecommendation.from_parameters(reader, "Best", PREFIX)
    sagemaker.CfnEndpointConfig(
        reader, "EndpointConfig", production_variants=[recommendation.production_variant(model_name=MODEL_NAME)]
    )
    publisher = Stack(app, "Publisher")
    job = _job(publisher, MODEL_PACKAGE_ARN)
    best = job.recommend_real_time("Best", optimize_for=optimize_for)
    best.publish(PREFIX)
    CfnOutput(publisher, "InstanceType", value=best.instance_type)
    return _synthesised(app)


def _job(stack: Stack, model_package_arn: str, **props: Any) -> InferenceRecommendationsJob:
    return InferenceRecommendationsJob(
        stack,
        "Job",
        model=ModelSource.from_model_package(model_package_arn),
        **{
            "read_from": [s3.Bucket.from_bucket_name(stack, "Payload", "payload")],
            "images": [ecr.Repository.from_repository_name(stack, "Images", "images")],
            **props,
        },
    )


def _synthesised(app: App) -> Path:
    return Path(app.synth().directory)
