"""What a user's changes and mistakes lead to, through the real CLI."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration

from cdk_inference_recommender import (
    EndpointConfiguration,
    JobType,
    LatencyPercentile,
    ModelLatencyThreshold,
    Objective,
    ResourceLimit,
    StoppingConditions,
    TrafficPattern,
)
from tests.e2e.applications import MODEL_NAME, MODEL_PACKAGE_ARN, job_app, publishing_app
from tests.e2e.conftest import CliResult, LocalAws, completed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e

FIVE_HOURS: dict[str, Any] = {
    "job_type": JobType.ADVANCED,
    "job_duration": Duration.seconds(18_000),
    "traffic_pattern": TrafficPattern.stairs(duration=Duration.seconds(3600), number_of_steps=3, users_per_step=1),
    "endpoint_configurations": [
        EndpointConfiguration.real_time(f"ml.c5.{size}") for size in ("large", "xlarge", "2xlarge", "4xlarge")
    ],
    "resource_limit": ResourceLimit(max_number_of_tests=4, max_parallel_of_tests=1),
    "stopping_conditions": StoppingConditions(
        max_invocations=1000,
        model_latency_thresholds=[ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=Duration.millis(500))],
    ),
}


def deploy(aws: LocalAws, app: Path, *arguments: str) -> CliResult:
    return aws.cdk("deploy", "--all", "--require-approval", "never", *arguments, app=app)


def destroy(aws: LocalAws, app: Path) -> None:
    destroyed = aws.cdk("destroy", "--all", "--force", app=app)
    assert destroyed.code == 0, destroyed.output


def job_status(aws: LocalAws, name: str) -> str:
    status: str = aws.client("sagemaker").describe_inference_recommendations_job(JobName=name)["Status"]
    return status


def requests_of(aws: LocalAws, stack: str) -> list[dict[str, Any]]:
    return [request for request in aws.received_jobs() if request["JobName"].startswith(f"{stack.lower()}-job")]


def test_a_job_of_five_hours_is_waited_for_in_legs(bootstrapped: LocalAws, tmp_path: Path) -> None:
    app = job_app(tmp_path, "FiveHours", **FIVE_HOURS)
    deployed = deploy(bootstrapped, app)
    assert deployed.code == 0, deployed.output
    events = bootstrapped.events("FiveHours")
    legs = [completed(events, f"JobWait{number}") for number in range(1, 8)]
    assert legs == sorted(legs)
    assert legs[-1] < completed(events, "JobBest")
    [job] = requests_of(bootstrapped, "FiveHours")
    finished = bootstrapped.client("sagemaker").describe_inference_recommendations_job(JobName=job["JobName"])
    assert finished["Status"] == "COMPLETED"
    assert (finished["CompletionTime"] - finished["CreationTime"]).total_seconds() > 4 * 3600
    destroy(bootstrapped, app)


def test_a_changed_field_replaces_the_job_and_waits_again(bootstrapped: LocalAws, tmp_path: Path) -> None:
    first = job_app(tmp_path / "1", "Changing")
    assert deploy(bootstrapped, first).code == 0
    second = job_app(tmp_path / "2", "Changing", job_duration=Duration.hours(1), job_description="longer")
    deployed = deploy(bootstrapped, second)
    assert deployed.code == 0, deployed.output
    old, new = requests_of(bootstrapped, "Changing")
    assert old["JobName"] != new["JobName"]
    assert new["InputConfig"]["JobDurationInSeconds"] == 3600
    assert job_status(bootstrapped, new["JobName"]) == "COMPLETED"
    assert job_status(bootstrapped, old["JobName"]) == "COMPLETED"

    described = job_app(tmp_path / "3", "Changing", job_duration=Duration.hours(1), job_description="described anew")
    assert deploy(bootstrapped, described).code == 0
    assert len(requests_of(bootstrapped, "Changing")) == 2, "a description isn't measured, and must not cost a job"
    destroy(bootstrapped, described)


def test_a_new_winner_reaches_the_other_stack_and_runs_no_job(bootstrapped: LocalAws, tmp_path: Path) -> None:
    bootstrapped.client("sagemaker").create_model(
        ModelName=MODEL_NAME,
        ExecutionRoleArn="arn:aws:iam::123456789012:role/of-the-model",
        PrimaryContainer={"ModelPackageName": MODEL_PACKAGE_ARN},
    )
    first = deploy(bootstrapped, publishing_app(tmp_path / "1", optimize_for=Objective.COST_PER_HOUR))
    assert first.code == 0, first.output
    cheapest = _variant(bootstrapped)
    app = publishing_app(tmp_path / "2", optimize_for=Objective.MODEL_LATENCY)
    deployed = deploy(bootstrapped, app)
    assert deployed.code == 0, deployed.output
    assert _variant(bootstrapped) != cheapest
    assert len(requests_of(bootstrapped, "Publisher")) == 1
    destroy(bootstrapped, app)


def test_destroying_while_the_job_runs_stops_it(bootstrapped: LocalAws, tmp_path: Path) -> None:
    app = job_app(tmp_path, "Interrupted", **FIVE_HOURS)
    with bootstrapped.start_cdk("deploy", "--require-approval", "never", app=app) as cli:
        _until(lambda: bool(requests_of(bootstrapped, "Interrupted")))
        cli.send_signal(signal.SIGINT)
        cli.communicate(timeout=30)
    [job] = requests_of(bootstrapped, "Interrupted")
    assert job_status(bootstrapped, job["JobName"]) in {"PENDING", "IN_PROGRESS"}
    destroy(bootstrapped, app)
    assert job_status(bootstrapped, job["JobName"]) == "STOPPED"
    assert not any(bootstrapped.admin("running").values())


def test_an_unknown_model_package_is_told_in_the_services_words(bootstrapped: LocalAws, tmp_path: Path) -> None:
    arn = MODEL_PACKAGE_ARN.replace("image-classifier", "nobody-registered-this")
    app = job_app(tmp_path, "Unknown", model_package_arn=arn)
    failed = deploy(bootstrapped, app)
    _assert_told(failed, f"ModelPackage {arn} does not exist")
    destroy(bootstrapped, app)


def test_a_job_that_fails_is_told_in_the_services_words(bootstrapped: LocalAws, tmp_path: Path) -> None:
    bootstrapped.admin(
        "faults",
        {
            "fault": "fail-job",
            "job": "failing-job-*",
            "reason": "INVALID_INPUT : 1. Model returned 4xx or 5xx error code.",
        },
    )
    app = job_app(tmp_path, "Failing")
    failed = deploy(bootstrapped, app)
    _assert_told(failed, "INVALID_INPUT : 1. Model returned 4xx or 5xx error code.")
    assert "Change `rerun` to run it again." in _joined(failed)
    destroy(bootstrapped, app)


def test_a_role_that_cannot_be_assumed_is_told(bootstrapped: LocalAws, tmp_path: Path) -> None:
    role_arn = "arn:aws:iam::123456789012:role/nobody-made-this"
    app = job_app(tmp_path, "NoRole", role_arn=role_arn)
    failed = deploy(bootstrapped, app)
    _assert_told(failed, f"Could not assume role {role_arn}.")
    destroy(bootstrapped, app)


def _assert_told(failed: CliResult, reason: str) -> None:
    assert failed.code != 0
    assert "CREATE_FAILED" in failed.output
    [line, *_] = [line for line in failed.output.splitlines() if reason in line]
    assert "CloudWatch Log Stream: " in line, "the reason stands in one line"
    assert "Traceback" not in failed.output


def _joined(result: CliResult) -> str:
    return " ".join(result.output.split())


def _variant(aws: LocalAws) -> tuple[str, int]:
    [configuration] = aws.client("cloudformation").describe_stack_resources(StackName="Reader")["StackResources"][:1]
    client = aws.client("sagemaker")
    name = configuration["PhysicalResourceId"].rpartition("/")[2]
    [variant] = client.describe_endpoint_config(EndpointConfigName=name)["ProductionVariants"]
    return variant["InstanceType"], variant["InitialInstanceCount"]


def _until(happened: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.1)
