"""What a result must meet to be chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from aws_cdk import Duration

from cdk_inference_recommender.validation.tokens import fractional_milliseconds_of
from cdk_inference_recommender.validation.validation_error import ValidationError
from inference_recommendations_handler.protocol.contract import ConstraintProperty

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jsii


@dataclass(frozen=True, kw_only=True)
class Constraints:
    """What a result must meet to be chosen (API reference, `RecommendationMetrics`).

    The best of those that meet all of them wins; where none does, the deployment fails with what was measured and by
    how much it fails. A metric that the service gives no value for meets no constraint on it. A limit is met up to a
    millionth beyond it, since the service's figures are floats of 32 bits. Every number may be a token, and is above 0.

    Attributes:
        max_cost_per_hour: USD, the service's estimate; of one instance, as the service gives it.
        max_cost_per_inference: USD, the service's estimate.
        max_model_latency: For example `Duration.millis(100)`; a bare number is in milliseconds. Compared with the
            result's latency in milliseconds (`model_latency_ms`).
        min_invocations: Requests a minute that have to be reached (`MaxInvocations`).
        max_cpu_utilization: Percent at that load; 100 for each core, so that it can be above 100.
        max_memory_utilization: Percent at that load, at most 100.
        min_invocations_gain: How many times the existing endpoint's `MaxInvocations` have to be reached, for example
            1.2. The job needs an `existing_endpoint`.
        min_model_latency_gain: How many times the result's `ModelLatency` the existing endpoint's has to be: with 2,
            the result takes half as long at most. The job needs an `existing_endpoint`.
        allowed_instance_families: Such as `c5`; instance types of others are never chosen. Default: all. For real-time
            endpoints only.
        excluded_instance_families: Such as `g4dn`; never chosen. For real-time endpoints only.

    Raises:
        ValidationError: A number is NaN or infinite, which no template can hold.
    """

    max_cost_per_hour: jsii.Number | None = None
    max_cost_per_inference: jsii.Number | None = None
    max_model_latency: Duration | jsii.Number | None = None
    min_invocations: jsii.Number | None = None
    max_cpu_utilization: jsii.Number | None = None
    max_memory_utilization: jsii.Number | None = None
    min_invocations_gain: jsii.Number | None = None
    min_model_latency_gain: jsii.Number | None = None
    allowed_instance_families: Sequence[str] = ()
    excluded_instance_families: Sequence[str] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValidationError(
                    f"{field.name} = {value}: must be a number above 0. Leave it out for no constraint."
                )


def constraint_properties(constraints: Constraints) -> dict[str, object]:
    """Return constraints as properties of the custom resource; empty without any.

    Args:
        constraints: What a result must meet.

    Raises:
        ValidationError: `max_model_latency` is built on a token in another unit than milliseconds, or is Python's
            `timedelta`.
    """
    latency = constraints.max_model_latency
    numbers = {
        ConstraintProperty.MAX_COST_PER_HOUR: constraints.max_cost_per_hour,
        ConstraintProperty.MAX_COST_PER_INFERENCE: constraints.max_cost_per_inference,
        ConstraintProperty.MAX_MODEL_LATENCY: (
            fractional_milliseconds_of(latency, "constraints.max_model_latency")
            if isinstance(latency, Duration | timedelta)
            else latency
        ),
        ConstraintProperty.MIN_INVOCATIONS: constraints.min_invocations,
        ConstraintProperty.MAX_CPU_UTILIZATION: constraints.max_cpu_utilization,
        ConstraintProperty.MAX_MEMORY_UTILIZATION: constraints.max_memory_utilization,
        ConstraintProperty.MIN_INVOCATIONS_GAIN: constraints.min_invocations_gain,
        ConstraintProperty.MIN_MODEL_LATENCY_GAIN: constraints.min_model_latency_gain,
    }
    families = {
        ConstraintProperty.ALLOWED_INSTANCE_FAMILIES: constraints.allowed_instance_families,
        ConstraintProperty.EXCLUDED_INSTANCE_FAMILIES: constraints.excluded_instance_families,
    }
    return {name.value: value for name, value in numbers.items() if value is not None} | {
        name.value: list(value) for name, value in families.items() if value
    }
