"""What is checked of a job besides its request, by the functions that check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Token

from cdk_inference_recommender import ContainerConfig, ModelSource, PayloadConfig
from cdk_inference_recommender.job.props.job_props import JOB_PROPS, JobProps
from cdk_inference_recommender.job.rules import MAX_TAGS, check_props, check_waiting
from tests.unit.cdk_inference_recommender.synthesis import images, new_stack, payloads

from .found_problems import Found, found

if TYPE_CHECKING:
    from cdk_inference_recommender import ExecutionRoleRestrictions

DAY = 24 * 3600


def props_of(**given: Any) -> JobProps:
    absent: dict[str, Any] = dict.fromkeys(JOB_PROPS) | {"input_buckets": [], "image_repositories": []}
    return JobProps(**(absent | given))


def checked(props: JobProps, **known: Any) -> list[Found]:
    """Check props of a job whose role, times and tags are fine."""
    fine: dict[str, Any] = {
        "document_job_name": None,
        "has_role": True,
        "has_compiled_output": True,
        "job_duration": None,
        "timeout": 7200,
        "poll_interval": 30,
        "number_of_tags": 0,
    }
    return found(check_props(props, **(fine | known)))


def test_a_job_of_which_nothing_is_wrong() -> None:
    assert checked(props_of()) == []


def test_a_name_and_a_prefix() -> None:
    assert checked(props_of(job_name="bert", job_name_prefix="bert")) == [Found("JobNameOrPrefix", "job_name_prefix")]
    assert checked(props_of(job_name="bert")) == []
    assert checked(props_of(job_name_prefix="bert")) == []


@pytest.mark.parametrize("prefix", ["", "-a", "a-", "a_b", "a" * 25])
def test_a_prefix_that_makes_no_name(prefix: str) -> None:
    assert checked(props_of(job_name_prefix=prefix)) == [Found("JobNamePrefixPattern", "job_name_prefix", prefix)]


@pytest.mark.parametrize("prefix", ["a", "a--b", "A" * 24])
def test_a_prefix_that_makes_one(prefix: str) -> None:
    assert checked(props_of(job_name_prefix=prefix)) == []


def test_prefixes_that_are_known_at_deploy_time_only() -> None:
    token = Token.as_string({"Ref": "Prefix"})
    assert checked(props_of(job_name_prefix=token), document_job_name=token) == [
        Found("JobNamePrefixLiteral", "job_name_prefix"),
        Found("JobNamePrefixLiteral", "JobName"),
    ]


def test_a_prefix_that_is_looked_up_is_checked_once_it_is_known() -> None:
    assert checked(props_of(job_name_prefix="dummy-value-for-/bert/the-prefix")) == []


def test_a_name_of_a_document_that_is_shortened() -> None:
    name = f"{'bert-' * 6}v2"
    assert checked(props_of(), document_job_name=name) == [
        Found("JobNameShortened", "JobName", name, "the prefix is bert-bert-bert-bert-bert"),
    ]
    assert checked(props_of(), document_job_name="bert") == []


def test_a_default_role_that_may_read_and_pull_nothing() -> None:
    assert checked(props_of(), has_role=False) == [
        Found("InputBucketsUnnamed", "input_buckets"),
        Found("ImageRepositoriesUnnamed", "image_repositories"),
    ]


def test_a_default_role_that_may_read_and_pull_something() -> None:
    stack = new_stack()
    bucket, repository = payloads(stack), images(stack)
    assert checked(props_of(input_buckets=[bucket], image_repositories=[repository]), has_role=False) == []
    payload = PayloadConfig.from_bucket(bucket, "payload.tar.gz")
    package = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1"
    model = ModelSource.from_model_package(package, container_config=ContainerConfig(payload_config=payload))
    assert checked(props_of(model=model, image_repositories=[repository]), has_role=False) == []


def test_restrictions_of_a_role_that_is_given() -> None:
    restricted: ExecutionRoleRestrictions = object()  # type: ignore[assignment] # any
    assert checked(props_of(role_restrictions=restricted)) == [Found("RoleRestrictionsWithRole", "role_restrictions")]
    rules = [each.rule for each in checked(props_of(role_restrictions=restricted), has_role=False)]
    assert rules == ["InputBucketsUnnamed", "ImageRepositoriesUnnamed"]


def test_a_bucket_of_compiled_models_that_are_stored_nowhere() -> None:
    bucket = payloads(new_stack())
    assert checked(props_of(compiled_output_bucket=bucket), has_compiled_output=False) == [
        Found("CompiledOutputBucketWithoutUri", "compiled_output_bucket"),
    ]
    assert checked(props_of(compiled_output_bucket=bucket)) == []
    assert checked(props_of(), has_compiled_output=False) == []


def test_what_is_wrong_is_reported_in_the_order_of_names_waiting_and_tags() -> None:
    assert checked(
        props_of(job_name_prefix="-"), timeout=59, job_duration=60, poll_interval=9, number_of_tags=MAX_TAGS + 1
    ) == [
        Found("JobNamePrefixPattern", "job_name_prefix", "-"),
        Found("TimeoutRange", "timeout", 59),
        Found("PollIntervalMinimum", "poll_interval", 9),
        Found("TagCount", "Tags", MAX_TAGS + 1),
    ]
    assert checked(props_of(), number_of_tags=MAX_TAGS) == []
    assert [each.rule for each in checked(props_of(), timeout=60, job_duration=61)] == ["TimeoutShorterThanJob"]


@pytest.mark.parametrize(("timeout", "is_fine"), [(59, False), (60, True), (DAY, True), (DAY + 1, False)])
def test_the_range_of_the_timeout(timeout: int, *, is_fine: bool) -> None:
    problems = found(check_waiting(timeout=timeout, poll_interval=30))
    assert problems == ([] if is_fine else [Found("TimeoutRange", "timeout", timeout)])


@pytest.mark.parametrize(
    ("timeout", "job_duration", "is_fine"),
    [(60, 61, False), (3599, 3600, False), (3600, 3600, True), (3601, 3600, True)],
)
def test_a_timeout_before_the_end_of_the_job(timeout: int, job_duration: int, *, is_fine: bool) -> None:
    problems = found(check_waiting(timeout=timeout, poll_interval=30, job_duration=job_duration))
    detail = f"the job may take {job_duration} seconds"
    assert problems == ([] if is_fine else [Found("TimeoutShorterThanJob", "timeout", timeout, detail)])


def test_the_least_poll_interval() -> None:
    assert found(check_waiting(timeout=7200, poll_interval=9.9)) == [Found("PollIntervalMinimum", "poll_interval", 9.9)]
    assert found(check_waiting(timeout=7200, poll_interval=10)) == []
    token = Token.as_number({"Ref": "Interval"})
    assert found(check_waiting(timeout=7200, poll_interval=token)) == []
