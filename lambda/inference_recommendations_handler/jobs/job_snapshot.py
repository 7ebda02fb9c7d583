"""A job, as one look at it shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class JobState(StrEnum):
    """The state of a job, whatever its API calls it."""

    RUNNING = "running"
    """Also a status that is newer than this handler: such a job may cost money."""
    STOPPING = "stopping"
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    DELETING = "deleting"
    DELETED = "deleted"


_ENDED: Final = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.STOPPED, JobState.DELETED})


@dataclass(frozen=True, kw_only=True)
class JobSnapshot:
    """A described job."""

    name: str
    """Unique in its account and Region among the jobs of its kind."""
    arn: str
    """What tags are kept under."""
    state: JobState
    status: str
    """The API's word for the state."""
    created_at: float
    """Epoch seconds."""
    ended_at: float
    """When it changed last, in epoch seconds."""
    description: Mapping[str, Any]
    """The response of the kind's Describe operation."""

    @property
    def ended(self) -> bool:
        """Return whether the job has ended."""
        return self.state in _ENDED

    @property
    def running(self) -> bool:
        """Return whether the job continues, and costs money, unless it is stopped."""
        return self.state is JobState.RUNNING
