"""A resource that never requested a job has an id of its own, and a Delete that does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.lifecycle import job
from inference_recommendations_handler.lifecycle.job_selector import NEVER_REQUESTED
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from inference_recommendations_handler.protocol.response import Response

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:wait"


def served(request_type: str, properties: dict[str, Any], physical_id: str = "") -> Response:
    raw = {
        "RequestType": request_type,
        "RequestId": "r-1",
        "ResponseURL": RESPONSE_URL,
        "StackId": "arn:stack",
        "ResourceType": "Custom::InferenceRecommendationsJob",
        "LogicalResourceId": "Job",
        "ResourceProperties": properties | {"StateMachineArn": MACHINE},
        "PhysicalResourceId": physical_id,
    }
    session = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")

    def client(service: str) -> Any:
        make: Any = session.client
        made = make(service)
        made.meta.events.register("before-call.*.*", lambda *, model, **_: pytest.fail(f"{model.name} was called"))
        return made

    event = CustomResourceEvent.parse(raw, now=0.0)
    response = job.on_event(event, Invocation(clients=Clients(client), log_stream="stream"))
    assert response is not None
    return response


BROKEN = [{}, {"Request": {"JobType": "Default"}}, {"Request": {"Quantum": "1"}, "NamePrefix": "bert"}]


@pytest.mark.parametrize("properties", BROKEN)
def test_a_create_that_was_never_requested_has_an_id_of_its_own(properties: dict[str, Any]) -> None:
    response = served("Create", properties)
    assert not response.succeeded
    assert response.physical_resource_id == f"{NEVER_REQUESTED}Job"


@pytest.mark.parametrize("properties", BROKEN)
def test_an_update_that_was_never_requested_keeps_the_jobs_id(properties: dict[str, Any]) -> None:
    response = served("Update", properties, "bert-abcdefghijkl")
    assert not response.succeeded
    assert response.physical_resource_id == "bert-abcdefghijkl"


@pytest.mark.parametrize("properties", BROKEN)
def test_its_delete_calls_nothing_and_succeeds(properties: dict[str, Any]) -> None:
    own = f"{NEVER_REQUESTED}Job"
    response = served("Delete", properties, own)
    assert response.succeeded
    assert response.physical_resource_id == own
