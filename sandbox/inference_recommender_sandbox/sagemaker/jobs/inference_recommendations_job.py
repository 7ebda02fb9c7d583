"""A job, and where it stands at a given time.

Nothing runs in the background: a job is what it was created as, and everything that is known of it follows from
the clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from .benchmark_plan import PENDING_SECONDS, Benchmark, BenchmarkPlan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .performance_model import Goal, Workload

STOPPING_SECONDS: Final = 120
"""How long a job stays STOPPING: its endpoints are deleted."""
LATE_FAILURE_SECONDS: Final = 300
"""When a job fails that couldn't have succeeded; the service finds out only after it has started."""


class JobStatus(StrEnum):
    """The API's `RecommendationJobStatus`, as far as the sandbox's jobs and steps go through it."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"

    @property
    def terminal(self) -> bool:
        """Return whether nothing follows."""
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.STOPPED}


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What is going to go wrong; decided when the job is created."""

    failure_reason: str | None = None
    """The job's, if it fails as a whole."""
    step_failures: Mapping[int, str] = field(default_factory=dict)
    """Reasons of failing benchmarks, by their place in the plan."""
    without_utilization: bool = False
    """CPU and memory utilisation are NaN."""
    latency_in_microseconds: bool = False
    """`ModelLatency` is in microseconds rather than milliseconds."""
    without_results: bool = False
    """COMPLETED, but Describe has no `InferenceRecommendations`."""
    extra_seconds: float = 0.0
    """How much longer than planned the job takes."""
    max_seconds: float = math.inf
    """How long the job takes at most."""


@dataclass(frozen=True, kw_only=True)
class InferenceRecommendationsJob:
    """A job of the sandbox."""

    name: str
    arn: str
    request: Mapping[str, Any]
    """As received, whole."""
    created_at: float
    """Epoch seconds of the sandbox's clock, as all its times."""
    plan: BenchmarkPlan
    workload: Workload
    goal: Goal
    fate: Fate = field(default_factory=Fate)
    stop_requested_at: float | None = None

    def status(self, now: float) -> JobStatus:
        """Where the job stands."""
        if self.stop_requested_at is not None:
            return JobStatus.STOPPED if now >= self.ends_at else JobStatus.STOPPING
        if now < self.starts_at:
            return JobStatus.PENDING
        if now < self.ends_at:
            return JobStatus.IN_PROGRESS
        return JobStatus.FAILED if self.fate.failure_reason else JobStatus.COMPLETED

    @property
    def starts_at(self) -> float:
        """When it leaves PENDING."""
        return self.created_at + PENDING_SECONDS

    @property
    def ends_at(self) -> float:
        """When it reaches a terminal status, by what is known now."""
        if self.stop_requested_at is not None:
            return self.stop_requested_at + STOPPING_SECONDS
        fails_early = self.fate.failure_reason is not None and not self.fate.step_failures
        ends_after = LATE_FAILURE_SECONDS if fails_early else self.plan.ends_after
        return self.created_at + min(ends_after + self.fate.extra_seconds, self.fate.max_seconds)

    def last_modified_at(self, now: float) -> float:
        """The time of the latest change of status that has happened."""
        changes = [self.created_at, self.starts_at, self.ends_at]
        if self.stop_requested_at is not None:
            changes = [self.created_at, self.stop_requested_at, self.ends_at]
        return max(change for change in changes if change <= now)

    def step_status(self, index: int, now: float) -> JobStatus:
        """Where one benchmark stands.

        Args:
            index: Its place in the plan.
            now: Epoch seconds of the sandbox's clock.
        """
        benchmark = self.plan.benchmarks[index]
        starts_at, ends_at = self._step_times(benchmark)
        interrupted_at = self.stop_requested_at
        if interrupted_at is None and self.fate.failure_reason and self.ends_at < ends_at:
            interrupted_at = self.ends_at
        if interrupted_at is not None and interrupted_at <= now and interrupted_at < ends_at:
            return self._interrupted_step_status(now)
        if now < starts_at:
            return JobStatus.PENDING
        if now < ends_at:
            return JobStatus.IN_PROGRESS
        return JobStatus.FAILED if index in self.fate.step_failures else JobStatus.COMPLETED

    def step_failure(self, index: int, now: float) -> str | None:
        """Why a benchmark failed; None while it hasn't."""
        if self.step_status(index, now) is not JobStatus.FAILED:
            return None
        return self.fate.step_failures.get(index, self.fate.failure_reason)

    def step_window(self, index: int, now: float) -> tuple[float | None, float | None]:
        """When the invocations of a benchmark began and ended, as far as they have."""
        starts_at, ends_at = self._step_times(self.plan.benchmarks[index])
        return (starts_at if now >= starts_at else None, ends_at if now >= ends_at else None)

    def _step_times(self, benchmark: Benchmark) -> tuple[float, float]:
        most = self.fate.max_seconds
        ends_after = min(benchmark.ends_after + self.fate.extra_seconds, most)
        return self.created_at + min(benchmark.starts_after, most), self.created_at + ends_after

    def _interrupted_step_status(self, now: float) -> JobStatus:
        if self.stop_requested_at is None:
            return JobStatus.FAILED
        return JobStatus.STOPPED if now >= self.ends_at else JobStatus.STOPPING
