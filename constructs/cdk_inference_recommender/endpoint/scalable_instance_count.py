"""A recommended endpoint's number of instances as something that can follow the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from constructs import Construct

from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.finite_numbers import refuse_non_finite
from cdk_inference_recommender.validation.prop_types import check_types
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.tokens import seconds_of
from cdk_inference_recommender.validation.validation_error import ValidationError, prefix_errors_with_path
from inference_recommendations_handler.protocol.contract import InstanceCountProperty

from .prop_types import SCALING_ARGUMENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jsii
    from aws_cdk import Duration

    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
    from cdk_inference_recommender.recommendation.scaling_recommendation import ScalingRecommendation

    from .instance_count import EndpointInstanceCount


_DEFAULT_SAFETY_FACTOR: Final = 0.5
"""As in `@aws-cdk/aws-sagemaker-alpha`."""


class ScalableInstanceCount(Construct):
    """Scalable target of a `RecommendedEndpoint`; created by `auto_scale_instance_count`.

    It has the shape of `ScalableInstanceCount` of `@aws-cdk/aws-sagemaker-alpha`. CloudFormation's own scalable target
    can't be used: Application Auto Scaling rejects another instance type while a variant is registered, and so a new
    winner would never arrive. The two custom resources around the endpoint deregister the variant before the endpoint
    changes its instance type, and register it afterwards with the numbers of the new winner.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        instance_count: EndpointInstanceCount,
        recommendation: RealTimeRecommendation,
        min_capacity: jsii.Number,
        max_capacity: jsii.Number,
    ) -> None:
        """Use `RecommendedEndpoint.auto_scale_instance_count`.

        Args:
            scope: The endpoint.
            id: Its id.
            instance_count: The endpoint's number of instances.
            recommendation: The recommendation that the endpoint runs.
            min_capacity: The least number of instances.
            max_capacity: The greatest number of instances.

        Raises:
            ValidationError: A number is NaN or infinite.
        """
        super().__init__(scope, id)
        self._bounds: Final[dict[str, object]] = {"MinCapacity": min_capacity, "MaxCapacity": max_capacity}
        with prefix_errors_with_path(self):
            refuse_non_finite(self._bounds)
        self.min_capacity: Final = min_capacity
        """The least number of instances."""
        self._instance_count: Final = instance_count
        self._recommendation: Final = recommendation
        self._policy: Construct | None = None
        report_problems(self, lambda: checks.check_scaling(self._bounds | {"HasPolicy": self._policy is not None}))
        self.resource_id: Final[str] = instance_count.resource_id
        """Resource id in Application Auto Scaling: `endpoint/<name>/variant/<name>`."""

    def scale_on_invocations(
        self,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        max_requests_per_second: jsii.Number | None = None,
        safety_factor: jsii.Number | None = None,
        target_invocations_per_instance: jsii.Number | None = None,
        scale_in_cooldown: Duration | None = None,
        scale_out_cooldown: Duration | None = None,
        disable_scale_in: bool = False,
    ) -> None:
        """Scale in or out to keep a target of invocations a minute for each instance.

        The metric is `SageMakerVariantInvocationsPerInstance`. Its target is `safety_factor * max_requests_per_second *
        60` (developer guide, load testing your auto scaling configuration).

        Args:
            id: Id of the scaling policy, unique in this construct.
            max_requests_per_second: The most requests a second that one instance can serve, above 0. Default: what the
                job has measured, `MaxInvocations / InitialInstanceCount / 60`; the deployment fails if the service
                gave no such figure.
            safety_factor: Share of it that is the target, above 0 and at most 1. Default: 0.5.
            target_invocations_per_instance: The target itself, instead of the two: requests a minute, above 0.
            scale_in_cooldown: Time between two reductions. Default: Application Auto Scaling's, 300 seconds.
            scale_out_cooldown: Time between two increases. Default: Application Auto Scaling's, 300 seconds.
            disable_scale_in: Whether instances are only added. Default: they are removed, too.

        Raises:
            ValidationError: The target is scaled already, a number is NaN or infinite, or a cooldown is not a whole
                number of seconds.
        """
        check_types(self, SCALING_ARGUMENT_TYPES, disable_scale_in=disable_scale_in)
        numbers: dict[str, object] = {
            "MaxRequestsPerSecond": max_requests_per_second,
            "SafetyFactor": safety_factor,
            "TargetInvocationsPerInstance": target_invocations_per_instance,
        }
        policy = self._add_policy(id)
        report_problems(policy, lambda: checks.check_scaling(numbers))
        with prefix_errors_with_path(policy):
            refuse_non_finite(numbers)
            scaling = _invocations_scaling(
                self._recommendation,
                max_requests_per_second=max_requests_per_second,
                safety_factor=safety_factor,
                target_invocations_per_instance=target_invocations_per_instance,
                scale_in_cooldown=scale_in_cooldown,
                scale_out_cooldown=scale_out_cooldown,
                disable_scale_in=disable_scale_in,
            )
        self._scale(scaling)

    def scale_as_recommended(
        self,
        id: str,  # noqa: A002 -- the CDK's name for it
        scaling: ScalingRecommendation,
        *,
        disable_scale_in: bool = False,
    ) -> None:
        """Scale by the policies and cooldowns that the service recommends.

        The service also recommends the bounds: `auto_scale_instance_count(min_capacity=scaling.min_capacity,
        max_capacity=scaling.max_capacity)`.

        Args:
            id: Id of the scaling policies, unique in this construct.
            scaling: What `recommend_scaling(...)` of the endpoint's recommendation returned.
            disable_scale_in: Whether instances are only added. Default: they are removed, too.

        Raises:
            ValidationError: It is another recommendation's, or the target is scaled already.
        """
        check_types(self, SCALING_ARGUMENT_TYPES, scaling=scaling, disable_scale_in=disable_scale_in)
        if scaling.node.scope is not self._recommendation:
            raise ValidationError(
                f"{self.node.path}: {scaling.node.path} recommends how to scale another recommendation. Give what "
                "recommend_scaling(...) of the endpoint's own recommendation returned."
            )
        self._add_policy(id)
        self._scale(_recommended_scaling(scaling, disable_scale_in=disable_scale_in))

    def _add_policy(self, policy_id: str) -> Construct:
        if self._policy is not None:
            raise ValidationError(
                f"{self.node.path}: {self._policy.node.path} scales it already. Call one of scale_on_invocations and "
                "scale_as_recommended, once."
            )
        self._policy = Construct(self, policy_id)
        return self._policy

    def _scale(self, policies: Mapping[InstanceCountProperty, object]) -> None:
        bounds = {InstanceCountProperty(name): number for name, number in self._bounds.items()}
        self._instance_count.scale({**bounds, **policies})


def _recommended_scaling(
    scaling: ScalingRecommendation, *, disable_scale_in: bool
) -> dict[InstanceCountProperty, object]:
    """Return cooldowns and policies of the service."""
    return {
        InstanceCountProperty.SCALE_IN_COOLDOWN: scaling.scale_in_cooldown.to_seconds(),
        InstanceCountProperty.SCALE_OUT_COOLDOWN: scaling.scale_out_cooldown.to_seconds(),
        InstanceCountProperty.SCALING_POLICIES_JSON: scaling.scaling_policies_json,
        InstanceCountProperty.DISABLE_SCALE_IN: disable_scale_in,
    }


def _invocations_scaling(
    measured: RealTimeRecommendation,
    *,
    max_requests_per_second: jsii.Number | None,
    safety_factor: jsii.Number | None,
    target_invocations_per_instance: jsii.Number | None,
    scale_in_cooldown: Duration | None,
    scale_out_cooldown: Duration | None,
    disable_scale_in: bool,
) -> dict[InstanceCountProperty, object]:
    """Return the target and cooldowns of the user's own.

    The handler calculates the target, since each of its factors may be known at deploy time only.

    Raises:
        ValidationError: A cooldown is not a whole number of seconds.
    """
    if target_invocations_per_instance is not None:
        target: dict[InstanceCountProperty, object] = {
            InstanceCountProperty.TARGET_VALUE: target_invocations_per_instance
        }
    else:
        target = {
            InstanceCountProperty.SAFETY_FACTOR: _DEFAULT_SAFETY_FACTOR if safety_factor is None else safety_factor,
            **(
                {InstanceCountProperty.MAX_INVOCATIONS: measured.max_invocations}
                if max_requests_per_second is None
                else {InstanceCountProperty.MAX_REQUESTS_PER_SECOND: max_requests_per_second}
            ),
        }
    cooldowns = {
        property_: seconds_of(cooldown, name)
        for property_, name, cooldown in (
            (InstanceCountProperty.SCALE_IN_COOLDOWN, "scale_in_cooldown", scale_in_cooldown),
            (InstanceCountProperty.SCALE_OUT_COOLDOWN, "scale_out_cooldown", scale_out_cooldown),
        )
        if cooldown is not None
    }
    return {**target, **cooldowns, InstanceCountProperty.DISABLE_SCALE_IN: disable_scale_in}
