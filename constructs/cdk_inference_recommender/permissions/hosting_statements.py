"""Permissions of every role that runs a model's containers (developer guide, CreateModel API)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .granted_statement import GrantedStatement, allow, arn_in_stack

if TYPE_CHECKING:
    from constructs import Construct


def telemetry_statements(scope: Construct) -> list[GrantedStatement]:
    """Return statements to write metrics and logs.

    Args:
        scope: Any construct of the stack.
    """
    return [
        allow(
            # Supports no resource, and by which namespaces the service would be narrowed is undocumented.
            ["cloudwatch:PutMetricData"],
            ["*"],
            reason="Writes metrics. The action supports no resource, and the namespaces aren't documented.",
            without="The job, or the endpoint, has no metrics.",
        ),
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [arn_in_stack(scope, "logs", "log-group:/aws/sagemaker/*")],
            reason="Writes the logs of the job and of the containers.",
            without="The job, or the endpoint, has no logs.",
        ),
    ]
