"""Autoscaling of a recommended endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
from cdk_inference_recommender.request import UNRESOLVED
from cdk_inference_recommender.validation.tokens import mask_tokens
from cdk_inference_recommender.validation.validation_error import ValidationError

from .monitored_endpoint import MonitoredEndpoint
from .scalable_instance_count import ScalableInstanceCount

if TYPE_CHECKING:
    import jsii

    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation

    from .instance_count import EndpointInstanceCount

_SCALING: Final = "Scaling"


class AutoScaledEndpoint(MonitoredEndpoint):
    """Base of `RecommendedEndpoint` with its autoscaling. The subclass sets the annotated attributes."""

    _recommendation: RealTimeRecommendation | ServerlessRecommendation
    _instance_count: EndpointInstanceCount | None

    def auto_scale_instance_count(
        self, *, max_capacity: jsii.Number, min_capacity: jsii.Number = 1
    ) -> ScalableInstanceCount:
        """Let the number of instances follow the load within these bounds.

        What is returned needs a scaling policy: `scale_on_invocations` or `scale_as_recommended`. A number of instances
        outside the bounds, also the recommended one, is brought inside them when the endpoint is registered.

        Args:
            max_capacity: The greatest number of instances, 1 or more and `min_capacity` at least.
            min_capacity: The least number of instances, 1 or more. Default: 1.

        Raises:
            ValidationError: The endpoint is serverless or is scaled already, or a number is NaN or infinite.
        """
        if self._instance_count is None or isinstance(self._recommendation, ServerlessRecommendation):
            raise ValidationError(
                f"{self.node.path}: a serverless endpoint has no instances to scale; max_concurrency is its bound. "
                "Leave autoscaling out, or use a real-time recommendation."
            )
        if self.node.try_find_child(_SCALING) is not None:
            raise ValidationError(f"{self.node.path}: the endpoint is scaled already. Scale it once.")
        return ScalableInstanceCount(
            self,
            _SCALING,
            instance_count=self._instance_count,
            recommendation=self._recommendation,
            min_capacity=min_capacity,
            max_capacity=max_capacity,
        )

    def _fewest_instances(self, initial_instance_count: jsii.Number | None) -> object:
        """Return the least number of instances that an update finds; UNRESOLVED where synthesis can't know it."""
        scaling = self.node.try_find_child(_SCALING)
        fewest = scaling.min_capacity if isinstance(scaling, ScalableInstanceCount) else initial_instance_count
        return UNRESOLVED if fewest is None else mask_tokens(fewest)
