"""Endpoint configurations exist for what is recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
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
        ExecutionRoleArn="arn:aws:iam::123456789012:role/a-role",
        PrimaryContainer={"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/an-image"},
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
