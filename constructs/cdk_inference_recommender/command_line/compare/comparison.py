"""The results of several jobs, side by side for each endpoint configuration. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.report.figure_text import FIGURES
from inference_recommendations_handler.protocol.contract import EndpointType
from inference_recommendations_handler.recommendation.choosing import HIGHEST_IS_BEST, rank
from inference_recommendations_handler.recommendation.job_results import JobResults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob
    from cdk_inference_recommender.command_line.report.figure_text import Figure
    from inference_recommendations_handler.protocol.contract import ObjectiveName
    from inference_recommendations_handler.recommendation.choosing import RecommendationResult

_ROUNDING: Final = 1e-6
"""The service returns 32-bit floats."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure of one endpoint configuration."""

    endpoint: str
    figure: Figure
    values: Sequence[float | None]
    """One for each job, in the figure's unit; None where the job has none."""

    def change(self, place: int) -> float | None:
        """Return a job's difference from the first job, as a share of that one's value; None where one is absent."""
        first, value = self.values[0], self.values[place]
        return None if not first or value is None else value / first - 1

    def is_regression(self, place: int, tolerance: float) -> bool:
        """Return whether a job is worse than the first one, or has no value where that has one.

        Args:
            place: Of the job, from 1.
            tolerance: Share of the first job's value that a value may be worse by.
        """
        if not self.values[0]:
            return False
        change = self.change(place)
        if change is None:
            return True
        return (-change if self.figure.objective in HIGHEST_IS_BEST else change) > tolerance + _ROUNDING


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Several jobs. The first is the baseline."""

    jobs: Sequence[str]
    rows: Sequence[Row]

    @classmethod
    def of(cls, jobs: Sequence[RecommendationsJob], *, objective: ObjectiveName) -> Comparison:
        """Return the comparison.

        Args:
            jobs: Two or more; what they have measured so far is compared.
            objective: Selects the result where a job has several of one endpoint configuration.
        """
        best = [_best(job, objective) for job in jobs]
        endpoints = dict.fromkeys(name for results in best for name in results)
        return cls(
            jobs=[job.name for job in jobs],
            rows=[
                Row(
                    endpoint=endpoint,
                    figure=figure,
                    values=[figure.value(results[endpoint]) if endpoint in results else None for results in best],
                )
                for endpoint in endpoints
                for figure in FIGURES
                if figure.objective is not None
            ],
        )

    def regressions(self, tolerance: float) -> list[tuple[str, Row]]:
        """Return the jobs that are worse than the first one, each with the figure.

        Args:
            tolerance: Share of the first job's value that a value may be worse by.
        """
        return [
            (job, row)
            for row in self.rows
            for place, job in enumerate(self.jobs)
            if place and row.is_regression(place, tolerance)
        ]

    def document(self, tolerance: float | None) -> dict[str, Any]:
        """Return the comparison in JSON's types.

        Args:
            tolerance: Of `regressions`; None where none was given.
        """
        return {
            "Version": 1,
            "Jobs": list(self.jobs),
            "Figures": [
                {
                    "Endpoint": row.endpoint,
                    "Metric": row.figure.metric,
                    "Unit": row.figure.unit,
                    "Values": list(row.values),
                    "Changes": [None, *(row.change(place) for place in range(1, len(self.jobs)))],
                }
                for row in self.rows
            ],
            "Regressions": [
                {"JobName": job, "Endpoint": row.endpoint, "Metric": row.figure.metric}
                for job, row in ([] if tolerance is None else self.regressions(tolerance))
            ],
        }


def _best(job: RecommendationsJob, objective: ObjectiveName) -> dict[str, RecommendationResult]:
    """Return the best result of each endpoint configuration."""
    candidates = JobResults.parse(job.description).candidates
    found: dict[str, RecommendationResult] = {}
    for endpoint_type in EndpointType:
        ranked = rank(candidates, endpoint_type=endpoint_type, objective=objective)
        unranked = [each for each in candidates if each.endpoint_type is endpoint_type and each not in ranked]
        for result in [*ranked, *unranked]:
            found.setdefault(result.label, result)
    return found
