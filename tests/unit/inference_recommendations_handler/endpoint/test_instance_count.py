"""A variant's registration at Application Auto Scaling, through the events of its resource."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.endpoint import instance_count

from .hosting_stack import ENDPOINT, SMALL, HostingStack, properties, refusal, scaled_stack

PREDEFINED = {"Predefined": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}
CUSTOMIZED = {
    "Customized": {"MetricName": "CPUUtilization", "Namespace": "/aws/sagemaker/Endpoints", "Statistic": "Average"}
}


def policy(metric: dict[str, Any], target: object) -> dict[str, Any]:
    return {"TargetTracking": {"MetricSpecification": metric, "TargetValue": target}}


def recommended(*policies: dict[str, Any]) -> dict[str, Any]:
    found = SMALL | {"ScalingPoliciesJson": json.dumps(policies)}
    del found["TargetValue"]
    return found


def measured(**changes: str) -> dict[str, Any]:
    found = SMALL | {"MaxInvocations": "1200", "InitialInstanceCount": "2", "SafetyFactor": "0.8"} | changes
    del found["TargetValue"]
    return found


def test_a_variant_is_registered_with_its_bounds_and_target() -> None:
    stack = HostingStack()
    response = stack.register(
        properties("ml.c5.xlarge", ScaleInCooldown="600", ScaleOutCooldown="60", DisableScaleIn="true"),
        request="Create",
    )
    assert (response.reason, response.physical_resource_id) == (None, ENDPOINT)
    assert stack.bounds == (1, 4)
    assert stack.autoscaling.policies == {
        (ENDPOINT, "inference-recommender-1"): {
            "TargetValue": 300,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
            "ScaleInCooldown": 600,
            "ScaleOutCooldown": 60,
            "DisableScaleIn": True,
        }
    }


def test_every_policy_of_the_service_is_put_and_an_own_metric_is_the_endpoints() -> None:
    stack = HostingStack()
    assert stack.register(recommended(policy(PREDEFINED, 480.0), policy(CUSTOMIZED, "50")), request="Create").succeeded
    first, second = stack.autoscaling.policies.values()
    assert first["TargetValue"] == 480
    assert second["TargetValue"] == 50
    assert second["CustomizedMetricSpecification"] == CUSTOMIZED["Customized"] | {
        "Dimensions": [
            {"Name": "EndpointName", "Value": "Bert-1"},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ]
    }


def test_the_target_is_a_share_of_what_an_instance_took() -> None:
    stack = HostingStack()
    assert stack.register(measured(), request="Create").succeeded
    [put] = stack.autoscaling.policies.values()
    assert put["TargetValue"] == 480


def test_the_target_is_a_share_of_what_an_instance_can_serve() -> None:
    stack = HostingStack()
    given = measured(MaxRequestsPerSecond="20")
    del given["MaxInvocations"]
    assert stack.register(given, request="Create").succeeded
    [put] = stack.autoscaling.policies.values()
    assert put["TargetValue"] == 960


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            measured(MaxRequestsPerSecond="0"),
            "An instance's maximum is '0' requests per second, and must be a number above",
        ),
        (measured(MaxRequestsPerSecond="NaN"), "An instance's maximum is 'NaN' requests per second"),
        (measured(SafetyFactor="unavailable"), "The safety factor is 'unavailable', and must be a number above 0"),
        (
            measured(MaxInvocations="unavailable"),
            "MaxInvocations is 'unavailable', from which no target can be calculated",
        ),
        (measured(MaxInvocations="NaN"), "from which no target can be calculated"),
        (measured(MaxInvocations="0"), "from which no target can be calculated"),
        (measured(InitialInstanceCount="0"), "from which no target can be calculated"),
        (properties("ml.c5.xlarge", TargetValue="NaN"), "The target is 'NaN' invocations per minute"),
        (properties("ml.c5.xlarge", TargetValue="0"), "must be a number above 0"),
        (properties("ml.c5.xlarge", MaxCapacity="unavailable"), "MaxCapacity is 'unavailable', and must be a whole"),
        (properties("ml.c5.xlarge", MinCapacity="1.5"), "MinCapacity is '1.5', and must be a whole number"),
        (properties("ml.c5.xlarge", MinCapacity="9"), "MinCapacity is 9 and MaxCapacity is 4"),
        (properties("ml.c5.xlarge", ScaleInCooldown="-1"), "ScaleInCooldown is '-1'"),
        (recommended(), "ScalingPoliciesJson is '[]', and must be a JSON array of policies"),
        (recommended() | {"ScalingPoliciesJson": "{"}, "must be a JSON array of policies"),
        (recommended(policy(PREDEFINED, float("nan"))), "TargetValue is nan, and must be a number above 0"),
        (recommended(policy({}, 5)), "The policy's metric is {}, which is no metric that can be tracked"),
        (recommended(policy({"Customized": {"MetricName": "CPUUtilization"}}, 5)), "is no metric that can be tracked"),
        ({}, "The properties contain no endpoint variant"),
    ],
)
def test_what_says_nothing_registers_nothing(given: dict[str, Any], message: str) -> None:
    stack = HostingStack()
    response = stack.register(given, request="Create")
    assert message in str(response.reason)
    assert not stack.autoscaling.targets


def test_a_second_delivery_is_the_same_registration() -> None:
    stack = scaled_stack()
    assert stack.register(SMALL, request="Create").physical_resource_id == ENDPOINT
    assert len(stack.autoscaling.targets) == len(stack.autoscaling.policies) == 1


def test_policies_that_are_no_longer_requested_go_and_others_stay() -> None:
    stack = HostingStack()
    stack.register(recommended(policy(PREDEFINED, 480), policy(CUSTOMIZED, 50)), request="Create")
    stack.autoscaling.policies[ENDPOINT, "by-hand"] = {}
    assert stack.register(SMALL).succeeded
    assert {name for _, name in stack.autoscaling.policies} == {"inference-recommender-1", "by-hand"}


def test_a_registration_that_isnt_seen_at_once_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.aws.deadline_budget.time.sleep", slept.append)
    stack = HostingStack()
    stack.autoscaling.unseen = 2
    assert stack.register(SMALL, request="Create").succeeded
    assert slept == [1, 2]
    stack.autoscaling.unseen = 9
    assert "No scalable target found" in str(stack.register(SMALL).reason)


def test_another_endpoint_is_another_target_and_the_old_one_goes_in_cleanup() -> None:
    stack = scaled_stack()
    moved = stack.register(SMALL | {"EndpointName": "Bert-2"})
    assert moved.physical_resource_id == "endpoint/Bert-2/variant/AllTraffic"
    assert stack.register(SMALL, request="Delete", physical_id=ENDPOINT).succeeded
    assert [*stack.autoscaling.targets] == ["endpoint/Bert-2/variant/AllTraffic"]


def test_an_update_that_fails_keeps_the_old_id() -> None:
    stack = scaled_stack()
    response = stack.register(SMALL | {"EndpointName": "Bert-2", "MaxCapacity": "0"})
    assert not response.succeeded
    assert response.physical_resource_id == ENDPOINT


def test_delete_succeeds_whatever_there_is() -> None:
    stack = scaled_stack()
    assert stack.register(SMALL, request="Delete").succeeded
    assert stack.register(SMALL, request="Delete").succeeded
    assert stack.register({}, request="Delete", physical_id="Stack-Target-1ABC").succeeded
    assert stack.bounds is None


def test_a_create_that_got_no_response_is_undone_under_the_id_that_cloudformation_invents() -> None:
    stack = scaled_stack()
    assert stack.register(SMALL, request="Delete", physical_id="Stack-Target-1ABC").succeeded
    assert stack.bounds is None


def test_a_delivery_that_cloudformation_waits_for_no_more_registers_nothing() -> None:
    stack = scaled_stack()
    stack.cloudformation.resource_status = "UPDATE_COMPLETE"
    event = stack.event("InstanceCount", "Update", SMALL | {"MaxCapacity": "9"}, physical_id=ENDPOINT, age=200)
    response = instance_count.on_event(event, stack.invocation)
    assert response is not None
    assert response.succeeded
    assert stack.bounds == (1, 4)


@pytest.mark.parametrize("code", ["ThrottlingException", "ConcurrentUpdateException", "AccessDeniedException"])
def test_what_may_pass_is_left_to_the_next_delivery(code: str) -> None:
    stack = HostingStack()
    stack.autoscaling.refusals = [refusal(code)]
    with pytest.raises(ClientError):
        stack.register(SMALL, request="Create")


def test_a_refusal_has_the_message_of_the_service() -> None:
    stack = HostingStack()
    stack.autoscaling.refusals = [refusal("ValidationException", "The variant can't be scaled.")]
    response = stack.register(SMALL, request="Create")
    assert response.reason == f"The variant can't be scaled. (ValidationException.) {ENDPOINT} isn't scaled."


def test_a_fixed_number_of_instances_is_registered() -> None:
    stack = HostingStack()
    assert stack.register(properties("ml.c5.xlarge", MinCapacity="2", MaxCapacity="2"), request="Create").succeeded
    assert stack.bounds == (2, 2)


@pytest.mark.parametrize("text", ["true", "True", True])
def test_scaling_in_is_disabled_however_a_boolean_is_written(text: object) -> None:
    stack = HostingStack()
    assert stack.register(properties("ml.c5.xlarge") | {"DisableScaleIn": text}, request="Create").succeeded
    [found] = stack.autoscaling.policies.values()
    assert found["DisableScaleIn"] is True
