"""CDK apps for the tests, synthesised here so that the CLI needn't."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import (
    EndpointInputConfiguration,
    InferenceRecommendationsJob,
    JobType,
    LatencyPercentile,
    ModelLatencyThreshold,
    ModelSource,
    StoppingConditions,
    TrafficPattern,
)

ROOT = Path(__file__).parents[2]
"""The checkout."""
MODEL_PACKAGE_ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/1"
PAYLOAD_BUCKET = "sagemaker-us-east-1-123456789012"
"""Holds the model package's sample payload."""
FIVE_HOURS: dict[str, Any] = {
    "job_type": JobType.ADVANCED,
    "job_duration": Duration.seconds(18_000),
    "traffic_pattern": TrafficPattern.stairs(duration=Duration.seconds(3600), number_of_steps=3, users_per_step=1),
    "endpoint_configurations": [
        EndpointInputConfiguration.real_time(f"ml.c5.{size}") for size in ("large", "xlarge", "2xlarge", "4xlarge")
    ],
    "max_number_of_tests": 4,
    "max_parallel_of_tests": 1,
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
        props["role"] = iam.Role.from_role_arn(stack, "Role", role_arn, mutable=False)
    job = _job(stack, model_package_arn, **props)
    best = job.recommend_real_time("Best")
    CfnOutput(stack, "JobName", value=job.job_name)
    CfnOutput(stack, "InstanceType", value=best.instance_type)
    return _synthesised(app)


def existing_job_app(folder: Path, stack_name: str, job: str) -> Path:
    """One stack with the cheapest result of a job that it didn't start.

    Args:
        folder: Where the assembly goes.
        stack_name: Its name.
        job: The job's name or ARN.
    """
    app = App(outdir=str(folder / "cdk.out"))
    stack = Stack(app, stack_name)
    refer = InferenceRecommendationsJob.from_job_arn if ":" in job else InferenceRecommendationsJob.from_job_name
    found = refer(stack, "Job", job, timeout=Duration.hours(4), poll_interval=Duration.minutes(15))
    found.add_outputs(found.recommend_real_time("Best"))
    return _synthesised(app)


def _job(stack: Stack, model_package_arn: str, **props: Any) -> InferenceRecommendationsJob:
    return InferenceRecommendationsJob(
        stack,
        "Job",
        model=ModelSource.from_model_package(model_package_arn),
        **{
            "input_buckets": [s3.Bucket.from_bucket_name(stack, "Payload", PAYLOAD_BUCKET)],
            "image_repositories": [ecr.Repository.from_repository_name(stack, "Images", "images")],
            # Every poll runs the handler, in real time.
            "poll_interval": Duration.minutes(15),
            **props,
        },
    )


def _synthesised(app: App) -> Path:
    return Path(app.synth().directory)
