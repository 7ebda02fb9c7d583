"""One attempt to create a job of a given name, or to adopt one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, OutOfTimeError, code_of, kind_of, message_of
from inference_recommendations_handler.jobs.job_snapshot import JobState
from inference_recommendations_handler.protocol.contract import OwnerTag
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.stack.owner import Owner, describe_owner, owner_tags, requested_at

if TYPE_CHECKING:
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

    from .job_properties import JobProperties

_VISIBLE_RETRIES_SECONDS: Final = (1, 2, 3, 5)
_RETRYABLE: Final = frozenset({ErrorKind.QUOTA, ErrorKind.PERMISSION, ErrorKind.TRANSIENT})


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The request has a job, created or adopted."""


@dataclass(frozen=True, kw_only=True)
class NameTaken:
    """The name belongs to a job that the request can't use."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RetryLater:
    """The same request can succeed later."""

    kind: ErrorKind
    reason: str


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """The service rejected the request permanently."""

    reason: str


Outcome = Accepted | NameTaken | RetryLater | Rejected


def create_or_adopt(name: str, properties: JobProperties, event: CustomResourceEvent, jobs: JobKind) -> Outcome:
    """Create the job, or adopt an existing one.

    The same request adopts its own job in any status, so a repeated delivery never creates a second one. Otherwise a
    job of the same owner for an equal request is adopted if it is COMPLETED, running, or STOPPED where that is
    accepted. So a rollback costs nothing, even if the service rejects the request by now because its resources were
    deleted.
    """
    tags = dict(properties.tags) | owner_tags(event, fingerprint=properties.fingerprint)
    try:
        jobs.create(properties.request, name=name, tags=tags)
    except AWS_ERRORS as error:
        kind = kind_of(error)
        code, message = code_of(error), message_of(error)
        log("create failed", jobName=name, requestId=event.request_id, errorCode=code, reason=message)
        try:
            existing = find_visible(name, jobs) if kind is ErrorKind.TAKEN else jobs.find(name)
            if existing is not None:
                return adopt(existing, properties, event, jobs)
        except AWS_ERRORS as second:
            # The job may belong to this request, whatever the first error was.
            if kind is ErrorKind.TAKEN or kind in _RETRYABLE or kind_of(second) in _RETRYABLE:
                return _retry_later(second, name)
        if kind is ErrorKind.TAKEN:
            return NameTaken(reason=f"The name {name} is in use.")
        if kind in _RETRYABLE:
            return _retry_later(error, name)
        return Rejected(
            reason=f"{message} ({code}.) The {jobs.noun} {name} wasn't created; correct the construct's properties."
        )
    log("created", jobName=name, requestId=event.request_id, logicalResourceId=event.logical_resource_id)
    try:
        find_visible(name, jobs)
    except AWS_ERRORS as error:
        log("not described", level="WARNING", jobName=name, errorCode=code_of(error), reason=message_of(error))
    return Accepted()


def adopt_existing(
    name: str, properties: JobProperties, event: CustomResourceEvent, jobs: JobKind
) -> Accepted | NameTaken | Rejected | None:
    """Adopt a job without creating one, for a name whose request failed.

    Return None if there is no job of that name. Raise what boto3 raises.
    """
    existing = jobs.find(name)
    return None if existing is None else adopt(existing, properties, event, jobs)


def find_visible(name: str, jobs: JobKind) -> JobSnapshot | None:
    """Return a job that certainly exists, or None if it doesn't become visible within 11 seconds.

    AWS doesn't document that a job can be described as soon as its name is taken. If it isn't found, a wait stage
    fails, a Delete leaves the job running, and a second delivery uses the next name.

    Raise what boto3 raises, and OutOfTimeError if the invocation's time ends before.
    """
    for seconds in _VISIBLE_RETRIES_SECONDS:
        try:
            job = jobs.find(name)
        except AWS_ERRORS as error:
            log("not described", level="WARNING", jobName=name, errorCode=code_of(error), reason=message_of(error))
        else:
            if job is not None:
                return job
        if not jobs.budget.pause(seconds):
            raise OutOfTimeError(operation=f"Describe of the {jobs.noun} {name}")
    return jobs.find(name)


def adopt(
    job: JobSnapshot, properties: JobProperties, event: CustomResourceEvent, jobs: JobKind
) -> Accepted | NameTaken | Rejected:
    """Adopt the job if it belongs to the owner and fits the request. Raise what boto3 raises."""
    # Retry: a repeated delivery that doesn't learn the owner would wait under another name than the first one.
    tags = jobs.tags_with_retries(job)
    if not Owner.of(event).owns(tags):
        return NameTaken(reason=f"The {jobs.noun} {job.name} exists and belongs to {describe_owner(tags)}.")
    if tags.get(OwnerTag.REQUEST_ID) == event.request_id:
        return Accepted()
    if tags.get(OwnerTag.FINGERPRINT) != properties.fingerprint:
        return NameTaken(
            reason=f"The {jobs.noun} {job.name} exists for another request, and its name can't be used again."
        )
    if not is_usable(job, properties):
        state = f"The {jobs.noun} {job.name} exists and is {job.status}"
        if requested_at(tags) >= event.requested_at:
            # This is a late delivery, and the job may be its own. Another job would be charged twice.
            return Rejected(reason=f"{state}, and a later request uses it: this request was canceled.")
        return NameTaken(reason=f"{state}, and its name can't be used again.")
    if requested_at(tags) <= event.requested_at:
        jobs.tag(job, dict(properties.tags) | owner_tags(event, fingerprint=properties.fingerprint))
    log("adopted", jobName=job.name, requestId=event.request_id, status=job.status)
    return Accepted()


def is_usable(job: JobSnapshot, properties: JobProperties) -> bool:
    """Return whether the job has results, or can still get them."""
    # Treat STOPPING as STOPPED: a repeated delivery has to adopt the same job as the first one.
    stopped = job.state in {JobState.STOPPING, JobState.STOPPED}
    return job.running or job.state is JobState.COMPLETED or (stopped and properties.accept_stopped)


def _retry_later(error: Exception, name: str) -> Outcome:
    kind = kind_of(error)
    if kind not in _RETRYABLE:
        return Rejected(reason=f"{message_of(error)} ({code_of(error)}, when describing the job {name}.)")
    return RetryLater(kind=kind, reason=message_of(error))
