"""Waiting for a job that the stack only refers to; `tests/lifecycle` has those that it has started."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.lifecycle import wait
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from tests.unit.inference_recommendations_handler.job_snapshots import DESCRIBED
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.protocol.response import Response

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/Reader/1"
PROPERTIES = {
    "JobName": "bert",
    "Leg": "1",
    "Legs": "1",
    "HandOverAfterSeconds": "600",
    "PollIntervalSeconds": "30",
    "TimeoutSeconds": "600",
    "ExistingJob": "true",
    "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
}


class SageMaker:
    """One job or none, and whether anybody asked to stop it."""

    def __init__(self, status: str | None) -> None:
        self.status = status
        self.stopped: list[str] = []

    def describe_inference_recommendations_job(self, *, JobName: str) -> dict[str, Any]:  # noqa: N803 -- the API's name
        if self.status is None:
            raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "no such job"}}, "Describe")
        return DESCRIBED | {"JobName": JobName, "Status": self.status}

    def stop_inference_recommendations_job(self, *, JobName: str) -> None:  # noqa: N803 -- the API's name
        self.stopped.append(JobName)

    def get_paginator(self, operation: str) -> SimpleNamespace:
        # The stack's own tags, as if an earlier release of it had started the job.
        tags = [{"Key": "cdk-inference-recommender:stack-id", "Value": STACK}]
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
    ("status", "told"),
    [
        (None, "There is no inference recommendations job bert in this account and Region. "),
        ("FAILED", "The inference recommendations job bert is FAILED and the service gives no reason. "),
        ("STOPPED", "The inference recommendations job bert was stopped before it finished. "),
    ],
)
def test_what_can_t_be_used_is_told_without_props_that_a_reference_hasn_t(status: str | None, told: str) -> None:
    answer = wait.on_event(event(), invocation(SageMaker(status)))
    assert answer is not None
    assert answer.reason is not None
    assert answer.reason.startswith(f"{told}This stack only refers to the job: name one that has completed.")
    assert "`" not in answer.reason


def test_a_job_that_outlasts_the_timeout_goes_on_whosever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Response] = []
    monkeypatch.setattr(Invocation, "send", lambda _, answer, __: sent.append(answer))
    service = SageMaker("IN_PROGRESS")
    state: Mapping[str, Any] = {"task": "wait", "event": event().to_state()}
    assert wait.step(state, invocation(service), now=1601)["done"] is True
    [answer] = sent
    assert answer.reason == (
        "The job bert did not finish within 10 minutes, and it goes on, as this stack only refers to it: set a longer "
        "`timeout`. Last seen: The inference recommendations job bert is IN_PROGRESS."
    )
    assert service.stopped == []
