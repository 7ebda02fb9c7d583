"""Two concurrent invocations: one pauses at each of its API calls in turn while the other one runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cloudformation import STACK_ID
from .disturbances import CREATE
from .invocation_thread import Pause
from .template import JOB, Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

CALLS = range(1, 6)
every_call = pytest.mark.parametrize("at_call", CALLS)
before_and_after = pytest.mark.parametrize("done", [False, True], ids=["before", "after"])


@pytest.fixture(autouse=True)
def jobs_that_continue(world: World) -> None:
    world.service.runs_for = 4 * 3600


@every_call
@before_and_after
@pytest.mark.parametrize("seconds", [5, 59, 60])
@pytest.mark.parametrize("quota", [9, 0])
def test_a_create_that_is_canceled_meanwhile_leaves_nothing(
    stack: Stack, world: World, *, at_call: int, done: bool, seconds: float, quota: int
) -> None:
    world.service.quota = quota
    world.pauses = [Pause(at_call, seconds, done)]
    stack.begin_deploy(Template())
    stack.advance(1)
    stack.begin_delete()
    assert stack.finish().status == "DELETE_COMPLETE"
    world.service.quota = 9
    world.remove_function()
    world.settle(900)
    assert world.service.active() == []


@every_call
@before_and_after
def test_two_deliveries_of_a_create_make_one_job(stack: Stack, world: World, at_call: int, done: bool) -> None:
    world.service.runs_for = 600
    world.pauses = [Pause(at_call, 10, done)]
    world.extra_deliveries = [1]
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


@every_call
@before_and_after
@pytest.mark.parametrize("seconds", [10, 20, 40])
def test_two_deliveries_of_a_create_whose_first_name_is_taken_create_one_job(
    stack: Stack, world: World, *, at_call: int, done: bool, seconds: float
) -> None:
    name = Template().first_name(STACK_ID, world.jobs)
    world.service.foreign(name)
    world.service.runs_for = 600
    world.pauses = [Pause(at_call, seconds, done)]
    world.extra_deliveries = [1]
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert stack.job_name == f"{name}-2"
    world.settle(900)
    assert set(world.service.jobs) == {name, f"{name}-2"}


def test_a_delivery_that_queues_a_name_that_is_taken_fails_the_deployment_and_leaves_nothing(
    stack: Stack, world: World
) -> None:
    name = Template().first_name(STACK_ID, world.jobs)
    world.service.foreign(name)
    world.pauses = [Pause(1, 45, done=True, operation=CREATE), Pause(1, 20, operation=CREATE)]
    world.extra_deliveries = [1]
    outcome = stack.deploy(Template())
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert f"{name} exists and belongs to" in str(outcome.reason)
    names = [received.body["PhysicalResourceId"] for received in world.responses[stack.last_request("Create", JOB)]]
    assert names == [name, f"{name}-2"]
    assert world.service.jobs[f"{name}-2"].status(world.clock.now) in {"STOPPING", "STOPPED"}


@every_call
@before_and_after
@pytest.mark.parametrize("cancel_after", [0, 1])
@pytest.mark.parametrize("then", ["delete", "abort the search and delete", "wait"])
def test_an_update_that_is_canceled_meanwhile_leaves_nothing(
    stack: Stack, world: World, *, at_call: int, done: bool, cancel_after: float, then: str
) -> None:
    world.service.runs_for = 600
    stack.deploy(Template())
    world.service.runs_for = 4 * 3600
    world.pauses = [Pause(at_call, 59, done)]
    assert stack.deploy(Template(package="2"), cancel_after=cancel_after).status == "UPDATE_ROLLBACK_COMPLETE"
    if then.startswith("abort"):
        world.machine.abort_all()
        stack.advance(1)
    if then.endswith("delete"):
        assert stack.delete().status == "DELETE_COMPLETE"
        world.remove_function()
    world.settle(900)
    assert world.service.active() == []


@every_call
@before_and_after
def test_a_retry_that_is_made_while_its_request_is_canceled_leaves_nothing(
    stack: Stack, world: World, at_call: int, done: bool
) -> None:
    world.service.quota = 0
    stack.begin_deploy(Template())
    stack.advance(59)
    world.service.quota = 9
    world.pauses = [Pause(at_call, 50, done)]
    stack.advance(2)
    stack.begin_delete()
    assert stack.finish().status == "DELETE_COMPLETE"
    world.remove_function()
    world.settle(900)
    assert world.service.active() == []
