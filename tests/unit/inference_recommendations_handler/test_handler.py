from __future__ import annotations

import json
import time
from typing import Any

import boto3
import pytest

from inference_recommendations_handler import handler
from inference_recommendations_handler.aws.clients import deadline_clients
from inference_recommendations_handler.handler import RetryEventError, on_event
from inference_recommendations_handler.protocol import response as response_module
from inference_recommendations_handler.protocol.contract import ResourceType, StateKey

from .response_url import RESPONSE_URL


class Context:
    """Lambda's context of an invocation without remaining time."""

    log_stream_name = "stream"

    def get_remaining_time_in_millis(self) -> int:
        return 0


def event(**members: Any) -> dict[str, Any]:
    return {
        "RequestType": "Create",
        "RequestId": "r",
        "ResponseURL": f"{RESPONSE_URL}?Expires={time.time() + 7200:.0f}",
        "StackId": "arn:stack",
        "ResourceType": "Custom::InferenceRecommendation",
        "LogicalResourceId": "Choice",
        "ResourceProperties": {"JobName": "bert", "EndpointType": "RealTime", "Objective": "CostPerHour"},
    } | members


@pytest.fixture(autouse=True)
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    session = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    make: Any = session.client
    clients = deadline_clients(lambda service: make(service, endpoint_url="http://127.0.0.1:9"))
    monkeypatch.setattr(handler, "clients", lambda: clients)


def test_the_clients_know_what_lambda_says_of_the_time_that_is_left() -> None:
    with pytest.raises(RetryEventError, match="not enough time remains in this invocation"):
        on_event(event(), Context())


def test_a_deletion_that_fails_names_the_job_that_may_still_run(monkeypatch: pytest.MonkeyPatch) -> None:
    responses: list[dict[str, Any]] = []
    monkeypatch.setattr(response_module, "put", lambda _, body, **__: responses.append(json.loads(body)))
    deletion = {"RequestType": "Delete", "ResourceType": ResourceType.JOB, "PhysicalResourceId": "bert-1"}
    on_event(event(**deletion, ResponseURL=RESPONSE_URL, ResourceProperties={}), Context())
    [response] = responses
    assert response["Status"] == "FAILED"
    assert (
        "The job bert-1 may still run, and incur charges: stop it with `inference-recommender stop bert-1`"
        in response["Reason"]
    )


@pytest.mark.parametrize("task", ["delete", "wait", "create", "endpoint-preparation", "endpoint-instance-count"])
def test_whatever_a_broken_execution_was_started_with_it_ends(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_module, "put", lambda *_, **__: None)
    state = {StateKey.TASK: task, StateKey.ERROR: {"Error": "x"}, "event": event(), "responded": False}
    assert on_event(state, Context())[StateKey.DONE] is True


def test_an_event_whose_age_is_not_known_gets_a_response_at_its_first_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    responses: list[dict[str, Any]] = []
    monkeypatch.setattr(response_module, "put", lambda _, body, **__: responses.append(json.loads(body)))
    on_event(event(ResponseURL=RESPONSE_URL), Context())
    assert [each["Status"] for each in responses] == ["FAILED"]
    assert "Try again." in responses[0]["Reason"]
