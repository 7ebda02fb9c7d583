"""The sandbox's CloudFormation and the model of it in `tests/lifecycle` send custom resources the same requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.lifecycle.clock import Clock
from tests.lifecycle.cloudformation import Stack
from tests.lifecycle.template import CHOICE, JOB, WAIT_STAGE, Properties, Template
from tests.lifecycle.world import Received, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.sandbox.conftest import Account

RESOURCE_TYPE = "Custom::Thing"
WAIT = f"{WAIT_STAGE}1"
FINAL = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "CREATE_FAILED"}


@dataclass(frozen=True, kw_only=True)
class Deployment(Template):
    """A job, its wait, and its choice, for the function that responds as its properties say.

    Attributes:
        job: Physical id of the job.
        value: Another one updates all resources.
        fails: Logical id of a resource whose creation and update fail.
        rollback: Whether the stack is rolled back then.
    """

    name: str = "job-1"
    value: str = "1"
    fails: str = ""
    request_type: str = "Create"
    rollback: bool = True

    def stage_seconds(self) -> list[int]:
        return [60]

    def job(self) -> Properties:
        return self._properties(JOB, self.name)

    def wait_stage(self, number: int, job_name: str) -> Properties:
        return self._properties(f"{WAIT_STAGE}{number}", "wait") | {"JobName": job_name}

    def choice(self, job_name: str) -> Properties:
        return self._properties(CHOICE, "choice") | {"JobName": job_name}

    def _properties(self, logical_id: str, physical_id: str) -> Properties:
        fault = {"Fail": self.request_type} if logical_id == self.fails else {}
        return {"Id": physical_id, "Value": self.value, **fault}


@dataclass
class RespondingWorld:
    """A world whose function responds at once, as `tests.sandbox.conftest.CUSTOM_RESOURCE` does."""

    clock: Clock = field(default_factory=Clock)
    responses: dict[str, list[Received]] = field(default_factory=dict)
    responded: int = 0
    types: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys((JOB, WAIT_STAGE, CHOICE), RESOURCE_TYPE))
    received: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def machine(self) -> RespondingWorld:
        return self

    arn = "unused"

    def url(self) -> str:
        return "unused"

    def send(self, event: Mapping[str, Any]) -> None:
        self.received.append(event)
        properties = event["ResourceProperties"]
        failed = properties.get("Fail") == event["RequestType"]
        body = {
            "Status": "FAILED" if failed else "SUCCESS",
            "Reason": "asked to fail",
            "PhysicalResourceId": properties["Id"],
        }
        self.responses[event["RequestId"]] = [
            Received(at=self.clock.now, body=body, size=0, names_another_requests_job=False)
        ]
        self.responded += 1

    def run_until(self, reached: Callable[[], bool], *, limit: float) -> bool:
        assert limit >= 0
        return reached()


def requests_of(events: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Return what CloudFormation decides of each request, which Lambda may deliver more than once.

    Request ids and addresses differ between runs.
    """

    first_deliveries: dict[str, Mapping[str, Any]] = {}
    for event in events:
        first_deliveries.setdefault(event["RequestId"], event)

    def properties(event: Mapping[str, Any], name: str) -> dict[str, Any]:
        return {key: value for key, value in event.get(name, {}).items() if key != "ServiceToken"}

    return [
        (
            event["RequestType"],
            event["LogicalResourceId"],
            event.get("PhysicalResourceId"),
            properties(event, "ResourceProperties"),
            properties(event, "OldResourceProperties"),
        )
        for event in first_deliveries.values()
    ]


def in_the_model(history: Sequence[Deployment]) -> tuple[list[str], list[tuple[Any, ...]]]:
    world = RespondingWorld()
    stack = Stack(cast("World", world))
    statuses = [stack.deploy(each, rollback=each.rollback).status for each in history]
    statuses.append(stack.delete().status)
    return statuses, requests_of(world.received)


def in_the_sandbox(
    history: Sequence[Deployment], account: Account, provider: str
) -> tuple[list[str], list[tuple[Any, ...]]]:
    stack_id, statuses = None, []
    for each in history:
        resources = {
            JOB: each.job(),
            WAIT: each.wait_stage(1, "") | {"JobName": {"Ref": JOB}},
            CHOICE: each.choice("") | {"JobName": {"Ref": JOB}},
        }
        follows = {WAIT: JOB, CHOICE: WAIT}
        stack_id = account.deploy(
            {
                logical_id: {
                    "Type": RESOURCE_TYPE,
                    "Properties": {"ServiceToken": provider, **properties},
                    **({"DependsOn": follows[logical_id]} if logical_id in follows else {}),
                }
                for logical_id, properties in resources.items()
            },
            name=stack_id,
            DisableRollback=not each.rollback,
        )
        statuses.append(account.status(stack_id))
    assert stack_id is not None
    statuses.append(account.delete(stack_id))
    return statuses, requests_of(account.received(stack_id))


def failing(logical_id: str, request_type: str, **members: Any) -> Deployment:
    return Deployment(fails=logical_id, request_type=request_type, **members)


HISTORIES: Mapping[str, Sequence[Deployment]] = {
    "an update in place": [Deployment(), Deployment(value="2")],
    "a replacement": [Deployment(), Deployment(name="job-2"), Deployment(name="job-1")],
    "a create that fails": [failing(WAIT, "Create")],
    "a create that fails at its first resource": [failing(JOB, "Create")],
    "a replacement that is rolled back": [
        Deployment(),
        failing(WAIT, "Update", name="job-2", value="2"),
        Deployment(name="job-3"),
    ],
    "an update in place that is rolled back": [Deployment(), failing(CHOICE, "Update", value="2")],
    "an update that fails at its first resource": [Deployment(), failing(JOB, "Update", value="2")],
    "a create that fails and is tried again": [
        failing(WAIT, "Create", rollback=False),
        Deployment(value="2", rollback=False),
    ],
    "an update that fails and is tried again": [
        Deployment(),
        failing(WAIT, "Update", name="job-2", value="2", rollback=False),
        Deployment(name="job-2", value="2", rollback=False),
    ],
}


@pytest.mark.parametrize("history", list(HISTORIES))
def test_both_send_the_same_requests(history: str, account: Account, provider: str) -> None:
    statuses, requests = in_the_model(HISTORIES[history])
    assert in_the_sandbox(HISTORIES[history], account, provider) == (statuses, requests)
