"""A stack with an endpoint: what the handler calls, and CloudFormation's part of it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.endpoint import instance_count, preparation
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from inference_recommendations_handler.protocol.response import Response

ENDPOINT = "endpoint/Bert-1/variant/AllTraffic"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:machine"


def refusal(code: str, message: str = "not now") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")


@dataclass(kw_only=True)
class AutoScaling:
    """Fake of Application Auto Scaling, with the service's error messages."""

    targets: dict[str, tuple[int, int]] = field(default_factory=dict)
    policies: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    refusals: list[ClientError] = field(default_factory=list)
    """Errors of the next registrations."""
    unseen: int = 0
    """Number of policies that are rejected before a new registration is visible."""
    deregistered: int = 0

    def describe_scalable_targets(self, *, ResourceIds: list[str], **_: str) -> dict[str, Any]:  # noqa: N803 -- the API's
        return {"ScalableTargets": [{"ResourceId": name} for name in ResourceIds if name in self.targets]}

    def register_scalable_target(self, *, ResourceId: str, MinCapacity: int, MaxCapacity: int, **_: str) -> None:  # noqa: N803 -- the API's names
        if self.refusals:
            raise self.refusals.pop(0)
        self.targets[ResourceId] = (MinCapacity, MaxCapacity)

    def deregister_scalable_target(self, *, ResourceId: str, **_: str) -> None:  # noqa: N803 -- the API's name
        self._require(ResourceId)
        self.deregistered += 1
        del self.targets[ResourceId]
        self.policies = {key: policy for key, policy in self.policies.items() if key[0] != ResourceId}

    def put_scaling_policy(self, *, ResourceId: str, PolicyName: str, **policy: Any) -> None:  # noqa: N803 -- the API's names
        if self.unseen:
            self.unseen -= 1
            raise refusal("ObjectNotFoundException", "No scalable target found for service namespace: sagemaker")
        self._require(ResourceId)
        assert policy["PolicyType"] == "TargetTrackingScaling"
        self.policies[ResourceId, PolicyName] = policy["TargetTrackingScalingPolicyConfiguration"]

    def delete_scaling_policy(self, *, ResourceId: str, PolicyName: str, **_: str) -> None:  # noqa: N803 -- the API's names
        del self.policies[ResourceId, PolicyName]

    def get_paginator(self, operation: str) -> Any:
        assert operation == "describe_scaling_policies"
        return SimpleNamespace(
            paginate=lambda **request: [
                {"ScalingPolicies": [{"PolicyName": key[1]}]}
                for key in self.policies
                if key[0] == request["ResourceId"]
            ]
        )

    def _require(self, resource_id: str) -> None:
        if resource_id not in self.targets:
            raise refusal("ObjectNotFoundException", f"No scalable target found for resource ID: {resource_id}")


@dataclass(kw_only=True)
class SageMaker:
    """Fake of SageMaker with at most one endpoint."""

    instance_type: str | None = "ml.c5.xlarge"
    status: str = "InService"
    variant_name: str = "AllTraffic"
    has_configuration: bool = True
    configuration_name: str = "configuration"
    count: int = 1
    """Desired instance count."""
    weight: float = 1
    refusals: list[ClientError] = field(default_factory=list)
    """Errors of the next changes of the instance count."""
    failure_reason: str | None = None
    """Failure reason of a change that is accepted and then fails."""

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:  # noqa: N803 -- the API's name
        if EndpointName != "Bert-1" or self.instance_type is None:
            raise refusal("ValidationException", f'Could not find endpoint "{EndpointName}".')
        variant = {"VariantName": self.variant_name, "DesiredWeight": self.weight}
        return {
            "EndpointStatus": self.status,
            "EndpointConfigName": self.configuration_name,
            "ProductionVariants": [variant | ({"DesiredInstanceCount": self.count} if self.count else {})],
            **({"FailureReason": self.failure_reason} if self.failure_reason else {}),
        }

    def update_endpoint_weights_and_capacities(
        self,
        *,
        EndpointName: str,  # noqa: N803 -- the API's name
        DesiredWeightsAndCapacities: list[dict[str, Any]],  # noqa: N803 -- the API's name
    ) -> None:
        assert EndpointName == "Bert-1"
        if self.refusals:
            raise self.refusals.pop(0)
        if self.status != "InService":
            raise refusal("ValidationException", 'Cannot update in-progress endpoint "Bert-1".')
        [change] = DesiredWeightsAndCapacities
        assert change.keys() == {"VariantName", "DesiredInstanceCount"}
        assert change["VariantName"] == self.variant_name
        if self.failure_reason is None:
            self.count = change["DesiredInstanceCount"]
        self.status = "Updating"

    def describe_endpoint_config(self, **_: str) -> dict[str, Any]:
        if not self.has_configuration:
            raise refusal("ValidationException", 'Could not find endpoint configuration "configuration".')
        return {"ProductionVariants": [{"VariantName": self.variant_name, "InstanceType": self.instance_type}]}


@dataclass(kw_only=True)
class CloudFormation:
    """Fake of CloudFormation."""

    status: str = "UPDATE_IN_PROGRESS"
    target_id: str | None = ENDPOINT
    """Physical id of the instance count, or None without one."""
    resource_status: str = "UPDATE_IN_PROGRESS"

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        if self.status == "GONE":
            raise refusal("ValidationError", "Stack with id arn:stack does not exist")
        return {"Stacks": [{"StackStatus": self.status}]}

    def describe_stack_resource(self, *, LogicalResourceId: str, **_: str) -> dict[str, Any]:  # noqa: N803 -- the API's name
        if LogicalResourceId == "InstanceCount" and self.target_id is None:
            raise refusal("ValidationError", "Resource Target does not exist for stack arn:stack")
        physical_id = self.target_id if LogicalResourceId == "InstanceCount" else LogicalResourceId
        return {"StackResourceDetail": {"PhysicalResourceId": physical_id, "ResourceStatus": self.resource_status}}


@dataclass(kw_only=True)
class StepFunctions:
    """States of executions by name."""

    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)

    def start_execution(self, *, name: str, input: str, **_: str) -> None:  # noqa: A002 -- the API's name
        if name in self.executions:
            raise refusal("ExecutionAlreadyExists")
        self.executions[name] = json.loads(input)

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 -- the API's name
        name = executionArn.rpartition(":")[2]
        status = "ABORTED" if name in self.stopped else "RUNNING"
        return {"status": status, "input": json.dumps(self.executions[name])}

    def stop_execution(self, *, executionArn: str) -> None:  # noqa: N803 -- the API's name
        self.stopped.append(executionArn.rpartition(":")[2])

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_executions"
        running = [{"name": name} for name in self.executions if name not in self.stopped]
        return SimpleNamespace(paginate=lambda **_: [{"executions": running}])


@dataclass(kw_only=True)
class HostingStack:
    """Stack that sends CloudFormation's events to the two resources around the endpoint."""

    autoscaling: AutoScaling = field(default_factory=AutoScaling)
    sagemaker: SageMaker = field(default_factory=SageMaker)
    cloudformation: CloudFormation = field(default_factory=CloudFormation)
    stepfunctions: StepFunctions = field(default_factory=StepFunctions)
    sent: list[Response] = field(default_factory=list)
    """Responses of executions."""
    requests: int = 0

    @property
    def invocation(self) -> Invocation:
        services = {
            "application-autoscaling": self.autoscaling,
            "sagemaker": self.sagemaker,
            "cloudformation": self.cloudformation,
            "stepfunctions": self.stepfunctions,
        }
        return Invocation(clients=Clients(services.__getitem__), log_stream="stream")

    def event(
        self,
        logical_id: str,
        request: str,
        properties: dict[str, Any],
        *,
        old: dict[str, Any] | None = None,
        physical_id: str | None = None,
        age: float = 0,
    ) -> CustomResourceEvent:
        self.requests += 1
        raw = {
            "RequestType": request,
            "RequestId": f"request-{self.requests}",
            "ResponseURL": RESPONSE_URL,
            "StackId": "arn:stack",
            "ResourceType": "Custom::EndpointInstanceCount",
            "LogicalResourceId": logical_id,
            "ResourceProperties": properties,
            "OldResourceProperties": old or {},
        }
        return CustomResourceEvent.parse(
            raw | ({"PhysicalResourceId": physical_id} if physical_id else {}), now=time.time() - age
        )

    def prepare(self, new: dict[str, Any], old: dict[str, Any], *, age: float = 0) -> Response | None:
        """An Update of the preparation; a rollback's has the properties the other way round."""
        event = self.event("Preparation", "Update", new, old=old, physical_id="Preparation", age=age)
        return preparation.on_event(event, self.invocation)

    def register(
        self, properties: dict[str, Any], *, request: str = "Update", physical_id: str | None = ENDPOINT
    ) -> Response:
        """An event of the instance count that changes nothing but how the endpoint is scaled."""
        old = properties if request == "Update" else None
        response = self.count(properties, old, request=request, physical_id=physical_id)
        assert response is not None
        return response

    def count(
        self,
        new: dict[str, Any],
        old: dict[str, Any] | None,
        *,
        request: str = "Update",
        physical_id: str | None = ENDPOINT,
    ) -> Response | None:
        """An event of the instance count; a rollback's has the properties the other way round."""
        own_id = None if request == "Create" else physical_id
        event = self.event("InstanceCount", request, new, old=old, physical_id=own_id)
        response = instance_count.on_event(event, self.invocation)
        if response is not None and response.succeeded and request != "Delete":
            self.cloudformation.target_id = response.physical_resource_id
        return response

    def step(self, *, later: float = 30) -> bool:
        """Call the newest execution. Return whether it ends."""
        name = [*self.stepfunctions.executions][-1]
        document, now = self.stepfunctions.executions[name], time.time() + later
        module: Any = {"endpoint-preparation": preparation, "endpoint-instance-count": instance_count}[document["task"]]
        state = module.step(module.State.parse(document, now=now), self.invocation, now=now)
        self.stepfunctions.executions[name] = state.render()
        return bool(state.done)

    @property
    def bounds(self) -> tuple[int, int] | None:
        """Return the bounds of the variant's registration."""
        return self.autoscaling.targets.get(ENDPOINT)


def unscaled(instance_type: str, *, count: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the properties of both resources for an endpoint without autoscaling."""
    return {
        "EndpointName": "Bert-1",
        "InstanceCountLogicalId": "InstanceCount",
        "StateMachineArn": MACHINE,
        "VariantName": "AllTraffic",
        "InstanceType": instance_type,
        "InitialInstanceCount": str(count),
    } | changes


def properties(instance_type: str, *, most: int = 4, **changes: Any) -> dict[str, Any]:
    """Return the properties of both resources for an endpoint with autoscaling."""
    return (
        unscaled(instance_type)
        | {
            "MinCapacity": "1",
            "MaxCapacity": str(most),
            "TargetValue": "300",
            "DisableScaleIn": "false",
        }
        | changes
    )


SMALL = properties("ml.c5.xlarge", most=4)
LARGE = properties("ml.g4dn.xlarge", most=2)


def scaled_stack() -> HostingStack:
    """An endpoint on the small type, registered with its numbers."""
    stack = HostingStack()
    assert stack.register(SMALL, request="Create").succeeded
    return stack
