"""The types that the sandbox provisions itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from inference_recommender_sandbox.cloudformation.providers.api_resource import (
    ApiCall,
    ApiClients,
    ApiResource,
    ApiResourceProvider,
    Parameters,
    same,
)
from inference_recommender_sandbox.cloudformation.providers.bucket_policy import BucketPolicyProvider
from inference_recommender_sandbox.cloudformation.providers.lambda_function import LambdaFunctionProvider
from inference_recommender_sandbox.cloudformation.resource_provider import ResourceProvider

_EVENT_INVOKE_CONFIG: Final = ApiCall(
    operation="PutFunctionEventInvokeConfig",
    parameters=lambda p, _: same(
        p, "FunctionName", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"
    ),
)

def _ssm_parameter(properties: Parameters, name: str) -> Parameters:
    members = same(properties, "Type", "Value", "Description", "AllowedPattern", "Tier", "DataType", "Policies")
    return members | {"Name": name}


_API_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::SSM::Parameter": ApiResource(
        service="ssm",
        create=ApiCall(
            operation="PutParameter",
            parameters=lambda p, name: _ssm_parameter(p, name)
            | {"Tags": [{"Key": key, "Value": value} for key, value in p.get("Tags", {}).items()]},
        ),
        update=ApiCall(
            operation="PutParameter", parameters=lambda p, name: _ssm_parameter(p, name) | {"Overwrite": True}
        ),
        delete=ApiCall(operation="DeleteParameter", parameters=lambda _, name: {"Name": name}),
        attributes=lambda p, _name, _answer: same(p, "Type", "Value"),
        name_property="Name",
    ),
    "AWS::Lambda::EventInvokeConfig": ApiResource(
        service="lambda",
        create=_EVENT_INVOKE_CONFIG,
        update=_EVENT_INVOKE_CONFIG,
        delete=ApiCall(
            operation="DeleteFunctionEventInvokeConfig", parameters=lambda p, _: same(p, "FunctionName")
        ),
    ),
}


def own_providers(endpoint_url: Callable[[], str]) -> dict[str, ResourceProvider]:
    """Return the providers by type.

    Args:
        endpoint_url: The sandbox's own address.
    """
    clients = ApiClients(endpoint_url=endpoint_url)
    providers: dict[str, ResourceProvider] = {
        resource_type: ApiResourceProvider(resource_type, resource, clients)
        for resource_type, resource in _API_RESOURCES.items()
    }
    return providers | {
        "AWS::Lambda::Function": LambdaFunctionProvider(),
        "AWS::S3::BucketPolicy": BucketPolicyProvider(),
    }
