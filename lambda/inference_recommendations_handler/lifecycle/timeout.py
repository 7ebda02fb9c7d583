"""Timeout of a job: the last wait stage stops the job and reports why."""

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
    """Result of stopping the job at the timeout."""

    in_flight: bool = False
    """Whether a create may be in flight, whose job must be stopped as well."""
    failure: str | None = None
    """Why the job may still run."""


def stop_at_timeout(stage: WaitStage, event: CustomResourceEvent, invocation: Invocation) -> TimeoutStop:
    """Stop the request's execution, and the job if it belongs to the stack."""
    jobs, machine, in_flight, failure = invocation.jobs(event), invocation.machine(event.properties), False, None
    try:
        execution = machine.find(stage.job_name) if machine else None
        if machine is not None and execution is not None and execution.running:
            machine.stop(execution.name)
            in_flight = True
    except AWS_ERRORS as error:
        failure = _not_stopped(stage, error)
    try:
        job = jobs.find(stage.job_name)
        if job is not None:
            # The name is in use, so the execution can't create a job.
            failure = None
        if job is not None and job.running and Owner.of(event).same_stack(jobs.tags_with_retries(job)):
            jobs.stop(job.name)
            # The service may reject a stop of a job whose status is unknown here.
            job = jobs.find(stage.job_name)
            if job is not None and job.running:
                failure = f"It is still {job.status}."
            else:
                log("stopped at the timeout", jobName=stage.job_name, requestId=event.request_id)
    except AWS_ERRORS as error:
        failure = _not_stopped(stage, error)
    return TimeoutStop(in_flight=in_flight, failure=failure)


def timeout_reason(stage: WaitStage, last_seen: str, stopped: TimeoutStop) -> str:
    """Return the failure reason of a wait that ends at the timeout."""
    limit = f"{stage.timeout / 60:.0f} minutes" if stage.timeout else "its timeout"
    if stage.existing_job:
        remedy = "and it continues, since this stack only references it: set a longer `timeout`."
    elif stopped.failure:
        remedy = (
            f"and it couldn't be stopped: {stopped.failure} It may still run, and incur charges: stop it with "
            f"`inference-recommender stop {stage.job_name}`, set a longer `timeout` and change `rerun_nonce`."
        )
    else:
        remedy = "and it was stopped if it belongs to this stack: set a longer `timeout` and change `rerun_nonce`."
    return f"The job {stage.job_name} did not finish within {limit}, {remedy} Last status: {last_seen}"


def _not_stopped(stage: WaitStage, error: Exception) -> str:
    code, message = code_of(error), message_of(error)
    log("not stopped", level="WARNING", jobName=stage.job_name, errorCode=code, reason=message)
    return f"{message} ({code}.)"
