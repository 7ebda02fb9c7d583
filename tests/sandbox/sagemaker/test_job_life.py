"""Statuses of a job as time passes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws


def test_a_default_job_takes_45_minutes(aws: Aws) -> None:
    aws.create()
    seen = []
    for seconds in (0, 60, 45 * 60 - 61, 1):
        aws.clock.sleep(seconds)
        seen.append(aws.status())
    assert seen == ["PENDING", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
    described = aws.describe()
    assert described["CompletionTime"] - described["CreationTime"] == timedelta(minutes=45)


@pytest.mark.parametrize(
    ("source", "minutes"),
    [
        pytest.param({}, 10 + 10, id="set-up and traffic of one benchmark"),
        pytest.param(
            {
                "EndpointConfigurations": [{"InstanceType": f"ml.c5.{size}"} for size in ("large", "xlarge")],
                "ResourceLimit": {"MaxNumberOfTests": 10, "MaxParallelOfTests": 1},
            },
            2 * (10 + 10),
            id="one after the other",
        ),
        pytest.param(
            {
                "EndpointConfigurations": [{"InstanceType": f"ml.c5.{size}"} for size in ("large", "xlarge")],
                "ResourceLimit": {"MaxNumberOfTests": 10, "MaxParallelOfTests": 2},
            },
            10 + 10,
            id="both at once",
        ),
        pytest.param(
            {
                "EndpointConfigurations": [{"InstanceType": f"ml.c5.{size}"} for size in ("large", "xlarge")],
                "ResourceLimit": {"MaxNumberOfTests": 1, "MaxParallelOfTests": 1},
            },
            10 + 10,
            id="no more than MaxNumberOfTests",
        ),
        pytest.param(
            {
                "EndpointConfigurations": [{"InstanceType": f"ml.c5.{size}"} for size in ("large", "xlarge")],
                "ResourceLimit": {"MaxNumberOfTests": 2, "MaxParallelOfTests": 1},
                "JobDurationInSeconds": 600,
            },
            10 + 10,
            id="none started after JobDurationInSeconds",
        ),
        pytest.param(
            {
                "TrafficPattern": {
                    "TrafficType": "STAIRS",
                    "Stairs": {"DurationInSeconds": 3600, "NumberOfSteps": 2, "UsersPerStep": 1},
                }
            },
            10 + 60,
            id="stairs last for their duration",
        ),
    ],
)
def test_an_advanced_job_takes_as_long_as_its_benchmarks(aws: Aws, source: dict[str, Any], minutes: int) -> None:
    aws.sagemaker.create_inference_recommendations_job(**aws.advanced_request(**source))
    described = aws.finish()
    took = described["CompletionTime"] - described["CreationTime"]
    assert timedelta(minutes=minutes) < took < timedelta(minutes=minutes + 4)


def test_the_longest_job_takes_more_than_five_hours(aws: Aws) -> None:
    phase = {"InitialNumberOfUsers": 1, "SpawnRate": 0, "DurationInSeconds": 3600}
    traffic = {"TrafficType": "PHASES", "Phases": [phase] * 5}
    request = aws.advanced_request(TrafficPattern=traffic, JobDurationInSeconds=18_000)
    aws.sagemaker.create_inference_recommendations_job(**request)
    aws.clock.sleep(18_000)
    assert aws.status() == "IN_PROGRESS"
    assert aws.finish()["Status"] == "COMPLETED"


def test_steps_run_one_after_the_other_within_the_job(aws: Aws) -> None:
    aws.create()
    assert aws.steps() == []
    aws.clock.sleep(1200)
    assert {step["Status"] for step in aws.steps()} == {"COMPLETED", "IN_PROGRESS", "PENDING"}
    assert all("Metrics" not in step["InferenceBenchmark"] for step in aws.steps(Status="IN_PROGRESS"))
    aws.finish()
    assert {step["Status"] for step in aws.steps()} == {"COMPLETED"}


def test_stopping_takes_two_minutes(aws: Aws) -> None:
    aws.create()
    aws.clock.sleep(600)
    aws.sagemaker.stop_inference_recommendations_job(JobName="job")
    assert aws.status() == "STOPPING"
    aws.clock.sleep(119)
    assert aws.status() == "STOPPING"
    aws.clock.sleep(1)
    described = aws.describe()
    assert described["Status"] == "STOPPED"
    assert described["CompletionTime"] - described["CreationTime"] == timedelta(seconds=720)
    assert {step["Status"] for step in aws.steps()} == {"STOPPED"}


def test_stopping_a_stopping_job_again_changes_nothing(aws: Aws) -> None:
    aws.create()
    aws.sagemaker.stop_inference_recommendations_job(JobName="job")
    aws.clock.sleep(60)
    aws.sagemaker.stop_inference_recommendations_job(JobName="job")
    aws.clock.sleep(60)
    assert aws.status() == "STOPPED"


def test_a_stopped_job_keeps_what_it_had_measured(aws: Aws) -> None:
    aws.create()
    aws.clock.sleep(1200)
    aws.sagemaker.stop_inference_recommendations_job(JobName="job")
    aws.clock.sleep(120)
    completed = aws.steps(Status="COMPLETED")
    assert 0 < len(completed) < len(aws.steps())
    assert len(aws.describe()["InferenceRecommendations"]) == len(completed)


def test_a_finished_job_cannot_be_stopped(aws: Aws) -> None:
    aws.create()
    aws.finish()
    with pytest.raises(ClientError, match=r"ValidationException.*non-running"):
        aws.sagemaker.stop_inference_recommendations_job(JobName="job")


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.describe_inference_recommendations_job(JobName="nobody"),
        lambda client: client.stop_inference_recommendations_job(JobName="nobody"),
        lambda client: client.list_inference_recommendations_job_steps(JobName="nobody"),
        lambda client: client.get_scaling_configuration_recommendation(
            InferenceRecommendationsJobName="nobody", RecommendationId="none"
        ),
    ],
)
def test_an_unknown_job_is_not_found(aws: Aws, call: Any) -> None:
    with pytest.raises(aws.sagemaker.exceptions.ResourceNotFound, match="Could not find"):
        call(aws.sagemaker)
