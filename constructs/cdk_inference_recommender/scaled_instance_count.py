"""A recommended endpoint's number of instances, which follows the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_inference_recommender.inference_recommender_provider import InferenceRecommenderProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdk_inference_recommender.endpoint_instance_count import EndpointInstanceCount
    from inference_recommendations_handler.contract import InstanceCountProperty

_DIMENSION: Final = "sagemaker:variant:DesiredInstanceCount"
_LINKED: Final = "sagemaker.application-autoscaling.amazonaws.com"


class ScaledInstanceCount(Construct):
    """Autoscaling of a `RecommendedEndpoint`; made by `auto_scale_as_recommended` or `auto_scale_instance_count`.

    CloudFormation's own scalable target can't be it: the service refuses to change the instance type of a variant that
    is registered, and so a new winner would never arrive. The two custom resources around the endpoint do it: one takes
    the variant out of autoscaling before the endpoint changes its instance type, and the other registers it afterwards
    with the numbers of the new winner.

    Args:
        scope: The endpoint.
        id: Its id.
        instance_count: What is scaled.
        scaling: Bounds and target, by the property's name.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        instance_count: EndpointInstanceCount,
        scaling: Mapping[InstanceCountProperty, object],
    ) -> None:
        super().__init__(scope, id)
        instance_count.scale(scaling, after=_allow_handler(self, InferenceRecommenderProvider.of(self)))
        self.resource_id: Final = instance_count.resource_id
        """As Application Auto Scaling names the variant: `endpoint/<name>/variant/<name>`."""


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
    ]
    return iam.Policy(scope, "HandlerPolicy", roles=[provider.role], statements=statements)
