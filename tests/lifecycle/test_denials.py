"""A permanent denial, such as by a service control policy, ends a deletion within minutes, and never hides a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_recommendations_handler.protocol.contract import IN_FLIGHT_SECONDS
from inference_recommendations_handler.stack.execution_state import PERMISSION_BOUND_SECONDS

from .service import SECONDS_STOPPING, ServiceError
from .template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .cloudformation import Stack
    from .world import World

DESCRIBE = "DescribeInferenceRecommendationsJob"
LIST_TAGS = "ListTags"
LIST_JOBS = "ListInferenceRecommendationsJobs"
STOP = "StopInferenceRecommendationsJob"
FOR_EVER = 10.0**12
BOUND = PERMISSION_BOUND_SECONDS + IN_FLIGHT_SECONDS + SECONDS_STOPPING + 60
STATES = ("finished", "running", "paused")
DELETED, FAILED = "DELETE_COMPLETE", "DELETE_FAILED"

TABLE: Mapping[tuple[str, ...], tuple[str, str, str]] = {
    # What is denied for ever: how the deletion ends of a job that has finished, that runs, in an unknown status.
    (DESCRIBE,): (DELETED, FAILED, FAILED),
    (LIST_TAGS,): (DELETED, FAILED, FAILED),
    (LIST_JOBS,): (DELETED, DELETED, DELETED),
    (STOP,): (DELETED, FAILED, FAILED),
    (DESCRIBE, LIST_TAGS): (DELETED, FAILED, FAILED),
    (DESCRIBE, LIST_JOBS): (FAILED, FAILED, FAILED),
    (DESCRIBE, STOP): (DELETED, FAILED, FAILED),
    (LIST_TAGS, LIST_JOBS): (DELETED, FAILED, FAILED),
    (LIST_TAGS, STOP): (DELETED, FAILED, FAILED),
    (LIST_JOBS, STOP): (DELETED, FAILED, FAILED),
    (DESCRIBE, LIST_TAGS, LIST_JOBS, STOP): (FAILED, FAILED, FAILED),
}
ROWS = [
    pytest.param(denied, state, ends, id=f"{'+'.join(denied)}-{state}")
    for denied, row in TABLE.items()
    for state, ends in zip(STATES, row, strict=True)
]


def _stack_with_a_job(stack: Stack, world: World, state: str) -> None:
    if state == "finished":
        assert stack.deploy(Template()).status == "CREATE_COMPLETE"
        world.settle(3600)
        return
    world.service.runs_for = FOR_EVER
    world.service.runs_as = "PAUSED" if state == "paused" else "IN_PROGRESS"
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(100)


@pytest.mark.parametrize(("denied", "state", "ends"), ROWS)
def test_what_is_denied_for_ever_ends_a_deletion_in_minutes(
    stack: Stack, world: World, denied: tuple[str, ...], state: str, ends: str
) -> None:
    _stack_with_a_job(stack, world, state)
    [job] = world.service.jobs.values()
    world.service.denied_until = dict.fromkeys(denied, FOR_EVER)
    started = world.clock.now
    outcome = stack.delete()
    assert outcome.status == ends
    assert world.clock.now - started <= BOUND
    if ends == DELETED:
        assert not job.continues(world.clock.now)
    else:
        assert f"`inference-recommender stop {job.name}`" in str(outcome.reason)
        assert "is not authorized to perform" in str(outcome.reason)
        world.service.denied_until.clear()
        assert stack.delete().status == DELETED
        assert world.service.active() == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("denied", TABLE, ids="+".join)
def test_what_is_denied_for_a_while_fails_no_deletion(
    stack: Stack, world: World, denied: tuple[str, ...], state: str
) -> None:
    _stack_with_a_job(stack, world, state)
    world.service.denied_until = dict.fromkeys(denied, world.clock.now + PERMISSION_BOUND_SECONDS - 60)
    assert stack.delete().status == DELETED
    assert world.service.active() == []


@pytest.mark.parametrize("operation", ["DescribeExecution", "ListExecutions"])
def test_a_queue_that_is_denied_for_ever_fails_the_deletion_in_minutes(
    stack: Stack, world: World, operation: str
) -> None:
    world.service.quota = 0
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(100)
    world.machine.faults[operation] = [
        ServiceError("AccessDeniedException", f"User is not authorized to perform: states:{operation}")
    ] * 10_000
    started = world.clock.now
    outcome = stack.delete()
    assert outcome.status == FAILED
    assert "not authorized" in str(outcome.reason)
    assert world.clock.now - started <= BOUND


def test_a_job_that_could_not_be_stopped_in_time_is_stopped_as_soon_as_it_may_be(stack: Stack, world: World) -> None:
    _stack_with_a_job(stack, world, "running")
    [job] = world.service.active()
    world.service.denied_until[STOP] = FOR_EVER
    assert stack.delete().status == FAILED
    world.service.denied_until.clear()
    world.settle(60)
    assert job.stopped_at is not None


def test_a_cancelled_create_is_found_by_its_name_where_jobs_cannot_be_listed(stack: Stack, world: World) -> None:
    world.service.runs_for = FOR_EVER
    world.service.denied_until[LIST_JOBS] = FOR_EVER
    world.lost_deliveries = 0
    world.service.kills_the_caller_after = "CreateInferenceRecommendationsJob"
    assert stack.deploy(Template(), cancel_after=30).status == "ROLLBACK_COMPLETE"
    [job] = world.service.jobs.values()
    assert job.stopped_at is not None


@pytest.mark.parametrize("denied", [DESCRIBE, LIST_TAGS])
def test_another_teams_job_of_the_same_prefix_that_is_hidden_delays_a_deletion_by_minutes_only(
    stack: Stack, world: World, monkeypatch: pytest.MonkeyPatch, denied: str
) -> None:
    stack.deploy(Template())
    hidden, original = world.service.foreign(f"{Template().prefix}-theirs"), getattr(world.service, f"_{denied}")

    def hide(request: Mapping[str, Any]) -> dict[str, Any]:
        if hidden.name in (request.get("JobName"), str(request.get("ResourceArn")).rpartition("/")[2]):
            raise ServiceError("AccessDeniedException", f"User is not authorized to perform: sagemaker:{denied}")
        found: dict[str, Any] = original(request)
        return found

    monkeypatch.setattr(world.service, f"_{denied}", hide)
    started = world.clock.now
    assert stack.delete().status == DELETED
    assert world.clock.now - started <= BOUND
    assert hidden.stopped_at is None
    [line] = world.log.entries("not described")
    assert "not authorized" in line["reason"]


@pytest.mark.parametrize("template", [Template(), Template(prefix="mine", exact=True)], ids=["made name", "own name"])
@pytest.mark.parametrize("denied", [LIST_TAGS, DESCRIBE])
def test_a_create_that_is_cancelled_and_hidden_fails_its_rollback_and_names_the_job(
    stack: Stack, world: World, denied: str, template: Template
) -> None:
    world.service.kills_the_caller_after = "CreateInferenceRecommendationsJob"
    world.service.denied_until = {denied: FOR_EVER}
    outcome = stack.deploy(template, cancel_after=5)
    [job] = world.service.jobs.values()
    assert outcome.status == "ROLLBACK_FAILED"
    assert f"`inference-recommender stop {job.name}`" in str(outcome.reason)


@pytest.mark.parametrize("hidden", ["denied", "throttled"])
def test_a_finished_job_of_another_owner_is_never_taken_for_the_stack_s(
    stack: Stack, world: World, hidden: str
) -> None:
    stranger = world.service.foreign("mine", {"cdk-inference-recommender:stack-id": "another"})
    stranger.runs_for = 60
    if hidden == "denied":
        world.service.denied_until = {LIST_TAGS: FOR_EVER}
    else:
        world.service.faults[LIST_TAGS] = [ServiceError("ThrottlingException", "Rate exceeded")] * 6
    outcome = stack.deploy(Template(prefix="mine", exact=True))
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert stranger.tags == {"cdk-inference-recommender:stack-id": "another"}


def test_a_job_that_could_not_be_stopped_is_not_said_to_be(stack: Stack, world: World) -> None:
    world.service.runs_for = FOR_EVER
    stack.begin_deploy(Template(timeout=1200, wait_stages=1), rollback=False)
    stack.advance(1100)
    world.service.denied_until = {STOP: FOR_EVER}
    while not world.service.calls or world.service.calls[-1][0] != STOP:
        stack.advance(1)
    world.service.faults[DESCRIBE] = [ServiceError("ValidationException", "The request is malformed")] * 9
    outcome = stack.finish()
    assert "it couldn't be stopped: The request is malformed" in str(outcome.reason)


def test_a_failed_job_whose_steps_cannot_be_listed_fails_with_its_own_reason(stack: Stack, world: World) -> None:
    world.service.ends_as, world.service.reason = "FAILED", "No benchmark succeeded"
    world.service.denied_until = {"ListInferenceRecommendationsJobSteps": FOR_EVER}
    outcome = stack.deploy(Template())
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert "No benchmark succeeded" in str(outcome.reason)
    [line, *_] = world.log.entries("steps not listed")
    [job] = world.service.jobs
    assert (line["level"], line["jobName"], line["errorCode"]) == ("WARNING", job, "AccessDeniedException")


def test_tags_that_cannot_be_changed_fail_no_update(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    [job] = world.service.jobs.values()
    world.service.denied_until = {"AddTags": FOR_EVER}
    assert stack.deploy(Template(tags=(("team", "search"),))).status == "UPDATE_COMPLETE"
    assert "team" not in job.tags
    [line] = world.log.entries("tags not updated")
    assert (line["level"], line["jobName"], line["errorCode"]) == ("WARNING", job.name, "AccessDeniedException")
