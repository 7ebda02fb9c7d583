"""All kinds of jobs have the same lifecycle: this kind has a Delete operation and reusable names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from inference_recommendations_handler import invocation

from . import promises
from .invented_jobs import DELETE, TYPES, InventedJobs
from .service import ServiceError
from .surroundings import live_in
from .template import JOB, WAIT_STAGE, Template
from .wiring import unconnected_clients
from .world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .cloudformation import Stack


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world whose stacks have the invented kind of job."""
    monkeypatch.setitem(cast("dict[str, Any]", invocation.JOBS), TYPES[JOB], InventedJobs.of)
    monkeypatch.setitem(cast("dict[str, Any]", invocation.WAITS), TYPES[WAIT_STAGE], InventedJobs.of)
    world = World(unconnected_clients(), light=True, kind=InventedJobs.of, types=TYPES)
    live_in(world, monkeypatch)
    yield world
    world.close()
    promises.nothing_surprising_is_raised(world)


def test_a_deleted_stack_deletes_the_records_of_its_jobs(stack: Stack, world: World) -> None:
    assert stack.deploy(Template(), Template(id="Other")).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 2
    assert stack.delete().status == "DELETE_COMPLETE"
    assert world.service.jobs == {}


def test_a_running_job_is_stopped_before_its_record_is_deleted(stack: Stack, world: World) -> None:
    stack.begin_deploy(Template())
    stack.advance(100)
    stack.begin_delete()
    assert stack.finish().status == "DELETE_COMPLETE"
    assert world.service.jobs == {}


def test_a_rollback_adopts_the_job_that_is_not_deleted_yet(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    [job] = world.service.jobs
    world.service.ends_as, world.service.reason = "FAILED", "No room.\nAt all."
    outcome = stack.deploy(Template(package="2"))
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert str(outcome.reason).startswith(
        "JobJobWait1: No room. At all. (The invented job "
    ) or "No room. At all." in str(outcome.reason)
    assert set(world.service.jobs) == {job}


def test_a_deletion_stops_the_job_that_a_cancelled_update_has_renamed(stack: Stack, world: World) -> None:
    world.service.tags_visible_after = 110
    stack.deploy(Template())
    assert stack.deploy(Template(prefix="mine", exact=True), cancel_after=0).status == "UPDATE_ROLLBACK_COMPLETE"
    world.settle(1)
    assert stack.delete().status == "DELETE_COMPLETE"
    world.remove_function()
    world.settle(900)
    assert world.service.active() == []


@pytest.mark.parametrize("lands_after", [5, 50, 65])
@pytest.mark.parametrize("deleted_after", [20, 40])
def test_a_deletion_frees_no_name_for_which_a_create_is_in_flight(
    stack: Stack, world: World, lands_after: float, deleted_after: float
) -> None:
    world.service.late_create_seconds, world.service.seconds_stopping = lands_after, 3
    stack.begin_deploy(Template())
    stack.advance(deleted_after)
    stack.begin_delete()
    assert stack.finish().status == "DELETE_COMPLETE"
    world.remove_function()
    world.settle(900)
    world.service.land()
    assert world.service.jobs == {}


def test_a_name_that_is_free_again_makes_a_new_job(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    [first] = world.service.jobs
    stack.deploy(Template(package="2"))
    assert first not in world.service.jobs
    assert stack.deploy(Template()).status == "UPDATE_COMPLETE"
    assert set(world.service.jobs) == {first}
    assert world.service.made("CreateInferenceRecommendationsJob") == 3


def test_a_name_whose_execution_is_kept_is_not_queued_again(stack: Stack, world: World) -> None:
    """Step Functions keeps the name of an execution longer than the API keeps the name of a job."""
    world.service.faults["CreateInferenceRecommendationsJob"] = [ServiceError("ThrottlingException")]
    stack.deploy(Template())
    [first] = world.service.jobs
    stack.deploy(Template(package="2"))
    world.service.faults["CreateInferenceRecommendationsJob"] = [ServiceError("ThrottlingException")]
    assert stack.deploy(Template()).status == "UPDATE_COMPLETE"
    assert set(world.service.jobs) == {f"{first}-2"}


def test_a_record_that_cannot_be_deleted_for_now_is_deleted_later(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    world.service.faults[DELETE] = [ServiceError("ThrottlingException")] * 3
    assert stack.delete().status == "DELETE_COMPLETE"
    assert world.service.jobs == {}


def test_a_rollback_adopts_its_job_although_an_earlier_name_is_free_again(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    [first] = world.service.jobs
    stack.deploy(Template(package="2"))
    world.service.foreign(first)
    stack.deploy(Template())
    assert stack.job_name == f"{first}-2"
    del world.service.jobs[first]
    world.service.ends_as = "FAILED"
    assert stack.deploy(Template(package="2")).status == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.job_name == f"{first}-2"
    assert first not in world.service.jobs
