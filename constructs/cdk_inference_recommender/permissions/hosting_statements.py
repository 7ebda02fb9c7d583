"""Permissions of every role that runs a model's containers (developer guide, CreateModel API)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from constructs import Construct


def telemetry_statements(scope: Construct) -> list[iam.PolicyStatement]:
    """Return statements to write metrics and logs.

    Args:
        scope: Any construct of the stack.
    """
    return [
        iam.PolicyStatement(
            # Supports no resource, and by which namespaces the service would be narrowed is undocumented.
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
        ),
        iam.PolicyStatement(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[
                Stack.of(scope).format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name="/aws/sagemaker/*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
        ),
    ]


def network_interfaces_statement() -> iam.PolicyStatement:
    """Return a statement to manage network interfaces in a VPC."""
    return iam.PolicyStatement(
        # Describe* supports no resource; interfaces are made before their ids are known (developer guide, VPC).
        actions=[
            "ec2:CreateNetworkInterface",
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteNetworkInterfacePermission",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            "ec2:ModifyNetworkInterfaceAttribute",
        ],
        resources=["*"],
    )
