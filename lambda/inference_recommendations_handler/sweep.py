"""Stops what an owner has asked for and CloudFormation knows no more.

CloudFormation knows one id of a resource, and at most one new one. What else the owner has unfinished comes from
requests that were never answered, however many came after them, and nobody else would stop it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from .contract import FUNCTION_TIMEOUT_SECONDS, JobProperty
from .errors import AWS_ERRORS, code_of, is_denied, message_of
from .log import log
from .network_interfaces import LEFT_BEHIND_SECONDS, any_left
from .owner import Owner, requested_at
from .queue import TASK as CREATE_TASK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .custom_resource_event import CustomResourceEvent
    from .deletion_target import Target
    from .inference_recommendations_job import Job
    from .invocation import Invocation
    from .state_machine import Execution, StateMachine

UNDER_WAY_SECONDS: Final = FUNCTION_TIMEOUT_SECONDS + 10
"""A call that the function is inside of may be carried out when the function is killed, and a moment later."""
WATCH: Final = "watch_"
"""Starts the names of executions whose event is answered, and that look for what it may have left.

No name of a job, after which the queue's executions are named, has an underscore."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What was found, and told to stop."""

    settles_at: float
    """Until then, in epoch seconds, a create may still be under way inside the function; 0 when none can be."""
    unfinished: list[str]
    """Jobs that haven't ended yet, or network interfaces that are still there: what is waited for."""
    running: tuple[str, ...] = ()
    """Those jobs of them that ran when they were looked at, and cost money unless they have stopped since."""
    found: bool = False
    """Whether there is a job that is meant, whatever has become of it."""
    failure: str | None = None
    """Why not everything could be looked at."""
    others: tuple[str, ...] = ()
    """Jobs that are another's, and needn't be looked at again."""


def sweep(
    target: Target, event: CustomResourceEvent, machine: StateMachine | None, invocation: Invocation, *, now: float
) -> Sweep:
    """Stop what was asked for before the event; never raises what boto3 raises.

    What is known by name is told to stop first, whatever hinders the rest or takes its time. Then the executions, as
    they could still create the job that is looked for. A job that can't be looked at or stopped keeps none of the
    others from it.
    """
    told = _stop_named(target, event, invocation)
    settles_at, failure = 0.0, None
    try:
        for execution in _queue_executions(target, event, machine) if machine else ():
            if execution.running and machine:
                machine.stop(execution.name)
                log("stopped the queued request", executionName=execution.name)
                settles_at = now + UNDER_WAY_SECONDS
            elif execution.status == "ABORTED" and now < execution.ended_at + UNDER_WAY_SECONDS:
                settles_at = max(settles_at, execution.ended_at + UNDER_WAY_SECONDS)
    except AWS_ERRORS as error:
        failure = _failure(error)
    found = _sweep_jobs(target, event, invocation, now=now, told=told)
    return replace(found, settles_at=settles_at, failure=found.failure or failure)


def _stop_named(target: Target, event: CustomResourceEvent, invocation: Invocation) -> set[str]:
    """Returns the jobs that were told."""
    told: set[str] = set()
    for name in target.names:
        with suppress(*AWS_ERRORS):
            job = invocation.jobs.find(name)
            meant = job is not None and job.running and _is_meant(job, invocation.jobs.tags(job), target, event)
            if job is not None and meant and _stop(job, event, invocation) is None:
                told.add(name)
    return told


def _sweep_jobs(
    target: Target, event: CustomResourceEvent, invocation: Invocation, *, now: float, told: Collection[str]
) -> Sweep:
    unfinished: list[str] = []
    running: list[str] = []
    others: list[str] = []
    names, failure = _names(target, event, invocation)
    found = False
    for name in names:
        try:
            job = invocation.jobs.find(name)
            tags = invocation.jobs.tags(job) if job is not None else {}
        except AWS_ERRORS as error:
            if is_denied(error) and not _looks_like_ours(name, target, event):
                # An account may hide one team's jobs from another.
                log("left alone: not shown", jobName=name, errorCode=code_of(error), reason=message_of(error))
            else:
                failure = _failure(error)
            continue
        if job is None:
            continue
        if not _is_meant(job, tags, target, event):
            log("left alone: another's job, or asked for since", jobName=name)
            # A job's tags may be shown later than the job.
            if not Owner.of(event).owns(tags) and now > job.created_at + FUNCTION_TIMEOUT_SECONDS:
                others.append(name)
            continue
        found = True
        if job.running:
            running.append(name)
            failure = (None if name in told else _stop(job, event, invocation)) or failure
        if job.running or job.stopping or _leaves_interfaces(job, invocation, now=now):
            unfinished.append(name)
    return Sweep(
        settles_at=0.0,
        unfinished=unfinished,
        running=tuple(running),
        found=found,
        failure=failure,
        others=tuple(others),
    )


def _stop(job: Job, event: CustomResourceEvent, invocation: Invocation) -> str | None:
    try:
        invocation.jobs.stop(job.name)
    except AWS_ERRORS as error:
        return _failure(error)
    log("stopped", jobName=job.name, stackId=event.stack_id)
    return None


def _queue_executions(target: Target, event: CustomResourceEvent, machine: StateMachine) -> Iterator[Execution]:
    found = [execution for name in target.names if (execution := machine.find(name)) is not None]
    found += [
        execution
        for execution in machine.running(named=lambda name: target.covers(name) and not name.startswith(WATCH))
        if execution.name not in target.names
    ]
    for execution in found:
        asked = execution.event
        if (
            execution.task == CREATE_TASK
            and asked is not None
            and Owner.of(asked) == Owner.of(event)
            and target.precedes(execution.name, asked.requested_at, event)
        ):
            yield execution


def _names(target: Target, event: CustomResourceEvent, invocation: Invocation) -> tuple[list[str], str | None]:
    """Jobs to look at, the likeliest first, and why there may be more."""
    unfinished: list[str] = []
    failure = None
    try:
        # Of whatever prefix: the request that was never answered may have changed it.
        unfinished.extend(filter(target.covers, invocation.jobs.unfinished_names()))
    except AWS_ERRORS as error:
        failure = _failure(error)
    ours_first = sorted(unfinished, key=lambda name: not _looks_like_ours(name, target, event))
    return [name for name in dict.fromkeys((*target.names, *ours_first)) if name not in target.others], failure


def _is_meant(job: Job, tags: Mapping[str, str], target: Target, event: CustomResourceEvent) -> bool:
    return Owner.of(event).owns(tags) and target.precedes(job.name, requested_at(tags), event)


def _leaves_interfaces(job: Job, invocation: Invocation, *, now: float) -> bool:
    return now < job.ended_at + LEFT_BEHIND_SECONDS and any_left(job.vpc_config, invocation.clients.ec2)


def _looks_like_ours(name: str, target: Target, event: CustomResourceEvent) -> bool:
    prefixes = {str(each.get(JobProperty.NAME_PREFIX, "")) for each in (event.properties, event.old_properties)}
    return name in target.names or name.startswith(tuple(prefixes - {""}))


def _failure(error: Exception) -> str:
    return f"{message_of(error)} ({code_of(error)}.) The job couldn't be looked up or stopped."
