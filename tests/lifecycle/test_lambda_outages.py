"""Lambda rejects calls for a minute or two, or the bucket rejects responses: no wait fails because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_recommendations_handler.protocol.contract import (
    JOB_SERVICE_TIMEOUT_SECONDS,
    WAIT_SERVICE_TIMEOUT_SECONDS,
    WAIT_STAGE_SECONDS,
)

from . import promises
from .invocation_thread import Pause
from .lambda_outage import LambdaOutage
from .retriers import REFUSED_BY_LAMBDA
from .template import JOB, WAIT_STAGE, Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

FOR_EVER = 10**6
THROTTLED = REFUSED_BY_LAMBDA[0]


def outage(world: World, *, after: float, seconds: float, code: str = THROTTLED) -> None:
    begins = world.clock.now + after
    world.outage = LambdaOutage(begins=begins, ends=begins + seconds, code=code)


def responded_after(stack: Stack, logical_id: str) -> float:
    """Return the seconds that the last request of a resource took."""
    exchange = [each for each in stack.exchanges if each.event["LogicalResourceId"] == logical_id][-1]
    assert exchange.received is not None
    return exchange.received.at - exchange.asked_at


@pytest.mark.parametrize("seconds", [60, 120])
@pytest.mark.parametrize("code", REFUSED_BY_LAMBDA)
def test_an_outage_in_mid_stage_fails_nothing(stack: Stack, world: World, code: str, seconds: float) -> None:
    stack.begin_deploy(Template())
    stack.advance(600)
    outage(world, after=0, seconds=seconds, code=code)
    assert stack.finish().status == "CREATE_COMPLETE"
    promises.nothing_breaks_off_while_lambda_refuses_calls(world)


@pytest.mark.parametrize("seconds", [60, 120])
@pytest.mark.parametrize("before", [119, 59, 1, 0])
def test_an_outage_at_the_end_of_a_stage_delays_its_response(
    stack: Stack, world: World, before: float, seconds: float
) -> None:
    world.service.runs_for = WAIT_STAGE_SECONDS * 1.5
    outage(world, after=WAIT_STAGE_SECONDS - before, seconds=seconds)
    assert stack.deploy(Template(timeout=2 * WAIT_STAGE_SECONDS)).status == "CREATE_COMPLETE"


@pytest.mark.parametrize("seconds", [60, 120])
@pytest.mark.parametrize("before", [119, 59, 1, 0])
def test_an_outage_at_the_timeout_leaves_no_job_and_no_request_without_a_response(
    stack: Stack, world: World, before: float, seconds: float
) -> None:
    world.service.runs_for = FOR_EVER
    outage(world, after=WAIT_STAGE_SECONDS - before, seconds=seconds)
    stack.begin_deploy(Template(timeout=WAIT_STAGE_SECONDS), rollback=False)
    outcome = stack.finish()
    assert "did not finish within 45 minutes" in str(outcome.reason)
    world.settle(180)
    assert world.service.active() == []
    assert responded_after(stack, f"{WAIT_STAGE}1") < WAIT_SERVICE_TIMEOUT_SECONDS


def test_a_stage_gets_a_response_in_time_although_its_last_calls_hang_and_are_refused(
    stack: Stack, world: World
) -> None:
    world.service.runs_for = FOR_EVER
    stack.begin_deploy(Template(timeout=WAIT_STAGE_SECONDS), rollback=False)
    stack.advance(WAIT_STAGE_SECONDS - 1)
    world.pauses = [Pause(1, 60) for _ in range(2)]
    outage(world, after=100, seconds=120)
    outcome = stack.finish()
    assert "did not finish within 45 minutes" in str(outcome.reason)
    assert world.pauses == []


@pytest.mark.parametrize("seconds", [60, 120])
@pytest.mark.parametrize("after", [0, 5, 60])
def test_an_outage_during_a_deletion_fails_nothing(stack: Stack, world: World, after: float, seconds: float) -> None:
    world.service.runs_for, world.service.seconds_stopping = FOR_EVER, 300
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(600)
    outage(world, after=after, seconds=seconds)
    assert stack.delete().status == "DELETE_COMPLETE"
    assert world.service.active() == []


@pytest.mark.parametrize("before", [119, 10, 0])
def test_a_deletion_that_ends_in_an_outage_gets_a_response_in_time(stack: Stack, world: World, before: float) -> None:
    world.service.runs_for, world.service.ignores_stops = FOR_EVER, True
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(600)
    stack.begin_delete()
    outage(world, after=27 * 60 - before, seconds=120)
    outcome = stack.finish()
    assert "inference-recommender stop" in str(outcome.reason)
    assert responded_after(stack, JOB) < JOB_SERVICE_TIMEOUT_SECONDS
    world.service.ignores_stops = False
    assert stack.delete().status == "DELETE_COMPLETE"


def test_an_outage_while_a_request_is_queued_withdraws_nothing(stack: Stack, world: World) -> None:
    world.service.quota = 0
    stack.begin_deploy(Template())
    stack.advance(600)
    outage(world, after=0, seconds=120)
    stack.advance(300)
    world.service.quota = 9
    assert stack.finish().status == "CREATE_COMPLETE"


def test_a_response_that_is_refused_for_minutes_is_sent_again_until_it_is_taken(stack: Stack, world: World) -> None:
    stack.begin_deploy(Template())
    stack.advance(600)
    world.put_faults = [503] * 100
    assert stack.finish().status == "CREATE_COMPLETE"
    assert world.put_faults == []


def test_a_response_that_is_never_taken_ends_the_execution_when_cloudformation_waits_no_longer(
    stack: Stack, world: World
) -> None:
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(2600)
    [execution] = world.machine.running()
    world.put_faults = [503] * 10_000
    stack.advance(WAIT_SERVICE_TIMEOUT_SECONDS - 2600 + 300)
    assert execution.status == "FAILED"
    assert execution.request_id in world.beyond_response
    world.put_faults.clear()
    assert stack.delete().status == "DELETE_COMPLETE"
