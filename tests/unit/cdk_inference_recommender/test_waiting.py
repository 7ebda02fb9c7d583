"""How long a job is waited for: wait stages within CloudFormation's hour, and timeouts that can't be wait stages."""

from __future__ import annotations

import pytest
from aws_cdk import CfnParameter, Duration

from cdk_inference_recommender import InferenceRecommendationsJob, JobType, ValidationError
from cdk_inference_recommender.jobs.waiting import stage_seconds, timeout_seconds_of

from .synthesis import (
    JOB,
    WAIT,
    Json,
    job_with_given_role,
    load_test,
    logical_id,
    new_stack,
    only,
    resources,
    template_of,
)


@pytest.mark.parametrize("timeout", [60, 2699, 2700, 2701, 5400, 21_600, 86_400])
def test_stages_add_up_to_the_timeout_and_none_outlasts_cloudformation(timeout: int) -> None:
    wait_stages = stage_seconds(timeout)
    assert sum(wait_stages) == timeout
    assert all(0 < wait_stage <= 2700 for wait_stage in wait_stages)


def test_a_default_job_is_waited_for_in_two_wait_stages() -> None:
    assert len(stage_seconds(timeout_seconds_of(None, is_default_job=True, job_duration=None))) == 2


@pytest.mark.parametrize(
    ("job_duration", "timeout"), [(None, 18_000 + 3600), (18_000, 18_000 + 3600), (600, 600 + 3600), (10**9, 86_400)]
)
def test_a_job_gets_an_hour_beyond_its_duration_and_the_longest_one_where_that_is_unknown(
    job_duration: int | None, timeout: int
) -> None:
    assert timeout_seconds_of(None, is_default_job=False, job_duration=job_duration) == timeout


def test_the_longest_job_fits_into_its_wait_stages() -> None:
    stack = new_stack()
    load_test(stack, job_duration=Duration.hours(5))
    template = template_of(stack)
    wait_stages = [wait_stage["Properties"] for wait_stage in resources(template, WAIT).values()]
    assert sum(wait_stage["HandOverAfterSeconds"] for wait_stage in wait_stages) >= 18_000 + 3600
    assert all(wait_stage["HandOverAfterSeconds"] <= 2700 for wait_stage in wait_stages)
    assert only(template, JOB)["Properties"]["TimeoutSeconds"] == 21_600


@pytest.mark.parametrize("props", [{"job_duration": Duration.hours(1)}, {"job_type": JobType.of("Default")}])
def test_what_is_no_plain_default_job_is_recognised_by_value(props: Json) -> None:
    stack = new_stack()
    job_with_given_role(stack, **props)
    timeout = only(template_of(stack), JOB)["Properties"]["TimeoutSeconds"]
    assert timeout == (7200 if "job_duration" in props else 5400)


def test_stages_run_one_after_the_other_and_again_for_another_job() -> None:
    stack = new_stack()
    job = job_with_given_role(stack, timeout=Duration.hours(2), poll_interval=Duration.minutes(1), accept_stopped=True)
    template = template_of(stack)
    names = list(resources(template, WAIT))
    for number, (name, wait_stage) in enumerate(resources(template, WAIT).items()):
        properties = {
            key: value for key, value in wait_stage["Properties"].items() if key not in ("ServiceToken", "Stage")
        }
        assert properties == {
            "ServiceTimeout": "3540",
            "JobName": {"Ref": logical_id(job)},
            "Stages": 3,
            "HandOverAfterSeconds": [2700, 2700, 1800][number],
            "PollIntervalSeconds": 60,
            "AcceptStopped": True,
            "TimeoutSeconds": 7200,
            "StateMachineArn": only(template, JOB)["Properties"]["StateMachineArn"],
        }
        assert wait_stage["Properties"]["Stage"] == number + 1
        assert [other for other in names if other in wait_stage["DependsOn"]] == names[max(number - 1, 0) : number], (
            name
        )


def test_a_timeout_known_only_at_deploy_time_is_refused_for_every_job() -> None:
    stack = new_stack()
    timeout = Duration.seconds(CfnParameter(stack, "Timeout", type="Number").value_as_number)
    with pytest.raises(ValidationError, match=r"timeout is known only at deploy time.*Give a literal duration"):
        job_with_given_role(stack, timeout=timeout)
    with pytest.raises(ValidationError, match=r"timeout is known only at deploy time.*Give a literal duration"):
        InferenceRecommendationsJob.from_job_name(stack, "Existing", "bert", timeout=timeout)


def test_a_timeout_is_a_whole_number_of_seconds() -> None:
    with pytest.raises(ValidationError, match=r"timeout: .* is 1\.5 seconds\. Give a whole number of seconds"):
        job_with_given_role(new_stack(), timeout=Duration.millis(1500))


@pytest.mark.parametrize("timeout", [Duration.seconds(0), Duration.seconds(59), Duration.days(300)])
@pytest.mark.parametrize("existing", [False, True])
def test_a_timeout_out_of_range_is_reported_and_makes_no_thousand_resources(
    timeout: Duration, *, existing: bool
) -> None:
    stack = new_stack()
    if existing:
        job = InferenceRecommendationsJob.from_job_name(stack, "Job", "bert", timeout=timeout)
        job.recommend_real_time("Best")
    else:
        job_with_given_role(stack, timeout=timeout)
    assert len(stack.node.find_child("Job").node.children) < 40
    message = rf"\[Stack/Job\] timeout = {timeout.to_seconds():.0f}: must be from 60 to 86400 seconds\..*TimeoutRange"
    with pytest.raises(RuntimeError, match=message):
        template_of(stack)


@pytest.mark.parametrize("existing", [False, True])
def test_a_poll_interval_is_at_least_ten_seconds(*, existing: bool) -> None:
    stack = new_stack()
    interval = Duration.seconds(9)
    if existing:
        InferenceRecommendationsJob.from_job_name(stack, "Job", "bert", poll_interval=interval)
    else:
        job_with_given_role(stack, poll_interval=interval)
    with pytest.raises(RuntimeError, match=r"\[Stack/Job\] poll_interval = 9: must be at least 10 seconds"):
        template_of(stack)


@pytest.mark.parametrize("existing", [False, True])
def test_a_job_is_polled_every_half_minute(*, existing: bool) -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob.from_job_name(stack, "Job", "bert") if existing else job_with_given_role(stack)
    job.recommend_real_time("Best")
    wait_stages = resources(template_of(stack), WAIT).values()
    assert {wait_stage["Properties"]["PollIntervalSeconds"] for wait_stage in wait_stages} == {30}
