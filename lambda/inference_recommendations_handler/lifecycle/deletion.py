"""Delete of `Custom::InferenceRecommendationsJob`: nothing of the request runs, or can still start, after it.

A job that has ended stays: the service has no way to delete it, and it costs nothing.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, ErrorKind, code_of, kind_of, message_of
from inference_recommendations_handler.aws.propagation import PERMISSION_BOUND_SECONDS
from inference_recommendations_handler.protocol.contract import (
    FUNCTION_TIMEOUT_SECONDS,
    JOB_SERVICE_TIMEOUT_SECONDS,
    MAX_EVENT_AGE_SECONDS,
    StateKey,
)
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, TemporaryFailureError
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.stack.owner import Owner
from inference_recommendations_handler.stack.state_machine import EVENT, Task

from .job_selector import JobSelector, selector_of_delete, selector_of_update
from .stop_owned_jobs import IN_FLIGHT_SECONDS, WATCH, StopResult, stop_owned_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.stack.state_machine import StateMachine

    from .job_properties import JobProperties

POLL_SECONDS: Final = 10
_MARGIN_SECONDS: Final = 13 * 60
"""Between the last look and the ServiceTimeout, of which 777 s may be needed: a look that begins just before (65 s) and
the wait after it (`IN_FLIGHT_SECONDS`, 70 s), then as for a leg 360 s to poll and 282 s to answer."""
_MAX_OTHERS: Final = 1500
"""Names of at most 64 characters; a state may have 256 kB (Step Functions quotas)."""

_SETTLES_AT: Final = "settlesAt"
_WATCH_UNTIL: Final = "watchUntil"
_ANSWERED: Final = "answered"
_DENIED_SINCE: Final = "deniedSince"
_TARGET: Final = "target"


def on_delete(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Stop what runs; None when an execution of the state machine waits for it and answers."""
    target = selector_of_delete(event, invocation)
    own_id = event.physical_resource_id or event.logical_resource_id
    if target is None:
        return Response(physical_resource_id=own_id)
    machine = invocation.machine(event.properties)
    found = stop_owned_jobs(target, event, machine, invocation, now=time.time())
    target = _widened(target, found)
    # Where nothing was found the request was refused: another delivery of it may be under way, and be granted.
    watched = target.may_be_in_flight or not found.found
    unsure = watched or found.settles_at > 0 or found.hindrance is not None or _watched(event, machine)
    if not unsure and not found.unfinished:
        return Response(physical_resource_id=own_id)
    if machine is not None and _hand_over(
        target, event, machine, unsure=unsure, watched=watched, answered=False, denied=found.denied is not None
    ):
        return None
    if found.hindrance is not None:
        raise TemporaryFailureError(found.hindrance)
    log("not waited for: there is no state machine", level="WARNING", physicalResourceId=own_id)
    return Response(physical_resource_id=own_id)


def stop_orphans(event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation) -> None:
    """Stop what Updates that were never answered have started.

    CloudFormation doesn't know such a job's id and sends no Delete for it: it sends the next Update. The answer needn't
    wait, because the stack, and the function, stay.
    """
    target = selector_of_update(event, name, properties, invocation)
    machine = invocation.machine(event.properties)
    found = stop_owned_jobs(target, event, machine, invocation, now=time.time())
    if found.hindrance is not None:
        log("not swept", level="WARNING", reason=found.hindrance)
    if machine is not None and (target.may_be_in_flight or found.settles_at > 0 or found.hindrance is not None):
        denied = found.denied is not None
        _hand_over(target, event, machine, unsure=True, watched=True, answered=True, denied=denied)


def step(state: Mapping[str, Any], invocation: Invocation, *, now: float) -> dict[str, Any]:
    """Look again; answer when nothing runs any more, and keep watch while an old request can still be delivered.

    What is denied for five minutes stays denied. Then the deletion succeeds if no job that is known to be the stack's
    may run, and otherwise fails; the execution continues to stop such a job.
    """
    event = CustomResourceEvent.parse(state[EVENT], now=now)
    own_id = event.physical_resource_id or event.logical_resource_id
    if StateKey.ERROR in state:
        if not state.get(_ANSWERED):
            reason = f"Stopping {own_id} broke off; see the handler's log. Delete the stack again."
            invocation.send(invocation.failed(event, reason), event)
        return _state(state, wait=0, answered=True, done=True)
    target = _read(state[_TARGET])
    answered = bool(state[_ANSWERED])
    found = stop_owned_jobs(target, event, invocation.machine(event.properties), invocation, now=now)
    settles_at = max(float(state[_SETTLES_AT]), found.settles_at)
    late = now >= event.requested_at + JOB_SERVICE_TIMEOUT_SECONDS - _MARGIN_SECONDS
    denied_since = _denied_since(state, found, now=now)
    denied_for_good = found.denied is not None and now >= denied_since + PERMISSION_BOUND_SECONDS
    given_up = denied_for_good and (found.queue_denied or bool(found.blocked))
    hindered = found.failure is not None or (found.denied is not None and not denied_for_good) or given_up
    settled = now >= settles_at and not found.unfinished and not hindered
    if not answered and (settled or late or given_up):
        if found.running or hindered:
            invocation.send(invocation.failed(event, _left(found)), event)
        else:
            if found.denied is not None:
                log("not looked at", level="WARNING", reason=found.denied)
            if not settled:
                log("not waited for any longer", level="WARNING", reason=", ".join(found.unfinished))
            invocation.send(Response(physical_resource_id=own_id), event)
        answered = True
    elif late and found.running:
        log("not stopped", level="ERROR", jobName=found.running[0], stackId=event.stack_id, reason=_left(found))
    if late or (settled and answered and now >= float(state[_WATCH_UNTIL])):
        return _state(state, wait=0, answered=answered, done=True)
    until = settles_at if now < settles_at else float(state[_WATCH_UNTIL]) if answered and settled else now
    wait = max(until - now, 1) if until > now else POLL_SECONDS
    return _state(state, wait=wait, answered=answered, done=False) | {
        _SETTLES_AT: settles_at,
        _DENIED_SINCE: denied_since,
        _TARGET: asdict(_widened(target, found)),
    }


def _denied_since(state: Mapping[str, Any], found: StopResult, *, now: float) -> float:
    """Return when the first denial was that no look without a hindrance followed, in epoch seconds; 0 without one."""
    since = float(state.get(_DENIED_SINCE, 0)) if found.hindrance is not None else 0.0
    return since or (now if found.denied is not None else 0.0)


def _left(found: StopResult) -> str:
    """Return why a Delete fails that can't be waited for any longer; a job that merely stops doesn't make it fail."""
    parts = [reason for reason in (found.failure, found.denied) if reason is not None]
    going_on = [name for name in found.running if name not in found.blocked]
    if going_on:
        minutes = (JOB_SERVICE_TIMEOUT_SECONDS - _MARGIN_SECONDS) // 60
        parts.append(
            f"The {_jobs(going_on)} went on, and may cost money, although SageMaker was told to stop for {minutes} "
            f"minutes: run {_commands(going_on)}, or stop in the console what still runs."
        )
    if found.blocked:
        parts.append(
            f"The {_jobs(found.blocked)} may still run, and cost money: correct what denies it, or run "
            f"{_commands(found.blocked)} as somebody who may."
        )
    return " ".join(
        [*parts, "Then delete the stack again." if going_on or found.blocked else "Delete the stack again."]
    )


def _jobs(names: Sequence[str]) -> str:
    return f"job {names[0]}" if len(names) == 1 else f"jobs {', '.join(names)}"


def _commands(names: Sequence[str]) -> str:
    return ", ".join(f"`inference-recommender stop {name}`" for name in names)


def _widened(target: JobSelector, found: StopResult) -> JobSelector:
    """Found by its owner while it ran, a job is followed by its name when it has stopped."""
    names = tuple(dict.fromkeys((*target.names, *found.unfinished)))
    others = tuple(dict.fromkeys((*target.others, *found.others)))[:_MAX_OTHERS]
    return replace(target, names=names, others=others)


def _read(state: Mapping[str, Any]) -> JobSelector:
    return JobSelector(
        names=tuple(state["names"]),
        excluded=tuple(state["excluded"]),
        excluded_base=str(state["excluded_base"]),
        may_be_in_flight=bool(state["may_be_in_flight"]),
        base=str(state["base"]),
        others=tuple(state.get("others", ())),
    )


def _hand_over(
    target: JobSelector,
    event: CustomResourceEvent,
    machine: StateMachine,
    *,
    unsure: bool,
    watched: bool,
    answered: bool,
    denied: bool,
) -> bool:
    """Let an execution go on; False where there is no machine that could."""
    now = time.time()
    # A request may be delivered again until it is too old; its last call takes a while more.
    watch_until = event.requested_at + MAX_EVENT_AGE_SECONDS + IN_FLIGHT_SECONDS if watched else 0.0
    wait = IN_FLIGHT_SECONDS if unsure else POLL_SECONDS
    state = {
        StateKey.TASK.value: Task.DELETE.value,
        EVENT: event.to_state(),
        _TARGET: asdict(target),
        _SETTLES_AT: now + wait if unsure else now,
        _WATCH_UNTIL: watch_until,
        _DENIED_SINCE: now if denied else 0.0,
    }
    try:
        name = f"{WATCH}{event.request_id}" if answered else event.request_id
        machine.start(name, _state(state, wait=wait, answered=answered, done=False))
    except AWS_ERRORS as error:
        log("no execution", level="WARNING", errorCode=code_of(error), reason=message_of(error))
        if kind_of(error) is ErrorKind.NOT_FOUND:
            return False
        raise
    return True


def _watched(event: CustomResourceEvent, machine: StateMachine | None) -> bool:
    """Whether a withdrawn update of the resource may still be at work inside the function.

    Its watch stops what it makes, as long as the stack isn't gone before, and nobody aborts it.
    """
    if machine is None:
        return False
    since = event.requested_at - 2 * FUNCTION_TIMEOUT_SECONDS
    for name in machine.started_since(since) or ():
        execution = machine.find(name) if name.startswith(WATCH) else None
        asked = execution.event if execution is not None and not execution.succeeded else None
        if asked is not None and Owner.of(asked) == Owner.of(event) and asked.requested_at > since:
            return True
    return False


def _state(state: Mapping[str, Any], *, wait: float, answered: bool, done: bool) -> dict[str, Any]:
    return dict(state) | {
        StateKey.WAIT_SECONDS.value: round(wait),
        StateKey.DONE.value: done,
        _ANSWERED: answered,
    }
