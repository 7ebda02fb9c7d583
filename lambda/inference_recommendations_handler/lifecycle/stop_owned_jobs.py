"""Stops jobs of an owner, also those that CloudFormation no longer knows.

CloudFormation knows one physical id of a resource, and at most one new one. All other unfinished jobs of the owner come
from canceled requests, of which there can be many. Nothing else stops these jobs.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import (
    AWS_ERRORS,
    TagsNotVisibleError,
    code_of,
    is_denied,
    kind_of,
    message_of,
)
from inference_recommendations_handler.protocol.contract import IN_FLIGHT_SECONDS, JobProperty
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.stack.execution_state import Task
from inference_recommendations_handler.stack.owner import Owner, requested_at

from .job_name import candidate_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
    from inference_recommendations_handler.stack.state_machine import Execution, StateMachine

    from .job_selector import JobSelector

WATCH: Final = "watch_"
"""Name prefix of executions that watch for late jobs after the response was sent.

Executions that retry a create have the name of the job, which can't contain an underscore."""


@dataclass(kw_only=True)
class StopResult:
    """Result of finding and stopping the owner's jobs."""

    settles_at: float = 0.0
    """Time until which a create may be in flight, in epoch seconds; 0 if there is none."""
    unfinished: list[str] = field(default_factory=list)
    """Jobs to wait for: those that haven't ended, or whose network interfaces remain."""
    running: list[str] = field(default_factory=list)
    """Unfinished jobs that were running, and incur charges unless they have stopped since."""
    found: bool = False
    """Whether any selected job exists, in any status."""
    failure: str | None = None
    """Error that isn't a denial."""
    denied: str | None = None
    """Error that is a denial."""
    blocked: list[str] = field(default_factory=list)
    """Jobs of the owner that may run, and can't be described or stopped because of a denial."""
    create_denied: bool = False
    """Whether a queued request may still create a job, because a denial prevents stopping it."""
    not_owned: list[str] = field(default_factory=list)
    """Jobs of other owners, which needn't be described again."""

    @property
    def problem(self) -> str | None:
        """Return why not all jobs could be described or stopped, or None."""
        return self.failure or self.denied

    def record(self, error: Exception) -> bool:
        """Record an error. Return whether it is a denial."""
        reason = f"{message_of(error)} ({code_of(error)}.) The job couldn't be described or stopped."
        is_denial = kind_of(error) is ErrorKind.PERMISSION
        if is_denial:
            self.denied = reason
        else:
            self.failure = reason
        return is_denial


def stop_owned_jobs(
    selector: JobSelector,
    event: CustomResourceEvent,
    machine: StateMachine | None,
    invocation: Invocation,
    *,
    now: float,
) -> StopResult:
    """Stop the selected jobs that were requested before the event. Never raise what boto3 raises.

    Jobs known by name are stopped first, so that no other error or delay prevents it. Executions come next, since they
    can still create a job. A job that can't be described or stopped doesn't prevent stopping the others.
    """
    jobs = invocation.jobs(event)
    stopped = _stop_known_jobs(selector, event, jobs)
    result = StopResult()
    try:
        for execution in creates(selector, event, machine) if machine else ():
            if execution.running and machine:
                machine.stop(execution.name)
                log("stopped the queued request", executionName=execution.name)
                result.settles_at = now + IN_FLIGHT_SECONDS
            elif execution.status == "ABORTED" and now < execution.ended_at + IN_FLIGHT_SECONDS:
                result.settles_at = max(result.settles_at, execution.ended_at + IN_FLIGHT_SECONDS)
    except AWS_ERRORS as error:
        result.create_denied = result.record(error)
    _stop_jobs(result, selector, event, jobs, now=now, stopped=stopped)
    return result


def _stop_known_jobs(selector: JobSelector, event: CustomResourceEvent, jobs: JobKind) -> set[str]:
    """Stop jobs known by name. Return those that were stopped."""
    stopped: set[str] = set()
    for name in selector.names:
        with suppress(*AWS_ERRORS):
            job = jobs.find(name)
            selected = job is not None and job.running and _is_selected(job, jobs.tags(job), selector, event)
            if job is not None and selected and _stop(job, event, jobs) is None:
                stopped.add(name)
    return stopped


def _stop_jobs(
    result: StopResult,
    selector: JobSelector,
    event: CustomResourceEvent,
    jobs: JobKind,
    *,
    now: float,
    stopped: Collection[str],
) -> None:
    names, listed = _names(result, selector, event, jobs)
    for name in names:
        job = None
        try:
            job = jobs.find(name)
            tags = jobs.tags(job) if job is not None else {}
        except AWS_ERRORS as error:
            if job is None or not job.ended:
                # A job that a complete list doesn't contain has ended.
                may_run = job.running if job is not None else listed is None or name in listed
                may_be_owned = _may_be_owned(name, selector, event) or _may_get_tags(job, error, event)
                _record_error(result, name, error, selector, may_be_owned=may_be_owned, may_run=may_run)
            elif name in selector.names and jobs.has_leftovers(job, now=now):
                result.unfinished.append(name)
            continue
        if job is None:
            continue
        if _is_selected(job, tags, selector, event):
            _stop_job(result, job, event, jobs, now=now, stopped=stopped)
            continue
        log("skipped: another owner's job, or requested later", jobName=name)
        if not Owner.of(event).owns(tags):
            result.not_owned.append(name)


def _stop_job(
    result: StopResult,
    job: JobSnapshot,
    event: CustomResourceEvent,
    jobs: JobKind,
    *,
    now: float,
    stopped: Collection[str],
) -> None:
    result.found = True
    if job.running:
        result.running.append(job.name)
        error = None if job.name in stopped else _stop(job, event, jobs)
        if error is not None and result.record(error):
            result.blocked.append(job.name)
    if not job.ended or jobs.has_leftovers(job, now=now):
        result.unfinished.append(job.name)
        return
    if jobs.names_are_reusable and now < (lands_until := job.created_at + IN_FLIGHT_SECONDS):
        # Deleting the record frees the name, for which an earlier create may still be in flight.
        result.unfinished.append(job.name)
        result.settles_at = max(result.settles_at, lands_until)
        return
    try:
        jobs.delete(job.name)
    except AWS_ERRORS as error:
        result.record(error)


def _may_get_tags(job: JobSnapshot | None, error: Exception, event: CustomResourceEvent) -> bool:
    """Return whether the job's tags aren't visible yet, and a request before the event can have created it.

    A canceled update may have named its job unlike any properties of the event. The wait for its tags is bounded, and
    jobs that others create later don't prolong it.
    """
    return (
        isinstance(error, TagsNotVisibleError)
        and job is not None
        and job.created_at <= event.requested_at + IN_FLIGHT_SECONDS
    )


def _record_error(
    result: StopResult, name: str, error: Exception, selector: JobSelector, *, may_be_owned: bool, may_run: bool
) -> None:
    if (is_denied(error) or isinstance(error, TagsNotVisibleError)) and not may_be_owned:
        # An account can hide the jobs of one team from another.
        log("skipped: not visible", jobName=name, errorCode=code_of(error), reason=message_of(error))
    elif result.record(error) and may_run and selector.is_known(name):
        result.blocked.append(name)


def _stop(job: JobSnapshot, event: CustomResourceEvent, jobs: JobKind) -> Exception | None:
    try:
        jobs.stop(job.name)
    except AWS_ERRORS as error:
        return error
    log("stopped", jobName=job.name, stackId=event.stack_id)
    return None


def creates(selector: JobSelector, event: CustomResourceEvent, machine: StateMachine) -> Iterator[Execution]:
    """Return executions that retry selected creates requested before the event. Raise what boto3 raises."""
    executions = [execution for name in selector.names if (execution := machine.find(name)) is not None]
    executions += [
        execution
        for execution in machine.running(named=lambda name: selector.selects(name) and not name.startswith(WATCH))
        if execution.name not in selector.names
    ]
    for execution in executions:
        other = execution.event
        if (
            execution.task == Task.CREATE
            and other is not None
            and Owner.of(other) == Owner.of(event)
            and selector.precedes(execution.name, other.requested_at, event)
        ):
            yield execution


def _names(
    result: StopResult, selector: JobSelector, event: CustomResourceEvent, jobs: JobKind
) -> tuple[list[str], frozenset[str] | None]:
    """Return the jobs to describe, the likeliest first, and those that are listed as unfinished.

    The second is None if the list is incomplete.
    """
    unfinished: list[str] = []
    listed = None
    try:
        # With any prefix: the canceled request may have changed it.
        unfinished.extend(filter(selector.selects, jobs.unfinished_names()))
        listed = frozenset(unfinished)
    except AWS_ERRORS as error:
        result.record(error)
        unfinished.extend(filter(selector.selects, _generated_names(selector, jobs)))
    likeliest_first = sorted(unfinished, key=lambda name: not _may_be_owned(name, selector, event))
    names = dict.fromkeys((*selector.names, *likeliest_first))
    return [name for name in names if name not in selector.not_owned], listed


def _generated_names(selector: JobSelector, jobs: JobKind) -> Iterator[str]:
    """Return the generated names of the request that have a job.

    Names are tried in order, and only a failed request leaves one without a job, so two of them in a row end the names.
    """
    missing = 0
    for name in candidate_names(selector.base) if selector.base else ():
        try:
            missing = missing + 1 if jobs.find(name) is None else 0
        except AWS_ERRORS:
            yield name
            return
        if missing == 0:
            yield name
        elif missing > 1:
            return


def _is_selected(job: JobSnapshot, tags: Mapping[str, str], selector: JobSelector, event: CustomResourceEvent) -> bool:
    return Owner.of(event).owns(tags) and selector.precedes(job.name, requested_at(tags), event)


def _may_be_owned(name: str, selector: JobSelector, event: CustomResourceEvent) -> bool:
    prefixes = {str(each.get(JobProperty.NAME_PREFIX, "")) for each in (event.properties, event.old_properties)}
    return selector.is_known(name) or name.startswith(tuple(prefixes - {""}))
