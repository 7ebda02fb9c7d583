"""Choosing one of a job's recommendations. Pure: also what the command line shows.

A choice that was deployed stays: a rule that chooses differently gets a new version beside the old one, or an upgrade
of the library would deploy on another instance type.
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

KNOWN_CHOICE_VERSIONS: Final = ("1", "2")
HIGHEST_IS_BEST: Final = frozenset({ObjectiveName.MAX_INVOCATIONS})


class NoChoiceError(Exception):
    """Nothing can be chosen; the message says why and lists what was measured."""


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """What was measured; None where the service gave no value, which it may say by NaN.

    A cost, a latency or a number of invocations of 0 or less is none either: nothing is free or takes no time, and such
    a figure would win every choice. A utilization may be 0, and none of the figures is negative.
    """

    cost_per_hour: float | None
    """US dollars, an estimate."""
    cost_per_inference: float | None
    """US dollars, an estimate."""
    max_invocations: float | None
    """Requests a minute."""
    model_latency: float | None
    """As the service gives it, in milliseconds or microseconds; see `latency_unit.py`."""
    model_latency_ms: float | None
    """Milliseconds."""
    cpu_utilization: float | None
    """Percent at `max_invocations`."""
    memory_utilization: float | None
    """Percent at `max_invocations`."""
    model_setup_time: float | None
    """Microseconds; serverless only."""

    def of(self, objective: ObjectiveName) -> float | None:
        """The metric that the objective looks at; a latency in milliseconds."""
        return {
            ObjectiveName.COST_PER_INFERENCE: self.cost_per_inference,
            ObjectiveName.COST_PER_HOUR: self.cost_per_hour,
            ObjectiveName.MODEL_LATENCY: self.model_latency_ms,
            ObjectiveName.MAX_INVOCATIONS: self.max_invocations,
        }[objective]


@dataclass(frozen=True, kw_only=True)
class RecommendationResult:
    """One of the API's `InferenceRecommendations`, with what a deployment needs."""

    recommendation_id: str | None
    endpoint_type: EndpointType
    instance_type: str | None
    """Real-time only."""
    initial_instance_count: int
    """Real-time only; 1 where the service gives none, because a benchmark runs on one instance."""
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
        """What it runs on, in words."""
        if self.endpoint_type is EndpointType.REAL_TIME:
            return f"{self.initial_instance_count} x {self.instance_type}"
        return f"serverless {self.memory_size_in_mb} MB x {self.max_concurrency}"


def candidate(recommendation: Mapping[str, Any], latency_unit: LatencyUnit) -> RecommendationResult | None:
    """Read one recommendation; None where it lacks what a deployment needs.

    Args:
        recommendation: One of the API's `InferenceRecommendations`.
        latency_unit: Unit of its `ModelLatency`, which follows from all of the job's results (`JobResults`).
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
    candidates: Sequence[RecommendationResult],
    *,
    endpoint_type: EndpointType,
    objective: ObjectiveName,
    version: str,
) -> list[RecommendationResult]:
    """Order the candidates of one kind of endpoint, the best first.

    Those without the objective's metric are left out. Equal ones are ordered by cost an hour, then latency, then
    instance type or memory and concurrency, then id, so that the service's order never decides.

    Raises:
        NoChoiceError: the version is newer than this handler.
    """
    if version not in KNOWN_CHOICE_VERSIONS:
        message = (
            f"The template chooses by rule {version!r} and this handler knows {', '.join(KNOWN_CHOICE_VERSIONS)}: "
            "deploy with the version of cdk-inference-recommender that wrote the template."
        )
        raise NoChoiceError(message)
    fitting = [
        found
        for found in candidates
        if found.endpoint_type is endpoint_type and found.metrics.of(objective) is not None
    ]
    return sorted(fitting, key=lambda found: _order(found, objective))


def choose(
    candidates: Sequence[RecommendationResult],
    *,
    endpoint_type: EndpointType,
    objective: ObjectiveName,
    version: str,
) -> RecommendationResult:
    """The best of the candidates by `rank`.

    Raises:
        NoChoiceError: there is none of that kind with the objective's metric, or the version is unknown.
    """
    ranked = rank(candidates, endpoint_type=endpoint_type, objective=objective, version=version)
    if ranked:
        return ranked[0]
    message = f"No {endpoint_type} recommendation has a value for {objective}. Measured: {measured(candidates)}."
    raise NoChoiceError(message)


def measured(candidates: Sequence[RecommendationResult]) -> str:
    """What a job measured, on one line."""
    return "; ".join(f"{each.label} ({_figures(each.metrics)})" for each in candidates) or "nothing"


def with_unit(metric: str, value: float) -> str:
    """Format a metric's value for a reader: a latency with its unit, which isn't the same in all of AWS's documents.

    Args:
        metric: As the API names it.
        value: A `ModelLatency` in milliseconds.
    """
    return f"{value:g} ms" if metric == ObjectiveName.MODEL_LATENCY else f"{value:g}"


def above_zero(value: object) -> float | None:
    """A metric's value, as `number` reads it; None where it isn't above 0."""
    found = number(value)
    return found if found is not None and found > 0 else None


def _not_negative(value: object) -> float | None:
    found = number(value)
    return found if found is not None and found >= 0 else None


def _count(value: object) -> int | None:
    """A whole number of at least 1; None for any other value."""
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
