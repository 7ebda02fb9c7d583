"""The handler's own code around an endpoint, under an engine that updates, cancels and rolls back as CloudFormation."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from inference_recommender_sandbox.server import start
from tests.sandbox.conftest import SPEED, Account

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDLER = Path(__file__).resolve().parents[2] / "lambda"
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OUTPUTS = {"Name": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}}
SMALL, LARGE = ("ml.c5.large", 4), ("ml.g4dn.xlarge", 2)
"""Instance type, and the greatest number of them."""


def handler_zip() -> bytes:
    """The function's code, as it is deployed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for source in HANDLER.rglob("*.py"):
            archive.write(source, source.relative_to(HANDLER))
    return packed.getvalue()


class Scaled:
    """Stacks with a scaled endpoint, as `RecommendedEndpoint` writes them."""

    def __init__(self, account: Account) -> None:
        self.account = account
        account.client("s3").create_bucket(Bucket="assets")
        account.client("s3").put_object(Bucket="assets", Key="handler.zip", Body=handler_zip())
        self.function = account.function(
            Code={"S3Bucket": "assets", "S3Key": "handler.zip"},
            Handler="inference_recommendations_handler.handler.on_event",
            Role=account.role("lambda.amazonaws.com", ANYTHING),
            Timeout=60,
        )
        task = {"Type": "Task", "Resource": self.function, "Next": "Done?"}
        states = {
            "Wait": {"Type": "Wait", "SecondsPath": "$.waitSeconds", "Next": "Poll"},
            "Poll": task,
            "Done?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.done", "BooleanEquals": True, "Next": "Succeed"}],
                "Default": "Wait",
            },
            "Succeed": {"Type": "Succeed"},
        }
        machine = account.client("stepfunctions").create_state_machine(
            name=account.name(),
            definition=json.dumps({"StartAt": "Wait", "States": states}),
            roleArn=account.role("states.amazonaws.com", ANYTHING),
        )
        self.machine_arn: str = machine["stateMachineArn"]

    def resources(self, instance_type: str, most: int, **others: Any) -> dict[str, Any]:
        variant = {
            "VariantName": "v",
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "InstanceType": instance_type,
            "InitialInstanceCount": 1,
            "InitialVariantWeight": 1,
        }
        image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/i:1"
        model = {"ExecutionRoleArn": "arn:aws:iam::123456789012:role/model", "PrimaryContainer": {"Image": image}}
        config_name = {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}
        scaling = {
            "ServiceToken": self.function,
            "VariantName": "v",
            "InstanceType": instance_type,
            "MinCapacity": 1,
            "MaxCapacity": most,
            "TargetValue": 100 * most,
        }
        before = {"ScalableTargetLogicalId": "Target", "StateMachineArn": self.machine_arn}
        after = {"EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}, "EndpointConfigName": config_name}
        return {
            "Model": {"Type": "AWS::SageMaker::Model", "Properties": model},
            "Configuration": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"ProductionVariants": [variant]},
            },
            "Pause": {
                "Type": "Custom::ScalableTargetPause",
                "DependsOn": "Configuration",
                "Properties": scaling | before,
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "DependsOn": "Pause",
                "Properties": {"EndpointConfigName": config_name},
            },
            "Target": {"Type": "Custom::ScalableTarget", "Properties": scaling | after},
            **others,
        }

    def deploy(self, size: tuple[str, int], *, stack_id: str | None = None, wait: bool = True, **others: Any) -> str:
        return self.account.deploy(self.resources(*size, **others), name=stack_id, outputs=OUTPUTS, wait=wait)

    def now(self, stack_id: str) -> tuple[Any, str]:
        """Greatest number and target of the registration, and what the endpoint runs on."""
        name = self.account.outputs(stack_id)["Name"]
        sagemaker = self.account.client("sagemaker")
        configuration = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
        [variant] = sagemaker.describe_endpoint_config(EndpointConfigName=configuration)["ProductionVariants"]
        return self.registered(name), variant["InstanceType"]

    def registered(self, name: str) -> Any:
        resource_id = f"endpoint/{name}/variant/v"
        client = self.account.client("application-autoscaling")
        found = client.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[resource_id])
        policies = client.describe_scaling_policies(ServiceNamespace="sagemaker", ResourceId=resource_id)
        if not found["ScalableTargets"]:
            assert not policies["ScalingPolicies"]
            return None
        [policy] = policies["ScalingPolicies"]
        tracking = policy["TargetTrackingScalingPolicyConfiguration"]
        return found["ScalableTargets"][0]["MaxCapacity"], tracking["TargetValue"]

    def is_registered(self, name: str) -> bool:
        found = self.account.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="sagemaker", ResourceIds=[f"endpoint/{name}/variant/v"]
        )
        return bool(found["ScalableTargets"])

    def until_event(self, stack_id: str, logical_id: str, status: str) -> None:
        self.account.until(lambda: (logical_id, status) in self.account.events(stack_id))


ON_SMALL = ((4, 400), "ml.c5.large")
ON_LARGE = ((2, 200), "ml.g4dn.xlarge")


@pytest.fixture(scope="module")
def scaled() -> Iterator[Scaled]:
    sandbox = start(speed=SPEED)
    yield Scaled(Account(sandbox=sandbox))
    sandbox.stop()


@pytest.fixture
def stack_id(scaled: Scaled) -> Iterator[str]:
    made = scaled.deploy(SMALL)
    assert scaled.now(made) == ON_SMALL
    name = scaled.account.outputs(made)["Name"]
    yield made
    scaled.account.order({"fault": "clear"})
    assert scaled.account.delete(made) == "DELETE_COMPLETE"
    assert scaled.registered(name) is None


def test_the_endpoint_moves_and_is_registered_again(scaled: Scaled, stack_id: str) -> None:
    scaled.account.order({"fault": "repeat-delivery", "count": 9})
    scaled.deploy(LARGE, stack_id=stack_id)
    assert scaled.account.status(stack_id) == "UPDATE_COMPLETE"
    assert scaled.now(stack_id) == ON_LARGE


@pytest.mark.parametrize("failing", ["Endpoint", "Target"])
def test_what_fails_is_registered_as_before(scaled: Scaled, stack_id: str, failing: str) -> None:
    scaled.account.order({"fault": "fail-resource", "resource": failing, "operation": "update"})
    scaled.deploy(LARGE, stack_id=stack_id)
    assert scaled.account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert scaled.now(stack_id) == ON_SMALL


def test_a_cancelled_update_that_never_reached_the_target_is_registered_as_before(
    scaled: Scaled, stack_id: str
) -> None:
    with scaled.account.sandbox.clock.busy():
        scaled.deploy(LARGE, stack_id=stack_id, wait=False)
        scaled.until_event(stack_id, "Endpoint", "UPDATE_IN_PROGRESS")
        scaled.account.client("cloudformation").cancel_update_stack(StackName=stack_id)
    assert scaled.account.wait(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert ("Target", "UPDATE_IN_PROGRESS") not in scaled.account.events(stack_id)
    scaled.account.until(lambda: scaled.now(stack_id) == ON_SMALL)


def test_a_change_of_the_number_of_instances_delays_the_update_and_doesnt_fail_it(
    scaled: Scaled, stack_id: str
) -> None:
    name = scaled.account.outputs(stack_id)["Name"]
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/v",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    with scaled.account.sandbox.clock.busy():
        scaled.account.client("application-autoscaling").register_scalable_target(**target, MinCapacity=3)
        scaled.deploy(LARGE, stack_id=stack_id, wait=False)
        scaled.until_event(stack_id, "Pause", "UPDATE_IN_PROGRESS")
        scaled.account.until(lambda: not scaled.is_registered(name))
    assert scaled.account.wait(stack_id) == "UPDATE_COMPLETE"
    assert scaled.now(stack_id) == ON_LARGE


def test_numbers_alone_move_nothing(scaled: Scaled, stack_id: str) -> None:
    scaled.deploy((SMALL[0], 9), stack_id=stack_id)
    assert scaled.now(stack_id) == ((9, 900), "ml.c5.large")
    assert ("Endpoint", "UPDATE_IN_PROGRESS") not in scaled.account.events(stack_id)


def without_scaling(scaled: Scaled, size: tuple[str, int]) -> dict[str, Any]:
    kept = scaled.resources(*size)
    del kept["Pause"], kept["Target"], kept["Endpoint"]["DependsOn"]
    return kept


def test_without_scaling_the_endpoint_stays_and_is_scaled_no_more(scaled: Scaled, stack_id: str) -> None:
    scaled.account.deploy(without_scaling(scaled, SMALL), name=stack_id, outputs=OUTPUTS)
    assert scaled.account.status(stack_id) == "UPDATE_COMPLETE"
    assert scaled.now(stack_id) == (None, "ml.c5.large")


def test_scaling_cant_go_together_with_the_instance_type_and_nothing_is_lost(scaled: Scaled, stack_id: str) -> None:
    scaled.account.deploy(without_scaling(scaled, LARGE), name=stack_id, outputs=OUTPUTS)
    assert scaled.account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert "must be deregistered as scalable targets" in scaled.account.reason(stack_id, "Endpoint")
    assert scaled.now(stack_id) == ON_SMALL


def test_scaling_is_added_to_an_endpoint_that_runs_already(scaled: Scaled) -> None:
    made = scaled.account.deploy(without_scaling(scaled, SMALL), outputs=OUTPUTS)
    scaled.deploy(LARGE, stack_id=made)
    assert scaled.account.status(made) == "UPDATE_COMPLETE"
    assert scaled.now(made) == ON_LARGE
    assert scaled.account.delete(made) == "DELETE_COMPLETE"
