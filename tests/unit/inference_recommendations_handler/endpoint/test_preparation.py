"""Autoscaling of an endpoint that changes its instance type. A failed update restores the old registration."""

from __future__ import annotations

from typing import Any

import pytest

from inference_recommendations_handler.endpoint import preparation
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS

from .hosting_stack import ENDPOINT, LARGE, SMALL, HostingStack, properties, refusal, scaled_stack


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> HostingStack:
    made = scaled_stack()
    monkeypatch.setattr(Invocation, "send", lambda _, response, __: made.sent.append(response))
    return made


def succeeded(response: Any) -> bool:
    return response is not None and response.reason is None and response.physical_resource_id == "Preparation"


def rolling_back(stack: HostingStack) -> None:
    stack.cloudformation.status = "UPDATE_ROLLBACK_IN_PROGRESS"


def test_another_instance_type_is_deregistered_before_and_registered_after(stack: HostingStack) -> None:
    assert succeeded(stack.prepare(LARGE, SMALL))
    assert stack.bounds is None
    stack.sagemaker.instance_type = "ml.g4dn.xlarge"
    assert stack.register(LARGE).succeeded
    assert stack.bounds == (1, 2)
    assert not stack.stepfunctions.executions


def test_other_numbers_of_the_same_type_pause_nothing(stack: HostingStack) -> None:
    assert succeeded(stack.prepare(properties("ml.c5.xlarge", most=9), SMALL))
    assert stack.bounds == (1, 4)
    assert stack.autoscaling.deregistered == 0


def test_an_endpoint_that_fails_to_change_is_scaled_again_within_the_rollback(stack: HostingStack) -> None:
    stack.prepare(LARGE, SMALL)
    rolling_back(stack)
    assert succeeded(stack.prepare(SMALL, LARGE))
    assert stack.bounds == (1, 4)
    assert not stack.stepfunctions.executions


def test_where_the_new_numbers_are_refused_the_rollback_brings_the_old_ones_back(stack: HostingStack) -> None:
    stack.prepare(LARGE, SMALL)
    stack.sagemaker.instance_type = "ml.g4dn.xlarge"
    stack.autoscaling.refusals = [refusal("ValidationException", "Target value must be greater than 0")]
    assert not stack.register(LARGE).succeeded
    rolling_back(stack)
    assert succeeded(stack.prepare(SMALL, LARGE))
    stack.sagemaker.instance_type = "ml.c5.xlarge"
    assert stack.register(SMALL).succeeded
    assert stack.bounds == (1, 4)


def test_a_rollback_from_new_numbers_deregisters_them_first(stack: HostingStack) -> None:
    stack.prepare(LARGE, SMALL)
    stack.sagemaker.instance_type = "ml.g4dn.xlarge"
    stack.register(LARGE)
    rolling_back(stack)
    assert succeeded(stack.prepare(SMALL, LARGE))
    assert stack.bounds is None, "or the endpoint couldn't go back"


def test_a_rollback_of_numbers_alone_is_left_to_the_endpoint_instance_count(stack: HostingStack) -> None:
    more = properties("ml.c5.xlarge", most=9)
    stack.prepare(more, SMALL)
    stack.register(more)
    rolling_back(stack)
    assert succeeded(stack.prepare(SMALL, more))
    assert (stack.bounds, stack.stepfunctions.executions) == ((1, 9), {})


def test_what_a_disabled_rollback_left_unscaled_is_scaled_by_the_next_deployment(stack: HostingStack) -> None:
    stack.prepare(LARGE, SMALL)
    assert stack.bounds is None, "and the endpoint's update fails"
    assert succeeded(stack.prepare(SMALL, LARGE))
    assert stack.bounds == (1, 4)


def unreached(stack: HostingStack) -> None:
    """Fail the update after the endpoint has changed, before it reaches the instance count."""
    stack.prepare(LARGE, SMALL)
    stack.sagemaker.instance_type = "ml.g4dn.xlarge"
    rolling_back(stack)
    assert succeeded(stack.prepare(SMALL, LARGE))
    assert stack.bounds is None


def test_what_the_rollback_doesnt_reach_is_restored_when_it_is_through(stack: HostingStack) -> None:
    unreached(stack)
    assert not stack.step(), "the rollback continues"
    stack.sagemaker.instance_type = "ml.c5.xlarge"
    assert not stack.step()
    assert stack.bounds is None, "the endpoint's rollback may still be under way"
    stack.cloudformation.status = "UPDATE_ROLLBACK_COMPLETE"
    assert stack.step()
    assert stack.bounds == (1, 4)
    assert stack.sent == [], "CloudFormation got a response before"


def test_an_endpoint_that_is_at_work_when_the_rollback_is_through_is_waited_for(stack: HostingStack) -> None:
    unreached(stack)
    stack.cloudformation.status = "UPDATE_ROLLBACK_COMPLETE"
    stack.sagemaker.instance_type, stack.sagemaker.status = "ml.c5.xlarge", "Updating"
    assert not stack.step()
    stack.sagemaker.status = "InService"
    assert stack.step()
    assert stack.bounds == (1, 4)


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "UPDATE_IN_PROGRESS"])
def test_nothing_is_registered_while_the_stack_may_change_the_endpoint(stack: HostingStack, status: str) -> None:
    unreached(stack)
    stack.sagemaker.instance_type, stack.cloudformation.status = "ml.c5.xlarge", status
    assert not stack.step()
    assert stack.bounds is None


def test_numbers_of_a_later_deployment_are_left_alone(stack: HostingStack) -> None:
    unreached(stack)
    stack.cloudformation.status, stack.sagemaker.instance_type = "UPDATE_COMPLETE", "ml.c5.xlarge"
    stack.autoscaling.targets[ENDPOINT] = (2, 7)
    assert stack.step()
    assert stack.bounds == (2, 7)


@pytest.mark.parametrize(("instance_type", "status"), [("ml.m5.xlarge", "InService"), ("ml.c5.xlarge", "Failed")])
def test_an_endpoint_that_isnt_what_it_was_isnt_scaled_by_old_numbers(
    stack: HostingStack, instance_type: str, status: str
) -> None:
    unreached(stack)
    stack.cloudformation.status = "UPDATE_COMPLETE"
    stack.sagemaker.instance_type, stack.sagemaker.status = instance_type, status
    assert stack.step()
    assert stack.bounds is None


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "DELETE_COMPLETE", "GONE"])
def test_nothing_is_restored_for_a_stack_that_goes(stack: HostingStack, status: str) -> None:
    unreached(stack)
    stack.sagemaker.instance_type, stack.cloudformation.status = "ml.c5.xlarge", status
    assert stack.step()
    assert stack.bounds is None


def test_nothing_is_restored_where_scaling_was_removed_since(stack: HostingStack) -> None:
    unreached(stack)
    stack.cloudformation.status, stack.cloudformation.target_id = "UPDATE_COMPLETE", None
    stack.sagemaker.instance_type = "ml.c5.xlarge"
    assert stack.step()
    assert stack.bounds is None


def test_restoring_is_tried_again_and_given_up_in_the_end(
    stack: HostingStack, capsys: pytest.CaptureFixture[str]
) -> None:
    unreached(stack)
    stack.cloudformation.status, stack.sagemaker.instance_type = "UPDATE_ROLLBACK_COMPLETE", "ml.c5.xlarge"
    stack.autoscaling.refusals = [refusal("ThrottlingException"), refusal("ValidationException")]
    assert not stack.step()
    assert stack.step(later=preparation.RESTORE_BOUND_SECONDS + 1)
    assert "scaling not restored: the endpoint isn't scaled" in capsys.readouterr().out


def test_a_refusal_within_the_rollback_doesnt_fail_it(stack: HostingStack) -> None:
    stack.prepare(LARGE, SMALL)
    rolling_back(stack)
    stack.autoscaling.refusals = [refusal("ValidationException")]
    assert succeeded(stack.prepare(SMALL, LARGE))
    stack.cloudformation.status = "UPDATE_ROLLBACK_COMPLETE"
    assert stack.step()
    assert stack.bounds == (1, 4)


def test_a_refusal_within_an_update_is_left_to_the_endpoint_instance_count_to_tell(stack: HostingStack) -> None:
    stack.prepare(LARGE, SMALL)
    stack.autoscaling.refusals = [refusal("ValidationException")]
    assert succeeded(stack.prepare(SMALL, LARGE))
    assert not stack.stepfunctions.executions


def test_a_change_of_the_number_of_instances_is_waited_for(stack: HostingStack) -> None:
    stack.sagemaker.status = "Updating"
    assert stack.prepare(LARGE, SMALL) is None
    assert stack.bounds is None, "no further change begins"
    assert not stack.step()
    assert stack.sent == []
    stack.sagemaker.status = "InService"
    assert stack.step()
    assert [response.reason for response in stack.sent] == [None]


def test_what_stays_at_work_is_left_to_sagemakers_own_reason(stack: HostingStack) -> None:
    stack.sagemaker.status = "Updating"
    stack.prepare(LARGE, SMALL)
    assert stack.step(later=WAIT_STAGE_SECONDS + 1)
    assert len(stack.sent) == 1


def test_a_poll_that_fails_once_fails_nothing(stack: HostingStack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.sagemaker.status = "Updating"
    stack.prepare(LARGE, SMALL)

    def throttled(**_: str) -> None:
        raise refusal("ThrottlingException")

    with monkeypatch.context() as patch:
        patch.setattr(stack.sagemaker, "describe_endpoint", throttled)
        assert not stack.step()
        assert stack.sent == []
        assert stack.step(later=WAIT_STAGE_SECONDS + 1)
        assert len(stack.sent) == 1


def test_in_a_rollback_the_endpoint_is_waited_for_and_then_restored(stack: HostingStack) -> None:
    stack.prepare(LARGE, SMALL)
    rolling_back(stack)
    stack.sagemaker.status = "Updating"
    assert stack.prepare(SMALL, LARGE) is None
    stack.sagemaker.status = "InService"
    assert stack.step()
    assert stack.bounds == (1, 4)
    assert len(stack.sent) == 1


def test_one_that_has_become_what_it_shouldnt_goes_back_and_is_restored_after(stack: HostingStack) -> None:
    stack.prepare(LARGE, SMALL)
    rolling_back(stack)
    stack.sagemaker.status = "Updating"
    stack.prepare(SMALL, LARGE)
    stack.sagemaker.status, stack.sagemaker.instance_type = "InService", "ml.g4dn.xlarge"
    assert not stack.step(), "responded, and watching"
    assert len(stack.sent) == 1
    stack.sagemaker.instance_type, stack.cloudformation.status = "ml.c5.xlarge", "UPDATE_ROLLBACK_COMPLETE"
    assert stack.step()
    assert stack.bounds == (1, 4)
    assert len(stack.sent) == 1


def test_a_handler_that_breaks_while_it_waits_still_lets_cloudformation_continue(stack: HostingStack) -> None:
    stack.sagemaker.status = "Updating"
    stack.prepare(LARGE, SMALL)
    [state] = stack.stepfunctions.executions.values()
    state["error"] = {"Error": "Lambda.Unknown"}
    assert stack.step()
    assert [response.reason for response in stack.sent] == [None]


def test_a_handler_that_breaks_while_it_watches_sends_no_second_response__time(stack: HostingStack) -> None:
    unreached(stack)
    [state] = stack.stepfunctions.executions.values()
    state["error"] = {"Error": "Lambda.Unknown"}
    assert stack.step()
    assert stack.sent == []


def test_an_update_ends_the_watch_of_the_one_before(stack: HostingStack) -> None:
    unreached(stack)
    stack.cloudformation.status = "UPDATE_IN_PROGRESS"
    stack.prepare(LARGE, SMALL)
    assert stack.stepfunctions.stopped == [*stack.stepfunctions.executions]


def test_a_second_delivery_changes_nothing(stack: HostingStack) -> None:
    event = stack.event("Preparation", "Update", LARGE, old=SMALL, physical_id="Preparation")
    stack.sagemaker.status = "Updating"
    for _ in range(2):
        assert preparation.on_event(event, stack.invocation) is None
    assert len(stack.stepfunctions.executions) == 1
    assert stack.autoscaling.deregistered == 1


@pytest.mark.parametrize(("status", "bounds"), [("UPDATE_COMPLETE", (1, 4)), ("UPDATE_IN_PROGRESS", None)])
def test_a_delivery_that_cloudformation_waits_for_no_more_undoes_nothing(
    stack: HostingStack, status: str, bounds: tuple[int, int] | None
) -> None:
    stack.cloudformation.resource_status = status
    assert succeeded(stack.prepare(LARGE, SMALL, age=200))
    assert stack.bounds == bounds


def test_only_what_the_stack_has_registered_is_touched(stack: HostingStack) -> None:
    stack.autoscaling.targets["endpoint/Other/variant/AllTraffic"] = (1, 1)
    stack.cloudformation.target_id = None
    assert succeeded(stack.prepare(LARGE, SMALL))
    assert stack.bounds == (1, 4), "registered outside the stack"
    stack.cloudformation.target_id = "Stack-Target-1ABC"
    assert succeeded(stack.prepare(LARGE, SMALL))
    assert len(stack.autoscaling.targets) == 2


def test_a_variant_that_goes_is_deregistered_too(stack: HostingStack) -> None:
    assert succeeded(stack.prepare(SMALL | {"VariantName": "Main"}, SMALL))
    assert stack.bounds is None


def test_an_endpoint_that_is_gone_is_no_failure(stack: HostingStack) -> None:
    stack.sagemaker.instance_type = None
    assert succeeded(stack.prepare(LARGE, SMALL))


def test_an_endpoint_whose_configuration_is_gone_is_deregistered_to_be_safe(stack: HostingStack) -> None:
    stack.sagemaker.has_configuration = False
    assert succeeded(stack.prepare(SMALL, SMALL))
    assert stack.bounds is None


@pytest.mark.parametrize("request_type", ["Create", "Delete"])
def test_creating_and_deleting_touch_nothing(stack: HostingStack, request_type: str) -> None:
    event = stack.event("Preparation", request_type, LARGE, physical_id="Preparation")
    assert succeeded(preparation.on_event(event, stack.invocation))
    assert stack.bounds == (1, 4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"InstanceType": ""}, "The property InstanceType is missing: deploy with the version"),
        ({"MinCapacity": "5"}, "MinCapacity is 5 and MaxCapacity is 2"),
    ],
)
def test_what_cant_be_scaled_fails_before_an_endpoint_is_made(
    stack: HostingStack, changes: dict[str, str], message: str
) -> None:
    event = stack.event("Preparation", "Create", LARGE | changes)
    response = preparation.on_event(event, stack.invocation)
    assert response is not None
    assert message in str(response.reason)


def test_a_malformed_delete_succeeds(stack: HostingStack) -> None:
    assert succeeded(
        preparation.on_event(stack.event("Preparation", "Delete", {}, physical_id="Preparation"), stack.invocation)
    )


def test_what_may_pass_is_left_to_the_state_machine_which_fails_no_rollback(
    stack: HostingStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(**_: str) -> None:
        raise refusal("AccessDeniedException")

    with monkeypatch.context() as patch:
        patch.setattr(stack.autoscaling, "deregister_scalable_target", denied)
        assert stack.prepare(LARGE, SMALL) is None
        assert not stack.step()
    assert stack.step()
    assert stack.bounds is None


@pytest.mark.parametrize("operation", ["describe_endpoint", "describe_endpoint_config"])
@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InternalFailure"])
def test_an_endpoint_that_cannot_be_read_for_now_stays_scaled(
    stack: HostingStack, monkeypatch: pytest.MonkeyPatch, operation: str, code: str
) -> None:
    def refused(**_: str) -> None:
        raise refusal(code)

    monkeypatch.setattr(stack.sagemaker, operation, refused)
    assert stack.prepare(SMALL, SMALL) is None
    assert not stack.step()
    assert stack.bounds == (1, 4)
