"""Jobs that run longer than a custom resource may, or end in the last second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS

from .cloudformation import SERVICE_TIMEOUTS
from .invocation_thread import Pause
from .service import ServiceError
from .template import CHOICE, WAIT_STAGE, Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

pytestmark = pytest.mark.boto3

LONGEST_JOB = 18_000
THROTTLED = ServiceError("ThrottlingException", "Rate exceeded")
DESCRIBE, STOP = "DescribeInferenceRecommendationsJob", "StopInferenceRecommendationsJob"


def test_the_longest_job_is_handed_from_stage_to_stage_within_the_limits_of_each(stack: Stack, world: World) -> None:
    world.service.runs_for = LONGEST_JOB
    assert stack.deploy(Template(timeout=LONGEST_JOB + 3600)).status == "CREATE_COMPLETE"
    lasted = [
        each.received.at - each.asked_at
        for each in stack.exchanges
        if each.received and WAIT_STAGE in each.event["LogicalResourceId"]
    ]
    assert lasted == [WAIT_STAGE_SECONDS] * 6 + [18_000 - 6 * WAIT_STAGE_SECONDS, 0]
    assert max(lasted) + 2 * 60 < SERVICE_TIMEOUTS[WAIT_STAGE]


@pytest.mark.parametrize("quota", [100, 0])
def test_a_poll_makes_one_call_of_aws(stack: Stack, world: World, quota: int) -> None:
    """Only the first and the last poll check the job's owner."""
    world.service.quota, world.service.runs_for = quota, 40 * 60
    stack.begin_deploy(Template(poll_interval=30))
    stack.advance(100)
    world.service.quota = 100
    stack.advance(200)
    before = len(world.service.calls), len(world.machine.calls)
    stack.advance(30 * 60)
    polls = world.service.made(DESCRIBE)
    world.service.calls, world.machine.calls = world.service.calls[before[0] :], world.machine.calls[before[1] :]
    assert polls > 60
    assert {operation for operation, _ in world.service.calls} == {DESCRIBE}
    assert world.machine.calls == []
    assert stack.finish().status == "CREATE_COMPLETE"


@pytest.mark.parametrize("wait_stages", [1, 2, 3])
def test_a_job_that_ends_in_the_same_second_as_its_stage_is_finished(
    stack: Stack, world: World, wait_stages: int
) -> None:
    world.service.runs_for = WAIT_STAGE_SECONDS * wait_stages
    started = world.clock.now
    assert stack.deploy(Template(timeout=WAIT_STAGE_SECONDS * wait_stages)).status == "CREATE_COMPLETE"
    assert world.clock.now - started == WAIT_STAGE_SECONDS * wait_stages


def test_a_job_that_ends_a_second_after_its_last_stage_is_stopped(stack: Stack, world: World) -> None:
    world.service.runs_for = WAIT_STAGE_SECONDS + 1
    outcome = stack.deploy(Template(timeout=WAIT_STAGE_SECONDS), rollback=False)
    assert "did not finish within 45 minutes" in str(outcome.reason)
    world.settle(180)
    assert [job.status(world.clock.now) for job in world.service.jobs.values()] == ["STOPPED"]


@pytest.mark.parametrize("operation", [DESCRIBE, STOP, "ListTags"])
def test_the_last_stage_tries_again_to_stop_the_job(stack: Stack, world: World, operation: str) -> None:
    world.service.runs_for = LONGEST_JOB
    stack.begin_deploy(Template(timeout=WAIT_STAGE_SECONDS), rollback=False)
    stack.advance(WAIT_STAGE_SECONDS - 1)
    world.service.faults[operation] = [THROTTLED, THROTTLED]
    outcome = stack.finish()
    assert "it was stopped if it belongs to this stack" in str(outcome.reason)
    world.settle(180)
    assert world.service.active() == []


def test_a_job_that_cannot_be_stopped_is_named_with_what_to_do(stack: Stack, world: World) -> None:
    world.service.runs_for = LONGEST_JOB
    stack.begin_deploy(Template(timeout=WAIT_STAGE_SECONDS), rollback=False)
    stack.advance(WAIT_STAGE_SECONDS - 1)
    world.service.faults[STOP] = [THROTTLED] * 99
    outcome = stack.finish()
    assert "couldn't be stopped: Rate exceeded (ThrottlingException.) It may still run" in str(outcome.reason)
    assert f"`inference-recommender stop {stack.job_name}`" in str(outcome.reason)
    [wait_stage] = [each for each in stack.exchanges if WAIT_STAGE in each.event["LogicalResourceId"]]
    assert wait_stage.received is not None
    assert wait_stage.received.at - wait_stage.asked_at < SERVICE_TIMEOUTS[WAIT_STAGE] - 60


def test_a_job_that_ended_before_a_last_look_which_failed_is_finished(stack: Stack, world: World) -> None:
    world.service.runs_for = WAIT_STAGE_SECONDS - 5
    stack.begin_deploy(Template(timeout=WAIT_STAGE_SECONDS, poll_interval=600))
    stack.advance(WAIT_STAGE_SECONDS - 1)
    world.service.faults[DESCRIBE] = [THROTTLED]
    assert stack.finish().status == "CREATE_COMPLETE"


def test_the_last_stage_waits_for_a_create_that_is_under_way_and_stops_its_job(stack: Stack, world: World) -> None:
    world.service.quota = 0
    stack.begin_deploy(Template(timeout=4000, wait_stages=1), rollback=False)
    stack.advance(WAIT_STAGE_SECONDS - 1)
    world.service.quota, world.service.runs_for = 9, 10**6
    world.pauses = [Pause(1, 50, operation="CreateInferenceRecommendationsJob")]
    outcome = stack.finish()
    assert "did not finish within" in str(outcome.reason)
    assert "queued" in str(outcome.reason)
    assert len(world.service.jobs) == 1
    assert not any(job.continues(world.clock.now) for job in world.service.jobs.values())


def test_a_request_that_was_queued_until_the_timeout_says_what_it_waited_for(stack: Stack, world: World) -> None:
    world.service.quota = 0
    outcome = stack.deploy(Template(timeout=4000, wait_stages=1), rollback=False)
    assert "account-level limit is 0" in str(outcome.reason)


def test_the_results_of_a_stopped_job_are_taken_where_that_is_accepted(stack: Stack, world: World) -> None:
    world.service.stopped_jobs_have_results = True
    stack.begin_deploy(Template(accept_stopped=True))
    stack.advance(600)
    world.service.jobs[stack.job_name].stopped_at = world.clock.now
    assert stack.finish().status == "CREATE_COMPLETE"
    assert stack.resources[CHOICE].data["InstanceType"] == "ml.c5.large"
