"""The types that the sandbox provisions itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from inference_recommender_sandbox.cloudformation.providers.api_resource import (
    ApiCall,
    ApiClients,
    ApiResource,
    ApiResourceProvider,
    same,
)
from inference_recommender_sandbox.cloudformation.providers.lambda_function import LambdaFunctionProvider
from inference_recommender_sandbox.cloudformation.resource_provider import ResourceProvider

_BUCKET_POLICY: Final = ApiCall(
    operation="PutBucketPolicy",
    parameters=lambda p, _: {"Bucket": p["Bucket"], "Policy": json.dumps(p["PolicyDocument"])},
)
_EVENT_INVOKE_CONFIG: Final = ApiCall(
    operation="PutFunctionEventInvokeConfig",
    parameters=lambda p, _: same(
        p, "FunctionName", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"
    ),
)

_API_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::S3::BucketPolicy": ApiResource(
        service="s3",
        create=_BUCKET_POLICY,
        update=_BUCKET_POLICY,
        delete=ApiCall(operation="DeleteBucketPolicy", parameters=lambda p, _: {"Bucket": p["Bucket"]}),
        physical_id=lambda p, _name, _answer: p["Bucket"],
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
    return providers | {"AWS::Lambda::Function": LambdaFunctionProvider()}
