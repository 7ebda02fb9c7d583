"""Waiting for jobs, mostly ones that the stack only references; see also `tests/lifecycle`."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.lifecycle import create_retry, wait
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from tests.unit.inference_recommendations_handler.job_snapshots import DESCRIBED
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from inference_recommendations_handler.protocol.response import Response

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/Reader/1"
PROPERTIES = {
    "JobName": "bert",
    "Stage": "1",
    "Stages": "1",
    "HandOverAfterSeconds": "600",
    "PollIntervalSeconds": "30",
    "TimeoutSeconds": "600",
    "ExistingJob": "true",
    "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
}


class SageMaker:
    """Fake of SageMaker with at most one job."""

    def __init__(self, status: str | None, *, stack: str = STACK) -> None:
        self.status = status
        self.stack = stack
        """Stack in the job's owner tags; default: the waiting stack, as if an earlier template had created the job."""
        self.stopped: list[str] = []
        self.listed: list[str] = []

    def describe_inference_recommendations_job(self, *, JobName: str) -> dict[str, Any]:  # noqa: N803 -- the API's name
        if self.status is None:
            raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "no such job"}}, "Describe")
        return DESCRIBED | {"JobName": JobName, "Status": self.status}

    def stop_inference_recommendations_job(self, *, JobName: str) -> None:  # noqa: N803 -- the API's name
        self.stopped.append(JobName)

    def get_paginator(self, operation: str) -> SimpleNamespace:
        self.listed.append(operation)
        tags = [{"Key": "cdk-inference-recommender:stack-id", "Value": self.stack}]
        pages = [{"Tags": tags}] if operation == "list_tags" else [{"Steps": []}]
        return SimpleNamespace(paginate=lambda **_: pages)


def event() -> CustomResourceEvent:
    raw = {
        "RequestType": "Create",
        "RequestId": "r",
        "ResponseURL": RESPONSE_URL,
        "StackId": STACK,
        "ResourceType": "Custom::InferenceRecommendationsJobWait",
        "LogicalResourceId": "Wait1",
        "ResourceProperties": PROPERTIES,
    }
    return CustomResourceEvent.parse(raw, now=1000)


def invocation(service: SageMaker) -> Invocation:
    machine = SimpleNamespace(stop_execution=pytest.fail, start_execution=pytest.fail)
    services = {"sagemaker": service, "stepfunctions": machine}
    return Invocation(clients=Clients(services.__getitem__), log_stream="stream")


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (None, "There is no inference recommendations job bert in this account and Region. "),
        ("FAILED", "The inference recommendations job bert is FAILED and the service gives no reason. "),
        ("STOPPED", "The inference recommendations job bert was stopped before it finished. "),
    ],
)
def test_what_can_t_be_used_is_reported_without_props_that_a_reference_hasn_t(status: str | None, message: str) -> None:
    response = wait.on_event(event(), invocation(SageMaker(status)))
    assert response is not None
    assert response.reason is not None
    assert response.reason.startswith(f"{message}This stack only references the job: name one that has completed.")
    assert "`" not in response.reason


def test_a_job_that_outlasts_the_timeout_continues_whoever_owns_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Response] = []
    monkeypatch.setattr(Invocation, "send", lambda _, response, __: sent.append(response))
    service = SageMaker("IN_PROGRESS")
    assert wait.step(wait.State(event=event()), invocation(service), now=1601).done
    [response] = sent
    assert response.reason == (
        "The job bert did not finish within 10 minutes, and it continues, since this stack only references it: set a "
        "longer `timeout`. Last status: The inference recommendations job bert is IN_PROGRESS."
    )
    assert service.stopped == []


def started_by_the_stack() -> CustomResourceEvent:
    """An event of a stack whose request for the job failed."""
    return replace(event(), properties=PROPERTIES | {"ExistingJob": "false"})


def failed_execution(**_: str) -> dict[str, Any]:
    output = create_retry.State(event=event(), name="bert", failure="No quota.").finish().render()
    return {"status": "SUCCEEDED", "input": json.dumps(output), "output": json.dumps(output)}


@pytest.mark.parametrize(
    ("status", "stack", "reason", "listed"),
    [
        ("FAILED", "arn:another", "No quota. Then change `rerun_nonce`.", ["list_tags"]),
        ("STOPPED", "arn:another", "No quota. Then change `rerun_nonce`.", ["list_tags"]),
        (
            "FAILED",
            STACK,
            "The inference recommendations job bert is FAILED",
            ["list_tags", "list_inference_recommendations_job_steps"],
        ),
    ],
)
def test_steps_are_listed_only_for_a_job_of_the_stack(status: str, stack: str, reason: str, listed: list[str]) -> None:
    service = SageMaker(status, stack=stack)
    machine: Any = SimpleNamespace(describe_execution=failed_execution)
    services = {"sagemaker": service, "stepfunctions": machine}
    invoked = Invocation(clients=Clients(services.__getitem__), log_stream="stream")
    response = wait.on_event(started_by_the_stack(), invoked)
    assert response is not None
    assert str(response.reason).startswith(reason)
    assert service.listed == listed
