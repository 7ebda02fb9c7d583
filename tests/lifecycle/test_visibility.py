"""A name is taken before its job is visible: this leads to no second job, and loses none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_recommendations_handler.protocol.response import RESPONSE_SECONDS

from .invocation_thread import FUNCTION_TIMEOUT, Pause
from .service import ServiceError
from .template import JOB, Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

CREATE = "CreateInferenceRecommendationsJob"


@pytest.fixture(autouse=True)
def slow_to_show(world: World) -> None:
    world.service.visible_after = 5


def test_a_job_that_shows_late_is_waited_for(stack: Stack, world: World) -> None:
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


def test_a_job_that_shows_late_is_described_again_when_the_service_refuses_once(stack: Stack, world: World) -> None:
    world.service.faults["DescribeInferenceRecommendationsJob"] = [ServiceError("AccessDeniedException")]
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"


def test_a_delivery_that_finds_the_name_taken_and_no_job_makes_no_second_one(stack: Stack, world: World) -> None:
    world.extra_deliveries = [1]
    # The first delivery's create has taken effect, and its response takes 3 s.
    world.pauses = [Pause(1, 3, done=True, operation=CREATE)]
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


def test_a_job_that_is_canceled_before_it_shows_is_stopped(stack: Stack, world: World) -> None:
    stack.begin_deploy(Template())
    stack.advance(1)
    stack.begin_delete()
    assert stack.finish().status == "DELETE_COMPLETE"
    assert world.service.active() == []


@pytest.mark.parametrize("seconds", [1, 3, 20])
def test_a_queued_request_that_shows_late_is_waited_for(stack: Stack, world: World, seconds: float) -> None:
    world.service.quota, world.machine.visible_after = 0, seconds
    stack.begin_deploy(Template())
    stack.advance(100)
    world.service.quota = 9
    assert stack.finish().status == "CREATE_COMPLETE"


@pytest.mark.parametrize("killed", [False, True])
def test_a_create_gets_a_response_within_one_run_of_the_function_when_looking_for_its_job_hangs(
    stack: Stack, world: World, *, killed: bool
) -> None:
    world.service.slowness["DescribeInferenceRecommendationsJob"] = 7.05
    if killed:
        # The second delivery finds the name taken.
        world.service.kills_the_caller_after = CREATE
    delivered_at = world.clock.now + (60 if killed else 0)
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(100)
    response = world.responses[stack.last_request("Create", JOB)][0]
    assert response.body["Status"] == "SUCCESS"
    assert response.at - delivered_at < FUNCTION_TIMEOUT - RESPONSE_SECONDS
    assert len(world.service.jobs) == 1


def test_a_create_is_queued_and_gets_a_response_within_one_run_of_the_function_when_sagemaker_hangs(
    stack: Stack, world: World
) -> None:
    world.service.slowness |= dict.fromkeys([CREATE, "DescribeInferenceRecommendationsJob"], 7.05)
    asked_at = world.clock.now
    stack.begin_deploy(Template())
    stack.advance(59)
    response = world.responses[stack.last_request("Create", JOB)][0]
    assert response.body["Status"] == "SUCCESS"
    assert response.at - asked_at < FUNCTION_TIMEOUT - RESPONSE_SECONDS
    world.service.slowness.clear()
    assert stack.finish().status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1
