"""A SageMaker Inference Recommender job, as the handler sees and changes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from .errors import AWS_ERRORS, ErrorKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.literals import RecommendationJobStatusType

    from .allowance import Allowance


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


_RUNNING = frozenset({JobStatus.PENDING, JobStatus.IN_PROGRESS})


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
    def running(self) -> bool:
        """Whether it goes on unless it is stopped."""
        return self.status in _RUNNING

    @property
    def stopping(self) -> bool:
        """Whether it was stopped and hasn't ended yet."""
        return self.status == JobStatus.STOPPING

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
        """Names of the account's jobs that are PENDING, IN_PROGRESS or STOPPING."""
        paginator = self.client.get_paginator("list_inference_recommendations_jobs")
        statuses: tuple[RecommendationJobStatusType, ...] = ("PENDING", "IN_PROGRESS", "STOPPING")
        for status in statuses:
            for page in paginator.paginate(StatusEquals=status):
                yield from (str(job["JobName"]) for job in page.get("InferenceRecommendationsJobs", []))

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
        """All tags of the job."""
        pages = self.client.get_paginator("list_tags").paginate(ResourceArn=job.arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", [])}

    def tag(self, job: Job, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags."""
        if tags:
            self.client.add_tags(ResourceArn=job.arn, Tags=[{"Key": k, "Value": v} for k, v in tags.items()])

    def untag(self, job: Job, keys: Iterable[str]) -> None:
        """Remove tags; keys that the job doesn't have are ignored."""
        if key_list := sorted(keys):
            self.client.delete_tags(ResourceArn=job.arn, TagKeys=key_list)
