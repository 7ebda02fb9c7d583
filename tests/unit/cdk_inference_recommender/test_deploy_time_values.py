"""Values that only the deployment knows may stand wherever the API takes a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Duration, Size
from aws_cdk import aws_kms as kms

from cdk_inference_recommender import (
    Domain,
    EndpointInputConfiguration,
    FlatInvocations,
    Framework,
    InferenceRecommendationsJob,
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
    ValidationError,
)

from .synthesis import JOB, default_job, given_role, load_test, new_stack, only, request_of, template_of

if TYPE_CHECKING:
    from aws_cdk import Stack

pytestmark = pytest.mark.usefixtures("arguments_are_checked")


def text(stack: Stack, name: str) -> str:
    return CfnParameter(stack, name).value_as_string


def number(stack: Stack, name: str) -> Any:
    return CfnParameter(stack, name, type="Number").value_as_number


def texts(stack: Stack, name: str) -> list[str]:
    return CfnParameter(stack, name, type="CommaDelimitedList").value_as_list


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def test_every_value_of_a_job_on_a_model_may_be_a_parameter() -> None:
    stack = new_stack()
    InferenceRecommendationsJob(
        stack,
        "Job",
        role=given_role(stack),
        job_type=JobType.of(text(stack, "JobType")),
        description=text(stack, "Description"),
        model=ModelSource.from_model(
            text(stack, "ModelName"),
            container_config=ModelContainerConfig(
                domain=Domain.of(text(stack, "Domain")),
                task=Task.of(text(stack, "Task")),
                framework=Framework.of(text(stack, "Framework")),
                framework_version=text(stack, "FrameworkVersion"),
                payload_config=PayloadConfig(
                    sample_payload_url=text(stack, "PayloadUrl"),
                    supported_content_types=texts(stack, "ContentTypes"),
                ),
                nearest_model_name=text(stack, "NearestModelName"),
                supported_instance_types=texts(stack, "InstanceTypes"),
                data_input_config=text(stack, "DataInputConfig"),
                supported_endpoint_type=SupportedEndpointType.of(text(stack, "EndpointType")),
                supported_response_mime_types=texts(stack, "ResponseTypes"),
            ),
        ),
        job_duration=Duration.seconds(number(stack, "JobDuration")),
        traffic_pattern=TrafficPattern.phases(
            Phase(
                initial_number_of_users=number(stack, "Users"),
                spawn_rate=number(stack, "SpawnRate"),
                duration=Duration.seconds(number(stack, "PhaseDuration")),
            )
        ),
        max_number_of_tests=number(stack, "Tests"),
        max_parallel_of_tests=number(stack, "ParallelTests"),
        endpoint_configurations=[
            EndpointInputConfiguration.real_time(
                text(stack, "InstanceType"),
                environment_parameter_ranges={"OMP_NUM_THREADS": texts(stack, "Threads")},
            )
        ],
        existing_endpoint=text(stack, "EndpointName"),
        stopping_conditions=StoppingConditions(
            max_invocations=number(stack, "MaxInvocations"),
            model_latency_thresholds=[
                ModelLatencyThreshold(
                    percentile=LatencyPercentile.of(text(stack, "Percentile")),
                    value=Duration.millis(number(stack, "Latency")),
                )
            ],
            flat_invocations=FlatInvocations.of(text(stack, "FlatInvocations")),
        ),
        output_encryption_key=kms.Key.from_key_arn(stack, "OutputKey", text(stack, "OutputKeyArn")),
        compiled_output_s3_uri=text(stack, "CompiledOutput"),
        volume_encryption_key=kms.Key.from_key_arn(stack, "VolumeKey", text(stack, "VolumeKeyArn")),
        poll_interval=Duration.seconds(number(stack, "PollInterval")),
        tags={"team": text(stack, "Team")},
        rerun_nonce=text(stack, "Rerun"),
    )
    request = request_of(stack)
    assert {name: request[name] for name in ("JobType", "JobDescription")} == {
        "JobType": ref("JobType"),
        "JobDescription": ref("Description"),
    }
    assert request["InputConfig"] == {
        "ModelName": ref("ModelName"),
        "JobDurationInSeconds": ref("JobDuration"),
        "TrafficPattern": {
            "TrafficType": "PHASES",
            "Phases": [
                {
                    "InitialNumberOfUsers": ref("Users"),
                    "SpawnRate": ref("SpawnRate"),
                    "DurationInSeconds": ref("PhaseDuration"),
                }
            ],
        },
        "ResourceLimit": {"MaxNumberOfTests": ref("Tests"), "MaxParallelOfTests": ref("ParallelTests")},
        "EndpointConfigurations": [
            {
                "InstanceType": ref("InstanceType"),
                "EnvironmentParameterRanges": {
                    "CategoricalParameterRanges": [{"Name": "OMP_NUM_THREADS", "Value": ref("Threads")}]
                },
            }
        ],
        "VolumeKmsKeyId": ref("VolumeKeyArn"),
        "ContainerConfig": {
            "Domain": ref("Domain"),
            "Task": ref("Task"),
            "Framework": ref("Framework"),
            "FrameworkVersion": ref("FrameworkVersion"),
            "PayloadConfig": {
                "SamplePayloadUrl": ref("PayloadUrl"),
                "SupportedContentTypes": ref("ContentTypes"),
            },
            "NearestModelName": ref("NearestModelName"),
            "SupportedInstanceTypes": ref("InstanceTypes"),
            "DataInputConfig": ref("DataInputConfig"),
            "SupportedEndpointType": ref("EndpointType"),
            "SupportedResponseMIMETypes": ref("ResponseTypes"),
        },
        "Endpoints": [{"EndpointName": ref("EndpointName")}],
    }
    assert request["StoppingConditions"] == {
        "MaxInvocations": ref("MaxInvocations"),
        "ModelLatencyThresholds": [{"Percentile": ref("Percentile"), "ValueInMilliseconds": ref("Latency")}],
        "FlatInvocations": ref("FlatInvocations"),
    }
    assert request["OutputConfig"] == {
        "KmsKeyId": ref("OutputKeyArn"),
        "CompiledOutputConfig": {"S3OutputUri": ref("CompiledOutput")},
    }
    properties = only(template_of(stack), JOB)["Properties"]
    assert properties["Tags"] == [{"Key": "team", "Value": ref("Team")}]
    assert properties["RerunNonce"] == ref("Rerun")
    # The number of wait stages can't wait for the duration: the longest job's are made.
    assert properties["TimeoutSeconds"] == 21_600


def phase(duration: Duration) -> Phase:
    return Phase(initial_number_of_users=1, spawn_rate=1, duration=duration)


def test_every_value_of_a_serverless_load_test_may_be_a_parameter() -> None:
    stack = new_stack()
    load_test(
        stack,
        model=ModelSource.from_model_package(text(stack, "Package")),
        traffic_pattern=TrafficPattern.stairs(
            duration=Duration.seconds(number(stack, "Duration")),
            number_of_steps=number(stack, "Steps"),
            users_per_step=number(stack, "UsersPerStep"),
        ),
        endpoint_configurations=[
            EndpointInputConfiguration.serverless(
                memory_size=Size.mebibytes(number(stack, "Memory")),
                max_concurrency=number(stack, "Concurrency"),
                inference_specification_name=text(stack, "Specification"),
            )
        ],
    )
    configuration = request_of(stack)["InputConfig"]
    assert configuration["ModelPackageVersionArn"] == ref("Package")
    assert configuration["TrafficPattern"]["Stairs"] == {
        "DurationInSeconds": ref("Duration"),
        "NumberOfSteps": ref("Steps"),
        "UsersPerStep": ref("UsersPerStep"),
    }
    assert configuration["EndpointConfigurations"] == [
        {
            "InferenceSpecificationName": ref("Specification"),
            "ServerlessConfig": {"MemorySizeInMB": ref("Memory"), "MaxConcurrency": ref("Concurrency")},
        }
    ]


def test_beside_an_unknown_value_the_others_are_still_checked() -> None:
    stack = new_stack()
    load_test(
        stack,
        traffic_pattern=TrafficPattern.phases(
            Phase(initial_number_of_users=number(stack, "Users"), spawn_rate=1, duration=Duration.seconds(20))
        ),
    )
    with pytest.raises(RuntimeError, match=r"traffic_pattern\.phases\[0\]\.duration = 20: ") as failure:
        template_of(stack)
    assert "initial_number_of_users" not in str(failure.value)


@pytest.mark.parametrize(
    ("props", "message"),
    [
        (
            lambda value: {"job_duration": Duration.minutes(value)},
            r"job_duration: .* can't be converted from minutes\. Build it with Duration\.seconds",
        ),
        (
            lambda value: {"poll_interval": Duration.minutes(value)},
            r"poll_interval: .* can't be converted from minutes\. Build it with Duration\.seconds",
        ),
        (
            lambda value: {
                "traffic_pattern": TrafficPattern.phases(phase(Duration.minutes(2)), phase(Duration.minutes(value)))
            },
            r"traffic_pattern\.phases\[1\]\.duration: .* from minutes\. Build it with Duration\.seconds",
        ),
        (
            lambda value: {
                "traffic_pattern": TrafficPattern.stairs(
                    duration=Duration.hours(value), number_of_steps=2, users_per_step=1
                )
            },
            r"traffic_pattern\.stairs\.duration: .* from hours\. Build it with Duration\.seconds",
        ),
        (
            lambda value: {
                "stopping_conditions": StoppingConditions(
                    model_latency_thresholds=[
                        ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=Duration.seconds(value))
                    ]
                )
            },
            r"stopping_conditions\.model_latency_thresholds\[0\]\.value: .* from seconds\. .* Duration\.millis",
        ),
        (
            lambda value: {
                "endpoint_configurations": [
                    EndpointInputConfiguration.serverless(memory_size=Size.gibibytes(value), max_concurrency=1)
                ]
            },
            r"endpoint_configurations\[0\]\.memory_size: .*\. Build it with Size\.mebibytes",
        ),
    ],
    ids=["job_duration", "poll_interval", "phase", "stairs", "latency", "memory"],
)
def test_an_unknown_value_in_another_unit_than_the_api_s_says_which_one_to_use(props: Any, message: str) -> None:
    stack = new_stack()
    with pytest.raises(ValidationError, match=message):
        load_test(stack, **props(number(stack, "Value")))


@pytest.mark.parametrize(
    ("props", "message"),
    [
        ({"job_duration": Duration.millis(1500)}, r"job_duration: .* is 1\.5 seconds\. Give a whole number of seconds"),
        (
            {
                "endpoint_configurations": [
                    EndpointInputConfiguration.serverless(memory_size=Size.kibibytes(1500), max_concurrency=1)
                ]
            },
            r"endpoint_configurations\[0\]\.memory_size is .* MiB\. Give a whole number of MiB",
        ),
    ],
)
def test_a_value_that_the_api_s_unit_can_t_express_is_refused(props: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        load_test(new_stack(), **props)


def test_a_job_name_may_be_a_parameter() -> None:
    stack = new_stack()
    default_job(stack, job_name=text(stack, "JobName"))
    assert only(template_of(stack), JOB)["Properties"]["JobName"] == {"Ref": "JobName"}


def test_a_prefix_may_not_be_a_parameter_since_the_length_of_a_generated_name_is_checked() -> None:
    stack = new_stack()
    default_job(stack, job_name_prefix=text(stack, "Prefix"))
    with pytest.raises(RuntimeError, match=r"\[Stack/Job\] job_name_prefix: is known only at deploy time"):
        template_of(stack)
