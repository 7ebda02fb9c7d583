"""A job is visible before its tags: it can belong to the stack, and is neither adopted nor taken for another owner's.

The handler's policy allows it to stop and tag only what has the stack's tag: a tag that isn't shown yet is a denial.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_recommendations_handler.protocol.contract import FUNCTION_TIMEOUT_SECONDS
from inference_recommendations_handler.stack.owner import TAGS_VISIBLE_WITHIN_SECONDS

from .invocation_thread import Pause
from .service import OLDER_THAN_ANY_BOUND, ServiceError
from .template import Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

CREATE = "CreateInferenceRecommendationsJob"
EXACT = Template(prefix="mine", exact=True)


@pytest.fixture(params=[5, 20, 60, 110], autouse=True)
def seconds(request: pytest.FixtureRequest, world: World) -> float:
    """Seconds until tags are visible."""
    world.service.tags_visible_after = float(request.param)
    return world.service.tags_visible_after


@pytest.mark.parametrize("template", [Template(), EXACT], ids=["made name", "exact name"])
@pytest.mark.parametrize("again_after", [[1], [1, 2], [30], [70, 130]], ids=str)
def test_another_delivery_finds_the_job_of_the_first(
    stack: Stack, world: World, template: Template, again_after: list[float]
) -> None:
    world.extra_deliveries = list(again_after)
    assert stack.deploy(template).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


def test_another_delivery_finds_the_job_that_the_first_never_learnt_of(stack: Stack, world: World) -> None:
    world.service.kills_the_caller_after = CREATE
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


@pytest.mark.parametrize("template", [Template(), EXACT], ids=["made name", "exact name"])
@pytest.mark.parametrize("after", [0, 1, 10, 40])
def test_a_cancelled_create_leaves_no_job(stack: Stack, world: World, template: Template, after: float) -> None:
    assert stack.deploy(template, cancel_after=after).status == "ROLLBACK_COMPLETE"
    # The function goes with the stack: what it hasn't stopped by now is stopped by nothing.
    world.remove_function()
    world.settle(900)
    assert world.service.active() == []
    assert len(world.service.jobs) <= 1


@pytest.mark.parametrize("after", [1, 10, 40])
def test_a_deleted_job_is_stopped(stack: Stack, world: World, after: float) -> None:
    stack.begin_deploy(Template())
    stack.advance(after)
    stack.begin_delete()
    assert stack.finish().status == "DELETE_COMPLETE"
    assert world.service.active() == []


def test_a_cancelled_update_leaves_no_job(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    world.pauses = [Pause(1, FUNCTION_TIMEOUT_SECONDS, done=True, operation=CREATE)]
    assert stack.deploy(Template(package="2"), cancel_after=5).status == "UPDATE_ROLLBACK_COMPLETE"
    world.settle(900)
    assert world.service.active() == []


@pytest.mark.parametrize("renamed", [EXACT, Template(prefix="mine")], ids=["exact name", "another prefix"])
@pytest.mark.parametrize("deleted_after", [1, 60])
def test_a_deletion_stops_the_job_that_a_cancelled_update_has_renamed(
    stack: Stack, world: World, renamed: Template, deleted_after: float
) -> None:
    stack.deploy(Template())
    assert stack.deploy(renamed, cancel_after=0).status == "UPDATE_ROLLBACK_COMPLETE"
    world.settle(deleted_after)
    assert stack.delete().status == "DELETE_COMPLETE"
    world.remove_function()
    world.settle(900)
    assert world.service.active() == []


def test_a_deletion_does_not_wait_for_what_others_start_later(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    stack.begin_delete()
    for number in range(10):
        world.service.foreign(f"theirs-{number}").created_at += OLDER_THAN_ANY_BOUND
        stack.advance(30)
    # 300 s later: longer than any job of before the event can have no tags.
    assert not stack.busy
    assert stack.finish().status == "DELETE_COMPLETE"


def test_a_job_that_the_queue_gets_just_before_the_timeout_is_stopped(
    stack: Stack, world: World, seconds: float
) -> None:
    world.service.quota, world.service.runs_for = 0, 10**6
    stack.begin_deploy(Template(timeout=3000), rollback=False)
    stack.advance(2950)
    assert world.service.jobs == {}
    world.service.quota = 9
    outcome = stack.finish()
    [job] = world.service.jobs.values()
    assert "did not finish within" in str(outcome.reason)
    # The last wait stage tries for a minute after its end.
    assert (job.stopped_at is not None) == ("it was stopped" in str(outcome.reason))
    assert ("may still run, and incur charges" in str(outcome.reason)) == (job.stopped_at is None)
    assert seconds > 50 or job.stopped_at is not None


def test_a_another_owners_new_job_without_tags_is_never_adopted(stack: Stack, world: World) -> None:
    theirs = world.service.foreign("mine")
    theirs.created_at += OLDER_THAN_ANY_BOUND
    started = world.clock.now
    outcome = stack.deploy(EXACT)
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert "exists and belongs to" in str(outcome.reason)
    assert world.clock.now - started < TAGS_VISIBLE_WITHIN_SECONDS + 2 * 60 + 5 * 60
    assert (theirs.stopped_at, theirs.tags) == (None, {})


def test_tags_that_cannot_be_changed_yet_are_changed_in_the_same_invocation(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    [job] = world.service.jobs.values()
    # As for a policy that has just been attached.
    world.service.denied_until["AddTags"] = world.clock.now + 5
    assert stack.deploy(Template(tags=(("team", "search"),))).status == "UPDATE_COMPLETE"
    assert job.tags["team"] == "search"


def test_a_rollback_whose_look_at_its_job_is_refused_once_pays_nothing(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    stack.begin_deploy(Template(package="2"))
    stack.advance(400)
    # What the old job measured is gone by now, so that the service refuses the request as invalid.
    world.service.faults[CREATE] = [ServiceError("ValidationException", "Could not find model package")] * 2
    world.service.faults["ListTags"] = [ServiceError("ThrottlingException")] * 8
    stack.cancel()
    assert stack.finish().status == "UPDATE_ROLLBACK_COMPLETE"
    assert len(world.service.jobs) == 2
