"""The content of a report, whatever its format; computed from the API's responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.job_progress import JobProgress
from inference_recommendations_handler.protocol.contract import (
    EndpointType,
    ObjectiveName,
)
from inference_recommendations_handler.recommendation.choosing import RecommendationResult, rank
from inference_recommendations_handler.recommendation.constraints import Constraints
from inference_recommendations_handler.recommendation.job_results import ExistingEndpoint, JobResults

from .pareto_front import pareto_front
from .why_it_won import OBJECTIVES, why_it_won

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from datetime import datetime

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob
    from inference_recommendations_handler.recommendation.latency_unit import LatencyUnit

_SIMULATED: Final = "/sim"
"""Suffix of the result ids that the local AWS generates, after the job's name."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One row of the report."""

    rank: int | None
    """From 1 among the results of its kind of endpoint; None if a constraint rejects it or the figure is missing."""
    candidate: RecommendationResult
    variation: Mapping[str, str]
    """Environment and specification values that differ between the results of its kind of endpoint."""
    on_front: bool
    """Whether no other result of its kind of endpoint is both cheaper and faster."""
    unmet: Sequence[str]
    """The constraints that it doesn't meet, with what was measured; empty if it meets all."""

    @property
    def place(self) -> str:
        """Its rank as one number for the whole job: `1`, `2` on instances, `s1`, `s2` serverless; empty without."""
        kind = "s" if self.candidate.endpoint_type is EndpointType.SERVERLESS else ""
        return "" if self.rank is None else f"{kind}{self.rank}"

    @property
    def label(self) -> str:
        """Return the instance type, and the values that distinguish it from other results on that type."""
        return " ".join([self.candidate.label, *(f"{name}={value}" for name, value in self.variation.items())])


@dataclass(frozen=True, kw_only=True)
class Section:
    """The results of one kind of endpoint: the best first, then the rejected ones, then those without a rank."""

    endpoint_type: EndpointType
    results: Sequence[Result]
    why: str
    """Why the first one was chosen, or why none was."""

    @property
    def winner(self) -> Result | None:
        """Return the first result, if it is ranked."""
        return self.results[0] if self.results and self.results[0].rank == 1 else None

    @property
    def rejected(self) -> list[Result]:
        """Return the results that don't meet the constraints."""
        return [result for result in self.results if result.unmet]


@dataclass(frozen=True, kw_only=True)
class FailedSteps:
    """Benchmarks that failed for one reason."""

    reason: str
    benchmarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class JobReport:
    """Everything that a report shows."""

    job_name: str
    job_type: str
    status: str
    has_ended: bool
    failure_reason: str | None
    objective: ObjectiveName
    required: Mapping[str, Any]
    """Constraints by `ConstraintProperty`; empty without any."""
    constraints: str
    """The same in words."""
    progress: JobProgress
    sections: Sequence[Section]
    failed_steps: Sequence[FailedSteps]
    existing_endpoints: Sequence[ExistingEndpoint]
    latency_unit: LatencyUnit
    """Unit in which the service gave the latencies; they are shown in milliseconds."""
    simulated: bool
    """Whether the figures come from the local AWS."""

    @classmethod
    def of(
        cls, job: RecommendationsJob, *, objective: ObjectiveName, required: Mapping[str, Any], now: datetime
    ) -> JobReport:
        """Return the report of a job.

        Args:
            job: The job.
            objective: The objective that results are sorted by.
            required: Constraints by `ConstraintProperty`.
            now: With a time zone.

        Raises:
            NoChoiceError: A constraint can't be read, or compares with an existing endpoint that wasn't measured.
        """
        description = job.description
        measured = JobResults.parse(description)
        constraints = Constraints.parse(dict(required), existing_endpoints=measured.existing_endpoints)
        sections = _sections(measured.candidates, objective, constraints if required else None)
        ids = [result.candidate.recommendation_id or "" for section in sections for result in section.results]
        reason = description.get("FailureReason")
        return cls(
            job_name=job.name,
            job_type=str(description.get("JobType", "")),
            status=job.status,
            has_ended=job.has_ended,
            failure_reason=_one_line(reason) if reason else None,
            objective=objective,
            required=required,
            constraints=constraints.describe(),
            progress=JobProgress.of(job, now=now),
            sections=sections,
            failed_steps=_failed_steps(job.steps),
            existing_endpoints=measured.existing_endpoints,
            latency_unit=measured.latency_unit,
            simulated=bool(ids) and all(_SIMULATED in each for each in ids),
        )

    @property
    def results(self) -> list[Result]:
        """Those of all sections."""
        return [result for section in self.sections for result in section.results]

    @property
    def nothing_can_be_chosen(self) -> bool:
        """Whether the job has ended and has no result that a deployment could choose, which then fails."""
        return self.has_ended and not any(section.winner for section in self.sections)


def cost(found: RecommendationResult, objective: ObjectiveName) -> float | None:
    """The cost that is compared with latency: an hour's where that is the objective, else an inference's; in USD."""
    metrics = found.metrics
    return metrics.cost_per_hour if objective is ObjectiveName.COST_PER_HOUR else metrics.cost_per_inference


def _sections(
    candidates: Sequence[RecommendationResult], objective: ObjectiveName, constraints: Constraints | None
) -> list[Section]:
    sections = []
    for endpoint_type in EndpointType:
        ranked = rank(candidates, endpoint_type=endpoint_type, objective=objective)
        fitting = [each for each in ranked if not _unmet(each, constraints)]
        rejected = [each for each in ranked if _unmet(each, constraints)]
        unranked = sorted(
            (each for each in candidates if each.endpoint_type is endpoint_type and each.metrics.of(objective) is None),
            key=lambda each: (each.label, each.recommendation_id or ""),
        )
        ordered = [*fitting, *rejected, *unranked]
        if not ordered:
            continue
        varying = _differing([_variation(each) for each in ordered])
        front = set(pareto_front([(cost(each, objective), each.metrics.model_latency_ms) for each in ordered]))
        results = [
            Result(
                rank=place + 1 if place < len(fitting) else None,
                candidate=each,
                variation={name: value for name, value in _variation(each).items() if name in varying},
                on_front=place in front,
                unmet=_unmet(each, constraints),
            )
            for place, each in enumerate(ordered)
        ]
        why = _why(results, objective, constraints, would_win=ranked[0] if ranked else None)
        sections.append(Section(endpoint_type=endpoint_type, results=results, why=why))
    return sections


def _unmet(found: RecommendationResult, constraints: Constraints | None) -> list[str]:
    return [shortfall.text for shortfall in constraints.shortfalls(found)] if constraints else []


def _why(
    results: Sequence[Result],
    objective: ObjectiveName,
    constraints: Constraints | None,
    *,
    would_win: RecommendationResult | None,
) -> str:
    won = [(result.label, result.candidate.metrics) for result in results if result.rank]
    if not won:
        if constraints is None or would_win is None:
            measure = OBJECTIVES[objective]
            return f"No result can be ranked, since none has a {measure}: a deployment that optimizes for it fails."
        return f"No result meets the constraints ({constraints.describe()}): a deployment that has them fails."
    why = why_it_won(won, objective, constrained=constraints is not None)
    if would_win is results[0].candidate:
        return why
    [label] = [result.label for result in results if result.candidate is would_win]
    return f"{why} Without the constraints {label} would win."


def _variation(found: RecommendationResult) -> dict[str, str]:
    specification = found.inference_specification_name
    return {**({"specification": specification} if specification else {}), **found.environment}


def _differing(variations: Sequence[Mapping[str, str]]) -> set[str]:
    names = {name for variation in variations for name in variation}
    return {name for name in names if len({variation.get(name) for variation in variations}) > 1}


def _failed_steps(steps: Sequence[Mapping[str, Any]]) -> list[FailedSteps]:
    by_reason: dict[str, list[str]] = {}
    varying = _differing([_environment(step) for step in steps])
    for step in steps:
        if step.get("Status") == "FAILED":
            benchmark = step.get("InferenceBenchmark") or {}
            reason = _one_line(benchmark.get("FailureReason") or "The service gives no reason.")
            by_reason.setdefault(reason, []).append(_benchmark(step, varying))
    return [FailedSteps(reason=reason, benchmarks=benchmarks) for reason, benchmarks in by_reason.items()]


def _benchmark(step: Mapping[str, Any], varying: Container[str]) -> str:
    benchmark = step.get("InferenceBenchmark") or {}
    endpoint = benchmark.get("EndpointConfiguration") or {}
    serverless = endpoint.get("ServerlessConfig") or {}
    if serverless:
        place = f"serverless {serverless.get('MemorySizeInMB')} MB x {serverless.get('MaxConcurrency')}"
    else:
        place = str(endpoint.get("InstanceType") or endpoint.get("EndpointName") or step.get("StepType", "a step"))
    # As with results, a value that all have, such as a token of the model's container, is not shown.
    environment = [f"{name}={value}" for name, value in _environment(step).items() if name in varying]
    return " ".join([place, *environment])


def _environment(step: Mapping[str, Any]) -> dict[str, str]:
    model = (step.get("InferenceBenchmark") or {}).get("ModelConfiguration") or {}
    return {each["Key"]: each["Value"] for each in model.get("EnvironmentParameters") or []}


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
