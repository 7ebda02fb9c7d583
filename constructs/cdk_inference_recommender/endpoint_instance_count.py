"""A recommended endpoint's number of instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import CfnResource, CustomResource, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_inference_recommender.inference_recommender_provider import InferenceRecommenderProvider
from inference_recommendations_handler.contract import (
    WAIT_SERVICE_TIMEOUT_SECONDS,
    InstanceCountProperty,
    RecommendationAttribute,
    ResourceType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_sagemaker as sagemaker
    from constructs import IDependable

    from cdk_inference_recommender.real_time_recommendation import RealTimeRecommendation


class EndpointInstanceCount(Construct):
    """Two custom resources around a `RecommendedEndpoint` that keep its number of instances what it should be.

    The endpoint's updates retain what autoscaling, or somebody by hand, has set at run time. The one that comes before
    the endpoint waits until it can be changed. The one that comes after it sets the recommended number where the
    instance type changes, or, where the endpoint isn't scaled, the recommended number itself.

    Args:
        scope: The endpoint.
        id: Its id.
        endpoint: CloudFormation's endpoint.
        configuration: Its configuration.
        variant_name: Of the production variant.
        recommendation: What the endpoint runs on.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        endpoint: sagemaker.CfnEndpoint,
        configuration: sagemaker.CfnEndpointConfig,
        variant_name: str,
        recommendation: RealTimeRecommendation,
    ) -> None:
        super().__init__(scope, id)
        provider = InferenceRecommenderProvider.of(self)
        common: dict[InstanceCountProperty, Any] = {
            InstanceCountProperty.ENDPOINT_CONFIG_NAME: configuration.attr_endpoint_config_name,
            InstanceCountProperty.STATE_MACHINE_ARN: provider.state_machine.state_machine_arn,
            InstanceCountProperty.VARIANT_NAME: variant_name,
            InstanceCountProperty.INSTANCE_TYPE: recommendation.instance_type,
            InstanceCountProperty.INITIAL_INSTANCE_COUNT: recommendation.value_of(
                RecommendationAttribute.INITIAL_INSTANCE_COUNT
            ),
        }
        resource = provider.custom_resource(
            self,
            "Resource",
            ResourceType.ENDPOINT_INSTANCE_COUNT,
            common | {InstanceCountProperty.ENDPOINT_NAME: endpoint.attr_endpoint_name},
            service_timeout_seconds=WAIT_SERVICE_TIMEOUT_SECONDS,
        )
        preparation = provider.custom_resource(
            self,
            "Preparation",
            ResourceType.ENDPOINT_PREPARATION,
            common | {InstanceCountProperty.INSTANCE_COUNT_LOGICAL_ID: _resource_of(resource).logical_id},
            service_timeout_seconds=WAIT_SERVICE_TIMEOUT_SECONDS,
        )
        endpoint.node.add_dependency(preparation)
        self._resources: Final = (preparation, resource)
        self._depend_on(_allow_handler(self, provider))
        self.resource_id: Final = resource.ref
        """As Application Auto Scaling names the variant: `endpoint/<name>/variant/<name>`."""

    def scale(self, scaling: Mapping[InstanceCountProperty, object], *, after: IDependable) -> None:
        """Let the number of instances follow the load.

        Args:
            scaling: Bounds and target, by the property's name.
            after: What has to be there first: the handler's permissions.
        """
        self._depend_on(after)
        for resource in self._resources:
            for name, value in scaling.items():
                _resource_of(resource).add_property_override(name.value, value)

    def _depend_on(self, dependable: IDependable) -> None:
        for resource in self._resources:
            resource.node.add_dependency(dependable)


def _resource_of(resource: CustomResource) -> CfnResource:
    child = resource.node.default_child
    if not isinstance(child, CfnResource):
        message = "The CDK's CustomResource has no resource of its own."
        raise TypeError(message)
    return child


def _allow_handler(scope: Construct, provider: InferenceRecommenderProvider) -> iam.Policy:
    stack = Stack.of(scope)

    def arns(resource: str) -> list[str]:
        return [stack.format_arn(service="sagemaker", resource=resource, resource_name="*")]

    statements = [
        iam.PolicyStatement(
            # Application Auto Scaling, too, tries with the caller's permissions what it is going to do, and may leave
            # names empty for it (user guide, permissions validation for API calls on target resources).
            actions=["sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"],
            resources=arns("endpoint"),
        ),
        iam.PolicyStatement(actions=["sagemaker:DescribeEndpointConfig"], resources=arns("endpoint-config")),
        iam.PolicyStatement(
            # Which endpoint this very stack has, and whether it rolls back.
            actions=["cloudformation:DescribeStacks", "cloudformation:DescribeStackResource"],
            resources=[stack.stack_id],
        ),
    ]
    return iam.Policy(scope, "HandlerPolicy", roles=[provider.role], statements=statements)
