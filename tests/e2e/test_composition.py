"""A job in one stack, and an endpoint on its winner in another: `examples/recommended_endpoint.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import cloud_assembly
from tests.e2e.applications import MODEL_PACKAGE_ARN
from tests.e2e.commands import delete, deploy, requests_of
from tests.e2e.hosting import models, physical_ids, serving
from tests.example_applications import RECOMMENDED_ENDPOINT, synthesised

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("short_jobs")]


def test_a_new_winner_reaches_the_other_stacks_endpoint_and_runs_no_job(bootstrapped: LocalAws, tmp_path: Path) -> None:
    first = synthesised(RECOMMENDED_ENDPOINT, tmp_path / "1", optimize_for="CostPerHour")
    assert cloud_assembly.deploy(bootstrapped, first) == []
    cheapest, container = serving(bootstrapped, "Served")
    assert (cheapest["InstanceType"], container["Environment"]) == measured(bootstrapped)
    assert container["ModelPackageName"] == MODEL_PACKAGE_ARN
    assert "OMP_NUM_THREADS" in container["Environment"]
    endpoint = physical_ids(bootstrapped, "Served")["AWS::SageMaker::Endpoint"]

    # By the CLI, which has to see that the other stack's template is the same and its parameter isn't.
    second = deploy(bootstrapped, synthesised(RECOMMENDED_ENDPOINT, tmp_path / "2", optimize_for="ModelLatency"))
    assert second.code == 0, second.output
    fastest, container = serving(bootstrapped, "Served")
    assert fastest["InstanceType"] != cheapest["InstanceType"]
    assert (fastest["InstanceType"], container["Environment"]) == measured(bootstrapped)
    assert physical_ids(bootstrapped, "Served")["AWS::SageMaker::Endpoint"] == endpoint, (
        "the same endpoint continues to serve"
    )
    assert models(bootstrapped, "Served") == [fastest["ModelName"]], "the old model is deleted"
    assert len(requests_of(bootstrapped, "Measured")) == 1, "no choice runs a job"

    delete(bootstrapped, "Served")
    assert models(bootstrapped, "Served") == []
    delete(bootstrapped, "Measured")


def measured(aws: LocalAws) -> tuple[str, dict[str, str]]:
    """Instance type and environment of the result that the first stack says it has chosen."""
    [stack] = aws.client("cloudformation").describe_stacks(StackName="Measured")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    job = aws.client("sagemaker").describe_inference_recommendations_job(JobName=outputs["JobName"])
    [chosen] = [
        each for each in job["InferenceRecommendations"] if each["RecommendationId"] == outputs["BestRecommendationId"]
    ]
    environment = chosen["ModelConfiguration"]["EnvironmentParameters"]
    return chosen["EndpointConfiguration"]["InstanceType"], {each["Key"]: each["Value"] for each in environment}
