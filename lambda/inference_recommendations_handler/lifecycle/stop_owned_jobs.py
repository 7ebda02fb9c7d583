"""Stops what an owner has asked for and CloudFormation knows no more.

CloudFormation knows one id of a resource, and at most one new one. What else the owner has unfinished comes from
requests that were never answered, however many came after them, and nobody else would stop it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import (
    AWS_ERRORS,
    ErrorKind,
    TagsNotVisibleError,
    code_of,
    is_denied,
    kind_of,
    message_of,
)
from inference_recommendations_handler.protocol.contract import FUNCTION_TIMEOUT_SECONDS, JobProperty
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.stack.owner import Owner, requested_at
from inference_recommendations_handler.stack.state_machine import Task

from .job_name import candidate_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
    from inference_recommendations_handler.stack.state_machine import Execution, StateMachine

    from .job_selector import JobSelector

IN_FLIGHT_SECONDS: Final = FUNCTION_TIMEOUT_SECONDS + 10
"""A call that the function is inside of may be carried out when the function is killed, and a moment later."""
WATCH: Final = "watch_"
"""Starts the names of executions whose event is answered, and that look for what it may have left.

No name of a job, after which the queue's executions are named, has an underscore."""


@dataclass(kw_only=True)
class StopResult:
    """Result of finding and stopping the owner's jobs."""

    settles_at: float = 0.0
    """Until then, in epoch seconds, a create may still be under way inside the function; 0 when none can be."""
    unfinished: list[str] = field(default_factory=list)
    """Jobs that haven't ended yet, or network interfaces that are still there: what is waited for."""
    running: list[str] = field(default_factory=list)
    """Those jobs of them that ran when they were looked at, and cost money unless they have stopped since."""
    found: bool = False
    """Whether there is a job that is meant, whatever has become of it."""
    failure: str | None = None
    """Why not everything could be looked at or stopped, where that isn't a denial."""
    denied: str | None = None
    """The same of a denial."""
    blocked: list[str] = field(default_factory=list)
    """Jobs that are known by name or by their tags, may run, and can't be looked at or stopped because of a denial."""
    queue_denied: bool = False
    """Whether a queued request that can't be looked at or stopped may still start a job."""
    others: list[str] = field(default_factory=list)
    """Jobs that are another's, and needn't be looked at again."""

    @property
    def hindrance(self) -> str | None:
        """Why not everything could be looked at or stopped."""
        return self.failure or self.denied

    def hindered(self, error: Exception) -> bool:
        """Note an error; returns whether it is a denial."""
        is_denial = kind_of(error) is ErrorKind.PERMISSION
        if is_denial:
            self.denied = _failure(error)
        else:
            self.failure = _failure(error)
        return is_denial


def stop_owned_jobs(
    target: JobSelector, event: CustomResourceEvent, machine: StateMachine | None, invocation: Invocation, *, now: float
) -> StopResult:
    """Stop what was asked for before the event; never raises what boto3 raises.

    What is known by name is told to stop first, whatever hinders the rest or takes its time. Then the executions, as
    they could still create the job that is looked for. A job that can't be looked at or stopped keeps none of the
    others from it.
    """
    jobs = invocation.jobs(event)
    told = _stop_named(target, event, jobs)
    found = StopResult()
    try:
        for execution in _queue_executions(target, event, machine) if machine else ():
            if execution.running and machine:
                machine.stop(execution.name)
                log("stopped the queued request", executionName=execution.name)
                found.settles_at = now + IN_FLIGHT_SECONDS
            elif execution.status == "ABORTED" and now < execution.ended_at + IN_FLIGHT_SECONDS:
                found.settles_at = max(found.settles_at, execution.ended_at + IN_FLIGHT_SECONDS)
    except AWS_ERRORS as error:
        found.queue_denied = found.hindered(error)
    _stop_jobs(found, target, event, jobs, now=now, told=told)
    return found


def _stop_named(target: JobSelector, event: CustomResourceEvent, jobs: JobKind) -> set[str]:
    """Returns the jobs that were told."""
    told: set[str] = set()
    for name in target.names:
        with suppress(*AWS_ERRORS):
            job = jobs.find(name)
            meant = job is not None and job.running and _is_meant(job, jobs.tags(job), target, event)
            if job is not None and meant and _stop(job, event, jobs) is None:
                told.add(name)
    return told


def _stop_jobs(
    found: StopResult,
    target: JobSelector,
    event: CustomResourceEvent,
    jobs: JobKind,
    *,
    now: float,
    told: Collection[str],
) -> None:
    names, listed = _names(found, target, event, jobs)
    for name in names:
        job = None
        try:
            job = jobs.find(name)
            tags = jobs.tags(job) if job is not None else {}
        except AWS_ERRORS as error:
            if job is None or not job.ended:
                # A list that can be read and doesn't have a job says that it has ended.
                may_run = job.running if job is not None else listed is None or name in listed
                may_be_ours = _looks_like_ours(name, target, event) or _may_show_owner(job, error, event)
                _not_seen(found, name, error, target, may_be_ours=may_be_ours, may_run=may_run)
            elif name in target.names and jobs.has_leftovers(job, now=now):
                found.unfinished.append(name)
            continue
        if job is None:
            continue
        if _is_meant(job, tags, target, event):
            _follow(found, job, event, jobs, now=now, told=told)
            continue
        log("left alone: another's job, or asked for since", jobName=name)
        if not Owner.of(event).owns(tags):
            found.others.append(name)


def _follow(
    found: StopResult, job: JobSnapshot, event: CustomResourceEvent, jobs: JobKind, *, now: float, told: Collection[str]
) -> None:
    found.found = True
    if job.running:
        found.running.append(job.name)
        error = None if job.name in told else _stop(job, event, jobs)
        if error is not None and found.hindered(error):
            found.blocked.append(job.name)
    if not job.ended or jobs.has_leftovers(job, now=now):
        found.unfinished.append(job.name)
        return
    try:
        jobs.delete(job.name)
    except AWS_ERRORS as error:
        found.hindered(error)


def _may_show_owner(job: JobSnapshot | None, error: Exception, event: CustomResourceEvent) -> bool:
    """Return whether the job is too young for its tags, and old enough to come from a request before the event.

    An update that was canceled may have named its job as no properties of the event do. The wait for its tags is
    bounded, and jobs that others start later don't prolong it.
    """
    return (
        isinstance(error, TagsNotVisibleError)
        and job is not None
        and job.created_at <= event.requested_at + IN_FLIGHT_SECONDS
    )


def _not_seen(
    found: StopResult, name: str, error: Exception, target: JobSelector, *, may_be_ours: bool, may_run: bool
) -> None:
    if (is_denied(error) or isinstance(error, TagsNotVisibleError)) and not may_be_ours:
        # An account may hide one team's jobs from another.
        log("left alone: not shown", jobName=name, errorCode=code_of(error), reason=message_of(error))
    elif found.hindered(error) and may_run and target.knows(name):
        found.blocked.append(name)


def _stop(job: JobSnapshot, event: CustomResourceEvent, jobs: JobKind) -> Exception | None:
    try:
        jobs.stop(job.name)
    except AWS_ERRORS as error:
        return error
    log("stopped", jobName=job.name, stackId=event.stack_id)
    return None


def _queue_executions(target: JobSelector, event: CustomResourceEvent, machine: StateMachine) -> Iterator[Execution]:
    found = [execution for name in target.names if (execution := machine.find(name)) is not None]
    found += [
        execution
        for execution in machine.running(named=lambda name: target.selects(name) and not name.startswith(WATCH))
        if execution.name not in target.names
    ]
    for execution in found:
        asked = execution.event
        if (
            execution.task == Task.CREATE
            and asked is not None
            and Owner.of(asked) == Owner.of(event)
            and target.precedes(execution.name, asked.requested_at, event)
        ):
            yield execution


def _names(
    found: StopResult, target: JobSelector, event: CustomResourceEvent, jobs: JobKind
) -> tuple[list[str], frozenset[str] | None]:
    """Return the jobs to look at, the likeliest first, and those that are listed as unfinished.

    None where the list couldn't be read to its end.
    """
    unfinished: list[str] = []
    listed = None
    try:
        # Of whatever prefix: the request that was never answered may have changed it.
        unfinished.extend(filter(target.selects, jobs.unfinished_names()))
        listed = frozenset(unfinished)
    except AWS_ERRORS as error:
        found.hindered(error)
        unfinished.extend(filter(target.selects, _names_made(target, jobs)))
    ours_first = sorted(unfinished, key=lambda name: not _looks_like_ours(name, target, event))
    return [name for name in dict.fromkeys((*target.names, *ours_first)) if name not in target.others], listed


def _names_made(target: JobSelector, jobs: JobKind) -> Iterator[str]:
    """Return the names that jobs of the request have.

    Names are tried in their order, and one without a job is left only where a request was given up: after two of them
    there are no more.
    """
    missing = 0
    for name in candidate_names(target.base) if target.base else ():
        try:
            missing = missing + 1 if jobs.find(name) is None else 0
        except AWS_ERRORS:
            yield name
            return
        if missing == 0:
            yield name
        elif missing > 1:
            return


def _is_meant(job: JobSnapshot, tags: Mapping[str, str], target: JobSelector, event: CustomResourceEvent) -> bool:
    return Owner.of(event).owns(tags) and target.precedes(job.name, requested_at(tags), event)


def _looks_like_ours(name: str, target: JobSelector, event: CustomResourceEvent) -> bool:
    prefixes = {str(each.get(JobProperty.NAME_PREFIX, "")) for each in (event.properties, event.old_properties)}
    return target.knows(name) or name.startswith(tuple(prefixes - {""}))


def _failure(error: Exception) -> str:
    return f"{message_of(error)} ({code_of(error)}.) The job couldn't be looked up or stopped."
