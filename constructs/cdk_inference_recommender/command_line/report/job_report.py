"""The content of a report, whatever its format; computed from the API's responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.job_origin import JobOrigin
from cdk_inference_recommender.command_line.job_progress import JobProgress
from inference_recommendations_handler.recommendation.constraints import Constraints
from inference_recommendations_handler.recommendation.job_results import JobResults

from .failed_steps import failed_steps, one_line
from .figure_text import FIGURES
from .ranked_results import ranked_sections
from .traffic_cost import traffic_figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob
    from inference_recommendations_handler.protocol.contract import ObjectiveName
    from inference_recommendations_handler.recommendation.job_results import ExistingEndpoint
    from inference_recommendations_handler.recommendation.latency_unit import LatencyUnit

    from .failed_steps import FailedSteps
    from .figure_text import Figure
    from .ranked_results import Result, Section

_SIMULATED: Final = "/sim"
"""Suffix of the result ids that the local AWS generates, after the job's name."""


@dataclass(frozen=True, kw_only=True)
class JobReport:
    """Everything that a report shows."""

    job_name: str
    job_type: str
    origin: JobOrigin
    status: str
    has_ended: bool
    failure_reason: str | None
    objective: ObjectiveName
    required: Mapping[str, Any]
    """Constraints by `ConstraintProperty`; empty without any."""
    constraints: Constraints
    """The same, compared with what the job measured."""
    traffic: float | None
    """Expected requests a minute; None if not given."""
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
        cls,
        job: RecommendationsJob,
        *,
        objective: ObjectiveName,
        required: Mapping[str, Any],
        now: datetime,
        traffic: float | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> JobReport:
        """Return the report of a job.

        Args:
            job: The job.
            objective: The objective that results are sorted by.
            required: Constraints by `ConstraintProperty`.
            now: With a time zone.
            traffic: Expected requests a minute, above 0.
            tags: The job's tags, as far as they could be read.

        Raises:
            NoChoiceError: A constraint can't be read, or compares with an existing endpoint that wasn't measured.
        """
        description = job.description
        measured = JobResults.parse(description)
        constraints = Constraints.parse(dict(required), existing_endpoints=measured.existing_endpoints)
        sections = ranked_sections(
            measured.candidates,
            objective=objective,
            constraints=constraints if required else None,
            traffic=traffic,
        )
        ids = [result.candidate.recommendation_id or "" for section in sections for result in section.results]
        reason = description.get("FailureReason")
        return cls(
            job_name=job.name,
            job_type=str(description.get("JobType", "")),
            origin=JobOrigin.of(description, tags=tags or {}),
            status=job.status,
            has_ended=job.has_ended,
            failure_reason=one_line(reason) if reason else None,
            objective=objective,
            required=required,
            constraints=constraints,
            traffic=traffic,
            progress=JobProgress.of(job, now=now),
            sections=sections,
            failed_steps=failed_steps(job.steps),
            existing_endpoints=measured.existing_endpoints,
            latency_unit=measured.latency_unit,
            simulated=bool(ids) and all(_SIMULATED in each for each in ids),
        )

    @property
    def results(self) -> list[Result]:
        """Return the results of all sections."""
        return [result for section in self.sections for result in section.results]

    @property
    def nothing_can_be_chosen(self) -> bool:
        """Return whether the job has ended and has no result that a deployment could choose, which then fails."""
        return self.has_ended and not any(section.winner for section in self.sections)

    @property
    def figures(self) -> list[Figure]:
        """Return the columns of the results: those for the expected traffic first, if there is any."""
        return [*traffic_figures(self.traffic), *FIGURES]
