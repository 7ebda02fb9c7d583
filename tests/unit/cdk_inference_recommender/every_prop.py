"""Two jobs that set every prop between them: more than one request can hold, since some members exclude others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms

from cdk_inference_recommender import (
    Domain,
    EndpointInputConfiguration,
    FlatInvocations,
    Framework,
    JobType,
    LatencyPercentile,
    ModelContainerConfig,
    ModelLatencyThreshold,
    ModelSource,
    PayloadConfig,
    Phase,
    StoppingConditions,
    SupportedEndpointType,
    Task,
    TrafficPattern,
)

from .synthesis import PACKAGE_ARN, images, payloads

if TYPE_CHECKING:
    from aws_cdk import Stack


def _on_instances(stack: Stack) -> dict[str, Any]:
    return {
        "model": ModelSource.from_model(
            "bert",
            container_config=ModelContainerConfig(
                domain=Domain.NATURAL_LANGUAGE_PROCESSING,
                task=Task.FILL_MASK,
                framework=Framework.PYTORCH,
                framework_version="2.6",
                payload_config=PayloadConfig(
                    sample_payload_url="s3://payloads/bert.tar.gz", supported_content_types=["application/json"]
                ),
                nearest_model_name="bert-base-cased",
                supported_instance_types=["ml.c5.xlarge"],
                data_input_config='{"input": [1, 3]}',
                supported_endpoint_type=SupportedEndpointType.REAL_TIME,
                supported_response_mime_types=["application/json"],
            ),
        ),
        "traffic_pattern": TrafficPattern.phases(
            Phase(initial_number_of_users=1, spawn_rate=1, duration=Duration.minutes(2))
        ),
        "endpoint_configurations": [
            EndpointInputConfiguration.real_time(
                "ml.c5.xlarge", environment_parameter_ranges={"OMP_NUM_THREADS": ["1", "2"]}
            )
        ],
        "max_number_of_tests": 2,
        "max_parallel_of_tests": 2,
        "stopping_conditions": StoppingConditions(
            max_invocations=1000,
            model_latency_thresholds=[
                ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=Duration.millis(100))
            ],
            flat_invocations=FlatInvocations.CONTINUE,
        ),
        "output_encryption_key": kms.Key(stack, "OutputKey"),
        "compiled_output_s3_uri": "s3://payloads/compiled",
        "volume_encryption_key": kms.Key(stack, "VolumeKey"),
        "vpc": ec2.Vpc(stack, "Vpc", max_azs=2),
        "existing_endpoint": "bert-staging",
        "job_duration": Duration.hours(2),
        "description": "Which instance type serves BERT best?",
        "job_name_prefix": "bert",
        "tags": {"team": "search"},
        "timeout": Duration.hours(4),
        "poll_interval": Duration.minutes(1),
        "accept_stopped": True,
        "max_cost": 10_000,
        "rerun_nonce": "2",
    }


def _serverless() -> dict[str, Any]:
    return {
        "model": ModelSource.from_model_package(PACKAGE_ARN),
        "traffic_pattern": TrafficPattern.stairs(duration=Duration.minutes(10), number_of_steps=5, users_per_step=2),
        "endpoint_configurations": [
            EndpointInputConfiguration.serverless(
                memory_size=Size.gibibytes(2),
                max_concurrency=10,
                inference_specification_name="onnx",
            )
        ],
        "max_number_of_tests": 1,
        "max_parallel_of_tests": 1,
        "stopping_conditions": StoppingConditions(
            max_invocations=1000,
            model_latency_thresholds=[
                ModelLatencyThreshold(percentile=LatencyPercentile.P99, value=Duration.seconds(1))
            ],
        ),
        "job_duration": Duration.hours(1),
    }


def every_prop(stack: Stack) -> list[dict[str, Any]]:
    """Props of jobs that together have every member of the request.

    Args:
        stack: Where keys and networks are made.
    """
    common = {"job_type": JobType.ADVANCED, "input_buckets": [payloads(stack)], "image_repositories": [images(stack)]}
    return [
        common | _on_instances(stack),
        common | _serverless(),
    ]
