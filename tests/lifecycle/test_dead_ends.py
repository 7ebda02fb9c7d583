"""Operations that never end, stay denied, or fail: the response comes in time and is correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from inference_recommendations_handler.inference_job.network_interfaces import LEFT_BEHIND_SECONDS
from inference_recommendations_handler.lifecycle.deletion import MAX_POLL_SECONDS
from inference_recommendations_handler.stack.state_machine import StateMachine

from . import cloudformation
from .cloudformation import SERVICE_TIMEOUTS, Deployed
from .invocation_thread import Pause
from .service import SECONDS_STOPPING, ServiceError
from .template import JOB, TYPES, Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cloudformation import Stack
    from .world import World

CREATE = "CreateInferenceRecommendationsJob"
DESCRIBE = "DescribeInferenceRecommendationsJob"
STOP = "StopInferenceRecommendationsJob"
THROTTLED = ServiceError("ThrottlingException", "Rate exceeded")
DENIED = ServiceError("AccessDeniedException", "User is not authorized to perform: sagemaker:Whatever")
FOR_EVER = 10**6


@pytest.fixture
def endless(stack: Stack, world: World) -> Stack:
    """A stack whose creation is in progress, and whose job doesn't end by itself."""
    world.service.runs_for = FOR_EVER
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(100)
    return stack


class TestDelete:
    def test_a_job_that_never_stops_is_not_waited_for_until_cloudformation_gives_up(
        self, endless: Stack, world: World
    ) -> None:
        world.service.seconds_stopping = FOR_EVER
        started = world.clock.now
        assert endless.delete().status == "DELETE_COMPLETE"
        assert SERVICE_TIMEOUTS[JOB] / 2 < world.clock.now - started < SERVICE_TIMEOUTS[JOB] - 60
        world.settle(900)
        assert world.machine.running() == []

    @pytest.mark.parametrize("seconds", [5, 60, 180, 600, 1200])
    def test_a_job_that_is_slow_to_stop_delays_the_deletion_by_a_tenth_with_few_polls(
        self, endless: Stack, world: World, seconds: int
    ) -> None:
        world.service.seconds_stopping = seconds
        started, called = world.clock.now, len(world.machine.calls)
        assert endless.delete().status == "DELETE_COMPLETE"
        lasted = world.clock.now - started
        assert lasted <= max(seconds * 1.1, seconds + 10)
        polls = world.machine.calls[called:].count("ListExecutions")
        assert lasted / 30 < polls <= 20 + lasted / 30

    def test_a_job_that_could_not_be_stopped_fails_the_deletion(self, endless: Stack, world: World) -> None:
        world.service.faults[STOP] = [DENIED] * 1000
        outcome = endless.delete()
        assert outcome.status == "DELETE_FAILED"
        assert "couldn't be described or stopped" in str(outcome.reason)
        del world.service.faults[STOP]
        assert endless.delete().status == "DELETE_COMPLETE"
        assert world.service.active() == []

    def test_a_job_that_continues_despite_a_stop_fails_the_deletion_in_time(self, endless: Stack, world: World) -> None:
        [job] = world.service.active()
        world.service.ignores_stops = True
        started = world.clock.now
        outcome = endless.delete()
        assert outcome.status == "DELETE_FAILED"
        assert f"The job {job.name} didn't stop within 27 minutes, and may incur charges" in str(outcome.reason)
        assert f"`inference-recommender stop {job.name}`" in str(outcome.reason)
        assert world.clock.now - started < SERVICE_TIMEOUTS[JOB] - 60
        world.service.ignores_stops = False
        assert endless.delete().status == "DELETE_COMPLETE"
        assert world.service.active() == []

    def test_the_log_names_a_canceled_job_that_continues(self, stack: Stack, world: World) -> None:
        stack.deploy(Template())
        world.service.runs_for = FOR_EVER
        stack.deploy(Template(package="2"), cancel_after=0, rollback=False)
        world.settle(600)
        [job] = world.service.active()
        world.service.runs_for, world.service.ignores_stops = 2700, True
        assert stack.deploy(Template(package="3")).status == "UPDATE_COMPLETE"
        assert world.service.active() == [job]
        [line] = world.log.entries("not stopped")
        assert (line["level"], line["jobName"]) == ("ERROR", job.name)
        assert world.machine.running() == []

    def test_a_job_that_cannot_be_stopped_is_named_and_keeps_no_other_from_it(
        self, endless: Stack, world: World
    ) -> None:
        [stuck] = world.service.active()
        other = world.service.foreign("zzz-of-an-update-that-got-no-response", stuck.tags)
        original = world.service._StopInferenceRecommendationsJob

        def stop(request: Mapping[str, Any]) -> dict[str, Any]:
            if request["JobName"] == stuck.name:
                raise DENIED
            return original(request)

        world.service._StopInferenceRecommendationsJob = stop  # type: ignore[method-assign]
        outcome = endless.delete()
        assert outcome.status == "DELETE_FAILED"
        assert "couldn't be described or stopped" in str(outcome.reason)
        assert f"`inference-recommender stop {stuck.name}`" in str(outcome.reason)
        assert other.stopped_at is not None
        world.service._StopInferenceRecommendationsJob = original  # type: ignore[method-assign]
        assert endless.delete().status == "DELETE_COMPLETE"

    def test_a_job_that_is_known_by_name_is_stopped_although_nothing_else_can_be_looked_at(
        self, endless: Stack, world: World
    ) -> None:
        [job] = world.service.active()
        world.service.faults["ListInferenceRecommendationsJobs"] = [DENIED] * 1000
        assert endless.delete().status == "DELETE_COMPLETE"
        assert job.stopped_at is not None
        assert any("not authorized" in entry["message"] for entry in world.log.entries("not described"))

    def test_a_job_that_is_known_by_name_is_stopped_before_step_functions_hang(
        self, endless: Stack, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def hang(_: StateMachine, __: str) -> None:
            world.clock.now += 27
            raise ReadTimeoutError(endpoint_url="https://states.example")

        [job], started = world.service.active(), world.clock.now
        monkeypatch.setattr(StateMachine, "find", hang)
        assert endless.delete().status == "DELETE_FAILED"
        assert job.stopped_at is not None
        assert job.stopped_at - started < 60

    def test_a_deletion_that_nothing_can_wait_for_says_what_may_still_run(self, endless: Stack, world: World) -> None:
        [job] = world.service.active()
        world.service.seconds_stopping = FOR_EVER
        world.machine.faults["StartExecution"] = [DENIED] * 1000
        outcome = endless.delete()
        assert outcome.status == "DELETE_FAILED"
        assert f"Try again. The job {job.name} may still run, and incur charges" in str(outcome.reason)
        assert job.stopped_at is not None

    def test_many_jobs_of_others_keep_no_deletion_from_its_end(self, endless: Stack, world: World) -> None:
        original = world.service._DescribeInferenceRecommendationsJob

        def describe_slowly(request: Mapping[str, Any]) -> dict[str, Any]:
            world.clock.now += 0.5
            return original(request)

        theirs = [world.service.foreign(f"theirs-{number}") for number in range(100)]
        for job in theirs:
            job.created_at -= 3600
        world.service._DescribeInferenceRecommendationsJob = describe_slowly  # type: ignore[method-assign]
        started = world.clock.now
        assert endless.delete().status == "DELETE_COMPLETE"
        assert world.clock.now - started < SECONDS_STOPPING + 120
        assert world.service.active() == theirs

    def test_a_deletion_without_a_state_machine_is_delivered_again_when_it_was_refused(
        self, endless: Stack, world: World
    ) -> None:
        [job] = world.service.active()
        endless.machine_arn = "none"
        world.service.faults[DESCRIBE] = [THROTTLED] * 8
        assert endless.delete().status == "DELETE_COMPLETE"
        assert job.stopped_at is not None

    def test_a_search_that_breaks_off_gets_a_response(self, endless: Stack, world: World) -> None:
        endless.begin_delete()
        endless.advance(9)
        world.function_works = False
        assert world.run_until(world.machine.has_given_up_a_poll, limit=60)
        world.function_works = True
        outcome = endless.finish()
        assert outcome.status == "DELETE_FAILED"
        assert "failed; see the handler's log" in str(outcome.reason)

    def test_another_teams_job_that_is_hidden_is_no_obstacle(self, endless: Stack, world: World) -> None:
        hidden, original = world.service.foreign("theirs"), world.service._DescribeInferenceRecommendationsJob

        def describe(request: Mapping[str, Any]) -> dict[str, Any]:
            if request["JobName"] == hidden.name:
                raise DENIED
            return original(request)

        world.service._DescribeInferenceRecommendationsJob = describe  # type: ignore[method-assign]
        started = world.clock.now
        assert endless.delete().status == "DELETE_COMPLETE"
        assert world.clock.now - started < SECONDS_STOPPING + 60
        assert world.service.active() == [hidden]
        assert hidden.stopped_at is None

    def test_interfaces_that_stay_are_not_the_jobs_after_twenty_minutes(self, stack: Stack, world: World) -> None:
        world.service.interfaces = lambda groups: [{"NetworkInterfaceId": f"eni-{groups[0]}"}]  # type: ignore[method-assign]
        stack.begin_deploy(Template(vpc=True))
        stack.advance(600)
        started = world.clock.now
        assert stack.delete().status == "DELETE_COMPLETE"
        assert 0 <= world.clock.now - started - SECONDS_STOPPING - LEFT_BEHIND_SECONDS <= MAX_POLL_SECONDS

    def test_interfaces_are_no_obstacle_long_after_the_job(self, stack: Stack, world: World) -> None:
        world.service.interfaces = lambda groups: [{"NetworkInterfaceId": f"eni-{groups[0]}"}]  # type: ignore[method-assign]
        stack.deploy(Template(vpc=True))
        world.settle(LEFT_BEHIND_SECONDS)
        started = world.clock.now
        assert stack.delete().status == "DELETE_COMPLETE"
        assert world.clock.now == started

    def test_the_interfaces_of_a_job_that_only_its_owner_shows_are_waited_for(self, stack: Stack, world: World) -> None:
        world.service.kills_the_caller_after = CREATE
        assert stack.deploy(Template(vpc=True), cancel_after=30).status == "ROLLBACK_COMPLETE"
        assert len(world.service.jobs) == 1
        assert world.service.interfaces(["sg-1"]) == []

    def test_a_resource_that_only_a_later_version_serves_is_deleted(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(TYPES, "Later", "Custom::InferenceWhatever")
        monkeypatch.setitem(cloudformation.SERVICE_TIMEOUTS, "Later", 300)
        stack.deploy(Template())
        stack.resources["Whatever"] = Deployed(kind="Later", physical_id="whatever", properties={})
        assert stack.delete().status == "DELETE_COMPLETE"


class TestWait:
    def test_a_look_that_stays_denied_fails_after_five_minutes(self, endless: Stack, world: World) -> None:
        started = world.clock.now
        world.service.faults[DESCRIBE] = [DENIED] * 1000
        outcome = endless.finish()
        assert "The call was denied for 5 minutes: check what denies it." in str(outcome.reason)
        assert 300 <= world.clock.now - started <= 360

    def test_a_look_that_is_denied_now_and_then_fails_nothing(self, stack: Stack, world: World) -> None:
        stack.begin_deploy(Template())
        for _ in range(15):
            stack.advance(120)
            world.service.faults[DESCRIBE] = [DENIED]
        assert stack.finish().status == "CREATE_COMPLETE"

    def test_a_request_that_is_created_between_two_calls_is_found(self, stack: Stack, world: World) -> None:
        world.service.quota = 0
        stack.begin_deploy(Template())
        stack.advance(85)
        assert world.service.jobs == {}
        world.service.quota = 9
        # The wait stage has seen no job at 90 s, and looks at the retry when its job has been created at 120 s.
        world.pauses = [Pause(1, 40, operation="DescribeExecution")]
        assert stack.finish().status == "CREATE_COMPLETE"
        assert world.pauses == []

    def test_the_last_stage_stops_its_job_although_its_queue_cannot_be_looked_at(
        self, endless: Stack, world: World
    ) -> None:
        [job] = world.service.active()
        world.machine.faults["DescribeExecution"] = [THROTTLED] * 10_000
        outcome = endless.finish()
        assert "it was stopped" in str(outcome.reason)
        assert job.stopped_at is not None

    def test_a_job_that_has_finished_needs_no_look_at_its_queue(self, stack: Stack, world: World) -> None:
        stack.begin_deploy(Template())
        stack.advance(100)
        world.machine.faults["DescribeExecution"] = [THROTTLED] * 10_000
        assert stack.finish().status == "CREATE_COMPLETE"

    def test_the_last_stage_stops_no_job_of_another_owner(self, stack: Stack, world: World) -> None:
        job, original = world.service.foreign("taken"), world.service._ListTags

        def hidden_from_the_queue(request: Mapping[str, Any]) -> dict[str, Any]:
            if any(execution.name == job.name for execution in world.machine.running()):
                raise THROTTLED
            return original(request)

        world.service._ListTags = hidden_from_the_queue  # type: ignore[method-assign]
        world.service.faults["ListTags"] = [THROTTLED] * 5  # until the request is queued
        stack.begin_deploy(Template(prefix="taken", exact=True, timeout=4000, wait_stages=1), rollback=False)
        assert "did not finish within" in str(stack.finish().reason)
        assert job.stopped_at is None


class TestQueue:
    def test_a_queue_that_breaks_off_fails_the_stack_and_says_so(self, stack: Stack, world: World) -> None:
        world.service.quota = 0
        stack.begin_deploy(Template(poll_interval=600))
        stack.advance(59)
        world.function_works = False
        assert world.run_until(world.machine.has_given_up_a_poll, limit=60)
        world.function_works = True
        outcome = stack.finish()
        assert outcome.status == "ROLLBACK_COMPLETE"
        assert "Retrying the request failed" in str(outcome.reason)
        world.service.quota = 9
        world.settle(900)
        assert world.service.jobs == {}


class TestDelivery:
    def test_the_last_delivery_responds_although_the_job_cannot_be_looked_at(self, stack: Stack, world: World) -> None:
        world.service.faults[CREATE] = [THROTTLED]
        stack.deploy(Template())  # through the queue, so that the name of its execution is taken
        stack.begin_deploy(Template(package="2"))
        stack.advance(100)
        stack.cancel()
        world.service.faults["ListTags"] = [THROTTLED] * 1000
        outcome = stack.finish()
        assert outcome.status == "UPDATE_ROLLBACK_FAILED"
        assert str(outcome.reason).startswith("Job: Rate exceeded Try again.")
        del world.service.faults["ListTags"]
        assert stack.continue_rollback().status == "UPDATE_ROLLBACK_COMPLETE"
        assert world.service.active() == []

    @pytest.mark.parametrize("operation", ["ListExecutions", "StartExecution"])
    def test_a_policy_that_propagates_is_waited_for_within_one_delivery(
        self, stack: Stack, world: World, operation: str
    ) -> None:
        world.machine.faults[operation] = [DENIED] * 3
        assert stack.deploy(Template()).status == "CREATE_COMPLETE"
        assert world.machine.faults[operation] == []
        assert not world.log.entries("AWS call failed")
