"""`Custom::InferenceRecommendationsJobWait`: one of the wait stages of a job.

CloudFormation limits one operation of a custom resource to an hour, so a stage waits for at most 45 minutes and the
next one continues. The last stage stops the job, unless the stack only references it, and fails.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, code_of, kind_of, message_of
from inference_recommendations_handler.jobs.job_snapshot import JobState
from inference_recommendations_handler.jobs.remedy import not_found_reason
from inference_recommendations_handler.protocol.contract import IN_FLIGHT_SECONDS, WaitProperty
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.property_values import flag
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.protocol.typed_request import RequestError
from inference_recommendations_handler.stack.earlier_executions import stop_earlier_executions
from inference_recommendations_handler.stack.execution_state import PERMISSION_BOUND_SECONDS, ExecutionState, Task
from inference_recommendations_handler.stack.owner import Owner, describe_owner

from .timeout import TimeoutStop, stop_at_timeout, timeout_reason
from .wait_stage import WaitStage

if TYPE_CHECKING:
    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot
    from inference_recommendations_handler.stack.state_machine import StateMachine

GRACE_SECONDS: Final = 60
"""Time after the end of the last stage in which failed calls are retried; part of the sum at `WAIT_STAGE_SECONDS`."""
VISIBLE_WITHIN_SECONDS: Final = 60
"""DescribeExecution is eventually consistent (API reference)."""
_RETRY_SECONDS: Final = 10
_ENDED_WITHOUT_RESULTS: Final = frozenset({JobState.FAILED, JobState.STOPPED, JobState.DELETING, JobState.DELETED})


@dataclass(frozen=True, kw_only=True)
class State(ExecutionState):
    """State of a wait."""

    task: Task = Task.WAIT
    owned: bool = False
    """Whether the job was found to belong to the stack. It is checked again only when the job has ended."""
    last_seen: str | None = None
    """What the stage waited for when it stopped the job at the timeout; None before."""


@dataclass(frozen=True, kw_only=True)
class InProgress:
    """The wait continues."""

    reason: str
    """What the stage waits for."""
    denied: bool = False
    """Whether a call was denied."""
    poll_failed: bool = False
    """Whether a call failed, so that the job may have finished."""
    owned: bool = False
    """Whether the job belongs to the stack."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The wait ends."""

    failure: str | None = None
    """None for success."""
    poll_failed: bool = False
    """Whether a call failed, so that the job may still run."""


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Handle one event. Return None if an execution of the state machine sends the response."""
    machine = invocation.machine(event.properties)
    if event.request_type is not RequestType.CREATE and machine is not None:
        stop_earlier_executions(event, machine, task=Task.WAIT)
    if event.request_type is RequestType.DELETE:
        return Response(physical_resource_id=event.own_id)
    try:
        stage = WaitStage.parse(event.properties)
    except RequestError as error:
        return invocation.failed(event, str(error))
    now = time.time()
    state = State(event=event)
    match poll(stage, event, machine, invocation, owned=False):
        case Finished() as finished:
            return _response(event, _failure(finished, stage, state), invocation)
        case InProgress() as status if machine is None:
            message = f"The property {WaitProperty.STATE_MACHINE_ARN} is missing; {status.reason}"
            return invocation.failed(event, message)
        case InProgress() as status:
            remaining = event.requested_at + stage.hand_over_after - now
            state = replace(state, owned=status.owned).record_denial(denied=status.denied, now=now)
            machine.start(event.request_id, state.wait(min(stage.poll_interval, remaining)))
            return None


def step(state: State, invocation: Invocation, *, now: float) -> State:
    """Poll again. Respond when the wait or the stage ends."""
    event = state.event
    if state.error is not None:
        broken = "Waiting for the job failed; see the handler's log. Deploy again."
        return _end(state, f"{broken}{_may_still_run(event)}", invocation)
    stage = WaitStage.parse(event.properties)
    status = poll(stage, event, invocation.machine(event.properties), invocation, owned=state.owned)
    if isinstance(status, Finished):
        return _end(state, _failure(status, stage, state), invocation)
    state = replace(state, owned=state.owned or status.owned).record_denial(denied=status.denied, now=now)
    if state.is_denied_for_good(now=now):
        minutes = PERMISSION_BOUND_SECONDS // 60
        reason = f"{status.reason} The call was denied for {minutes} minutes: check what denies it."
        return _end(state, f"{reason}{_may_still_run(event)}", invocation)
    deadline = event.requested_at + stage.hand_over_after
    if now < deadline:
        return state.wait(min(stage.poll_interval, deadline - now))
    return at_deadline(state, stage, status, invocation, in_grace=now < deadline + GRACE_SECONDS)


def at_deadline(state: State, stage: WaitStage, status: InProgress, invocation: Invocation, *, in_grace: bool) -> State:
    """End the stage: the last one stops the job and fails, any other succeeds.

    Args:
        state: State of the wait.
        stage: Properties of the stage.
        status: Result of the last poll.
        invocation: Clients.
        in_grace: Whether there is time to retry.
    """
    event = state.event
    if not stage.last:
        log("handed over", jobName=stage.job_name, requestId=event.request_id, reason=status.reason)
        return _end(state, None, invocation)
    if status.poll_failed and in_grace:
        # The job may have finished.
        return state.wait(_RETRY_SECONDS)
    last_seen = state.last_seen or status.reason
    stopped = TimeoutStop() if stage.existing_job else stop_at_timeout(stage, event, invocation)
    if in_grace and (stopped.in_flight or stopped.failure):
        return replace(state, last_seen=last_seen).wait(IN_FLIGHT_SECONDS if stopped.in_flight else _RETRY_SECONDS)
    return _end(state, timeout_reason(stage, last_seen, stopped), invocation)


def poll(
    stage: WaitStage, event: CustomResourceEvent, machine: StateMachine | None, invocation: Invocation, *, owned: bool
) -> InProgress | Finished:
    """Describe the job, and check its owner unless it is known.

    Args:
        stage: Properties of the stage.
        event: Event of the stage.
        machine: State machine of the stack.
        invocation: Clients.
        owned: Whether an earlier poll found that the job belongs to the stack.
    """
    jobs = invocation.jobs(event)
    try:
        job = jobs.find(stage.job_name)
        if stage.existing_job:
            missing = Finished(failure=not_found_reason(stage.job_name, jobs.noun, existing=True))
            return missing if job is None else evaluate_status(job, stage, jobs)
        if job is None:
            return _poll_create(stage, event, machine, jobs)
        is_known = owned and job.state in {JobState.RUNNING, JobState.STOPPING}
        if not is_known and (reason := _not_owned_reason(job, event, machine, jobs)):
            return Finished(failure=reason)
        status = evaluate_status(job, stage, jobs)
        return replace(status, owned=True) if isinstance(status, InProgress) else status
    except AWS_ERRORS as error:
        code, message = code_of(error), message_of(error)
        log("poll failed", level="WARNING", jobName=stage.job_name, errorCode=code, reason=message)
        kind = kind_of(error)
        reason = f"{message} ({code}, when describing the job {stage.job_name}.)"
        if kind in MAY_PASS:
            return InProgress(reason=reason, denied=kind is ErrorKind.PERMISSION, poll_failed=True)
        return Finished(failure=reason, poll_failed=True)


def evaluate_status(job: JobSnapshot, stage: WaitStage, jobs: JobKind) -> InProgress | Finished:
    """Return whether the job is still in progress, or how it finished."""
    if job.state is JobState.COMPLETED or (job.state is JobState.STOPPED and stage.accept_stopped):
        return Finished()
    if job.state in _ENDED_WITHOUT_RESULTS:
        return Finished(failure=jobs.failure(job, existing=stage.existing_job))
    return InProgress(reason=f"The {jobs.noun} {job.name} is {job.status}.")


def _not_owned_reason(
    job: JobSnapshot, event: CustomResourceEvent, machine: StateMachine | None, jobs: JobKind
) -> str | None:
    """Return why the job belongs to another owner, or None for a job that the stack created or adopted."""
    try:
        execution = machine.find(job.name) if machine else None
    except AWS_ERRORS:
        if Owner.of(event).same_stack(jobs.tags_with_retries(job)):
            return None
        raise
    if execution is None or execution.succeeded:
        return None
    # The execution didn't create or adopt the job, or hasn't found out yet whose it is.
    tags = jobs.tags_with_retries(job)
    if Owner.of(event).same_stack(tags):
        return None
    if execution.failure:
        return f"{execution.failure} Then change `rerun_nonce`."
    return (
        f"The {jobs.noun} {job.name} exists and belongs to {describe_owner(tags)}. "
        "Give `job_name` a new value, or change `rerun_nonce`."
    )


def _poll_create(
    stage: WaitStage, event: CustomResourceEvent, machine: StateMachine | None, jobs: JobKind
) -> InProgress | Finished:
    execution = machine.find(stage.job_name) if machine else None
    if execution is not None and execution.running:
        why = (execution.input.reason if execution.input else None) or ""
        return InProgress(reason=f"The request for the job {stage.job_name} is queued. {why}".rstrip())
    if execution is not None and execution.failure:
        return Finished(failure=f"{execution.failure} Then change `rerun_nonce`.")
    # The job may have been created between the two calls.
    job = jobs.find(stage.job_name)
    if job is not None:
        return evaluate_status(job, stage, jobs)
    if time.time() < event.requested_at + VISIBLE_WITHIN_SECONDS:
        return InProgress(reason=f"The request for the job {stage.job_name} isn't visible yet.", poll_failed=True)
    return Finished(failure=not_found_reason(stage.job_name, jobs.noun))


def _failure(finished: Finished, stage: WaitStage, state: State) -> str | None:
    """Return the failure reason, or None for success."""
    if finished.failure is None:
        return None
    if state.last_seen is not None:
        stopped = TimeoutStop(failure=finished.failure if finished.poll_failed else None)
        return timeout_reason(stage, state.last_seen, stopped)
    return f"{finished.failure}{_may_still_run(state.event)}" if finished.poll_failed else finished.failure


def _may_still_run(event: CustomResourceEvent) -> str:
    if flag(event.properties, WaitProperty.EXISTING_JOB):
        return ""
    return " The job may still run, and incur charges, until the rollback or a deletion stops it."


def _response(event: CustomResourceEvent, failure: str | None, invocation: Invocation) -> Response:
    if failure is not None:
        return invocation.failed(event, failure)
    return Response(physical_resource_id=event.own_id)


def _end(state: State, failure: str | None, invocation: Invocation) -> State:
    invocation.send(_response(state.event, failure, invocation), state.event)
    return state.finish()
