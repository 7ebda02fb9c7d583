"""The example application, deployed as the README says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.commands import until
from tests.e2e.conftest import CliResult, LocalAws, completed
from tests.example_applications import APP, synthesised

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("short_jobs")]


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesised(APP, tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def of_others(aws: LocalAws) -> int:
    """How many jobs the tests before have requested."""
    return len(aws.received_jobs())


@pytest.fixture(scope="module")
def deployment(bootstrapped: LocalAws, assembly: Path, of_others: int) -> CliResult:
    assert len(bootstrapped.received_jobs()) == of_others
    return bootstrapped.cdk("deploy", "--all", "--require-approval", "never", app=assembly)


def test_it_deploys(deployment: CliResult) -> None:
    assert deployment.code == 0, deployment.output


def test_each_job_is_requested_once_and_whole(of_others: int, deployment: CliResult, aws: LocalAws) -> None:
    assert deployment.code == 0
    received = aws.received_jobs()[of_others:]
    requests = {request["JobType"]: request for request in received}
    assert len(received) == 2
    package = "arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/1"
    default = requests["Default"]
    assert default == {
        "JobName": default["JobName"],
        "JobType": "Default",
        "RoleArn": default["RoleArn"],
        "InputConfig": {"ModelPackageVersionArn": package},
        "Tags": default["Tags"],
    }
    assert default["JobName"].startswith("instance-job-65ca4c67-")
    assert default["RoleArn"].startswith("arn:aws:iam::123456789012:role/")
    assert {tag["Key"] for tag in default["Tags"]} == {
        f"cdk-inference-recommender:{name}"
        for name in ("stack-id", "logical-id", "request-id", "requested-at", "fingerprint")
    }
    advanced = requests["Advanced"]
    assert advanced["InputConfig"] == {
        "ModelPackageVersionArn": package,
        "JobDurationInSeconds": 7200,
        "TrafficPattern": {
            "TrafficType": "STAIRS",
            "Stairs": {"DurationInSeconds": 240, "NumberOfSteps": 2, "UsersPerStep": 2},
        },
        "ResourceLimit": {"MaxNumberOfTests": 3, "MaxParallelOfTests": 3},
        "EndpointConfigurations": [
            {"InstanceType": "ml.c5.xlarge"},
            {"InstanceType": "ml.m5.xlarge"},
            {"InstanceType": "ml.g4dn.xlarge"},
        ],
    }
    assert advanced["StoppingConditions"] == {
        "MaxInvocations": 1000,
        "ModelLatencyThresholds": [{"Percentile": "P95", "ValueInMilliseconds": 500}],
    }


def test_nothing_is_chosen_before_the_job_has_finished(deployment: CliResult, aws: LocalAws) -> None:
    assert deployment.code == 0
    events = aws.events("InstanceRecommendation")
    assert completed(events, "JobWait2") < completed(events, "JobCheapest")
    job_name = _outputs(aws, "InstanceRecommendation")["JobName"]
    job = aws.client("sagemaker").describe_inference_recommendations_job(JobName=job_name)
    assert job["Status"] == "COMPLETED"


def test_the_endpoint_configuration_takes_the_published_instance_type(deployment: CliResult, aws: LocalAws) -> None:
    assert deployment.code == 0
    chosen = _outputs(aws, "InstanceRecommendation")["InstanceType"]
    name = _outputs(aws, "Hosting")["EndpointConfigName"]
    configuration = aws.client("sagemaker").describe_endpoint_config(EndpointConfigName=name)
    [variant] = configuration["ProductionVariants"]
    assert variant["InstanceType"] == chosen
    assert variant["InitialInstanceCount"] >= 1


def test_nothing_is_left_to_deploy(deployment: CliResult, aws: LocalAws, assembly: Path) -> None:
    assert deployment.code == 0
    difference = aws.cdk("diff", "--fail", app=assembly)
    assert difference.code == 0, difference.output


def test_destroying_leaves_nothing_running(deployment: CliResult, aws: LocalAws, assembly: Path) -> None:
    assert deployment.code == 0
    destroyed = aws.cdk("destroy", "--all", "--force", app=assembly)
    assert destroyed.code == 0, destroyed.output
    until(lambda: not any(aws.admin("running").values()))


def _outputs(aws: LocalAws, stack: str) -> dict[str, Any]:
    [found] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
