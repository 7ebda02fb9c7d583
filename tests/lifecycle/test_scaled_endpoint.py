"""The handler around an endpoint, with an engine that updates, cancels, and rolls back like CloudFormation."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from inference_recommender_sandbox.sagemaker.endpoint_backend import EndpointBackend
from inference_recommender_sandbox.server import start
from tests.sandbox.conftest import DEADLINE_SECONDS, SPEED, Account

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDLER = Path(__file__).resolve().parents[2] / "lambda"
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OUTPUTS = {"Name": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}}
SMALL, LARGE = ("ml.c5.large", 4), ("ml.g4dn.xlarge", 2)
"""Instance type and maximum instance count."""
TIMEOUT = {"ServiceTimeout": "3540"}


def handler_zip() -> bytes:
    """Code of the function as deployed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for source in HANDLER.rglob("*.py"):
            archive.write(source, source.relative_to(HANDLER))
    return packed.getvalue()


class Scaled:
    """Stacks with a scaled endpoint, like those of `RecommendedEndpoint`."""

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
        self.model_role_arn = account.role("sagemaker.amazonaws.com")

    def resources(
        self, instance_type: str, most: int | None, *, count: int = 1, key: str | None = None, **others: Any
    ) -> dict[str, Any]:
        """Return resources with this recommendation and volume key, without autoscaling if `most` is None."""
        variant = {
            "VariantName": "v",
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "InstanceType": instance_type,
            "InitialInstanceCount": count,
            "InitialVariantWeight": 1,
        }
        image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.3-cpu"
        model = {"ExecutionRoleArn": self.model_role_arn, "PrimaryContainer": {"Image": image}}
        config_name = {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}
        common = TIMEOUT | {
            "ServiceToken": self.function,
            "StateMachineArn": self.machine_arn,
            "EndpointConfigName": config_name,
            "VariantName": "v",
            "InstanceType": instance_type,
            "InitialInstanceCount": count,
            **({} if most is None else {"MinCapacity": 1, "MaxCapacity": most, "TargetValue": 100 * most}),
        }
        return {
            "Model": {"Type": "AWS::SageMaker::Model", "Properties": model},
            "Configuration": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"ProductionVariants": [variant], **({"KmsKeyId": key} if key else {})},
            },
            "Preparation": {
                "Type": "Custom::EndpointPreparation",
                "Properties": common | {"InstanceCountLogicalId": "Count"},
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "DependsOn": "Preparation",
                "Properties": {"EndpointConfigName": config_name, "RetainAllVariantProperties": True},
            },
            "Count": {
                "Type": "Custom::EndpointInstanceCount",
                "Properties": common | {"EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}},
            },
            **others,
        }

    def deploy(
        self, size: tuple[str, int | None], *, stack_id: str | None = None, wait: bool = True, **others: Any
    ) -> str:
        return self.account.deploy(self.resources(*size, **others), name=stack_id, outputs=OUTPUTS, wait=wait)

    def now(self, stack_id: str) -> tuple[Any, str]:
        """Return maximum capacity and target of the registration, and the endpoint's instance type."""
        name = self.account.outputs(stack_id)["Name"]
        sagemaker = self.account.client("sagemaker")
        configuration = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
        [variant] = sagemaker.describe_endpoint_config(EndpointConfigName=configuration)["ProductionVariants"]
        return self.registered(name), variant["InstanceType"]

    def at_run_time(self, stack_id: str) -> tuple[int, float]:
        """Return instance count and weight of the variant of an endpoint in service."""
        described = self.describe(stack_id)
        assert described["EndpointStatus"] == "InService"
        [variant] = described["ProductionVariants"]
        assert variant["CurrentInstanceCount"] == variant["DesiredInstanceCount"]
        return variant["DesiredInstanceCount"], variant["DesiredWeight"]

    def set_at_run_time(self, stack_id: str, count: int, weight: float) -> None:
        """Change the instance count, as autoscaling or a user does."""
        change = {"VariantName": "v", "DesiredInstanceCount": count, "DesiredWeight": weight}
        self.account.client("sagemaker").update_endpoint_weights_and_capacities(
            EndpointName=self.account.outputs(stack_id)["Name"], DesiredWeightsAndCapacities=[change]
        )
        self.account.until(lambda: self.describe(stack_id)["EndpointStatus"] == "InService")

    def describe(self, stack_id: str) -> Any:
        name = self.account.outputs(stack_id)["Name"]
        return self.account.client("sagemaker").describe_endpoint(EndpointName=name)

    def registered(self, name: str) -> tuple[int | None, float | None] | None:
        """Return maximum capacity and target: either may be missing while the handler registers or deregisters."""
        resource_id = f"endpoint/{name}/variant/v"
        client = self.account.client("application-autoscaling")
        found = client.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[resource_id])
        policies = client.describe_scaling_policies(ServiceNamespace="sagemaker", ResourceId=resource_id)
        capacities = [target["MaxCapacity"] for target in found["ScalableTargets"]]
        targets = [
            policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for policy in policies["ScalingPolicies"]
        ]
        if not capacities and not targets:
            return None
        assert len(capacities) <= 1
        assert len(targets) <= 1
        return next(iter(capacities), None), next(iter(targets), None)

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


@pytest.mark.parametrize("failing", ["Endpoint", "Count"])
def test_what_fails_is_registered_as_before(scaled: Scaled, stack_id: str, failing: str) -> None:
    scaled.account.order({"fault": "fail-resource", "resource": failing, "operation": "update"})
    scaled.deploy(LARGE, stack_id=stack_id)
    assert scaled.account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert scaled.now(stack_id) == ON_SMALL


def test_a_cancelled_update_that_never_reached_the_count_is_registered_as_before(scaled: Scaled, stack_id: str) -> None:
    with scaled.account.sandbox.clock.busy():
        scaled.deploy(LARGE, stack_id=stack_id, wait=False)
        scaled.until_event(stack_id, "Endpoint", "UPDATE_IN_PROGRESS")
        scaled.account.client("cloudformation").cancel_update_stack(StackName=stack_id)
    assert scaled.account.wait(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert ("Count", "UPDATE_IN_PROGRESS") not in scaled.account.events(stack_id)
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
        scaled.until_event(stack_id, "Preparation", "UPDATE_IN_PROGRESS")
        scaled.account.until(lambda: scaled.registered(name) is None)
    assert scaled.account.wait(stack_id) == "UPDATE_COMPLETE"
    assert scaled.now(stack_id) == ON_LARGE


def test_numbers_alone_move_nothing(scaled: Scaled, stack_id: str) -> None:
    scaled.deploy((SMALL[0], 9), stack_id=stack_id)
    assert scaled.now(stack_id) == ((9, 900), "ml.c5.large")
    assert ("Endpoint", "UPDATE_IN_PROGRESS") not in scaled.account.events(stack_id)


def test_without_scaling_the_endpoint_stays_and_is_scaled_no_more(scaled: Scaled, stack_id: str) -> None:
    scaled.deploy((SMALL[0], None), stack_id=stack_id)
    assert scaled.account.status(stack_id) == "UPDATE_COMPLETE"
    assert scaled.now(stack_id) == (None, "ml.c5.large")


@pytest.mark.parametrize("failing", [None, "Endpoint", "Count"])
def test_scaling_can_go_together_with_the_instance_type_and_come_back(
    scaled: Scaled, stack_id: str, failing: str | None
) -> None:
    if failing:
        scaled.account.order({"fault": "fail-resource", "resource": failing, "operation": "update"})
    scaled.deploy((LARGE[0], None), stack_id=stack_id)
    assert scaled.account.status(stack_id) == ("UPDATE_ROLLBACK_COMPLETE" if failing else "UPDATE_COMPLETE")
    assert scaled.now(stack_id) == (ON_SMALL if failing else (None, "ml.g4dn.xlarge"))


@pytest.mark.parametrize("failing", [None, "Endpoint", "Count"])
def test_scaling_is_added_to_an_endpoint_that_runs_already(scaled: Scaled, failing: str | None) -> None:
    made = scaled.deploy((SMALL[0], None))
    if failing:
        scaled.account.order({"fault": "fail-resource", "resource": failing, "operation": "update"})
    scaled.deploy(LARGE, stack_id=made)
    assert scaled.account.status(made) == ("UPDATE_ROLLBACK_COMPLETE" if failing else "UPDATE_COMPLETE")
    assert scaled.now(made) == ((None, "ml.c5.large") if failing else ON_LARGE)
    assert scaled.account.delete(made) == "DELETE_COMPLETE"


# --- What was set at run time ---

AT_RUN_TIME = (3, 0.5)


@pytest.fixture(params=[4, None], ids=["scaled", "unscaled"])
def most(request: pytest.FixtureRequest) -> int | None:
    found: int | None = request.param
    return found


@pytest.fixture
def running(scaled: Scaled, most: int | None) -> Iterator[str]:
    """A stack whose endpoint has another instance count and weight than deployed."""
    made = scaled.deploy((SMALL[0], most))
    scaled.set_at_run_time(made, *AT_RUN_TIME)
    yield made
    scaled.account.order({"fault": "clear"})
    assert scaled.account.delete(made) == "DELETE_COMPLETE"


def test_another_configuration_of_the_same_type_keeps_it(scaled: Scaled, running: str, most: int | None) -> None:
    scaled.deploy((SMALL[0], most), stack_id=running, key="alias/volumes")
    assert scaled.account.status(running) == "UPDATE_COMPLETE"
    assert ("Endpoint", "UPDATE_IN_PROGRESS") in scaled.account.events(running)
    assert scaled.at_run_time(running) == AT_RUN_TIME


def test_another_recommended_number_is_followed_unless_scaled(scaled: Scaled, running: str, most: int | None) -> None:
    scaled.deploy((SMALL[0], most), stack_id=running, count=2)
    assert scaled.account.status(running) == "UPDATE_COMPLETE"
    assert scaled.at_run_time(running) == (2 if most is None else 3, 0.5)


def test_another_type_starts_with_the_recommended_number(scaled: Scaled, running: str, most: int | None) -> None:
    scaled.deploy((LARGE[0], most), stack_id=running, count=2)
    assert scaled.account.status(running) == "UPDATE_COMPLETE"
    assert scaled.now(running)[1] == LARGE[0]
    assert scaled.at_run_time(running) == (2, 0.5)


@pytest.mark.parametrize("size", [SMALL[0], LARGE[0]])
def test_an_update_that_fails_before_or_at_the_endpoint_keeps_it(
    scaled: Scaled, running: str, most: int | None, size: str
) -> None:
    before = scaled.now(running)
    scaled.account.order({"fault": "fail-resource", "resource": "Endpoint", "operation": "update"})
    scaled.deploy((size, most), stack_id=running, count=2, key="alias/volumes")
    assert scaled.account.status(running) == "UPDATE_ROLLBACK_COMPLETE"
    assert scaled.now(running) == before
    assert scaled.at_run_time(running) == AT_RUN_TIME


def later(scaled: Scaled, *, after: str) -> dict[str, Any]:
    """A resource whose creation fails after another one is created."""
    properties = {"ServiceToken": scaled.function}
    return {"Later": {"Type": "Custom::Unknown", "DependsOn": after, "Properties": properties}}


def test_an_update_that_fails_after_the_endpoint_keeps_it(scaled: Scaled, running: str, most: int | None) -> None:
    before = scaled.now(running)
    with scaled.account.sandbox.clock.busy():
        scaled.deploy((LARGE[0], most), stack_id=running, count=2, wait=False)
        scaled.until_event(running, "Endpoint", "UPDATE_IN_PROGRESS")
        scaled.account.client("cloudformation").cancel_update_stack(StackName=running)
    assert scaled.account.wait(running) == "UPDATE_ROLLBACK_COMPLETE"
    assert ("Count", "UPDATE_IN_PROGRESS") not in scaled.account.events(running)
    scaled.account.until(lambda: scaled.now(running) == before)
    assert scaled.at_run_time(running) == AT_RUN_TIME


def test_a_rollback_sets_the_old_recommended_number_where_the_new_one_was_set(
    scaled: Scaled, running: str, most: int | None
) -> None:
    before = scaled.now(running)
    scaled.deploy((LARGE[0], most), stack_id=running, count=2, **later(scaled, after="Count"))
    assert scaled.account.status(running) == "UPDATE_ROLLBACK_COMPLETE"
    assert scaled.now(running) == before
    assert scaled.at_run_time(running) == (1, 0.5)


def test_an_update_that_is_cancelled_while_the_number_changes_rolls_back(
    scaled: Scaled, running: str, most: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = scaled.now(running)
    clock, changes = scaled.account.sandbox.clock, threading.Event()
    change = EndpointBackend.update_endpoint_weights_and_capacities

    def change_slowly(*arguments: Any, **named: Any) -> str:
        # In real time until the update is cancelled: a poll would come too late.
        clock.speed = 1
        arn = change(*arguments, **named)
        changes.set()
        return arn

    monkeypatch.setattr(EndpointBackend, "update_endpoint_weights_and_capacities", change_slowly)
    scaled.deploy((LARGE[0], most), stack_id=running, count=2, wait=False)
    assert changes.wait(DEADLINE_SECONDS)
    monkeypatch.undo()
    assert ("Count", "UPDATE_IN_PROGRESS") in scaled.account.events(running)
    scaled.account.client("cloudformation").cancel_update_stack(StackName=running)
    clock.speed = SPEED
    assert scaled.account.wait(running) == "UPDATE_ROLLBACK_COMPLETE"
    assert scaled.now(running) == before
    assert scaled.at_run_time(running) == (1, 0.5)


def test_an_endpoint_that_is_being_scaled_is_waited_for(scaled: Scaled, running: str, most: int | None) -> None:
    name = scaled.account.outputs(running)["Name"]
    with scaled.account.sandbox.clock.busy():
        change: Any = [{"VariantName": "v", "DesiredInstanceCount": 4}]
        scaled.account.client("sagemaker").update_endpoint_weights_and_capacities(
            EndpointName=name, DesiredWeightsAndCapacities=change
        )
        scaled.deploy((SMALL[0], most), stack_id=running, key="alias/volumes", wait=False)
        scaled.until_event(running, "Preparation", "UPDATE_IN_PROGRESS")
    assert scaled.account.wait(running) == "UPDATE_COMPLETE"
    assert scaled.at_run_time(running) == (4, 0.5)


def test_an_endpoint_of_another_name_starts_as_recommended(scaled: Scaled, running: str, most: int | None) -> None:
    resources = scaled.resources(LARGE[0], most, count=2)
    name = scaled.account.name()
    resources["Endpoint"]["Properties"]["EndpointName"] = name
    scaled.account.deploy(resources, name=running, outputs=OUTPUTS)
    assert scaled.account.status(running) == "UPDATE_COMPLETE"
    assert scaled.account.outputs(running)["Name"] == name
    assert scaled.at_run_time(running) == (2, 1)
    registered = scaled.registered(name)
    assert (registered is not None and None not in registered) is (most is not None)


def test_a_replacement_that_is_rolled_back_leaves_the_old_endpoint_as_it_was(
    scaled: Scaled, running: str, most: int | None
) -> None:
    before = scaled.now(running)
    resources = scaled.resources(SMALL[0], most, count=2, **later(scaled, after="Count"))
    resources["Endpoint"]["Properties"]["EndpointName"] = scaled.account.name()
    scaled.account.deploy(resources, name=running, outputs=OUTPUTS)
    assert scaled.account.status(running) == "UPDATE_ROLLBACK_COMPLETE"
    assert scaled.now(running) == before
    assert scaled.at_run_time(running) == AT_RUN_TIME
