"""What stopping a job would end, and what it has saved; computed from the API's responses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.cost.job_duration import DEFAULT_JOB, duration
from inference_recommendations_handler.protocol.contract import OwnerTag

from .job_origin import stack_name
from .job_progress import JobProgress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from .recommendations_job import RecommendationsJob


@dataclass(frozen=True, kw_only=True)
class StopSummary:
    """A job that is to be stopped, or has been."""

    job_name: str
    job_type: str
    status: str
    progress: JobProgress
    results: int
    """Number of results, which stay available."""
    planned: timedelta | None
    """Estimated duration of the whole job; None if unknown."""
    stack: str | None
    """Name of the stack whose deployment started it."""

    @classmethod
    def of(cls, job: RecommendationsJob, *, tags: Mapping[str, str], now: datetime) -> StopSummary:
        """Return the summary of a job.

        Args:
            job: The job.
            tags: Its tags, as far as they could be read.
            now: With a time zone.
        """
        description = job.description
        job_type = str(description.get("JobType", ""))
        stack_id = tags.get(OwnerTag.STACK_ID)
        return cls(
            job_name=job.name,
            job_type=job_type,
            status=job.status,
            progress=JobProgress.of(job, now=now),
            results=len(description.get("InferenceRecommendations") or []),
            planned=_planned(description, job_type),
            stack=None if stack_id is None else stack_name(stack_id),
        )

    def before(self) -> list[str]:
        """Return the lines that describe what would be stopped."""
        elapsed = duration(self.progress.elapsed)
        progress = self.progress
        cut = f"{progress.remaining} would be cut short or never begin"
        lines = [
            f"{self.job_type} job {self.job_name} is {self.status} and has run its endpoints for up to {elapsed}.",
            f"Benchmarks: {progress.done} done, {progress.failed} failed, {cut}.",
        ]
        if self.stack:
            lines.append(
                f"The stack {self.stack} started it: its deployment fails if it still waits and doesn't accept a "
                "stopped job."
            )
        return lines

    def saved(self, before: StopSummary) -> str:
        """Return what stopping has saved, in one or two sentences.

        Args:
            before: The summary of the same job before it was stopped.
        """
        if self.status != "STOPPED":
            return f"The job ended as {self.status} before it could be stopped: nothing was saved."
        cut = before.progress.remaining
        parts = [f"{_count(cut, 'benchmark')} cut short or never begun" if cut else "no benchmark was left to run"]
        time = self.saved_time(before)
        if time:
            parts.append(f"about {duration(time)} of its running time")
        kept = f"{_count(self.results, 'result')} kept" if self.results else "no results to keep"
        return f"Saved: {', '.join(parts)}. There {'are' if self.results != 1 else 'is'} {kept}."

    def saved_time(self, before: StopSummary) -> timedelta | None:
        """Return the part of the planned time that the job didn't run; None if unknown, never negative."""
        if self.planned is None or self.status != "STOPPED":
            return None
        return max(self.planned - before.progress.elapsed, timedelta())


def _planned(description: Mapping[str, Any], job_type: str) -> timedelta | None:
    seconds = (description.get("InputConfig") or {}).get("JobDurationInSeconds")
    if seconds:
        return timedelta(seconds=int(seconds))
    return DEFAULT_JOB if job_type == "Default" else None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
