"""How an endpoint is scaled, as its custom resources get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.tokens import seconds_of
from inference_recommendations_handler.protocol.contract import InstanceCountProperty as Property

if TYPE_CHECKING:
    import jsii
    from aws_cdk import Duration

    from cdk_inference_recommender.recommendation.recommendation import Recommendation
    from cdk_inference_recommender.recommendation.scaling_recommendation import ScalingRecommendation

_DEFAULT_SAFETY_FACTOR: Final = 0.5
"""As in `@aws-cdk/aws-sagemaker-alpha`."""


def recommended_scaling(scaling: ScalingRecommendation, *, disable_scale_in: bool) -> dict[Property, object]:
    """Return cooldowns and policies of the service; see `ScalableInstanceCount.scale_as_recommended`."""
    return {
        Property.SCALE_IN_COOLDOWN: scaling.scale_in_cooldown.to_seconds(),
        Property.SCALE_OUT_COOLDOWN: scaling.scale_out_cooldown.to_seconds(),
        Property.SCALING_POLICIES_JSON: scaling.scaling_policies_json,
        Property.DISABLE_SCALE_IN: disable_scale_in,
    }


def invocations_scaling(
    measured: Recommendation,
    *,
    max_requests_per_second: jsii.Number | None,
    safety_factor: jsii.Number | None,
    target_invocations_per_instance: jsii.Number | None,
    scale_in_cooldown: Duration | None,
    scale_out_cooldown: Duration | None,
    disable_scale_in: bool,
) -> dict[Property, object]:
    """Return the target and cooldowns of the user's own; see `ScalableInstanceCount.scale_on_invocations`.

    The handler calculates the target, since each of its factors may be known at deploy time only.

    Raises:
        ValidationError: A cooldown is not a whole number of seconds.
    """
    if target_invocations_per_instance is not None:
        target: dict[Property, object] = {Property.TARGET_VALUE: target_invocations_per_instance}
    else:
        target = {
            Property.SAFETY_FACTOR: _DEFAULT_SAFETY_FACTOR if safety_factor is None else safety_factor,
            **(
                {Property.MAX_INVOCATIONS: measured.max_invocations}
                if max_requests_per_second is None
                else {Property.MAX_REQUESTS_PER_SECOND: max_requests_per_second}
            ),
        }
    cooldowns = {
        property_: seconds_of(cooldown, name)
        for property_, name, cooldown in (
            (Property.SCALE_IN_COOLDOWN, "scale_in_cooldown", scale_in_cooldown),
            (Property.SCALE_OUT_COOLDOWN, "scale_out_cooldown", scale_out_cooldown),
        )
        if cooldown is not None
    }
    return {**target, **cooldowns, Property.DISABLE_SCALE_IN: disable_scale_in}
