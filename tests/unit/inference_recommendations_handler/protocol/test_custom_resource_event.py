from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, InvalidEventError
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

RAW: dict[str, Any] = {
    "RequestType": "Update",
    "RequestId": "r-1",
    "ResponseURL": RESPONSE_URL,
    "StackId": "arn:stack",
    "ResourceType": "Custom::InferenceRecommendationsJob",
    "LogicalResourceId": "Job",
    "PhysicalResourceId": "p-1",
    "ResourceProperties": {"A": "1"},
    "OldResourceProperties": {"A": "0"},
}


@pytest.mark.parametrize(
    ("query", "requested_at"),
    [
        ("X-Amz-Date=20270115T080000Z&X-Amz-Expires=7200", datetime(2027, 1, 15, 8, tzinfo=UTC).timestamp()),
        ("AWSAccessKeyId=A&Expires=1800007200&Signature=S", 1_800_000_000.0),
        ("X-Amz-Date=yesterday", 42.0),
        ("", 42.0),
    ],
)
def test_the_url_reports_when_the_request_was_made(query: str, requested_at: float) -> None:
    event = CustomResourceEvent.parse(RAW | {"ResponseURL": f"{RESPONSE_URL}?{query}"}, now=42.0)
    assert event.requested_at == requested_at


def test_an_event_survives_the_state_machine() -> None:
    event = CustomResourceEvent.parse(RAW, now=42.0)
    assert CustomResourceEvent.parse(event.render(), now=99.0) == event


@pytest.mark.parametrize("broken", [{}, {"RequestType": "Explode"}, {"RequestType": None}])
def test_what_is_not_an_event_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(InvalidEventError, match="Not a CloudFormation"):
        CustomResourceEvent.parse({} if not broken else RAW | broken, now=1.0)


@pytest.mark.parametrize("properties", [None, "text", 5, []])
def test_malformed_properties_are_empty(properties: object) -> None:
    assert CustomResourceEvent.parse(RAW | {"ResourceProperties": properties}, now=1.0).properties == {}
