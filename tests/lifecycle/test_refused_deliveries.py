"""AWS rejects the calls of several deliveries: the last one in time responds with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import promises
from .cloudformation import SERVICE_TIMEOUTS
from .invocation_thread import Pause
from .service import ServiceError
from .template import CHOICE, JOB, Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

DESCRIBE = "DescribeInferenceRecommendationsJob"


def test_a_choice_whose_deliveries_are_each_refused_late_fails_in_time(stack: Stack, world: World) -> None:
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    world.service.faults[DESCRIBE] = [ServiceError("ThrottlingException") for _ in range(3)]
    world.pauses = [Pause(1, 45, operation=DESCRIBE) for _ in range(3)]
    stack.begin_deploy(Template(objective="CostPerHour"), rollback=False)
    asked_at = world.clock.now
    outcome = stack.finish()
    assert "Try again." in str(outcome.reason)
    responses = world.responses[stack.last_request("Update", CHOICE)]
    assert [response.body["Status"] for response in responses] == ["FAILED"]
    assert responses[0].at - asked_at < SERVICE_TIMEOUTS[CHOICE]


def test_a_create_that_is_delivered_late_and_refused_late_gets_a_response_before_lambda_drops_it(
    stack: Stack, world: World
) -> None:
    world.delivery_delay = 10.0
    operation = "DescribeExecution"
    world.machine.faults[operation] = [ServiceError("ThrottlingException") for _ in range(3)]
    world.pauses = [Pause(1, 59, operation=operation) for _ in range(3)]
    stack.begin_deploy(Template(), rollback=False)
    asked_at = world.clock.now
    outcome = stack.finish()
    promises.every_request_gets_one_response(stack)
    assert "Try again." in str(outcome.reason)
    responses = world.responses[stack.last_request("Create", JOB)]
    assert [round(response.at - asked_at) for response in responses] == [10 + 59 + 60 + 59]


@pytest.mark.parametrize(("refusals", "responded_after"), [(1, 60), (2, 180), (3, 180)])
def test_what_is_refused_at_once_is_delivered_three_times(
    stack: Stack, world: World, refusals: int, responded_after: float
) -> None:
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    world.service.faults[DESCRIBE] = [ServiceError("AccessDeniedException") for _ in range(refusals)]
    stack.begin_deploy(Template(objective="CostPerHour"), rollback=False)
    asked_at = world.clock.now
    stack.finish()
    responses = world.responses[stack.last_request("Update", CHOICE)]
    assert [round(response.at - asked_at) for response in responses] == [responded_after]
    assert responses[0].body["Status"] == ("SUCCESS" if refusals < 3 else "FAILED")


def test_an_event_that_is_put_off_until_lambda_drops_it_is_a_broken_promise(
    stack: Stack, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference_recommendations_handler.handler.can_retry", lambda _: True)
    world.delivery_delay = 10.0
    operation = "DescribeExecution"
    world.machine.faults[operation] = [ServiceError("ThrottlingException") for _ in range(3)]
    world.pauses = [Pause(1, 59, operation=operation) for _ in range(2)]
    stack.deploy(Template(), rollback=False)
    with pytest.raises(AssertionError, match="got no response"):
        promises.every_request_gets_one_response(stack)
    stack.exchanges.clear()  # checked above
