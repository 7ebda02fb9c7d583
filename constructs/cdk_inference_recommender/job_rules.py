"""Rules of the props that aren't part of the request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Problem, Severity
from cdk_inference_recommender.tokens import is_unresolved
from cdk_inference_recommender.waiting import LONGEST_TIMEOUT_SECONDS, SHORTEST_TIMEOUT_SECONDS
from inference_recommendations_handler.contract import (
    MAX_JOB_NAME_LENGTH,
    MAX_NAME_PREFIX_LENGTH,
    MIN_POLL_INTERVAL_SECONDS,
    OwnerTag,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TAGS: Final = 50 - len(OwnerTag)

_NAME: Final = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_API: Final = "API reference, CreateInferenceRecommendationsJob"
_DESIGN: Final = "this library"


def check_props(
    *,
    job_name: str | None,
    exact_job_name: bool,
    has_role: bool,
    has_read_from: bool,
    has_images: bool,
    job_duration: float | None,
    timeout: int,
    poll_interval: float,
    number_of_tags: int,
) -> Iterator[Problem]:
    """Check what the service never sees.

    Args:
        job_name: As given.
        exact_job_name: As given.
        has_role: Whether a role was given.
        has_read_from: Whether a bucket was named that the default role may read.
        has_images: Whether a repository was named that the default role may pull from.
        job_duration: Seconds; absent where not given or known only at deploy time.
        timeout: Seconds.
        poll_interval: Seconds.
        number_of_tags: The user's own.

    Yields:
        Every problem.
    """
    yield from _check_name(job_name, exact=exact_job_name)
    if not has_role and not has_read_from:
        yield _problem(
            rule="ReadFromRequired",
            field="read_from",
            message="the default execution role could read neither the sample payload nor the model's artifacts",
            remedy="Name their buckets in read_from, or give a role of your own that may read them",
            source="developer guide, prerequisites",
        )
    if not has_role and not has_images:
        yield _problem(
            rule="ImagesUnnamed",
            severity=Severity.WARNING,
            field="images",
            message="the default execution role may pull no container image",
            remedy="Name the image's repository in images, or give a role of your own",
            source="developer guide, SageMaker roles",
        )
    yield from check_waiting(timeout=timeout, poll_interval=poll_interval, job_duration=job_duration)
    if number_of_tags > MAX_TAGS:
        yield _problem(
            rule="TagCount",
            field="tags",
            value=number_of_tags,
            message=f"at most {MAX_TAGS} tags: the service allows 50, and {len(OwnerTag)} say whose the job is",
            remedy="Remove tags, also those that Tags.of(...) adds, or exclude this resource type there",
            source=_API,
        )


def check_waiting(*, timeout: int, poll_interval: float, job_duration: float | None = None) -> Iterator[Problem]:
    """Check how a job is waited for.

    Args:
        timeout: Seconds.
        poll_interval: Seconds.
        job_duration: Seconds. Default: not given, or known only at deploy time.

    Yields:
        Every problem.
    """
    if not SHORTEST_TIMEOUT_SECONDS <= timeout <= LONGEST_TIMEOUT_SECONDS:
        yield _problem(
            rule="TimeoutRange",
            field="timeout",
            value=timeout,
            message=f"must be from {SHORTEST_TIMEOUT_SECONDS} to {LONGEST_TIMEOUT_SECONDS} seconds",
            remedy="Give at least the job's duration and an hour of margin",
            source=_DESIGN,
        )
    elif job_duration is not None and timeout < job_duration:
        yield _problem(
            rule="TimeoutShorterThanJob",
            severity=Severity.WARNING,
            field="timeout",
            value=timeout,
            message=f"is shorter than job_duration ({job_duration} seconds): the job would be stopped before its end",
            remedy="Give at least the job's duration and an hour of margin",
            source="developer guide, custom load test",
        )
    if not is_unresolved(poll_interval) and poll_interval < MIN_POLL_INTERVAL_SECONDS:
        yield _problem(
            rule="PollIntervalMinimum",
            field="poll_interval",
            value=poll_interval,
            message=f"must be at least {MIN_POLL_INTERVAL_SECONDS} seconds",
            remedy="A job takes 45 minutes or more: 30 seconds, the default, is soon enough",
            source=_DESIGN,
        )


def _check_name(job_name: str | None, *, exact: bool) -> Iterator[Problem]:
    if job_name is None:
        if exact:
            yield _problem(
                rule="ExactJobNameRequiresJobName",
                field="exact_job_name",
                value=True,
                message="there is no job_name to take exactly",
                remedy="Give job_name, or leave exact_job_name out",
                source=_DESIGN,
            )
        return
    if is_unresolved(job_name):
        yield _problem(
            rule="JobNameLiteral",
            field="job_name",
            message="is known only at deploy time, but permissions are made of it now",
            remedy="Give literal text, or leave it out",
            source=_DESIGN,
        )
        return
    # A whole name is a member of the request, and the model's to judge.
    if not exact and (len(job_name) > MAX_NAME_PREFIX_LENGTH or not _NAME.fullmatch(job_name)):
        yield _problem(
            rule="JobNamePattern",
            field="job_name",
            value=job_name,
            message=(
                f"must be 1 to {MAX_NAME_PREFIX_LENGTH} letters, digits and hyphens, with neither a hyphen first nor "
                f"last: it is the prefix of a generated name of at most {MAX_JOB_NAME_LENGTH} characters"
            ),
            remedy="Choose a name that fits",
            source=f"{_API}, JobName",
        )


def _problem(
    *,
    rule: str,
    field: str,
    message: str,
    remedy: str,
    source: str,
    value: object = None,
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(
        rule=rule, severity=severity, path=(field,), value=value, message=message, remedy=remedy, source=source
    )
