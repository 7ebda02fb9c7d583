"""How a choice reaches another stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdk_inference_recommender import (
    Objective,
)
from tests.e2e.applications import MODEL_NAME, MODEL_PACKAGE_ARN, publishing_app
from tests.e2e.commands import deploy, destroy, requests_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e


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


def _variant(aws: LocalAws) -> tuple[str, int]:
    [configuration] = aws.client("cloudformation").describe_stack_resources(StackName="Reader")["StackResources"][:1]
    client = aws.client("sagemaker")
    name = configuration["PhysicalResourceId"].rpartition("/")[2]
    [variant] = client.describe_endpoint_config(EndpointConfigName=name)["ProductionVariants"]
    return variant["InstanceType"], variant["InitialInstanceCount"]
