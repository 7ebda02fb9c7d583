"""Stacks that use the results of jobs that they didn't start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.applications import MODEL_PACKAGE_ARN, existing_job_app
from tests.e2e.cloud_assembly import assembled_stacks, deploy
from tests.e2e.commands import delete, job_status, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e

ROLE = "starts-jobs-by-hand"


@pytest.fixture(scope="module")
def role_arn(bootstrapped: LocalAws) -> str:
    client = bootstrapped.client("iam")
    trusted = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = client.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy(trusted))
    client.put_role_policy(
        RoleName=ROLE,
        PolicyName="Everything",
        PolicyDocument=policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),
    )
    return str(made["Role"]["Arn"])


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def started(aws: LocalAws, role_arn: str, name: str) -> str:
    """A job that somebody starts by hand; returns its ARN."""
    answer = aws.client("sagemaker").create_inference_recommendations_job(
        JobName=name,
        JobType="Default",
        RoleArn=role_arn,
        InputConfig={"ModelPackageVersionArn": MODEL_PACKAGE_ARN},
        Tags=[{"Key": "team", "Value": "search"}],
    )
    return str(answer["JobArn"])


def outputs(aws: LocalAws, stack: str) -> dict[str, str]:
    [found] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def test_a_finished_job_is_read_and_left_as_it_is(bootstrapped: LocalAws, role_arn: str, tmp_path: Path) -> None:
    arn = started(bootstrapped, role_arn, "measured-by-hand")
    until(lambda: job_status(bootstrapped, "measured-by-hand") == "COMPLETED")
    requested = bootstrapped.received_jobs()
    assert deploy(bootstrapped, existing_job_app(tmp_path, "ReadsFinished", arn)) == []
    values = outputs(bootstrapped, "ReadsFinished")
    client = bootstrapped.client("sagemaker")
    job = client.describe_inference_recommendations_job(JobName="measured-by-hand")
    cheapest = min(job["InferenceRecommendations"], key=lambda each: float(each["Metrics"]["CostPerInference"]))
    assert values["BestRecommendationId"] == cheapest["RecommendationId"]
    assert values["BestInstanceType"] == cheapest["EndpointConfiguration"]["InstanceType"]
    delete(bootstrapped, "ReadsFinished")
    assert bootstrapped.received_jobs() == requested
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "search"}]


def test_a_running_job_is_waited_for(bootstrapped: LocalAws, role_arn: str, tmp_path: Path) -> None:
    bootstrapped.admin("faults", {"fault": "slow-job", "job": "measures-still", "seconds": 2 * 3600})
    [stack] = assembled_stacks(bootstrapped, existing_job_app(tmp_path, "ReadsRunning", "measures-still"))
    with bootstrapped.in_real_time():
        started(bootstrapped, role_arn, "measures-still")
        stack.start()
        until(lambda: waits(bootstrapped, "ReadsRunning"))
        assert job_status(bootstrapped, "measures-still") in {"PENDING", "IN_PROGRESS"}
    assert stack.wait() == []
    assert job_status(bootstrapped, "measures-still") == "COMPLETED"
    assert outputs(bootstrapped, "ReadsRunning")["BestInstanceType"].startswith("ml.")
    delete(bootstrapped, "ReadsRunning")


def test_a_stack_that_goes_while_it_waits_leaves_the_job_running(
    bootstrapped: LocalAws, role_arn: str, tmp_path: Path
) -> None:
    bootstrapped.admin("faults", {"fault": "slow-job", "job": "outlives-*", "seconds": 30 * 86_400})
    started(bootstrapped, role_arn, "outlives-its-reader")
    [stack] = assembled_stacks(bootstrapped, existing_job_app(tmp_path, "Goes", "outlives-its-reader"))
    with bootstrapped.in_real_time():
        stack.start()
        until(lambda: waits(bootstrapped, "Goes"))
        delete(bootstrapped, "Goes")
    running = bootstrapped.admin("running")
    assert job_status(bootstrapped, "outlives-its-reader") == "IN_PROGRESS"
    assert not [arn for arn in running["executions"] if "Goes" in arn], "nothing polls for a stack that is gone"
    bootstrapped.client("sagemaker").stop_inference_recommendations_job(JobName="outlives-its-reader")


def test_a_failed_job_fails_the_deployment_with_its_reason(
    bootstrapped: LocalAws, role_arn: str, tmp_path: Path
) -> None:
    reason = "INVALID_INPUT : 1. Model returned 4xx or 5xx error code."
    bootstrapped.admin("faults", {"fault": "fail-job", "job": "failed-by-hand", "reason": reason})
    started(bootstrapped, role_arn, "failed-by-hand")
    reasons = deploy(bootstrapped, existing_job_app(tmp_path, "ReadsFailed", "failed-by-hand"))
    [reported, *_] = [each for each in reasons if reason in each]
    assert "(The inference recommendations job failed-by-hand is FAILED.)" in reported
    assert "This stack only references the job: name one that has completed." in reported
    assert "rerun_nonce" not in reported, "an existing job has no such prop"
    delete(bootstrapped, "ReadsFailed")


def waits(aws: LocalAws, stack: str) -> bool:
    """Return whether the stack's first wait stage polls."""
    running: dict[str, Any] = aws.admin("running")
    return any(stack in arn for arn in running["executions"])
