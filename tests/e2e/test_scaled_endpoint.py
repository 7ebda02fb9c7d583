"""From a job's results to an endpoint that is scaled as recommended and moves with its winner"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdk_inference_recommender import Constraints
from tests.e2e.applications import MODEL_PACKAGE_ARN
from tests.e2e.cloud_assembly import deploy, destroy
from tests.e2e.hosting import (
    handler_log,
    hosting_app,
    instances,
    jobs,
    logical_id,
    models,
    physical_ids,
    recommended,
    scale_out,
    scaled,
    serving,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e

THREADS = {"ml.c5.xlarge": "2", "ml.g4dn.xlarge": "4"}


def was_brought_back(aws: LocalAws, stack: str) -> bool:
    """Return whether the last update had deregistered the variant, and its rollback had to register it again."""
    reported = " ".join(handler_log(aws, stack))
    return reported.rfind("scaling deregistered") < reported.rfind("scaling restored at once")


def test_scaling_moves_with_the_winner_and_survives_what_fails(bootstrapped: LocalAws, tmp_path: Path) -> None:
    aws = bootstrapped
    assert deploy(aws, hosting_app(tmp_path / "1", "Hosted", min_invocations=2000)) == []
    endpoint = physical_ids(aws, "Hosted")["AWS::SageMaker::Endpoint"]
    name = endpoint.rpartition("/")[2]
    variant, container = serving(aws, "Hosted")
    winner = variant["InstanceType"]
    assert container == {"ModelPackageName": MODEL_PACKAGE_ARN, "Environment": {"OMP_NUM_THREADS": THREADS[winner]}}
    before = recommended(aws, "Hosted")
    assert scaled(aws, name) == before

    # Another instance type: UpdateEndpoint would be refused while the variant is registered.
    excluded = Constraints(excluded_instance_families=[winner.split(".")[1]])
    assert deploy(aws, hosting_app(tmp_path / "2", "Hosted", constraints=excluded, min_invocations=2000)) == []
    variant, container = serving(aws, "Hosted")
    [other] = THREADS.keys() - {winner}
    assert variant["InstanceType"] == other
    assert container["Environment"] == {"OMP_NUM_THREADS": THREADS[other]}
    assert physical_ids(aws, "Hosted")["AWS::SageMaker::Endpoint"] == endpoint, "the same endpoint continues to serve"
    assert models(aws, "Hosted") == [variant["ModelName"]], "cleanup has deleted the old model"
    after = recommended(aws, "Hosted")
    assert scaled(aws, name) == after != before
    within = min(max(variant["InitialInstanceCount"], after.min_capacity), after.max_capacity)
    assert instances(aws, name) == within, "a number of instances of the other type says nothing"

    fault = {"fault": "fail-resource", "resource": logical_id(aws, "Hosted", "AWS::SageMaker::Endpoint")}
    aws.admin("faults", fault | {"operation": "update"})
    assert deploy(aws, hosting_app(tmp_path / "3", "Hosted", min_invocations=2000)) != []
    assert was_brought_back(aws, "Hosted")
    assert scaled(aws, name) == after, "the rollback has brought the old registration back"
    assert serving(aws, "Hosted") == (variant, container)

    gated = hosting_app(
        tmp_path / "4", "Hosted", constraints=Constraints(max_cost_per_hour=0.001), min_invocations=2000
    )
    reasons = deploy(aws, gated)
    [reason, *_] = [reason for reason in reasons if "No RealTime recommendation meets" in reason]
    assert "(MaxCostPerHour 0.001)" in reason
    for instance_type in THREADS:
        assert f"x {instance_type}: CostPerHour " in reason
    assert serving(aws, "Hosted") == (variant, container), "the old endpoint still serves"
    assert scaled(aws, name) == after, "and is scaled as before"
    assert jobs(aws, "Hosted") == 1, "no choice runs a job"

    destroy(aws, gated)
    assert models(aws, "Hosted") == []
    assert scaled(aws, name) is None


def test_a_deployment_doesnt_shrink_an_endpoint_that_was_scaled_out(bootstrapped: LocalAws, tmp_path: Path) -> None:
    aws = bootstrapped
    assert deploy(aws, hosting_app(tmp_path / "1", "ScaledOut", most_instances=6)) == []
    name = physical_ids(aws, "ScaledOut")["AWS::SageMaker::Endpoint"].rpartition("/")[2]
    before = scaled(aws, name)
    scale_out(aws, name, 4)

    keyed = hosting_app(tmp_path / "2", "ScaledOut", most_instances=6, volume_key_alias="alias/aws/sagemaker")
    assert deploy(aws, keyed) == []
    assert instances(aws, name) == 4
    assert scaled(aws, name) == before is not None

    # Another instance type, no longer scaled, and so as many instances as are recommended.
    variant, _ = serving(aws, "ScaledOut")
    excluded = Constraints(excluded_instance_families=[variant["InstanceType"].split(".")[1]])
    moved = hosting_app(tmp_path / "3", "ScaledOut", constraints=excluded)
    assert deploy(aws, moved) == []
    variant, _ = serving(aws, "ScaledOut")
    assert instances(aws, name) == variant["InitialInstanceCount"] != 4
    assert scaled(aws, name) is None
    destroy(aws, moved)
