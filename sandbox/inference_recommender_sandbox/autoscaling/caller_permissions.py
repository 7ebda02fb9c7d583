"""What a caller needs to be allowed for an operation: the operation, and what the service tries in the caller's name.

Sources: Service Authorization Reference, Application Auto Scaling; user guide, permissions validation for API calls on
target resources: names that the service leaves empty there are empty here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LINKED: Final = "sagemaker.application-autoscaling.amazonaws.com"
_ON_TARGETS: Final = frozenset(
    {
        "DeleteScalingPolicy",
        "DeleteScheduledAction",
        "DeregisterScalableTarget",
        "PutScalingPolicy",
        "PutScheduledAction",
        "RegisterScalableTarget",
    }
)


@dataclass(frozen=True, kw_only=True)
class NeededPermission:
    """One action on one resource."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def own_permission(operation: str, *, namespace: str, dimension: str, target_arn: str) -> NeededPermission:
    """The operation's own action.

    Args:
        operation: Of the API.
        namespace: As requested.
        dimension: As requested.
        target_arn: The scalable target's.
    """
    if operation not in _ON_TARGETS:
        return NeededPermission(action=f"application-autoscaling:{operation}", resource="*")
    context = {
        "application-autoscaling:service-namespace": namespace,
        "application-autoscaling:scalable-dimension": dimension,
    }
    return NeededPermission(action=f"application-autoscaling:{operation}", resource=target_arn, context=context)


def validated_permissions(
    operation: str, *, partition: str, region: str, account_id: str, endpoint_name: str, is_first: bool
) -> Iterator[NeededPermission]:
    """What the service tries first in the caller's name, of an endpoint's variant.

    Args:
        operation: Of the API.
        partition: Of AWS.
        region: The request's.
        account_id: The caller's.
        endpoint_name: Of the target.
        is_first: Whether the account has no service-linked role for endpoints yet.
    """
    sagemaker = f"arn:{partition}:sagemaker:{region}:{account_id}"
    alarm = f"arn:{partition}:cloudwatch:{region}:{account_id}:alarm:"
    if operation == "RegisterScalableTarget":
        endpoint = f"{sagemaker}:endpoint/{endpoint_name.lower()}"
        yield NeededPermission(action="sagemaker:DescribeEndpoint", resource=endpoint)
        yield NeededPermission(action="sagemaker:DescribeEndpointConfig", resource=f"{sagemaker}:endpoint-config/")
        yield NeededPermission(action="sagemaker:UpdateEndpointWeightsAndCapacities", resource=endpoint)
        if is_first:
            role = f"aws-service-role/{_LINKED}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
            yield NeededPermission(
                action="iam:CreateServiceLinkedRole",
                resource=f"arn:{partition}:iam::{account_id}:role/{role}",
                context={"iam:AWSServiceName": _LINKED},
            )
    elif operation == "PutScalingPolicy":
        yield NeededPermission(action="cloudwatch:PutMetricAlarm", resource=alarm)
        yield NeededPermission(action="cloudwatch:DescribeAlarms", resource=alarm)
        yield NeededPermission(action="cloudwatch:DeleteAlarms", resource=alarm)
    elif operation in {"DeleteScalingPolicy", "DeregisterScalableTarget"}:
        yield NeededPermission(action="cloudwatch:DeleteAlarms", resource=alarm)
