"""Results of a job. Pure: the command line uses them as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .choosing import above_zero, parse_result
from .latency_unit import LatencyUnit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .choosing import RecommendationResult


@dataclass(frozen=True, kw_only=True)
class ExistingEndpoint:
    """Measurements of the endpoint that the job compares with (API reference, `EndpointPerformance`).

    As in `Metrics`, 0 or less counts as no value.
    """

    endpoint_name: str
    max_invocations: float | None
    """Requests per minute."""
    model_latency: float | None
    """As returned by the service, in the unit of the job's results."""
    model_latency_ms: float | None
    """Milliseconds."""


@dataclass(frozen=True, kw_only=True)
class JobResults:
    """Results of one job, with latencies in milliseconds."""

    candidates: Sequence[RecommendationResult]
    """In the service's order, without results that a deployment can't use."""
    existing_endpoints: Sequence[ExistingEndpoint]
    """At most one."""
    latency_unit: LatencyUnit
    """Unit of all latencies that the service returned for the job."""

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> JobResults:
        """Read the results of a job.

        Args:
            description: Response of `DescribeInferenceRecommendationsJob`, with or without results.
        """
        recommendations: list[Mapping[str, Any]] = description.get("InferenceRecommendations") or []
        performances: list[Mapping[str, Any]] = description.get("EndpointPerformances") or []
        measured = [each.get("Metrics") or {} for each in (*recommendations, *performances)]
        unit = LatencyUnit.of(
            (above_zero(each.get("MaxInvocations")), above_zero(each.get("ModelLatency"))) for each in measured
        )
        found = [parse_result(each, unit) for each in recommendations]
        return cls(
            candidates=[each for each in found if each is not None],
            existing_endpoints=[_existing_endpoint(each, unit) for each in performances],
            latency_unit=unit,
        )


def _existing_endpoint(performance: Mapping[str, Any], unit: LatencyUnit) -> ExistingEndpoint:
    metrics = performance.get("Metrics") or {}
    latency = above_zero(metrics.get("ModelLatency"))
    return ExistingEndpoint(
        endpoint_name=str((performance.get("EndpointInfo") or {}).get("EndpointName", "")),
        max_invocations=above_zero(metrics.get("MaxInvocations")),
        model_latency=latency,
        model_latency_ms=unit.milliseconds(latency),
    )
