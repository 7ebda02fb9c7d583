"""An invented kind of job, as unlike the real one as the handler allows.

Its API has statuses in PascalCase, a Delete operation after which a name is free again, tags in its Describe, and names
of at most 63 characters in lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, kind_of
from inference_recommendations_handler.jobs.job_kind import JobKind
from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot, JobState

from .template import JOB, WAIT_STAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inference_recommendations_handler.aws.clients import Clients

TYPES = {JOB: "Custom::InventedJob", WAIT_STAGE: "Custom::InventedJobWait"}
DELETE = "DeleteInventedJob"
_STATES = {
    "Stopping": JobState.STOPPING,
    "Completed": JobState.COMPLETED,
    "Failed": JobState.FAILED,
    "Stopped": JobState.STOPPED,
}


@dataclass(frozen=True)
class InventedApi:
    """Invented API on top of the fake's operations, with the same faults."""

    client: Any

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self.client.invoke(operation, request)
        return result

    def create_job(self, name: str, specification: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
        request = {**specification, "JobName": name, "Tags": tag_list}
        self.call("CreateInferenceRecommendationsJob", request)

    def describe_job(self, name: str) -> dict[str, Any]:
        described = self.call("DescribeInferenceRecommendationsJob", {"JobName": name})
        tags = self.call("ListTags", {"ResourceArn": described["JobArn"]})["Tags"]
        return {
            "InventedJobName": described["JobName"],
            "InventedJobArn": described["JobArn"],
            "InventedJobStatus": _pascal_case(described["Status"]),
            "StartTime": described["CreationTime"],
            "EndTime": described["LastModifiedTime"],
            "FailureReason": described.get("FailureReason"),
            "Tags": tags,
        }

    def list_jobs(self) -> Iterator[tuple[str, str]]:
        following: dict[str, Any] = {}
        while True:
            page = self.call("ListInferenceRecommendationsJobs", following)
            yield from ((job["JobName"], _pascal_case(job["Status"])) for job in page["InferenceRecommendationsJobs"])
            if "NextToken" not in page:
                return
            following = {"NextToken": page["NextToken"]}


def _pascal_case(status: str) -> str:
    return "".join(word.capitalize() for word in status.split("_"))


@dataclass(frozen=True, kw_only=True)
class InventedJobs(JobKind):
    """Invented kind of job."""

    noun: ClassVar[str] = "invented job"
    measured: ClassVar[tuple[str, ...]] = ("InputConfig",)
    names_are_reusable: ClassVar[bool] = True
    default_timeout_seconds: ClassVar[int] = 3 * 3600

    api: InventedApi

    @classmethod
    def of(cls, clients: Clients) -> InventedJobs:
        return cls(api=InventedApi(clients.sagemaker), budget=clients.sagemaker_budget)

    def is_name(self, name: str) -> bool:
        return re.fullmatch(r"[a-z0-9](-*[a-z0-9]){0,62}", name) is not None

    def parse(self, document: Mapping[str, Any], *, synthesized_with: str) -> Mapping[str, Any]:
        assert synthesized_with
        return dict(document)

    def create(self, request: Mapping[str, Any], *, name: str, tags: Mapping[str, str]) -> None:
        self.api.create_job(name, request, tags)

    def find(self, name: str) -> JobSnapshot | None:
        try:
            described = self.api.describe_job(name)
        except AWS_ERRORS as error:
            if kind_of(error) is ErrorKind.NOT_FOUND:
                return None
            raise
        status = described["InventedJobStatus"]
        return JobSnapshot(
            name=described["InventedJobName"],
            arn=described["InventedJobArn"],
            state=_STATES.get(status, JobState.RUNNING),
            status=status,
            created_at=described["StartTime"].timestamp(),
            ended_at=described["EndTime"].timestamp(),
            description=described,
        )

    def unfinished_names(self) -> Iterator[str]:
        ended = {"Completed", "Failed", "Stopped"}
        return (name for name, status in self.api.list_jobs() if status not in ended)

    def names_from(self, base: str) -> Iterator[str]:
        return (name for name, _ in self.api.list_jobs() if name.startswith(base))

    def stop(self, name: str) -> None:
        try:
            self.api.call("StopInferenceRecommendationsJob", {"JobName": name})
        except AWS_ERRORS as error:
            if kind_of(error) not in {ErrorKind.NOT_FOUND, ErrorKind.NOT_RUNNING}:
                raise

    def delete(self, name: str) -> None:
        try:
            self.api.call(DELETE, {"JobName": name})
        except AWS_ERRORS as error:
            if kind_of(error) is not ErrorKind.NOT_FOUND:
                raise

    def visible_tags(self, job: JobSnapshot) -> dict[str, str]:
        tags = self.api.describe_job(job.name)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in tags}

    def add_tags(self, job: JobSnapshot, tags: Mapping[str, str]) -> None:
        tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.api.call("AddTags", {"ResourceArn": job.arn, "Tags": tag_list})

    def remove_tags(self, job: JobSnapshot, keys: Iterable[str]) -> None:
        self.api.call("DeleteTags", {"ResourceArn": job.arn, "TagKeys": list(keys)})

    def has_leftovers(self, job: JobSnapshot, *, now: float) -> bool:
        assert now >= job.created_at
        return False

    def failure(self, job: JobSnapshot, *, existing: bool = False) -> str:
        reason = " ".join(str(job.description["FailureReason"] or "No reason is given.").split())
        return f"{reason} (The {self.noun} {job.name} is {job.status}{', and only referred to' if existing else ''}.)"
