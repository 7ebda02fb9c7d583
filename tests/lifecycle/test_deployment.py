"""Outcomes of deployments, from CloudFormation's point of view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_recommendations_handler.protocol.contract import IN_FLIGHT_SECONDS

from .service import RESULT, ConnectionLostError, ServiceError
from .template import CHOICE, JOB, Template
from .world import SECRET

if TYPE_CHECKING:
    from .cloudformation import Stack
    from .world import World

pytestmark = pytest.mark.boto3

THROTTLED = ServiceError("ThrottlingException", "Rate exceeded")
CREATE = "CreateInferenceRecommendationsJob"
WITHOUT_QUOTA = ServiceError("ResourceLimitExceeded", "The account-level limit is 0 jobs.")
WRONG = ServiceError("ValidationException", "Could not find model package")
DENIED = ServiceError("AccessDeniedException", "User is not authorized to perform: sagemaker:Whatever")


def test_a_deployment_waits_for_the_job_and_takes_its_result(stack: Stack, world: World) -> None:
    outcome = stack.deploy(Template())

    assert outcome.status == "CREATE_COMPLETE"
    assert [job.status(world.clock.now) for job in world.service.jobs.values()] == ["COMPLETED"]
    assert stack.resources[JOB].data == {"JobName": stack.job_name}
    assert stack.resources[CHOICE].data["InstanceType"] == "ml.c5.large"
    assert stack.resources[CHOICE].data["CostPerInference"] == "0.00001"


def test_a_stage_ends_soon_after_its_job(stack: Stack, world: World) -> None:
    started = world.clock.now
    stack.deploy(Template())
    assert world.clock.now - started <= world.service.runs_for + 30


def test_the_job_has_the_types_that_the_api_wants(stack: Stack, world: World) -> None:
    stack.deploy(Template(tags=(("team", "search"),)))
    job = world.service.jobs[stack.job_name]
    assert job.request["InputConfig"]["JobDurationInSeconds"] == 3600
    assert job.tags["team"] == "search"


def test_a_long_job_is_handed_from_stage_to_stage(stack: Stack, world: World) -> None:
    world.service.runs_for = 2.5 * 3600
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    handed_over = [received.at for event, received in stack.events if received and "Wait" in event["LogicalResourceId"]]
    assert len(handed_over) == 4


@pytest.mark.parametrize("delay", [0, 5, 60, 180])
def test_a_repeated_delivery_makes_no_second_job(stack: Stack, world: World, delay: float) -> None:
    world.extra_deliveries = [delay, delay + 30]
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


def test_a_function_that_dies_is_called_again(stack: Stack, world: World) -> None:
    world.lost_deliveries = 2
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


def test_a_function_that_dies_when_it_has_created_the_job_makes_no_second_one(stack: Stack, world: World) -> None:
    world.service.kills_the_caller_after = "CreateInferenceRecommendationsJob"
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert len(world.service.jobs) == 1


def test_a_role_that_propagates_is_waited_for(stack: Stack, world: World) -> None:
    world.service.role_usable_at = world.clock.now + 40
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"


def test_a_create_that_stays_denied_is_reported_in_sentences(stack: Stack, world: World) -> None:
    denied = ServiceError("AccessDeniedException", "User is not authorized to perform: iam:PassRole")
    world.service.faults["CreateInferenceRecommendationsJob"] = [denied] * 1000
    outcome = stack.deploy(Template())
    assert "iam:PassRole. The call was denied for 5 minutes: check that " in str(outcome.reason)


def test_a_role_that_never_becomes_usable_fails_after_five_minutes_and_is_named(stack: Stack, world: World) -> None:
    started, world.service.role_usable_at = world.clock.now, float("inf")
    outcome = stack.deploy(Template())
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert "role/job" in str(outcome.reason)
    assert 300 <= world.clock.now - started < 600


def test_a_full_quota_queues_the_request(stack: Stack, world: World) -> None:
    world.service.quota = 1
    other = world.service.foreign("other")
    other.runs_for = 90 * 60
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert world.service.jobs[stack.job_name].created_at - other.created_at <= 91 * 60


def test_a_quota_that_stays_full_fails_at_the_timeout_and_is_named(stack: Stack, world: World) -> None:
    world.service.quota = 0
    started = world.clock.now
    outcome = stack.deploy(Template(timeout=3600))
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert "account-level limit is 0" in str(outcome.reason)
    assert world.clock.now - started < 3600 + 300


def test_a_request_that_is_wrong_fails_at_once(stack: Stack, world: World) -> None:
    started = world.clock.now
    world.service.faults["CreateInferenceRecommendationsJob"] = [ServiceError("ValidationException", "Bad payload.")]
    outcome = stack.deploy(Template())
    assert str(outcome.reason).startswith("Job: Bad payload. (ValidationException.)")
    [(refused_at, _), *_] = [(each.received.at, each) for each in stack.exchanges if each.received]
    assert refused_at == started
    assert world.clock.now - started == IN_FLIGHT_SECONDS, "the rollback waits until no other delivery can be under way"


@pytest.mark.parametrize("fault", [THROTTLED, DENIED, ConnectionLostError(), ServiceError("Boom", status=503)])
@pytest.mark.parametrize(
    "operation", ["CreateInferenceRecommendationsJob", "DescribeInferenceRecommendationsJob", "ListTags"]
)
def test_one_call_that_fails_never_fails_the_deployment(
    stack: Stack, world: World, operation: str, fault: Exception
) -> None:
    world.service.faults[operation] = [fault]
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"


@pytest.mark.parametrize("fault", [THROTTLED, DENIED, ConnectionLostError(), WITHOUT_QUOTA, WRONG])
def test_a_create_that_is_refused_and_was_created_nevertheless_finds_its_own_job(
    stack: Stack, world: World, fault: Exception
) -> None:
    world.service.takes_effect_despite_error[CREATE] = [fault]
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"
    assert [job.name for job in world.service.jobs.values()] == [stack.job_name]
    assert world.service.made(CREATE) == 1, "it was requested again"


def test_going_back_to_a_request_whose_job_failed_runs_it_under_the_next_name(stack: Stack, world: World) -> None:
    world.service.ends_as = "FAILED"
    stack.deploy(Template(), rollback=False)
    failed, world.service.ends_as = stack.job_name, "COMPLETED"
    stack.deploy(Template(package="2"), rollback=False)
    assert stack.deploy(Template()).status == "UPDATE_COMPLETE"
    assert stack.job_name == f"{failed}-2"


@pytest.mark.parametrize("fault", [WITHOUT_QUOTA, WRONG])
def test_a_rollback_takes_its_finished_job_although_the_service_would_refuse_it_by_now(
    stack: Stack, world: World, fault: Exception
) -> None:
    stack.deploy(Template())
    name = stack.job_name
    stack.begin_deploy(Template(package="2"))
    stack.advance(60)
    stack.cancel()
    world.service.faults[CREATE] = [fault]
    assert stack.finish().status == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.job_name == name


@pytest.mark.parametrize("operation", ["StartExecution", "DescribeExecution"])
@pytest.mark.parametrize("fault", [THROTTLED, DENIED])
def test_a_state_machine_that_refuses_once_never_fails_the_deployment(
    stack: Stack, world: World, operation: str, fault: Exception
) -> None:
    world.machine.faults[operation] = [fault]
    assert stack.deploy(Template()).status == "CREATE_COMPLETE"


def test_a_failed_job_fails_the_deployment_with_its_reasons(stack: Stack, world: World) -> None:
    world.service.ends_as, world.service.reason = "FAILED", "No benchmark succeeded"
    world.service.failed_steps = [("ml.c5.large", "Model returned 5xx."), ("ml.m5.large", "Out of memory")]
    outcome = stack.deploy(Template())
    reason = str(outcome.reason)
    assert reason.startswith("JobWait1: No benchmark succeeded.")
    assert "ml.c5.large: Model returned 5xx; ml.m5.large: Out of memory." in reason
    assert "/execution" in reason
    assert "`rerun_nonce`" in reason
    assert reason.endswith("CloudWatch Log Stream: 2027/01/15/[$LATEST]0123456789abcdef")


@pytest.mark.parametrize(("accepted", "status"), [(True, "CREATE_COMPLETE"), (False, "ROLLBACK_COMPLETE")])
def test_a_job_that_somebody_stops(stack: Stack, world: World, accepted: bool, status: str) -> None:
    template = Template(accept_stopped=accepted)
    world.service.runs_for = 600

    def stopped_after_a_while() -> bool:
        for job in world.service.jobs.values():
            if job.stopped_at is None and world.clock.now > job.created_at + 300:
                job.stopped_at = world.clock.now
                job.ends_as = "STOPPED"
        return False

    original = world.machine.wake
    world.machine.wake = lambda: (stopped_after_a_while(), original())[1]  # type: ignore[method-assign]
    outcome = stack.deploy(template)
    if accepted:
        # Without results there is nothing to choose; the wait itself has accepted it.
        assert "JobRecommendation: No RealTime recommendation" in str(outcome.reason)
    else:
        assert outcome.status == status
        assert "`accept_stopped`" in str(outcome.reason)


def test_a_vanished_job_fails_the_deployment(stack: Stack, world: World) -> None:
    original = world.machine.wake
    world.machine.wake = lambda: (world.service.jobs.clear(), original())[1]  # type: ignore[func-returns-value,method-assign]
    assert "There is no inference recommendations job" in str(stack.deploy(Template()).reason)


def test_the_last_stage_stops_the_job_and_fails(stack: Stack, world: World) -> None:
    world.service.runs_for = 5 * 3600
    outcome = stack.deploy(Template(wait_stages=2), rollback=False)
    assert "did not finish within" in str(outcome.reason)
    assert not any(job.continues(world.clock.now) for job in world.service.jobs.values())


def test_the_last_stage_stops_the_queue_and_fails(stack: Stack, world: World) -> None:
    world.service.quota = 0
    outcome = stack.deploy(Template(wait_stages=1), rollback=False)
    assert "did not finish within" in str(outcome.reason)
    world.service.quota = 9
    world.settle(7200)
    assert world.service.jobs == {}
    assert world.machine.running() == []


class TestUpdate:
    def test_what_is_not_measured_changes_without_a_new_job(self, stack: Stack, world: World) -> None:
        stack.deploy(Template(tags=(("team", "a"), ("old", "x"))))
        name, started = stack.job_name, world.clock.now
        changed = Template(tags=(("team", "b"),), role="other", timeout=7200, objective="CostPerHour")
        assert stack.deploy(changed).status == "UPDATE_COMPLETE"
        assert list(world.service.jobs) == [stack.job_name] == [name]
        assert {k: v for k, v in world.service.jobs[name].tags.items() if ":" not in k} == {"team": "b"}
        assert world.clock.now == started

    @pytest.mark.parametrize(
        "changed", [Template(package="2"), Template(rerun_nonce="again"), Template(prefix="other")]
    )
    def test_what_is_measured_makes_a_new_job(self, stack: Stack, world: World, changed: Template) -> None:
        stack.deploy(Template())
        assert stack.deploy(changed).status == "UPDATE_COMPLETE"
        assert len(world.service.jobs) == 2

    def test_a_rollback_finds_the_old_job_again(self, stack: Stack, world: World) -> None:
        stack.deploy(Template())
        name = stack.job_name
        world.service.ends_as = "FAILED"
        outcome = stack.deploy(Template(package="2"))
        assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
        assert stack.job_name == name
        assert len(world.service.jobs) == 2

    def test_a_rollback_pays_nothing_when_the_old_job_cannot_be_seen_at_once(self, stack: Stack, world: World) -> None:
        world.service.faults["CreateInferenceRecommendationsJob"] = [THROTTLED]
        stack.deploy(Template())  # through the queue, so that the name of its execution is taken
        world.service.faults["ListTags"] = [THROTTLED]
        stack.deploy(Template(package="2"), cancel_after=100)
        assert len(world.service.jobs) == 2

    def test_a_cancelled_update_stops_the_new_job(self, stack: Stack, world: World) -> None:
        stack.deploy(Template())
        name = stack.job_name
        outcome = stack.deploy(Template(package="2"), cancel_after=600)
        assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
        assert stack.job_name == name
        assert world.service.active() == []
        world.settle(900)
        assert world.machine.running() == []

    def test_an_update_that_got_no_response_leaves_no_job(self, stack: Stack, world: World) -> None:
        stack.deploy(Template())
        world.lost_deliveries = 1  # the second delivery comes after the rollback
        outcome = stack.deploy(Template(package="2"), cancel_after=20)
        assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
        world.settle(900)
        assert world.service.active() == []
        assert world.machine.running() == []

    def test_an_update_that_got_no_response_leaves_no_job_when_another_one_follows(
        self, stack: Stack, world: World
    ) -> None:
        stack.deploy(Template())
        world.service.runs_for = 6 * 3600
        stack.deploy(Template(package="2"), cancel_after=0, rollback=False)
        world.settle(600)
        assert len(world.service.active()) == 1
        world.service.runs_for = 2700
        assert stack.deploy(Template(package="3")).status == "UPDATE_COMPLETE"
        assert world.service.active() == []

    def test_an_update_that_got_no_response_leaves_no_job_when_the_stack_is_deleted(
        self, stack: Stack, world: World
    ) -> None:
        stack.deploy(Template())
        world.service.runs_for = 6 * 3600
        stack.deploy(Template(package="2"), cancel_after=0, rollback=False)
        world.settle(600)
        assert len(world.service.active()) == 1
        assert stack.delete().status == "DELETE_COMPLETE"
        assert world.service.active() == []

    def test_a_failed_job_fails_again_until_rerun_changes(self, stack: Stack, world: World) -> None:
        world.service.ends_as = "FAILED"
        stack.deploy(Template(), rollback=False)
        world.service.ends_as = "COMPLETED"
        assert stack.deploy(Template(rerun_nonce="2"), rollback=False).reason is None


class TestDelete:
    def test_a_finished_job_is_left_and_responds_at_once(self, stack: Stack, world: World) -> None:
        stack.deploy(Template())
        started = world.clock.now
        assert stack.delete().status == "DELETE_COMPLETE"
        assert world.clock.now == started

    def test_a_running_job_is_stopped_and_awaited(self, stack: Stack, world: World) -> None:
        outcome = stack.deploy(Template(), cancel_after=600)
        assert outcome.status == "ROLLBACK_COMPLETE"
        assert world.service.active() == []

    def test_a_queued_request_never_becomes_a_job(self, stack: Stack, world: World) -> None:
        world.service.quota = 0
        assert stack.deploy(Template(), cancel_after=600).status == "ROLLBACK_COMPLETE"
        world.service.quota = 9
        world.settle(7200)
        assert world.service.jobs == {}
        assert world.machine.running() == []

    def test_a_create_under_way_in_the_queue_is_found(self, stack: Stack, world: World) -> None:
        world.service.quota = 0
        world.service.faults["CreateInferenceRecommendationsJob"] = []
        outcome_at = 605.0

        def room_and_cut_off() -> None:
            if world.clock.now > 1_800_000_000 + 500:
                world.service.quota, world.service.late_create_seconds = 9, 50

        original = world.machine.wake
        world.machine.wake = lambda: (room_and_cut_off(), original())[1]  # type: ignore[func-returns-value,method-assign]
        stack.deploy(Template(), cancel_after=outcome_at)
        world.machine.wake = original  # type: ignore[method-assign]
        world.settle(900)
        assert world.service.active() == []

    @pytest.mark.parametrize("cancel_after", [1, 20, 50, 70])
    def test_a_create_that_got_no_response_is_found(self, stack: Stack, world: World, cancel_after: float) -> None:
        world.lost_deliveries = 1
        stack.deploy(Template(), cancel_after=cancel_after)
        world.settle(1200)
        assert world.service.active() == []
        assert world.machine.running() == []

    def test_a_create_that_died_with_its_job_made_is_found(self, stack: Stack, world: World) -> None:
        world.service.kills_the_caller_after = "CreateInferenceRecommendationsJob"
        assert stack.deploy(Template(), cancel_after=30).status == "ROLLBACK_COMPLETE"
        assert len(world.service.jobs) == 1
        assert world.service.active() == []

    def test_another_stacks_job_is_left_alone(self, stack: Stack, world: World) -> None:
        world.service.foreign("taken")
        outcome = stack.deploy(Template(prefix="taken", exact=True))
        assert outcome.status == "ROLLBACK_COMPLETE"
        assert "belongs to an unknown owner" in str(outcome.reason)
        assert [job.name for job in world.service.active()] == ["taken"]

    @pytest.mark.parametrize("properties", [{}, {"Request": "?"}, {"NamePrefix": "x", "Tags": 5}])
    def test_malformed_properties_are_no_obstacle(self, stack: Stack, properties: dict[str, object]) -> None:
        stack.deploy(Template())
        stack.resources[JOB].properties = dict(properties)
        assert stack.delete().status == "DELETE_COMPLETE"

    def test_a_running_job_is_stopped_whatever_the_properties(self, stack: Stack, world: World) -> None:
        stack.deploy(Template())
        job = world.service.jobs[stack.job_name]
        job.runs_for = 10**6
        stack.resources[JOB].properties = {"NamePrefix": 7}
        assert stack.delete().status == "DELETE_COMPLETE"
        assert not job.continues(world.clock.now)

    def test_network_interfaces_are_waited_for(self, stack: Stack, world: World) -> None:
        stack.deploy(Template(vpc=True), cancel_after=600)
        assert world.service.interfaces(["sg-1"]) == []

    def test_a_throttled_delete_still_stops_the_job(self, stack: Stack, world: World) -> None:
        stack.deploy(Template())
        world.service.jobs[stack.job_name].runs_for = 10**6
        world.service.faults["StopInferenceRecommendationsJob"] = [THROTTLED, THROTTLED]
        assert stack.delete().status == "DELETE_COMPLETE"
        assert world.service.active() == []


class TestExactName:
    def test_another_owners_job_is_not_waited_for_when_it_could_not_be_described_first(
        self, stack: Stack, world: World
    ) -> None:
        world.service.foreign("taken").runs_for = 600
        world.service.faults["ListTags"] = [THROTTLED] * 3  # as often as one delivery looks
        outcome = stack.deploy(Template(prefix="taken", exact=True))
        assert outcome.status == "ROLLBACK_COMPLETE"
        assert "belongs to an unknown owner" in str(outcome.reason)

    def test_a_changed_request_needs_a_new_name(self, stack: Stack) -> None:
        stack.deploy(Template(prefix="mine", exact=True))
        outcome = stack.deploy(Template(prefix="mine", exact=True, package="2"))
        assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
        assert "give `job_name` a new value" in str(outcome.reason)
        assert stack.deploy(Template(prefix="yours", exact=True, package="2")).status == "UPDATE_COMPLETE"

    def test_an_unchanged_request_keeps_the_job(self, stack: Stack, world: World) -> None:
        stack.deploy(Template(prefix="mine", exact=True))
        assert stack.deploy(Template(prefix="mine", exact=True, role="other")).status == "UPDATE_COMPLETE"
        assert list(world.service.jobs) == ["mine"]

    @pytest.mark.parametrize("cancel_after", [0, 20])
    def test_an_update_to_it_that_got_no_response_leaves_no_job(
        self, stack: Stack, world: World, cancel_after: float
    ) -> None:
        stack.deploy(Template())
        world.lost_deliveries = 1 if cancel_after else 0
        stack.deploy(Template(prefix="mine", exact=True), cancel_after=cancel_after)
        world.settle(900)
        assert world.service.active() == []


class TestResponse:
    def test_response_urls_are_in_no_log(self, stack: Stack, world: World) -> None:
        world.put_faults = [503, 403]
        world.service.ends_as = "FAILED"
        stack.deploy(Template())
        assert world.log.lines
        assert not any(SECRET in line for line in world.log.lines)
        world.beyond_response.add(stack.last_request("Create", JOB))  # its URL was refused

    def test_a_response_is_sent_again_when_the_bucket_fails(self, stack: Stack, world: World) -> None:
        world.put_faults = [503, 500]
        assert stack.deploy(Template()).status == "CREATE_COMPLETE"

    def test_environment_parameters_that_are_too_long_fail_readably(self, stack: Stack, world: World) -> None:
        long = [{"Key": "K" * 60, "ValueType": "string", "Value": "v" * 5000}]
        world.service.results = [RESULT | {"ModelConfiguration": {"EnvironmentParameters": long}}]
        assert "4096" in str(stack.deploy(Template()).reason)
        assert all(received.size <= 4096 for responses in world.responses.values() for received in responses)
