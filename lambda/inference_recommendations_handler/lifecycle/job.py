"""`Custom::InferenceRecommendationsJob`: starts a job, and answers at once.

The physical id is the job's name, known as soon as the job has been requested. Results are waited for elsewhere.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, code_of, message_of
from inference_recommendations_handler.protocol.contract import MAX_EVENT_AGE_SECONDS, OwnerTag
from inference_recommendations_handler.protocol.custom_resource_event import (
    CustomResourceEvent,
    RequestType,
    TemporaryFailureError,
)
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.property_values import tags_of
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.protocol.typed_request import RequestError
from inference_recommendations_handler.stack.owner import Owner
from inference_recommendations_handler.stack.state_machine import Task

from . import create_retry, deletion
from .create_or_adopt import Accepted, NameTaken, Rejected, RetryLater, create_or_adopt, find
from .job_name import candidate_names, is_name_of
from .job_properties import JobProperties
from .job_selector import NEVER_REQUESTED
from .stop_owned_jobs import IN_FLIGHT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.stack.state_machine import Execution, StateMachine

REDELIVERED_AFTER_SECONDS: Final = 30
"""Lambda delivers an event again a minute after it failed; a younger one can't have been overtaken by its Delete."""


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Serve a Create, an Update or a Delete; None when an execution of the state machine will answer."""
    if event.request_type is RequestType.DELETE:
        return deletion.on_delete(event, invocation)
    try:
        properties = JobProperties.parse(event.properties, owner=Owner.of(event), jobs=invocation.jobs(event))
        # An unknown version of the rule for names is told before anything is asked of the service.
        _ = properties.base, properties.fingerprint
    except RequestError as error:
        return invocation.failed(event, str(error), physical_resource_id=_unmade(event))
    overtaken = _overtaken(event, invocation.machine(event.properties))
    if event.request_type is RequestType.UPDATE and event.physical_resource_id is not None:
        return _update(event, event.physical_resource_id, properties, invocation, overtaken=overtaken)
    return _create(event, properties, invocation, overtaken=overtaken)


def _create(
    event: CustomResourceEvent, properties: JobProperties, invocation: Invocation, *, overtaken: bool
) -> Response:
    machine = invocation.machine(event.properties)
    if overtaken:
        # FAILED is harmless where an earlier delivery has answered and honest where none has; an earlier one may have
        # started a job all the same, so that the id must be one that the Delete looks behind.
        age = time.time() - event.requested_at
        log("refused: too late", level="WARNING", requestId=event.request_id, deliveryAge=round(age))
        reason = f"The request reached the handler {age:.0f} s late, when it may have been withdrawn: deploy again."
        own = event.physical_resource_id or f"{properties.base}.{event.request_id}"
        return invocation.failed(event, reason, physical_resource_id=own)
    taken = ""
    for name in [properties.base] if properties.exact else _names(properties.base, invocation.jobs(event)):
        outcome = _now_or_queued(name, event, properties, machine, invocation)
        if isinstance(outcome, Accepted):
            return _requested(name)
        if isinstance(outcome, Rejected):
            return _refused(event, name, outcome.reason, invocation)
        taken = outcome.reason
    remedy = "Give `job_name` a new value." if properties.exact else "Change `rerun`."
    return _refused(event, properties.base, f"{taken} {remedy}", invocation)


def _names(base: str, jobs: JobKind) -> Iterator[str]:
    """Return the names of a request in the order in which they are tried: first those that have a job."""
    existing = [name for name in jobs.names_from(base) if is_name_of(name, base)]
    yield from existing
    yield from (name for name in candidate_names(base) if name not in existing)


def _now_or_queued(
    name: str,
    event: CustomResourceEvent,
    properties: JobProperties,
    machine: StateMachine | None,
    invocation: Invocation,
) -> Accepted | NameTaken | Rejected:
    execution, jobs = machine.find(name) if machine else None, invocation.jobs(event)
    if execution is not None:
        if _queued_for(execution, event):
            return Accepted()
        used = _used(execution, event, properties, jobs)
        if used is not None:
            return used
    outcome = create_or_adopt(name, properties, event, jobs)
    if not isinstance(outcome, RetryLater):
        return outcome
    if machine is None:
        return Rejected(reason=outcome.reason)
    state = create_retry.queued(event, name, outcome, timeout=properties.timeout_seconds, now=time.time())
    if machine.start(name, state):
        return Accepted()
    execution = machine.find(name)
    if execution is None or execution.succeeded:
        # The job is there, and only the look at it failed: the next suffix would run it again.
        raise TemporaryFailureError(outcome.reason)
    return Accepted() if _queued_for(execution, event) else NameTaken(reason=outcome.reason)


def _used(
    execution: Execution, event: CustomResourceEvent, properties: JobProperties, jobs: JobKind
) -> Accepted | NameTaken | Rejected | None:
    """Decide about a name that an execution of another request has; None where it may be the request's all the same."""
    name = execution.name
    if execution.succeeded:
        if jobs.names_are_reusable and jobs.find(name) is None:
            # Step Functions keeps the name of an execution for 90 days: no request could be queued under it.
            return NameTaken(reason=f"The job name {name} was used before.")
        return None
    found = find(name, properties, event, jobs)
    if found is None and time.time() < execution.ended_at + IN_FLIGHT_SECONDS:
        # Its last call may still make the job, beside which the next suffix would run a second one.
        reason = f"A create of the job {name}, which was given up, may still be under way."
        raise TemporaryFailureError(reason)
    return found or NameTaken(reason=f"The job name {name} was used for a request that was given up.")


def _update(
    event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation, *, overtaken: bool
) -> Response:
    if not overtaken:
        deletion.stop_orphans(event, name, properties, invocation)
    if not properties.names(name):
        return _create(event, properties, invocation, overtaken=overtaken)
    if properties.exact and not _same_request(event, name, properties, invocation):
        reason = (
            f"What {name} measures has changed, and the service never frees a name: give `job_name` a new value "
            "(or leave it out, and names are generated)."
        )
        return invocation.failed(event, reason)
    _bring_tags_in_line(event, name, properties, invocation)
    return _requested(name)


def _same_request(event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation) -> bool:
    """Compare with what was asked for under the name; the old properties are the failed ones in a rollback."""
    jobs = invocation.jobs(event)
    job = jobs.find(name)
    if job is not None:
        return jobs.tags_with_retries(job).get(OwnerTag.FINGERPRINT) == properties.fingerprint
    machine = invocation.machine(event.properties)
    execution = machine.find(name) if machine else None
    if execution is None or execution.event is None:
        return True
    try:
        asked = JobProperties.parse(
            execution.event.properties, owner=Owner.of(execution.event), jobs=invocation.jobs(event)
        )
        before = asked.fingerprint
    except RequestError:
        return True
    return before == properties.fingerprint


def _bring_tags_in_line(
    event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation
) -> None:
    """Add the new tags and remove those of the update before; tags that others added stay."""
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
        # What was measured is right without them, and a failed update would roll back the whole stack.
        log("tags not updated", level="WARNING", jobName=name, errorCode=code_of(error), reason=message_of(error))


def _queued_for(execution: Execution, event: CustomResourceEvent) -> bool:
    """Whether the execution asks, or has asked, for the job of this event."""
    asked = execution.event
    if asked is None or Owner.of(asked) != Owner.of(event):
        return False
    return asked.request_id == event.request_id or execution.running


def _overtaken(event: CustomResourceEvent, machine: StateMachine | None) -> bool:
    """Whether the request has been withdrawn: it is too old, an execution tells so, or the whole stack is gone.

    Also one that is over: who aborts the search for late jobs doesn't make the request any younger.
    """
    age = time.time() - event.requested_at
    if age > MAX_EVENT_AGE_SECONDS or machine is None:
        return age > MAX_EVENT_AGE_SECONDS
    names = machine.started_since(event.requested_at)
    if names is None:
        return True
    for name in names if age > REDELIVERED_AFTER_SECONDS else ():
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


def _refused(event: CustomResourceEvent, name: str, reason: str, invocation: Invocation) -> Response:
    # A failed Update keeps the old id, so that the rollback finds the old job under it.
    return invocation.failed(event, reason, physical_resource_id=event.physical_resource_id or name)


def _unmade(event: CustomResourceEvent) -> str:
    return event.physical_resource_id or f"{NEVER_REQUESTED}{event.logical_resource_id}"
