"""`Custom::InferenceRecommendationsJobWait`: one leg of the relay that waits for a job.

CloudFormation gives one operation of a custom resource at most an hour. A leg waits for 45 minutes at most and hands
over to the next one; the last one stops the job, unless the stack only refers to it, and fails.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, ErrorKind, code_of, kind_of, message_of
from inference_recommendations_handler.aws.propagation import PERMISSION_BOUND_SECONDS
from inference_recommendations_handler.jobs.job_snapshot import JobState
from inference_recommendations_handler.jobs.remedy import missing
from inference_recommendations_handler.protocol.contract import FUNCTION_TIMEOUT_SECONDS, StateKey, WaitProperty
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.property_values import flag
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.protocol.typed_request import RequestError
from inference_recommendations_handler.stack.earlier_executions import stop_earlier_executions
from inference_recommendations_handler.stack.owner import Owner, described
from inference_recommendations_handler.stack.state_machine import EVENT, QUEUED_BECAUSE, Task

from .timeout import TimeoutStop, stop_at_timeout, timeout_reason
from .wait_stage import WaitStage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot
    from inference_recommendations_handler.stack.state_machine import StateMachine

GRACE_SECONDS: Final = 60
"""After the last leg's end, in which failed calls are made again; part of the sum at `WAIT_STAGE_SECONDS`."""
SHOWN_WITHIN_SECONDS: Final = 60
"""What Step Functions shows of an execution may be older than its start (API reference, DescribeExecution)."""
_AGAIN_AFTER_SECONDS: Final = 10
_DENIED_SINCE: Final = "deniedSince"
_GIVEN_UP: Final = "givenUp"
_OWNED: Final = "owned"
"""Whether the job was found to be the stack's, so that only its end is checked again."""
_ENDED_BADLY: Final = frozenset({JobState.FAILED, JobState.STOPPED, JobState.DELETING, JobState.DELETED})


@dataclass(frozen=True, kw_only=True)
class InProgress:
    """Not over yet."""

    reason: str
    """What is waited for."""
    denied: bool = False
    """The handler wasn't allowed to look."""
    poll_failed: bool = False
    """The look failed, for whatever reason: the job may be over."""
    owned: bool = False
    """The job is known to be the stack's."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The wait has ended."""

    failure: str | None = None
    """None when the job has finished as wanted."""
    poll_failed: bool = False
    """Whether the job couldn't be looked at, so that it may still run."""


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Serve one event; None when an execution of the state machine will answer."""
    own_id = event.physical_resource_id or event.logical_resource_id
    machine = invocation.machine(event.properties)
    if event.request_type is not RequestType.CREATE and machine is not None:
        stop_earlier_executions(event, machine, task=Task.WAIT)
    if event.request_type is RequestType.DELETE:
        return Response(physical_resource_id=own_id)
    try:
        leg = WaitStage.parse(event.properties)
    except RequestError as error:
        return invocation.failed(event, str(error))
    now = time.time()
    found = poll(leg, event, machine, invocation, owned=False)
    if isinstance(found, Finished):
        return _answer(event, _failure(found, leg, event, {}), invocation)
    if machine is None:
        return invocation.failed(event, f"The property {WaitProperty.STATE_MACHINE_ARN} is missing; {found.reason}")
    deadline = event.requested_at + leg.hand_over_after
    state: dict[str, Any] = {StateKey.TASK.value: Task.WAIT.value, EVENT: event.to_state()}
    if found.denied:
        state[_DENIED_SINCE] = now
    if found.owned:
        state[_OWNED] = True
    machine.start(event.request_id, _waiting(state, min(leg.poll_interval, deadline - now)))
    return None


def step(state: Mapping[str, Any], invocation: Invocation, *, now: float) -> dict[str, Any]:
    """Look again, and answer when the wait is over or the leg is."""
    event = CustomResourceEvent.parse(state[EVENT], now=now)
    if StateKey.ERROR in state:
        broken = "Waiting for the job broke off; see the handler's log. Deploy again."
        return _end(state, event, f"{broken}{_goes_on(event)}", invocation)
    leg = WaitStage.parse(event.properties)
    owned = bool(state.get(_OWNED))
    found = poll(leg, event, invocation.machine(event.properties), invocation, owned=owned)
    if isinstance(found, Finished):
        return _end(state, event, _failure(found, leg, event, state), invocation)
    following = {key: value for key, value in state.items() if key != _DENIED_SINCE}
    if found.owned:
        following[_OWNED] = True
    if found.denied:
        following[_DENIED_SINCE] = float(state.get(_DENIED_SINCE, now))
        if now >= following[_DENIED_SINCE] + PERMISSION_BOUND_SECONDS:
            reason = f"{found.reason} This went on for {PERMISSION_BOUND_SECONDS // 60} minutes: check what denies it."
            return _end(state, event, f"{reason}{_goes_on(event)}", invocation)
    deadline = event.requested_at + leg.hand_over_after
    if now < deadline:
        return _waiting(following, min(leg.poll_interval, deadline - now))
    return _at_deadline(following, leg, event, found, invocation, in_grace=now < deadline + GRACE_SECONDS)


def _failure(found: Finished, leg: WaitStage, event: CustomResourceEvent, state: Mapping[str, Any]) -> str | None:
    """Return the reason of the end; None where the job has finished as wanted."""
    if found.failure is None:
        return None
    if _GIVEN_UP in state:
        return timeout_reason(
            leg, str(state[_GIVEN_UP]), TimeoutStop(failure=found.failure if found.poll_failed else None)
        )
    return f"{found.failure}{_goes_on(event)}" if found.poll_failed else found.failure


def _at_deadline(
    state: Mapping[str, Any],
    leg: WaitStage,
    event: CustomResourceEvent,
    found: InProgress,
    invocation: Invocation,
    *,
    in_grace: bool,
) -> dict[str, Any]:
    if not leg.last:
        log("handed over", jobName=leg.job_name, requestId=event.request_id, reason=found.reason)
        return _end(state, event, None, invocation)
    if found.poll_failed and in_grace:
        # One failed call is no verdict: the job may have finished.
        return _waiting(state, _AGAIN_AFTER_SECONDS)
    reason = str(state.get(_GIVEN_UP, found.reason))
    given_up = TimeoutStop() if leg.existing_job else stop_at_timeout(leg, event, invocation)
    if in_grace and (given_up.under_way or given_up.failure):
        wait = FUNCTION_TIMEOUT_SECONDS if given_up.under_way else _AGAIN_AFTER_SECONDS
        return _waiting(dict(state) | {_GIVEN_UP: reason}, wait)
    return _end(state, event, timeout_reason(leg, reason, given_up), invocation)


def poll(
    leg: WaitStage, event: CustomResourceEvent, machine: StateMachine | None, invocation: Invocation, *, owned: bool
) -> InProgress | Finished:
    jobs = invocation.jobs(event)
    try:
        job = jobs.find(leg.job_name)
        if leg.existing_job:
            gone = Finished(failure=missing(leg.job_name, jobs.noun, existing=True))
            return gone if job is None else evaluate_status(job, leg, jobs)
        if job is None:
            return _look_at_queue(leg, event, machine, jobs)
        judged = evaluate_status(job, leg, jobs)
        if not (owned and isinstance(judged, InProgress)) and (taken := _taken(job, event, machine, jobs)):
            return Finished(failure=taken)
        return replace(judged, owned=True) if isinstance(judged, InProgress) else judged
    except AWS_ERRORS as error:
        code, message = code_of(error), message_of(error)
        log("poll failed", level="WARNING", jobName=leg.job_name, errorCode=code, reason=message)
        kind = kind_of(error)
        reason = f"{message} ({code}, when looking at the job {leg.job_name}.)"
        if kind in MAY_PASS:
            return InProgress(reason=reason, denied=kind is ErrorKind.PERMISSION, poll_failed=True)
        return Finished(failure=reason, poll_failed=True)


def _taken(job: JobSnapshot, event: CustomResourceEvent, machine: StateMachine | None, jobs: JobKind) -> str | None:
    """Return why the job is another's; None for the stack's, which the queue has made or adopted."""
    try:
        execution = machine.find(job.name) if machine else None
    except AWS_ERRORS:
        if Owner.of(event).same_stack(jobs.tags_with_retries(job)):
            return None
        raise
    if execution is None or execution.succeeded:
        return None
    # The queue gave the name up, or doesn't know yet whose the job is: its tags may be hidden.
    tags = jobs.tags_with_retries(job)
    if Owner.of(event).same_stack(tags):
        return None
    if execution.failure:
        return f"{execution.failure} Then change `rerun`."
    return (
        f"The {jobs.noun} {job.name} exists and belongs to {described(tags)}. "
        "Give `job_name` a new value, or change `rerun`."
    )


def _look_at_queue(
    leg: WaitStage, event: CustomResourceEvent, machine: StateMachine | None, jobs: JobKind
) -> InProgress | Finished:
    execution = machine.find(leg.job_name) if machine else None
    if execution is not None and execution.running:
        why = execution.state.get(QUEUED_BECAUSE, "")
        return InProgress(reason=f"The request for the job {leg.job_name} is queued. {why}".rstrip())
    if execution is not None and execution.failure:
        return Finished(failure=f"{execution.failure} Then change `rerun`.")
    # The request may have been granted between the two looks.
    job = jobs.find(leg.job_name)
    if job is not None:
        return evaluate_status(job, leg, jobs)
    if time.time() < event.requested_at + SHOWN_WITHIN_SECONDS:
        return InProgress(reason=f"The request for the job {leg.job_name} isn't shown yet.", poll_failed=True)
    return Finished(failure=missing(leg.job_name, jobs.noun))


def evaluate_status(job: JobSnapshot, leg: WaitStage, jobs: JobKind) -> InProgress | Finished:
    if job.state is JobState.COMPLETED or (job.state is JobState.STOPPED and leg.accept_stopped):
        return Finished()
    if job.state in _ENDED_BADLY:
        return Finished(failure=jobs.failure(job, existing=leg.existing_job))
    return InProgress(reason=f"The {jobs.noun} {job.name} is {job.status}.")


def _goes_on(event: CustomResourceEvent) -> str:
    if flag(event.properties, WaitProperty.EXISTING_JOB):
        return ""
    return " The job may go on, and cost money, until the rollback or a deletion stops it."


def _answer(event: CustomResourceEvent, failure: str | None, invocation: Invocation) -> Response:
    if failure is not None:
        return invocation.failed(event, failure)
    return Response(physical_resource_id=event.physical_resource_id or event.logical_resource_id)


def _waiting(state: Mapping[str, Any], wait: float) -> dict[str, Any]:
    return dict(state) | {StateKey.WAIT_SECONDS.value: max(round(wait), 1), StateKey.DONE.value: False}


def _end(
    state: Mapping[str, Any], event: CustomResourceEvent, failure: str | None, invocation: Invocation
) -> dict[str, Any]:
    invocation.send(_answer(event, failure, invocation), event)
    return {
        StateKey.TASK.value: state[StateKey.TASK],
        StateKey.WAIT_SECONDS.value: 0,
        StateKey.DONE.value: True,
    }
