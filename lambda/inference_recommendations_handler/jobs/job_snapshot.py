"""Description of a job at one point in time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.protocol.contract import ENDED_JOB_STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping


class JobState(StrEnum):
    """State of a job of any kind."""

    RUNNING = "running"
    """Also any unknown status, since the job can incur charges."""
    STOPPING = "stopping"
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    DELETING = "deleting"
    DELETED = "deleted"

    @classmethod
    def of(cls, status: str) -> JobState:
        """Return the state for a status of the API, such as `IN_PROGRESS` or `Completed`."""
        try:
            return cls(status.lower())
        except ValueError:
            return cls.RUNNING


_ENDED: Final = frozenset(map(JobState.of, ENDED_JOB_STATUSES))


@dataclass(frozen=True, kw_only=True)
class JobSnapshot:
    """Description of a job."""

    name: str
    """Unique among the jobs of its kind in the account and Region."""
    arn: str
    state: JobState
    status: str
    """Status in the API."""
    created_at: float
    """Epoch seconds."""
    ended_at: float
    """Time of the last change, in epoch seconds."""
    description: Mapping[str, Any]
    """Response of the Describe operation."""

    @property
    def ended(self) -> bool:
        """Return whether the job has ended."""
        return self.state in _ENDED

    @property
    def running(self) -> bool:
        """Return whether the job continues, and incurs charges, until it is stopped."""
        return self.state is JobState.RUNNING
