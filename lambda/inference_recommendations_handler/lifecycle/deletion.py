"""Delete of `Custom::InferenceRecommendationsJob`: afterwards no job of the request runs or can start.

A job that has ended remains: the service has no operation to delete it, and it incurs no charges.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, code_of, kind_of, message_of
from inference_recommendations_handler.protocol.contract import (
    FUNCTION_TIMEOUT_SECONDS,
    IN_FLIGHT_SECONDS,
    JOB_SERVICE_TIMEOUT_SECONDS,
    MAX_EVENT_AGE_SECONDS,
)
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, TemporaryFailureError
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.stack.execution_state import ExecutionState, Task
from inference_recommendations_handler.stack.owner import Owner

from .job_selector import JobSelector, selector_of_delete, selector_of_update
from .stop_owned_jobs import WATCH, StopResult, stop_owned_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.stack.state_machine import StateMachine

    from .job_properties import JobProperties

MIN_POLL_SECONDS: Final = 10
MAX_POLL_SECONDS: Final = 30
_AGE_PER_PAUSE: Final = 10
"""Between these bounds, a pause is a tenth of the request's age: each poll makes at least seven calls of AWS."""
_MARGIN_SECONDS: Final = 13 * 60
"""Time between the last poll and the ServiceTimeout, of which 777 s can be needed: 65 s for a poll that starts just
before, 70 s for the pause after it (`IN_FLIGHT_SECONDS`), and as in a wait stage 360 s to poll and 282 s to respond."""
_MAX_NOT_OWNED: Final = 1500
"""Names have at most 64 characters, and a state at most 256 kB (Step Functions quotas)."""


@dataclass(frozen=True, kw_only=True)
class State(ExecutionState):
    """State of a deletion, or of a watch for late jobs."""

    task: Task = Task.DELETE
    selector: JobSelector = field(default_factory=JobSelector)
    settles_at: float = 0.0
    """Time until which a create may be in flight, in epoch seconds."""
    watch_until: float = 0.0
    """Time until which the event of a canceled request can still be delivered, in epoch seconds."""
    responded: bool = False

    @classmethod
    def parse(cls, document: Mapping[str, Any], *, now: float) -> Self:
        """Read the JSON that `render` returned."""
        selector = JobSelector.parse(document.get("selector", {}))
        return super().parse({**document, "selector": selector}, now=now)


def on_delete(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Stop the jobs. Return None if an execution of the state machine waits for their end and sends the response."""
    selector = selector_of_delete(event, invocation)
    if selector is None:
        return Response(physical_resource_id=event.own_id)
    machine = invocation.machine(event.properties)
    found = stop_owned_jobs(selector, event, machine, invocation, now=time.time())
    selector = _extend(selector, found)
    # If no job was found, the request was rejected. Another delivery of it may be in flight, and can succeed.
    watched = selector.may_be_in_flight or not found.found
    unsettled = watched or found.settles_at > 0 or found.problem is not None or _is_watched(event, machine)
    if not unsettled and not found.unfinished:
        return Response(physical_resource_id=event.own_id)
    state = State(event=event, selector=selector).record_denial(denied=found.denied is not None, now=time.time())
    if machine is not None and continue_in_execution(state, machine, unsettled=unsettled, watched=watched):
        return None
    if found.problem is not None:
        raise TemporaryFailureError(found.problem)
    log("not waited for: there is no state machine", level="WARNING", physicalResourceId=event.own_id)
    return Response(physical_resource_id=event.own_id)


def stop_orphaned_jobs(
    event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation
) -> None:
    """Stop jobs that canceled Updates have created.

    CloudFormation doesn't know the ids of these jobs and sends no Delete for them, but the next Update. The response
    needn't wait for their end, because stack and function remain.
    """
    selector = selector_of_update(event, name, properties, invocation)
    machine = invocation.machine(event.properties)
    found = stop_owned_jobs(selector, event, machine, invocation, now=time.time())
    if found.problem is not None:
        log("orphaned jobs not stopped", level="WARNING", reason=found.problem)
    if machine is not None and (selector.may_be_in_flight or found.settles_at > 0 or found.problem is not None):
        state = State(event=event, selector=selector, responded=True)
        state = state.record_denial(denied=found.denied is not None, now=time.time())
        continue_in_execution(state, machine, unsettled=True, watched=True)


def step(state: State, invocation: Invocation, *, now: float) -> State:
    """Stop jobs again. Respond when none runs, and continue while an old event can still be delivered.

    A denial that lasts five minutes is permanent. The deletion then fails if a job of the stack may still run, and
    succeeds otherwise; the execution continues to stop such a job.
    """
    event = state.event
    if state.error is not None:
        if not state.responded:
            reason = f"Stopping {event.own_id} failed; see the handler's log. Delete the stack again."
            invocation.send(invocation.failed(event, reason), event)
        return replace(state, responded=True).finish()
    found = stop_owned_jobs(state.selector, event, invocation.machine(event.properties), invocation, now=now)
    state = replace(
        state,
        selector=_extend(state.selector, found),
        settles_at=max(state.settles_at, found.settles_at),
        # The sequence of denials only ends with a call that has no problem at all.
        denied_since=(state.denied_since if found.problem else None) or (now if found.denied else None),
    )
    late = now >= event.requested_at + JOB_SERVICE_TIMEOUT_SECONDS - _MARGIN_SECONDS
    denied_for_good = found.denied is not None and state.is_denied_for_good(now=now)
    given_up = denied_for_good and (found.create_denied or bool(found.blocked))
    blocked = found.failure is not None or (found.denied is not None and not denied_for_good) or given_up
    settled = now >= state.settles_at and not found.unfinished and not blocked
    if not state.responded and (settled or late or given_up):
        invocation.send(_response(found, event, invocation, settled=settled, blocked=blocked), event)
        state = replace(state, responded=True)
    elif late and found.running:
        log("not stopped", level="ERROR", jobName=found.running[0], stackId=event.stack_id, reason=_failure(found))
    if late or (settled and state.responded and now >= state.watch_until):
        return state.finish()
    if now < state.settles_at:
        return state.wait(state.settles_at - now)
    if settled and state.responded:
        return state.wait(state.watch_until - now)
    return state.wait(_poll_seconds(event, now=now))


def _poll_seconds(event: CustomResourceEvent, *, now: float) -> float:
    return min(max((now - event.requested_at) / _AGE_PER_PAUSE, MIN_POLL_SECONDS), MAX_POLL_SECONDS)


def _response(
    found: StopResult, event: CustomResourceEvent, invocation: Invocation, *, settled: bool, blocked: bool
) -> Response:
    if found.running or blocked:
        return invocation.failed(event, _failure(found))
    if found.denied is not None:
        log("not described", level="WARNING", reason=found.denied)
    if not settled:
        log("no longer waited for", level="WARNING", reason=", ".join(found.unfinished))
    return Response(physical_resource_id=event.own_id)


def _failure(found: StopResult) -> str:
    """Return the failure reason of a Delete. A job that is stopping doesn't cause one."""
    parts = [reason for reason in (found.failure, found.denied) if reason is not None]
    running = [name for name in found.running if name not in found.blocked]
    if running:
        minutes = (JOB_SERVICE_TIMEOUT_SECONDS - _MARGIN_SECONDS) // 60
        parts.append(
            f"The {_jobs(running)} didn't stop within {minutes} minutes, and may incur charges: run "
            f"{_commands(running)}, or stop what still runs in the console."
        )
    if found.blocked:
        parts.append(
            f"The {_jobs(found.blocked)} may still run, and incur charges: correct what denies the call, or run "
            f"{_commands(found.blocked)} with other credentials."
        )
    return " ".join([*parts, "Then delete the stack again." if running or found.blocked else "Delete the stack again."])


def _jobs(names: Sequence[str]) -> str:
    return f"job {names[0]}" if len(names) == 1 else f"jobs {', '.join(names)}"


def _commands(names: Sequence[str]) -> str:
    return ", ".join(f"`inference-recommender stop {name}`" for name in names)


def _extend(selector: JobSelector, found: StopResult) -> JobSelector:
    """Add jobs that were found, so that they are followed by name after they have stopped."""
    names = tuple(dict.fromkeys((*selector.names, *found.unfinished)))
    not_owned = tuple(dict.fromkeys((*selector.not_owned, *found.not_owned)))[:_MAX_NOT_OWNED]
    return replace(selector, names=names, not_owned=not_owned)


def continue_in_execution(state: State, machine: StateMachine, *, unsettled: bool, watched: bool) -> bool:
    """Start an execution that continues the deletion. Return False if the state machine was deleted.

    Args:
        state: State to start with.
        machine: State machine of the stack.
        unsettled: Whether a create may be in flight.
        watched: Whether the event of a canceled request can still be delivered.
    """
    now, event = time.time(), state.event
    # Lambda drops an event that is too old. Its last call takes some time.
    watch_until = event.requested_at + MAX_EVENT_AGE_SECONDS + IN_FLIGHT_SECONDS if watched else 0.0
    wait = IN_FLIGHT_SECONDS if unsettled else MIN_POLL_SECONDS
    state = replace(state, settles_at=now + wait if unsettled else now, watch_until=watch_until)
    try:
        machine.start(f"{WATCH}{event.request_id}" if state.responded else event.request_id, state.wait(wait))
    except AWS_ERRORS as error:
        log("execution not started", level="WARNING", errorCode=code_of(error), reason=message_of(error))
        if kind_of(error) is ErrorKind.NOT_FOUND:
            return False
        raise
    return True


def _is_watched(event: CustomResourceEvent, machine: StateMachine | None) -> bool:
    """Return whether a canceled update of the resource may still be in flight.

    Its watch stops the job that it creates, unless the stack is deleted first or the watch is aborted.
    """
    if machine is None:
        return False
    since = event.requested_at - 2 * FUNCTION_TIMEOUT_SECONDS
    for name in machine.started_since(since) or ():
        execution = machine.find(name) if name.startswith(WATCH) else None
        other = execution.event if execution is not None and not execution.succeeded else None
        if other is not None and Owner.of(other) == Owner.of(event) and other.requested_at > since:
            return True
    return False
