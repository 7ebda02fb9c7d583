"""The seam between the life of a job, which is the same for all, and the operations of one kind of job."""

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

_TRIED_AGAIN_AFTER_SECONDS: Final = (1, 2, 3, 5)


@dataclass(frozen=True, kw_only=True)
class JobKind(ABC):
    """The operations of one kind of job. Methods that call AWS raise what boto3 raises."""

    noun: ClassVar[str]
    """The kind in a sentence, such as "inference recommendations job"."""
    measured: ClassVar[tuple[str, ...]]
    """Members of the request that decide what the job does, and with it the job's name."""
    names_are_reusable: ClassVar[bool]
    """Whether a name is free again once the record of its job is deleted."""
    default_timeout_seconds: ClassVar[int]
    """How long queueing and running may take where the template sets no limit."""

    budget: DeadlineBudget
    """When a call of the kind's API may begin."""

    @abstractmethod
    def is_name(self, name: str) -> bool:
        """Return whether the service could have a job of that name."""

    @abstractmethod
    def parse(self, document: Mapping[str, Any], *, synthesised_with: str) -> Mapping[str, Any]:
        """Return the request with the types of the Create operation; scalars arrive as strings.

        Args:
            document: The request without name and tags, as CloudFormation delivers it.
            synthesised_with: Version of the botocore that checked it.

        Raises:
            RequestError: A member is unknown or of the wrong type.
        """

    @abstractmethod
    def create(self, request: Mapping[str, Any], *, name: str, tags: Mapping[str, str]) -> None:
        """Start a job."""

    @abstractmethod
    def find(self, name: str) -> JobSnapshot | None:
        """Return the job of that name, or None where there is none."""

    @abstractmethod
    def unfinished_names(self) -> Iterator[str]:
        """Return the names of the account's jobs that haven't ended, and of those in an unknown status."""

    def names_from(self, base: str) -> Iterator[str]:  # noqa: ARG002 - of a kind whose names are never free again
        """Return the names of jobs that begin with `base`, where names are reusable: others may be free again."""
        return iter(())

    @abstractmethod
    def stop(self, name: str) -> None:
        """Stop a job; one that has ended or doesn't exist needs no stopping."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Delete the record of a job that has ended, where the API has such an operation."""

    @abstractmethod
    def visible_tags(self, job: JobSnapshot) -> dict[str, str]:
        """Return the tags that the service shows of the job as of now."""

    @abstractmethod
    def add_tags(self, job: JobSnapshot, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags."""

    @abstractmethod
    def remove_tags(self, job: JobSnapshot, keys: Iterable[str]) -> None:
        """Remove tags; keys that the job doesn't have are ignored."""

    @abstractmethod
    def has_leftovers(self, job: JobSnapshot, *, now: float) -> bool:
        """Return whether something of a job that has ended still keeps the stack from being deleted."""

    @abstractmethod
    def failure(self, job: JobSnapshot, *, existing: bool = False) -> str:
        """Return the reason for a deployment to fail because of the job, on one line.

        Args:
            job: A job without results.
            existing: Whether the stack only refers to the job.
        """

    def tags(self, job: JobSnapshot) -> dict[str, str]:
        """Return all tags of the job, once they show whose it is.

        Raises:
            TagsNotVisibleError: The job is young and shows no owner yet.
        """
        tags = self.visible_tags(job)
        if not has_visible_owner(tags, created_at=job.created_at, now=time.time()):
            raise TagsNotVisibleError(job_name=job.name, noun=self.noun)
        return tags

    def tags_with_retries(self, job: JobSnapshot) -> dict[str, str]:
        """Return the tags as `tags` does; retries what may pass within the invocation, for 11 seconds at most."""
        return self._retry(lambda: self.tags(job))

    def tag(self, job: JobSnapshot, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags; retries as `tags_with_retries` does.

        The handler's policy allows this by the job's owner tag, so that a tag that isn't shown yet reads as a denial.
        """
        if tags:
            self._retry(lambda: self.add_tags(job, tags))

    def untag(self, job: JobSnapshot, keys: Iterable[str]) -> None:
        """Remove tags, as `tag` adds them; keys that the job doesn't have are ignored."""
        if key_list := sorted(keys):
            self._retry(lambda: self.remove_tags(job, key_list))

    def _retry(self, call: Callable[[], T]) -> T:
        return self.budget.retry(call, kinds=MAY_PASS, after_seconds=_TRIED_AGAIN_AFTER_SECONDS)
