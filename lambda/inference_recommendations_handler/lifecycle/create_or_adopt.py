"""One attempt to have a job of a given name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import (
    AWS_ERRORS,
    ErrorKind,
    OutOfTimeError,
    code_of,
    kind_of,
    message_of,
)
from inference_recommendations_handler.jobs.job_snapshot import JobState
from inference_recommendations_handler.protocol.contract import OwnerTag
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.stack.owner import Owner, described, owner_tags, requested_at

if TYPE_CHECKING:
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

    from .job_properties import JobProperties

_SHOWN_AFTER_SECONDS: Final = (1, 2, 3, 5)
_LATER = frozenset({ErrorKind.QUOTA, ErrorKind.PERMISSION, ErrorKind.TRANSIENT})


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """There is a job for the request, made now or found."""


@dataclass(frozen=True, kw_only=True)
class NameTaken:
    """The name belongs to a job that can't serve the request; it is never free again."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RetryLater:
    """Not now; the same request may be granted later."""

    kind: ErrorKind
    reason: str


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """Never."""

    reason: str


Outcome = Accepted | NameTaken | RetryLater | Rejected


def create_or_adopt(name: str, properties: JobProperties, event: CustomResourceEvent, jobs: JobKind) -> Outcome:
    """Create the job, or find the one that serves the request.

    The same request finds its own job whatever has become of it, so that a repeated delivery never makes a second one.
    Otherwise a job of the same owner for the same request is taken over when it is COMPLETED, running, or STOPPED
    where that is accepted: a rollback pays nothing, also where the service would refuse the request by now, since
    what it names is gone.
    """
    tags = dict(properties.tags) | owner_tags(event, fingerprint=properties.fingerprint)
    try:
        jobs.create(properties.request, name=name, tags=tags)
    except AWS_ERRORS as error:
        kind = kind_of(error)
        code, message = code_of(error), message_of(error)
        log("create refused", jobName=name, requestId=event.request_id, errorCode=code, reason=message)
        try:
            existing = find_visible(name, jobs) if kind is ErrorKind.TAKEN else jobs.find(name)
            if existing is not None:
                return adopt(existing, properties, event, jobs)
        except AWS_ERRORS as second:
            # A job that may be the request's own is looked at again, whatever the create said.
            if kind is ErrorKind.TAKEN or kind in _LATER or kind_of(second) in _LATER:
                return _later(second, name)
        if kind is ErrorKind.TAKEN:
            return NameTaken(reason=f"The name {name} is in use.")
        if kind in _LATER:
            return _later(error, name)
        return Rejected(
            reason=f"{message} ({code}.) The {jobs.noun} {name} wasn't created; correct the construct's properties."
        )
    log("created", jobName=name, requestId=event.request_id, logicalResourceId=event.logical_resource_id)
    try:
        find_visible(name, jobs)
    except AWS_ERRORS as error:
        log("not looked at", level="WARNING", jobName=name, errorCode=code_of(error), reason=message_of(error))
    return Accepted()


def find(
    name: str, properties: JobProperties, event: CustomResourceEvent, jobs: JobKind
) -> Accepted | NameTaken | Rejected | None:
    """As `create_or_adopt`, of a name under which a request was given up: what runs or has finished serves, nothing is created.

    Returns None where there is no job of that name. Raises what boto3 raises.
    """
    existing = jobs.find(name)
    return None if existing is None else adopt(existing, properties, event, jobs)


def find_visible(name: str, jobs: JobKind) -> JobSnapshot | None:
    """The job that is known to exist; None where it isn't shown within 11 seconds.

    Nothing says that a job can be described as soon as its name is taken. A leg that doesn't find it fails, a Delete
    that doesn't find it leaves it running, and a second delivery would take the next name.

    Raises what boto3 raises, also where the invocation's time is over before: nobody knows then.
    """
    for seconds in _SHOWN_AFTER_SECONDS:
        try:
            job = jobs.find(name)
        except AWS_ERRORS as error:
            log("not looked at", level="WARNING", jobName=name, errorCode=code_of(error), reason=message_of(error))
        else:
            if job is not None:
                return job
        if not jobs.budget.pause(seconds):
            raise OutOfTimeError(operation=f"Describe of the {jobs.noun} {name}")
    return jobs.find(name)


def adopt(
    job: JobSnapshot, properties: JobProperties, event: CustomResourceEvent, jobs: JobKind
) -> Accepted | NameTaken | Rejected:
    # Whose job it is decides under which name the request goes on: a repeated delivery that doesn't learn it would
    # wait under another name than the first one.
    tags = jobs.tags_with_retries(job)
    if not Owner.of(event).owns(tags):
        return NameTaken(reason=f"The {jobs.noun} {job.name} exists and belongs to {described(tags)}.")
    if tags.get(OwnerTag.REQUEST_ID) == event.request_id:
        return Accepted()
    if tags.get(OwnerTag.FINGERPRINT) != properties.fingerprint:
        return NameTaken(
            reason=f"The {jobs.noun} {job.name} exists for another request, and the service never frees a name."
        )
    if not is_usable(job, properties):
        state = f"The {jobs.noun} {job.name} exists and is {job.status}, and"
        if requested_at(tags) >= event.requested_at:
            # A late delivery, whose own job this may be: another one would be paid for twice.
            return Rejected(reason=f"{state} it was asked for again since: this request has been withdrawn.")
        return NameTaken(reason=f"{state} the service never frees a name.")
    if requested_at(tags) <= event.requested_at:
        jobs.tag(job, dict(properties.tags) | owner_tags(event, fingerprint=properties.fingerprint))
    log("took over", jobName=job.name, requestId=event.request_id, status=job.status)
    return Accepted()


def is_usable(job: JobSnapshot, properties: JobProperties) -> bool:
    # STOPPING and STOPPED alike, or a repeated delivery would take another job than the first one took.
    stopped = job.state in {JobState.STOPPING, JobState.STOPPED}
    return job.running or job.state is JobState.COMPLETED or (stopped and properties.accept_stopped)


def _later(error: Exception, name: str) -> Outcome:
    kind = kind_of(error)
    if kind not in _LATER:
        return Rejected(reason=f"{message_of(error)} ({code_of(error)}, when looking for the job {name}.)")
    return RetryLater(kind=kind, reason=message_of(error))
