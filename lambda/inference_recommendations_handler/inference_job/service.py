"""A SageMaker Inference Recommender job, as the handler sees and changes it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from inference_recommendations_handler.aws.errors import AWS_ERRORS, ErrorKind, TagsNotShownError, kind_of
from inference_recommendations_handler.protocol.contract import ENDED_JOB_STATUSES
from inference_recommendations_handler.stack.owner import shows_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.literals import RecommendationJobStatusType
    from types_boto3_sagemaker.type_defs import TagTypeDef

    from inference_recommendations_handler.aws.deadline_budget import Allowance

T = TypeVar("T")

UNKNOWN_STATUS_WITHIN: Final = timedelta(days=2)
"""How far back a job is looked for whose status `ListInferenceRecommendationsJobs` has no filter for.

A job runs for at most five hours (API reference, RecommendationJobInputConfig, JobDurationInSeconds).
"""
_MAY_PASS: Final = frozenset({ErrorKind.TRANSIENT, ErrorKind.PERMISSION})
_TRIED_AGAIN_AFTER_SECONDS: Final = (1, 2, 3, 5)


class JobStatus(StrEnum):
    """Values of the API's `RecommendationJobStatus`."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    DELETING = "DELETING"
    DELETED = "DELETED"


_UNFINISHED: Final[tuple[RecommendationJobStatusType, ...]] = ("PENDING", "IN_PROGRESS", "STOPPING", "DELETING")


@dataclass(frozen=True, kw_only=True)
class Job:
    """A described job."""

    description: Mapping[str, Any]
    """The answer of `DescribeInferenceRecommendationsJob`."""

    @property
    def name(self) -> str:
        """Unique in its account and Region, for ever."""
        return str(self.description["JobName"])

    @property
    def arn(self) -> str:
        """What tags are kept under."""
        return str(self.description["JobArn"])

    @property
    def status(self) -> str:
        """A `JobStatus`, or one that is newer than this handler."""
        return str(self.description["Status"])

    @property
    def ended(self) -> bool:
        """Whether the job has ended; a status that this handler doesn't know hasn't."""
        return self.status in ENDED_JOB_STATUSES

    @property
    def running(self) -> bool:
        """Whether the job continues, and costs money, unless it is stopped."""
        return not self.ended and self.status not in {JobStatus.STOPPING, JobStatus.DELETING}

    @property
    def vpc_config(self) -> Mapping[str, list[str]]:
        """`VpcConfig` of the job's input; empty without one."""
        return self.description.get("InputConfig", {}).get("VpcConfig") or {}

    @property
    def created_at(self) -> float:
        """Epoch seconds."""
        return float(self.description["CreationTime"].timestamp())

    @property
    def ended_at(self) -> float:
        """When it changed last, in epoch seconds."""
        return float(self.description["LastModifiedTime"].timestamp())


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """The service's operations on jobs. Every method raises what boto3 raises."""

    client: SageMakerClient
    allowance: Allowance

    def create(self, request: Mapping[str, Any], *, name: str, tags: Mapping[str, str]) -> None:
        """Start a job."""
        tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
        # The request is typed by botocore's shapes at run time, which mypy can't follow.
        cast("Any", self.client).create_inference_recommendations_job(**request, JobName=name, Tags=tag_list)

    def find(self, name: str) -> Job | None:
        """The job of that name, if there is one."""
        try:
            return Job(description=self.client.describe_inference_recommendations_job(JobName=name))
        except AWS_ERRORS as error:
            if kind_of(error) is ErrorKind.NOT_FOUND:
                return None
            raise

    def unfinished_names(self) -> Iterator[str]:
        """Return the names of the account's jobs that haven't ended.

        The service filters by known statuses only. Jobs in another status are found among those of the last two days.
        """
        paginator = self.client.get_paginator("list_inference_recommendations_jobs")
        for status in _UNFINISHED:
            for page in paginator.paginate(StatusEquals=status):
                yield from (str(job["JobName"]) for job in page.get("InferenceRecommendationsJobs", []))
        since = datetime.fromtimestamp(time.time(), tz=UTC) - UNKNOWN_STATUS_WITHIN
        known = {*_UNFINISHED, *ENDED_JOB_STATUSES}
        for page in paginator.paginate(CreationTimeAfter=since, PaginationConfig={"PageSize": 100}):
            for job in page.get("InferenceRecommendationsJobs", []):
                if job.get("Status") not in known:
                    yield str(job["JobName"])

    def failed_steps(self, name: str) -> list[Mapping[str, Any]]:
        """The benchmarks of the job that failed."""
        paginator = self.client.get_paginator("list_inference_recommendations_job_steps")
        return [
            cast("Mapping[str, Any]", step)
            for page in paginator.paginate(JobName=name)
            for step in page.get("Steps", [])
            if step["Status"] == JobStatus.FAILED
        ]

    def stop(self, name: str) -> None:
        """Ask a job to stop; one that has ended or doesn't exist needs no stopping."""
        try:
            self.client.stop_inference_recommendations_job(JobName=name)
        except AWS_ERRORS as error:
            if kind_of(error) not in {ErrorKind.NOT_FOUND, ErrorKind.NOT_RUNNING}:
                raise

    def tags(self, job: Job) -> dict[str, str]:
        """Return all tags of the job, once they show whose it is.

        Raises:
            TagsNotShownError: The job is young and shows no owner yet.
        """
        pages = self.client.get_paginator("list_tags").paginate(ResourceArn=job.arn)
        tags = {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", [])}
        if not shows_owner(tags, created_at=job.created_at, now=time.time()):
            raise TagsNotShownError(job_name=job.name)
        return tags

    def tags_in_time(self, job: Job) -> dict[str, str]:
        """As `tags`; what may pass is tried again within the invocation, for 11 seconds at most."""
        return self._patiently(lambda: self.tags(job))

    def tag(self, job: Job, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags; what may pass is tried again, as in `tags_in_time`.

        The handler's policy allows this by the job's owner tag, so that a tag that isn't shown yet reads as a denial.
        """
        if tags:
            tag_list: list[TagTypeDef] = [{"Key": key, "Value": value} for key, value in tags.items()]
            self._patiently(lambda: self.client.add_tags(ResourceArn=job.arn, Tags=tag_list))

    def untag(self, job: Job, keys: Iterable[str]) -> None:
        """Remove tags, as `tag` adds them; keys that the job doesn't have are ignored."""
        if key_list := sorted(keys):
            self._patiently(lambda: self.client.delete_tags(ResourceArn=job.arn, TagKeys=key_list))

    def _patiently(self, call: Callable[[], T]) -> T:
        return self.allowance.patiently(call, kinds=_MAY_PASS, after_seconds=_TRIED_AGAIN_AFTER_SECONDS)
