"""Fake of SageMaker Inference Recommender by its documented rules, without metrics or validation of requests."""

from __future__ import annotations

import copy
import math
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .invocation_thread import KilledError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .clock import Clock

ARN = "arn:aws:sagemaker:us-east-1:123456789012:inference-recommendations-job/"
SECONDS_PENDING = 60.0
SECONDS_STOPPING = 120.0
SECONDS_INTERFACES_STAY = 300.0
ENDED = frozenset({"COMPLETED", "FAILED", "STOPPED", "DELETED"})
STACK_ID_TAG = "cdk-inference-recommender:stack-id"
REQUEST_ID_TAG = "cdk-inference-recommender:request-id"
OLDER_THAN_ANY_BOUND = 3600.0
RESULT = {
    "RecommendationId": "first/1",
    "Metrics": {"CostPerHour": 0.2, "CostPerInference": 1e-05, "MaxInvocations": 900, "ModelLatency": 30},
    "EndpointConfiguration": {
        "EndpointName": "sm-epc-1",
        "VariantName": "v",
        "InstanceType": "ml.c5.large",
        "InitialInstanceCount": 1,
    },
    "ModelConfiguration": {},
}


class ServiceError(Exception):
    """Error response of the service."""

    def __init__(self, code: str, message: str = "", *, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message or f"{code} as ordered.", status


class ConnectionLostError(Exception):
    """The caller gets no response."""


class HangsError(ConnectionLostError):
    """Neither does the next attempt of the same call, which takes as long."""


@dataclass
class FakeJob:
    name: str
    request: Mapping[str, Any]
    tags: dict[str, str]
    created_at: float
    runs_for: float
    ends_as: str = "COMPLETED"
    reason: str | None = None
    results: list[Mapping[str, Any]] = field(default_factory=lambda: [copy.deepcopy(RESULT)])
    stopped_at: float | None = None
    seconds_stopping: float = SECONDS_STOPPING
    ignored_a_stop: bool = False
    shown_at: float = 0.0
    tags_shown_at: float = 0.0
    runs_as: str = "IN_PROGRESS"
    """Status while the job runs, which can be unknown to the handler."""
    asked_by: str = ""
    """Request id with which the job was created, also after an adoption."""

    def __post_init__(self) -> None:
        self.asked_by = self.tags.get(REQUEST_ID_TAG, "")

    def status(self, now: float) -> str:
        if self.stopped_at is not None:
            return "STOPPING" if now < self.stopped_at + self.seconds_stopping else "STOPPED"
        if now < self.created_at + SECONDS_PENDING:
            return "PENDING"
        return self.runs_as if now < self.created_at + self.runs_for else self.ends_as

    def security_groups(self) -> list[str]:
        vpc_config = self.request.get("InputConfig", {}).get("VpcConfig") or {}
        return list(vpc_config.get("SecurityGroupIds", []))

    def continues(self, now: float) -> bool:
        return self.status(now) not in {*ENDED, "STOPPING", "DELETING"}

    def active(self, now: float) -> bool:
        return self.status(now) not in ENDED

    def visible_tags(self, now: float) -> Mapping[str, str]:
        return self.tags if now >= self.tags_shown_at else {}

    def ended_at(self, now: float) -> float:
        if self.active(now):
            return now
        if self.stopped_at is not None:
            return self.stopped_at + self.seconds_stopping
        return self.created_at + self.runs_for


@dataclass
class Service:
    """Fake of the service: `call` handles API calls; `faults` are the errors of an operation's next calls."""

    clock: Clock
    quota: int = 100
    runs_for: float = 45 * 60
    ends_as: str = "COMPLETED"
    reason: str | None = None
    results: list[Mapping[str, Any]] = field(default_factory=lambda: [copy.deepcopy(RESULT)])
    role_usable_at: float = 0.0
    jobs: dict[str, FakeJob] = field(default_factory=dict)
    late: list[FakeJob] = field(default_factory=list)
    failed_steps: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    takes_effect_despite_error: dict[str, list[Exception]] = field(default_factory=dict)
    """Faults of calls that take effect."""
    late_create_seconds: float | None = None
    kills_the_caller_after: str | None = None
    stopped_jobs_have_results: bool = False
    visible_after: float = 0.0
    """Seconds until a new job can be described, although its name is taken."""
    tags_visible_after: float = 0.0
    """Seconds until a new job's tags are visible to ListTags and IAM."""
    runs_as: str = "IN_PROGRESS"
    """Status of new jobs while they run."""
    denied_until: dict[str, float] = field(default_factory=dict)
    """End of a policy's denials, by operation."""
    caller: ContextVar[str | None] = field(default_factory=lambda: ContextVar("caller", default=None))
    """Stack of the calling handler, whose policy allows it to create, stop, and tag jobs with the stack's tag."""
    seconds_stopping: float = SECONDS_STOPPING
    """Seconds that a job takes to stop."""
    ignores_stops: bool = False
    """Whether jobs ignore a stop."""
    duplicate_code: str = "ResourceInUse"
    slowness: dict[str, float] = field(default_factory=dict)
    """Seconds after which each attempt of an operation fails, as if the endpoint hangs."""
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.land()
        # Only what is created has structures that a test could look at after they have changed.
        self.calls.append(
            (operation, copy.deepcopy(dict(request)) if operation.startswith("Create") else dict(request))
        )
        if operation in self.slowness:
            self.clock.now += self.slowness[operation]
            raise HangsError
        if self.clock.now < self.denied_until.get(operation, 0.0):
            raise _denied(operation)
        if ordered := self.faults.get(operation):
            raise ordered.pop(0)
        response: dict[str, Any] = getattr(self, f"_{operation}")(request)
        if ordered := self.takes_effect_despite_error.get(operation):
            raise ordered.pop(0)
        if self.kills_the_caller_after == operation:
            self.kills_the_caller_after = None
            raise KilledError
        return response

    def land(self) -> None:
        """Create jobs whose caller got no response, when they are due."""
        for job in [job for job in self.late if job.created_at <= self.clock.now]:
            self.late.remove(job)
            self.jobs.setdefault(job.name, job)

    def active(self) -> list[FakeJob]:
        self.land()
        return [job for job in self.jobs.values() if job.active(self.clock.now)]

    def made(self, operation: str) -> int:
        return sum(1 for called, _ in self.calls if called == operation)

    def foreign(self, name: str, tags: Mapping[str, str] | None = None) -> FakeJob:
        """Create a job of another owner."""
        self.jobs[name] = FakeJob(
            name=name,
            request={},
            tags=dict(tags or {}),
            created_at=self.clock.now - OLDER_THAN_ANY_BOUND,
            runs_for=10**9,
        )
        return self.jobs[name]

    def interfaces(self, groups: list[str]) -> list[dict[str, str]]:
        now = self.clock.now
        return [
            {"NetworkInterfaceId": f"eni-{job.name}"}
            for job in self.jobs.values()
            if set(groups) & set(job.security_groups())
            and (job.active(now) or now < job.ended_at(now) + SECONDS_INTERFACES_STAY)
        ]

    def _CreateInferenceRecommendationsJob(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's
        name, now = str(request["JobName"]), self.clock.now
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
        self._authorize("CreateInferenceRecommendationsJob", tags)
        if name in self.jobs:
            raise ServiceError(self.duplicate_code, f"Cannot create already existing job {name}")
        if now < self.role_usable_at:
            message = (
                f"Could not assume role {request['RoleArn']}. Please ensure that the role exists and allows principal "
                "'sagemaker.amazonaws.com' to assume the role."
            )
            raise ServiceError("ValidationException", message)
        if len(self.active()) >= self.quota:
            raise ServiceError("ResourceLimitExceeded", f"The account-level limit is {self.quota} jobs.")
        job = FakeJob(
            name=name,
            request=request,
            tags=tags,
            created_at=now,
            runs_for=self.runs_for,
            ends_as=self.ends_as,
            reason=self.reason,
            results=copy.deepcopy(self.results),
            shown_at=now + self.visible_after,
            tags_shown_at=now + self.tags_visible_after,
            runs_as=self.runs_as,
        )
        if self.late_create_seconds is not None:
            job.created_at += self.late_create_seconds
            self.late_create_seconds = None
            self.late.append(job)
            raise ConnectionLostError
        self.jobs[name] = job
        return {"JobArn": ARN + name}

    def _DescribeInferenceRecommendationsJob(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        job, now = self._existing(request["JobName"]), self.clock.now
        status = job.status(now)
        described = self._summary(job) | {"InputConfig": job.request.get("InputConfig", {})}
        if status == "FAILED" and job.reason:
            described["FailureReason"] = job.reason
        if status == "COMPLETED" or (status == "STOPPED" and self.stopped_jobs_have_results):
            described["InferenceRecommendations"] = copy.deepcopy(job.results)
        return described

    def _StopInferenceRecommendationsJob(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        named = self.jobs.get(request["JobName"])
        self._authorize("StopInferenceRecommendationsJob", named.visible_tags(self.clock.now) if named else {})
        job = self._existing(request["JobName"])
        if not job.continues(self.clock.now):
            raise ServiceError("ValidationException", f"Cannot stop the non-running job {job.name}")
        if self.ignores_stops:
            job.ignored_a_stop = True
        else:
            job.stopped_at, job.seconds_stopping = self.clock.now, self.seconds_stopping
        return {}

    def _DeleteInventedJob(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        job = self._existing(request["JobName"])
        self._authorize("DeleteInventedJob", job.visible_tags(self.clock.now))
        if job.active(self.clock.now):
            raise ServiceError("ValidationException", f"Cannot delete the job {job.name} in its state")
        del self.jobs[job.name]
        return {}

    def _ListInferenceRecommendationsJobs(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        status, since, first = (
            request.get("StatusEquals"),
            request["CreationTimeAfter"].timestamp() if "CreationTimeAfter" in request else -math.inf,
            int(request.get("NextToken", "0")),
        )
        now = self.clock.now
        found = [
            job
            for job in self.jobs.values()
            if now >= job.shown_at and job.created_at > since and status in (None, job.status(now))
        ]
        following = {"NextToken": str(first + 2)} if first + 2 < len(found) else {}
        return {"InferenceRecommendationsJobs": [self._summary(job) for job in found[first : first + 2]]} | following

    def _ListInferenceRecommendationsJobSteps(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._existing(request["JobName"])
        return {
            "Steps": [
                {
                    "StepType": "BENCHMARK",
                    "JobName": request["JobName"],
                    "Status": "FAILED",
                    "InferenceBenchmark": {
                        "EndpointConfiguration": {"InstanceType": instance_type},
                        "FailureReason": reason,
                    },
                }
                for instance_type, reason in self.failed_steps
            ]
        }

    def _ListTags(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        tags = self._by_arn(request).visible_tags(self.clock.now)
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _AddTags(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._authorize("AddTags", self._by_arn(request).visible_tags(self.clock.now))
        self._by_arn(request).tags.update({tag["Key"]: tag["Value"] for tag in request["Tags"]})
        return {"Tags": []}

    def _DeleteTags(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._authorize("DeleteTags", self._by_arn(request).visible_tags(self.clock.now))
        for key in request["TagKeys"]:
            self._by_arn(request).tags.pop(key, None)
        return {}

    def _authorize(self, operation: str, tags: Mapping[str, str]) -> None:
        if self.caller.get() not in (None, tags.get(STACK_ID_TAG)):
            raise _denied(operation)

    def _by_arn(self, request: Mapping[str, Any]) -> FakeJob:
        return self._existing(str(request["ResourceArn"]).removeprefix(ARN))

    def _existing(self, name: str) -> FakeJob:
        job = self.jobs.get(name)
        if job is None or self.clock.now < job.shown_at:
            raise ServiceError("ResourceNotFound", f"There is no job {name}")
        return job

    def _summary(self, job: FakeJob) -> dict[str, Any]:
        now = self.clock.now
        return {
            "JobName": job.name,
            "JobArn": ARN + job.name,
            "JobType": "Default",
            "JobDescription": "",
            "RoleArn": "arn:aws:iam::123456789012:role/job",
            "Status": job.status(now),
            "CreationTime": datetime.fromtimestamp(job.created_at, tz=UTC),
            "LastModifiedTime": datetime.fromtimestamp(job.ended_at(now), tz=UTC),
        }


def _denied(operation: str) -> ServiceError:
    caller = "arn:aws:sts::123456789012:assumed-role/handler/handler"
    return ServiceError("AccessDeniedException", f"User: {caller} is not authorized to perform: sagemaker:{operation}")
