"""A job that can't be created yet: the pauses between attempts, and the reason once there is no time for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .service import ServiceError
from .template import Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

CREATE = "CreateInferenceRecommendationsJob"
FOR_EVER = 10.0**12
TIMEOUT = 7200


def pauses(stack: Stack, world: World, seconds: float) -> list[int]:
    """Deploy, and return the pauses that the log has."""
    stack.begin_deploy(Template(timeout=TIMEOUT), rollback=False)
    stack.advance(seconds)
    return [entry["waitSeconds"] for entry in world.log.entries("queued")]


def test_a_quota_is_looked_at_each_minute(stack: Stack, world: World) -> None:
    world.service.quota = 0
    assert pauses(stack, world, 290) == [60] * 5


def test_a_denial_is_looked_at_each_quarter_of_a_minute(stack: Stack, world: World) -> None:
    world.service.denied_until = {CREATE: FOR_EVER}
    found = pauses(stack, world, 100)
    assert found == [15] * len(found)
    assert len(found) > 4


def test_what_may_pass_soon_is_tried_again_soon_and_then_each_minute(stack: Stack, world: World) -> None:
    world.service.faults[CREATE] = [ServiceError("ThrottlingException", "Rate exceeded")] * 1000
    assert pauses(stack, world, 280)[:7] == [5, 10, 20, 40, 60, 60, 60]


def test_the_reason_in_the_end_is_that_of_the_service_and_sentences(stack: Stack, world: World) -> None:
    world.service.quota = 0
    outcome = stack.deploy(Template(timeout=1800), rollback=False)
    reason = str(outcome.reason)
    assert "The request was retried for 30 minutes: request a higher quota in Service Quotas" in reason
    assert ".." not in reason
