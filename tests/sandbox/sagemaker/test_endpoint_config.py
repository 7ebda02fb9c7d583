"""Endpoint configurations exist for what is recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_sagemaker import SageMakerClient

    from tests.sandbox.sagemaker.conftest import Aws


def _variant(instance_type: str) -> Any:
    return {
        "VariantName": "all",
        "ModelName": "a-model",
        "InstanceType": instance_type,
        "InitialInstanceCount": 1,
    }


@pytest.fixture
def client(aws: Aws) -> SageMakerClient:
    sagemaker: SageMakerClient = aws.sagemaker
    sagemaker.create_model(
        ModelName="a-model",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/execution",
        PrimaryContainer={"Image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.3-cpu"},
    )
    return sagemaker


@pytest.mark.parametrize("instance_type", ["ml.c5.xlarge", "ml.inf2.xlarge", "ml.g6.xlarge"])
def test_an_instance_type_of_the_service_model_is_taken(client: SageMakerClient, instance_type: str) -> None:
    client.create_endpoint_config(EndpointConfigName="a-configuration", ProductionVariants=[_variant(instance_type)])
    [variant] = client.describe_endpoint_config(EndpointConfigName="a-configuration")["ProductionVariants"]
    assert variant["InstanceType"] == instance_type


def test_an_instance_type_that_it_lacks_is_refused(client: SageMakerClient) -> None:
    with pytest.raises(ClientError, match=r"ml\.c5\.gigantic.*Member must satisfy enum value set"):
        client.create_endpoint_config(EndpointConfigName="no", ProductionVariants=[_variant("ml.c5.gigantic")])


NAME = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"


def _refused(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return refused.value.response["Error"]["Message"]


def _pattern(value: str, member: str, pattern: str) -> str:
    return (
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy "
        f"regular expression pattern: {pattern}"
    )


def test_a_name_that_breaks_its_pattern_is_refused_in_the_services_words(client: SageMakerClient) -> None:
    good = _variant("ml.c5.xlarge")
    assert _refused(
        lambda: client.create_endpoint_config(EndpointConfigName="my_config", ProductionVariants=[good])
    ) == _pattern("my_config", "endpointConfigName", NAME)
    assert _refused(
        lambda: client.create_endpoint_config(
            EndpointConfigName="c", ProductionVariants=[good | {"VariantName": "a b"}]
        )
    ) == _pattern("a b", "productionVariants.1.member.variantName", NAME)
    assert _refused(
        lambda: client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[good], KmsKeyId="a key")
    ) == _pattern("a key", "kmsKeyId", "[a-zA-Z0-9:/_-]*")
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[good], KmsKeyId="alias/key")
    for call in (client.create_endpoint, client.update_endpoint):
        refused = _refused(lambda call=call: call(EndpointName="my_endpoint", EndpointConfigName="c"))  # type: ignore[misc]
        assert refused == _pattern("my_endpoint", "endpointName", NAME)
    assert _refused(
        lambda: client.create_model(ModelName="my_model", ExecutionRoleArn="arn:aws:iam::123456789012:role/a-role")
    ) == _pattern("my_model", "modelName", r"[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?")


def test_a_name_that_is_taken_is_refused_whatever_its_capitals(client: SageMakerClient) -> None:
    first, second = [_variant("ml.c5.xlarge")], [_variant("ml.m5.xlarge")]
    client.create_endpoint_config(EndpointConfigName="Mine", ProductionVariants=first)
    client.create_endpoint(EndpointName="Mine", EndpointConfigName="Mine")
    arn = "arn:aws:sagemaker:us-east-1:123456789012:{}/mine"
    for name in ("Mine", "mine"):
        refused = _refused(lambda: client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=second))  # noqa: B023
        assert refused == f'Cannot create already existing endpoint configuration "{arn.format("endpoint-config")}".'
        refused = _refused(lambda: client.create_endpoint(EndpointName=name, EndpointConfigName="Mine"))  # noqa: B023
        assert refused == f'Cannot create already existing endpoint "{arn.format("endpoint")}".'
    [variant] = client.describe_endpoint_config(EndpointConfigName="Mine")["ProductionVariants"]
    assert variant["InstanceType"] == "ml.c5.xlarge"


def test_a_tag_of_aws_itself_is_refused_everywhere(client: SageMakerClient) -> None:
    tags: Any = [{"Key": "aws:x", "Value": "y"}]
    variants = [_variant("ml.c5.xlarge")]
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=variants)
    arn = client.create_endpoint(EndpointName="e", EndpointConfigName="c")["EndpointArn"]
    role = "arn:aws:iam::123456789012:role/a-role"
    calls: list[Callable[[], object]] = [
        lambda: client.add_tags(ResourceArn=arn, Tags=tags),
        lambda: client.create_endpoint(EndpointName="f", EndpointConfigName="c", Tags=tags),
        lambda: client.create_endpoint_config(EndpointConfigName="d", ProductionVariants=variants, Tags=tags),
        lambda: client.create_model(ModelName="m", ExecutionRoleArn=role, Tags=tags),
    ]
    for call in calls:
        assert _refused(call).startswith("aws: prefixed tag key names are not allowed")


def _serverless(**members: Any) -> Any:
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 5}
    return {"VariantName": "all", "ModelName": "a-model", "ServerlessConfig": serverless} | members


CAPTURE = {
    "InitialSamplingPercentage": 10,
    "DestinationS3Uri": "s3://captured",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}
ASYNC = {"OutputConfig": {"S3OutputPath": "s3://responses"}}
PREFIX_AWARE = {"RoutingStrategy": "PREFIX_AWARE"}


@pytest.mark.parametrize(
    ("variants", "members", "message"),
    [
        ([_serverless()], {"DataCaptureConfig": CAPTURE}, "DataCaptureConfig isn't supported for serverless"),
        ([_serverless()], {"AsyncInferenceConfig": ASYNC}, "AsyncInferenceConfig isn't supported for serverless"),
        ([_serverless(VolumeSizeInGB=5)], {}, "VolumeSizeInGB isn't supported for serverless variants"),
        (
            [_serverless(ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1, "ProvisionedConcurrency": 2})],
            {},
            "must be less than or equal to MaxConcurrency",
        ),
        (
            [_variant("ml.c5.xlarge"), {**_variant("ml.c5.xlarge"), "VariantName": "other"}],
            {"AsyncInferenceConfig": ASYNC},
            "isn't supported for endpoints with several variants",
        ),
        (
            [_variant("ml.c5.xlarge")],
            {
                "AsyncInferenceConfig": {
                    "OutputConfig": {
                        "NotificationConfig": {"IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC"]}
                    }
                }
            },
            "needs a SuccessTopic",
        ),
        ([{**_variant("ml.c5.xlarge"), "InferenceAmiVersion": "al3"}], {}, "Value 'al3' .* enum value set"),
        ([{**_variant("ml.c5.xlarge"), "RoutingConfig": PREFIX_AWARE}], {}, "PREFIX_AWARE, and no other strategy"),
        ([_variant("ml.c5.xlarge")], {"MetricsConfig": {"MetricPublishFrequencyInSeconds": 20}}, "isn't one of"),
        ([{**_variant("ml.c5.xlarge"), "VolumeSizeInGB": 513}], {}, "less than or equal to 512"),
    ],
)
def test_members_that_exclude_each_other_are_refused(
    client: SageMakerClient, variants: Any, members: Any, message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        client.create_endpoint_config(EndpointConfigName="no", ProductionVariants=variants, **members)


def test_a_description_shows_what_was_given(client: SageMakerClient) -> None:
    variant: Any = {**_variant("ml.c5.xlarge"), "EnableSSMAccess": True, "RoutingConfig": {"RoutingStrategy": "RANDOM"}}
    metrics: Any = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}
    client.create_endpoint_config(
        EndpointConfigName="a-configuration",
        ProductionVariants=[variant],
        DataCaptureConfig=CAPTURE,  # type: ignore[arg-type]
        AsyncInferenceConfig=ASYNC,  # type: ignore[arg-type]
        MetricsConfig=metrics,
    )
    shown = client.describe_endpoint_config(EndpointConfigName="a-configuration")
    assert shown["ProductionVariants"] == [variant]
    assert shown["DataCaptureConfig"] == CAPTURE
    assert shown["AsyncInferenceConfig"] == ASYNC
    assert shown["MetricsConfig"] == metrics
