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
