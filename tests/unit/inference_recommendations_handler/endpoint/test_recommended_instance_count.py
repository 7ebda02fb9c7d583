"""When an endpoint gets the recommended instance count, and when it retains its own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_recommendations_handler.endpoint import instance_count
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS

from .hosting_stack import ENDPOINT, HostingStack, properties, refusal, unscaled

SMALL, LARGE = "ml.c5.xlarge", "ml.g4dn.xlarge"
SCALED_OUT = 4
"""Instance count that autoscaling or a user has set."""


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> HostingStack:
    made = HostingStack()
    made.sagemaker.count, made.sagemaker.weight = SCALED_OUT, 0.5
    monkeypatch.setattr(Invocation, "send", lambda _, response, __: made.sent.append(response))
    return made


def scaled(instance_type: str, *, count: int = 1, least: int = 1, most: int = 9, **changes: Any) -> dict[str, Any]:
    bounds = {"MinCapacity": str(least), "InitialInstanceCount": str(count)}
    return properties(instance_type, most=most, **bounds, **changes)


def changed(stack: HostingStack, new: dict[str, Any], old: dict[str, Any]) -> int:
    """Return the instance count after a successful Update, when the endpoint is in service again."""
    if "MinCapacity" in old and new["InstanceType"] == old["InstanceType"]:
        stack.autoscaling.targets[ENDPOINT] = (1, 9)
    stack.sagemaker.configuration_name = new.get("EndpointConfigName", "configuration")
    response = stack.count(new, old)
    if response is None:
        assert stack.sagemaker.status == "Updating"
        assert not stack.step()
        stack.sagemaker.status = "InService"
        assert stack.step()
        [response] = stack.sent
    assert (response.reason, response.physical_resource_id) == (None, ENDPOINT)
    assert stack.sagemaker.status == "InService"
    assert stack.sagemaker.weight == 0.5
    assert (stack.bounds is not None) is ("MinCapacity" in new)
    return stack.sagemaker.count


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        # The same instance type and the same recommended number
        (unscaled(SMALL), unscaled(SMALL, EndpointConfigName="other"), SCALED_OUT),
        (scaled(SMALL), scaled(SMALL, EndpointConfigName="other"), SCALED_OUT),
        (scaled(SMALL), scaled(SMALL, most=7), SCALED_OUT),
        (unscaled(SMALL), scaled(SMALL), SCALED_OUT),
        (scaled(SMALL), unscaled(SMALL), SCALED_OUT),
        # Another recommended number
        (unscaled(SMALL), unscaled(SMALL, count=2), 2),
        (scaled(SMALL), scaled(SMALL, count=2), SCALED_OUT),
        (unscaled(SMALL), scaled(SMALL, count=2), 2),
        (scaled(SMALL), unscaled(SMALL, count=2), 2),
        # Another instance type
        (unscaled(SMALL), unscaled(LARGE), 1),
        (unscaled(SMALL), unscaled(LARGE, count=3), 3),
        (scaled(SMALL), scaled(LARGE, count=3), 3),
        (unscaled(SMALL), scaled(LARGE, count=3), 3),
        (scaled(SMALL), unscaled(LARGE, count=3), 3),
        (unscaled(SMALL), unscaled(LARGE, count=SCALED_OUT), SCALED_OUT),
        # Bounds that the recommended number is outside
        (scaled(SMALL), scaled(LARGE, count=1, least=3), 3),
        (scaled(SMALL), scaled(LARGE, count=9, most=2), 2),
        # Another endpoint, which started with the recommended number
        (unscaled(LARGE, EndpointName="Bert-0"), unscaled(SMALL, count=2), SCALED_OUT),
    ],
)
def test_the_number_changes_with_the_type_and_the_recommendation_alone(
    stack: HostingStack, old: dict[str, Any], new: dict[str, Any], count: int
) -> None:
    stack.sagemaker.instance_type = new["InstanceType"]
    assert changed(stack, new, old) == count


TYPES = st.sampled_from([SMALL, LARGE])
COUNTS = st.integers(1, 9)


@st.composite
def any_properties(draw: st.DrawFn) -> dict[str, Any]:
    instance_type, count = draw(TYPES), draw(COUNTS)
    bounds = draw(st.none() | st.tuples(COUNTS, COUNTS).map(sorted))
    return (
        unscaled(instance_type, count=count)
        if bounds is None
        else scaled(instance_type, count=count, least=bounds[0], most=bounds[1])
    )


@given(old=any_properties(), new=any_properties(), desired=COUNTS)
def test_whatever_changes_the_number_is_the_recommended_one_or_its_own(
    old: dict[str, Any], new: dict[str, Any], desired: int
) -> None:
    stack = HostingStack()
    stack.sagemaker.instance_type, stack.sagemaker.count = new["InstanceType"], desired
    response = stack.count(new, old)
    recommended = int(new["InitialInstanceCount"])
    if "MinCapacity" in new:
        recommended = min(max(recommended, int(new["MinCapacity"])), int(new["MaxCapacity"]))
    is_same = [old[name] == new[name] for name in ("InstanceType", "InitialInstanceCount")]
    keeps = is_same[0] and (is_same[1] or "MinCapacity" in old.keys() & new.keys())
    assert stack.sagemaker.count == (desired if keeps else recommended)
    assert (response is None) is (stack.sagemaker.count != desired), "waited for where it changes"


@pytest.mark.parametrize("make", [unscaled, scaled])
def test_a_rollback_that_is_reached_sets_the_old_number(stack: HostingStack, make: Any) -> None:
    stack.sagemaker.instance_type = LARGE
    assert changed(stack, make(LARGE, count=3), make(SMALL, count=2)) == 3
    stack.sent.clear()
    stack.autoscaling.targets.clear()
    stack.sagemaker.instance_type, stack.cloudformation.status = SMALL, "UPDATE_ROLLBACK_IN_PROGRESS"
    assert changed(stack, make(SMALL, count=2), make(LARGE, count=3)) == 2


def test_a_variant_that_is_renamed_is_another_one(stack: HostingStack) -> None:
    stack.sagemaker.variant_name = "Main"
    assert stack.count(unscaled(SMALL, VariantName="Main", count=2), unscaled(SMALL, count=2)) is None
    assert stack.sagemaker.count == 2


@pytest.mark.parametrize("request_type", ["Create", "Delete"])
def test_creating_and_deleting_leave_the_number_alone(stack: HostingStack, request_type: str) -> None:
    response = stack.count(unscaled(SMALL, count=2), None, request=request_type)
    assert response is not None
    assert (response.reason, response.physical_resource_id) == (None, ENDPOINT)
    assert stack.sagemaker.count == SCALED_OUT


def test_without_scaling_nothing_is_registered_or_deregistered(stack: HostingStack) -> None:
    stack.autoscaling.targets[ENDPOINT] = (1, 7)
    for request in ("Create", "Update", "Delete"):
        assert stack.register(unscaled(SMALL), request=request).succeeded
    assert stack.bounds == (1, 7), "registered by somebody else"


def test_what_is_scaled_no_more_is_deregistered_before_its_number_changes(stack: HostingStack) -> None:
    stack.autoscaling.targets[ENDPOINT] = (1, 7)
    assert stack.count(unscaled(SMALL, count=2), scaled(SMALL)) is None
    assert stack.bounds is None


def test_it_is_registered_when_it_has_its_instances(stack: HostingStack) -> None:
    stack.sagemaker.instance_type = LARGE
    assert stack.count(scaled(LARGE), scaled(SMALL)) is None
    assert stack.bounds is None
    stack.sagemaker.status = "InService"
    assert stack.step()
    assert stack.bounds == (1, 9)


def test_an_endpoint_that_is_being_changed_is_waited_for(stack: HostingStack) -> None:
    stack.sagemaker.status = "Updating"
    assert stack.count(unscaled(LARGE), unscaled(SMALL)) is None
    assert stack.sagemaker.count == SCALED_OUT
    assert not stack.step()
    stack.sagemaker.status = "InService"
    assert not stack.step(), "requested now"
    assert stack.sagemaker.count == 1
    stack.sagemaker.status = "InService"
    assert stack.step()
    assert [response.reason for response in stack.sent] == [None]


def test_a_change_that_begins_at_the_same_moment_is_waited_for(stack: HostingStack) -> None:
    stack.sagemaker.refusals = [refusal("ValidationException", 'Cannot update in-progress endpoint "arn".')]
    assert stack.count(unscaled(LARGE), unscaled(SMALL)) is None
    assert not stack.step(), "requested now"
    assert stack.sagemaker.count == 1


def test_a_second_delivery_requests_nothing_more(stack: HostingStack) -> None:
    event = stack.event("InstanceCount", "Update", unscaled(LARGE), old=unscaled(SMALL), physical_id=ENDPOINT)
    for _ in range(2):
        assert instance_count.on_event(event, stack.invocation) is None
    assert len(stack.stepfunctions.executions) == 1


REFUSED = refusal("ResourceLimitExceeded", "The account-level service limit is 2 instances.")


def test_a_number_that_the_service_refuses_fails_the_deployment(stack: HostingStack) -> None:
    stack.sagemaker.refusals = [REFUSED]
    response = stack.count(scaled(LARGE, count=3), scaled(SMALL))
    assert response is not None
    assert response.reason == (
        "The variant AllTraffic of the endpoint Bert-1 should have 3 instances: The account-level service limit is 2 "
        "instances. (ResourceLimitExceeded.)"
    )
    assert response.physical_resource_id == ENDPOINT


def test_instances_that_dont_come_up_fail_the_deployment_with_sagemakers_reason(stack: HostingStack) -> None:
    stack.sagemaker.failure_reason = "Insufficient capacity."
    assert stack.count(unscaled(LARGE, count=3), unscaled(SMALL)) is None
    stack.sagemaker.status = "InService"
    assert stack.step()
    [response] = stack.sent
    assert response.reason == (
        "The variant AllTraffic of the endpoint Bert-1 should have 3 instances: Insufficient capacity."
    )


def test_a_number_that_was_refused_is_not_rolled_back(stack: HostingStack) -> None:
    stack.sagemaker.refusals = [REFUSED]
    response = stack.count(unscaled(SMALL, count=9), unscaled(SMALL))
    assert response is not None
    assert not response.succeeded
    stack.cloudformation.status = "UPDATE_ROLLBACK_IN_PROGRESS"
    assert changed(stack, unscaled(SMALL), unscaled(SMALL, count=9)) == SCALED_OUT


def test_a_number_that_was_set_is_rolled_back(stack: HostingStack) -> None:
    assert changed(stack, unscaled(SMALL, count=9), unscaled(SMALL)) == 9
    stack.sent.clear()
    stack.cloudformation.status = "UPDATE_ROLLBACK_IN_PROGRESS"
    assert changed(stack, unscaled(SMALL), unscaled(SMALL, count=9)) == 1


def test_a_rollback_continues_and_scales_with_the_number_that_there_is(stack: HostingStack) -> None:
    stack.cloudformation.status = "UPDATE_ROLLBACK_IN_PROGRESS"
    stack.sagemaker.refusals = [REFUSED]
    response = stack.count(scaled(SMALL), scaled(LARGE))
    assert response is not None
    assert response.succeeded
    assert stack.bounds == (1, 9)


def test_an_endpoint_that_is_gone_fails_the_deployment_and_no_rollback(stack: HostingStack) -> None:
    stack.sagemaker.instance_type = None
    response = stack.count(unscaled(LARGE), unscaled(SMALL))
    assert response is not None
    assert response.reason == "The endpoint Bert-1 doesn't exist."
    stack.cloudformation.status = "UPDATE_ROLLBACK_IN_PROGRESS"
    response = stack.count(unscaled(SMALL), unscaled(LARGE))
    assert response is not None
    assert response.succeeded


@pytest.mark.parametrize(
    ("status", "is_failed"), [("UPDATE_IN_PROGRESS", True), ("UPDATE_ROLLBACK_IN_PROGRESS", False)]
)
@pytest.mark.parametrize("broken", [False, True])
def test_what_never_ends_fails_a_deployment_and_no_rollback(
    stack: HostingStack, status: str, is_failed: bool, broken: bool
) -> None:
    stack.sagemaker.status, stack.cloudformation.status = "Updating", status
    assert stack.count(unscaled(LARGE), unscaled(SMALL)) is None
    if broken:
        [state] = stack.stepfunctions.executions.values()
        state["error"] = {"Error": "Lambda.Unknown"}
    assert stack.step(later=30 if broken else WAIT_STAGE_SECONDS + 1)
    [response] = stack.sent
    assert (response.reason is not None) is is_failed
    if response.reason is not None:
        assert "The endpoint doesn't have the recommended instance count. Deploy again." in response.reason


def test_what_cloudformation_has_cancelled_does_nothing_more(stack: HostingStack) -> None:
    stack.sagemaker.status, stack.sagemaker.instance_type = "Updating", LARGE
    assert stack.count(scaled(LARGE), scaled(SMALL)) is None
    stack.cloudformation.resource_status, stack.sagemaker.status = "UPDATE_FAILED", "InService"
    assert stack.step()
    assert (stack.sagemaker.count, stack.bounds, stack.sent) == (SCALED_OUT, None, [])


def test_the_rollbacks_preparation_ends_what_is_in_progress(stack: HostingStack) -> None:
    stack.sagemaker.status, stack.sagemaker.instance_type = "Updating", LARGE
    assert stack.count(scaled(LARGE), scaled(SMALL)) is None
    [name] = stack.stepfunctions.executions
    stack.stepfunctions.executions[name]["event"]["RequestedAt"] -= 60
    stack.prepare(scaled(SMALL), scaled(LARGE))
    assert name in stack.stepfunctions.stopped


def test_a_poll_that_fails_is_made_again(stack: HostingStack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.sagemaker.status = "Updating"
    assert stack.count(unscaled(LARGE), unscaled(SMALL)) is None

    def throttled(**_: str) -> None:
        raise refusal("ThrottlingException")

    with monkeypatch.context() as patch:
        patch.setattr(stack.sagemaker, "describe_endpoint", throttled)
        assert not stack.step()
    stack.sagemaker.status = "InService"
    assert not stack.step()
    assert stack.sagemaker.count == 1


@pytest.mark.parametrize("operation", ["describe_endpoint", "describe_endpoint_config"])
@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_what_may_pass_is_left_to_the_state_machine_which_fails_no_rollback(
    stack: HostingStack, monkeypatch: pytest.MonkeyPatch, operation: str, code: str
) -> None:
    def refused(**_: str) -> None:
        raise refusal(code)

    with monkeypatch.context() as patch:
        patch.setattr(stack.sagemaker, operation, refused)
        assert stack.count(unscaled(LARGE), unscaled(SMALL)) is None
        assert not stack.step()
    assert not stack.step()
    assert stack.sagemaker.count == 1


def test_a_recommended_number_that_is_none_is_refused(stack: HostingStack) -> None:
    response = stack.count(unscaled(LARGE, InitialInstanceCount="unavailable"), unscaled(SMALL))
    assert response is not None
    assert "InitialInstanceCount is 'unavailable', and must be a whole number" in str(response.reason)
    assert stack.sagemaker.count == SCALED_OUT


def test_a_template_that_names_no_state_machine_isnt_waited_for(stack: HostingStack) -> None:
    new = unscaled(LARGE)
    del new["StateMachineArn"]
    response = stack.count(new, unscaled(SMALL))
    assert response is not None
    assert "StateMachineArn is missing" in str(response.reason)


@pytest.mark.parametrize("reason", ["One or more configured alarm(s) went into ALARM state", None])
def test_an_update_that_sagemaker_has_rolled_back_fails_and_changes_nothing(
    stack: HostingStack, reason: str | None
) -> None:
    stack.sagemaker.configuration_name, stack.sagemaker.failure_reason = "old", reason
    old, new = unscaled(SMALL, EndpointConfigName="old"), unscaled(LARGE, count=2, EndpointConfigName="new")
    response = stack.count(new, old)
    assert response is not None
    assert response.reason is not None
    assert (reason or "SageMaker returns no reason.") in response.reason
    assert "serves with the configuration old instead of new" in response.reason
    assert stack.sagemaker.count == SCALED_OUT


def test_a_rollback_of_the_stack_continues(stack: HostingStack) -> None:
    stack.cloudformation.status = "UPDATE_ROLLBACK_IN_PROGRESS"
    stack.sagemaker.configuration_name = "other"
    response = stack.count(unscaled(SMALL, EndpointConfigName="old"), unscaled(SMALL, EndpointConfigName="new"))
    assert response is not None
    assert response.reason is None
