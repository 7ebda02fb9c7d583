"""`Custom::InferenceRecommendationsJob`: creates a job, and responds at once.

The physical id is the job's name, known as soon as the job is requested. The wait stages wait for its results.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, code_of, message_of
from inference_recommendations_handler.protocol.contract import IN_FLIGHT_SECONDS, MAX_EVENT_AGE_SECONDS, OwnerTag
from inference_recommendations_handler.protocol.custom_resource_event import (
    CustomResourceEvent,
    RequestType,
    TemporaryFailureError,
)
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.property_values import tags_of
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.protocol.typed_request import RequestError
from inference_recommendations_handler.stack.execution_state import Task
from inference_recommendations_handler.stack.owner import Owner

from . import create_retry, deletion
from .create_or_adopt import Accepted, NameTaken, Rejected, RetryLater, adopt_existing, create_or_adopt
from .job_name import candidate_names, is_name_of
from .job_properties import JobProperties
from .job_selector import NEVER_REQUESTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.stack.state_machine import Execution, StateMachine

FIRST_RETRY_SECONDS: Final = 30
"""Lambda retries an event a minute after it failed. A younger event can't arrive after its Delete."""


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Handle one event. Return None if an execution of the state machine sends the response."""
    if event.request_type is RequestType.DELETE:
        return deletion.on_delete(event, invocation)
    try:
        properties = JobProperties.parse(event.properties, owner=Owner.of(event), jobs=invocation.jobs(event))
    except RequestError as error:
        own_id = event.physical_resource_id or f"{NEVER_REQUESTED}{event.logical_resource_id}"
        return invocation.failed(event, str(error), physical_resource_id=own_id)
    canceled = may_be_canceled(event, invocation.machine(event.properties))
    if event.request_type is RequestType.UPDATE and event.physical_resource_id is not None:
        return _update(event, event.physical_resource_id, properties, invocation, canceled=canceled)
    return create(event, properties, invocation, canceled=canceled)


def create(
    event: CustomResourceEvent, properties: JobProperties, invocation: Invocation, *, canceled: bool
) -> Response:
    """Request the job under the first name that can be used."""
    machine = invocation.machine(event.properties)
    if canceled:
        # An earlier delivery may have created a job, so the physical id must be one whose Delete looks for it.
        age = time.time() - event.requested_at
        log("rejected: late", level="WARNING", requestId=event.request_id, deliveryAge=round(age))
        reason = f"The event arrived {age:.0f} seconds late and might have been canceled. Deploy again."
        own_id = event.physical_resource_id or f"{properties.base}.{event.request_id}"
        return invocation.failed(event, reason, physical_resource_id=own_id)
    taken = ""
    for name in [properties.base] if properties.exact else _names(properties.base, invocation.jobs(event)):
        match _create_or_retry(name, event, properties, machine, invocation):
            case Accepted():
                return _requested(name)
            case Rejected(reason=reason):
                return rejected(event, name, reason, invocation)
            case NameTaken(reason=reason):
                taken = reason
    remedy = "Give `job_name` a new value." if properties.exact else "Change `rerun_nonce`."
    return rejected(event, properties.base, f"{taken} {remedy}", invocation)


def _names(base: str, jobs: JobKind) -> Iterator[str]:
    """Return the names of a request in the order in which they are tried, names of existing jobs first."""
    existing = [name for name in jobs.names_from(base) if is_name_of(name, base)]
    yield from existing
    yield from (name for name in candidate_names(base) if name not in existing)


def _create_or_retry(
    name: str,
    event: CustomResourceEvent,
    properties: JobProperties,
    machine: StateMachine | None,
    invocation: Invocation,
) -> Accepted | NameTaken | Rejected:
    execution, jobs = machine.find(name) if machine else None, invocation.jobs(event)
    if execution is not None:
        if _is_retried(execution, event):
            return Accepted()
        used = _used(execution, event, properties, jobs)
        if used is not None:
            return used
    outcome = create_or_adopt(name, properties, event, jobs)
    if not isinstance(outcome, RetryLater):
        return outcome
    if machine is None:
        return Rejected(reason=outcome.reason)
    state = create_retry.begin(event, name, outcome, timeout=properties.timeout_seconds, now=time.time())
    if machine.start(name, state):
        return Accepted()
    execution = machine.find(name)
    if execution is None or execution.succeeded:
        # The job exists but can't be described for now. Another name would run it again.
        raise TemporaryFailureError(outcome.reason)
    return Accepted() if _is_retried(execution, event) else NameTaken(reason=outcome.reason)


def _used(
    execution: Execution, event: CustomResourceEvent, properties: JobProperties, jobs: JobKind
) -> Accepted | NameTaken | Rejected | None:
    """Return the outcome for a name with an execution of another request, or None if the name can still be tried."""
    name = execution.name
    if execution.succeeded:
        if jobs.names_are_reusable and jobs.find(name) is None:
            # Step Functions keeps the name of an execution for 90 days, so a request couldn't be queued.
            return NameTaken(reason=f"The job name {name} was used before.")
        return None
    adopted = adopt_existing(name, properties, event, jobs)
    if adopted is None and time.time() < execution.ended_at + IN_FLIGHT_SECONDS:
        # The execution's last call can still create the job. Another name would run a second one.
        raise TemporaryFailureError(f"A failed request for the job {name} may still be in flight.")
    return adopted or NameTaken(reason=f"The job name {name} was used for a request that failed.")


def _update(
    event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation, *, canceled: bool
) -> Response:
    if not canceled:
        deletion.stop_orphaned_jobs(event, name, properties, invocation)
    if not properties.accepts_name(name):
        return create(event, properties, invocation, canceled=canceled)
    if properties.exact and not _same_request(event, name, properties, invocation):
        reason = (
            f"What the job {name} measures has changed, and the service never frees a name: give `job_name` a new "
            "value, or omit it to generate names."
        )
        return invocation.failed(event, reason)
    _update_tags(event, name, properties, invocation)
    return _requested(name)


def _same_request(event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation) -> bool:
    """Compare with the request of the job. In a rollback, the event's old properties are those that failed."""
    jobs = invocation.jobs(event)
    job = jobs.find(name)
    if job is not None:
        return jobs.tags_with_retries(job).get(OwnerTag.FINGERPRINT) == properties.fingerprint
    machine = invocation.machine(event.properties)
    execution = machine.find(name) if machine else None
    if execution is None or execution.event is None:
        return True
    owner = Owner.of(execution.event)
    try:
        requested = JobProperties.parse(execution.event.properties, owner=owner, jobs=invocation.jobs(event))
    except RequestError:
        return True
    return requested.fingerprint == properties.fingerprint


def _update_tags(event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation) -> None:
    """Add the new tags and remove those of the previous properties. Keep tags from other sources."""
    wanted, before = properties.tags, tags_of(event.old_properties)
    if wanted == before:
        return
    jobs = invocation.jobs(event)
    try:
        job = jobs.find(name)
        if job is None or not Owner.of(event).owns(jobs.tags_with_retries(job)):
            return
        jobs.tag(job, wanted)
        jobs.untag(job, before.keys() - wanted.keys())
    except AWS_ERRORS as error:
        # A failed update would roll back the whole stack, although the job's results are valid.
        log("tags not updated", level="WARNING", jobName=name, errorCode=code_of(error), reason=message_of(error))


def _is_retried(execution: Execution, event: CustomResourceEvent) -> bool:
    """Return whether the execution requests, or has requested, the job of the event."""
    other = execution.event
    if other is None or Owner.of(other) != Owner.of(event):
        return False
    return other.request_id == event.request_id or execution.running


def may_be_canceled(event: CustomResourceEvent, machine: StateMachine | None) -> bool:
    """Return whether CloudFormation may have canceled the request.

    That is so if the event is too old, if a later Delete has started an execution, also one that has ended or was
    aborted, or if the stack was deleted.
    """
    age = time.time() - event.requested_at
    if age > MAX_EVENT_AGE_SECONDS or machine is None:
        return age > MAX_EVENT_AGE_SECONDS
    names = machine.started_since(event.requested_at)
    if names is None:
        return True
    for name in names if age > FIRST_RETRY_SECONDS else ():
        execution = machine.find(name)
        other = execution.event if execution is not None and execution.task == Task.DELETE else None
        if (
            other is not None
            and Owner.of(other) == Owner.of(event)
            and other.request_id != event.request_id
            and event.precedes(other)
        ):
            return True
    return False


def _requested(name: str) -> Response:
    return Response(physical_resource_id=name, data={"JobName": name})


def rejected(event: CustomResourceEvent, name: str, reason: str, invocation: Invocation) -> Response:
    """Return a failure. A failed Update keeps the old physical id, so that the rollback finds the old job."""
    return invocation.failed(event, reason, physical_resource_id=event.physical_resource_id or name)
