"""A recommended endpoint's number of instances, which follows the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.protocol.contract import InstanceCountProperty

    from .instance_count import EndpointInstanceCount


class ScaledInstanceCount(Construct):
    """Autoscaling of a `RecommendedEndpoint`; made by `auto_scale_as_recommended` or `auto_scale_instance_count`.

    CloudFormation's own scalable target can't be it: the service refuses to change the instance type of a variant that
    is registered, and so a new winner would never arrive. The two custom resources around the endpoint do it: one takes
    the variant out of autoscaling before the endpoint changes its instance type, and the other registers it afterwards
    with the numbers of the new winner.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        instance_count: EndpointInstanceCount,
        scaling: Mapping[InstanceCountProperty, object],
    ) -> None:
        """Scale an endpoint.

        Args:
            scope: The endpoint.
            id: Its id.
            instance_count: What is scaled.
            scaling: Bounds and target, by the property's name.
        """
        super().__init__(scope, id)
        instance_count.scale(scaling)
        self.resource_id: Final = instance_count.resource_id
        """As Application Auto Scaling names the variant: `endpoint/<name>/variant/<name>`."""
