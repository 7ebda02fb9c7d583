"""How the number of a recommended endpoint's instances follows the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.finite_numbers import refuse_non_finite
from cdk_inference_recommender.validation.prop_types import check_types
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_resource import StackResource
from cdk_inference_recommender.validation.validation_error import ValidationError, naming

from .prop_types import SCALING_ARGUMENT_TYPES
from .scaled_instance_count import ScaledInstanceCount
from .scaling_properties import own_scaling, recommended_scaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jsii
    from aws_cdk import Duration

    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
    from cdk_inference_recommender.recommendation.scaling_recommendation import ScalingRecommendation
    from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
    from inference_recommendations_handler.protocol.contract import InstanceCountProperty

    from .instance_count import EndpointInstanceCount

_SCALING: Final = "Scaling"


class AutoScaledEndpoint(StackResource):
    """An endpoint that can be scaled; see `RecommendedEndpoint`, which sets what is annotated here."""

    _why_not_retained: ClassVar[str] = (
        "a retained endpoint would lose its model, endpoint configuration, role and autoscaling, and could neither be "
        "updated nor start another instance. Remove the call; termination protection keeps the whole stack."
    )
    _recommendation: RealTimeRecommendation | ServerlessRecommendation
    _instance_count: EndpointInstanceCount | None

    def auto_scale_as_recommended(
        self, scaling: ScalingRecommendation, *, disable_scale_in: bool = False
    ) -> ScaledInstanceCount:
        """Let the number of instances follow the load within the bounds, and by the policies, of the service.

        Args:
            scaling: What `recommend_scaling(...)` of the endpoint's own recommendation returned.
            disable_scale_in: Whether instances are only added. Default: they are removed, too.

        Raises:
            ValidationError: It is another recommendation's, the endpoint is serverless, or is scaled already.
        """
        check_types(self, SCALING_ARGUMENT_TYPES, scaling=scaling, disable_scale_in=disable_scale_in)
        if scaling.node.scope is not self._recommendation:
            raise ValidationError(
                f"{self.node.path}: {scaling.node.path} recommends how to scale another recommendation. Give what "
                "recommend_scaling(...) of the endpoint's own recommendation returned."
            )
        return self._scaled(recommended_scaling(scaling, disable_scale_in=disable_scale_in))

    def auto_scale_instance_count(
        self,
        *,
        max_capacity: jsii.Number,
        min_capacity: jsii.Number = 1,
        target_invocations_per_instance: jsii.Number | None = None,
        safety_factor: jsii.Number | None = None,
        scale_in_cooldown: Duration | None = None,
        scale_out_cooldown: Duration | None = None,
        disable_scale_in: bool = False,
    ) -> ScaledInstanceCount:
        """Let the number of instances follow the load within these bounds.

        The metric is `SageMakerVariantInvocationsPerInstance`. A number of instances outside the bounds, also the
        recommended one, is brought inside them when the endpoint is registered.

        Args:
            max_capacity: The greatest number of instances, 1 or more and `min_capacity` at least.
            min_capacity: The least, 1 or more. Default: 1.
            target_invocations_per_instance: Requests a minute for each instance, above 0. Default: `safety_factor` of
                what was measured, `MaxInvocations / InitialInstanceCount`; the deployment fails where nothing was.
            safety_factor: Share of what was measured, above 0 and at most 1. Default: 0.8.
            scale_in_cooldown: Time between two reductions. Default: Application Auto Scaling's, 300 seconds.
            scale_out_cooldown: Time between two increases. Default: Application Auto Scaling's, 300 seconds.
            disable_scale_in: Whether instances are only added. Default: they are removed, too.

        Raises:
            ValidationError: The endpoint is serverless or is scaled already, a number is NaN or infinite, or a
                cooldown is no whole number of seconds.
        """
        check_types(self, SCALING_ARGUMENT_TYPES, disable_scale_in=disable_scale_in)
        numbers: dict[str, object] = {
            "MinCapacity": min_capacity,
            "MaxCapacity": max_capacity,
            "TargetInvocationsPerInstance": target_invocations_per_instance,
            "SafetyFactor": safety_factor,
        }
        report_problems(self, lambda: checks.check_scaling(numbers))
        with naming(self):
            refuse_non_finite(numbers)
            scaling = own_scaling(
                self._recommendation,
                min_capacity=min_capacity,
                max_capacity=max_capacity,
                target_invocations_per_instance=target_invocations_per_instance,
                safety_factor=safety_factor,
                scale_in_cooldown=scale_in_cooldown,
                scale_out_cooldown=scale_out_cooldown,
                disable_scale_in=disable_scale_in,
            )
        return self._scaled(scaling)

    def _scaled(self, scaling: Mapping[InstanceCountProperty, object]) -> ScaledInstanceCount:
        if self._instance_count is None:
            raise ValidationError(
                f"{self.node.path}: a serverless endpoint has no instances to scale; max_concurrency is its bound. "
                "Leave autoscaling out, or use a real-time recommendation."
            )
        if self.node.try_find_child(_SCALING) is not None:
            raise ValidationError(f"{self.node.path}: the endpoint is scaled already. Scale it once.")
        return ScaledInstanceCount(self, _SCALING, instance_count=self._instance_count, scaling=scaling)
