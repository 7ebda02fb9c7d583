"""The progress of a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.cost.job_duration import duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .recommendations_job import RecommendationsJob


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    """Counts of a job's steps, each a benchmark, and the time since it was created."""

    done: int
    failed: int
    stopped: int
    remaining: int
    """Steps that haven't ended yet."""
    elapsed: timedelta
    """Time from the job's creation to its end, or to now."""
    has_ended: bool

    @classmethod
    def of(cls, job: RecommendationsJob, *, now: datetime) -> JobProgress:
        """Return the progress of a job.

        Args:
            job: The job.
            now: With a time zone. A later time that the service returned takes precedence, since clocks differ.
        """
        statuses = [str(step.get("Status")) for step in job.steps]
        done, failed, stopped = (statuses.count(status) for status in ("COMPLETED", "FAILED", "STOPPED"))
        return cls(
            done=done,
            failed=failed,
            stopped=stopped,
            remaining=len(statuses) - done - failed - stopped,
            elapsed=_elapsed(job, now),
            has_ended=job.has_ended,
        )

    @property
    def total(self) -> int:
        """Number of steps; the service may add some while the job runs."""
        return self.done + self.failed + self.stopped + self.remaining

    def __str__(self) -> str:
        span = f"{duration(self.elapsed)} {'in all' if self.has_ended else 'since it was created'}"
        if not self.total:
            return f"no benchmark{'' if self.has_ended else ' yet'}, {span}"
        counts = [f"{self.done} of {self.total} benchmarks done", f"{self.failed} failed"]
        if self.stopped:
            counts.append(f"{self.stopped} stopped")
        if self.remaining:
            counts.append(f"{self.remaining} remaining")
        return f"{', '.join(counts)}, {span}"


def _elapsed(job: RecommendationsJob, now: datetime) -> timedelta:
    created = _time(job.description, "CreationTime")
    if created is None:
        return timedelta()
    ended = _time(job.description, "CompletionTime") or _time(job.description, "LastModifiedTime")
    if job.has_ended and ended is not None:
        return max(ended - created, timedelta())
    times = [now, created, _time(job.description, "LastModifiedTime")]
    for step in job.steps:
        benchmark = step.get("InferenceBenchmark") or {}
        times += [_time(benchmark, name) for name in ("InvocationStartTime", "InvocationEndTime")]
    return max(time for time in times if time is not None) - created


def _time(document: Mapping[str, Any], member: str) -> datetime | None:
    value = document.get(member)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
