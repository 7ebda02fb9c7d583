"""How long a job is waited for, and in how many stages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.tokens import literal_seconds_of, seconds_of
from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS

if TYPE_CHECKING:
    import jsii
    from aws_cdk import Duration

LONGEST_JOB_SECONDS: Final = 18_000
"""`JobDurationInSeconds` at most (API reference, `RecommendationJobInputConfig`)."""

LONGEST_TIMEOUT_SECONDS: Final = 24 * 3600
"""A waiting state machine ends after 25 hours."""

SHORTEST_TIMEOUT_SECONDS: Final = 60

_TIMEOUT_IS_LITERAL: Final = "the number of resources that wait follows from it"
_DEFAULT_POLL_SECONDS: Final = 30
_DEFAULT_JOB_SECONDS: Final = 2 * WAIT_STAGE_SECONDS
"""Default jobs take about 45 minutes (developer guide, instance recommendations)."""

_OVERRUN_SECONDS: Final = 3600
"""A load test that is under way when the job's duration is over isn't stopped (developer guide, custom load test)."""


def timeout_seconds_of(timeout: Duration | None, *, is_default_job: bool, job_duration: float | None) -> int:
    """How long queueing and running may take in all.

    Args:
        timeout: As given. Default: what such a job may need.
        is_default_job: Whether the job is certainly an instance recommendation.
        job_duration: Seconds. Default: unknown, or known only at deploy time.

    Returns:
        Seconds.

    Raises:
        ValidationError: It is known only at deploy time, or isn't a whole number of seconds.
    """
    if timeout:
        return literal_seconds_of(timeout, "timeout", _TIMEOUT_IS_LITERAL)
    if is_default_job and job_duration is None:
        return _DEFAULT_JOB_SECONDS
    return min(math.ceil(job_duration or LONGEST_JOB_SECONDS) + _OVERRUN_SECONDS, LONGEST_TIMEOUT_SECONDS)


def poll_seconds_of(poll_interval: Duration | None) -> jsii.Number:
    """Return the seconds between polls; may be a token.

    Args:
        poll_interval: As given. Default: 30 seconds.

    Raises:
        ValidationError: It isn't a whole number of seconds.
    """
    return seconds_of(poll_interval, "poll_interval") if poll_interval else _DEFAULT_POLL_SECONDS


def stage_seconds(timeout: int) -> list[int]:
    """Split a timeout into stages that CloudFormation lets a custom resource wait for.

    Args:
        timeout: Seconds. What is out of range is taken as the nearest that isn't: synthesis reports it, and must come
            so far with a number of stages that it can carry.

    Returns:
        Seconds of each stage, at most 2700; together the timeout.
    """
    full, rest = divmod(min(max(timeout, SHORTEST_TIMEOUT_SECONDS), LONGEST_TIMEOUT_SECONDS), WAIT_STAGE_SECONDS)
    return [WAIT_STAGE_SECONDS] * full + ([rest] if rest else [])
