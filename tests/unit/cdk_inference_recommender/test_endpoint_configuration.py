"""Props of an endpoint's configuration: rendered, granted, refused, and warned of where the job measured otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Duration, Size
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

from cdk_inference_recommender import (
    AsyncInference,
    CaptureMode,
    CoreDump,
    DataCapture,
    InferenceAmiVersion,
    NotificationTopic,
    RoutingStrategy,
    S3Destination,
    ValidationError,
)

from .operated_endpoint import errors_of_endpoints, operated_endpoint
from .synthesis import Json, new_stack, only, resources, statements, template_of, warnings_of

RESERVATION = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/reserved"


def bucket(stack: Any, name: str = "captured") -> s3.IBucket:
    return s3.Bucket.from_bucket_name(stack, name.title(), name)


def configuration(template: Json) -> Json:
    properties: Json = only(template, "AWS::SageMaker::EndpointConfig")["Properties"]
    return properties


@pytest.mark.parametrize(
    ("props", "expected"),
    [
        ({"initial_instance_count": 3}, {"InitialInstanceCount": 3}),
        ({"model_data_download_timeout": Duration.minutes(10)}, {"ModelDataDownloadTimeoutInSeconds": 600}),
        (
            {"container_startup_health_check_timeout": Duration.minutes(10)},
            {"ContainerStartupHealthCheckTimeoutInSeconds": 600},
        ),
        ({"instance_provision_timeout": Duration.minutes(10)}, {"VariantInstanceProvisionTimeoutInSeconds": 600}),
        (
            {"inference_ami_version": InferenceAmiVersion.AL2_GPU_3_1},
            {"InferenceAmiVersion": "al2-ami-sagemaker-inference-gpu-3-1"},
        ),
        (
            {"routing_strategy": RoutingStrategy.LEAST_OUTSTANDING_REQUESTS},
            {"RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"}},
        ),
        (
            {"routing_strategy": RoutingStrategy.prefix_aware(prefix_length=1024, concurrency_threshold=8)},
            {
                "RoutingConfig": {
                    "RoutingStrategy": "PREFIX_AWARE",
                    "PrefixAwareRoutingConfig": {"PrefixLength": 1024, "ConcurrencyThreshold": 8},
                }
            },
        ),
        (
            {"capacity_reservation": RESERVATION},
            {
                "CapacityReservationConfig": {
                    "CapacityReservationPreference": "capacity-reservations-only",
                    "MlReservationArn": RESERVATION,
                }
            },
        ),
        ({"enable_ssm_access": True}, {"EnableSSMAccess": True}),
        ({"volume_size": Size.gibibytes(64)}, {"VolumeSizeInGB": 64}),
    ],
)
def test_a_prop_of_the_variant_changes_nothing_else_of_it(props: dict[str, Any], expected: Json) -> None:
    plain, stack = new_stack(), new_stack()
    operated_endpoint(plain)
    operated_endpoint(stack, **props)
    (before,) = configuration(template_of(plain))["ProductionVariants"]
    (after,) = configuration(template_of(stack))["ProductionVariants"]
    assert after == {**before, **expected}


def test_the_number_of_instances_reaches_what_sets_it_after_an_update() -> None:
    stack = new_stack()
    operated_endpoint(stack, initial_instance_count=3)
    counts = resources(template_of(stack), "Custom::EndpointInstanceCount").values()
    assert [each["Properties"]["InitialInstanceCount"] for each in counts] == [3]


def test_a_serverless_variant_keeps_what_is_recommended_beside_provisioned_concurrency() -> None:
    stack = new_stack()
    operated_endpoint(stack, serverless=True, provisioned_concurrency=2)
    (variant,) = configuration(template_of(stack))["ProductionVariants"]
    assert variant["ServerlessConfig"]["ProvisionedConcurrency"] == 2
    assert {"MaxConcurrency", "MemorySizeInMB"} < set(variant["ServerlessConfig"])


def test_captured_data_is_written_by_the_role_with_the_key() -> None:
    stack = new_stack()
    key = kms.Key(stack, "Key")
    capture = DataCapture(
        destination=S3Destination(bucket=bucket(stack), prefix="live"),
        sampling_percentage=20,
        capture_modes=[CaptureMode.INPUT_AND_OUTPUT],
        encryption_key=key,
        csv_content_types=["text/csv"],
        json_content_types=["application/json"],
    )
    operated_endpoint(stack, role=None, data_capture=capture)
    template = template_of(stack)
    rendered = configuration(template)["DataCaptureConfig"]
    assert rendered == {
        "DestinationS3Uri": "s3://captured/live",
        "InitialSamplingPercentage": 20,
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        "KmsKeyId": rendered["KmsKeyId"],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }
    granted = str(statements(template, "EndpointRole"))
    assert "s3:PutObject" in granted
    assert "captured/live/*" in granted
    assert "kms:GenerateDataKey*" in granted
    (policy,) = [name for name in resources(template, "AWS::IAM::Policy") if name.startswith("EndpointRole")]
    assert policy in only(template, "AWS::SageMaker::EndpointConfig")["DependsOn"]


def test_an_asynchronous_endpoint_writes_and_notifies() -> None:
    stack = new_stack()
    topic = sns.Topic(stack, "Topic")
    inference = AsyncInference(
        output=S3Destination(bucket=bucket(stack)),
        failure_output=S3Destination(bucket=bucket(stack, "failures"), prefix="bert"),
        success_topic=topic,
        error_topic=topic,
        include_response_in=[NotificationTopic.SUCCESS],
        max_concurrent_invocations_per_instance=4,
    )
    operated_endpoint(stack, role=None, async_inference=inference)
    template = template_of(stack)
    rendered = configuration(template)["AsyncInferenceConfig"]
    assert rendered["ClientConfig"] == {"MaxConcurrentInvocationsPerInstance": 4}
    assert rendered["OutputConfig"]["S3OutputPath"] == "s3://captured"
    assert rendered["OutputConfig"]["S3FailurePath"] == "s3://failures/bert"
    notifications = rendered["OutputConfig"]["NotificationConfig"]
    assert notifications["IncludeInferenceResponseIn"] == ["SUCCESS_NOTIFICATION_TOPIC"]
    assert notifications["SuccessTopic"] == notifications["ErrorTopic"]
    granted = str(statements(template, "EndpointRole"))
    assert "sns:Publish" in granted
    assert "captured/*" in granted
    assert "failures/bert/*" in granted


def test_core_dumps_and_sessions_are_granted() -> None:
    stack = new_stack()
    dump = CoreDump(destination=S3Destination(bucket=bucket(stack), prefix="dumps"))
    operated_endpoint(stack, role=None, core_dump=dump, enable_ssm_access=True)
    template = template_of(stack)
    (variant,) = configuration(template)["ProductionVariants"]
    assert variant["CoreDumpConfig"] == {"DestinationS3Uri": "s3://captured/dumps"}
    granted = str(statements(template, "EndpointRole"))
    assert "captured/dumps/*" in granted
    assert "ssmmessages:OpenDataChannel" in granted


def test_metrics_of_each_instance_are_published_as_often_as_asked() -> None:
    stack = new_stack()
    operated_endpoint(stack, enhanced_metrics=True, metric_publish_frequency=Duration.seconds(10))
    assert configuration(template_of(stack))["MetricsConfig"] == {
        "EnableEnhancedMetrics": True,
        "MetricPublishFrequencyInSeconds": 10,
    }


def test_what_the_service_would_refuse_is_one_error() -> None:
    cases: list[tuple[Any, str]] = [
        ({"initial_instance_count": 0}, "initial_instance_count = 0: must be at least 1"),
        (
            {"model_data_download_timeout": Duration.seconds(59)},
            "model_data_download_timeout = 59: must be at least 60",
        ),
        (
            {"container_startup_health_check_timeout": Duration.hours(2)},
            "container_startup_health_check_timeout = 7200: must be at most 3600",
        ),
        ({"instance_provision_timeout": Duration.minutes(1)}, "instance_provision_timeout = 60: must be at least 300"),
        ({"volume_size": Size.gibibytes(513)}, "volume_size = 513: must be at most 512"),
        ({"capacity_reservation": "reserved"}, "capacity_reservation = 'reserved': must match arn:"),
        (
            {"routing_strategy": RoutingStrategy.prefix_aware(prefix_length=10, concurrency_threshold=8)},
            "routing_strategy.prefix_length = 10: must be at least 1024",
        ),
        ({"routing_strategy": RoutingStrategy.of("ROUND_ROBIN")}, "routing_strategy = 'ROUND_ROBIN': must be one of"),
        ({"metric_publish_frequency": Duration.seconds(15)}, "metric_publish_frequency = 15: must be one of 10, 30"),
    ]
    errors = errors_of_endpoints(new_stack(), *(props for props, _ in cases))
    for error, (_, found) in zip(errors, cases, strict=True):
        assert error.startswith(found)


def test_data_capture_has_its_bounds() -> None:
    cases: list[tuple[Any, str]] = [
        ({"sampling_percentage": 101}, "sampling_percentage = 101: must be at most 100"),
        ({"capture_modes": []}, "capture_modes: is required"),
        ({"csv_content_types": ["csv"]}, "csv_content_types[0] = 'csv': must match"),
    ]
    stack = new_stack()
    sound: dict[str, Any] = {"destination": S3Destination(bucket=bucket(stack)), "sampling_percentage": 20}
    captures = [{"data_capture": DataCapture(**(sound | arguments))} for arguments, _ in cases]
    errors = errors_of_endpoints(stack, *captures)
    for error, (_, found) in zip(errors, cases, strict=True):
        assert error.startswith(f"data_capture.{found}")


def test_an_asynchronous_endpoint_has_its_bounds() -> None:
    cases: list[tuple[Any, str]] = [
        ({"include_response_in": [NotificationTopic.ERROR]}, "include_response_in[0] = 'ERROR_NOTIFICATION_TOPIC': a "),
        (
            {"max_concurrent_invocations_per_instance": 1001},
            "max_concurrent_invocations_per_instance = 1001: must be at most 1000",
        ),
    ]
    stack = new_stack()
    output = S3Destination(bucket=bucket(stack))
    asynchronous = [{"async_inference": AsyncInference(output=output, **arguments)} for arguments, _ in cases]
    errors = errors_of_endpoints(stack, *asynchronous)
    for error, (_, found) in zip(errors, cases, strict=True):
        assert error.startswith(f"async_inference.{found}")


def test_what_makes_the_endpoint_differ_from_the_benchmark_is_warned_of() -> None:
    stack = new_stack()
    operated_endpoint(
        stack,
        inference_ami_version=InferenceAmiVersion.AL2_GPU_2,
        network_isolation=True,
        async_inference=AsyncInference(output=S3Destination(bucket=bucket(stack))),
    )
    warnings = warnings_of(stack)
    assert len(warnings) == 3
    assert all("the endpoint runs otherwise than the job has measured" in warning for warning in warnings)
    assert all("EndpointNotAsMeasured" in warning for warning in warnings)
    assert [warning.partition(" ")[0].partition(":")[0] for warning in warnings] == [
        "inference_ami_version",
        "network_isolation",
        "async_inference",
    ]


def test_no_isolation_is_as_measured() -> None:
    stack = new_stack()
    operated_endpoint(stack, network_isolation=False)
    assert not warnings_of(stack)


@pytest.mark.parametrize(
    ("props", "rule"),
    [
        ({"inference_ami_version": InferenceAmiVersion.of("al2-ami-sagemaker-inference-gpu-9")}, "AmiVersionUnknown"),
        ({"enable_ssm_access": True, "network_isolation": True}, "SsmAccessIsolated"),
    ],
)
def test_what_may_not_work_is_warned_of(props: dict[str, Any], rule: str) -> None:
    stack = new_stack()
    operated_endpoint(stack, **props)
    assert any(rule in warning for warning in warnings_of(stack))


def test_capturing_an_asynchronous_endpoints_data_is_warned_of() -> None:
    stack = new_stack()
    place = S3Destination(bucket=bucket(stack))
    operated_endpoint(
        stack,
        async_inference=AsyncInference(output=place),
        data_capture=DataCapture(destination=place, sampling_percentage=1),
    )
    assert any("DataCaptureAsync" in warning for warning in warnings_of(stack))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("volume_size", Size.gibibytes(1)),
        ("initial_instance_count", 1),
        ("model_data_download_timeout", Duration.minutes(1)),
        ("container_startup_health_check_timeout", Duration.minutes(1)),
        ("instance_provision_timeout", Duration.minutes(5)),
        ("inference_ami_version", InferenceAmiVersion.AL2_GPU_2),
        ("routing_strategy", RoutingStrategy.RANDOM),
        ("capacity_reservation", RESERVATION),
        ("enable_ssm_access", True),
        ("enhanced_metrics", True),
        ("metric_publish_frequency", Duration.minutes(1)),
    ],
)
def test_a_serverless_endpoint_has_no_instances_to_configure(name: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=rf"^Stack/Endpoint: a serverless endpoint takes no {name} \("):
        operated_endpoint(new_stack(), serverless=True, **{name: value})


def test_instances_have_no_provisioned_concurrency() -> None:
    with pytest.raises(ValidationError, match=r"an endpoint on instances takes no provisioned_concurrency \("):
        operated_endpoint(new_stack(), provisioned_concurrency=1)


@pytest.mark.parametrize(
    ("props", "message"),
    [
        ({"data_capture": "s3://captured"}, "data_capture = 's3://captured' isn't of type DataCapture"),
        ({"routing_strategy": "RANDOM"}, "routing_strategy = 'RANDOM' isn't of type RoutingStrategy"),
        ({"volume_size": 64}, "volume_size = 64 isn't of type Size"),
        ({"deployment_config": "canary"}, "deployment_config = 'canary' isn't of type DeploymentConfig"),
        ({"volume_size": Size.mebibytes(1500)}, r"volume_size is 1\.46484375 GiB\. Give a whole number of GiB"),
        ({"initial_instance_count": float("nan")}, "initial_instance_count = nan: a template can't contain NaN"),
    ],
)
def test_a_prop_of_another_type_is_named(props: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=rf"^Stack/Endpoint: {message}"):
        operated_endpoint(new_stack(), **props)
