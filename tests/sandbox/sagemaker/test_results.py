"""Results of a finished job."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import pytest

from inference_recommender_sandbox.sagemaker.endpoint_backend import CREATING_SECONDS
from inference_recommender_sandbox.sagemaker.response_shape import checked_response
from tests.sandbox.model_package import complete_package
from tests.sandbox.named_resources import put_object

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws


def run(aws: Aws, **source: Any) -> Any:
    aws.sagemaker.create_inference_recommendations_job(**aws.advanced_request(**source))
    return aws.finish()


def test_a_running_job_has_no_recommendations(aws: Aws) -> None:
    aws.create()
    aws.clock.sleep(1800)
    assert "InferenceRecommendations" not in aws.describe()


def test_the_request_is_reported_again(aws: Aws) -> None:
    request = aws.advanced_request(StoppingConditions={"MaxInvocations": 1000}) | {"JobDescription": "again"}
    aws.sagemaker.create_inference_recommendations_job(**request)
    described = aws.describe()
    assert {name: described[name] for name in request} == request


def test_the_same_request_gives_the_same_figures(aws: Aws) -> None:
    def metrics(name: str) -> dict[str, Any]:
        recommendations = aws.finish(name)["InferenceRecommendations"]
        return {each["EndpointConfiguration"]["InstanceType"]: each["Metrics"] for each in recommendations}

    aws.create("first")
    aws.create("second")
    assert metrics("first") == metrics("second")


def test_recommendations_are_marked_as_simulated(aws: Aws) -> None:
    aws.create()
    ids = [each["RecommendationId"] for each in aws.finish()["InferenceRecommendations"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"job/sim\w{5}", each) for each in ids)


def test_recommendations_are_not_sorted(aws: Aws) -> None:
    aws.create()
    recommendations = aws.finish()["InferenceRecommendations"]
    tested = [step["InferenceBenchmark"]["EndpointConfiguration"] for step in aws.steps()]
    assert [each["EndpointConfiguration"] for each in recommendations] != tested
    for metric in ("CostPerInference", "CostPerHour", "ModelLatency", "MaxInvocations"):
        values = [each["Metrics"][metric] for each in recommendations]
        assert values not in (sorted(values), sorted(values, reverse=True))


def test_a_default_job_tests_the_supported_instance_types(aws: Aws) -> None:
    container = {
        "Domain": "COMPUTER_VISION",
        "Task": "IMAGE_CLASSIFICATION",
        "Framework": "PYTORCH",
        "FrameworkVersion": "2.3",
        "PayloadConfig": {
            "SamplePayloadUrl": "s3://bucket/payload.tar.gz",
            "SupportedContentTypes": ["application/json"],
        },
        "SupportedInstanceTypes": ["ml.m5.xlarge", "ml.c5.large"],
    }
    put_object(aws.client, "s3://bucket/payload.tar.gz")
    source = aws.request()["InputConfig"] | {"ContainerConfig": container}
    aws.create(InputConfig=source)
    types = {each["EndpointConfiguration"]["InstanceType"] for each in aws.finish()["InferenceRecommendations"]}
    assert types == {"ml.m5.xlarge", "ml.c5.large"}


def test_every_combination_of_environment_parameters_is_a_benchmark(aws: Aws) -> None:
    ranges = [{"Name": "THREADS", "Value": ["1", "2", "4"]}, {"Name": "WORKERS", "Value": ["1", "2"]}]
    configuration = {
        "InstanceType": "ml.c5.xlarge",
        "InferenceSpecificationName": "specification",
        "EnvironmentParameterRanges": {"CategoricalParameterRanges": ranges},
    }
    package = aws.sagemaker.create_model_package(
        ModelPackageGroupName="image-classifier",
        **complete_package(),
        AdditionalInferenceSpecifications=[{"Name": "specification", "Containers": [{"Image": "image"}]}],
    )["ModelPackageArn"]
    described = run(aws, ModelPackageVersionArn=package, EndpointConfigurations=[configuration])
    recommendations = described["InferenceRecommendations"]
    environments = [
        {each["Key"]: each["Value"] for each in recommendation["ModelConfiguration"]["EnvironmentParameters"]}
        for recommendation in recommendations
    ]
    assert len({tuple(sorted(each.items())) for each in environments}) == 6
    assert {each["ModelConfiguration"]["InferenceSpecificationName"] for each in recommendations} == {"specification"}
    assert len({each["Metrics"]["ModelLatency"] for each in recommendations}) > 1


def test_the_instance_count_meets_the_wanted_invocations(aws: Aws) -> None:
    recommendation = run(aws, StoppingConditions={"MaxInvocations": 20_000})["InferenceRecommendations"][0]
    count = recommendation["EndpointConfiguration"]["InitialInstanceCount"]
    metrics = recommendation["Metrics"]
    assert count > 1
    assert metrics["MaxInvocations"] >= 20_000
    assert metrics["MaxInvocations"] * (count - 1) / count < 20_000
    assert math.isclose(
        metrics["CostPerInference"], metrics["CostPerHour"] / metrics["MaxInvocations"] / 60, rel_tol=1e-6
    )


def test_a_serverless_recommendation_has_its_set_up_time_and_may_lack_utilization(aws: Aws) -> None:
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    recommendation = run(aws, EndpointConfigurations=[{"ServerlessConfig": serverless}])["InferenceRecommendations"][0]
    assert recommendation["EndpointConfiguration"]["ServerlessConfig"] == serverless
    assert "InstanceType" not in recommendation["EndpointConfiguration"]
    assert recommendation["Metrics"]["ModelSetupTime"] > 1_000_000
    assert math.isnan(recommendation["Metrics"]["CpuUtilization"])
    assert math.isnan(recommendation["Metrics"]["MemoryUtilization"])


def test_an_existing_endpoint_is_measured_as_the_baseline(aws: Aws) -> None:
    aws.sagemaker.create_model(ModelName="model", ExecutionRoleArn=aws.role("models"))
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "model",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    aws.sagemaker.create_endpoint_config(EndpointConfigName="live", ProductionVariants=[variant])
    aws.sagemaker.create_endpoint(EndpointName="live", EndpointConfigName="live")
    aws.clock.sleep(CREATING_SECONDS)
    described = run(aws, Endpoints=[{"EndpointName": "live"}])
    (performance,) = described["EndpointPerformances"]
    assert performance["EndpointInfo"] == {"EndpointName": "live"}
    assert set(performance["Metrics"]) == {"MaxInvocations", "ModelLatency"}
    assert len(described["InferenceRecommendations"]) == 1
    assert [step["InferenceBenchmark"].get("EndpointMetrics") for step in aws.steps()] == [None, performance["Metrics"]]


def test_a_data_input_config_means_a_compilation_job(aws: Aws) -> None:
    container = {"DataInputConfig": '{"input": [1, 3, 224, 224]}', "Framework": "PYTORCH", "FrameworkVersion": "2.3"}
    described = run(aws, ContainerConfig=container)
    names = [each["ModelConfiguration"]["CompilationJobName"] for each in described["InferenceRecommendations"]]
    assert names[0].startswith("job-")


def test_a_response_without_a_required_member_is_a_mistake_of_the_sandbox() -> None:
    with pytest.raises(LookupError, match="JobArn"):
        checked_response("CreateInferenceRecommendationsJob", {})


def test_a_response_holds_nothing_that_the_api_does_not_know() -> None:
    assert checked_response("CreateInferenceRecommendationsJob", {"JobArn": "arn", "Other": 1}) == {"JobArn": "arn"}
