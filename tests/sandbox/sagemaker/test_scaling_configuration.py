"""How to scale is recommended for a finished job's recommendations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws


def scaling(aws: Aws, **request: Any) -> Any:
    return aws.sagemaker.get_scaling_configuration_recommendation(InferenceRecommendationsJobName="job", **request)


@pytest.fixture
def chosen(aws: Aws) -> Any:
    aws.create()
    return aws.finish()["InferenceRecommendations"][0]


def test_the_target_is_a_share_of_what_an_instance_took(aws: Aws, chosen: Any) -> None:
    half = scaling(aws, RecommendationId=chosen["RecommendationId"])
    full = scaling(aws, RecommendationId=chosen["RecommendationId"], TargetCpuUtilizationPerCore=100)
    assert half["TargetCpuUtilizationPerCore"] == 50
    assert full["Metric"]["InvocationsPerInstance"] == chosen["Metrics"]["MaxInvocations"]
    assert half["Metric"]["InvocationsPerInstance"] == chosen["Metrics"]["MaxInvocations"] // 2
    (policy,) = half["DynamicScalingConfiguration"]["ScalingPolicies"]
    assert policy["TargetTracking"]["TargetValue"] == half["Metric"]["InvocationsPerInstance"]


def test_the_capacity_follows_the_objective(aws: Aws, chosen: Any) -> None:
    each = chosen["Metrics"]["MaxInvocations"]
    objective = {"MinInvocationsPerMinute": each * 3, "MaxInvocationsPerMinute": each * 8}
    reported = scaling(
        aws,
        RecommendationId=chosen["RecommendationId"],
        TargetCpuUtilizationPerCore=100,
        ScalingPolicyObjective=objective,
    )["DynamicScalingConfiguration"]
    assert (reported["MinCapacity"], reported["MaxCapacity"]) == (3, 8)


def test_a_recommendation_can_be_named_by_its_endpoint(aws: Aws, chosen: Any) -> None:
    reported = scaling(aws, EndpointName=chosen["EndpointConfiguration"]["EndpointName"])
    assert reported["RecommendationId"] == chosen["RecommendationId"]


@pytest.mark.parametrize("both", [True, False])
def test_exactly_one_name_is_wanted(aws: Aws, chosen: Any, *, both: bool) -> None:
    named = {"RecommendationId": chosen["RecommendationId"], "EndpointName": "endpoint"} if both else {}
    with pytest.raises(ClientError, match=r"ValidationException.*exactly one"):
        scaling(aws, **named)


@pytest.mark.usefixtures("chosen")
def test_an_unknown_recommendation_is_not_found(aws: Aws) -> None:
    with pytest.raises(aws.sagemaker.exceptions.ResourceNotFound):
        scaling(aws, RecommendationId="job/sim00000")


def test_the_job_must_be_completed(aws: Aws) -> None:
    aws.create()
    with pytest.raises(ClientError, match=r"ValidationException.*must be COMPLETED"):
        scaling(aws, RecommendationId="job/sim00000")


def test_a_serverless_recommendation_has_none(aws: Aws) -> None:
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    request = aws.advanced_request(EndpointConfigurations=[{"ServerlessConfig": serverless}])
    aws.sagemaker.create_inference_recommendations_job(**request)
    chosen = aws.finish()["InferenceRecommendations"][0]["RecommendationId"]
    with pytest.raises(ClientError, match=r"ValidationException.*real-time"):
        scaling(aws, RecommendationId=chosen)
