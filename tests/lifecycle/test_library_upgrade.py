"""An upgrade of the library, or of botocore, runs no job again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .template import Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

READS = {
    "DescribeInferenceRecommendationsJob",
    "ListTags",
    "ListInferenceRecommendationsJobs",
    "ListExecutions",
    "DescribeExecution",
}


def test_a_new_botocore_starts_nothing_and_changes_nothing(stack: Stack, world: World) -> None:
    stack.deploy(Template(tags=(("team", "search"),)))
    name, tags, started = stack.job_name, dict(world.service.jobs[stack.job_name].tags), world.clock.now
    world.service.calls.clear()
    world.machine.calls.clear()
    outcome = stack.deploy(Template(tags=(("team", "search"),), botocore_version="1.99.0"))
    assert outcome.status == "UPDATE_COMPLETE"
    assert [event["RequestType"] for event, _ in stack.events][-1] == "Update"
    assert stack.job_name == name
    assert world.service.jobs[name].tags == tags
    assert {operation for operation, _ in world.service.calls} | set(world.machine.calls) <= READS
    assert world.clock.now == started
