"""A job in an unknown status hasn't ended: the handler waits for it, adopts it, and stops it like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .service import ServiceError
from .template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .cloudformation import Stack
    from .world import World

FOR_EVER = 10**6
STOP = "StopInferenceRecommendationsJob"


@pytest.fixture(params=["PAUSED", "QUEUED_FOR_CAPACITY"], autouse=True)
def status(request: pytest.FixtureRequest, world: World) -> str:
    world.service.runs_as = str(request.param)
    return world.service.runs_as


@pytest.fixture
def endless(stack: Stack, world: World) -> Stack:
    world.service.runs_for = FOR_EVER
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(100)
    return stack


def test_it_is_waited_for(stack: Stack, world: World) -> None:
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


def test_its_deletion_stops_it_and_waits(endless: Stack, world: World) -> None:
    [job] = world.service.active()
    assert endless.delete().status == "DELETE_COMPLETE"
    assert job.status(world.clock.now) == "STOPPED"


def test_its_deletion_never_succeeds_while_it_continues(endless: Stack, world: World) -> None:
    [job] = world.service.active()
    world.service.ignores_stops = True
    outcome = endless.delete()
    assert outcome.status == "DELETE_FAILED"
    assert f"The job {job.name} didn't stop within 27 minutes, and may incur charges" in str(outcome.reason)


def test_a_cancelled_create_whose_name_is_not_known_stops_it(stack: Stack, world: World) -> None:
    world.service.runs_for = FOR_EVER
    world.service.kills_the_caller_after = "CreateInferenceRecommendationsJob"
    assert stack.deploy(Template(), cancel_after=70).status == "ROLLBACK_COMPLETE"
    [job] = world.service.jobs.values()
    assert job.stopped_at is not None


def test_an_update_that_got_no_response_leaves_none(stack: Stack, world: World) -> None:
    stack.deploy(Template())
    world.service.runs_for = FOR_EVER
    world.service.kills_the_caller_after = "CreateInferenceRecommendationsJob"
    assert stack.deploy(Template(package="2"), cancel_after=70).status == "UPDATE_ROLLBACK_COMPLETE"
    world.settle(900)
    assert world.service.active() == []
    assert len(world.service.jobs) == 2


def test_the_timeout_stops_it(endless: Stack, world: World) -> None:
    [job] = world.service.active()
    assert "and it was stopped" in str(endless.finish().reason)
    assert job.stopped_at is not None


def test_the_timeout_does_not_say_that_it_was_stopped_where_it_was_not(
    endless: Stack, world: World, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [job] = world.service.active()

    def refuse(request: Mapping[str, Any]) -> dict[str, Any]:
        raise ServiceError("ValidationException", f"Cannot stop the non-running job {request['JobName']}")

    monkeypatch.setattr(world.service, f"_{STOP}", refuse)
    reason = str(endless.finish().reason)
    assert f"it couldn't be stopped: It is still {status}." in reason
    assert f"`inference-recommender stop {job.name}`" in reason
