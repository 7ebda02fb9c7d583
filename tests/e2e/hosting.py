"""Stacks that act on a job's results, and what they have made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import App, CfnOutput, Duration, Size, Stack, Token
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import (
    Constraints,
    EndpointInputConfiguration,
    InferenceRecommendationsJob,
    JobType,
    LatencyPercentile,
    ModelLatencyThreshold,
    ModelSource,
    RealTimeRecommendation,
    RecommendedEndpoint,
    StoppingConditions,
    TrafficPattern,
)
from inference_recommendations_handler.protocol.contract import ScalingRecommendationAttribute
from tests.e2e.applications import MODEL_PACKAGE_ARN, PAYLOAD_BUCKET

if TYPE_CHECKING:
    from tests.e2e.conftest import LocalAws

UNCONSTRAINED = Constraints()
INSTANCES = [
    EndpointInputConfiguration.real_time("ml.c5.xlarge", environment_parameter_ranges={"OMP_NUM_THREADS": ["2"]}),
    EndpointInputConfiguration.real_time("ml.g4dn.xlarge", environment_parameter_ranges={"OMP_NUM_THREADS": ["4"]}),
]
SERVERLESS = [EndpointInputConfiguration.serverless(memory_size=Size.mebibytes(2048), max_concurrency=5)]


def hosting_app(
    folder: Path,
    name: str,
    *,
    configurations: list[EndpointInputConfiguration] = INSTANCES,
    constraints: Constraints = UNCONSTRAINED,
    min_invocations: int | None = None,
    most_instances: int | None = None,
    volume_key_alias: str | None = None,
) -> Path:
    """One stack with a load test and an endpoint on its best result.

    Scaled as recommended for so many requests a minute at least, or up to so many instances.
    """
    app = App(outdir=str(folder / "cdk.out"))
    stack = Stack(app, name)
    model = ModelSource.from_model_package(MODEL_PACKAGE_ARN)
    readable: dict[str, Any] = {
        "input_buckets": [s3.Bucket.from_bucket_name(stack, "Payload", PAYLOAD_BUCKET)],
        "image_repositories": [ecr.Repository.from_repository_name(stack, "Images", "images")],
    }
    job = InferenceRecommendationsJob(
        stack,
        "Job",
        job_type=JobType.ADVANCED,
        model=model,
        job_duration=Duration.hours(1),
        # Every poll runs the handler, in real time.
        poll_interval=Duration.minutes(15),
        traffic_pattern=TrafficPattern.stairs(duration=Duration.seconds(240), number_of_steps=2, users_per_step=2),
        endpoint_configurations=configurations,
        max_number_of_tests=2,
        max_parallel_of_tests=2,
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
    endpoint = RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=best,
        model=model,
        tags={"team": "search"},
        volume_encryption_key=(
            None if volume_key_alias is None else kms.Alias.from_alias_name(stack, "VolumeKey", volume_key_alias)
        ),
        **readable,
    )
    if most_instances is not None:
        endpoint.auto_scale_instance_count(max_capacity=most_instances).scale_on_invocations("Load")
    if min_invocations is not None and isinstance(best, RealTimeRecommendation):
        scaling = best.recommend_scaling(
            "Scaling", min_invocations=min_invocations, max_invocations=4 * min_invocations
        )
        endpoint.auto_scale_instance_count(
            min_capacity=scaling.min_capacity, max_capacity=scaling.max_capacity
        ).scale_as_recommended("Load", scaling)
        for attribute in ("MinCapacity", "MaxCapacity", "TargetValue"):
            value = Token.as_string(getattr(scaling, ScalingRecommendationAttribute(attribute).name.lower()))
            CfnOutput(stack, f"Scaling{attribute}", value=value)
    return Path(app.synth().directory)


def physical_ids(aws: LocalAws, stack: str) -> dict[str, str]:
    described = aws.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {each["ResourceType"]: each["PhysicalResourceId"] for each in described}


def logical_id(aws: LocalAws, stack: str, resource_type: str) -> str:
    described = aws.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    [found] = [each["LogicalResourceId"] for each in described if each["ResourceType"] == resource_type]
    return str(found)


def handler_log(aws: LocalAws, stack: str) -> list[str]:
    """What the stack's function has logged, in order."""
    group = physical_ids(aws, stack)["AWS::Logs::LogGroup"]
    events = aws.client("logs").filter_log_events(logGroupName=group)["events"]
    return [event["message"] for event in sorted(events, key=lambda event: int(event["timestamp"]))]


def serving(aws: LocalAws, stack: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variant that the stack's endpoint runs, and the container that it runs in."""
    client = aws.client("sagemaker")
    name = physical_ids(aws, stack)["AWS::SageMaker::Endpoint"].rpartition("/")[2]
    configuration = client.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    [variant] = client.describe_endpoint_config(EndpointConfigName=configuration)["ProductionVariants"]
    return variant, client.describe_model(ModelName=variant["ModelName"])["PrimaryContainer"]


def instances(aws: LocalAws, endpoint_name: str) -> int:
    """How many instances an endpoint in service has."""
    described = aws.client("sagemaker").describe_endpoint(EndpointName=endpoint_name)
    assert described["EndpointStatus"] == "InService"
    [variant] = described["ProductionVariants"]
    assert variant["CurrentInstanceCount"] == variant["DesiredInstanceCount"]
    return int(variant["DesiredInstanceCount"])


def scale_out(aws: LocalAws, endpoint_name: str, count: int) -> None:
    """Give an endpoint more instances, as autoscaling does."""
    assert instances(aws, endpoint_name) < count
    aws.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=endpoint_name,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": count}],
    )


def models(aws: LocalAws, stack: str) -> list[str]:
    listed = aws.client("sagemaker").list_models()["Models"]
    return [model["ModelName"] for model in listed if model["ModelName"].startswith(stack.lower())]


def jobs(aws: LocalAws, stack: str) -> int:
    return sum(request["JobName"].startswith(stack.lower()) for request in aws.received_jobs())


@dataclass(frozen=True)
class Registration:
    """What the stack's endpoint variant is registered with at Application Auto Scaling."""

    min_capacity: int
    max_capacity: int
    target_value: float


def scaled(aws: LocalAws, endpoint_name: str) -> Registration | None:
    """How the endpoint is scaled; None where it isn't."""
    client = aws.client("application-autoscaling")
    targets = client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    policies = client.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    resource_id = f"endpoint/{endpoint_name}/variant/AllTraffic"
    found = [target for target in targets if target["ResourceId"] == resource_id]
    own = [policy for policy in policies if policy["ResourceId"] == resource_id]
    if not found:
        assert not own
        return None
    [target], [policy] = found, own
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    }
    return Registration(target["MinCapacity"], target["MaxCapacity"], tracking["TargetValue"])


def recommended(aws: LocalAws, stack: str) -> Registration:
    """How the service recommends to scale it, as the stack's outputs say."""
    [described] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    reported = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    return Registration(
        int(reported["ScalingMinCapacity"]), int(reported["ScalingMaxCapacity"]), float(reported["ScalingTargetValue"])
    )
