"""A recommended endpoint's number of instances, which follows the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import ArnFormat, CfnResource, CustomResource, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_inference_recommender.inference_recommender_provider import InferenceRecommenderProvider
from inference_recommendations_handler.contract import (
    WAIT_SERVICE_TIMEOUT_SECONDS,
    ResourceType,
    ScalableTargetProperty,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_sagemaker as sagemaker

_DIMENSION: Final = "sagemaker:variant:DesiredInstanceCount"
_LINKED: Final = "sagemaker.application-autoscaling.amazonaws.com"


class ScaledInstanceCount(Construct):
    """Autoscaling of a `RecommendedEndpoint`; made by `auto_scale_as_recommended` or `auto_scale_instance_count`.

    CloudFormation's own scalable target can't be it: the service refuses to change the instance type of a variant that
    is registered, and so a new winner would never arrive. Two custom resources stand around the endpoint: one takes
    the variant out of autoscaling before the endpoint changes its instance type, and the other registers it afterwards
    with the numbers of the new winner.

    Args:
        scope: The endpoint.
        id: Its id.
        endpoint: What is scaled.
        configuration: Its configuration.
        variant_name: Of the production variant.
        instance_type: What it runs on.
        scaling: Bounds and target, by the property's name.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        endpoint: sagemaker.CfnEndpoint,
        configuration: sagemaker.CfnEndpointConfig,
        variant_name: str,
        instance_type: str,
        scaling: Mapping[ScalableTargetProperty, Any],
    ) -> None:
        super().__init__(scope, id)
        provider = InferenceRecommenderProvider.of(self)
        policy = _allow_handler(self, provider)
        common: dict[ScalableTargetProperty, Any] = {
            ScalableTargetProperty.VARIANT_NAME: variant_name,
            ScalableTargetProperty.INSTANCE_TYPE: instance_type,
            **scaling,
        }
        target = provider.custom_resource(
            self,
            "Resource",
            ResourceType.SCALABLE_TARGET,
            {
                **common,
                ScalableTargetProperty.ENDPOINT_NAME: endpoint.attr_endpoint_name,
                ScalableTargetProperty.ENDPOINT_CONFIG_NAME: configuration.attr_endpoint_config_name,
            },
        )
        pause = provider.custom_resource(
            self,
            "Pause",
            ResourceType.SCALABLE_TARGET_PAUSE,
            {
                **common,
                ScalableTargetProperty.SCALABLE_TARGET_LOGICAL_ID: _logical_id(target),
                ScalableTargetProperty.STATE_MACHINE_ARN: provider.state_machine.state_machine_arn,
            },
            # Waits until a change of the number of instances that is under way is done.
            service_timeout_seconds=WAIT_SERVICE_TIMEOUT_SECONDS,
        )
        for resource in (pause, target):
            resource.node.add_dependency(policy)
        # What fails before the endpoint changes should leave it scaled.
        pause.node.add_dependency(configuration)
        endpoint.node.add_dependency(pause)
        self.resource_id: Final = target.ref
        """As Application Auto Scaling names the variant: `endpoint/<name>/variant/<name>`."""


def _logical_id(resource: CustomResource) -> str:
    child = resource.node.default_child
    if not isinstance(child, CfnResource):
        message = "The CDK's CustomResource has no resource of its own."
        raise TypeError(message)
    return child.logical_id


def _allow_handler(scope: Construct, provider: InferenceRecommenderProvider) -> iam.Policy:
    stack = Stack.of(scope)

    def arns(service: str, resource: str) -> list[str]:
        return [stack.format_arn(service=service, resource=resource, resource_name="*")]

    statements = [
        iam.PolicyStatement(
            actions=[
                "application-autoscaling:RegisterScalableTarget",
                "application-autoscaling:DeregisterScalableTarget",
                "application-autoscaling:PutScalingPolicy",
                "application-autoscaling:DeleteScalingPolicy",
            ],
            # A target's ARN has an id that nobody knows before it is registered.
            resources=arns("application-autoscaling", "scalable-target"),
            conditions={
                "StringEquals": {
                    "application-autoscaling:service-namespace": "sagemaker",
                    "application-autoscaling:scalable-dimension": _DIMENSION,
                }
            },
        ),
        iam.PolicyStatement(
            # They support nothing narrower (Service Authorization Reference).
            actions=[
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
            ],
            resources=["*"],
        ),
        iam.PolicyStatement(
            # Application Auto Scaling tries with the caller's permissions what it is going to do, and may leave names
            # empty for it (user guide, permissions validation for API calls on target resources).
            actions=["sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"],
            resources=arns("sagemaker", "endpoint"),
        ),
        iam.PolicyStatement(
            actions=["sagemaker:DescribeEndpointConfig"], resources=arns("sagemaker", "endpoint-config")
        ),
        iam.PolicyStatement(
            actions=["cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
            resources=[
                stack.format_arn(
                    service="cloudwatch",
                    resource="alarm",
                    resource_name="*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
        ),
        iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[
                stack.format_arn(
                    service="iam",
                    region="",
                    resource="role",
                    resource_name=(
                        f"aws-service-role/{_LINKED}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
                    ),
                )
            ],
            conditions={"StringEquals": {"iam:AWSServiceName": _LINKED}},
        ),
        iam.PolicyStatement(
            # What this very stack has registered, and whether it rolls back.
            actions=["cloudformation:DescribeStacks", "cloudformation:DescribeStackResource"],
            resources=[stack.stack_id],
        ),
    ]
    return iam.Policy(scope, "HandlerPolicy", roles=[provider.role], statements=statements)
