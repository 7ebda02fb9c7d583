"""What stopping a job would end, and what it has saved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.command_line.stop_summary import StopSummary
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    CREATED,
    job,
    recommendation,
    running_job,
    step,
)

if TYPE_CHECKING:
    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob

NOW = CREATED + timedelta(minutes=12)
RUNNING = [step("COMPLETED"), step("FAILED"), step("IN_PROGRESS"), step("PENDING")]
STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/Benchmarks/0a1b"


def summary(found: RecommendationsJob, **tags: str) -> StopSummary:
    return StopSummary.of(found, tags=tags, now=NOW)


def stopped(**members: Any) -> StopSummary:
    return summary(job(recommendation(), steps=[step("COMPLETED")], Status="STOPPED", **members))


def test_says_what_would_be_stopped_and_how_long_it_has_run() -> None:
    assert summary(running_job(steps=RUNNING)).before() == [
        "Default job job is IN_PROGRESS and has run its endpoints for up to 12 min.",
        "Benchmarks: 1 done, 1 failed, 2 would be cut short or never begin.",
    ]


def test_says_whose_deployment_waits_for_it() -> None:
    owned = summary(running_job(), **{"cdk-inference-recommender:stack-id": STACK})
    assert owned.before()[-1].startswith("The stack Benchmarks started it: its deployment fails ")


def test_says_what_was_saved() -> None:
    before = summary(running_job(steps=RUNNING))
    assert stopped().saved(before) == (
        "Saved: 2 benchmarks cut short or never begun, about 33 min of its running time. There is 1 result kept."
    )


def test_the_planned_time_is_the_jobs_own_where_it_has_one() -> None:
    before = summary(running_job(steps=RUNNING))
    after = stopped(InputConfig={"JobDurationInSeconds": 7200})
    assert after.saved_time(before) == timedelta(minutes=108)


def test_no_time_is_made_up_where_none_was_planned() -> None:
    before = summary(running_job(steps=RUNNING, JobType="Advanced"))
    after = stopped(JobType="Advanced")
    assert after.saved_time(before) is None
    assert "running time" not in after.saved(before)


def test_a_job_that_overran_its_time_has_saved_no_time() -> None:
    before = StopSummary.of(running_job(steps=RUNNING), tags={}, now=CREATED + timedelta(hours=2))
    assert stopped().saved_time(before) == timedelta()


def test_a_job_that_was_faster_has_saved_nothing() -> None:
    before = summary(running_job(steps=RUNNING))
    assert summary(job(recommendation())).saved(before) == (
        "The job ended as COMPLETED before it could be stopped: nothing was saved."
    )
