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

DEFAULT_SAFETY_FACTOR: Final = 0.8


def recommended_scaling(scaling: ScalingRecommendation, *, disable_scale_in: bool) -> dict[Property, object]:
    """Bounds, cooldowns and all policies of the service; see `RecommendedEndpoint.auto_scale_as_recommended`."""
    return {
        Property.MIN_CAPACITY: scaling.min_capacity,
        Property.MAX_CAPACITY: scaling.max_capacity,
        Property.SCALE_IN_COOLDOWN: scaling.scale_in_cooldown,
        Property.SCALE_OUT_COOLDOWN: scaling.scale_out_cooldown,
        Property.SCALING_POLICIES_JSON: scaling.scaling_policies_json,
        Property.DISABLE_SCALE_IN: disable_scale_in,
    }


def own_scaling(
    measured: Recommendation,
    *,
    min_capacity: jsii.Number,
    max_capacity: jsii.Number,
    target_invocations_per_instance: jsii.Number | None,
    safety_factor: jsii.Number | None,
    scale_in_cooldown: Duration | None,
    scale_out_cooldown: Duration | None,
    disable_scale_in: bool,
) -> dict[Property, object]:
    """Numbers of the user's own; see `RecommendedEndpoint.auto_scale_instance_count`.

    What was measured is text that is known at deploy time, so that the handler works the default target out.

    Raises:
        ValidationError: A cooldown is no whole number of seconds.
    """
    if target_invocations_per_instance is not None:
        target: dict[Property, object] = {Property.TARGET_VALUE: target_invocations_per_instance}
    else:
        target = {
            Property.SAFETY_FACTOR: DEFAULT_SAFETY_FACTOR if safety_factor is None else safety_factor,
            Property.MAX_INVOCATIONS: measured.max_invocations,
        }
    cooldowns = {
        property_: seconds_of(cooldown, name)
        for property_, name, cooldown in (
            (Property.SCALE_IN_COOLDOWN, "scale_in_cooldown", scale_in_cooldown),
            (Property.SCALE_OUT_COOLDOWN, "scale_out_cooldown", scale_out_cooldown),
        )
        if cooldown is not None
    }
    bounds = {Property.MIN_CAPACITY: min_capacity, Property.MAX_CAPACITY: max_capacity}
    return {**bounds, **target, **cooldowns, Property.DISABLE_SCALE_IN: disable_scale_in}
