"""A canary that alarms rolls the endpoint and its stack back, while the old winner serves: the example's, whole."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.cloud_assembly import assembled_stacks, deploy
from tests.e2e.commands import delete, requests_of
from tests.e2e.hosting import physical_ids, serving
from tests.example_applications import CANARY_ENDPOINT, synthesised

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("short_jobs")]

ENDPOINT = "image-classifier"
IN_SERVICE = frozenset({"InService", "Updating", "RollingBack"})


def test_a_canary_that_alarms_rolls_back_and_the_old_winner_serves_throughout(
    bootstrapped: LocalAws, tmp_path: Path
) -> None:
    first = synthesised(CANARY_ENDPOINT, tmp_path / "1", optimize_for="CostPerHour")
    assert deploy(bootstrapped, first) == []
    cheapest, _ = serving(bootstrapped, "Operated")
    before = described(bootstrapped)
    target = scalable_targets(bootstrapped)
    assert [(each["MinCapacity"], each["MaxCapacity"]) for each in target] == [(2, 8)]

    bootstrapped.admin("faults", {"fault": "trip-alarm", "alarm": "*Errors*"})
    other = synthesised(CANARY_ENDPOINT, tmp_path / "2", optimize_for="ModelLatency")
    seen: list[dict[str, Any]] = []
    assert deploy(bootstrapped, other, ["Benchmark"]) == []
    [operated] = [stack for stack in assembled_stacks(bootstrapped, other) if stack.name == "Operated"]
    with bootstrapped.in_real_time(speed=120):
        operated.start()
        while operated.is_changing:
            seen.append(described(bootstrapped))
            time.sleep(0.1)
    assert "went into ALARM state during deployment" in " ".join(operated.wait())

    assert {each["EndpointConfigName"] for each in seen} == {before["EndpointConfigName"]}
    assert {each["EndpointStatus"] for each in seen} <= IN_SERVICE
    assert all(variant["CurrentInstanceCount"] >= 2 for each in seen for variant in each["ProductionVariants"])
    assert any("PendingDeploymentSummary" in each for each in seen), "the new winner was deployed beside the old one"
    assert stack_status(bootstrapped) == "UPDATE_ROLLBACK_COMPLETE"
    after = described(bootstrapped)
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", before["EndpointConfigName"])
    assert serving(bootstrapped, "Operated")[0] == cheapest
    assert scalable_targets(bootstrapped) == target

    assert deploy(bootstrapped, other) == []
    assert serving(bootstrapped, "Operated")[0]["InstanceType"] != cheapest["InstanceType"]
    assert [(each["MinCapacity"], each["MaxCapacity"]) for each in scalable_targets(bootstrapped)] == [(2, 8)]
    assert physical_ids(bootstrapped, "Operated")["AWS::SageMaker::Endpoint"].endswith(f"endpoint/{ENDPOINT}")
    assert len(requests_of(bootstrapped, "Benchmark")) == 1, "no choice runs a job"
    delete(bootstrapped, "Operated")
    delete(bootstrapped, "Benchmark")


def described(aws: LocalAws) -> dict[str, Any]:
    answer: dict[str, Any] = aws.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    return answer


def scalable_targets(aws: LocalAws) -> list[dict[str, Any]]:
    client = aws.client("application-autoscaling")
    found = client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    names = ("ResourceId", "MinCapacity", "MaxCapacity")
    return [{name: each[name] for name in names} for each in found if f"/{ENDPOINT}/" in each["ResourceId"]]


def stack_status(aws: LocalAws) -> str:
    (stack,) = aws.client("cloudformation").describe_stacks(StackName="Operated")["Stacks"]
    return str(stack["StackStatus"])
