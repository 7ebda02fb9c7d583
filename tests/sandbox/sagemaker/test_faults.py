"""What can go wrong goes wrong on order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from inference_recommender_sandbox.sagemaker import FaultRegistry
from inference_recommender_sandbox.sagemaker.faults import INVALID_INPUT_REASON, NAMED_FAULTS
from tests.sandbox.model_package import complete_package

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws

DESCRIBE = "DescribeInferenceRecommendationsJob"
CREATE = "CreateInferenceRecommendationsJob"


def package(aws: Aws, group: str) -> dict[str, Any]:
    aws.sagemaker.create_model_package_group(ModelPackageGroupName=group)
    arn = aws.sagemaker.create_model_package(ModelPackageGroupName=group, **complete_package())["ModelPackageArn"]
    return {"ModelPackageVersionArn": arn}


def impatient(aws: Aws) -> Any:
    """A client that doesn't retry."""
    return aws.boto.client(
        "sagemaker",
        aws_access_key_id="AKIAIOSFODNN7DEVELOP",
        aws_secret_access_key="none",
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_job_of_a_package_named_to_fail_fails_late(aws: Aws) -> None:
    aws.create(InputConfig=package(aws, "my-fail-job"))
    aws.clock.sleep(299)
    assert aws.status() == "IN_PROGRESS"
    aws.clock.sleep(1)
    described = aws.describe()
    assert described["Status"] == "FAILED"
    assert described["FailureReason"] == INVALID_INPUT_REASON
    assert "InferenceRecommendations" not in described


def test_a_failing_step_says_why_and_the_job_completes(aws: Aws) -> None:
    aws.create(InputConfig=package(aws, "fail-first-step"))
    described = aws.finish()
    assert described["Status"] == "COMPLETED"
    (failed,) = aws.steps(Status="FAILED")
    assert failed["InferenceBenchmark"]["FailureReason"] == INVALID_INPUT_REASON
    assert "Metrics" not in failed["InferenceBenchmark"]
    assert len(described["InferenceRecommendations"]) == len(aws.steps()) - 1


def test_a_job_whose_steps_all_fail_fails(aws: Aws) -> None:
    aws.create(InputConfig=package(aws, "fail-all-steps"))
    assert aws.finish()["Status"] == "FAILED"
    assert {step["Status"] for step in aws.steps()} == {"FAILED"}


def test_a_job_fails_with_the_reason_and_the_steps_that_were_ordered(aws: Aws) -> None:
    order = {"fault": "fail-job", "job": "doomed*", "reason": "No capacity.", "steps": ["ml.g5.xlarge"]}
    aws.installation.faults.order(order)
    aws.create("doomed-1")
    aws.create("lucky")
    described = aws.finish("doomed-1")
    assert (described["Status"], described["FailureReason"]) == ("FAILED", "No capacity.")
    (failed,) = aws.steps("doomed-1", Status="FAILED")
    assert failed["InferenceBenchmark"]["EndpointConfiguration"]["InstanceType"] == "ml.g5.xlarge"
    assert aws.status("lucky") == "COMPLETED"


def test_utilization_may_be_nan(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "nan-metrics"})
    aws.create()
    for recommendation in aws.finish()["InferenceRecommendations"]:
        assert math.isnan(recommendation["Metrics"]["CpuUtilization"])
        assert math.isnan(recommendation["Metrics"]["MemoryUtilization"])


def test_latencies_may_be_in_microseconds(aws: Aws) -> None:
    aws.create("guide")
    in_milliseconds = latencies(aws.finish("guide"))
    aws.installation.faults.order({"fault": "microsecond-latency", "job": "preview"})
    aws.create("preview")
    assert latencies(aws.finish("preview")) == [1000 * latency for latency in in_milliseconds]
    aws.create("later")
    assert latencies(aws.finish("later")) == in_milliseconds


def latencies(described: Any) -> list[int]:
    return sorted(each["Metrics"]["ModelLatency"] for each in described["InferenceRecommendations"])


def test_a_completed_job_may_have_no_recommendations(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "no-results"})
    aws.create()
    described = aws.finish()
    assert described["Status"] == "COMPLETED"
    assert "InferenceRecommendations" not in described


def test_a_job_may_take_longer(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "slow-job", "seconds": 3600})
    aws.create()
    aws.clock.sleep(45 * 60 + 3599)
    assert aws.status() == "IN_PROGRESS"
    aws.clock.sleep(1)
    assert aws.status() == "COMPLETED"


def test_a_job_may_take_no_longer_than_ordered(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "short-job", "seconds": 600})
    aws.create()
    aws.clock.sleep(599)
    assert aws.status() == "IN_PROGRESS"
    aws.clock.sleep(1)
    described = aws.describe()
    assert described["Status"] == "COMPLETED"
    assert described["InferenceRecommendations"]
    steps = aws.sagemaker.list_inference_recommendations_job_steps(JobName="job")["Steps"]
    assert {each["Status"] for each in steps} == {"COMPLETED"}


def test_a_vanished_job_is_unknown_but_its_name_stays_taken(aws: Aws) -> None:
    aws.create()
    aws.installation.faults.order({"fault": "vanish-job", "job": "job"})
    with pytest.raises(aws.sagemaker.exceptions.ResourceNotFound):
        aws.describe()
    assert aws.sagemaker.list_inference_recommendations_jobs()["InferenceRecommendationsJobs"] == []
    with pytest.raises(aws.sagemaker.exceptions.ResourceInUse):
        aws.create()


def test_the_next_calls_are_throttled_and_botocore_retries(aws: Aws) -> None:
    aws.create()
    aws.installation.faults.order({"fault": "throttle", "operation": DESCRIBE, "count": 2})
    client = impatient(aws)
    for _ in range(2):
        with pytest.raises(ClientError, match=r"ThrottlingException.*Rate exceeded"):
            client.describe_inference_recommendations_job(JobName="job")
    client.describe_inference_recommendations_job(JobName="job")
    aws.installation.faults.order({"fault": "throttle", "operation": "*"})
    assert aws.describe()["ResponseMetadata"]["RetryAttempts"] == 1


def test_an_internal_error_does_nothing(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "internal-error", "operation": CREATE})
    with pytest.raises(ClientError) as failed:
        impatient(aws).create_inference_recommendations_job(**aws.request())
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert aws.sagemaker.list_inference_recommendations_jobs()["InferenceRecommendationsJobs"] == []


def test_a_lost_response_leaves_a_job_behind(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "lose-response", "operation": CREATE})
    with pytest.raises(ClientError) as failed:
        impatient(aws).create_inference_recommendations_job(**aws.request())
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert aws.status() == "PENDING"


def test_a_new_role_can_be_assumed_after_a_while(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "role-propagation", "seconds": 10})
    for _ in range(2):
        with pytest.raises(ClientError, match="Could not assume role"):
            aws.create()
        aws.clock.sleep(5)
    aws.create()


def test_a_create_may_take_long(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "slow-create", "seconds": 90})
    before = aws.clock.now()
    aws.create()
    assert aws.clock.now() == before + 90


def test_clearing_forgets_every_order(aws: Aws) -> None:
    for order in ({"fault": "quota", "limit": 0}, {"fault": "throttle", "operation": "*"}, {"fault": "clear"}):
        aws.installation.faults.order(order)
    aws.create()
    assert aws.describe()["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"fault": "explode"}, "unknown fault 'explode'; choose one of throttle,"),
        ({}, "unknown fault None"),
        ({"fault": "throttle"}, "lacks operation"),
        ({"fault": "fail-steps"}, "lacks steps"),
        ({"fault": "quota", "limit": "3"}, "member 'limit' of fault 'quota' is '3'; write int"),
        ({"fault": "quota", "limit": 3, "seconds": 3}, "has no member 'seconds'; its members are: limit"),
        ({"fault": "quota", "limit": True}, "is True; write int"),
    ],
)
def test_a_wrong_order_says_what_is_wrong(order: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaultRegistry().order(order)


@pytest.mark.parametrize("order", NAMED_FAULTS.values(), ids=list(NAMED_FAULTS))
def test_faults_by_name_are_sound_orders(order: dict[str, Any]) -> None:
    FaultRegistry().order(order)
