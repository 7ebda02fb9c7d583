"""Permissions of the handler's role to scale endpoints.

Application Auto Scaling tries what it is going to do with its caller's permissions: on an alarm without a name, and on
endpoint configurations that it makes up, neither of which a name or a tag could allow (user guide, permissions
validation for API calls on target resources; for invented names aws-controllers-k8s/community, issue 2110). So these
permissions are bounded by who calls instead: AWS sets `aws:ViaAWSService` on every call, and it is false where the
role itself calls. `aws:CalledViaLast` names Application Auto Scaling in AWS's own policy for callers
(AmazonSageMakerCanvasFullAccess); should it be absent, the statement applies all the same.

Condition keys and resource types: Service Authorization Reference, Application Auto Scaling and Amazon CloudWatch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .granted_statement import GrantedStatement, allow, arn_in_stack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

_DIMENSION: Final = "sagemaker:variant:DesiredInstanceCount"
_LINKED_SERVICE: Final = "sagemaker.application-autoscaling.amazonaws.com"
_VIA_AUTO_SCALING: Final = {
    "BoolIfExists": {"aws:ViaAWSService": "true"},
    # Service principals have another suffix in some partitions.
    "StringLikeIfExists": {"aws:CalledViaLast": "application-autoscaling.*"},
}


def resizing_statements(scope: Construct, owned: Mapping[str, Mapping[str, str]]) -> list[GrantedStatement]:
    """Return statements to change how many instances endpoints have.

    Args:
        scope: Any construct of the stack.
        owned: Condition that an endpoint carries the stack's tag.
    """
    actions, endpoints = (
        ["sagemaker:UpdateEndpointWeightsAndCapacities"],
        [arn_in_stack(scope, "sagemaker", "endpoint/*")],
    )
    return [
        allow(
            actions,
            endpoints,
            owned,
            reason="Sets the instance count of the stack's endpoints before an update.",
            without="An endpoint whose instance count has to change first fails to be updated.",
        ),
        allow(
            actions,
            endpoints,
            _VIA_AUTO_SCALING,
            reason="Lets Application Auto Scaling verify that its caller may resize endpoints.",
            without="Scaling isn't registered, and the deployment fails.",
        ),
    ]


def scaling_statements(scope: Construct) -> list[GrantedStatement]:
    """Return statements to register endpoint variants with Application Auto Scaling.

    Args:
        scope: Any construct of the stack.
    """
    linked_role = f"role/aws-service-role/{_LINKED_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    return [
        allow(
            [
                "application-autoscaling:RegisterScalableTarget",
                "application-autoscaling:DeregisterScalableTarget",
                "application-autoscaling:PutScalingPolicy",
                "application-autoscaling:DeleteScalingPolicy",
            ],
            # A target's ARN has an opaque id.
            [arn_in_stack(scope, "application-autoscaling", "scalable-target/*")],
            {
                "StringEquals": {
                    "application-autoscaling:service-namespace": "sagemaker",
                    "application-autoscaling:scalable-dimension": _DIMENSION,
                }
            },
            reason="Deregisters a variant while its endpoint is updated, and registers it again with its policies.",
            without="Endpoints whose scaling is registered fail to be updated.",
        ),
        allow(
            ["cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
            [arn_in_stack(scope, "cloudwatch", "alarm:*")],
            _VIA_AUTO_SCALING,
            reason=(
                "Lets Application Auto Scaling verify that its caller may manage alarms, which it tries without a "
                "name. The role itself can't call these actions."
            ),
            without="Scaling policies aren't created, and the deployment fails.",
        ),
        allow(
            ["iam:CreateServiceLinkedRole"],
            [arn_in_stack(scope, "iam", linked_role, region="")],
            {"StringEquals": {"iam:AWSServiceName": _LINKED_SERVICE}},
            reason="Lets Application Auto Scaling create its role when the account's first endpoint is scaled.",
            without="The first scaling in an account isn't registered.",
        ),
    ]
