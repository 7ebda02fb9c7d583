"""Rules of the props that aren't part of the request.

They read a document of the props: members of the request by the API's names, everything else by the prop's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.jobs.waiting import LONGEST_TIMEOUT_SECONDS, SHORTEST_TIMEOUT_SECONDS
from cdk_inference_recommender.model.name_prefix import shortened_name
from cdk_inference_recommender.request import (
    UNRESOLVED,
    Problem,
    RequestDocument,
    Rule,
    Severity,
    Violation,
    check_rules,
)
from cdk_inference_recommender.validation.tokens import is_looked_up_later, is_unresolved
from inference_recommendations_handler.protocol.contract import (
    MAX_JOB_NAME_LENGTH,
    MAX_NAME_PREFIX_LENGTH,
    MIN_POLL_INTERVAL_SECONDS,
    OwnerTag,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cdk_inference_recommender.job.props.job_props import JobProps

MAX_TAGS: Final = 50 - len(OwnerTag)

_NAME: Final = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_API: Final = "API reference, CreateInferenceRecommendationsJob"
_DESIGN: Final = "this library"
_PREFIXES: Final = ("job_name_prefix", "JobName")
"""What the prefix of a generated name is made of: the prop, or the name in a document."""
_JOB_DURATION: Final = "InputConfig.JobDurationInSeconds"


def check_props(
    props: JobProps,
    *,
    document_job_name: str | None,
    has_role: bool,
    has_compiled_output: bool,
    job_duration: float | None,
    timeout: int,
    poll_interval: float,
    number_of_tags: int,
) -> Iterator[Problem]:
    """Check what the service never sees.

    Args:
        props: As given.
        document_job_name: The name that a document has, unless a prop replaces it.
        has_role: Whether a role is given, as a prop or in a document.
        has_compiled_output: Whether the request says where compiled models are stored.
        job_duration: Seconds; absent where not given or known only at deploy time.
        timeout: Seconds.
        poll_interval: Seconds.
        number_of_tags: The user's own.

    Yields:
        Every problem.
    """
    given: dict[str, object] = {"Tags": number_of_tags}
    if props.job_name is not None and props.job_name_prefix is not None:
        given["job_name"] = True
    for name, prefix in (("job_name_prefix", props.job_name_prefix), ("JobName", document_job_name)):
        # What is looked up will be a literal, and is checked then.
        if prefix is not None and not is_looked_up_later(prefix):
            given[name] = UNRESOLVED if is_unresolved(prefix) else prefix
    if not has_role:
        given["input_buckets"] = bool(props.inputs.buckets or props.inputs.payload)
        given["image_repositories"] = bool(props.image_repositories)
    elif props.role_restrictions is not None:
        given["role_restrictions"] = False
    if props.compiled_output_bucket is not None:
        given["compiled_output_bucket"] = has_compiled_output
    yield from check_rules(NAME_AND_ROLE_RULES, RequestDocument(given))
    yield from check_waiting(timeout=timeout, poll_interval=poll_interval, job_duration=job_duration)
    yield from check_rules(TAG_RULES, RequestDocument(given))


def check_waiting(*, timeout: int, poll_interval: float, job_duration: float | None = None) -> Iterator[Problem]:
    """Check how a job is waited for.

    Args:
        timeout: Seconds.
        poll_interval: Seconds.
        job_duration: Seconds. Default: not given, or known only at deploy time.

    Returns:
        Every problem.
    """
    document = RequestDocument(
        {
            "timeout": timeout,
            "poll_interval": UNRESOLVED if is_unresolved(poll_interval) else poll_interval,
            "InputConfig": {} if job_duration is None else {"JobDurationInSeconds": job_duration},
        }
    )
    return check_rules(WAITING_RULES, document)


def _two_names(props: RequestDocument) -> Iterator[Violation]:
    if props.is_given("job_name"):
        yield Violation(path=("job_name_prefix",))


def _unknown_prefix(props: RequestDocument) -> Iterator[Violation]:
    for name in _PREFIXES:
        if props.at(name) is UNRESOLVED:
            yield Violation(path=(name,))


def _unfit_prefix(props: RequestDocument) -> Iterator[Violation]:
    for path, name in props.strings("job_name_prefix"):
        if len(name) > MAX_NAME_PREFIX_LENGTH or not _NAME.fullmatch(name):
            yield Violation(path=path, value=name)


def _shortened(props: RequestDocument) -> Iterator[Violation]:
    for path, name in props.strings("JobName"):
        prefix = shortened_name(name, max_length=MAX_NAME_PREFIX_LENGTH)
        if prefix != name:
            yield Violation(path=path, value=name, detail=f"the prefix is {prefix}")


def _unnamed(prop: str) -> Callable[[RequestDocument], Iterator[Violation]]:
    def violations(props: RequestDocument) -> Iterator[Violation]:
        if props.at(prop) is False:
            yield Violation(path=(prop,))

    return violations


def _timeout_out_of_range(props: RequestDocument) -> Iterator[Violation]:
    for path, timeout in props.integers("timeout"):
        if not SHORTEST_TIMEOUT_SECONDS <= timeout <= LONGEST_TIMEOUT_SECONDS:
            yield Violation(path=path, value=timeout)


def _ends_before_job(props: RequestDocument) -> Iterator[Violation]:
    duration = props.integer(_JOB_DURATION)
    for path, timeout in props.integers("timeout"):
        if duration is not None and SHORTEST_TIMEOUT_SECONDS <= timeout < duration:
            yield Violation(path=path, value=timeout, detail=f"the job may take {duration} seconds")


def _polls_too_often(props: RequestDocument) -> Iterator[Violation]:
    interval = props.at("poll_interval")
    if isinstance(interval, int | float) and interval < MIN_POLL_INTERVAL_SECONDS:
        yield Violation(path=("poll_interval",), value=interval)


def _too_many_tags(props: RequestDocument) -> Iterator[Violation]:
    for path, number in props.integers("Tags"):
        if number > MAX_TAGS:
            yield Violation(path=path, value=number)


NAME_AND_ROLE_RULES: Final = (
    Rule(
        id="JobNameOrPrefix",
        fields=("job_name", "job_name_prefix"),
        text="a job has either a name of its own or a generated one",
        remedy="Give job_name or job_name_prefix",
        source=_DESIGN,
        violations=_two_names,
    ),
    Rule(
        id="JobNamePrefixLiteral",
        fields=_PREFIXES,
        text="is known only at deploy time, but the length of a generated name is checked at synth",
        remedy="Give literal text in job_name_prefix, or the whole name in job_name",
        source=_DESIGN,
        violations=_unknown_prefix,
    ),
    Rule(
        id="JobNamePrefixPattern",
        fields=("job_name_prefix",),
        text=(
            f"must be 1 to {MAX_NAME_PREFIX_LENGTH} letters, digits and hyphens, with neither a hyphen first nor "
            f"last: it is the prefix of a generated name of at most {MAX_JOB_NAME_LENGTH} characters"
        ),
        remedy="Choose a prefix that fits, or give the whole name in job_name",
        source=f"{_API}, JobName; {_DESIGN}",
        violations=_unfit_prefix,
    ),
    Rule(
        id="JobNameShortened",
        severity=Severity.WARNING,
        fields=("JobName",),
        text=f"the generated name begins with at most {MAX_NAME_PREFIX_LENGTH} characters of the document's",
        remedy="Give job_name_prefix for another prefix, or job_name to use a name as it is",
        source=_DESIGN,
        violations=_shortened,
        refines=frozenset({"JobNameLength"}),
    ),
    Rule(
        id="InputBucketsUnnamed",
        severity=Severity.WARNING,
        fields=("input_buckets", "role"),
        text="the default execution role may read neither the sample payload nor the model's artifacts",
        remedy="Name their buckets in input_buckets, call bucket.grant_read(job), or give a role that may read them",
        source="developer guide, prerequisites",
        violations=_unnamed("input_buckets"),
    ),
    Rule(
        id="ImageRepositoriesUnnamed",
        severity=Severity.WARNING,
        fields=("image_repositories", "role"),
        text="the default execution role may pull no container image",
        remedy="Name the image's repository in image_repositories, call repository.grant_pull(job), or give a role",
        source="developer guide, SageMaker roles",
        violations=_unnamed("image_repositories"),
    ),
    Rule(
        id="RoleRestrictionsWithRole",
        fields=("role_restrictions", "role"),
        text="restricts the default execution role only, and a role is given",
        remedy="Leave role_restrictions out and restrict the role itself, or leave the role out",
        source=_DESIGN,
        violations=_unnamed("role_restrictions"),
    ),
    Rule(
        id="CompiledOutputBucketWithoutUri",
        fields=("compiled_output_bucket", "compiled_output_s3_uri"),
        text="is only used for compiled models, and where they are stored isn't given",
        remedy="Give compiled_output_s3_uri, or leave the bucket out",
        source=_DESIGN,
        violations=_unnamed("compiled_output_bucket"),
    ),
)
WAITING_RULES: Final = (
    Rule(
        id="TimeoutRange",
        fields=("timeout",),
        text=f"must be from {SHORTEST_TIMEOUT_SECONDS} to {LONGEST_TIMEOUT_SECONDS} seconds",
        remedy="Give at least the job's duration and an hour of margin",
        source=_DESIGN,
        violations=_timeout_out_of_range,
    ),
    Rule(
        id="TimeoutShorterThanJob",
        severity=Severity.WARNING,
        fields=("timeout", _JOB_DURATION),
        text=f"is shorter than `{_JOB_DURATION}`, so that the job would be stopped before its end",
        remedy="Give at least the job's duration and an hour of margin",
        source="developer guide, custom load test",
        violations=_ends_before_job,
    ),
    Rule(
        id="PollIntervalMinimum",
        fields=("poll_interval",),
        text=f"must be at least {MIN_POLL_INTERVAL_SECONDS} seconds",
        remedy="A job takes 45 minutes or more: 30 seconds, the default, is soon enough",
        source=_DESIGN,
        violations=_polls_too_often,
    ),
)
TAG_RULES: Final = (
    Rule(
        id="TagCount",
        fields=("Tags",),
        text=f"at most {MAX_TAGS} tags: the service allows 50, and {len(OwnerTag)} say whose the job is",
        remedy="Remove tags, also those that Tags.of(...) adds, or exclude this resource type there",
        source=_API,
        violations=_too_many_tags,
        refines=frozenset({"MaximumItems"}),
    ),
)
JOB_RULES: Final = (*NAME_AND_ROLE_RULES, *WAITING_RULES, *TAG_RULES)
"""Every rule, in the order in which they are reported."""
