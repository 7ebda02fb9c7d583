"""A job as the API describes it, and the wait for its end."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as AwsConnectionError

from inference_recommendations_handler.protocol.contract import ENDED_JOB_STATUSES

from .aws_error import AWS_ERRORS, code_of
from .command_error import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from types_boto3_sagemaker import SageMakerClient

DEFAULT_POLL_SECONDS: Final = 10.0

_LONGEST_POLL_SECONDS: Final = 3600
_ENDING: Final = frozenset({"STOPPING", "DELETING"})
_MOST_FAILED_POLLS: Final = 5
"""Consecutive failed polls, each of which boto3 has retried itself."""
_NOT_FOUND: Final = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
_PASSING: Final = frozenset(
    {
        "RequestAbortedException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, kw_only=True)
class RecommendationsJob:
    """The responses of `DescribeInferenceRecommendationsJob` and `ListInferenceRecommendationsJobSteps`."""

    description: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        """Return the job's name."""
        return str(self.description["JobName"])

    @property
    def status(self) -> str:
        """Return the job's status (API reference, `RecommendationJobStatus`)."""
        return str(self.description["Status"])

    @property
    def has_ended(self) -> bool:
        """Return whether the job has ended."""
        return self.status in ENDED_JOB_STATUSES

    @property
    def is_ending(self) -> bool:
        """Return whether the job ends without another Stop request."""
        return self.status in _ENDING


def read_job(client: SageMakerClient, job_name: str) -> RecommendationsJob:
    """Return a job with all its steps.

    Raises:
        CommandError: There is no such job.
    """
    try:
        description: Mapping[str, Any] = client.describe_inference_recommendations_job(JobName=job_name)
        steps = read_steps(client, job_name)
    except ClientError as error:
        if code_of(error) in _NOT_FOUND:
            raise CommandError(
                f"There is no inference recommendations job {job_name!r} in {client.meta.region_name}. Check the name "
                "and --region; aws sagemaker list-inference-recommendations-jobs lists those that there are."
            ) from error
        raise
    return RecommendationsJob(description=description, steps=steps)


def read_steps(client: SageMakerClient, job_name: str) -> list[Mapping[str, Any]]:
    """Return a job's steps, each a benchmark."""
    pages = client.get_paginator("list_inference_recommendations_job_steps").paginate(JobName=job_name)
    return [step for page in pages for step in page["Steps"]]


def read_tags(client: SageMakerClient, job: RecommendationsJob) -> Mapping[str, str]:
    """Return the job's tags; empty without the permission to read them, as they only help a reader."""
    try:
        pages = client.get_paginator("list_tags").paginate(ResourceArn=str(job.description["JobArn"]))
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    except AWS_ERRORS:
        return {}


def wait_for_end(
    client: SageMakerClient,
    job: RecommendationsJob,
    *,
    poll_seconds: float,
    show: Callable[[RecommendationsJob], None],
    sleep: Callable[[float], None] = time.sleep,
) -> RecommendationsJob:
    """Poll until the job has ended; retries a failed poll, at most five times in a row.

    Args:
        client: A SageMaker client.
        job: As it was found.
        poll_seconds: Between two polls.
        show: Called with every state of the job, the last one included.
        sleep: Waits.

    Raises:
        CommandError: The job has vanished.
        ClientError: The service rejects a poll permanently.
        BotoCoreError: The service can't be reached.
    """
    failed = 0
    show(job)
    while not job.has_ended:
        sleep(poll_seconds)
        try:
            job = read_job(client, job.name)
        except AWS_ERRORS as error:
            failed += 1
            if failed >= _MOST_FAILED_POLLS or not _passes(error):
                raise
            continue
        failed = 0
        show(job)
    return job


def poll_interval(text: str) -> float:
    """Read the option `--poll-interval`.

    Raises:
        ArgumentTypeError: It is no number of seconds from 1 to 3600.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= _LONGEST_POLL_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 1 to {_LONGEST_POLL_SECONDS}")
    return seconds


def add_poll_interval(parser: argparse.ArgumentParser) -> None:
    """Add the option `--poll-interval`."""
    parser.add_argument(
        "--poll-interval",
        type=poll_interval,
        default=DEFAULT_POLL_SECONDS,
        metavar="SECONDS",
        help="seconds between polls, 1 to 3600; default: 10",
    )


def _passes(error: Exception) -> bool:
    """Return whether the next poll may succeed: after throttling, a 5xx status, or a lost connection."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(error) in _PASSING or status >= _SERVER_ERROR
    return isinstance(error, (HTTPClientError, AwsConnectionError))
