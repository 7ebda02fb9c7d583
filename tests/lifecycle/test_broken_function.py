"""The function ends early or can't be imported, or an execution is aborted: the stack fails in time, no job is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cloudformation import SERVICE_TIMEOUTS
from .invocation_thread import Pause
from .promises import TAG
from .template import JOB, WAIT_STAGE, Template

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World


def test_a_function_that_is_killed_while_it_polls_is_called_again(stack: Stack, world: World) -> None:
    stack.begin_deploy(Template())
    stack.advance(100)
    world.pauses = [Pause(1, 60)]
    assert stack.finish().status == "CREATE_COMPLETE"
    assert world.pauses == []


def test_a_function_that_cannot_be_imported_fails_the_stack_in_time(stack: Stack, world: World) -> None:
    world.function_works = False
    started = world.clock.now
    outcome = stack.deploy(Template())
    assert outcome.status == "ROLLBACK_FAILED"
    assert world.clock.now - started <= 2 * SERVICE_TIMEOUTS[JOB]
    world.function_works = True
    assert stack.delete().status == "DELETE_COMPLETE"


def test_what_a_function_that_cannot_be_imported_leaves_is_found_by_its_tag(stack: Stack, world: World) -> None:
    world.service.runs_for = 10**6
    stack.begin_deploy(Template())
    stack.advance(100)
    world.function_works = False
    assert stack.finish().status == "ROLLBACK_FAILED"
    # As the runbook says; then the deletion can skip what doesn't respond.
    left = [job for job in world.service.active() if job.tags.get(f"{TAG}stack-id") == stack.stack_id]
    assert len(left) == 1
    for job in left:
        job.stopped_at = world.clock.now
    world.settle(8 * 3600)
    assert world.service.active() == []
    assert world.machine.running() == []


def test_a_poll_that_fails_for_good_still_responds(stack: Stack, world: World) -> None:
    stack.begin_deploy(Template())
    stack.advance(100)
    world.function_works = False
    assert world.run_until(world.machine.has_given_up_a_poll, limit=60)
    world.function_works = True
    outcome = stack.finish()
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert "Waiting for the job failed" in str(outcome.reason)
    assert world.service.active() == []


def test_an_aborted_wait_fails_the_stack_in_time_and_the_job_is_stopped(stack: Stack, world: World) -> None:
    world.service.runs_for = 10**6
    started = world.clock.now
    stack.begin_deploy(Template())
    stack.advance(100)
    world.beyond_response.update(execution.request_id for execution in world.machine.running())
    world.machine.abort_all()
    outcome = stack.finish()
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert world.clock.now - started <= SERVICE_TIMEOUTS[WAIT_STAGE] + 180
    assert world.service.active() == []


def test_an_aborted_queue_fails_the_stack_at_the_next_poll_with_a_reason_of_the_handler(
    stack: Stack, world: World
) -> None:
    world.service.quota = 0
    started = world.clock.now
    stack.begin_deploy(Template())
    stack.advance(100)
    world.machine.executions[stack.job_name].end("ABORTED", world.clock.now)
    outcome = stack.finish()
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert "no request for it is queued" in str(outcome.reason)
    assert world.clock.now - started <= 300
