"""The chain of custom resources that wait for a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_inference_recommender.provider.inference_recommender_provider import custom_resources_of
from inference_recommendations_handler.protocol.contract import WAIT_SERVICE_TIMEOUT_SECONDS, WaitProperty

from .waiting import stage_seconds

if TYPE_CHECKING:
    import jsii
    from aws_cdk import CfnResource
    from constructs import Construct

    from .job_kind import JobKind


def last_wait_stage(
    scope: Construct,
    kind: JobKind,
    *,
    job_name: str,
    timeout: int,
    poll_interval: jsii.Number,
    accept_stopped: bool,
    existing_job: bool = False,
    after: CfnResource | None = None,
) -> CfnResource:
    """Create the stages that wait for a job, however long it takes, each depending on the one before.

    CloudFormation waits an hour at most for a custom resource (user guide, custom resources). Each stage ends before
    that and leaves the job to the next one; the last one stops the job and fails.

    Args:
        scope: Where the stages are created.
        kind: Kind of the job.
        job_name: The job; a new one makes all stages run again.
        timeout: Seconds in all.
        poll_interval: Seconds.
        accept_stopped: Whether a stopped job counts as finished.
        existing_job: Whether the stack only refers to the job, which is then never stopped.
        after: What the first stage waits for. Default: what the function needs.

    Returns:
        The last stage; what depends on it finds the job finished.
    """
    custom_resources = custom_resources_of(scope)
    lengths = stage_seconds(timeout)
    waits: list[CfnResource] = [] if after is None else [after]
    for number, seconds in enumerate(lengths, start=1):
        stage = custom_resources.add(
            scope,
            f"Wait{number}",
            kind.wait_type,
            {
                WaitProperty.JOB_NAME: job_name,
                WaitProperty.STAGE: number,
                WaitProperty.STAGES: len(lengths),
                WaitProperty.HAND_OVER_AFTER: seconds,
                WaitProperty.POLL_INTERVAL: poll_interval,
                WaitProperty.ACCEPT_STOPPED: accept_stopped,
                WaitProperty.TIMEOUT: timeout,
                WaitProperty.STATE_MACHINE_ARN: custom_resources.state_machine_arn,
                WaitProperty.EXISTING_JOB: existing_job or None,
            },
            service_timeout_seconds=WAIT_SERVICE_TIMEOUT_SECONDS,
            after=waits[-1:],
        )
        waits.append(stage)
    return waits[-1]
