"""What the recorded version of the library deployed is updated by this one, and no job runs again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.cloud_assembly import deploy
from tests.e2e.commands import delete
from tests.example_applications import APP, RECOMMENDED_ENDPOINT, synthesised
from tests.upgrade.recorded_assembly import restored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("short_jobs")]

STACKS = {APP: ["InstanceRecommendation", "Hosting"], RECOMMENDED_ENDPOINT: ["Measured", "Served"]}
"""In the order of their deployment: a Default job, an Advanced one, and what runs on their results."""
STABLE = ("Custom::", "AWS::SageMaker::")
"""Types of resources that an update keeps: jobs, what was found by them, and what runs on it."""


@pytest.mark.parametrize("application", list(STACKS))
def test_an_update_to_this_version_runs_no_job_and_changes_no_result(
    bootstrapped: LocalAws, tmp_path: Path, application: str
) -> None:
    stacks = STACKS[application]
    recorded = restored(application, tmp_path)
    assert deploy(bootstrapped, recorded, stacks) == []
    before = deployed(bootstrapped, stacks)
    assert any(before["outputs"].values())

    assert deploy(bootstrapped, synthesised(application, tmp_path), stacks) == []
    assert deployed(bootstrapped, stacks) == before

    for stack in reversed(stacks):
        delete(bootstrapped, stack)


def deployed(aws: LocalAws, stacks: Sequence[str]) -> Mapping[str, Any]:
    """Return what must outlast an update, an endpoint's configuration and times included."""
    stacks_resources = {
        stack: aws.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        for stack in stacks
    }
    kept = [
        (stack, resource["LogicalResourceId"], resource["ResourceType"], resource["PhysicalResourceId"])
        for stack, resources in stacks_resources.items()
        for resource in resources
        if resource["ResourceType"].startswith(STABLE)
    ]
    endpoints = [arn.rpartition("/")[2] for *_, kind, arn in kept if kind == "AWS::SageMaker::Endpoint"]
    descriptions = {
        stack: aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0] for stack in stacks
    }
    return {
        "jobs": aws.received_jobs(),
        "resources": kept,
        "outputs": {stack: description.get("Outputs") for stack, description in descriptions.items()},
        "endpoints": [
            {
                name: value
                for name, value in aws.client("sagemaker").describe_endpoint(EndpointName=endpoint).items()
                if name != "ResponseMetadata"
            }
            for endpoint in endpoints
        ],
    }
