"""A recommended endpoint's number of instances, which follows the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import CfnResource, CustomResource
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
