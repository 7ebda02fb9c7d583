"""Retries of a create request, in an execution of the state machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.typed_request import RequestError
from inference_recommendations_handler.stack.execution_state import PERMISSION_BOUND_SECONDS, ExecutionState, Task
from inference_recommendations_handler.stack.owner import Owner

from .create_or_adopt import Accepted, NameTaken, Rejected, RetryLater, create_or_adopt
from .job_properties import JobProperties

if TYPE_CHECKING:
    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

MAX_LOOPS: Final = 1500
"""An execution has at most 25,000 history events (Step Functions quotas), and a loop takes about ten."""
QUOTA_INTERVAL_SECONDS: Final = 60
PERMISSION_INTERVAL_SECONDS: Final = 15


@dataclass(frozen=True, kw_only=True)
class State(ExecutionState):
    """State of a create request that is retried."""

    task: Task = Task.CREATE
    name: str = ""
    """Name of the job."""
    attempts: int = 0


def begin(event: CustomResourceEvent, name: str, outcome: RetryLater, *, timeout: float, now: float) -> State:
    """Return the state for a new execution that retries the request.

    Args:
        event: Event that requests the job.
        name: Name of the job.
        outcome: Outcome of the first attempt.
        timeout: Timeout of the job in seconds.
        now: Current time, in epoch seconds.
    """
    state = State(event=event, name=name, reason=outcome.reason)
    return _retry(state, outcome, timeout=timeout, now=now)


def step(state: State, invocation: Invocation, *, now: float) -> State:
    """Make another attempt."""
    event = state.event
    if state.error is not None:
        return _end(state, "Retrying the request failed; see the handler's log.")
    try:
        properties = JobProperties.parse(event.properties, owner=Owner.of(event), jobs=invocation.jobs(event))
        outcome = create_or_adopt(state.name, properties, event, invocation.jobs(event))
    except RequestError as error:
        return _end(state, str(error))
    match outcome:
        case Accepted():
            return _end(state, None)
        case NameTaken() | Rejected():
            return _end(state, outcome.reason)
        case RetryLater():
            state = state.record_denial(denied=outcome.kind is ErrorKind.PERMISSION, now=now)
            expired = _expired(state, outcome, properties, now=now)
            if expired is not None:
                return _end(state, expired)
            return _retry(state, outcome, timeout=properties.timeout_seconds, now=now)


def _expired(state: State, outcome: RetryLater, properties: JobProperties, *, now: float) -> str | None:
    """Return the failure reason if there is no time for another attempt."""
    cause = f"{outcome.reason.removesuffix('.')}."
    if state.is_denied_for_good(now=now):
        role = properties.request.get("RoleArn", "the job's role")
        return (
            f"{cause} The call was denied for {PERMISSION_BOUND_SECONDS // 60} minutes: check that {role} exists, "
            "trusts sagemaker.amazonaws.com, and that the handler is allowed to pass it."
        )
    if now < state.event.requested_at + properties.timeout_seconds:
        return None
    remedy = "deploy again"
    if outcome.kind is ErrorKind.QUOTA:
        remedy = "request a higher quota in Service Quotas, or set a longer `timeout`"
    return f"{cause} The request was retried for {properties.timeout_seconds / 60:.0f} minutes: {remedy}."


def _retry(state: State, outcome: RetryLater, *, timeout: float, now: float) -> State:
    denied = outcome.kind is ErrorKind.PERMISSION
    interval = PERMISSION_INTERVAL_SECONDS if denied else QUOTA_INTERVAL_SECONDS
    if outcome.kind is ErrorKind.TRANSIENT:
        interval = min(interval, 5 * 2**state.attempts)
    deadline = state.event.requested_at + timeout
    wait = min(max(interval, timeout / MAX_LOOPS), max(deadline - now, 1))
    log("queued", jobName=state.name, task=Task.CREATE, reason=outcome.reason, waitSeconds=round(wait))
    return replace(state.record_denial(denied=denied, now=now), attempts=state.attempts + 1).wait(wait)


def _end(state: State, failure: str | None) -> State:
    if failure is not None:
        log("request failed", level="WARNING", task=Task.CREATE, reason=failure)
    return replace(state, failure=failure).finish()
