"""Inference recommendations jobs: the operations of SageMaker's API."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, code_of, kind_of, message_of
from inference_recommendations_handler.jobs.job_kind import JobKind
from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot, JobState
from inference_recommendations_handler.protocol.contract import ENDED_JOB_STATUSES
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.property_values import tag_list
from inference_recommendations_handler.protocol.typed_request import RequestError, typed

from .failure_reason import describe_failure
from .network_interfaces import LEFT_BEHIND_SECONDS, any_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.literals import RecommendationJobStatusType

    from inference_recommendations_handler.aws.clients import Clients

UNKNOWN_STATUS_WITHIN: Final = timedelta(days=2)
"""Age up to which jobs are listed whose status `ListInferenceRecommendationsJobs` has no filter for.

A job runs for at most five hours (API reference, RecommendationJobInputConfig, JobDurationInSeconds).
"""
_OPERATION: Final = "CreateInferenceRecommendationsJob"
_NAME: Final = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,63}")
"""Pattern of the API's `RecommendationJobName`."""
_UNFINISHED: Final[tuple[RecommendationJobStatusType, ...]] = ("PENDING", "IN_PROGRESS", "STOPPING", "DELETING")
"""Values of the API's `RecommendationJobStatus` besides the final ones."""


@dataclass(frozen=True, kw_only=True)
class InferenceRecommendationsJobs(JobKind):
    """Jobs of SageMaker Inference Recommender. The API has no operation that deletes one."""

    noun: ClassVar[str] = "inference recommendations job"
    measured: ClassVar[tuple[str, ...]] = ("JobType", "InputConfig", "StoppingConditions", "OutputConfig")
    """Role, description, and tags don't determine what is measured."""
    names_are_reusable: ClassVar[bool] = False
    default_timeout_seconds: ClassVar[int] = 2 * 3600

    clients: Clients

    @classmethod
    def of(cls, clients: Clients) -> InferenceRecommendationsJobs:
        """Return the jobs in the account and Region of the clients."""
        return cls(clients=clients, budget=clients.sagemaker_budget)

    @property
    def _client(self) -> SageMakerClient:
        return self.clients.sagemaker

    def is_name(self, name: str) -> bool:
        """Return whether the name matches the API's pattern."""
        return _NAME.fullmatch(name) is not None

    def parse(self, document: Mapping[str, Any], *, synthesized_with: str) -> Mapping[str, Any]:
        """Return the request as botocore's model of the operation types it."""
        shape = self._client.meta.service_model.operation_model(_OPERATION).input_shape
        if shape is None:
            raise RequestError(f"The handler's botocore describes no input of {_OPERATION}.")
        return typed(document, shape, synthesized_with=synthesized_with)

    def create(self, request: Mapping[str, Any], *, name: str, tags: Mapping[str, str]) -> None:
        """Start a job."""
        # mypy can't check the request, which has the types of botocore's shapes at run time.
        client = cast("Any", self._client)
        client.create_inference_recommendations_job(**request, JobName=name, Tags=tag_list(tags))

    def find(self, name: str) -> JobSnapshot | None:
        """Return the job of that name, or None if it doesn't exist."""
        try:
            description = self._client.describe_inference_recommendations_job(JobName=name)
        except AWS_ERRORS as error:
            if kind_of(error) is ErrorKind.NOT_FOUND:
                return None
            raise
        return snapshot(description)

    def unfinished_names(self) -> Iterator[str]:
        """Return the names of the account's jobs that haven't ended.

        The service only filters by known statuses, so search the jobs of the last two days for unknown ones.
        """
        paginator = self._client.get_paginator("list_inference_recommendations_jobs")
        for status in _UNFINISHED:
            for page in paginator.paginate(StatusEquals=status):
                yield from (str(job["JobName"]) for job in page.get("InferenceRecommendationsJobs", []))
        since = datetime.fromtimestamp(time.time(), tz=UTC) - UNKNOWN_STATUS_WITHIN
        known = {*_UNFINISHED, *ENDED_JOB_STATUSES}
        for page in paginator.paginate(CreationTimeAfter=since, PaginationConfig={"PageSize": 100}):
            for job in page.get("InferenceRecommendationsJobs", []):
                if job.get("Status") not in known:
                    yield str(job["JobName"])

    def stop(self, name: str) -> None:
        """Stop a job, unless it has ended or doesn't exist."""
        try:
            self._client.stop_inference_recommendations_job(JobName=name)
        except AWS_ERRORS as error:
            if kind_of(error) not in {ErrorKind.NOT_FOUND, ErrorKind.NOT_RUNNING}:
                raise

    def delete(self, name: str) -> None:
        """Do nothing: a job that has ended remains, and incurs no charges."""

    def visible_tags(self, job: JobSnapshot) -> dict[str, str]:
        """Return the tags that `ListTags` returns."""
        pages = self._client.get_paginator("list_tags").paginate(ResourceArn=job.arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", [])}

    def add_tags(self, job: JobSnapshot, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags."""
        self._client.add_tags(ResourceArn=job.arn, Tags=tag_list(tags))

    def remove_tags(self, job: JobSnapshot, keys: Iterable[str]) -> None:
        """Remove tags."""
        self._client.delete_tags(ResourceArn=job.arn, TagKeys=list(keys))

    def has_leftovers(self, job: JobSnapshot, *, now: float) -> bool:
        """Return whether the job's network interfaces are still in the user's VPC."""
        vpc_config = job.description.get("InputConfig", {}).get("VpcConfig") or {}
        return now < job.ended_at + LEFT_BEHIND_SECONDS and any_left(vpc_config, self.clients)

    def failure(self, job: JobSnapshot, *, existing: bool = False) -> str:
        """Return the job's failure reason with the failed steps."""
        try:
            steps: Sequence[Mapping[str, Any]] = self._failed_steps(job.name)
        except AWS_ERRORS as error:
            # Return the job's own reason without them.
            code, reason = code_of(error), message_of(error)
            log("steps not listed", level="WARNING", jobName=job.name, errorCode=code, reason=reason)
            steps = []
        return describe_failure(job, steps, existing=existing)

    def _failed_steps(self, name: str) -> list[Mapping[str, Any]]:
        paginator = self._client.get_paginator("list_inference_recommendations_job_steps")
        return [
            cast("Mapping[str, Any]", step)
            for page in paginator.paginate(JobName=name)
            for step in page.get("Steps", [])
            if step["Status"] == "FAILED"
        ]


def snapshot(description: Mapping[str, Any]) -> JobSnapshot:
    """Return the job of a response of `DescribeInferenceRecommendationsJob`."""
    status = str(description["Status"])
    return JobSnapshot(
        name=str(description["JobName"]),
        arn=str(description["JobArn"]),
        state=JobState.of(status),
        status=status,
        created_at=float(description["CreationTime"].timestamp()),
        ended_at=float(description["LastModifiedTime"].timestamp()),
        description=description,
    )
