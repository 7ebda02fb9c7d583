"""A prop of another type is told as every other mistake is, not by an error of Python's."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Duration
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import (
    Constraints,
    ContainerConfig,
    EndpointConfiguration,
    InferenceRecommendationsJob,
    LatencyPercentile,
    ModelLatencyThreshold,
    ModelSource,
    PayloadConfig,
    Phase,
    RealTimeRecommendation,
    RecommendedEndpoint,
    StoppingConditions,
    TrafficPattern,
    ValidationError,
)

from .synthesis import PACKAGE_ARN, default_job, load_test, new_stack

MODEL = ModelSource.from_model_package(PACKAGE_ARN)


def test_all_such_props_of_a_job_are_told_at_once() -> None:
    stack = new_stack()
    wrong: dict[str, Any] = {
        "model": PACKAGE_ARN,
        "job_type": "Advanced",
        "job_duration": 3600,
        "endpoint_configurations": EndpointConfiguration.real_time("ml.c5.xlarge"),
        "read_from": s3.Bucket.from_bucket_name(stack, "Bucket", "payloads"),
    }
    with pytest.raises(ValidationError) as failure:
        InferenceRecommendationsJob(stack, "Job", **wrong)
    told = str(failure.value)
    assert told.startswith("Stack/Job: model = 'arn:")
    assert "\n" not in told
    for part in (
        "isn't of type ModelSource. Write ModelSource.from_model_package(...).",
        "job_type = 'Advanced' isn't of type JobType. Write JobType.ADVANCED.",
        "job_duration = 3600 isn't of type Duration. Write Duration.hours(1).",
        "isn't a list. Write [EndpointConfiguration.real_time(...)].",
        "isn't a list. Write [bucket].",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("props", "message"),
    [
        (
            {"endpoint_configurations": ["ml.c5.xlarge"]},
            r"endpoint_configurations\[0\] = 'ml.c5.xlarge' isn't of type EndpointConfiguration",
        ),
        (
            {"traffic_pattern": TrafficPattern.phases(Phase(duration=120))},  # type: ignore[arg-type]
            r"traffic_pattern\.phases\[0\]\.duration = 120 isn't a Duration\. Write Duration\.",
        ),
        (
            {"endpoint_configurations": [EndpointConfiguration.serverless(memory_size=2048, max_concurrency=1)]},  # type: ignore[arg-type]
            r"endpoint_configurations\[0\]\.memory_size = 2048 isn't a Size\. Write Size\.",
        ),
        (
            {
                "stopping_conditions": StoppingConditions(
                    model_latency_thresholds=[ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=100)]  # type: ignore[arg-type]
                )
            },
            r"stopping_conditions\.model_latency_thresholds\[0\]\.value = 100 isn't a Duration",
        ),
        (
            {"model": ModelSource.from_model_package(PACKAGE_ARN, container_config=ContainerConfig(task="OTHER"))},  # type: ignore[arg-type]
            r"model\.container_config\.task = 'OTHER' isn't of type Task\. Write Task\.of\('OTHER'\)",
        ),
        (
            {
                "endpoint_configurations": [
                    EndpointConfiguration.real_time("ml.c5.xlarge", environment_parameter_ranges={"THREADS": "24"})
                ]
            },
            r"endpoint_configurations\[0\]\.environment_parameter_ranges\['THREADS'\] = '24' isn't a list",
        ),
        (
            {
                "model": ModelSource.from_model_package(
                    PACKAGE_ARN,
                    container_config=ContainerConfig(payload_config=PayloadConfig(supported_content_types="text/csv")),
                )
            },
            r"model\.container_config\.payload_config\.supported_content_types = 'text/csv' isn't a list",
        ),
        (
            {
                "stopping_conditions": StoppingConditions(
                    model_latency_thresholds=ModelLatencyThreshold(value=Duration.millis(9))  # type: ignore[arg-type]
                )
            },
            r"stopping_conditions\.model_latency_thresholds = <ModelLatencyThreshold> isn't a list",
        ),
    ],
)
def test_a_value_within_another_is_told_with_its_place(props: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=rf"^Stack/Job: {message}"):
        load_test(new_stack(), **props)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"optimize_for": "ModelLatency"}, r"optimize_for = 'ModelLatency' isn't of type Objective"),
        ({"constraints": {"max_cost_per_hour": 1}}, r"constraints = .* isn't of type Constraints"),
    ],
)
def test_a_recommendation_tells_it(choice: dict[str, Any], message: str) -> None:
    job = default_job(new_stack())
    with pytest.raises(ValidationError, match=rf"^Stack/Job/Best: {message}"):
        job.recommend_real_time("Best", **choice)


def test_an_endpoint_tells_it() -> None:
    stack = new_stack()
    wrong: dict[str, Any] = {"recommendation": default_job(stack), "model": PACKAGE_ARN}
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint: recommendation = .*from_parameters.* model = 'arn:"):
        RecommendedEndpoint(stack, "Endpoint", **wrong)


def test_what_a_value_is_refused_for_by_itself_begins_with_the_construct_s_path() -> None:
    stack = new_stack()
    best = default_job(stack).recommend_real_time("Best")
    with pytest.raises(ValidationError, match=r"^Stack/Short: poll_interval: 500 millis is 0\.5 seconds"):
        default_job(stack, "Short", poll_interval=Duration.millis(500))
    with pytest.raises(ValidationError, match=r"^Stack/Known: poll_interval: 500 millis is 0\.5 seconds"):
        InferenceRecommendationsJob.from_job_name(stack, "Known", "bert", poll_interval=Duration.millis(500))
    with pytest.raises(ValidationError, match=r"^Stack/Job/Best: 'best' isn't the prefix of a parameter's name"):
        best.publish("best")
    with pytest.raises(ValidationError, match=r"^Stack/Read: 'best' isn't the prefix of a parameter's name"):
        RealTimeRecommendation.from_parameters(stack, "Read", "best")
    endpoint = RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=best,
        model=MODEL,
        read_from=[s3.Bucket.from_bucket_name(stack, "B", "models")],
    )
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint: scale_in_cooldown = 60 isn't a Duration"):
        endpoint.auto_scale_instance_count(max_capacity=2, scale_in_cooldown=60)  # type: ignore[arg-type]


def test_one_instance_family_is_no_list_of_letters() -> None:
    with pytest.raises(ValidationError, match=r"excluded_instance_families = 'g4dn' isn't a list\. Write \['g4dn'\]"):
        Constraints(excluded_instance_families="g4dn")
