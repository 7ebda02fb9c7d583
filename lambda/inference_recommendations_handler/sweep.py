"""Stops what an owner has asked for and CloudFormation knows no more.

CloudFormation knows one id of a resource, and at most one new one. What else the owner has unfinished comes from
requests that were never answered, however many came after them, and nobody else would stop it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .contract import FUNCTION_TIMEOUT_SECONDS, JobProperty
from .errors import AWS_ERRORS, ErrorKind, code_of, kind_of, message_of
from .log import log
from .network_interfaces import LEFT_BEHIND_SECONDS, any_left
from .owner import Owner, requested_at
from .queue import TASK as CREATE_TASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .custom_resource_event import CustomResourceEvent
    from .deletion_target import Target
    from .inference_recommendations_job import Job
    from .invocation import Invocation
    from .state_machine import Execution, StateMachine

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


def sweep(
    target: Target, event: CustomResourceEvent, machine: StateMachine | None, invocation: Invocation, *, now: float
) -> Sweep:
    """Stop what was asked for before the event; never raises what boto3 raises.

    The executions come first: they could still create the job that is looked for. A job that can't be stopped keeps
    none of the others from it.
    """
    settles_at, unfinished, running, found, failure = 0.0, [], [], False, None
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
                running.append(job.name)
                failure = _stop(job, event, invocation) or failure
            if (
                job.running
                or job.stopping
                or (now < job.ended_at + LEFT_BEHIND_SECONDS and any_left(job.vpc_config, invocation.clients.ec2))
            ):
                unfinished.append(job.name)
    except AWS_ERRORS as error:
        failure = _failure(error)
    return Sweep(settles_at=settles_at, unfinished=unfinished, running=tuple(running), found=found, failure=failure)


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


def _jobs(target: Target, event: CustomResourceEvent, invocation: Invocation) -> Iterator[Job]:
    # Of whatever prefix: the request that was never answered may have changed it. What a quota admits is few.
    unfinished = invocation.jobs.unfinished_names()
    for name in dict.fromkeys((*target.names, *filter(target.covers, unfinished))):
        try:
            job = invocation.jobs.find(name)
            tags = invocation.jobs.tags(job) if job is not None else {}
        except AWS_ERRORS as error:
            if kind_of(error) is not ErrorKind.PERMISSION or _looks_like_ours(name, target, event):
                raise
            # An account may hide one team's jobs from another.
            log("left alone: not shown", jobName=name, errorCode=code_of(error), reason=message_of(error))
            continue
        if job is None:
            continue
        if not Owner.of(event).owns(tags):
            log("left alone: another's job", jobName=name)
        elif not target.precedes(name, requested_at(tags), event):
            log("left alone: asked for since", jobName=name)
        else:
            yield job


def _looks_like_ours(name: str, target: Target, event: CustomResourceEvent) -> bool:
    prefixes = {str(each.get(JobProperty.NAME_PREFIX, "")) for each in (event.properties, event.old_properties)}
    return name in target.names or name.startswith(tuple(prefixes - {""}))


def _failure(error: Exception) -> str:
    return f"{message_of(error)} ({code_of(error)}.) The job couldn't be looked up or stopped."
