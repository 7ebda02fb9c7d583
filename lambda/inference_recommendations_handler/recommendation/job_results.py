"""What a job has measured, read from its description. Pure: also what the command line shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .choosing import above_zero, candidate
from .latency_unit import LatencyUnit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .choosing import RecommendationResult


@dataclass(frozen=True, kw_only=True)
class ExistingEndpoint:
    """What was measured of the endpoint that the job compares with (API reference, `EndpointPerformance`).

    As with `Metrics`, a figure of 0 or less counts as none.
    """

    endpoint_name: str
    max_invocations: float | None
    """Requests a minute."""
    model_latency: float | None
    """As the service gives it, in the unit of the job's results."""
    model_latency_ms: float | None
    """Milliseconds."""


@dataclass(frozen=True, kw_only=True)
class JobResults:
    """The results of one job, with its latencies in milliseconds."""

    candidates: Sequence[RecommendationResult]
    """In the service's order; without what a deployment can't use."""
    existing_endpoints: Sequence[ExistingEndpoint]
    """At most one."""
    latency_unit: LatencyUnit
    """Unit in which the service gave every latency of the job."""

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> JobResults:
        """Read the results of a job.

        Args:
            description: As `DescribeInferenceRecommendationsJob` returns it; one without results has none.
        """
        recommendations: list[Mapping[str, Any]] = description.get("InferenceRecommendations") or []
        performances: list[Mapping[str, Any]] = description.get("EndpointPerformances") or []
        measured = [each.get("Metrics") or {} for each in (*recommendations, *performances)]
        unit = LatencyUnit.of(
            (above_zero(each.get("MaxInvocations")), above_zero(each.get("ModelLatency"))) for each in measured
        )
        found = [candidate(each, unit) for each in recommendations]
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
