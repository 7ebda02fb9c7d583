"""Faults of a handler, each a replacement of one function."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from inference_recommendations_handler import handler, invocation
from inference_recommendations_handler.inference_job.service import InferenceRecommendationsJobs
from inference_recommendations_handler.jobs import job_kind
from inference_recommendations_handler.jobs.job_snapshot import JobState
from inference_recommendations_handler.lifecycle import (
    create_or_adopt,
    deletion,
    job,
    job_selector,
    stop_owned_jobs,
    wait,
)
from inference_recommendations_handler.lifecycle.create_or_adopt import Accepted, NameTaken
from inference_recommendations_handler.protocol import log, response, response_url
from inference_recommendations_handler.protocol.contract import OwnerTag
from inference_recommendations_handler.protocol.custom_resource_event import RequestType
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.stack import owner

from . import (
    retriers,
    test_broken_function,
    test_deployment,
    test_lambda_outages,
    test_late_deliveries,
    test_late_tags,
    test_long_jobs,
    test_unknown_statuses,
    test_visibility,
)
from .template import Template

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from inference_recommendations_handler.lifecycle.job_properties import JobProperties

    from .cloudformation import Stack
    from .world import World


@dataclass(frozen=True)
class Mutant:
    """Seeded fault."""

    seed: Callable[[pytest.MonkeyPatch], None]
    scenario: Callable[[Stack, World], None] | None = None
    """Test that detects the fault; None if the histories do."""
    takes_many_histories: bool = False
    """The histories detect the fault, too, but only after a minute."""

    @property
    def name(self) -> str:
        return self.seed.__name__.strip("_").replace("_", " ")


def _adopts_anything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(create_or_adopt, "adopt", lambda *_: Accepted())


def _adopts_nothing(patch: pytest.MonkeyPatch) -> None:
    original = create_or_adopt.adopt

    def adopt(job: Any, properties: Any, event: Any, jobs: Any) -> Any:
        same = jobs.tags(job).get(OwnerTag.REQUEST_ID) == event.request_id
        return original(job, properties, event, jobs) if same else NameTaken(reason="The name is in use.")

    patch.setattr(create_or_adopt, "adopt", adopt)


def _adopts_no_job_of_its_own_request(patch: pytest.MonkeyPatch) -> None:
    original = create_or_adopt.adopt

    def adopt(job: Any, properties: Any, event: Any, jobs: Any) -> Any:
        same = jobs.tags(job).get(OwnerTag.REQUEST_ID) == event.request_id
        return NameTaken(reason="The name is in use.") if same else original(job, properties, event, jobs)

    patch.setattr(create_or_adopt, "adopt", adopt)


def _ignores_owner_tags(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(owner.Owner, "owns", lambda *_: True)


def _responds_to_a_create_before_it_is_requested(patch: pytest.MonkeyPatch) -> None:
    original = job.create

    def create(event: Any, properties: JobProperties, invocation: Any, *, canceled: bool) -> Any:
        invocation.send(Response(physical_resource_id=properties.base, data={"JobName": properties.base}), event)
        return original(event, properties, invocation, canceled=canceled)

    patch.setattr(job, "create", create)


def _responds_to_a_delete_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deletion, "continue_in_execution", lambda *_, **__: False)


def _forgets_the_cancelled_create(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InferenceRecommendationsJobs, "unfinished_names", lambda _: ())


def _sends_responses_of_any_size(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(response, "MAX_RESPONSE_BYTES", 10**6)


def _lets_queued_requests_continue(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stop_owned_jobs, "creates", lambda *_: ())


def _serves_late_creates(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(job, "may_be_canceled", lambda *_: False)


def _leaves_orphans(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deletion, "stop_orphaned_jobs", lambda *_: None)


def _stops_what_an_update_keeps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(job_selector.JobSelector, "selects", lambda *_: True)


def _measures_the_role(patch: pytest.MonkeyPatch) -> None:
    measured = (*InferenceRecommendationsJobs.measured, "RoleArn")
    patch.setattr(InferenceRecommendationsJobs, "measured", measured)


def _logs_events(patch: pytest.MonkeyPatch) -> None:
    original = handler.handle_event

    def handle_event(event: Any, invocation: Any) -> None:
        log.log("received", reason=json.dumps(event.render()))
        original(event, invocation)

    patch.setattr(handler, "handle_event", handle_event)


def _never_hands_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(wait, "at_deadline", lambda state, *_, **__: state.wait(60))


def _gives_no_reason(patch: pytest.MonkeyPatch) -> None:
    original = invocation.Invocation.failed

    def failed(self: Any, event: Any, reason: str, *, physical_resource_id: str | None = None) -> Response:
        del reason
        return original(self, event, "Failed.", physical_resource_id=physical_resource_id)

    patch.setattr(invocation.Invocation, "failed", failed)


def _names_what_failed_to_update(patch: pytest.MonkeyPatch) -> None:
    def rejected(event: Any, name: str, reason: str, invocation: Any) -> Response:
        failed: Response = invocation.failed(event, reason, physical_resource_id=name)
        return failed

    patch.setattr(job, "rejected", rejected)


def _with_jobs_that_show_late(stack: Stack, world: World) -> None:
    world.service.visible_after = 5
    test_visibility.test_a_delivery_that_finds_the_name_taken_and_no_job_makes_no_second_one(stack, world)


def _takes_the_invisible_for_absent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(create_or_adopt, "find_visible", lambda name, jobs: jobs.find(name))


def _with_tags_that_show_late(stack: Stack, world: World) -> None:
    world.service.tags_visible_after = 20
    test_late_tags.test_another_delivery_finds_the_job_of_the_first(stack, world, Template(), [1])


def _takes_a_job_without_tags_for_another_owners(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(job_kind, "has_visible_owner", lambda *_, **__: True)


def _with_a_later_status(stack: Stack, world: World) -> None:
    world.service.runs_as, world.service.runs_for = "PAUSED", 10**6
    stack.begin_deploy(Template(), rollback=False)
    stack.advance(100)
    test_unknown_statuses.test_its_deletion_stops_it_and_waits(stack, world)


def _takes_a_later_status_for_an_end(patch: pytest.MonkeyPatch) -> None:
    original, known = JobState.of, {"PENDING", "IN_PROGRESS"}

    def of(status: str) -> JobState:
        state = original(status)
        return JobState.STOPPED if state is JobState.RUNNING and status not in known else state

    patch.setattr(JobState, "of", of)


def _gives_up_a_response(patch: pytest.MonkeyPatch) -> None:
    original = response_url.put

    def put(url: str, body: bytes, *, timeout: float) -> None:
        try:
            original(url, body, timeout=timeout)
        except OSError:
            return

    patch.setattr(response, "put", put)


def _fails_without_a_response(patch: pytest.MonkeyPatch) -> None:
    original = wait.step

    def step(state: wait.State, invocation: Any, *, now: float) -> wait.State:
        return state.finish() if state.error is not None else original(state, invocation, now=now)

    patch.setattr(wait, "step", step)


def _requests_a_new_job_at_every_update(patch: pytest.MonkeyPatch) -> None:
    """Request a new job for an Update that doesn't change what is measured."""
    original = job.on_event

    def on_event(event: Any, invocation: Any) -> Any:
        if event.request_type is not RequestType.UPDATE:
            return original(event, invocation)
        properties = {**event.properties, "RerunNonce": event.request_id}
        return original(replace(event, properties=properties), invocation)

    patch.setattr(job, "on_event", on_event)


def _stops_what_was_requested_since(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stop_owned_jobs, "requested_at", lambda _: 0.0)


def _forgets_the_owner_tags(patch: pytest.MonkeyPatch) -> None:
    def tags(event: Any, *, fingerprint: str) -> dict[str, str]:
        return {OwnerTag.FINGERPRINT.value: fingerprint, OwnerTag.REQUEST_ID.value: event.request_id}

    patch.setattr(create_or_adopt, "owner_tags", tags)


def _takes_a_running_job_for_a_stopping_one(patch: pytest.MonkeyPatch) -> None:
    original = stop_owned_jobs.stop_owned_jobs

    def swept(*args: Any, **options: Any) -> stop_owned_jobs.StopResult:
        return replace(original(*args, **options), running=[], failure=None, denied=None, blocked=[])

    patch.setattr(deletion, "stop_owned_jobs", swept)


def _retries_what_lambda_refuses_for_half_a_minute(patch: pytest.MonkeyPatch) -> None:
    retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 2}
    jittered = retry | {"MaxDelaySeconds": 16, "JitterStrategy": "FULL"}
    patch.setattr(retriers, "POLL", [jittered])
    patch.setattr(retriers, "RESPONSE", [jittered])


ALL = [
    Mutant(_adopts_anything, test_deployment.TestDelete().test_another_stacks_job_is_left_alone),
    Mutant(_adopts_nothing),
    Mutant(
        _adopts_no_job_of_its_own_request,
        test_deployment.test_a_function_that_dies_when_it_has_created_the_job_makes_no_second_one,
        takes_many_histories=True,
    ),
    Mutant(_ignores_owner_tags),
    Mutant(
        _responds_to_a_create_before_it_is_requested,
        test_deployment.test_a_request_that_is_wrong_fails_at_once,
        takes_many_histories=True,
    ),
    Mutant(
        _responds_to_a_delete_at_once,
        test_broken_function.test_an_aborted_wait_fails_the_stack_in_time_and_the_job_is_stopped,
    ),
    Mutant(_forgets_the_cancelled_create),
    Mutant(
        _sends_responses_of_any_size,
        test_deployment.TestResponse().test_environment_parameters_that_are_too_long_fail_readably,
    ),
    Mutant(_lets_queued_requests_continue, test_deployment.TestDelete().test_a_queued_request_never_becomes_a_job),
    Mutant(
        _leaves_orphans,
        test_deployment.TestUpdate().test_an_update_that_got_no_response_leaves_no_job,
    ),
    Mutant(_stops_what_an_update_keeps, test_late_deliveries.test_an_update_keeps_the_job_that_stays),
    Mutant(_measures_the_role, test_deployment.TestUpdate().test_what_is_not_measured_changes_without_a_new_job),
    Mutant(_logs_events),
    Mutant(_gives_no_reason),
    Mutant(_names_what_failed_to_update),
    Mutant(
        _takes_the_invisible_for_absent,
        _with_jobs_that_show_late,
    ),
    Mutant(_takes_a_job_without_tags_for_another_owners, _with_tags_that_show_late),
    Mutant(_takes_a_later_status_for_an_end, _with_a_later_status),
    Mutant(_gives_up_a_response),
    Mutant(_requests_a_new_job_at_every_update),
    Mutant(_takes_a_running_job_for_a_stopping_one),
    Mutant(_forgets_the_owner_tags),
    Mutant(
        _retries_what_lambda_refuses_for_half_a_minute,
        lambda stack, world: test_lambda_outages.test_an_outage_in_mid_stage_fails_nothing(
            stack, world, code=test_lambda_outages.THROTTLED, seconds=120
        ),
    ),
    Mutant(
        _serves_late_creates,
        lambda stack, world: test_late_deliveries.test_a_create_that_comes_after_its_delete_starts_nothing(
            stack, world, cancel_after=1, again_after=[]
        ),
    ),
    Mutant(
        _never_hands_over,
        test_long_jobs.test_the_longest_job_is_handed_from_stage_to_stage_within_the_limits_of_each,
    ),
    Mutant(_fails_without_a_response, test_broken_function.test_a_poll_that_fails_for_good_still_responds),
    Mutant(
        _stops_what_was_requested_since,
        test_late_deliveries.test_watching_for_a_canceled_create_keeps_the_next_one,
    ),
]
