"""The default role of a recommended endpoint's containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from .default_role import DefaultRole
from .hosting_statements import network_interfaces_statement, telemetry_statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from constructs import Construct


def hosting_role(
    scope: Construct, *, input_buckets: Sequence[IBucket], image_repositories: Sequence[IRepository], in_vpc: bool
) -> DefaultRole:
    """Create a role with least privilege.

    Args:
        scope: The endpoint.
        input_buckets: Buckets with the model's artifacts.
        image_repositories: Repositories with its container images.
        in_vpc: Whether the containers have network interfaces in a VPC.
    """
    return DefaultRole(
        scope,
        description=f"Runs the containers of an endpoint of {Stack.of(scope).stack_name}",
        statements=[*telemetry_statements(scope), *([network_interfaces_statement()] if in_vpc else [])],
        input_buckets=input_buckets,
        image_repositories=image_repositories,
    )
