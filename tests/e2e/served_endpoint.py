"""What a stack's endpoint runs, as the service tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.conftest import LocalAws


def physical_ids(aws: LocalAws, stack: str) -> dict[str, str]:
    described = aws.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {each["ResourceType"]: each["PhysicalResourceId"] for each in described}


def serving(aws: LocalAws, stack: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variant that the stack's endpoint runs, and the container that it runs in."""
    client = aws.client("sagemaker")
    name = physical_ids(aws, stack)["AWS::SageMaker::Endpoint"].rpartition("/")[2]
    configuration = client.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    [variant] = client.describe_endpoint_config(EndpointConfigName=configuration)["ProductionVariants"]
    return variant, client.describe_model(ModelName=variant["ModelName"])["PrimaryContainer"]


def models(aws: LocalAws, stack: str) -> list[str]:
    listed = aws.client("sagemaker").list_models()["Models"]
    return [model["ModelName"] for model in listed if model["ModelName"].startswith(stack.lower())]
