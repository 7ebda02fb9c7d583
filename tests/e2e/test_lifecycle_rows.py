"""Rows of the lifecycle from end to end: the handler as a process, IAM, the network, and CloudFormation's protocol.

The rows that need none of these are in `tests/lifecycle`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration

from inference_recommendations_handler.protocol.contract import JOB_SERVICE_TIMEOUT_SECONDS, MAX_EVENT_AGE_SECONDS

from .applications import FIVE_HOURS
from .commands import until

if TYPE_CHECKING:
    from .lifecycle_stack import LifecycleStack

pytestmark = pytest.mark.e2e

BETWEEN_TWO_LOOKS = 600
"""Virtual seconds that may pass before a test sees what has happened."""

TWO_LOOKS_IN_TIME = 1200
"""Virtual seconds to a real one at which they suffice: a test looks four times in a real second."""

LATE_BUT_YOUNG_ENOUGH = 200
"""Seconds after which Lambda still delivers an event: the handler has to see that it was withdrawn."""

SOME_POLLS_A_SECOND = 120
"""Virtual seconds to a real one at which a queue that retries each minute is seen at work."""


def test_a_create_waits_for_roles_and_policies_to_take_effect(stack: LifecycleStack) -> None:
    stack.order("role-propagation", seconds=60)
    stack.order("iam-propagation", seconds=20)
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    assert len(stack.requests) == 1


def test_deleting_while_the_job_is_queued_starts_none(stack: LifecycleStack) -> None:
    stack.order("quota", limit=0)
    with stack.in_real_time(speed=SOME_POLLS_A_SECOND):
        stack.deploy(wait=False)
        until(lambda: len(stack.attempts) > 1)
        stack.delete(wait=False)
    assert stack.wait() == "DELETE_COMPLETE"
    stack.order("clear")
    stack.after(3600)
    assert not stack.requests


def test_throttling_and_failing_calls_are_retried(stack: LifecycleStack) -> None:
    stack.order("throttle", operation="*", count=6)
    stack.order("internal-error", operation="*", count=3)
    stack.order("reject-response", count=2)
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    assert len(stack.requests) == 1


def test_the_answer_to_a_create_is_lost(stack: LifecycleStack) -> None:
    stack.order("lose-response", operation="CreateInferenceRecommendationsJob")
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    assert len(stack.requests) == 1


def test_an_update_of_what_is_not_measured_runs_no_job(stack: LifecycleStack) -> None:
    assert stack.deploy(tags={"team": "one"}) == "CREATE_COMPLETE", stack.reasons()
    job = stack.outputs["JobName"]
    assert stack.deploy(tags={"team": "two"}, description="anew") == "UPDATE_COMPLETE", stack.reasons()
    assert stack.requests == [job]
    assert stack.tags(job)["team"] == "two"


def test_an_update_that_fails_goes_back_to_the_finished_job_and_pays_nothing(stack: LifecycleStack) -> None:
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    old = stack.outputs["JobName"]
    stack.order("fail-resource", resource="JobWait*", operation="update")
    assert stack.deploy(rerun_nonce="2") == "UPDATE_ROLLBACK_COMPLETE", stack.reasons()
    assert stack.outputs["JobName"] == old
    _, new = stack.requests
    assert stack.job(new)["Status"] == "STOPPED"


def test_a_rollback_that_fails_is_continued(stack: LifecycleStack) -> None:
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    old = stack.outputs["JobName"]
    stack.order("fail-resource", resource="JobWait1*", operation="update", count=2)
    assert stack.deploy(rerun_nonce="2") == "UPDATE_ROLLBACK_FAILED"
    stack.aws.client("cloudformation").continue_update_rollback(StackName=stack.stack_id)
    assert stack.wait() == "UPDATE_ROLLBACK_COMPLETE", stack.reasons()
    assert stack.outputs["JobName"] == old
    assert len(stack.requests) == 2


def test_a_cancelled_update_stops_its_job(stack: LifecycleStack) -> None:
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    old = stack.outputs["JobName"]
    with stack.in_real_time():
        stack.deploy(wait=False, rerun_nonce="2")
        until(lambda: len(stack.requests) == 2)
        stack.cancel_update()
    assert stack.wait() == "UPDATE_ROLLBACK_COMPLETE", stack.reasons()
    assert stack.outputs["JobName"] == old
    until(lambda: stack.job(stack.requests[1])["Status"] == "STOPPED")


def test_a_create_that_arrives_after_its_delete_starts_nothing(stack: LifecycleStack) -> None:
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    [old] = stack.requests
    _arrives_too_late(stack, jobs=2)
    assert stack.requests == [old]


def _arrives_too_late(stack: LifecycleStack, **change: Any) -> None:
    """Cancel an update whose event for a job arrives when the rollback is over, but the function is still there."""
    stack.order("late-delivery", function=stack.function, seconds=LATE_BUT_YOUNG_ENOUGH)
    with stack.in_real_time():
        stack.deploy(wait=False, **change)
        until(lambda: bool(stack.events_under_way))
        # Events carry whole seconds: of two in the same one, the handler can't tell which came first.
        stack.after(2)
        stack.cancel_update()
    assert stack.wait() == "UPDATE_ROLLBACK_COMPLETE", stack.reasons()
    stack.after(2 * MAX_EVENT_AGE_SECONDS)
    assert any("rejected: late" in line for line in stack.logged()), "it never arrived"


def test_a_failed_job_that_is_deployed_again_says_how_to_run_it_again(stack: LifecycleStack) -> None:
    stack.order("fail-job", job=stack.jobs, reason="INVALID_INPUT : 1.")
    assert stack.deploy(disable_rollback=True) == "CREATE_FAILED"
    stack.order("clear")
    assert stack.deploy(disable_rollback=True, poll_interval=Duration.minutes(4)) == "UPDATE_FAILED"
    assert "Change `rerun_nonce` to run it again" in stack.reasons()[-1]
    assert len(stack.requests) == 1
    assert stack.deploy(disable_rollback=True, rerun_nonce="2") == "UPDATE_COMPLETE", stack.reasons()


def test_a_reason_longer_than_an_answer_may_be_is_cut(stack: LifecycleStack) -> None:
    stack.order("fail-job", job=stack.jobs, reason="ä" * 1000 + "\n" + "much " * 1500)
    assert stack.deploy() == "ROLLBACK_COMPLETE"
    [reason] = stack.reasons()
    assert "ä" * 100 in reason
    assert "Response object is too long" not in reason


def test_a_metric_that_is_missing_is_unavailable_and_no_log_holds_a_response_url(stack: LifecycleStack) -> None:
    stack.order("nan-metrics", job=stack.jobs)
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    assert stack.outputs["CpuUtilization"] == "unavailable"
    logged = stack.logged()
    assert logged
    assert not [line for line in logged if "X-Amz-Signature" in line or "cloudformation-custom-resource" in line]


def test_a_function_that_is_killed_mid_poll_is_called_again(stack: LifecycleStack) -> None:
    with stack.in_real_time():
        stack.deploy(wait=False)
        # From then on only the state machine invokes the function, and only it can request again.
        until(lambda: bool(stack.executions))
        stack.order("kill-function", function=stack.function, count=2, after=0)
    assert stack.wait() == "CREATE_COMPLETE", stack.reasons()
    assert len([line for line in stack.logged() if "Runtime exited with error" in line]) == 2
    assert len(stack.requests) == 1


def test_an_execution_that_is_aborted_fails_within_the_service_timeout(stack: LifecycleStack) -> None:
    with stack.in_real_time():
        stack.deploy(wait=False, **FIVE_HOURS)
        until(lambda: bool(stack.requests) and bool(stack.executions))
        stack.order("abort-execution")
    assert stack.wait() == "ROLLBACK_COMPLETE", stack.reasons()
    assert stack.job(stack.requests[0])["Status"] == "STOPPED"


def test_a_function_that_cannot_be_imported_fails_within_the_service_timeout(stack: LifecycleStack) -> None:
    stack.order("break-function", function=stack.function)
    with stack.in_real_time(speed=TWO_LOOKS_IN_TIME):
        stack.deploy(wait=False)
        started = stack.now
        assert stack.wait() == "ROLLBACK_FAILED", "the rollback's Delete gets no response either"
        ended = stack.now
    assert ended - started < 2 * JOB_SERVICE_TIMEOUT_SECONDS + BETWEEN_TWO_LOOKS, "the Create's, then the Delete's"
    create, delete = stack.reasons()
    assert "did not receive a response" in create
    assert "did not receive a response" in delete
    assert not stack.requests
