"""The props that a document for the AWS CLI's `--cli-input-json` amounts to.

A member of the wrong type is left out: what the document's author is told of it, `check_request` finds in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar

from aws_cdk import Duration, Size

from cdk_inference_recommender.job.props.endpoint_input_configuration import EndpointInputConfiguration
from cdk_inference_recommender.job.props.job_type import JobType
from cdk_inference_recommender.job.props.stopping_conditions import (
    FlatInvocations,
    LatencyPercentile,
    ModelLatencyThreshold,
    StoppingConditions,
)
from cdk_inference_recommender.job.props.traffic_pattern import Phase, Stairs, TrafficPattern
from cdk_inference_recommender.model.container_config import (
    ContainerConfig,
    Domain,
    Framework,
    PayloadConfig,
    SupportedEndpointType,
    Task,
)
from cdk_inference_recommender.model.model_source import ModelSource
from cdk_inference_recommender.validation.tokens import is_unresolved

if TYPE_CHECKING:
    import jsii

_T = TypeVar("_T")
_Document = Mapping[str, Any]

_GREATEST_NUMBER: Final = 2**53
"""The greatest that the CDK, which is JavaScript, tells from its neighbours."""


class JobProps(TypedDict):
    """Those props of `InferenceRecommendationsJob` that say what the request says, networks and roles aside."""

    job_type: JobType
    model: ModelSource
    description: str | None
    job_duration: Duration | None
    traffic_pattern: TrafficPattern | None
    max_number_of_tests: jsii.Number | None
    max_parallel_of_tests: jsii.Number | None
    endpoint_configurations: Sequence[EndpointInputConfiguration]
    existing_endpoint: str | None
    stopping_conditions: StoppingConditions | None
    output_encryption_key: str | None
    compiled_output_s3_uri: str | None
    volume_encryption_key: str | None
    tags: Mapping[str, str]


def props_of(document: object) -> JobProps:
    """Read the props off a document.

    Args:
        document: A request, however malformed; CDK tokens may stand in it.

    Returns:
        Props that render to the document's well-formed members. A structure that lacks a member which the props
        require is left out.
    """
    request = _structure(document)
    config = _structure(request.get("InputConfig"))
    endpoints = _structures(config.get("Endpoints"))
    limit, output = _structure(config.get("ResourceLimit")), _structure(request.get("OutputConfig"))
    return JobProps(
        job_type=JobType.of(_text(request.get("JobType")) or JobType.DEFAULT.value),
        model=ModelSource(
            model_package_version_arn=_text(config.get("ModelPackageVersionArn")),
            model_name=_text(config.get("ModelName")),
            container_config=_given(config, "ContainerConfig", _container_config),
        ),
        description=_text(request.get("JobDescription")),
        job_duration=_seconds(config.get("JobDurationInSeconds")),
        traffic_pattern=_given(config, "TrafficPattern", _traffic_pattern),
        max_number_of_tests=_integer(limit.get("MaxNumberOfTests")),
        max_parallel_of_tests=_integer(limit.get("MaxParallelOfTests")),
        endpoint_configurations=[
            _endpoint_configuration(each) for each in _structures(config.get("EndpointConfigurations"))
        ],
        existing_endpoint=_text(endpoints[0].get("EndpointName")) if endpoints else None,
        stopping_conditions=_given(request, "StoppingConditions", _stopping_conditions),
        output_encryption_key=_text(output.get("KmsKeyId")),
        compiled_output_s3_uri=_text(_structure(output.get("CompiledOutputConfig")).get("S3OutputUri")),
        volume_encryption_key=_text(config.get("VolumeKmsKeyId")),
        tags={
            tag["Key"]: tag["Value"]
            for tag in _structures(request.get("Tags"))
            if isinstance(tag.get("Key"), str) and isinstance(tag.get("Value"), str)
        },
    )


def _container_config(config: _Document) -> ContainerConfig:
    return ContainerConfig(
        domain=_choice(config.get("Domain"), Domain.of),
        task=_choice(config.get("Task"), Task.of),
        framework=_choice(config.get("Framework"), Framework.of),
        framework_version=_text(config.get("FrameworkVersion")),
        payload_config=_given(config, "PayloadConfig", _payload_config),
        nearest_model_name=_text(config.get("NearestModelName")),
        supported_instance_types=_texts(config.get("SupportedInstanceTypes")),
        data_input_config=_text(config.get("DataInputConfig")),
        supported_endpoint_type=_choice(config.get("SupportedEndpointType"), SupportedEndpointType.of),
        supported_response_mime_types=_texts(config.get("SupportedResponseMIMETypes")),
    )


def _payload_config(payload: _Document) -> PayloadConfig | None:
    url = _text(payload.get("SamplePayloadUrl"))
    if url is None:
        return None
    return PayloadConfig(sample_payload_url=url, supported_content_types=_texts(payload.get("SupportedContentTypes")))


def _traffic_pattern(pattern: _Document) -> TrafficPattern:
    if "Stairs" in pattern:
        return TrafficPattern(stair_steps=_stairs(_structure(pattern["Stairs"])))
    phases = (_phase(phase) for phase in _structures(pattern.get("Phases")))
    return TrafficPattern(phase_list=tuple(phase for phase in phases if phase))


def _stairs(stairs: _Document) -> Stairs | None:
    duration = _seconds(stairs.get("DurationInSeconds"))
    number = _integer(stairs.get("NumberOfSteps"))
    users = _integer(stairs.get("UsersPerStep"))
    if duration is None or number is None or users is None:
        return None
    return Stairs(duration=duration, number_of_steps=number, users_per_step=users)


def _phase(phase: _Document) -> Phase | None:
    users = _integer(phase.get("InitialNumberOfUsers"))
    rate = _integer(phase.get("SpawnRate"))
    duration = _seconds(phase.get("DurationInSeconds"))
    if users is None or rate is None or duration is None:
        return None
    return Phase(initial_number_of_users=users, spawn_rate=rate, duration=duration)


def _endpoint_configuration(configuration: _Document) -> EndpointInputConfiguration:
    serverless = _structure(configuration.get("ServerlessConfig"))
    size = _integer(serverless.get("MemorySizeInMB"))
    ranges = _structure(configuration.get("EnvironmentParameterRanges")).get("CategoricalParameterRanges")
    return EndpointInputConfiguration(
        instance_type=_text(configuration.get("InstanceType")),
        memory_size=None if size is None else Size.mebibytes(size),
        max_concurrency=_integer(serverless.get("MaxConcurrency")),
        provisioned_concurrency=_integer(serverless.get("ProvisionedConcurrency")),
        inference_specification_name=_text(configuration.get("InferenceSpecificationName")),
        environment_parameter_ranges={
            parameter["Name"]: _texts(parameter.get("Value"))
            for parameter in _structures(ranges)
            if isinstance(parameter.get("Name"), str)
        },
    )


def _stopping_conditions(conditions: _Document) -> StoppingConditions:
    thresholds = (_threshold(each) for each in _structures(conditions.get("ModelLatencyThresholds")))
    return StoppingConditions(
        max_invocations=_integer(conditions.get("MaxInvocations")),
        model_latency_thresholds=[threshold for threshold in thresholds if threshold],
        flat_invocations=_choice(conditions.get("FlatInvocations"), FlatInvocations.of),
    )


def _threshold(threshold: _Document) -> ModelLatencyThreshold | None:
    percentile = _choice(threshold.get("Percentile"), LatencyPercentile.of)
    value = _integer(threshold.get("ValueInMilliseconds"))
    if percentile is None or value is None:
        return None
    return ModelLatencyThreshold(percentile=percentile, value=Duration.millis(value))


def _given(document: _Document, member: str, read: Callable[[_Document], _T | None]) -> _T | None:
    value = document.get(member)
    return read(value) if isinstance(value, Mapping) else None


def _choice(value: object, of: Callable[[str], _T]) -> _T | None:
    return of(value) if isinstance(value, str) else None


def _structure(value: object) -> _Document:
    return value if isinstance(value, Mapping) else {}


def _structures(value: object) -> list[_Document]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _integer(value: object) -> jsii.Number | None:
    if isinstance(value, float):
        return value if is_unresolved(value) else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    # A duration can't be negative, and an integer beyond JavaScript's would come out as another one.
    return value if 0 <= value <= _GREATEST_NUMBER else None


def _seconds(value: object) -> Duration | None:
    seconds = _integer(value)
    return None if seconds is None else Duration.seconds(seconds)
