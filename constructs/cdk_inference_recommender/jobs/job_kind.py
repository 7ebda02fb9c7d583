"""Kinds of jobs, as stacks declare them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inference_recommendations_handler.protocol.contract import JOB_SERVICE_TIMEOUT_SECONDS, ResourceType


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """What a template calls the resources of one kind of job.

    Attributes:
        resource_type: Of the resource that starts a job.
        wait_type: Of the resources that wait for it.
        service_timeout_seconds: After which CloudFormation no longer waits for a job to be requested.
    """

    resource_type: str
    wait_type: str
    service_timeout_seconds: int


RECOMMENDATIONS_JOB: Final = JobKind(
    resource_type=ResourceType.JOB,
    wait_type=ResourceType.WAIT,
    service_timeout_seconds=JOB_SERVICE_TIMEOUT_SECONDS,
)
"""The job of `CreateInferenceRecommendationsJob`."""
