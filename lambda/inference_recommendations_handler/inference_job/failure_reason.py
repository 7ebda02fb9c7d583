"""Failure reason of a job, on one line that starts with the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.jobs.job_snapshot import JobState
from inference_recommendations_handler.jobs.remedy import NAME_ANOTHER, RUN_AGAIN
from inference_recommendations_handler.protocol.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot

LOG_GROUP: Final = "/aws/sagemaker/InferenceRecommendationsJobs"


def describe_failure(job: JobSnapshot, failed_steps: Sequence[Mapping[str, Any]], *, existing: bool = False) -> str:
    """Return the job's FailureReason, its failed steps, and its log stream on one line."""
    subject = f"inference recommendations job {job.name}"
    # It contains messages of the container, which can quote its environment.
    cause = redact(str(job.description.get("FailureReason") or ""))
    if cause:
        parts = [f"{_sentence(cause)} (The {subject} is {job.status}.)"]
    elif job.state is JobState.STOPPED:
        accepted = "" if existing else "; `accept_stopped` accepts that"
        parts = [f"The {subject} was stopped before it finished{accepted}."]
    else:
        parts = [f"The {subject} is {job.status} and the service gives no reason."]
    parts += _steps(failed_steps, cause=_bare(cause))
    parts.append(NAME_ANOTHER if existing else RUN_AGAIN)
    parts.append(f"Its log: group {LOG_GROUP}, stream {job.name}/execution.")
    return " ".join(parts)


def _steps(failed_steps: Sequence[Mapping[str, Any]], *, cause: str) -> list[str]:
    """Return each reason once with all its steps. Don't repeat the job's own reason."""
    by_reason: dict[str, list[str]] = {}
    for step in failed_steps:
        reason = (step.get("InferenceBenchmark") or {}).get("FailureReason")
        by_reason.setdefault(_bare(redact(str(reason or "no reason given"))), []).append(_label(step))
    lines = [
        f"{', '.join(labels)}: {'as above' if reason == cause else reason}" for reason, labels in by_reason.items()
    ]
    return [f"Failed steps: {'; '.join(lines)}."] if lines else []


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
