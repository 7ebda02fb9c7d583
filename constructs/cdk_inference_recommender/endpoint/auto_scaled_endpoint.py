"""Autoscaling of a recommended endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
from cdk_inference_recommender.validation.stack_resource import StackResource
from cdk_inference_recommender.validation.validation_error import ValidationError

from .scalable_instance_count import ScalableInstanceCount

if TYPE_CHECKING:
    import jsii

    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation

    from .instance_count import EndpointInstanceCount

_SCALING: Final = "Scaling"


class AutoScaledEndpoint(StackResource):
    """Base of `RecommendedEndpoint` with its autoscaling. The subclass sets the annotated attributes."""

    _why_not_retained: ClassVar[str] = (
        "a retained endpoint would lose its model, endpoint configuration, role and autoscaling, and could neither be "
        "updated nor start another instance. Remove the call; termination protection keeps the whole stack."
    )
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
