"""Twenty jobs in one stack, with a quota of three."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .template import Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

QUOTA = 3
TEMPLATES = [Template(id=f"J{number}", package=str(number), timeout=8 * 3600) for number in range(20)]


@pytest.fixture(autouse=True)
def crowded(world: World) -> list[int]:
    """Set a quota of three jobs, and record the number of running jobs over time."""
    world.service.quota = QUOTA
    seen: list[int] = []
    original = world.machine.wake
    world.machine.wake = lambda: (seen.append(len(world.service.active())), original())[1]  # type: ignore[func-returns-value,method-assign]
    return seen


def test_all_finish_and_never_more_than_three_at_once(stack: Stack, world: World, crowded: list[int]) -> None:
    outcome = stack.deploy(*TEMPLATES)
    assert outcome.status == "CREATE_COMPLETE", outcome.reason
    assert len(world.service.jobs) == len(TEMPLATES)
    assert {job.status(world.clock.now) for job in world.service.jobs.values()} == {"COMPLETED"}
    assert max(crowded) == QUOTA


def test_no_job_starts_after_the_deployment_is_cancelled(stack: Stack, world: World, crowded: list[int]) -> None:
    outcome = stack.deploy(*TEMPLATES, cancel_after=3 * 3600)
    assert outcome.status == "ROLLBACK_COMPLETE", outcome.reason
    made = len(world.service.jobs)
    assert 3 < made < len(TEMPLATES)
    last = max(job.created_at for job in world.service.jobs.values())
    assert last <= min(each.asked_at for each in stack.exchanges if each.event["RequestType"] == "Delete")
    world.settle(8 * 3600)
    assert len(world.service.jobs) == made
    assert world.service.active() == []
    assert world.machine.running() == []
    assert max(crowded) == QUOTA
