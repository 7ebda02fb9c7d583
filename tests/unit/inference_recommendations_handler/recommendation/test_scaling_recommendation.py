"""Events of `Custom::InferenceScalingRecommendation`."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.protocol.contract import (
    ScalingRecommendationAttribute,
    ScalingRecommendationProperty,
)
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from inference_recommendations_handler.recommendation import scaling_recommendation
from tests.unit.inference_recommendations_handler.job_snapshots import DESCRIBED
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_recommendations_handler.protocol.response import Response

PREDEFINED = {
    "TargetTracking": {
        "MetricSpecification": {"Predefined": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}},
        "TargetValue": 480.0,
    }
}
CUSTOMIZED = {
    "TargetTracking": {
        "MetricSpecification": {
            "Customized": {"MetricName": "CPUUtilization", "Namespace": "/aws/sagemaker/Endpoints", "Statistic": "Sum"}
        },
        "TargetValue": 62.5,
    }
}
RECOMMENDED: dict[str, Any] = {
    "MinCapacity": 1,
    "MaxCapacity": 4,
    "ScaleInCooldown": 600,
    "ScaleOutCooldown": 120,
    "ScalingPolicies": [PREDEFINED],
}
METRIC = {"InvocationsPerInstance": 480, "ModelLatency": 17}
ASKED = {"JobName": "bert", "RecommendationId": "bert/1"}


def serve(
    given: dict[str, Any],
    *,
    request: str = "Create",
    recommended: dict[str, Any] | None = None,
    metric: dict[str, Any] | None = None,
    refusal: ClientError | None = None,
    measured: Any = None,
    describe: Callable[..., dict[str, Any]] | None = None,
) -> tuple[Response, list[dict[str, Any]]]:
    """Return the response, and the requests that the service received."""
    received: list[dict[str, Any]] = []

    def recommend(**asked_for: Any) -> dict[str, Any]:
        received.append(asked_for)
        if refusal is not None:
            raise refusal
        response = RECOMMENDED if recommended is None else recommended
        return {"DynamicScalingConfiguration": response, "Metric": METRIC if metric is None else metric}

    def described(**_: str) -> dict[str, Any]:
        result: dict[str, Any] = {
            "Metrics": {"MaxInvocations": 600, "ModelLatency": measured},
            "RecommendationId": "bert/1",
        }
        result |= {"EndpointConfiguration": {"InstanceType": "ml.c5.xlarge"}}
        return DESCRIBED | {"InferenceRecommendations": [result]}

    service = SimpleNamespace(
        get_scaling_configuration_recommendation=recommend, describe_inference_recommendations_job=describe or described
    )
    event = CustomResourceEvent.parse(
        {
            "RequestType": request,
            "RequestId": "r",
            "ResponseURL": RESPONSE_URL,
            "StackId": "arn:stack",
            "ResourceType": "Custom::InferenceScalingRecommendation",
            "LogicalResourceId": "Scaling",
            **({} if request == "Create" else {"PhysicalResourceId": "as-it-was"}),
            "ResourceProperties": given,
        },
        now=0,
    )
    invocation = Invocation(clients=Clients({"sagemaker": service}.__getitem__), log_stream="stream")
    return scaling_recommendation.on_event(event, invocation), received


def test_the_service_is_requested_the_chosen_recommendation() -> None:
    response, received = serve(
        ASKED | {"TargetCpuUtilizationPerCore": "70", "MinInvocationsPerMinute": "60", "MaxInvocationsPerMinute": "900"}
    )
    assert response.succeeded
    assert received == [
        {
            "InferenceRecommendationsJobName": "bert",
            "RecommendationId": "bert/1",
            "TargetCpuUtilizationPerCore": 70,
            "ScalingPolicyObjective": {"MinInvocationsPerMinute": 60, "MaxInvocationsPerMinute": 900},
        }
    ]
    assert serve(ASKED)[1] == [{"InferenceRecommendationsJobName": "bert", "RecommendationId": "bert/1"}]


def test_every_attribute_is_there_for_a_predefined_metric() -> None:
    data = serve(ASKED)[0].data
    assert data == {
        "MinCapacity": "1",
        "MaxCapacity": "4",
        "ScaleInCooldown": "600",
        "ScaleOutCooldown": "120",
        "TargetValue": "480",
        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance",
        "MetricName": "unavailable",
        "MetricNamespace": "unavailable",
        "MetricStatistic": "unavailable",
        "ScalingPoliciesJson": json.dumps([PREDEFINED], sort_keys=True, separators=(",", ":")),
        "InvocationsPerInstance": "480",
        "ModelLatency": "17",
        "ModelLatencyMs": "17",
    }
    assert data.keys() == {attribute.value for attribute in ScalingRecommendationAttribute}


def test_a_metric_of_its_own_is_reported_and_all_policies_are_carried() -> None:
    data = serve(ASKED, recommended=RECOMMENDED | {"ScalingPolicies": [CUSTOMIZED, PREDEFINED]})[0].data
    assert (data["TargetValue"], data["PredefinedMetricType"]) == ("62.5", "unavailable")
    assert (data["MetricName"], data["MetricNamespace"], data["MetricStatistic"]) == (
        "CPUUtilization",
        "/aws/sagemaker/Endpoints",
        "Sum",
    )
    assert json.loads(data["ScalingPoliciesJson"]) == [CUSTOMIZED, PREDEFINED]


@pytest.mark.parametrize("absent", [float("nan"), "NaN", None])
def test_figures_for_display_and_cooldowns_may_be_absent(absent: Any) -> None:
    response, _ = serve(
        ASKED,
        recommended=RECOMMENDED | {"ScaleInCooldown": absent, "ScaleOutCooldown": absent},
        metric={"InvocationsPerInstance": absent},
    )
    assert (response.data["ScaleInCooldown"], response.data["ScaleOutCooldown"]) == ("300", "300")
    assert (response.data["InvocationsPerInstance"], response.data["ModelLatency"]) == ("unavailable", "unavailable")
    assert response.data["ModelLatencyMs"] == "unavailable"


@pytest.mark.parametrize(
    ("given", "measured", "milliseconds"),
    [
        (17, 20, "17"),
        # CloudWatch's unit, though the job's own is milliseconds: at 480 a minute 136 users could be meant.
        (17_000, 20, "17"),
        # Both in microseconds
        (170_123, 263_596, "170.123"),
        # The job has no latency to compare with.
        (17_000, "NaN", "17000"),
        (170_123, None, "170.123"),
    ],
)
def test_the_latency_is_also_in_milliseconds(given: float, measured: Any, milliseconds: str) -> None:
    metric = {"InvocationsPerInstance": 480, "ModelLatency": given}
    data = serve(ASKED, metric=metric, measured=measured)[0].data
    assert (data["ModelLatency"], data["ModelLatencyMs"]) == (str(given), milliseconds)


def test_a_job_that_is_gone_leaves_the_latency_to_its_own_load() -> None:
    def gone(**_: str) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "gone"}}, "Describe")

    assert serve(ASKED, describe=gone)[0].data["ModelLatencyMs"] == "17"


def test_a_job_that_cannot_be_read_for_now_is_left_to_the_next_delivery() -> None:
    def throttled(**_: str) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "not now"}}, "Describe")

    with pytest.raises(ClientError):
        serve(ASKED, describe=throttled)


@pytest.mark.parametrize(
    ("recommended", "message"),
    [
        ({}, "The service recommends no scaling policy"),
        (RECOMMENDED | {"ScalingPolicies": []}, "The service recommends no scaling policy"),
        (RECOMMENDED | {"MinCapacity": float("nan")}, "MinCapacity is nan, and must be a whole number"),
        (RECOMMENDED | {"MaxCapacity": "NaN"}, "MaxCapacity is 'NaN', and must be a whole number"),
        (RECOMMENDED | {"MaxCapacity": 0}, "The service recommends 1 to 0 instances"),
        (
            RECOMMENDED | {"ScalingPolicies": [{"TargetTracking": PREDEFINED["TargetTracking"] | {"TargetValue": 0}}]},
            "TargetValue is 0, and must be a number above 0",
        ),
        (RECOMMENDED | {"ScalingPolicies": ["?"]}, "TargetValue is None"),
    ],
)
def test_what_a_registration_needs_is_there_or_the_deployment_fails_with_a_reason(
    recommended: dict[str, Any], message: str
) -> None:
    response, _ = serve(ASKED, recommended=recommended)
    assert message in str(response.reason)
    assert str(response.reason).endswith(" Job: bert.")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"RecommendationId": "unavailable"}, "The chosen recommendation's id is 'unavailable'"),
        ({"JobName": ""}, "the service needs it to recommend a scaling"),
        ({"TargetCpuUtilizationPerCore": "half"}, "TargetCpuUtilizationPerCore is 'half', and must be a whole number"),
        ({"MinInvocationsPerMinute": "NaN"}, "MinInvocationsPerMinute is 'NaN'"),
    ],
)
def test_what_cant_be_requested_isnt(changes: dict[str, str], message: str) -> None:
    response, received = serve(ASKED | changes)
    assert message in str(response.reason)
    assert received == []


def test_ids_stay_and_a_delete_calls_nothing() -> None:
    assert serve(ASKED)[0].physical_resource_id == "Scaling"
    assert serve(ASKED, request="Update")[0].physical_resource_id == "as-it-was"
    response, received = serve({}, request="Delete")
    assert response.succeeded
    assert received == []


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_what_may_pass_is_left_to_the_next_delivery(code: str) -> None:
    with pytest.raises(ClientError):
        serve(ASKED, refusal=ClientError({"Error": {"Code": code, "Message": "not now"}}, "Get"))


def test_a_refusal_has_the_message_of_the_service() -> None:
    error = ClientError({"Error": {"Code": "ResourceNotFound", "Message": "Could not find it."}}, "Get")
    assert str(serve(ASKED, refusal=error)[0].reason).startswith(
        "Could not find it. (ResourceNotFound.) There is no scaling recommendation of the job bert."
    )


def test_every_property_of_the_contract_is_read() -> None:
    sent = {name.value: "5" for name in ScalingRecommendationProperty} | ASKED
    _, [received] = serve(sent)
    assert received.keys() == {
        "InferenceRecommendationsJobName",
        "RecommendationId",
        "TargetCpuUtilizationPerCore",
        "ScalingPolicyObjective",
    }
