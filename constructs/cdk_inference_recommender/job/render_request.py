"""The request that a job's props amount to, as `CreateInferenceRecommendationsJob` takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from cdk_inference_recommender.validation.finite_numbers import refuse_non_finite
from cdk_inference_recommender.validation.tokens import mebibytes_of, milliseconds_of, seconds_of
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from aws_cdk import Duration

    from cdk_inference_recommender.job.props.endpoint_input_configuration import EndpointInputConfiguration
    from cdk_inference_recommender.job.props.job_type import JobType
    from cdk_inference_recommender.job.props.stopping_conditions import StoppingConditions
    from cdk_inference_recommender.job.props.traffic_pattern import TrafficPattern
    from cdk_inference_recommender.model.container_config import ContainerConfig
    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.validation.closed_choice import ClosedChoice

RequestDocument: TypeAlias = dict[str, Any]
_Item = TypeVar("_Item")


def render_request(
    *,
    job_type: JobType,
    role_arn: str,
    model: ModelSource,
    description: str | None,
    job_duration: Duration | None,
    traffic_pattern: TrafficPattern | None,
    max_number_of_tests: float | None,
    max_parallel_of_tests: float | None,
    endpoint_configurations: Sequence[EndpointInputConfiguration],
    existing_endpoint: str | None,
    stopping_conditions: StoppingConditions | None,
    output_kms_key_id: str | None,
    compiled_output_s3_uri: str | None,
    volume_kms_key_id: str | None,
    security_group_ids: Sequence[str],
    subnet_ids: Sequence[str],
) -> RequestDocument:
    """Render everything but the job's name and tags; what wasn't given is absent.

    Raises:
        ValidationError: A duration or size can't be expressed in the API's unit, a list isn't one, or a number is NaN
            or infinite.
    """
    request = _given(
        JobType=job_type.value,
        RoleArn=role_arn,
        JobDescription=description,
        InputConfig=_given(
            ModelPackageVersionArn=model.model_package_version_arn,
            ModelName=model.model_name,
            JobDurationInSeconds=_seconds(job_duration, "job_duration"),
            TrafficPattern=_traffic_pattern(traffic_pattern),
            ResourceLimit=_given(MaxNumberOfTests=max_number_of_tests, MaxParallelOfTests=max_parallel_of_tests)
            or None,
            EndpointConfigurations=[
                _endpoint_configuration(configuration, f"endpoint_configurations[{index}]")
                for index, configuration in enumerate(endpoint_configurations)
            ]
            or None,
            VolumeKmsKeyId=volume_kms_key_id,
            ContainerConfig=_container_config(model.container_config),
            Endpoints=[{"EndpointName": existing_endpoint}] if existing_endpoint is not None else None,
            VpcConfig=_given(SecurityGroupIds=list(security_group_ids) or None, Subnets=list(subnet_ids) or None)
            or None,
        ),
        StoppingConditions=_stopping_conditions(stopping_conditions),
        OutputConfig=_given(
            KmsKeyId=output_kms_key_id,
            CompiledOutputConfig=_given(S3OutputUri=compiled_output_s3_uri) or None,
        )
        or None,
    )
    refuse_non_finite(request)
    return request


def _traffic_pattern(pattern: TrafficPattern | None) -> RequestDocument | None:
    if pattern is None:
        return None
    if pattern.stair_steps is not None:
        return {
            "TrafficType": "STAIRS",
            "Stairs": _given(
                DurationInSeconds=_seconds(pattern.stair_steps.duration, "traffic_pattern.stairs.duration"),
                NumberOfSteps=pattern.stair_steps.number_of_steps,
                UsersPerStep=pattern.stair_steps.users_per_step,
            ),
        }
    return {
        "TrafficType": "PHASES",
        "Phases": [
            _given(
                InitialNumberOfUsers=phase.initial_number_of_users,
                SpawnRate=phase.spawn_rate,
                DurationInSeconds=_seconds(phase.duration, f"traffic_pattern.phases[{index}].duration"),
            )
            for index, phase in enumerate(pattern.phase_list)
        ],
    }


def _endpoint_configuration(configuration: EndpointInputConfiguration, field: str) -> RequestDocument:
    memory_size = configuration.memory_size
    return _given(
        InstanceType=configuration.instance_type,
        InferenceSpecificationName=configuration.inference_specification_name,
        EnvironmentParameterRanges={
            "CategoricalParameterRanges": [
                {"Name": name, "Value": _items(values, f"{field}.environment_parameter_ranges[{name!r}]")}
                for name, values in configuration.environment_parameter_ranges.items()
            ]
        }
        if configuration.environment_parameter_ranges
        else None,
        ServerlessConfig=_given(
            MemorySizeInMB=None if memory_size is None else mebibytes_of(memory_size, f"{field}.memory_size"),
            MaxConcurrency=configuration.max_concurrency,
            ProvisionedConcurrency=configuration.provisioned_concurrency,
        )
        or None,
    )


def _container_config(config: ContainerConfig | None) -> RequestDocument | None:
    if config is None:
        return None
    payload = config.payload_config
    return _given(
        Domain=_choice(config.domain),
        Task=_choice(config.task),
        Framework=_choice(config.framework),
        FrameworkVersion=config.framework_version,
        PayloadConfig=None
        if payload is None
        else _given(
            SamplePayloadUrl=payload.sample_payload_url,
            SupportedContentTypes=_list(
                payload.supported_content_types, "model.container_config.payload_config.supported_content_types"
            ),
        ),
        NearestModelName=config.nearest_model_name,
        SupportedInstanceTypes=_list(
            config.supported_instance_types, "model.container_config.supported_instance_types"
        ),
        DataInputConfig=config.data_input_config,
        SupportedEndpointType=_choice(config.supported_endpoint_type),
        SupportedResponseMIMETypes=_list(
            config.supported_response_mime_types, "model.container_config.supported_response_mime_types"
        ),
    )


def _stopping_conditions(conditions: StoppingConditions | None) -> RequestDocument | None:
    if conditions is None:
        return None
    return _given(
        MaxInvocations=conditions.max_invocations,
        ModelLatencyThresholds=[
            _given(
                Percentile=_choice(threshold.percentile),
                ValueInMilliseconds=milliseconds_of(
                    threshold.value, f"stopping_conditions.model_latency_thresholds[{index}].value"
                ),
            )
            for index, threshold in enumerate(
                _items(conditions.model_latency_thresholds, "stopping_conditions.model_latency_thresholds")
            )
        ]
        or None,
        FlatInvocations=_choice(conditions.flat_invocations),
    )


def _seconds(duration: Duration | None, field: str) -> float | None:
    return None if duration is None else seconds_of(duration, field)


def _choice(choice: ClosedChoice | None) -> str | None:
    return None if choice is None else choice.value


def _list(values: Sequence[str], field: str) -> list[str] | None:
    return _items(values, field) or None


def _items(values: Sequence[_Item], field: str) -> list[_Item]:
    # A text is a sequence of texts: it would be taken apart letter by letter.
    if isinstance(values, str) or not isinstance(values, Sequence):
        shown = repr(values) if isinstance(values, str) else f"<{type(values).__name__}>"
        raise ValidationError(f"{field} = {shown} isn't a list. Put it into square brackets.")
    return list(values)


def _given(**members: Any) -> RequestDocument:
    return {name: value for name, value in members.items() if value is not None}
