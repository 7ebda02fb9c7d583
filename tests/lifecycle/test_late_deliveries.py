"""Events that are delivered repeatedly, late, or after they were canceled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import promises
from .cloudformation import STACK_ID, Stack
from .invocation_thread import FUNCTION_TIMEOUT, Pause
from .service import ServiceError
from .template import JOB, TYPES, Template, as_delivered

if TYPE_CHECKING:
    from .world import World

CREATE = "CreateInferenceRecommendationsJob"


def test_a_create_that_comes_too_late_starts_nothing(world: World) -> None:
    event = {
        "RequestType": "Create",
        "RequestId": "r-1",
        "ResponseURL": world.url(),
        "StackId": STACK_ID,
        "ResourceType": TYPES[JOB],
        "LogicalResourceId": JOB,
        "ResourceProperties": as_delivered(Template().job()),
    }
    world.clock.now += 301
    world.send(event)
    world.settle(1)
    assert world.service.made(CREATE) == 0
    assert world.responses["r-1"][0].body["Status"] == "FAILED"


@pytest.mark.parametrize("cancel_after", [1, 20, 50])
@pytest.mark.parametrize("again_after", [[], [200.0]])
def test_a_create_that_comes_after_its_delete_starts_nothing(
    stack: Stack, world: World, cancel_after: float, again_after: list[float]
) -> None:
    world.lost_deliveries = 1
    world.extra_deliveries = list(again_after)
    stack.deploy(Template(), cancel_after=cancel_after)
    world.settle(1200)
    assert world.service.made(CREATE) == 0


def test_watching_for_a_canceled_create_keeps_the_next_one(stack: Stack, world: World) -> None:
    world.lost_deliveries = 1
    stack.deploy(Template(), cancel_after=1)
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"


def test_watching_for_a_canceled_update_keeps_what_is_requested_in_the_same_second(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    world.lost_deliveries = 1
    stack.begin_deploy(Template(package="2"), cancel_after=1)
    assert stack.finish().status == "UPDATE_ROLLBACK_COMPLETE"
    rolled_back_at = stack.exchanges[-1].asked_at
    assert stack.deploy(Template(package="3")).status == "UPDATE_COMPLETE"
    assert world.service.jobs[stack.job_name].created_at == rolled_back_at


def test_a_canceled_update_is_watched_for_even_when_the_machine_refuses_once(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    world.lost_deliveries = 1
    world.machine.faults["StartExecution"] = [ServiceError("InternalFailure", status=500)]
    stack.deploy(Template(package="2"), cancel_after=20)
    world.settle(900)
    assert world.service.active() == []


@pytest.mark.parametrize("prefix", ["shop-job", "other"])
@pytest.mark.parametrize("then", ["roll back", "update", "delete"])
def test_the_job_of_the_first_of_two_updates_that_got_no_response_is_stopped(
    stack: Stack, world: World, prefix: str, then: str
) -> None:
    world.service.runs_for = 600
    stack.deploy(Template())
    world.service.runs_for = 4 * 3600
    world.service.kills_the_caller_after = CREATE
    stack.deploy(Template(package="2", prefix=prefix), cancel_after=20, rollback=False)
    world.settle(400)
    _, orphan = world.service.jobs.values()
    assert orphan.continues(world.clock.now)
    world.function_works = False
    stack.deploy(Template(package="3"), cancel_after=20, rollback=False)
    world.settle(400)
    world.function_works = True
    if then == "roll back":
        assert stack.continue_rollback().status == "UPDATE_ROLLBACK_COMPLETE"
    elif then == "update":
        stack.begin_deploy(Template(package="4"))
        stack.advance(60)
    else:
        assert stack.delete().status == "DELETE_COMPLETE"
    assert not orphan.continues(world.clock.now)


def test_an_update_keeps_the_job_that_stays(stack: Stack, world: World) -> None:
    stack.deploy(Template(), cancel_after=200, rollback=False)
    job = world.service.jobs[stack.job_name]
    assert stack.deploy(Template(role="other")).status == "UPDATE_COMPLETE"
    assert job.stopped_at is None


def test_a_late_delivery_of_a_create_whose_job_was_requested_again_since_starts_nothing(
    stack: Stack, world: World
) -> None:
    world.service.kills_the_caller_after = CREATE
    stack.begin_deploy(Template(), rollback=False)
    stack.cancel()
    stack.finish()
    world.settle(1)
    stack.begin_deploy(Template())
    stack.advance(5)
    stack.begin_delete()
    stack.advance(5)
    # A list that is consistent in the end needn't show the Delete's execution: the job itself has to tell.
    world.machine.executions.clear()
    world.settle(400)
    assert len(world.service.jobs) == 1
    late = world.responses["00000000-0000-4000-8000-000000000001"]
    assert [received.body["Status"] for received in late] == ["FAILED"]


def test_a_create_that_is_overtaken_inside_the_function_leaves_its_job_to_the_next_request(
    stack: Stack, world: World
) -> None:
    world.pauses = [Pause(1, 40, operation=CREATE)]
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(10)
    stack.cancel()
    stack.finish()
    stack.begin_deploy(Template())
    stack.advance(60)
    assert len(world.service.jobs) == 1
    assert world.service.jobs[stack.job_name].tags["cdk-inference-recommender:request-id"] == stack.last_request(
        "Create", JOB
    )


def test_the_same_request_keeps_its_job_even_when_it_has_failed(stack: Stack, world: World) -> None:
    world.service.ends_as, world.service.runs_for = "FAILED", 70.0
    world.extra_deliveries = [100]
    stack.deploy(Template(), rollback=False)
    world.settle(300)
    assert len(world.service.jobs) == 1


def test_a_job_whose_queue_broke_off_is_still_the_requests_job(stack: Stack, world: World) -> None:
    world.service.role_usable_at = world.clock.now + 10
    world.service.kills_the_caller_after = CREATE
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    name = stack.job_name
    stack.deploy(Template(package="2"), cancel_after=100)
    assert stack.job_name == name
    assert len(world.service.jobs) == 2


@pytest.mark.parametrize("after", [0, 100])
def test_a_deleted_stage_polls_no_more(stack: Stack, world: World, after: float) -> None:
    stack.begin_deploy(Template())
    stack.advance(0)
    stack.advance(after)
    assert [execution.state["task"] for execution in world.machine.running()] == ["wait"]
    stack.begin_delete()
    stack.advance(1)
    assert "wait" not in [execution.state["task"] for execution in world.machine.running()]


def test_an_update_of_a_stage_that_is_delivered_again_stops_no_other_of_the_same_second(
    stack: Stack, world: World
) -> None:
    stack.deploy(Template())
    changed = Template(package="2")
    stack.deploy(changed, cancel_after=100, rollback=False)
    world.extra_deliveries = [59.0]
    stack.deploy(changed, cancel_after=0, rollback=False)
    outcome = stack.deploy(changed, rollback=False)
    (first, _), (second, _) = [each for each in stack.events if each[0]["RequestType"] == "Update"][-3:-1]
    assert first["ResponseURL"] == second["ResponseURL"], "not in the same second"
    assert outcome.status == "UPDATE_COMPLETE"


@pytest.mark.parametrize("aborted", [False, True])
def test_a_request_that_was_refused_and_canceled_is_not_created_by_a_later_delivery(
    stack: Stack, world: World, *, aborted: bool
) -> None:
    stack.deploy(Template())
    world.service.faults[CREATE] = [ServiceError("ValidationException", "Could not find model package")]
    world.extra_deliveries = [70.0]
    outcome = stack.deploy(Template(), Template(id="Other"))
    assert "Could not find model package" in str(outcome.reason)
    if aborted:
        world.machine.abort_all()
    world.settle(600)
    assert len(world.service.jobs) == 1
    assert world.machine.running() == []


def test_a_later_delivery_takes_the_same_job_when_another_one_has_stopped_meanwhile(stack: Stack, world: World) -> None:
    template = Template(accept_stopped=True)
    world.service.stopped_jobs_have_results = True
    stack.begin_deploy(template, rollback=False)
    stack.advance(200)
    world.service.jobs[stack.job_name].stopped_at = world.clock.now
    stack.begin_delete()
    assert stack.finish().status == "DELETE_COMPLETE"
    world.service.jobs[next(iter(world.service.jobs))].stopped_at = world.clock.now
    world.extra_deliveries = [100.0, 200.0]
    assert stack.deploy(template).status == "CREATE_COMPLETE"
    world.settle(300)
    responded = {received.body["PhysicalResourceId"] for received in world.responses[stack.last_request("Create", JOB)]}
    assert responded == {stack.job_name}


@pytest.mark.parametrize("pause", [None, Pause(1, 59, done=True), Pause(1, 45, operation=CREATE)])
def test_another_delivery_of_a_create_that_was_refused_and_deleted_leaves_nothing(
    stack: Stack, world: World, pause: Pause | None
) -> None:
    refused = ServiceError("ValidationException", "Could not find model package")
    world.service.faults[CREATE] = [refused]
    world.pauses = [] if pause is None else [pause]
    world.extra_deliveries = [0.0 if pause else 3.0]
    assert stack.deploy(Template()).status == "ROLLBACK_COMPLETE"
    world.remove_function()
    world.settle(120)
    assert world.service.active() == []


def test_a_create_that_stood_still_until_its_stack_was_gone_starts_nothing(stack: Stack, world: World) -> None:
    world.lost_deliveries = 1
    stack.begin_deploy(Template())
    stack.begin_delete()
    stack.advance(59)
    world.pauses = [Pause(1, 45, operation="ListExecutions")]
    stack.advance(1)
    assert stack.finish().status == "DELETE_COMPLETE"
    world.remove_function()
    world.settle(60)
    assert world.service.made(CREATE) == 0


def test_a_late_delivery_after_an_unsure_deletion_of_a_refused_request_starts_nothing(
    stack: Stack, world: World
) -> None:
    stack.deploy(Template())
    world.service.faults[CREATE] = [ServiceError("ValidationException", "Could not find model package")]
    world.service.faults["ListInferenceRecommendationsJobs"] = []
    world.extra_deliveries = [130.0]
    stack.begin_deploy(Template(), Template(id="Other"))
    stack.advance(0)
    world.service.faults["ListInferenceRecommendationsJobs"] = [ServiceError("ThrottlingException", "Rate exceeded")]
    assert stack.finish().status == "UPDATE_ROLLBACK_COMPLETE"
    world.settle(600)
    assert len(world.service.jobs) == 1


def test_a_repeated_delivery_stays_with_its_job_when_it_cannot_see_at_once_whose_the_first_name_is(
    stack: Stack, world: World
) -> None:
    name = Template().first_name(STACK_ID, world.jobs)
    world.service.foreign(name)
    world.extra_deliveries = [200.0]
    stack.begin_deploy(Template())
    stack.advance(100)
    refused = ServiceError("ThrottlingException", "Rate exceeded")
    world.service.faults["ListTags"] = [refused, refused]
    assert stack.finish().status == "CREATE_COMPLETE"
    responded = world.responses[stack.last_request("Create", JOB)]
    assert [received.body["PhysicalResourceId"] for received in responded] == [f"{name}-2"] * 2


def test_a_rollback_that_comes_late_in_the_same_second_as_what_it_takes_back_leaves_nothing(
    stack: Stack, world: World
) -> None:
    stack.deploy(Template())
    world.service.runs_for = 4 * 3600
    world.function_works = False
    stack.deploy(Template(package="2"), rollback=False)
    stack.begin_deploy(Template(package="2"))
    stack.advance(0)
    stack.cancel()
    stack.advance(30)
    world.function_works = True
    assert stack.finish().status == "UPDATE_ROLLBACK_COMPLETE"
    world.settle(600)
    assert world.service.active() == []


@pytest.mark.parametrize("prefix", ["shop-job", "watch-me"])
def test_a_queued_request_that_is_canceled_is_stopped_whatever_its_name(
    stack: Stack, world: World, prefix: str
) -> None:
    stack.deploy(Template(prefix=prefix))
    world.service.quota, world.service.runs_for = 0, 4 * 3600
    world.pauses = [Pause(1, FUNCTION_TIMEOUT, done=True, operation="StartExecution")]
    outcome = stack.deploy(Template(prefix=prefix, package="2"), cancel_after=20)
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    world.settle(900)
    world.service.quota = 9
    world.settle(900)
    assert world.service.active() == []


@pytest.mark.parametrize("arn", ["x:stateMachine:y", "", None, ["a"]])
def test_a_state_machine_that_is_none_hinders_no_deletion(stack: Stack, world: World, arn: object) -> None:
    stack.deploy(Template())
    for each in stack.resources.values():
        each.properties = dict(each.properties) | {"StateMachineArn": arn}
    stack.machine_arn = arn  # type: ignore[assignment]
    assert stack.delete().status == "DELETE_COMPLETE"
    assert world.service.active() == []


@pytest.mark.parametrize("lands_after", [2, 5, 50])
@pytest.mark.parametrize("again_after", [1, 5, 40])
@pytest.mark.parametrize("stops", ["granted", "denied"])
def test_a_name_that_was_just_given_up_may_still_get_its_job(
    stack: Stack, world: World, lands_after: float, again_after: float, stops: str
) -> None:
    """The response to a create is lost, and a job that fails cancels the update: no Delete follows."""
    stack.deploy(Template(), Template(id="Other"))
    world.service.faults[CREATE] = [ServiceError("ValidationException", "Could not find model package")]
    world.service.late_create_seconds = lands_after
    changed = Template(package="2"), Template(id="Other", package="2")
    assert stack.deploy(*changed).status == "UPDATE_ROLLBACK_COMPLETE"
    stack.advance(again_after)
    if stops == "denied":
        world.service.denied_until["StopInferenceRecommendationsJob"] = float("inf")
    stack.begin_deploy(*changed)
    while stack.busy:
        stack.advance(1)
        promises.no_two_jobs_for_one_request(world)
    assert stack.finish().status == "UPDATE_COMPLETE"
    assert world.service.jobs[stack.resources["OtherJob"].physical_id].stopped_at is None
