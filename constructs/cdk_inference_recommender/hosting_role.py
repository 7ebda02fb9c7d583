"""The default role of a recommended endpoint's containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.hosting_statements import network_interfaces_statement, telemetry_statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from constructs import Construct


def hosting_role(
    scope: Construct, *, read_from: Sequence[IBucket], images: Sequence[IRepository], in_vpc: bool
) -> iam.Role:
    """Make a role with the least that is needed.

    Args:
        scope: The endpoint.
        read_from: Buckets with the model's artifacts.
        images: Repositories with its container images.
        in_vpc: Whether the containers have network interfaces in a VPC.
    """
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"),
        description=f"Runs the containers of an endpoint of {Stack.of(scope).stack_name}",
    )
    statements = telemetry_statements(scope) + ([network_interfaces_statement()] if in_vpc else [])
    for statement in statements:
        role.add_to_policy(statement)
    for bucket in read_from:
        bucket.grant_read(role)
    for repository in images:
        repository.grant_pull(role)
    return role
