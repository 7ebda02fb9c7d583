"""What an endpoint's variants have at run time, and what an update leaves of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from inference_recommender_sandbox.sagemaker.endpoint_backend import CREATING_SECONDS, SCALING_SECONDS

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

    from tests.sandbox.sagemaker.conftest import Aws

DESIRED = ("DesiredInstanceCount", "DesiredWeight")


def variant(name: str = "all", *, instance_type: str = "ml.c5.xlarge", count: int = 1, weight: float = 1) -> Any:
    return {
        "VariantName": name,
        "ModelName": "a-model",
        "InstanceType": instance_type,
        "InitialInstanceCount": count,
        "InitialVariantWeight": weight,
    }


SERVERLESS = {
    "VariantName": "all",
    "ModelName": "a-model",
    "InitialVariantWeight": 1,
    "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 5},
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


def endpoint(aws: Aws, *variants: Any) -> None:
    aws.sagemaker.create_endpoint_config(EndpointConfigName="first", ProductionVariants=[*variants])
    aws.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="first")
    aws.clock.sleep(CREATING_SECONDS)


def updated(aws: Aws, *variants: Any, **options: Any) -> list[Any]:
    aws.sagemaker.create_endpoint_config(EndpointConfigName="second", ProductionVariants=[*variants])
    aws.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="second", **options)
    aws.clock.sleep(CREATING_SECONDS)
    return at_run_time(aws)


def change(aws: Aws, *changes: Any, wait: bool = True) -> None:
    aws.sagemaker.update_endpoint_weights_and_capacities(EndpointName="e", DesiredWeightsAndCapacities=[*changes])
    if wait:
        aws.clock.sleep(SCALING_SECONDS)


def at_run_time(aws: Aws) -> list[Any]:
    described = aws.sagemaker.describe_endpoint(EndpointName="e")
    assert described["EndpointStatus"] == "InService"
    for each in described["ProductionVariants"]:
        for name in DESIRED:
            assert each.get(name) == each.get(name.replace("Desired", "Current"))
    return [tuple(each.get(name) for name in DESIRED) for each in described["ProductionVariants"]]


@pytest.fixture
def scaled_out(aws: Aws, client: SageMakerClient) -> Aws:
    assert client
    endpoint(aws, variant())
    change(aws, {"VariantName": "all", "DesiredInstanceCount": 4, "DesiredWeight": 0.5})
    assert at_run_time(aws) == [(4, 0.5)]
    return aws


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({}, (2, 1)),
        ({"RetainAllVariantProperties": False}, (2, 1)),
        ({"RetainAllVariantProperties": True}, (4, 0.5)),
        ({"RetainAllVariantProperties": True, "ExcludeRetainedVariantProperties": ["DesiredInstanceCount"]}, (2, 0.5)),
        ({"RetainAllVariantProperties": True, "ExcludeRetainedVariantProperties": ["DesiredWeight"]}, (4, 1)),
        ({"RetainAllVariantProperties": True, "ExcludeRetainedVariantProperties": ["DataCaptureConfig"]}, (4, 0.5)),
        ({"ExcludeRetainedVariantProperties": ["DesiredWeight"]}, (2, 1)),
    ],
)
def test_an_update_resets_what_it_doesnt_retain(scaled_out: Aws, options: dict[str, Any], left: Any) -> None:
    if excluded := options.get("ExcludeRetainedVariantProperties"):
        options = options | {
            "ExcludeRetainedVariantProperties": [{"VariantPropertyType": each} for each in excluded],
        }
    assert updated(scaled_out, variant(count=2), **options) == [left]


def test_another_instance_type_is_retained_with_the_same_number(scaled_out: Aws) -> None:
    other = variant(instance_type="ml.g4dn.xlarge", count=2)
    assert updated(scaled_out, other, RetainAllVariantProperties=True) == [(4, 0.5)]


def test_a_new_variant_starts_as_it_is_configured(scaled_out: Aws) -> None:
    new = [variant("new", count=3), variant()]
    assert updated(scaled_out, *new, RetainAllVariantProperties=True) == [(3, 1), (4, 0.5)]


def test_a_variant_that_becomes_serverless_has_no_instances(scaled_out: Aws) -> None:
    assert updated(scaled_out, SERVERLESS, RetainAllVariantProperties=True) == [(None, 0.5)]


def test_a_change_takes_its_time_and_leaves_alone_what_it_doesnt_name(scaled_out: Aws) -> None:
    change(scaled_out, {"VariantName": "all", "DesiredInstanceCount": 2}, wait=False)
    described = scaled_out.sagemaker.describe_endpoint(EndpointName="e")
    assert described["EndpointStatus"] == "Updating"
    [now] = described["ProductionVariants"]
    assert (now["CurrentInstanceCount"], now["DesiredInstanceCount"]) == (4, 2)
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        change(scaled_out, {"VariantName": "all", "DesiredInstanceCount": 3})
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        updated(scaled_out, variant())
    scaled_out.clock.sleep(SCALING_SECONDS)
    assert at_run_time(scaled_out) == [(2, 0.5)]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ([{"VariantName": "none", "DesiredWeight": 1}], "not present within endpoint configuration"),
        ([{"VariantName": "all", "DesiredWeight": 1}] * 2, "non-unique within the request"),
        ([{"VariantName": "all", "DesiredInstanceCount": 0}], "can't have a DesiredInstanceCount of 0"),
        ([{"VariantName": "less", "DesiredInstanceCount": 1}], "is serverless"),
        (
            [{"VariantName": name, "DesiredInstanceCount": 1} for name in ("all", "other")],
            "capacity of one variant",
        ),
    ],
)
def test_what_a_variant_cant_have_is_refused(aws: Aws, client: SageMakerClient, changes: Any, refused: str) -> None:
    assert client
    endpoint(aws, variant(), variant("other"), SERVERLESS | {"VariantName": "less"})
    with pytest.raises(ClientError, match=refused) as failure:
        change(aws, *changes)
    assert failure.value.response["Error"]["Code"] == "ValidationException"
    assert at_run_time(aws) == [(1, 1), (1, 1), (None, 1)]
