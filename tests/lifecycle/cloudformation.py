"""CloudFormation's side of the custom resource protocol, for one stack with one job."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .machine import MACHINE_ARN
from .world import Ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .world import Received, World

JOB, LEG, CHOICE = "Job", "JobWait", "JobRecommendation"
TYPES = {
    JOB: "Custom::InferenceRecommendationsJob",
    LEG: "Custom::InferenceRecommendationsJobWait",
    CHOICE: "Custom::InferenceRecommendation",
}
SERVICE_TIMEOUTS = {JOB: 1800.0, LEG: 3540.0, CHOICE: 300.0}
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/11111111-2222-3333-4444-555555555555"

Properties = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Template:
    """What the user wrote, as far as these tests change it."""

    package: str = "1"
    role: str = "job"
    rerun: str | None = None
    prefix: str = "shop-job"
    exact: bool = False
    tags: tuple[tuple[str, str], ...] = ()
    timeout: int = 3 * 3600
    legs: int = 4
    accept_stopped: bool = False
    objective: str = "CostPerInference"
    vpc: bool = False

    def job(self) -> Properties:
        package = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/{self.package}"
        source: Properties = {"ModelPackageVersionArn": package, "JobDurationInSeconds": "3600"}
        if self.vpc:
            source["VpcConfig"] = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
        role = f"arn:aws:iam::123456789012:role/{self.role}"
        properties: Properties = {
            "Request": {"JobType": "Default", "RoleArn": role, "InputConfig": source},
            "NamePrefix": self.prefix,
            "ExactJobName": "true" if self.exact else "false",
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags],
            "NameVersion": "1",
            "AcceptStopped": "true" if self.accept_stopped else "false",
            "TimeoutSeconds": str(self.timeout),
            "StateMachineArn": MACHINE_ARN,
            "BotocoreVersion": "1.44.5",
        }
        return properties | ({"Rerun": self.rerun} if self.rerun is not None else {})

    def leg(self, number: int, job_name: str) -> Properties:
        return {
            "JobName": job_name,
            "Leg": str(number),
            "Legs": str(self.legs),
            "HandOverAfterSeconds": "3300",
            "PollIntervalSeconds": "30",
            "AcceptStopped": "true" if self.accept_stopped else "false",
            "StateMachineArn": MACHINE_ARN,
        }

    def choice(self, job_name: str) -> Properties:
        return {
            "JobName": job_name,
            "EndpointType": "RealTime",
            "Objective": self.objective,
            "ChoiceVersion": "1",
        }


@dataclass
class Deployed:
    kind: str
    physical_id: str
    properties: Properties
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one deployment came to."""

    status: str
    """CloudFormation's stack status."""
    reason: str | None = None


class OperationFailedError(Exception):
    """A resource's answer was FAILED, or never came."""


class CancelledError(Exception):
    """The user cancelled while a resource was under way."""


@dataclass
class Stack:
    """Deploys, rolls back and deletes, one resource after the other."""

    world: World
    ids: Ids = field(default_factory=Ids)
    stack_id: str = STACK_ID
    resources: dict[str, Deployed] = field(default_factory=dict)
    events: list[tuple[Mapping[str, Any], Received | None]] = field(default_factory=list)

    @property
    def job_name(self) -> str:
        return self.resources[JOB].physical_id

    def deploy(self, template: Template, *, cancel_after: float | None = None, rollback: bool = True) -> Outcome:
        """Create or update everything; `cancel_after` seconds later the user cancels."""
        before = copy.deepcopy(self.resources)
        cancel_at = None if cancel_after is None else self.world.clock.now + cancel_after
        obsolete: list[tuple[str, Deployed]] = []
        try:
            self._apply(template, cancel_at=cancel_at, obsolete=obsolete)
        except (OperationFailedError, CancelledError) as problem:
            reason = str(problem)
            if not rollback:
                return Outcome(status="UPDATE_FAILED" if before else "CREATE_FAILED", reason=reason)
            return self._roll_back(before, reason)
        for logical_id, old in reversed(obsolete):
            self._delete(logical_id, old)
        return Outcome(status="UPDATE_COMPLETE" if before else "CREATE_COMPLETE")

    def delete(self) -> Outcome:
        """Delete the stack, and the function and the machine with it."""
        try:
            for logical_id in reversed(list(self.resources)):
                self._delete(logical_id, self.resources[logical_id])
                del self.resources[logical_id]
        except OperationFailedError as problem:
            return Outcome(status="DELETE_FAILED", reason=str(problem))
        return Outcome(status="DELETE_COMPLETE")

    def _apply(self, template: Template, *, cancel_at: float | None, obsolete: list[tuple[str, Deployed]]) -> None:
        self._put(JOB, JOB, template.job(), cancel_at=cancel_at, obsolete=obsolete)
        for number in range(1, template.legs + 1):
            leg = template.leg(number, self.job_name)
            self._put(f"{LEG}{number}", LEG, leg, cancel_at=cancel_at, obsolete=obsolete)
        self._put(CHOICE, CHOICE, template.choice(self.job_name), cancel_at=cancel_at, obsolete=obsolete)

    def _put(
        self,
        logical_id: str,
        kind: str,
        properties: Properties,
        *,
        cancel_at: float | None,
        obsolete: list[tuple[str, Deployed]],
    ) -> None:
        known = self.resources.get(logical_id)
        if known is not None and known.properties == properties:
            return
        if known is None:
            invented = f"shop-{logical_id}-1A2B3C4D5E6F7"
            self.resources[logical_id] = Deployed(kind=kind, physical_id=invented, properties=properties)
            answer = self._request("Create", logical_id, self.resources[logical_id], cancel_at=cancel_at, no_id=True)
            self.resources[logical_id].physical_id = str(answer["PhysicalResourceId"])
            self._check(logical_id, answer)
            self.resources[logical_id].data = answer.get("Data", {})
            return
        old = copy.deepcopy(known)
        known.properties = properties
        answer = self._request("Update", logical_id, known, old=old.properties, cancel_at=cancel_at)
        self._check(logical_id, answer)
        known.physical_id, known.data = str(answer["PhysicalResourceId"]), answer.get("Data", {})
        if known.physical_id != old.physical_id:
            obsolete.append((logical_id, old))

    def _roll_back(self, before: dict[str, Deployed], reason: str) -> Outcome:
        obsolete: list[tuple[str, Deployed]] = []
        try:
            for logical_id, old in before.items():
                new = self.resources[logical_id]
                if new.properties != old.properties:
                    # A reference is resolved anew in the rollback.
                    resolved = {"JobName": self.job_name} if "JobName" in old.properties else {}
                    properties = old.properties | resolved
                    self._put(logical_id, old.kind, properties, cancel_at=None, obsolete=obsolete)
            added = [logical_id for logical_id in self.resources if logical_id not in before]
            for logical_id, new in reversed([*((each, self.resources[each]) for each in added), *obsolete]):
                self._delete(logical_id, new)
                if logical_id in added:
                    del self.resources[logical_id]
        except OperationFailedError as problem:
            status = "UPDATE_ROLLBACK_FAILED" if before else "ROLLBACK_FAILED"
            return Outcome(status=status, reason=f"{problem} (after: {reason})")
        return Outcome(status="UPDATE_ROLLBACK_COMPLETE" if before else "ROLLBACK_COMPLETE", reason=reason)

    def _delete(self, logical_id: str, resource: Deployed) -> None:
        self._check(logical_id, self._request("Delete", logical_id, resource))

    def _request(
        self,
        request_type: Literal["Create", "Update", "Delete"],
        logical_id: str,
        resource: Deployed,
        *,
        old: Properties | None = None,
        cancel_at: float | None = None,
        no_id: bool = False,
    ) -> Mapping[str, Any]:
        world, request_id = self.world, self.ids.new()
        event: dict[str, Any] = {
            "RequestType": request_type,
            "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:handler",
            "ResponseURL": world.url(),
            "StackId": self.stack_id,
            "RequestId": request_id,
            "ResourceType": TYPES[resource.kind],
            "LogicalResourceId": logical_id,
            "ResourceProperties": {"ServiceToken": "arn", **copy.deepcopy(resource.properties)},
        }
        if not no_id:
            event["PhysicalResourceId"] = resource.physical_id
        if old is not None:
            event["OldResourceProperties"] = copy.deepcopy(old)
        limit = SERVICE_TIMEOUTS[resource.kind]
        patience = limit if cancel_at is None else max(min(limit, cancel_at - world.clock.now), 0)
        world.send(event)
        answered = world.run_until(lambda: request_id in world.answers, limit=patience)
        received = world.answers[request_id][0] if answered else None
        self.events.append((event, received))
        if received is not None:
            return received.body
        if patience < limit:
            message = f"{logical_id}: Resource {request_type.lower()} cancelled"
            raise CancelledError(message)
        message = f"{logical_id}: no answer within {limit:.0f} s"
        raise OperationFailedError(message)

    @staticmethod
    def _check(logical_id: str, answer: Mapping[str, Any]) -> None:
        if answer["Status"] != "SUCCESS":
            message = f"{logical_id}: {answer['Reason']}"
            raise OperationFailedError(message)
