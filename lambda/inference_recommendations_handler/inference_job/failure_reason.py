"""Why a job didn't give what was asked for, on one line, cause first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, code_of, message_of
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.redaction import redacted

from .service import JobStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .service import Job, Jobs

LOG_GROUP: Final = "/aws/sagemaker/InferenceRecommendationsJobs"
_RUN_AGAIN: Final = "Change `rerun` to run it again."
_NAME_ANOTHER: Final = "This stack only refers to the job: name one that has completed."


def job_failure(job: Job, jobs: Jobs, *, existing: bool = False) -> str:
    """The reason for a deployment to fail because of `job`; asks the service which steps failed.

    Args:
        job: The job.
        jobs: The service.
        existing: Whether the stack only refers to the job.
    """
    try:
        steps: Sequence[Mapping[str, Any]] = jobs.failed_steps(job.name)
    except AWS_ERRORS as error:
        # The job's own reason is worth more than none.
        log("steps not listed", level="WARNING", jobName=job.name, errorCode=code_of(error), reason=message_of(error))
        steps = []
    return describe_failure(job, steps, existing=existing)


def describe_failure(job: Job, failed_steps: Sequence[Mapping[str, Any]], *, existing: bool = False) -> str:
    """Put the job's FailureReason, its failed steps and where its log is into one line."""
    subject = f"inference recommendations job {job.name}"
    # A container's own words are in it, and it may have quoted what it was given.
    cause = redacted(str(job.description.get("FailureReason") or ""))
    if cause:
        parts = [f"{_sentence(cause)} (The {subject} is {job.status}.)"]
    elif job.status == JobStatus.STOPPED:
        accepted = "" if existing else "; `accept_stopped` accepts that"
        parts = [f"The {subject} was stopped before it finished{accepted}."]
    else:
        parts = [f"The {subject} is {job.status} and the service gives no reason."]
    parts += _steps(failed_steps, cause=_bare(cause))
    parts.append(_NAME_ANOTHER if existing else _RUN_AGAIN)
    parts.append(f"Its log: group {LOG_GROUP}, stream {job.name}/execution.")
    return " ".join(parts)


def vanished(name: str, *, existing: bool = False) -> str:
    """The reason where there is no job of that name and no request for it."""
    if existing:
        return f"There is no inference recommendations job {name} in this account and Region. {_NAME_ANOTHER}"
    return f"There is no inference recommendations job {name}, and no request for it is queued. {_RUN_AGAIN}"


def _steps(failed_steps: Sequence[Mapping[str, Any]], *, cause: str) -> list[str]:
    """Tell each reason once, with all the steps that it ended; a job's own reason isn't told again."""
    by_reason: dict[str, list[str]] = {}
    for step in failed_steps:
        reason = (step.get("InferenceBenchmark") or {}).get("FailureReason")
        by_reason.setdefault(_bare(redacted(str(reason or "no reason given"))), []).append(_label(step))
    told = [f"{', '.join(labels)}: {'as above' if reason == cause else reason}" for reason, labels in by_reason.items()]
    return [f"Failed steps: {'; '.join(told)}."] if told else []


def _label(step: Mapping[str, Any]) -> str:
    configuration = (step.get("InferenceBenchmark") or {}).get("EndpointConfiguration") or {}
    serverless = configuration.get("ServerlessConfig")
    return configuration.get("InstanceType") or (
        f"serverless {serverless.get('MemorySizeInMB')} MB" if serverless else str(step.get("StepType", "a step"))
    )


def _bare(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _sentence(text: str) -> str:
    line = " ".join(str(text).split())
    return line if line.endswith((".", "!", "?")) else f"{line}."
