"""The default role of a recommended endpoint's containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_inference_recommender.validation.stack_environment import stack_name_of

from .default_role import DefaultRole
from .granted_statement import arn_in_stack
from .hosting_statements import telemetry_statements
from .network_permissions import InterfaceNetwork, hosting_network_statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from constructs import Construct

    from cdk_inference_recommender.model.network import JobNetwork


def hosting_role(
    scope: Construct,
    *,
    input_buckets: Sequence[IBucket],
    image_repositories: Sequence[IRepository],
    network: JobNetwork | None,
) -> DefaultRole:
    """Create a role with least privilege.

    Args:
        scope: The endpoint.
        input_buckets: Buckets with the model's artifacts.
        image_repositories: Repositories with its container images.
        network: Where the containers have network interfaces. None without a VPC.
    """
    interfaces = InterfaceNetwork.of(network)
    return DefaultRole(
        scope,
        description=f"Runs the containers of an endpoint of {stack_name_of(scope)}",
        granted=telemetry_statements(scope),
        network=hosting_network_statements(scope, interfaces) if interfaces is not None else (),
        input_buckets=input_buckets,
        image_repositories=image_repositories,
        # As the developer guide, cross-service confused deputy prevention, has it for real-time, serverless and
        # asynchronous inference.
        trusted_for={"ArnLike": {"aws:SourceArn": arn_in_stack(scope, "sagemaker", "*")}},
    )
