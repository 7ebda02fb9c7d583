"""A recommended endpoint's number of instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import RemovalPolicy
from constructs import Construct

from cdk_inference_recommender.provider.inference_recommender_provider import custom_resources_of
from inference_recommendations_handler.protocol.contract import (
    WAIT_SERVICE_TIMEOUT_SECONDS,
    InstanceCountProperty,
    ResourceType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jsii
    from aws_cdk import aws_sagemaker as sagemaker

    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation


class EndpointInstanceCount(Construct):
    """Two custom resources around a `RecommendedEndpoint` that keep its number of instances what it should be.

    The endpoint's updates retain what autoscaling or a manual change has set at run time. The resource before the
    endpoint waits until the endpoint can be changed. The resource after it sets the recommended number if the instance
    type changes, or if the endpoint isn't scaled and the recommended number changes.
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
        initial_instance_count: jsii.Number | None,
    ) -> None:
        """Declare both custom resources.

        Args:
            scope: The endpoint.
            id: Its id.
            endpoint: CloudFormation's endpoint.
            configuration: Its configuration.
            variant_name: Of the production variant.
            recommendation: What the endpoint runs on.
            initial_instance_count: How many instances. None for the recommended number.
        """
        super().__init__(scope, id)
        custom_resources = custom_resources_of(self)
        common: dict[InstanceCountProperty, Any] = {
            InstanceCountProperty.ENDPOINT_CONFIG_NAME: configuration.attr_endpoint_config_name,
            InstanceCountProperty.STATE_MACHINE_ARN: custom_resources.state_machine_arn,
            InstanceCountProperty.VARIANT_NAME: variant_name,
            InstanceCountProperty.INSTANCE_TYPE: recommendation.instance_type,
            InstanceCountProperty.INITIAL_INSTANCE_COUNT: (
                recommendation.initial_instance_count if initial_instance_count is None else initial_instance_count
            ),
        }
        resource = custom_resources.add(
            self,
            "Resource",
            ResourceType.ENDPOINT_INSTANCE_COUNT,
            common | {InstanceCountProperty.ENDPOINT_NAME: endpoint.attr_endpoint_name},
            service_timeout_seconds=WAIT_SERVICE_TIMEOUT_SECONDS,
        )
        preparation = custom_resources.add(
            self,
            "Preparation",
            ResourceType.ENDPOINT_PREPARATION,
            common | {InstanceCountProperty.INSTANCE_COUNT_LOGICAL_ID: resource.logical_id},
            service_timeout_seconds=WAIT_SERVICE_TIMEOUT_SECONDS,
        )
        endpoint.node.add_dependency(preparation)
        self._resources: Final = (preparation, resource)
        for each in self._resources:
            each.apply_removal_policy(RemovalPolicy.DESTROY)
        self.resource_id: Final[str] = resource.ref
        """Resource id in Application Auto Scaling: `endpoint/<name>/variant/<name>`."""

    def scale(self, scaling: Mapping[InstanceCountProperty, object]) -> None:
        """Scale the number of instances with the load.

        Args:
            scaling: Bounds and target, by the property's name.
        """
        for resource in self._resources:
            for name, value in scaling.items():
                resource.add_property_override(name.value, value)
