"""A choice among a described job's results, through the events of its resource."""

from __future__ import annotations

import copy
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from inference_recommendations_handler.recommendation import recommendation
from tests.unit.inference_recommendations_handler.job_snapshots import DESCRIBED
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_recommendations_handler.protocol.response import Response


def result(instance_type: str, *, cost: float, invocations: int) -> dict[str, Any]:
    return {
        "RecommendationId": f"bert/{instance_type}",
        "Metrics": {"CostPerInference": cost, "CostPerHour": 1.0, "MaxInvocations": invocations, "ModelLatency": 9},
        "EndpointConfiguration": {"InstanceType": instance_type, "InitialInstanceCount": 1},
        "ModelConfiguration": {"EnvironmentParameters": [{"Key": "THREADS", "ValueType": "string", "Value": "2"}]},
    }


JOB: dict[str, Any] = DESCRIBED | {
    "JobName": "bert",
    "Status": "COMPLETED",
    "InferenceRecommendations": [
        result("ml.c5.xlarge", cost=0.1, invocations=100),
        result("ml.m5.xlarge", cost=0.2, invocations=300),
    ],
    "EndpointPerformances": [{"Metrics": {"MaxInvocations": 200, "ModelLatency": 9}}],
}


def described(**_: str) -> dict[str, Any]:
    return copy.deepcopy(JOB)


def response(
    constraints: dict[str, Any] | None,
    *,
    request: str = "Update",
    describe: Callable[..., dict[str, Any]] = described,
) -> Response:
    properties = {
        "JobName": "bert",
        "EndpointType": "RealTime",
        "Objective": "CostPerInference",
        **({} if constraints is None else {"Constraints": constraints}),
    }
    event = CustomResourceEvent.parse(
        {
            "RequestType": request,
            "RequestId": "r",
            "ResponseURL": RESPONSE_URL,
            "StackId": "arn:stack",
            "ResourceType": "Custom::InferenceRecommendation",
            "LogicalResourceId": "Best",
            "PhysicalResourceId": "Best",
            "ResourceProperties": properties,
        },
        now=0,
    )
    steps = SimpleNamespace(paginate=lambda **_: [{"Steps": []}])
    service = SimpleNamespace(describe_inference_recommendations_job=describe, get_paginator=lambda _: steps)
    invocation = Invocation(clients=Clients({"sagemaker": service}.__getitem__), log_stream="stream")
    return recommendation.on_event(event, invocation)


@pytest.mark.parametrize(
    ("constraints", "winner"),
    [
        (None, "ml.c5.xlarge"),
        ({"MinInvocations": "200"}, "ml.m5.xlarge"),
        ({"MinInvocationsGain": "1.5"}, "ml.m5.xlarge"),
        ({"ExcludedInstanceFamilies": ["c5"]}, "ml.m5.xlarge"),
        ({"MinInvocations": "50"}, "ml.c5.xlarge"),
    ],
)
def test_the_best_that_meets_the_constraints_is_chosen(constraints: dict[str, Any] | None, winner: str) -> None:
    chosen = response(constraints)
    assert chosen.succeeded
    assert chosen.data["InstanceType"] == winner
    assert json.loads(chosen.data["EnvironmentJson"]) == {"THREADS": "2"}


def test_a_gate_that_nothing_passes_fails_with_what_was_measured_and_keeps_the_id() -> None:
    failed = response({"MinInvocations": "500"})
    assert failed.reason is not None
    assert failed.reason.startswith("No RealTime recommendation meets the constraints (MinInvocations 500). ")
    assert "1 x ml.m5.xlarge: MaxInvocations 300 is 200 (40.0%) below 500; 1 x ml.c5.xlarge: " in failed.reason
    assert failed.reason.endswith(" Job: bert.")
    assert failed.physical_resource_id == "Best"


@pytest.mark.parametrize("constraints", ["", "MaxCostPerHour", ["5"]])
def test_a_malformed_property_is_never_passed_over(constraints: Any) -> None:
    assert "must be a structure" in str(response(constraints).reason)


@pytest.mark.parametrize("status", ["PENDING", "IN_PROGRESS", "STOPPING", "FAILED", "DELETING", "DELETED", "A_NEW_ONE"])
def test_partial_results_are_never_chosen(status: str) -> None:
    failed = response(None, describe=lambda **_: copy.deepcopy(JOB) | {"Status": status})
    assert not failed.data
    assert f"is {status}" in str(failed.reason)


@pytest.mark.parametrize("status", ["COMPLETED", "STOPPED"])
def test_results_of_a_job_that_has_ended_are_chosen_among(status: str) -> None:
    chosen = response(None, describe=lambda **_: copy.deepcopy(JOB) | {"Status": status})
    assert chosen.data["InstanceType"] == "ml.c5.xlarge"


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "UnrecognizedClientException"])
def test_a_job_that_cannot_be_read_for_now_is_left_to_the_next_delivery(code: str) -> None:
    def refused(**_: str) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": code, "Message": "not now"}}, "Describe")

    with pytest.raises(ClientError):
        response(None, describe=refused)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ValidationException", "not like this (ValidationException, when describing the job bert.)"),
        ("ResourceNotFound", "There is no inference recommendations job bert, and no request for it is queued."),
    ],
)
def test_a_job_that_can_never_be_read_is_a_failure(code: str, reason: str) -> None:
    def refused(**_: str) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": code, "Message": "not like this"}}, "Describe")

    failed = response(None, describe=refused)
    assert str(failed.reason).startswith(reason)
    assert not failed.data


def test_the_specification_that_was_measured_is_an_attribute() -> None:
    job = copy.deepcopy(JOB)
    job["InferenceRecommendations"][0]["ModelConfiguration"]["InferenceSpecificationName"] = "onnx"
    chosen = response(None, describe=lambda **_: job)
    assert chosen.data["InferenceSpecificationName"] == "onnx"


def in_microseconds(**_: str) -> dict[str, Any]:
    """Return a job of the service's preview: the guide's examples, and an existing endpoint."""
    job = copy.deepcopy(JOB)
    for found, latency in zip(job["InferenceRecommendations"], (263_596, 1_085_446), strict=True):
        found["Metrics"] |= {"MaxInvocations": 600, "ModelLatency": latency}
    job["EndpointPerformances"][0]["Metrics"] = {"MaxInvocations": 60, "ModelLatency": 500_000}
    return job


NOTE = "ModelLatency was interpreted as microseconds: as milliseconds it would need more than 1,000 concurrent users."


def test_the_latency_is_an_attribute_as_the_service_gives_it_and_in_milliseconds() -> None:
    chosen = response(None, describe=in_microseconds).data
    assert (chosen["ModelLatency"], chosen["ModelLatencyMs"]) == ("263596", "263.596")
    chosen = response(None).data
    assert (chosen["ModelLatency"], chosen["ModelLatencyMs"]) == ("9", "9")


@pytest.mark.parametrize(("limit", "met"), [("264", True), ("263", False), ("263596", True)])
def test_a_limit_of_the_latency_is_in_milliseconds(limit: str, *, met: bool) -> None:
    assert response({"MaxModelLatency": limit}, describe=in_microseconds).succeeded is met


def test_a_gain_in_latency_is_the_same_in_every_unit() -> None:
    assert response({"MinModelLatencyGain": "1.89"}, describe=in_microseconds).succeeded
    assert response({"MinModelLatencyGain": "1.9"}, describe=in_microseconds).reason == (
        "No RealTime recommendation meets the constraints (MinModelLatencyGain 1.9 over the existing endpoint's "
        "ModelLatency 500 ms). Closest first: 1 x ml.c5.xlarge: ModelLatency 263.596 ms is 0.438 ms (0.2%) above "
        "263.158 ms; 1 x ml.m5.xlarge: ModelLatency 1085.45 ms is 822 ms (312.5%) above 263.158 ms. Loosen a "
        "constraint and deploy again: the job's results are kept, unless the stack's creation rolls back. "
        f"{NOTE} Job: bert."
    )


def test_reasons_name_the_unit_and_say_where_it_is_not_the_guides() -> None:
    message = str(response({"MaxModelLatency": "5", "MaxCostPerHour": "2"}).reason)
    assert "(MaxCostPerHour 2, MaxModelLatency 5 ms)" in message
    assert "ModelLatency 9 ms is 4 ms (80.0%) above 5 ms, CostPerHour 1 fits" in message
    assert "microseconds" not in message

    def without_cost(**_: str) -> dict[str, Any]:
        job = in_microseconds()
        for found in job["InferenceRecommendations"]:
            del found["Metrics"]["CostPerInference"]
        return job

    message = str(response(None, describe=without_cost).reason)
    assert "ModelLatency 263.596 ms, MaxInvocations 600" in message
    assert message.endswith(f"{NOTE} Job: bert.")


def test_a_choice_among_microseconds_is_logged_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    response(None, describe=in_microseconds)
    assert NOTE in capsys.readouterr().out
    response(None)
    assert NOTE not in capsys.readouterr().out
