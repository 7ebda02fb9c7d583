"""Delete of `Custom::InferenceRecommendationsJob`: nothing of the request runs, or can still start, after it.

A job that has ended stays: the service has no way to delete it, and it costs nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from .answer import Answer, send
from .contract import (
    FUNCTION_TIMEOUT_SECONDS,
    JOB_SERVICE_TIMEOUT_SECONDS,
    MAX_EVENT_AGE_SECONDS,
    JobProperty,
    MachineInput,
)
from .custom_resource_event import CustomResourceEvent
from .deletion_target import Target, target_of, withdrawn
from .errors import AWS_ERRORS, ErrorKind, code_of, kind_of, message_of
from .job_name import is_job_name
from .log import log
from .network_interfaces import LEFT_BEHIND_SECONDS, any_left
from .owner import Owner, requested_at
from .queue import TASK as CREATE_TASK
from .state_machine import EVENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .inference_recommendations_job import Job
    from .invocation import Invocation
    from .job_properties import JobProperties
    from .state_machine import Execution, StateMachine

TASK: Final = "delete"
WATCH: Final = "watch-"
"""Starts the names of executions whose event is answered, and that look for what it may have left."""
POLL_SECONDS: Final = 10
_MARGIN_SECONDS: Final = 3 * 60

_SETTLES_AT: Final = "settlesAt"
_WATCH_UNTIL: Final = "watchUntil"
_ANSWERED: Final = "answered"
_TARGET: Final = "target"


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What was found, and told to stop."""

    settles_at: float
    """Until then, in epoch seconds, a create may still be under way inside the function; 0 when none can be."""
    unfinished: list[str]
    """Jobs that haven't ended yet, or network interfaces that are still there: what is waited for."""
    found: bool = False
    """Whether there is a job that is meant, whatever has become of it."""
    failure: str | None = field(default=None)
    """Why not everything could be looked at."""


def on_delete(event: CustomResourceEvent, invocation: Invocation) -> Answer | None:
    """Stop what runs; None when an execution of the state machine waits for it and answers."""
    target = target_of(event, invocation)
    own_id = event.physical_resource_id or event.logical_resource_id
    if target is None:
        return Answer(physical_resource_id=own_id)
    machine = invocation.machine(event.properties)
    sweep = _sweep(target, event, machine, invocation, now=time.time())
    target = _widened(target, sweep)
    unsure = target.by_owner or sweep.settles_at > 0 or sweep.failure is not None or _watched(event, machine)
    if not unsure and not sweep.unfinished:
        if not sweep.found and machine is not None:
            # The request was refused; a late delivery of it might be granted.
            _hand_over(target, event, machine, unsure=True, answered=True)
        return Answer(physical_resource_id=own_id)
    if machine is not None and _hand_over(target, event, machine, unsure=unsure, answered=False):
        return None
    if sweep.failure is not None:
        return invocation.failed(event, f"{sweep.failure} Delete the stack again, or stop the job {own_id} yourself.")
    log("not waited for: there is no state machine", level="WARNING", physicalResourceId=own_id)
    return Answer(physical_resource_id=own_id)


def abandon_update(event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation) -> None:
    """Stop what an Update that was never answered may have started.

    CloudFormation doesn't know such a job's id and sends no Delete for it: it sends an Update back, or another one,
    whose old properties are the ones that were abandoned. The answer needn't wait, because the stack, and the
    function, stay.
    """
    old = withdrawn(event, event.old_properties, name, invocation)
    if old is None or old.base == properties.base:
        return
    target = Target(names=(old.base,), by_owner=not old.exact, base=old.base)
    machine = invocation.machine(event.properties)
    sweep = _sweep(target, event, machine, invocation, now=time.time())
    if sweep.failure is not None:
        log("abandoned update not swept", level="WARNING", reason=sweep.failure)
    if machine is not None:
        _hand_over(target, event, machine, unsure=True, answered=True)


def step(state: Mapping[str, Any], invocation: Invocation, *, now: float) -> dict[str, Any]:
    """Look again; answer when nothing runs any more, and keep watch while an old request can still be delivered."""
    event = CustomResourceEvent.parse(state[EVENT], now=now)
    target = _read(state[_TARGET])
    answered = bool(state[_ANSWERED])
    own_id = event.physical_resource_id or event.logical_resource_id
    if MachineInput.ERROR in state:
        if not answered:
            reason = f"Stopping {own_id} broke off; see the handler's log. Delete the stack again."
            send(invocation.failed(event, reason), event)
        return _state(state, wait=0, answered=True, done=True)
    sweep = _sweep(target, event, invocation.machine(event.properties), invocation, now=now)
    settles_at = max(float(state[_SETTLES_AT]), sweep.settles_at)
    late = now >= event.requested_at + JOB_SERVICE_TIMEOUT_SECONDS - _MARGIN_SECONDS
    settled = now >= settles_at and not sweep.unfinished and sweep.failure is None
    if not answered and (settled or late):
        if sweep.failure is not None:
            send(invocation.failed(event, f"{sweep.failure} Delete the stack again."), event)
        else:
            if not settled:
                log("not waited for any longer", level="WARNING", reason=", ".join(sweep.unfinished))
            send(Answer(physical_resource_id=own_id), event)
        answered = True
    if late or (settled and answered and now >= float(state[_WATCH_UNTIL])):
        return _state(state, wait=0, answered=answered, done=True)
    until = settles_at if now < settles_at else float(state[_WATCH_UNTIL]) if answered and settled else now
    wait = max(until - now, 1) if until > now else POLL_SECONDS
    return _state(state, wait=wait, answered=answered, done=False) | {
        _SETTLES_AT: settles_at,
        _TARGET: _written(_widened(target, sweep)),
    }


def _widened(target: Target, sweep: Sweep) -> Target:
    """Found by its owner while it ran, a job is followed by its name when it has stopped."""
    return replace(target, names=tuple(dict.fromkeys((*target.names, *sweep.unfinished))))


def _written(target: Target) -> dict[str, Any]:
    return {"names": list(target.names), "byOwner": target.by_owner, "base": target.base}


def _read(state: Mapping[str, Any]) -> Target:
    return Target(names=tuple(state["names"]), by_owner=bool(state["byOwner"]), base=str(state["base"]))


def _hand_over(
    target: Target, event: CustomResourceEvent, machine: StateMachine, *, unsure: bool, answered: bool
) -> bool:
    """Let an execution go on; False where there is no machine that could."""
    now = time.time()
    # A request that was never answered may be delivered again until it is too old; its last call takes a while more.
    watched = target.by_owner or answered
    watch_until = event.requested_at + MAX_EVENT_AGE_SECONDS + FUNCTION_TIMEOUT_SECONDS if watched else 0.0
    wait = FUNCTION_TIMEOUT_SECONDS if unsure else POLL_SECONDS
    state = {
        MachineInput.TASK.value: TASK,
        EVENT: event.to_state(),
        _TARGET: _written(target),
        _SETTLES_AT: now + wait if unsure else now,
        _WATCH_UNTIL: watch_until,
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

    Its watch stops what it makes, as long as the stack isn't gone before.
    """
    for execution in machine.running(prefix=WATCH) if machine else ():
        asked = execution.event
        if (
            asked is not None
            and Owner.of(asked) == Owner.of(event)
            and asked.requested_at > event.requested_at - 2 * FUNCTION_TIMEOUT_SECONDS
        ):
            return True
    return False


def _sweep(
    target: Target, event: CustomResourceEvent, machine: StateMachine | None, invocation: Invocation, *, now: float
) -> Sweep:
    """Stop the executions first: they could still create the job that is looked for."""
    settles_at, unfinished, found, failure = 0.0, [], False, None
    try:
        for execution in _queue_executions(target, event, machine) if machine else ():
            if execution.running and machine:
                machine.stop(execution.name)
                log("stopped the queued request", executionName=execution.name)
                settles_at = now + FUNCTION_TIMEOUT_SECONDS
            elif execution.status == "ABORTED" and now < execution.ended_at + FUNCTION_TIMEOUT_SECONDS:
                settles_at = max(settles_at, execution.ended_at + FUNCTION_TIMEOUT_SECONDS)
    except AWS_ERRORS as error:
        failure = _failure(error)
    try:
        for job in _jobs(target, event, invocation):
            found = True
            if job.running:
                invocation.jobs.stop(job.name)
                log("stopped", jobName=job.name, stackId=event.stack_id)
            if (
                job.running
                or job.stopping
                or (now < job.ended_at + LEFT_BEHIND_SECONDS and any_left(job.vpc_config, invocation.clients.ec2))
            ):
                unfinished.append(job.name)
    except AWS_ERRORS as error:
        failure = _failure(error)
    return Sweep(settles_at=settles_at, unfinished=unfinished, found=found, failure=failure)


def _queue_executions(target: Target, event: CustomResourceEvent, machine: StateMachine) -> Iterator[Execution]:
    found = [execution for name in target.names if (execution := machine.find(name)) is not None]
    if target.by_owner:
        found += [execution for execution in machine.running() if execution.name not in target.names]
    for execution in found:
        asked = execution.event
        if (
            execution.task == CREATE_TASK
            and asked is not None
            and Owner.of(asked) == Owner.of(event)
            and asked.requested_at <= event.requested_at
            and target.covers(execution.name)
        ):
            yield execution


def _jobs(target: Target, event: CustomResourceEvent, invocation: Invocation) -> Iterator[Job]:
    names = list(target.names)
    if target.by_owner:
        prefix = target.base or str(event.properties.get(JobProperty.NAME_PREFIX, ""))
        contains = prefix if is_job_name(prefix) else None
        names += [name for name in invocation.jobs.unfinished_names(name_contains=contains) if name not in names]
    for name in names:
        job = invocation.jobs.find(name) if target.covers(name) else None
        if job is None:
            continue
        tags = invocation.jobs.tags(job)
        if not Owner.of(event).owns(tags):
            log("left alone: another's job", jobName=name)
        elif requested_at(tags) > event.requested_at:
            log("left alone: asked for since", jobName=name)
        else:
            yield job


def _failure(error: Exception) -> str:
    return f"{message_of(error)} ({code_of(error)}.) The job couldn't be looked up or stopped."


def _state(state: Mapping[str, Any], *, wait: float, answered: bool, done: bool) -> dict[str, Any]:
    return dict(state) | {
        MachineInput.WAIT_SECONDS.value: round(wait),
        MachineInput.DONE.value: done,
        _ANSWERED: answered,
    }
