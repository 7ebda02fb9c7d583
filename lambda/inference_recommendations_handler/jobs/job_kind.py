"""Interface between the lifecycle of a job, which all kinds share, and the operations of one kind of job."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from inference_recommendations_handler.aws.errors import MAY_PASS, TagsNotVisibleError
from inference_recommendations_handler.stack.owner import has_visible_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget

    from .job_snapshot import JobSnapshot

T = TypeVar("T")

_RETRIES_SECONDS: Final = (1, 2, 3, 5)


@dataclass(frozen=True, kw_only=True)
class JobKind(ABC):
    """Operations of one kind of job. Methods that call AWS raise what boto3 raises."""

    noun: ClassVar[str]
    """Name of the kind for messages, such as "inference recommendations job"."""
    measured: ClassVar[tuple[str, ...]]
    """Members of the request that determine what the job measures, and so its name."""
    names_are_reusable: ClassVar[bool]
    """Whether a name can be used again after its job is deleted."""
    default_timeout_seconds: ClassVar[int]
    """Maximum time for creating and running a job, if the template sets no timeout."""

    budget: DeadlineBudget
    """Budget for calls of the kind's API."""

    @abstractmethod
    def is_name(self, name: str) -> bool:
        """Return whether the name is valid for a job."""

    @abstractmethod
    def parse(self, document: Mapping[str, Any], *, synthesized_with: str) -> Mapping[str, Any]:
        """Return the request with the types of the Create operation.

        Args:
            document: Request without name and tags, as received from CloudFormation: scalars are strings.
            synthesized_with: Version of botocore that validated it.

        Raises:
            RequestError: A member is unknown or of the wrong type.
        """

    @abstractmethod
    def create(self, request: Mapping[str, Any], *, name: str, tags: Mapping[str, str]) -> None:
        """Start a job."""

    @abstractmethod
    def find(self, name: str) -> JobSnapshot | None:
        """Return the job of that name, or None if it doesn't exist."""

    @abstractmethod
    def unfinished_names(self) -> Iterator[str]:
        """Return the names of the account's jobs that haven't ended or have an unknown status."""

    def names_from(self, base: str) -> Iterator[str]:  # noqa: ARG002 - for kinds with reusable names
        """Return the names of jobs that start with `base`, if names are reusable."""
        return iter(())

    @abstractmethod
    def stop(self, name: str) -> None:
        """Stop a job, unless it has ended or doesn't exist."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Delete a job that has ended, if the API has such an operation."""

    @abstractmethod
    def visible_tags(self, job: JobSnapshot) -> dict[str, str]:
        """Return the job's tags that are visible now."""

    @abstractmethod
    def add_tags(self, job: JobSnapshot, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags."""

    @abstractmethod
    def remove_tags(self, job: JobSnapshot, keys: Iterable[str]) -> None:
        """Remove tags. Ignore keys that the job doesn't have."""

    @abstractmethod
    def has_leftovers(self, job: JobSnapshot, *, now: float) -> bool:
        """Return whether resources of a job that has ended still block the stack's deletion."""

    @abstractmethod
    def failure(self, job: JobSnapshot, *, existing: bool = False) -> str:
        """Return the failure reason for a deployment, on one line.

        Args:
            job: Job without results.
            existing: Whether the stack only references the job.
        """

    def tags(self, job: JobSnapshot) -> dict[str, str]:
        """Return all tags of the job.

        Raises:
            TagsNotVisibleError: The job is new and its owner tags aren't visible yet.
        """
        tags = self.visible_tags(job)
        if not has_visible_owner(tags, created_at=job.created_at, now=time.time()):
            raise TagsNotVisibleError(job_name=job.name, noun=self.noun)
        return tags

    def tags_with_retries(self, job: JobSnapshot) -> dict[str, str]:
        """Return all tags of the job. Retry temporary errors for at most 11 seconds."""
        return self._retry(lambda: self.tags(job))

    def tag(self, job: JobSnapshot, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags. Retry as `tags_with_retries`.

        The handler's policy depends on the job's owner tags, so the call is denied until they are visible.
        """
        if tags:
            self._retry(lambda: self.add_tags(job, tags))

    def untag(self, job: JobSnapshot, keys: Iterable[str]) -> None:
        """Remove tags. Ignore keys that the job doesn't have. Retry as `tag`."""
        if key_list := sorted(keys):
            self._retry(lambda: self.remove_tags(job, key_list))

    def _retry(self, call: Callable[[], T]) -> T:
        return self.budget.retry(call, kinds=MAY_PASS, after_seconds=_RETRIES_SECONDS)
