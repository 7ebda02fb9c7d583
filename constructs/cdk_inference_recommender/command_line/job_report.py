"""What is to be shown of a job, whichever way: pure, from the API's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.job_progress import JobProgress
from cdk_inference_recommender.command_line.pareto_front import pareto_front
from cdk_inference_recommender.command_line.why_it_won import why_it_won
from inference_recommendations_handler.choosing import Candidate, candidate, number, rank
from inference_recommendations_handler.contract import CHOICE_VERSION, EndpointType, ObjectiveName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob

_SIMULATED: Final = "/sim"
"""How the ids of the local AWS's results go on after the job's name."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One row of the report."""

    rank: int | None
    """From 1 among the results of its kind of endpoint; None without the objective's figure."""
    candidate: Candidate
    variation: Mapping[str, str]
    """What of its environment and specification differs between the results of its kind of endpoint."""
    on_front: bool
    """Whether no other result of its kind of endpoint is both cheaper and faster."""

    @property
    def place(self) -> str:
        """Its rank as one number for the whole job: `1`, `2` on instances, `s1`, `s2` serverless; empty without."""
        kind = "s" if self.candidate.endpoint_type is EndpointType.SERVERLESS else ""
        return "" if self.rank is None else f"{kind}{self.rank}"

    @property
    def label(self) -> str:
        """What it runs on, and what tells it from its neighbours."""
        return " ".join([self.candidate.label, *(f"{name}={value}" for name, value in self.variation.items())])


@dataclass(frozen=True, kw_only=True)
class Section:
    """The results of one kind of endpoint, the best first, those that can't be ranked last."""

    endpoint_type: EndpointType
    results: Sequence[Result]
    why: str | None
    """Why the first one won; None where none can be ranked."""

    @property
    def winner(self) -> Result | None:
        """The first one, if it is ranked."""
        return self.results[0] if self.results and self.results[0].rank == 1 else None


@dataclass(frozen=True, kw_only=True)
class FailedSteps:
    """Benchmarks that failed for one reason."""

    reason: str
    benchmarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ExistingEndpoint:
    """What was measured of the endpoint that the job compared with."""

    endpoint_name: str
    max_invocations: float | None
    """Requests a minute."""
    model_latency: float | None
    """As the service gives it."""


@dataclass(frozen=True, kw_only=True)
class JobReport:
    """Everything that a report shows."""

    job_name: str
    job_type: str
    status: str
    has_ended: bool
    failure_reason: str | None
    objective: ObjectiveName
    progress: JobProgress
    sections: Sequence[Section]
    failed_steps: Sequence[FailedSteps]
    existing_endpoints: Sequence[ExistingEndpoint]
    simulated: bool
    """Whether the local AWS made the figures up."""

    @classmethod
    def of(cls, job: RecommendationsJob, *, objective: ObjectiveName, now: datetime) -> JobReport:
        """Gather it.

        Args:
            job: The job.
            objective: By which measure results are sorted.
            now: With a time zone.
        """
        description = job.description
        recommendations: Sequence[Mapping[str, Any]] = description.get("InferenceRecommendations") or []
        sections = _sections(recommendations, objective)
        ids = [result.candidate.recommendation_id or "" for section in sections for result in section.results]
        reason = description.get("FailureReason")
        return cls(
            job_name=job.name,
            job_type=str(description.get("JobType", "")),
            status=job.status,
            has_ended=job.has_ended,
            failure_reason=_one_line(reason) if reason else None,
            objective=objective,
            progress=JobProgress.of(job, now=now),
            sections=sections,
            failed_steps=_failed_steps(job.steps),
            existing_endpoints=[_existing_endpoint(each) for each in description.get("EndpointPerformances") or []],
            simulated=bool(ids) and all(_SIMULATED in each for each in ids),
        )

    @property
    def results(self) -> list[Result]:
        """Those of all sections."""
        return [result for section in self.sections for result in section.results]


def cost(found: Candidate, objective: ObjectiveName) -> float | None:
    """The cost that is compared with latency: an hour's where that is the objective, else an inference's; in USD."""
    metrics = found.metrics
    return metrics.cost_per_hour if objective is ObjectiveName.COST_PER_HOUR else metrics.cost_per_inference


def _sections(recommendations: Sequence[Mapping[str, Any]], objective: ObjectiveName) -> list[Section]:
    every = [found for found in map(candidate, recommendations) if found is not None]
    sections = []
    for endpoint_type in EndpointType:
        ranked = rank(recommendations, endpoint_type=endpoint_type, objective=objective, version=CHOICE_VERSION)
        unranked = sorted(
            (each for each in every if each.endpoint_type is endpoint_type and each.metrics.of(objective) is None),
            key=lambda each: (each.label, each.recommendation_id or ""),
        )
        ordered = [*ranked, *unranked]
        if not ordered:
            continue
        varying = _varying(ordered)
        front = set(pareto_front([(cost(each, objective), each.metrics.model_latency) for each in ordered]))
        results = [
            Result(
                rank=place + 1 if place < len(ranked) else None,
                candidate=each,
                variation={name: value for name, value in _variation(each).items() if name in varying},
                on_front=place in front,
            )
            for place, each in enumerate(ordered)
        ]
        won = [(result.label, result.candidate.metrics) for result in results if result.rank]
        sections.append(
            Section(endpoint_type=endpoint_type, results=results, why=why_it_won(won, objective) if won else None)
        )
    return sections


def _variation(found: Candidate) -> dict[str, str]:
    specification = found.inference_specification_name
    return {**({"specification": specification} if specification else {}), **found.environment}


def _varying(every: Sequence[Candidate]) -> set[str]:
    variations = [_variation(found) for found in every]
    names = {name for variation in variations for name in variation}
    return {name for name in names if len({variation.get(name) for variation in variations}) > 1}


def _failed_steps(steps: Sequence[Mapping[str, Any]]) -> list[FailedSteps]:
    by_reason: dict[str, list[str]] = {}
    for step in steps:
        if step.get("Status") == "FAILED":
            benchmark = step.get("InferenceBenchmark") or {}
            reason = _one_line(benchmark.get("FailureReason") or "The service gives no reason.")
            by_reason.setdefault(reason, []).append(_benchmark(benchmark, step))
    return [FailedSteps(reason=reason, benchmarks=benchmarks) for reason, benchmarks in by_reason.items()]


def _benchmark(benchmark: Mapping[str, Any], step: Mapping[str, Any]) -> str:
    endpoint = benchmark.get("EndpointConfiguration") or {}
    serverless = endpoint.get("ServerlessConfig") or {}
    model = benchmark.get("ModelConfiguration") or {}
    if serverless:
        place = f"serverless {serverless.get('MemorySizeInMB')} MB x {serverless.get('MaxConcurrency')}"
    else:
        place = str(endpoint.get("InstanceType") or endpoint.get("EndpointName") or step.get("StepType", "a step"))
    environment = [f"{each['Key']}={each['Value']}" for each in model.get("EnvironmentParameters") or []]
    return " ".join([place, *environment])


def _existing_endpoint(performance: Mapping[str, Any]) -> ExistingEndpoint:
    metrics = performance.get("Metrics") or {}
    return ExistingEndpoint(
        endpoint_name=str((performance.get("EndpointInfo") or {}).get("EndpointName", "")),
        max_invocations=number(metrics.get("MaxInvocations")),
        model_latency=number(metrics.get("ModelLatency")),
    )


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
