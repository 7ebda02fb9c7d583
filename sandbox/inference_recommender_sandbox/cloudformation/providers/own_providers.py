"""The types that the sandbox provisions itself, because moto doesn't, or drops half of what the template says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_recommender_sandbox.cloudformation.providers.identities.policy import (
    InlinePolicyProvider,
    ManagedPolicyProvider,
)
from inference_recommender_sandbox.cloudformation.providers.identities.role import RoleProvider
from inference_recommender_sandbox.cloudformation.providers.network.network_resources import NETWORK_RESOURCES
from inference_recommender_sandbox.cloudformation.providers.network.security_groups import SECURITY_GROUPS

from .api_resource import ApiClients, ApiResource, ApiResourceProvider
from .application_resources import APPLICATION_RESOURCES
from .bucket import BucketProvider
from .bucket_policy import BucketPolicyProvider
from .lambda_function import LambdaFunctionProvider
from .messaging_resources import MESSAGING_RESOURCES
from .monitoring_resources import MONITORING_RESOURCES
from .no_resource import NO_RESOURCE_TYPES, NoResourceProvider
from .queue import QueueProvider
from .resource_policy import RESOURCE_POLICIES, ResourcePolicyProvider
from .sagemaker_resources import SAGEMAKER_RESOURCES
from .storage_resources import STORAGE_RESOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.cloudformation.resource_provider import ResourceProvider

    from .lambda_function import StopProcesses

_API_RESOURCES: Final[Mapping[str, ApiResource]] = {
    **APPLICATION_RESOURCES,
    **MESSAGING_RESOURCES,
    **MONITORING_RESOURCES,
    **NETWORK_RESOURCES,
    **SAGEMAKER_RESOURCES,
    **SECURITY_GROUPS,
    **STORAGE_RESOURCES,
}


def own_providers(
    endpoint_url: Callable[[], str], clock: Clock, stop_processes: StopProcesses
) -> dict[str, ResourceProvider]:
    """Return the providers by type.

    Args:
        endpoint_url: The sandbox's own address.
        clock: Times what takes time.
        stop_processes: Stops the processes of a function that was deleted.
    """
    clients = ApiClients(endpoint_url=endpoint_url, clock=clock)
    providers: dict[str, ResourceProvider] = {
        resource_type: ApiResourceProvider(resource_type, resource, clients)
        for resource_type, resource in _API_RESOURCES.items()
    }
    providers |= {
        resource_type: ResourcePolicyProvider(kind, clients) for resource_type, kind in RESOURCE_POLICIES.items()
    }
    providers |= dict.fromkeys(NO_RESOURCE_TYPES, NoResourceProvider())
    return providers | {
        InlinePolicyProvider.type: InlinePolicyProvider(clients),
        ManagedPolicyProvider.type: ManagedPolicyProvider(clients),
        "AWS::IAM::Role": RoleProvider(clients),
        "AWS::Lambda::Function": LambdaFunctionProvider(stop_processes),
        "AWS::S3::Bucket": BucketProvider(clients),
        "AWS::SQS::Queue": QueueProvider("AWS::SQS::Queue", MESSAGING_RESOURCES["AWS::SQS::Queue"], clients),
        "AWS::S3::BucketPolicy": BucketPolicyProvider(),
    }
