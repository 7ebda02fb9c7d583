"""Six jobs in one stack in an account that may run two at a time; `tests/lifecycle` has twenty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration

from cdk_inference_recommender import EndpointInputConfiguration, JobType, TrafficPattern

from .applications import FIVE_HOURS
from .commands import until
from .lifecycle_stack import LifecycleStack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e

JOBS, QUOTA = 6, 2
JOB_SECONDS = 300
"""Every queued job is requested again each minute, as long as another two run."""
PROPS: dict[str, Any] = {
    "jobs": JOBS,
    "timeout": Duration.minutes(165),
    "job_type": JobType.ADVANCED,
    "job_duration": Duration.minutes(2),
    "traffic_pattern": TrafficPattern.stairs(duration=Duration.minutes(2), number_of_steps=1, users_per_step=1),
    "endpoint_configurations": [EndpointInputConfiguration.real_time("ml.c5.large")],
    "max_number_of_tests": 1,
    "max_parallel_of_tests": 1,
    "stopping_conditions": FIVE_HOURS["stopping_conditions"],
}


@pytest.fixture
def stack(aws: LocalAws, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LifecycleStack]:
    stack = LifecycleStack(aws=aws, name="Cancelled" if "cancelled" in request.node.name else "Six", folder=tmp_path)
    stack.order("quota", limit=QUOTA)
    stack.order("short-job", seconds=JOB_SECONDS)
    yield stack
    stack.order("clear")


def _at_once(periods: list[tuple[float, float]]) -> int:
    return max(sum(start <= moment < end for start, end in periods) for moment, _ in periods)


def _waiting(stack: LifecycleStack) -> set[str]:
    """Return the names of jobs that were rejected and haven't been accepted since."""
    attempted = stack.attempts
    rejected = {each["request"]["JobName"] for each in attempted if each["outcome"] == "ResourceLimitExceeded"}
    return rejected - set(stack.requests)


def test_all_finish_and_never_more_run_than_may(stack: LifecycleStack) -> None:
    stack.deploy(wait=False, **PROPS)
    assert stack.wait(seconds=600) == "CREATE_COMPLETE", stack.reasons()
    jobs = [stack.job(name) for name in stack.requests]
    assert [job["Status"] for job in jobs] == ["COMPLETED"] * JOBS
    periods = [(job["CreationTime"].timestamp(), job["CompletionTime"].timestamp()) for job in jobs]
    assert _at_once(periods) == QUOTA
    assert any(attempt["outcome"] == "ResourceLimitExceeded" for attempt in stack.attempts), "nothing had to wait"
    assert stack.delete() == "DELETE_COMPLETE"


def test_cancelled_while_most_wait_no_job_starts_after_its_delete(stack: LifecycleStack) -> None:
    # The stack's first job keeps the state machine, in which the others wait, when they are rolled back.
    assert stack.deploy(**PROPS | {"jobs": 1}) == "CREATE_COMPLETE", stack.reasons()
    with stack.in_real_time(speed=60):
        stack.deploy(wait=False, **PROPS)
        until(lambda: len(stack.requests) > QUOTA and len(_waiting(stack)) > 1, seconds=300)
        stack.cancel_update()
    assert stack.wait(seconds=300) == "UPDATE_ROLLBACK_COMPLETE", stack.reasons()
    attempted = len(stack.attempts)
    stack.after(3600)
    assert len(stack.attempts) == attempted
    assert len(stack.requests) < JOBS
    assert not stack.executions
    assert not [job for job in stack.aws.admin("running")["jobs"] if stack.jobs[:-1] in job["jobArn"]]
    assert stack.delete() == "DELETE_COMPLETE"
