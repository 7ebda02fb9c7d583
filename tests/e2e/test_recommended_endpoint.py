"""From a job's results to an endpoint that acts on them, through the real CLI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import (
    Constraints,
    EndpointConfiguration,
    InferenceRecommendationsJob,
    JobType,
    LatencyPercentile,
    ModelLatencyThreshold,
    ModelSource,
    RecommendedEndpoint,
    ResourceLimit,
    StoppingConditions,
    TrafficPattern,
)
from tests.e2e.applications import MODEL_PACKAGE_ARN

if TYPE_CHECKING:
    from tests.e2e.conftest import CliResult, LocalAws

pytestmark = pytest.mark.e2e

UNCONSTRAINED = Constraints()
INSTANCES = [
    EndpointConfiguration.real_time("ml.c5.xlarge", environment_parameter_ranges={"OMP_NUM_THREADS": ["2"]}),
    EndpointConfiguration.real_time("ml.g4dn.xlarge", environment_parameter_ranges={"OMP_NUM_THREADS": ["4"]}),
]
SERVERLESS = [EndpointConfiguration.serverless(memory_size=Size.mebibytes(2048), max_concurrency=5)]


def hosting_app(
    folder: Path,
    name: str,
    *,
    configurations: list[EndpointConfiguration] = INSTANCES,
    constraints: Constraints = UNCONSTRAINED,
) -> Path:
    """One stack with a load test and an endpoint on its best result."""
    app = App(outdir=str(folder / "cdk.out"))
    stack = Stack(app, name)
    model = ModelSource.from_model_package(MODEL_PACKAGE_ARN)
    readable: dict[str, Any] = {
        "read_from": [s3.Bucket.from_bucket_name(stack, "Payload", "payload")],
        "images": [ecr.Repository.from_repository_name(stack, "Images", "images")],
    }
    job = InferenceRecommendationsJob(
        stack,
        "Job",
        job_type=JobType.ADVANCED,
        model=model,
        job_duration=Duration.hours(1),
        traffic_pattern=TrafficPattern.stairs(duration=Duration.seconds(240), number_of_steps=2, users_per_step=2),
        endpoint_configurations=configurations,
        resource_limit=ResourceLimit(max_number_of_tests=2, max_parallel_of_tests=2),
        stopping_conditions=StoppingConditions(
            max_invocations=1000,
            model_latency_thresholds=[
                ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=Duration.millis(500))
            ],
        ),
        **readable,
    )
    recommend = job.recommend_serverless if configurations is SERVERLESS else job.recommend_real_time
    best = recommend("Best", constraints=constraints)
    RecommendedEndpoint(stack, "Endpoint", recommendation=best, model=model, tags={"team": "search"}, **readable)
    return Path(app.synth().directory)


def deploy(aws: LocalAws, app: Path) -> CliResult:
    return aws.cdk("deploy", "--all", "--require-approval", "never", app=app)


def physical_ids(aws: LocalAws, stack: str) -> dict[str, str]:
    described = aws.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {each["ResourceType"]: each["PhysicalResourceId"] for each in described}


def serving(aws: LocalAws, stack: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variant that the stack's endpoint runs, and the container that it runs in."""
    client = aws.client("sagemaker")
    name = physical_ids(aws, stack)["AWS::SageMaker::Endpoint"].rpartition("/")[2]
    configuration = client.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    [variant] = client.describe_endpoint_config(EndpointConfigName=configuration)["ProductionVariants"]
    return variant, client.describe_model(ModelName=variant["ModelName"])["PrimaryContainer"]


def models(aws: LocalAws, stack: str) -> list[str]:
    listed = aws.client("sagemaker").list_models()["Models"]
    return [model["ModelName"] for model in listed if model["ModelName"].startswith(stack.lower())]


def jobs(aws: LocalAws, stack: str) -> int:
    return sum(request["JobName"].startswith(stack.lower()) for request in aws.received_jobs())


def test_a_constraint_moves_the_endpoint_and_a_gate_keeps_it(bootstrapped: LocalAws, tmp_path: Path) -> None:
    first = deploy(bootstrapped, hosting_app(tmp_path / "1", "Hosted"))
    assert first.code == 0, first.output
    endpoint = physical_ids(bootstrapped, "Hosted")["AWS::SageMaker::Endpoint"]
    variant, container = serving(bootstrapped, "Hosted")
    winner = variant["InstanceType"]
    threads = {"ml.c5.xlarge": "2", "ml.g4dn.xlarge": "4"}
    assert container == {"ModelPackageName": MODEL_PACKAGE_ARN, "Environment": {"OMP_NUM_THREADS": threads[winner]}}

    excluded = Constraints(excluded_instance_families=[winner.split(".")[1]])
    second = deploy(bootstrapped, hosting_app(tmp_path / "2", "Hosted", constraints=excluded))
    assert second.code == 0, second.output
    variant, container = serving(bootstrapped, "Hosted")
    [other] = threads.keys() - {winner}
    assert variant["InstanceType"] == other
    assert container["Environment"] == {"OMP_NUM_THREADS": threads[other]}
    assert physical_ids(bootstrapped, "Hosted")["AWS::SageMaker::Endpoint"] == endpoint, "the same endpoint goes on"
    assert models(bootstrapped, "Hosted") == [variant["ModelName"]], "cleanup has deleted the old model"

    gated = hosting_app(tmp_path / "3", "Hosted", constraints=Constraints(max_cost_per_hour=0.001))
    third = deploy(bootstrapped, gated)
    assert third.code != 0
    [told, *_] = [line for line in third.output.splitlines() if "No RealTime recommendation meets" in line]
    assert "(MaxCostPerHour 0.001)" in told
    for instance_type in threads:
        assert f"x {instance_type}: CostPerHour " in told
    assert serving(bootstrapped, "Hosted") == (variant, container), "the old endpoint still serves"
    assert jobs(bootstrapped, "Hosted") == 1, "no choice runs a job"

    destroyed = bootstrapped.cdk("destroy", "--all", "--force", app=gated)
    assert destroyed.code == 0, destroyed.output
    assert models(bootstrapped, "Hosted") == []


def test_a_serverless_winner_is_served_without_instances(bootstrapped: LocalAws, tmp_path: Path) -> None:
    app = hosting_app(tmp_path, "Serverless", configurations=SERVERLESS)
    deployed = deploy(bootstrapped, app)
    assert deployed.code == 0, deployed.output
    variant, container = serving(bootstrapped, "Serverless")
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert container == {"ModelPackageName": MODEL_PACKAGE_ARN}
    assert bootstrapped.cdk("destroy", "--all", "--force", app=app).code == 0
    assert models(bootstrapped, "Serverless") == []
