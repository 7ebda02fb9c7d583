"""The timeout of a job: what the last wait stage stops, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference_recommendations_handler.aws.errors import AWS_ERRORS, code_of, message_of
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.stack.owner import Owner

if TYPE_CHECKING:
    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

    from .wait_stage import WaitStage


@dataclass(frozen=True, kw_only=True)
class TimeoutStop:
    """What stopping the job at the timeout came to."""

    under_way: bool = False
    """A create of the queue may be under way inside the function, whose job must not go on either."""
    failure: str | None = None
    """Why it may go on."""


def stop_at_timeout(leg: WaitStage, event: CustomResourceEvent, invocation: Invocation) -> TimeoutStop:
    """Stop what costs, if it is this stack's."""
    jobs, machine, under_way, failure = invocation.jobs(event), invocation.machine(event.properties), False, None
    try:
        execution = machine.find(leg.job_name) if machine else None
        if machine is not None and execution is not None and execution.running:
            machine.stop(execution.name)
            under_way = True
    except AWS_ERRORS as error:
        failure = _not_stopped(leg, error)
    try:
        job = jobs.find(leg.job_name)
        if job is not None:
            # Its name is taken, and so the queue makes no other.
            failure = None
        if job is not None and job.running and Owner.of(event).same_stack(jobs.tags_with_retries(job)):
            jobs.stop(job.name)
            # The service may refuse to stop a job in a status that this handler doesn't know.
            job = jobs.find(leg.job_name)
            if job is not None and job.running:
                failure = f"It is still {job.status}."
            else:
                log("stopped at the timeout", jobName=leg.job_name, requestId=event.request_id)
    except AWS_ERRORS as error:
        failure = _not_stopped(leg, error)
    return TimeoutStop(under_way=under_way, failure=failure)


def _not_stopped(leg: WaitStage, error: Exception) -> str:
    code, message = code_of(error), message_of(error)
    log("not stopped", level="WARNING", jobName=leg.job_name, errorCode=code, reason=message)
    return f"{message} ({code}.)"


def timeout_reason(leg: WaitStage, reason: str, given_up: TimeoutStop) -> str:
    """Return the reason of a wait that ends at the timeout."""
    limit = f"{leg.timeout / 60:.0f} minutes" if leg.timeout else "its timeout"
    if leg.existing_job:
        remedy = "and it goes on, as this stack only refers to it: set a longer `timeout`."
    elif given_up.failure:
        remedy = (
            f"and it couldn't be stopped: {given_up.failure} It may go on, and cost money: stop it with "
            f"`inference-recommender stop {leg.job_name}`, set a longer `timeout` and change `rerun`."
        )
    else:
        remedy = "and it was stopped if it is this stack's: set a longer `timeout` and change `rerun`."
    return f"The job {leg.job_name} did not finish within {limit}, {remedy} Last seen: {reason}"
