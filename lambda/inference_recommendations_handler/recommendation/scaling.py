"""Autoscaling of a variant: bounds and target tracking policies. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.protocol.contract import UNAVAILABLE
from inference_recommendations_handler.protocol.contract import InstanceCountProperty as Property
from inference_recommendations_handler.protocol.property_values import flag, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POLICY_NAME_PREFIX: Final = "inference-recommender-"
"""Name prefix of the stack's own policies. Other policies of the same target aren't changed."""
INVOCATIONS_PER_INSTANCE: Final = "SageMakerVariantInvocationsPerInstance"
"""Invocations per minute and instance (Application Auto Scaling, predefined metrics)."""
_SECONDS_PER_MINUTE: Final = 60
_CUSTOMIZED: Final = ("MetricName", "Namespace", "Statistic")


class ScalingError(Exception):
    """The scaling is invalid. The message contains cause and remedy."""


@dataclass(frozen=True, kw_only=True)
class TrackingPolicy:
    """Target tracking policy with a predefined or a customized metric."""

    target_value: float
    predefined_metric_type: str | None
    customized: Mapping[str, str]
    """`MetricName`, `Namespace` and `Statistic`; empty with a predefined metric."""

    @classmethod
    def parse(cls, policy: object) -> TrackingPolicy:
        """Read one of the API's `ScalingPolicies`.

        Raises:
            ScalingError: A required value is missing.
        """
        tracking = _member(policy, "TargetTracking")
        target = number(tracking.get("TargetValue"))
        if target is None or target <= 0:
            raise ScalingError(
                f"The policy's TargetValue is {tracking.get('TargetValue')!r}, and must be a number above 0."
            )
        metric = _member(tracking, "MetricSpecification")
        predefined = _member(metric, "Predefined").get("PredefinedMetricType")
        given = _member(metric, "Customized")
        customized = {name: str(given[name]) for name in _CUSTOMIZED if given.get(name)}
        if not predefined and len(customized) < len(_CUSTOMIZED):
            raise ScalingError(f"The policy's metric is {json.dumps(metric)}, which is no metric that can be tracked.")
        return cls(
            target_value=target,
            predefined_metric_type=str(predefined) if predefined else None,
            customized={} if predefined else customized,
        )


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """Bounds and policies of a scalable target."""

    min_capacity: int
    max_capacity: int
    scale_in_cooldown: int | None
    """Seconds; None for the default of Application Auto Scaling, like the next."""
    scale_out_cooldown: int | None
    disable_scale_in: bool
    policies: Sequence[TrackingPolicy]

    @classmethod
    def parse(cls, properties: Mapping[str, Any]) -> Scaling:
        """Read the properties of `Custom::EndpointInstanceCount` or `Custom::EndpointPreparation`.

        Raises:
            ScalingError: A property is missing or invalid.
        """
        low, high = (whole(properties.get(name), name) for name in (Property.MIN_CAPACITY, Property.MAX_CAPACITY))
        if low > high:
            raise ScalingError(
                f"MinCapacity is {low} and MaxCapacity is {high}: MinCapacity must not be the greater one."
            )
        cooldowns = [
            None if properties.get(name) is None else whole(properties[name], name)
            for name in (Property.SCALE_IN_COOLDOWN, Property.SCALE_OUT_COOLDOWN)
        ]
        return cls(
            min_capacity=low,
            max_capacity=high,
            scale_in_cooldown=cooldowns[0],
            scale_out_cooldown=cooldowns[1],
            disable_scale_in=flag(properties, Property.DISABLE_SCALE_IN),
            policies=_policies(properties),
        )

    def configurations(self, *, endpoint_name: str, variant_name: str) -> dict[str, dict[str, Any]]:
        """Return the `TargetTrackingScalingPolicyConfiguration`s by policy name."""
        return {
            f"{POLICY_NAME_PREFIX}{position}": self._configuration(policy, endpoint_name, variant_name)
            for position, policy in enumerate(self.policies, start=1)
        }

    def _configuration(self, policy: TrackingPolicy, endpoint_name: str, variant_name: str) -> dict[str, Any]:
        cooldowns = {"ScaleInCooldown": self.scale_in_cooldown, "ScaleOutCooldown": self.scale_out_cooldown}
        if policy.predefined_metric_type is not None:
            metric: dict[str, Any] = {
                "PredefinedMetricSpecification": {"PredefinedMetricType": policy.predefined_metric_type}
            }
        else:
            # The service returns no dimensions. Endpoint metrics have these two (developer guide, CloudWatch).
            dimensions = [
                {"Name": "EndpointName", "Value": endpoint_name},
                {"Name": "VariantName", "Value": variant_name},
            ]
            metric = {"CustomizedMetricSpecification": {**policy.customized, "Dimensions": dimensions}}
        return {
            "TargetValue": policy.target_value,
            **metric,
            **{name: value for name, value in cooldowns.items() if value is not None},
            "DisableScaleIn": self.disable_scale_in,
        }


def is_scaled(properties: Mapping[str, Any]) -> bool:
    """Return whether the properties contain autoscaling."""
    return Property.MIN_CAPACITY in properties


def whole(value: object, name: str) -> int:
    """Return the value as a whole number of at least 0.

    Raises:
        ScalingError: The value isn't one.
    """
    parsed = number(value)
    if parsed is None or parsed < 0 or parsed != int(parsed):
        raise ScalingError(f"{name} is {value!r}, and must be a whole number, 0 or more.")
    return int(parsed)


def _policies(properties: Mapping[str, Any]) -> list[TrackingPolicy]:
    text = properties.get(Property.SCALING_POLICIES_JSON)
    if text is None:
        target = _target_value(properties)
        return [TrackingPolicy(target_value=target, predefined_metric_type=INVOCATIONS_PER_INSTANCE, customized={})]
    try:
        policies = json.loads(text)
    except (TypeError, ValueError):
        policies = None
    if not isinstance(policies, list) or not policies:
        raise ScalingError(
            f"{Property.SCALING_POLICIES_JSON} is {str(text)[:80]!r}, and must be a JSON array of policies."
        )
    return [TrackingPolicy.parse(policy) for policy in policies]


def _target_value(properties: Mapping[str, Any]) -> float:
    given = properties.get(Property.TARGET_VALUE)
    if given is not None:
        target = number(given)
        if target is None or target <= 0:
            raise ScalingError(
                f"The target is {given!r} invocations per minute and instance, and must be a number above 0."
            )
        return target
    factor = number(properties.get(Property.SAFETY_FACTOR))
    maximum = _invocations_per_instance(properties)
    if not factor or factor < 0:
        raise ScalingError(
            f"The safety factor is {properties.get(Property.SAFETY_FACTOR)!r}, and must be a number above 0."
        )
    return maximum * factor


def _invocations_per_instance(properties: Mapping[str, Any]) -> float:
    """Return the maximum invocations per minute of an instance."""
    given = properties.get(Property.MAX_REQUESTS_PER_SECOND)
    if given is not None:
        requests = number(given)
        if not requests or requests < 0:
            raise ScalingError(f"An instance's maximum is {given!r} requests per second, and must be a number above 0.")
        return requests * _SECONDS_PER_MINUTE
    measured = properties.get(Property.MAX_INVOCATIONS, UNAVAILABLE)
    invocations, instances = (
        number(properties.get(name)) for name in (Property.MAX_INVOCATIONS, Property.INITIAL_INSTANCE_COUNT)
    )
    if not (invocations and instances) or min(invocations, instances) <= 0:
        raise ScalingError(
            f"The recommendation's MaxInvocations is {measured!r}, from which no target can be calculated: set "
            "max_requests_per_second or target_invocations_per_instance."
        )
    return invocations / instances


def _member(value: object, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
