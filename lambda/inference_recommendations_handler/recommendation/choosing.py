"""Choice of one of a job's results. Pure: the command line uses it as well.

A released rule doesn't change: another choice would deploy another instance type after an upgrade of the library. A
change of the rule needs a property that selects it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.protocol.contract import EndpointType, ObjectiveName
from inference_recommendations_handler.protocol.property_values import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .latency_unit import LatencyUnit

HIGHEST_IS_BEST: Final = frozenset({ObjectiveName.MAX_INVOCATIONS})


class NoChoiceError(Exception):
    """No result can be chosen. The message contains the reason and the measurements."""


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Metrics of a result. A metric is None if the service returned no value, or NaN.

    Costs, latencies, and invocations of 0 or less count as no value: they can't be real, and would win every choice.
    A utilization can be 0. Negative values count as no value.
    """

    cost_per_hour: float | None
    """Estimate in US dollars."""
    cost_per_inference: float | None
    """Estimate in US dollars."""
    max_invocations: float | None
    """Requests per minute."""
    model_latency: float | None
    """As returned by the service, in milliseconds or microseconds; see `latency_unit.py`."""
    model_latency_ms: float | None
    """Milliseconds."""
    cpu_utilization: float | None
    """Percent at `max_invocations`."""
    memory_utilization: float | None
    """Percent at `max_invocations`."""
    model_setup_time: float | None
    """Microseconds. Serverless only."""

    def of(self, objective: ObjectiveName) -> float | None:
        """Return the metric of the objective; a latency in milliseconds."""
        return {
            ObjectiveName.COST_PER_INFERENCE: self.cost_per_inference,
            ObjectiveName.COST_PER_HOUR: self.cost_per_hour,
            ObjectiveName.MODEL_LATENCY: self.model_latency_ms,
            ObjectiveName.MAX_INVOCATIONS: self.max_invocations,
        }[objective]


@dataclass(frozen=True, kw_only=True)
class RecommendationResult:
    """One of the API's `InferenceRecommendations`, with all values that a deployment needs."""

    recommendation_id: str | None
    endpoint_type: EndpointType
    instance_type: str | None
    """Real-time only."""
    initial_instance_count: int
    """Real-time only; 1 if the service returns none, since a benchmark runs on one instance."""
    memory_size_in_mb: int
    """Serverless only."""
    max_concurrency: int
    """Serverless only."""
    inference_specification_name: str | None
    compilation_job_name: str | None
    environment: Mapping[str, str]
    metrics: Metrics

    @property
    def label(self) -> str:
        """Instance type and count, or serverless configuration, for messages."""
        if self.endpoint_type is EndpointType.REAL_TIME:
            return f"{self.initial_instance_count} x {self.instance_type}"
        return f"serverless {self.memory_size_in_mb} MB x {self.max_concurrency}"


def parse_result(recommendation: Mapping[str, Any], latency_unit: LatencyUnit) -> RecommendationResult | None:
    """Read one result. Return None if it lacks a value that a deployment needs.

    Args:
        recommendation: One of the API's `InferenceRecommendations`.
        latency_unit: Unit of its `ModelLatency`, derived from all results of the job (`JobResults`).
    """
    endpoint = recommendation.get("EndpointConfiguration") or {}
    model = recommendation.get("ModelConfiguration") or {}
    metrics = recommendation.get("Metrics") or {}
    serverless = endpoint.get("ServerlessConfig") or {}
    memory, concurrency = _count(serverless.get("MemorySizeInMB")), _count(serverless.get("MaxConcurrency"))
    instance_type = endpoint.get("InstanceType")
    latency = above_zero(metrics.get("ModelLatency"))
    if not instance_type and (memory is None or concurrency is None):
        return None
    return RecommendationResult(
        recommendation_id=recommendation.get("RecommendationId"),
        endpoint_type=EndpointType.REAL_TIME if instance_type else EndpointType.SERVERLESS,
        instance_type=instance_type,
        initial_instance_count=_count(endpoint.get("InitialInstanceCount")) or 1,
        memory_size_in_mb=memory or 0,
        max_concurrency=concurrency or 0,
        inference_specification_name=model.get("InferenceSpecificationName"),
        compilation_job_name=model.get("CompilationJobName"),
        environment={
            str(parameter["Key"]): str(parameter["Value"]) for parameter in model.get("EnvironmentParameters") or []
        },
        metrics=Metrics(
            cost_per_hour=above_zero(metrics.get("CostPerHour")),
            cost_per_inference=above_zero(metrics.get("CostPerInference")),
            max_invocations=above_zero(metrics.get("MaxInvocations")),
            model_latency=latency,
            model_latency_ms=latency_unit.milliseconds(latency),
            cpu_utilization=_not_negative(metrics.get("CpuUtilization")),
            memory_utilization=_not_negative(metrics.get("MemoryUtilization")),
            model_setup_time=_not_negative(metrics.get("ModelSetupTime")),
        ),
    )


def rank(
    candidates: Sequence[RecommendationResult], *, endpoint_type: EndpointType, objective: ObjectiveName
) -> list[RecommendationResult]:
    """Sort the results for one type of endpoint, the best first. Omit those without the objective's metric.

    Equal results are sorted by cost per hour, then latency, then instance type or memory and concurrency, then id, so
    that the service's order doesn't matter.
    """
    fitting = [
        found
        for found in candidates
        if found.endpoint_type is endpoint_type and found.metrics.of(objective) is not None
    ]
    return sorted(fitting, key=lambda found: _order(found, objective))


def choose(
    candidates: Sequence[RecommendationResult], *, endpoint_type: EndpointType, objective: ObjectiveName
) -> RecommendationResult:
    """Return the best result by `rank`.

    Raises:
        NoChoiceError: No result of that type has the objective's metric.
    """
    ranked = rank(candidates, endpoint_type=endpoint_type, objective=objective)
    if ranked:
        return ranked[0]
    raise NoChoiceError(
        f"No {endpoint_type} recommendation has a value for {objective}. Measured: {measured(candidates)}."
    )


def measured(candidates: Sequence[RecommendationResult]) -> str:
    """Return the measurements of a job on one line."""
    return "; ".join(f"{each.label} ({_figures(each.metrics)})" for each in candidates) or "nothing"


def with_unit(metric: str, value: float) -> str:
    """Format a metric's value. A latency has its unit, since AWS documents use different ones.

    Args:
        metric: Name in the API.
        value: Value; a `ModelLatency` in milliseconds.
    """
    return f"{value:g} ms" if metric == ObjectiveName.MODEL_LATENCY else f"{value:g}"


def above_zero(value: object) -> float | None:
    """Return the value as a finite number above 0, or None."""
    found = number(value)
    return found if found is not None and found > 0 else None


def _not_negative(value: object) -> float | None:
    found = number(value)
    return found if found is not None and found >= 0 else None


def _count(value: object) -> int | None:
    """Return the value as a whole number of at least 1, or None."""
    found = number(value)
    return int(found) if found is not None and found >= 1 else None


def _order(found: RecommendationResult, objective: ObjectiveName) -> tuple[float | str, ...]:
    metrics = found.metrics
    best = metrics.of(objective)
    wanted = _or_worst(-best if best is not None and objective in HIGHEST_IS_BEST else best)
    return (
        wanted,
        _or_worst(metrics.cost_per_hour),
        _or_worst(metrics.model_latency_ms),
        found.instance_type or "",
        found.initial_instance_count,
        found.memory_size_in_mb,
        found.max_concurrency,
        found.recommendation_id or "",
    )


def _or_worst(value: float | None) -> float:
    return math.inf if value is None else value


def _figures(metrics: Metrics) -> str:
    named = {str(objective): metrics.of(objective) for objective in ObjectiveName}
    return ", ".join(f"{name} {'-' if value is None else with_unit(name, value)}" for name, value in named.items())
